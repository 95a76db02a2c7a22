"""Drawings of flows: well-formed whatever a label holds, nothing cut, nothing left out."""

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance_bot.flows.drawing import matrix, mermaid, svg
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import (
    Choice,
    Flow,
    OutcomeForm,
    Prompt,
    Rule,
    Test,
    Verdict,
)
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import read

Test.__test__ = False  # type: ignore[attr-defined]  # a condition, and none of pytest's

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
CONTRAST = 4.5

HOSTILE = (
    'a "quoted" [b] {c} (d) | pipe #35; #quot; ; end',
    "1. list www.example.com https://example.com a@b.example",
    "- dash * star **bold** __u__ ~~s~~ `code` ![i](j) $$x^2$$",
    "style:x#a; classDef y:#f; %%{init: {}}%% fa:fa-car :::z @{shape: x}",
    "</desc>]]>&amp;&#x41;<br/><script>alert(1)</script>",
    "tab\tline\nnul\x00escape\x1bsurrogate\ud800",
    "ﬂ°°35¶ß # > === 日本語の長いラベル" * 3,
    "Averyveryverylongword" * 12,
)

LINE = re.compile(
    r"""%%\{init:.*\}%%|flowchart\ TD
    |\s+acc(Title|Descr):\ [^#;{}"\n]*
    |\s+subgraph\ (known|verdicts)\["(?P<group>[^"]*)"\]
    |\s+(?P<node>[kpov]\d+)\["(?P<text>[^"]*)"\](:::listed)?
    |\s+(?P<start>known|[pov]\d+)\ -->(\|"(?P<label>[^"]*)"\|)?\ (?P<end>verdicts|[pov]\d+)
    |\s+(end|direction\ TB|classDef\ listed\ text-align:left)""",
    re.VERBOSE,
)
SAFE = re.compile(r"(?:[\w ,.?!'“”‘’–·]|#\d+;|<br/>)*")


@pytest.fixture(scope="module")
def starter() -> Knowledge:
    return read([read_folder(ROOT / "knowledge")]).knowledge


@pytest.fixture(scope="module", params=["engage", "should-we", "stage"])
def flow(request: pytest.FixtureRequest, starter: Knowledge) -> Flow:
    if request.param not in starter.flows:
        pytest.skip("no such flow")
    return starter.flows[request.param]


def small(texts: tuple[str, ...] = ("Tea", "Milk", "Yes", "No")) -> Flow:
    """Return a flow of three prompts, the last asked after the first choice alone."""

    def text(number: int) -> str:
        return texts[number % len(texts)]

    def choices(count: int) -> tuple[Choice, ...]:
        return tuple(
            Choice(f"c{n}", f"{text(n)} {n}", help=text(n + 1)) for n in range(count)
        )

    return Flow(
        "small",
        text(0),
        text(1),
        (
            Prompt("whose_rules", text(0), choices(2), from_asker=True, default="c0"),
            Prompt("drink", text(1), choices(4), help=text(2)),
            Prompt(
                "with-milk", text(2), choices(2), when=((Test("drink", ("c0", "c1")),),)
            ),
        ),
        (Verdict("no", text(3)), Verdict("yes", text(2))),
        (
            OutcomeForm("served", text(0), ((Test("drink", ("c3",), negated=True),),)),
            OutcomeForm(
                "closed",
                text(1),
                ((Test("drink", ("c3",)),),),
                verdict="no",
                says=text(4),
                goes_to="stage",
            ),
        ),
        (
            Rule("r1", ((Test("drink", ("c0",)),),), "no", text(5), over=("r2",)),
            Rule("r2", ((Test("with-milk", ("c1",)),),), "no", text(6)),
            Rule("r3", (), "yes", text(7)),
        ),
    )


def parsed(drawing: str) -> list[re.Match[str]]:
    """Return the lines of a flowchart, each known to be one that Mermaid reads as meant."""
    found = []
    for line in drawing.splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        for part in ("group", "text", "label"):
            assert SAFE.fullmatch(match[part] or ""), line
        found.append(match)
    return found


def shown(label: str) -> str:
    """Return what Mermaid shows for a quoted label."""
    signs = re.sub(r"#(\d+);", lambda sign: chr(int(sign[1])), label)
    return signs.replace("\u200b", "")


def edges(flow: Flow) -> dict[tuple[str, str], str]:
    """Return the labels between two nodes, several parted by a slash."""
    found: dict[tuple[str, str], str] = {}
    for m in parsed(mermaid(flow)):
        if m["start"]:
            labels = [found.get((m["start"], m["end"]), ""), shown(m["label"] or "")]
            found[m["start"], m["end"]] = " / ".join(filter(None, labels))
    return found


# ---- Mermaid


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_label_stays_inside_its_quotes(text: str) -> None:
    lines = parsed(mermaid(small((text,))))
    labels = [shown(match["text"]) for match in lines if match["text"]]
    wanted = " ".join(
        re.sub(r"[\x00-\x1f\ud800]", " ", text).replace("ﬂ", "fl").split()
    )
    assert any(wanted in label for label in labels)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8).map(tuple))
def test_whatever_a_label_holds_every_drawing_is_well_formed(
    texts: tuple[str, ...],
) -> None:
    flow = small(texts)
    parsed(mermaid(flow))
    root = ET.fromstring(svg(flow))  # noqa: S314  # our own drawing
    assert root.tag.endswith("svg")


def test_what_could_start_a_list_or_a_link_is_a_number() -> None:
    drawing = mermaid(small(("1. one", "- two", "www.example.com", "$$x$$ fa:fa-car")))
    assert "1#46; one" in drawing
    assert "#45; two" in drawing
    assert "www#46;example#46;com" in drawing
    assert not re.search(r"#36;#36;|fa#58;fa", drawing)


def test_every_edge_ends_at_a_node_that_is_drawn(flow: Flow) -> None:
    lines = parsed(mermaid(flow))
    nodes = {m["node"] for m in lines if m["node"]} | {"known", "verdicts"}
    assert {m[end] for m in lines if m["start"] for end in ("start", "end")} <= nodes


def test_a_choice_leads_past_the_prompts_that_it_does_not_ask() -> None:
    found = edges(small())
    assert found["p1", "p2"] == "Tea 0<br/>Milk 1"
    assert found["p1", "o1"] == "Yes 2"
    assert found["p1", "o2"] == "No 3"
    assert found["p2", "o1"] == "Tea 0<br/>Milk 1"


def test_where_earlier_choices_decide_each_edge_says_when() -> None:
    flow = small()
    late = Prompt("late", "Late?", (Choice("c0", "Now"),), when=flow.prompts[2].when)
    both = Prompt("both", "Both?", (Choice("c0", "One"), Choice("c1", "Two")))
    whole = replace(flow, prompts=(*flow.prompts[:2], both, late), rules=())
    found = edges(whole)
    assert found["p2", "p3"] == "One<br/>Two<br/>if drink is “Tea 0” or “Milk 1”"
    assert found["p2", "o2"] == "One<br/>Two<br/>as B says"


@pytest.mark.parametrize(
    ("asks", "to_prompt", "to_outcome"),
    [
        ("c0", "Tea 0 / Milk 1<br/>if drink includes “Tea 0”", "Milk 1<br/>as A says"),
        ("c1", "Tea 0<br/>if drink includes “Milk 1” / Milk 1", "Tea 0<br/>as A says"),
    ],
)
def test_a_choice_leads_also_where_it_leads_together_with_another(
    asks: str, to_prompt: str, to_outcome: str
) -> None:
    flow = small()
    both = replace(flow.prompts[1], choices=flow.prompts[1].choices[:2], most=2)
    milk = replace(flow.prompts[2], when=((Test("drink", (asks,)),),))
    found = edges(replace(flow, prompts=(both, milk), rules=()))
    assert found["p1", "p2"] == to_prompt
    assert found["p1", "o1"] == to_outcome


def test_a_condition_stands_as_words_at_its_prompt() -> None:
    texts = [shown(m["text"]) for m in parsed(mermaid(small())) if m["node"] == "p2"]
    assert texts == ["2 · with milk<br/>Yes<br/>if drink is “Tea 0” or “Milk 1”"]


def test_the_flows_are_drawn_whole(flow: Flow) -> None:
    lines = parsed(mermaid(flow))
    said = " ".join(shown(m["text"] or m["label"] or "") for m in lines)
    for prompt in flow.prompts:
        assert prompt.text in said
        for choice in prompt.choices:
            assert choice.label.split(": ")[0] in said
    nodes = [m["node"] for m in lines if m["node"]]
    assert len(nodes) == len(set(nodes))
    assert sum(node[0] == "o" for node in nodes) == len(flow.outcomes)
    for number in range(1, len(flow.rules) + 1):
        assert f"<br/>{number} · if " in said


# ---- the SVG


def texts_and_boxes(
    drawing: str,
) -> tuple[list[tuple[ET.Element, ET.Element]], list[ET.Element]]:
    """Return each text with the rectangle it lies on, the last one drawn around it."""
    boxes: list[ET.Element] = []
    found = []
    for one in ET.fromstring(drawing):  # noqa: S314  # our own drawing
        if one.tag == f"{SVG}rect":
            boxes.append(one)
        if one.tag == f"{SVG}text":
            x, y = float(one.attrib["x"]), float(one.attrib["y"])
            around = [box for box in boxes if holds(box, x, y)]
            found.append((one, around[-1]))
    return found, boxes


def span(box: ET.Element) -> tuple[float, float, float, float]:
    x, y = float(box.get("x", 0)), float(box.get("y", 0))
    return x, y, x + float(box.attrib["width"]), y + float(box.attrib["height"])


def holds(box: ET.Element, x: float, y: float) -> bool:
    left, top, right, bottom = span(box)
    return left <= x <= right and top <= y <= bottom


def light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_text_is_readable_on_what_it_lies_on(flow: Flow) -> None:
    for text, box in texts_and_boxes(svg(flow))[0]:
        shades = sorted(light(one.attrib["fill"]) for one in (text, box))
        assert (shades[1] + 0.05) / (shades[0] + 0.05) >= CONTRAST, text.text


def test_no_text_leaves_its_box_or_lies_on_another(flow: Flow) -> None:
    """By the width of Arial's letters, about half as wide as they are high."""
    found, _ = texts_and_boxes(svg(flow))
    places = []
    for text, box in found:
        x, y, size = (float(text.attrib[key]) for key in ("x", "y", "font-size"))
        left, top, right, bottom = span(box)
        width = len(text.text or "") * size * 0.5
        assert left < x, text.text
        assert x + width <= right, text.text
        assert top <= y - size * 0.8, text.text
        assert y + size * 0.25 <= bottom, text.text
        places.append((x, y - size * 0.8, x + width, y + size * 0.2))
    for one, other in combinations(places, 2):
        apart = one[2] <= other[0] or other[2] <= one[0]
        assert apart or one[3] <= other[1] or other[3] <= one[1]


@pytest.mark.parametrize("texts", [(text,) for text in HOSTILE])
def test_boxes_beside_and_below_each_other_never_overlap(
    texts: tuple[str, ...],
) -> None:
    spans = [span(box) for box in texts_and_boxes(svg(small(texts)))[1][1:]]
    for one, other in combinations(spans, 2):
        beside = one[2] <= other[0] or other[2] <= one[0]
        assert beside or one[3] <= other[1] or other[3] <= one[1]


def test_the_boxes_of_the_flows_never_overlap(flow: Flow) -> None:
    spans = [span(box) for box in texts_and_boxes(svg(flow))[1][1:]]
    for one, other in combinations(spans, 2):
        beside = one[2] <= other[0] or other[2] <= one[0]
        assert beside or one[3] <= other[1] or other[3] <= one[1]


def test_a_word_longer_than_its_box_is_cut_into_lines() -> None:
    word = "Averyveryverylongword" * 12
    lines = [text.text or "" for text, _ in texts_and_boxes(svg(small((word,))))[0]]
    assert word in "".join(lines)
    assert max(map(len, lines)) < len(word)


def test_the_drawing_can_be_heard_and_brings_nothing_with_it(flow: Flow) -> None:
    drawing = svg(flow)
    tree = ET.fromstring(drawing)  # noqa: S314  # our own drawing
    assert tree.findtext(f"{SVG}title") == flow.title
    heard = tree.findtext(f"{SVG}desc") or ""
    for prompt in flow.prompts:
        if not prompt.from_asker:
            assert prompt.text in heard
            assert all(choice.label in heard for choice in prompt.choices)
    assert not re.search(r"<script|<style|<image|href|@import|\son\w+=", drawing)
    assert re.findall(r"url\(([^)]*)\)", drawing).count("#head") == drawing.count(
        "url("
    )


def test_a_choice_that_ends_the_flow_names_its_outcome() -> None:
    words = [text.text for text, _ in texts_and_boxes(svg(small()))[0]]
    assert "Ends here: B · Milk" in words
    assert "only if drink is “Tea 0” or “Milk 1”" in words


def test_a_rule_that_comes_before_another_says_so() -> None:
    words = [text.text for text, _ in texts_and_boxes(svg(small()))[0]]
    assert "Comes before 2." in words
    assert "If nothing else holds." in words


def test_the_same_flow_gives_the_same_drawing(flow: Flow) -> None:
    assert svg(flow) == svg(flow)
    assert mermaid(flow) == mermaid(flow)


# ---- the table of modes


def test_the_sixteen_modes_have_a_row_each_and_link_their_page(
    starter: Knowledge,
) -> None:
    lines = matrix(starter.flows["engage"], starter).splitlines()
    assert lines[0].startswith("| Who can read it? | Tell people something")
    assert len(lines) == 2 + 16
    links = re.findall(r"\]\(([^)]*)\)", "\n".join(lines))
    assert len(set(links)) == 16
    assert all((ROOT / "docs" / link).is_file() for link in links)
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 7 for line in lines)


def test_a_page_or_label_with_signs_of_markdown_keeps_to_its_cell(
    starter: Knowledge,
) -> None:
    flow = small(("a|b [c]*", "d\ne"))
    form = OutcomeForm("{drink}", "{page}", mode="{drink}", page="modes/{drink}")
    page = replace(
        starter.pages["modes/overview"], id="modes/c0", title="x|y", summary=""
    )
    known = replace(starter, pages={"modes/c0": page})
    lines = matrix(replace(flow, outcomes=(form,)), known).splitlines()
    assert len(lines) == 2 + 4
    assert (
        "| a\\|b \\[c\\]\\* 0 | [x\\|y](../knowledge/guidance/modes/c0.md) |"
        in lines[2]
    )
    assert "| d e 1 | `c1` |" in lines[3]


def test_a_flow_without_modes_has_no_table(starter: Knowledge) -> None:
    assert matrix(small(), starter) == ""
