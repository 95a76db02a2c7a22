"""A file of flows/ as an editor writes it: what is read, and what each slip is told as."""

import re
from collections.abc import Callable

import pytest

from guidance_bot.errors import KnowledgeError, Problem
from guidance_bot.knowledge.flow import Choice, Flow
from guidance_bot.knowledge.flow_files import read_flow
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from tests.conftest import Write
from tests.flows.conftest import BLOG, FILES, GIFT, edited, line_of

PATH = "knowledge/flows/blog.yaml"
# What only people who program would say.
JARGON = re.compile(
    r"tuple|\bdict|\bstr\b|NoneType|input should|valid (integer|string)|Error|\[key\]",
    re.IGNORECASE,
)

ReadFiles = Callable[[dict[str, str | bytes]], Read]


def read_blog(text: str) -> tuple[Flow | None, list[Problem]]:
    """Return what *text* is read as."""
    return read_flow("flows/blog.yaml", PATH, text)


def flow_in(text: str) -> Flow:
    """Return the flow in *text*, which has no mistake."""
    flow, problems = read_blog(text)
    assert problems == []
    assert flow is not None
    return flow


def test_a_flow_is_read_whole() -> None:
    flow = flow_in(BLOG)
    assert (flow.name, flow.title, flow.screen) == ("blog", "Before you blog", "steps")
    assert [p.id for p in flow.prompts] == [
        "jurisdiction",
        "notice",
        "about",
        "name",
        "reader",
    ]
    about = flow.prompt("about")
    assert about is not None
    assert (about.most, about.from_asker, about.default) == (2, False, None)
    assert about.choices[0] == Choice("work", "My work", short="your work")
    assert about.choices[3].alone
    assert [verdict.id for verdict in flow.verdicts] == [
        "cannot-tell",
        "ask-first",
        "yes-once",
        "yes",
    ]
    assert flow.rules[0].over == ("pen-at-work",)
    assert flow.rules[0].governed
    assert flow.none_needed[0].prompts == ("jurisdiction", "notice")
    assert flow.words == {"job": ("work", "job")}
    assert flow.cues["about"]["work"] == ("about my <job>",)
    assert flow.unless == {}


def test_conditions_are_read_in_each_way_they_can_be_written() -> None:
    def read_when(written: str) -> object:
        flow = flow_in(edited(BLOG, "when: {about: work, name: pen}", written))
        rule = next(rule for rule in flow.rules if rule.id == "pen-at-work")
        return [
            [(test.prompt, test.choices, test.negated) for test in condition]
            for condition in rule.when
        ]

    assert read_when("when: {about: work}") == [[("about", ("work",), False)]]
    assert read_when("when: {about: [work, hobby], name: pen}") == [
        [("about", ("work", "hobby"), False), ("name", ("pen",), False)]
    ]
    assert read_when("when: {about: {not: work}}") == [[("about", ("work",), True)]]
    assert read_when("when: [{about: work}, {name: pen}]") == [
        [("about", ("work",), False)],
        [("name", ("pen",), False)],
    ]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("yes", "yes"), ('"yes"', "yes"), ("no", "no"), ("on", "on"), ("2008", "2008")],
)
def test_words_that_yaml_takes_for_values_stay_text(written: str, read_as: str) -> None:
    text = edited(BLOG, "{id: pen, label: A", f"{{id: {written}, label: A")
    text = text.replace("name: pen}", f"name: {written}}}")
    text = text.replace("[own, pen]", f"[own, {written}]")
    text = text.replace("    pen: [pen name]", f"    {written}: [pen name]")
    flow = flow_in(text)
    name = flow.prompt("name")
    assert name is not None
    assert name.choices[1].id == read_as
    assert flow.rules[1].when[0][1].choices == (read_as,)
    assert list(flow.cues["name"]) == [read_as]


def test_the_digest_is_of_the_files_text() -> None:
    same, other = flow_in(BLOG), flow_in(f"{BLOG}# a comment\n")
    assert same.digest == flow_in(BLOG).digest != other.digest
    assert re.fullmatch("[0-9a-f]{16}", same.digest)


def test_every_place_of_the_file_has_its_line() -> None:
    lines = flow_in(BLOG).lines
    assert lines["rules.1.when"] == line_of(BLOG, "when: {about: work, name: pen}")
    assert lines["prompts.3.choices.2.find_out"] == line_of(BLOG, "{id: unsure")
    assert lines["outcomes.2.sections.0.quotes"] == line_of(
        BLOG, "quotes: [{passage: personal/gifts#the-short-answer}]"
    )


SLIPS = {
    "an unknown key of the flow": (
        ("opening: Three", "openning: Three"),
        "openning",
        "unknown key 'openning'; did you mean 'opening'?",
    ),
    "an unknown key of a prompt": (
        ("    most: 2\n", "    mots: 2\n"),
        "mots",
        "unknown key 'prompts.3.mots'; did you mean 'most'?",
    ),
    "an unknown key of a choice": (
        ("short: a hobby, help:", "short: a hobby, helpp:"),
        "helpp",
        "did you mean 'help'?",
    ),
    "an unknown key of a rule": (
        ("    governed: true\n", "    govern: true\n"),
        "govern:",
        "did you mean 'governed'?",
    ),
    "an unknown key of an outcome": (
        ("    goes_to: gift\n", "    goes-to: gift\n"),
        "goes-to",
        "did you mean 'goes_to'?",
    ),
    "an unknown key of a section": (
        ("        numbered: true\n", "        numberd: true\n"),
        "numberd",
        "did you mean 'numbered'?",
    ),
    "an unknown key of a quote": (
        ("official, words: 20}]", "official, wrods: 20}]"),
        "wrods",
        "did you mean 'words'?",
    ),
    "a wrong verdict of a rule": (
        ("    verdict: yes-once\n", "    verdict: yes-onec\n"),
        "yes-onec",
        "no verdict 'yes-onec'; did you mean 'yes-once'?",
    ),
    "a wrong verdict of an outcome": (
        ("    verdict: cannot-tell\n", "    verdict: perhaps\n"),
        "perhaps",
        "no verdict 'perhaps'; there are cannot-tell, ask-first, yes-once, yes",
    ),
    "a wrong rule in over": (
        ("over: [pen-at-work]", "over: [pen-at-wrok]"),
        "pen-at-wrok",
        "no rule 'pen-at-wrok'; did you mean 'pen-at-work'?",
    ),
    "a rule over itself": (
        ("over: [pen-at-work]", "over: [notice-in-force]"),
        "over: [notice-in-force]",
        "no rule 'notice-in-force'",
    ),
    "a wrong prompt in the when of a prompt": (
        ("when: {about: {not: concern}}\n", "when: {abuot: {not: concern}}\n"),
        "abuot",
        "no prompt 'abuot'; did you mean 'about'?",
    ),
    "a wrong choice in the when of a prompt": (
        ("when: {about: {not: concern}}\n", "when: {about: {not: concrn}}\n"),
        "concrn",
        "'about' has no choice 'concrn'; did you mean 'concern'?",
    ),
    "a wrong choice in the when of a rule": (
        ("name: own, reader: staff}", "name: own, reader: stuff}"),
        "stuff",
        "'reader' has no choice 'stuff'; did you mean 'staff'?",
    ),
    "a wrong prompt in the when of an outcome": (
        ("    when: {name: unsure}\n", "    when: {nmae: unsure}\n"),
        "nmae",
        "no prompt 'nmae'; did you mean 'name'?",
    ),
    "a wrong choice in the when of an item": (
        ('press}.", when: {about: work}}', 'press}.", when: {about: wrok}}'),
        "wrok",
        "'about' has no choice 'wrok'; did you mean 'work'?",
    ),
    "a wrong prompt in none_needed": (
        ("[notice, reader], reason", "[notice, raeder], reason"),
        "raeder",
        "no prompt 'raeder'; did you mean 'reader'?",
    ),
    "a wrong prompt in compare": (
        ("    compare: name\n", "    compare: nam\n"),
        "compare: nam",
        "no prompt 'nam'; did you mean 'name'?",
    ),
    "a wrong prompt in the cues": (
        ("  about:\n    work: [", "  abuot:\n    work: ["),
        "abuot:",
        "no prompt 'abuot'; did you mean 'about'?",
    ),
    "a wrong choice in the cues": (
        ("    pen: [pen name]", "    pne: [pen name]"),
        "pne",
        "'name' has no choice 'pne'; did you mean 'pen'?",
    ),
    "a default that is no choice": (
        ("    default: unknown\n", "    default: unkown\n"),
        "unkown",
        "default: 'jurisdiction' has no choice 'unkown'",
    ),
    "a prompt from the asker without a default": (
        ("    default: none\n", ""),
        "- id: notice",
        "'notice': 'from_asker' and 'default' go together",
    ),
    "an outcome's own verdict that says nothing": (
        ('    says: "Ask first: raise it with {contact.boss}."\n', ""),
        "- id: raise",
        "'raise': 'verdict' and 'says' go together",
    ),
    "an unsure choice that does not say what to find out": (
        (', find_out: "**Which name?** Ask {contact.boss}."', ""),
        "{id: unsure",
        "'unsure' and 'find_out' go together",
    ),
    "two choices of one id": (
        ("{id: friends,", "{id: hobby,"),
        "{id: hobby, label: My friends",
        f"the id 'hobby' is already on line {line_of(BLOG, '{id: hobby')}",
    ),
    "two prompts of one id": (
        ("  - id: reader\n", "  - id: name\n"),
        "- id: name",
        f"the id 'name' is already on line {line_of(BLOG, '- id: name')}",
    ),
    "two rules of one id": (
        ("  - id: work-inside\n", "  - id: work-in-public\n"),
        "",
        f"the id 'work-in-public' is already on line {line_of(BLOG, '- id: work-in')}",
    ),
    "two outcomes of one id": (
        ("  - id: raise\n", "  - id: both-ways\n"),
        "",
        f"the id 'both-ways' is already on line {line_of(BLOG, '- id: both')}",
    ),
    "a key twice": (
        ('  "yes": "Yes"\n', '  "yes": "Yes"\n  yes: "Yes!"\n'),
        "Yes!",
        "the key 'yes' is here twice",
    ),
    "a when that is a word": (
        ("when: {about: work, name: pen}", "when: work"),
        "when: work",
        "write 'when' as prompt: choice",
    ),
    "a when that holds nothing": (
        ("when: {about: work, name: pen}", "when: {}"),
        "when: {}",
        "write 'when' as prompt: choice",
    ),
    "a when left empty": (
        ("when: {about: work, name: pen}", "when:"),
        "    when:\n".strip(),
        "write 'when' as prompt: choice",
    ),
    "a when with something else than not": (
        ("when: {about: {not: work}, name", "when: {about: {nott: work}, name"),
        "nott",
        "write 'when' as prompt: choice",
    ),
    "a when whose list is empty": (
        ("name: [own, pen]}", "name: []}"),
        "name: []",
        "write 'when' as prompt: choice",
    ),
    "a when with a list in a list": (
        ("name: [own, pen]}", "name: [own, [pen]]}"),
        "[pen]]",
        "write 'when' as prompt: choice",
    ),
    "an id with a capital letter": (
        ("{id: hobby, label", "{id: Hobby, label"),
        "Hobby,",
        "'Hobby' is no id; write lower-case letters, digits, hyphens",
    ),
    "a prompt without a text": (
        ("    text: Who may read it?\n", ""),
        "- id: reader",
        "'prompts.5.text' is missing",
    ),
    "a rule that says nothing": (
        ('    says: "Yes, under {name}."\n', ""),
        "- id: no-work",
        "'rules.5.says' is missing",
    ),
    "a way of quoting that there is not": (
        ("take: official, words", "take: officials, words"),
        "officials",
        "it can be 'text', 'list' or 'official'",
    ),
    "a true or false that is neither": (
        ("    governed: true\n", "    governed: maybe\n"),
        "maybe",
        "'rules.1.governed' is 'maybe'; it can be true or false",
    ),
    "cues that are a word": (
        ("    hobby: [my hobby]\n", "    hobby: my hobby\n"),
        "hobby: my hobby",
        "should be a list: [one, two]",
    ),
    "cues without a choice": (
        ("  name:\n    pen: [pen name]\n", "  name: [pen name]\n"),
        "name: [pen name]",
        "'cues.name' should have keys of its own",
    ),
    "keys where a list belongs": (
        ("over: [pen-at-work]", "over: {pen-at-work: yes}"),
        "over: {pen",
        "'rules.1.over' should be a list: [one, two]",
    ),
    "half a pair": (
        ("{prompts: [notice, reader],", "{prompts: [notice],"),
        "{prompts: [notice],",
        "'none_needed.7.prompts.2' is missing",
    ),
    "a list that is not closed": (
        ("over: [pen-at-work]", "over: [pen-at-work"),
        "over: [pen-at-work",
        "a list in [ ]",
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_with_its_line_in_an_editors_words(name: str) -> None:
    (old, new), part, words = SLIPS[name]
    text = edited(BLOG, old, new)

    flow, problems = read_blog(text)

    assert flow is None
    found = [problem for problem in problems if words in problem.message]
    assert found, problems
    assert found[0].path == PATH
    assert not JARGON.search(found[0].message)
    if part:
        wanted = [n for n, line in enumerate(text.split("\n"), 1) if part in line]
        assert found[0].line in wanted
    else:  # the second of two alike
        assert found[0].line == len(text[: text.rindex(new)].split("\n"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("    most: 2\n", "    most: two\n", "number", id="not a number"),
        pytest.param("    most: 2\n", "    most: 4\n", "3", id="too many"),
        pytest.param(
            "  cannot-tell: Cannot",
            "  Cannot-Tell: Cannot",
            "no id",
            id="a verdict",
        ),
    ],
)
def test_a_number_or_a_name_that_cannot_be_is_told_in_an_editors_words(
    old: str, new: str, words: str
) -> None:
    flow, problems = read_blog(edited(BLOG, old, new))
    assert flow is None
    assert words in problems[0].message
    assert not JARGON.search(problems[0].message), problems[0].message


def test_all_slips_of_a_file_are_told_at_once_in_its_order() -> None:
    text = edited(BLOG, "    verdict: yes-once\n", "    verdict: perhaps\n")
    text = edited(text, "    compare: name\n", "    compare: nam\n")
    text = edited(text, "default: none", "default: nun")
    _, problems = read_blog(text)
    assert [problem.line for problem in problems] == [
        line_of(text, "default: nun"),
        line_of(text, "verdict: perhaps"),
        line_of(text, "compare: nam"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n"])
def test_an_empty_file_is_told(text: str) -> None:
    assert read_blog(text) == (
        None,
        [Problem(PATH, 1, "this flow is empty; it needs a title")],
    )


@pytest.mark.parametrize("text", ["blog\n", "- one\n- two\n"])
def test_a_file_that_is_no_flow_is_told(text: str) -> None:
    assert read_blog(text) == (
        None,
        [Problem(PATH, 1, "expected keys with values here, such as title: …")],
    )


def test_a_flow_without_its_parts_is_told_what_is_missing() -> None:
    _, problems = read_blog("title: A\n")
    assert [problem.message for problem in problems] == [
        f"{key!r} is missing" for key in ("summary", "verdicts", "prompts", "outcomes")
    ]


@pytest.mark.parametrize(
    "name",
    [
        "flows/thirteen-char.yaml",
        "flows/Blog.yaml",
        "flows/our blog.yaml",
        "flows/-blog.yaml",
        "flows/deep/blog.yaml",
        "flows/blog.md",
    ],
)
def test_a_file_that_lies_or_is_called_elsewise_is_told(name: str) -> None:
    flow, (problem,) = read_flow(name, f"knowledge/{name}", BLOG)
    assert flow is None
    assert (problem.path, problem.line) == (f"knowledge/{name}", 1)
    assert "flows/<name>.yaml" in problem.message
    assert "at most 12" in problem.message


def test_a_name_of_twelve_characters_is_read() -> None:
    flow, problems = read_flow("flows/twelve-chars.yml", "x", BLOG)
    assert (flow and flow.name, problems) == ("twelve-chars", [])


def test_a_default_of_several_choices_is_written_in_the_prompts_order() -> None:
    text = edited(
        BLOG,
        "    most: 2\n",
        "    most: 2\n    from_asker: true\n    default: hobby+work\n",
    )
    flow, (problem,) = read_flow("flows/blog.yaml", "x", text)
    assert flow is None
    assert problem.message == "default: 'about' has no choice 'hobby+work'"


def test_a_folder_tells_path_and_line_of_a_slip_and_keeps_its_other_flows(
    read_files: ReadFiles,
) -> None:
    broken = edited(BLOG, "    compare: name\n", "    compare: nam\n")
    found = read_files(FILES | {"flows/blog.yaml": broken})
    (problem,) = found.problems
    assert problem.path.endswith("knowledge/flows/blog.yaml")
    assert problem.line == line_of(broken, "compare: nam")
    assert list(found.knowledge.flows) == ["gift"]


def test_two_files_of_one_flow_are_told(read_files: ReadFiles) -> None:
    found = read_files(FILES | {"flows/gift.yml": GIFT})
    assert len(found.problems) == 1
    assert "flows/gift" in found.problems[0].path


def test_a_later_folder_replaces_a_flow(write: Write) -> None:
    root = write(FILES)
    ours = root.parent / "ours"
    (ours / "flows").mkdir(parents=True)
    (ours / "flows/gift.yaml").write_text(edited(GIFT, "title: A gift", "title: Ours"))
    knowledge = read([read_folder(root), read_folder(ours)]).knowledge
    assert knowledge.flows["gift"].title == "Ours"
    assert list(knowledge.flows) == ["blog", "gift"]


def test_a_folder_of_a_flow_alone_is_no_guidance(write: Write) -> None:
    with pytest.raises(KnowledgeError):
        read([read_folder(write({"flows/gift.yaml": GIFT}))])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    from_asker: true\n    default: none\n",
            "",
            "the prompt 'notice' is 'from_asker', with the choices 'in-force' and 'none'",
        ),
        (
            "    when: {about: work}\n    choices:",
            "    when: []\n    choices:",
            "'prompts.5.when': write 'when' as prompt: choice, or as prompt: {not: [choice]}",
        ),
        (
            "    compare: name\n",
            "    compare: about\n",
            "compare: two choices can stand together there; there is no other one",
        ),
        (
            "{id: hobby, label: A hobby, short: a hobby,",
            "{id: hobby, label: A hobby, unsure: true, find_out: Ask.,",
            "'hobby' is unsure: no other choice goes with it: 'alone: true'",
        ),
        (
            "{id: friends, label: My friends, short: your friends}",
            "{id: " + "f" * 61 + ", label: My friends, short: your friends}",
            "'prompts.3.choices.3.id': an id of 61 characters; 60 fit",
        ),
    ],
)
def test_a_slip_that_would_only_show_later_is_told(
    old: str, new: str, message: str
) -> None:
    flow, problems = read_flow("flows/blog.yaml", "x", edited(BLOG, old, new))
    assert flow is None
    assert message in [problem.message for problem in problems]


def test_a_read_me_beside_the_flows_is_passed_over(read_files: ReadFiles) -> None:
    found = read_files(FILES | {"flows/README.md": "How we write them."})
    assert found.problems == ()
    assert list(found.knowledge.flows) == ["blog", "gift"]
