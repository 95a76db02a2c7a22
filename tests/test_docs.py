"""What the documents say is so: commands run, paths exist, the transcript is today's."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel

from guidance_bot import bootstrap
from guidance_bot.cli import commands
from guidance_bot.errors import Problem, SettingsError
from guidance_bot.flows import drawing, limits
from guidance_bot.flows.cue_tree import KINDS
from guidance_bot.flows.cues import Cues, faults
from guidance_bot.flows.leaves import MOST_WORDS
from guidance_bot.flows.proof import prove
from guidance_bot.knowledge import flow_schema
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow_files import NAME_CHARS, read_flow
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.pages import read_page
from guidance_bot.knowledge.reader import read
from guidance_bot.knowledge.schema import PageHead, SourceEntry
from guidance_bot.knowledge.yaml_text import read_yaml
from guidance_bot.terminal.flows import proof_text

ROOT = Path(__file__).resolve().parents[1]


def text_of(*names: str) -> str:
    """Return the text of these documents, one after the other."""
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


README = text_of("README.md")
CONTRIBUTING = text_of("CONTRIBUTING.md")
EDITING = text_of("docs/editing.md")
FOR_EDITORS = text_of("knowledge/README.md")
FLOW_EDITING = text_of("docs/flows.md")
GUIDES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "knowledge/README.md", *GUIDES]
FOR_USERS = text_of("README.md", *GUIDES)
FLOWS = sorted(path.stem for path in ROOT.glob("knowledge/flows/*.yaml"))
# The code of a record, and how a record names the knowledge version.
CODE = re.compile(r"\b(?P<flow>[a-z-]+)-(?:[0-9A-Z]{6}-)+[0-9A-Z]{1,6}\b")
VERSION = re.compile(r"\bversion [0-9a-f]{8}\b")
# The day of the transcript: on a later one its page is due for review.
TODAY = "2026-11-22"
# What speaks to Slack says here what it lacks; tests/live/ has the tokens.
WITHOUT_TOKENS = {"doctor": 1, "serve": 2}


def code_spans(text: str) -> list[str]:
    """Return what stands between single backticks in *text*."""
    return re.findall(r"`([^`\n]+)`", text)


def table(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table in *text* whose first cell is *heading*."""
    rest = text[text.index(f"| {heading} |") :]
    rows = rest.partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def mentions(text: str, word: str) -> bool:
    """Tell whether *word* stands in *text* and is not a part of a longer one."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


# Commands


def options() -> Iterator[tuple[str, str]]:
    """Yield each option's longest name with the command that takes it."""
    groups: list[click.Command] = [commands, *commands.commands.values()]
    for command in groups:
        for option in command.params:
            if isinstance(option, click.Option):
                yield command.name or "", max(option.opts, key=len)


@pytest.mark.parametrize("command", commands.commands)
def test_every_command_is_documented(command: str) -> None:
    assert re.search(rf"guidance-bot {command}\b", FOR_USERS)


@pytest.mark.parametrize(
    ("command", "option"),
    [pytest.param(*given, id=" ".join(given)) for given in options()],
)
def test_every_option_is_documented(command: str, option: str) -> None:
    assert mentions(FOR_USERS, option), f"{command} {option}"


def shown_commands(*documents: str) -> list[str]:
    """Return the command lines that *documents* show, or all do, without their program."""
    call = r"(?:\.venv/bin/)?guidance-bot ([^`\n]+)"
    text = text_of(*documents or DOCUMENTS)
    spans = re.findall(rf"`{call}`", text)
    lines = re.findall(rf"^(?: {{4}}|\$ ){call}$", text, re.MULTILINE)
    return list(dict.fromkeys([*spans, *lines]))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all the commands of the documents."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def starter() -> Knowledge:
    """The starter corpus."""
    return read([read_folder(ROOT / "knowledge")]).knowledge


def run(cache: Path, *arguments: str) -> Result:
    """Run a command at 80 columns on the starter corpus."""
    env = {
        "COLUMNS": "80",
        "GUIDANCE_BOT_CACHE": str(cache),
        "GUIDANCE_BOT_KNOWLEDGE": None,
        "SLACK_BOT_TOKEN": None,
        "SLACK_APP_TOKEN": None,
        "SLACK_SIGNING_SECRET": None,
    }
    return CliRunner().invoke(commands, arguments, prog_name="guidance-bot", env=env)


def test_the_readme_shows_every_command() -> None:
    shown = {line.split()[0] for line in shown_commands()}

    assert set(commands.commands) <= shown


@pytest.fixture(scope="module")
def recorded(cache: Path) -> str:
    """The code of the first decision in docs/outcomes.md: another with each edit of the corpus."""
    call = next(line for line in shown_commands("docs/outcomes.md") if "=" in line)
    (found,) = CODE.finditer(run(cache, *shlex.split(call)).stdout)
    return found.group()


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_line_in_the_documents_runs(
    line: str, cache: Path, recorded: str, tmp_path: Path
) -> None:
    asked = tmp_path / "questions.jsonl"
    asked.write_text(json.dumps({"id": 1, "question": "can I blog?"}), encoding="utf-8")
    instead = {"questions.jsonl": str(asked), "CODE": recorded}

    done = run(cache, *(instead.get(word, word) for word in shlex.split(line)))

    code = 2 if isinstance(done.exception, SettingsError) else done.exit_code
    assert code == WITHOUT_TOKENS.get(line.split(maxsplit=1)[0], 0), done.output
    assert done.stdout or line in {"chat", "check", "serve"}


def without_codes(said: str) -> str:
    """Return *said* with an ellipsis for what each edit of the corpus changes: the code of
    a record, and the knowledge version that it was made with.
    """
    return VERSION.sub("version …", CODE.sub(r"\g<flow>-…", said))


def compare(document: str, drawn: str, request: pytest.FixtureRequest) -> None:
    """Compare *document* with what it holds if it is drawn today, or write that down."""
    path = ROOT / document
    if request.config.getoption("--golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    else:
        assert path.read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize(
    "document", ["README.md", "docs/answers.md", "docs/outcomes.md"]
)
def test_every_transcript_is_what_the_bot_says(
    document: str, cache: Path, recorded: str, request: pytest.FixtureRequest
) -> None:
    (asked,) = re.findall(r"^QUESTION \?= (.+)$", text_of("Makefile"), re.MULTILINE)
    calls = {"make ask": ["ask", asked, "--today", TODAY]}

    def transcript(shown: re.Match[str]) -> str:
        call = shown[1]
        arguments = calls.get(call) or shlex.split(call)[1:]
        instead = [recorded if word == "CODE" else word for word in arguments]
        said = without_codes(run(cache, *instead).stdout)
        return f"```console\n$ {call}\n{said}```"

    said = re.sub(
        r"```console\n\$ (.+)\n(?:.*\n)*?```",
        transcript,
        text_of(document),
        flags=re.MULTILINE,
    )
    compare(document, said, request)


# What is drawn


@pytest.mark.parametrize("name", FLOWS)
def test_every_flow_is_drawn_as_it_is(
    name: str, starter: Knowledge, request: pytest.FixtureRequest
) -> None:
    compare(f"docs/flows/{name}.svg", drawing.svg(starter.flows[name]), request)


def test_every_drawing_is_of_a_flow() -> None:
    assert sorted(path.stem for path in ROOT.glob("docs/flows/*")) == FLOWS


def test_the_table_of_the_modes_is_drawn_as_it_is(
    starter: Knowledge, request: pytest.FixtureRequest
) -> None:
    rows = drawing.matrix(starter.flows["engage"], starter)
    text = text_of("docs/modes.md")
    assert len(re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)) == 1

    drawn = re.sub(r"(?:^\|.*\n)+", lambda _: rows, text, flags=re.MULTILINE)
    compare("docs/modes.md", drawn, request)


# Paths and targets


@pytest.mark.parametrize(
    "path",
    [
        span
        for row in table(CONTRIBUTING, "To change")
        for span in code_spans(row[1])
        if "/" in span
    ],
)
def test_every_path_in_the_table_of_contributing_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_leads_to_one(document: str) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", text_of(document))

    here = (ROOT / document).parent
    assert [link for link in links if not (here / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_in_the_documents_is_in_the_makefile(document: str) -> None:
    targets = re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE)
    named = re.findall(
        r"(?:^ {4}|^\$ |`)make ([a-z]+)", text_of(document), re.MULTILINE
    )

    assert set(named) <= set(targets)
    assert named or document not in {"README.md", "CONTRIBUTING.md"}


# What editors write


def example() -> str:
    """Return the example page of docs/editing.md."""
    (found,) = re.findall(r"```markdown\n(---\n.*?)```", EDITING, re.DOTALL)
    return str(found)


def test_the_example_page_reads_without_a_problem() -> None:
    found, problems = read_page("personal/example", "example.md", example())

    assert problems == []
    assert found is not None
    assert [section.id for section in found.sections] == ["short-answer"]


def worked_example(write: Callable[[Path, str], None], root: Path) -> list[Problem]:
    """Return what check says of the page that knowledge/README.md adds."""
    (text,) = re.findall(r"```markdown\n(---\n.*?)```", FOR_EDITORS, re.DOTALL)
    (name,) = re.findall(r"`([a-z-]+\.md)`: small letters", FOR_EDITORS)
    folder = root / "knowledge"
    shutil.copytree(ROOT / "knowledge", folder, dirs_exist_ok=True)
    path = folder / "guidance" / "platforms" / name
    assert not path.exists(), "there is such a page by now: choose another example"
    write(path, text)
    found = bootstrap.check([folder], date.fromisoformat(TODAY)).problems
    return [p for p in found if p.path == str(path) and p.level == "error"]


def test_the_worked_example_for_editors_is_a_sound_page(tmp_path: Path) -> None:
    def write(path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")

    assert worked_example(write, tmp_path) == []


def test_a_slip_in_the_worked_example_gets_the_words_that_editors_are_shown(
    tmp_path: Path,
) -> None:
    def write(path: Path, text: str) -> None:
        path.write_text(text.replace("@nz-toolbox", "@nz-tolbox"), encoding="utf-8")

    (problem,) = worked_example(write, tmp_path)
    assert f"`{problem.message}`" in FOR_EDITORS


def test_the_keys_of_a_page_are_documented_and_no_others() -> None:
    known = set(PageHead.model_fields)
    rows = table(EDITING, "key")
    explained = {span for row in rows for span in code_spans(row[0])}
    # A key that goes with another may be explained in the other's row.
    named = {span for row in rows for cell in row for span in code_spans(cell)}
    shown = set(re.findall(r"^([a-z_]+):", example(), re.MULTILINE))

    assert explained <= known
    assert shown <= known
    assert known - named == set()


def test_the_keys_of_a_source_are_documented_and_no_others() -> None:
    (sentence,) = re.findall(
        r"^Sources live in .*?\.$", EDITING, re.DOTALL | re.MULTILINE
    )
    without_values = re.sub(r"\([^)]*\)", "", sentence)

    keys = set(code_spans(without_values)) - {"sources.yaml"}

    assert keys == set(SourceEntry.model_fields)


# What editors of flows write


def flow_example() -> str:
    """Return the flow that docs/flows.md writes."""
    (found,) = re.findall(r"```yaml\n(title:.*?)```", FLOW_EDITING, re.DOTALL)
    return str(found)


def flow_problems(text: str, knowledge: Knowledge) -> list[str]:
    """Return what check says of the flow in *text*, read and proved."""
    flow, problems = read_flow("flows/pictures.yaml", "pictures.yaml", text)
    proved = prove(flow, knowledge).problems if flow else ()
    return [problem.message for problem in (*problems, *proved)]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one's own, with the flow of docs/flows.md."""
    folder = tmp_path_factory.mktemp("ours")
    (folder / "flows").mkdir()
    (folder / "flows" / "pictures.yaml").write_text(flow_example(), encoding="utf-8")
    return folder


def test_the_flow_in_the_documents_is_proved_on_top_of_the_starter(ours: Path) -> None:
    report = bootstrap.check([ROOT / "knowledge", ours], date.fromisoformat(TODAY))

    assert [p for p in report.problems if p.path.startswith(str(ours))] == []
    told = [proof_text(proof) for proof in report.proofs]
    (shown,) = re.findall(r"`(flow pictures: .*?)`", FLOW_EDITING)
    assert [text for text in told if text.startswith(f"{shown}, ")]


def test_what_people_read_of_the_flow_in_the_documents_is_what_the_bot_says(
    ours: Path, cache: Path, request: pytest.FixtureRequest
) -> None:
    document = "docs/flows.md"
    text = text_of(document)
    (line,) = re.findall(r"^.* reads:$", text, re.MULTILINE)
    chosen = [f"--choose={span}" for span in code_spans(line) if "=" in span]
    folders = f"{ROOT / 'knowledge'}:{ours}"
    call = ("flow", "pictures", *chosen, "--knowledge", folders, "--today", TODAY)
    said = without_codes(run(cache, *call).stdout)

    before, after = text.split(f"{line}\n\n```text\n")
    drawn = f"{before}{line}\n\n```text\n{said}{after[after.index('```') :]}"
    compare(document, drawn, request)


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("key of the file", flow_schema.FlowFile),
        ("key of a prompt", flow_schema.PromptEntry),
        ("key of a choice", flow_schema.ChoiceEntry),
        ("key of a rule", flow_schema.RuleEntry),
        ("key of a pair under none_needed", flow_schema.NoneNeededEntry),
        ("key of an outcome", flow_schema.OutcomeEntry),
        ("key of a section", flow_schema.SectionEntry),
        ("key of an item", flow_schema.ItemEntry),
        ("key of a quote", flow_schema.QuoteEntry),
        ("key of cues", flow_schema.CuesEntry),
    ],
)
def test_the_keys_of_a_flow_are_documented_and_no_others(
    heading: str, model: type[BaseModel]
) -> None:
    rows = table(FLOW_EDITING, heading)
    required = {key for key, f in model.model_fields.items() if f.is_required()}

    explained = [span for row in rows for span in code_spans(row[0])]
    assert sorted(explained) == sorted(model.model_fields)
    assert {code_spans(row[0])[0] for row in rows if row[1].startswith("req")} == (
        required
    )


@pytest.mark.parametrize(
    "form", [code_spans(row[0])[0] for row in table(FLOW_EDITING, "you write")]
)
def test_every_form_of_when_in_the_documents_can_be_written(
    form: str, starter: Knowledge
) -> None:
    slot = "    when: {people: somebody, told: not-told}\n"
    assert slot in flow_example()
    text = flow_example().replace(slot, f"    {form}\n")

    flow, problems = read_flow("flows/pictures.yaml", "pictures.yaml", text)

    assert flow is not None, problems


@pytest.mark.parametrize("row", table(FLOW_EDITING, "cue"), ids=" ".join)
def test_every_cue_in_the_documents_finds_what_they_say(row: list[str]) -> None:
    written, found, not_found = row
    cue = code_spans(written)[0].replace("\\|", "|")
    words = {"chat app": ["WhatsApp", "Telegram", "Signal"]}
    cues = Cues.of(words, {"prompt": {"choice": [cue]}}, {})

    assert faults(cue, words) is None
    assert cues.stated(found)
    assert not cues.stated(not_found)


@pytest.mark.parametrize("row", table(FLOW_EDITING, "question"), ids=" ".join)
def test_the_cues_in_the_documents_state_what_they_say(row: list[str]) -> None:
    (text,) = re.findall(r"```yaml\n(cues:.*?)```", FLOW_EDITING, re.DOTALL)
    held = read_yaml(text, "docs/flows.md")[0].value["cues"]
    words, unless = held.pop("words"), held.pop("unless")

    stated = Cues.of(words, held, unless).stated(row[0])

    assert [f"{prompt}: {one}" for prompt, one in stated.items()] == code_spans(row[1])


def test_every_kind_of_word_that_a_cue_may_name_is_documented() -> None:
    cues = " ".join(row[0] for row in table(FLOW_EDITING, "cue"))

    assert [kind for kind in KINDS if kind not in cues] == []


@pytest.mark.parametrize(
    "text", re.findall(r"```yaml\n(.*?)```", FLOW_EDITING, re.DOTALL)
)
def test_every_piece_of_a_flow_in_the_documents_is_yaml(text: str) -> None:
    assert read_yaml(text, "docs/flows.md")[1] == []


def test_the_limits_in_the_documents_are_those_that_check_knows() -> None:
    shown = [int(row[1].split()[0]) for row in table(FLOW_EDITING, "what")]

    assert shown == [
        NAME_CHARS,
        limits.TITLE_CHARS,
        150,
        limits.PROMPT_CHARS,
        limits.MOST_CHOICES,
        limits.LABEL_CHARS,
        limits.HELP_CHARS,
        MOST_WORDS,
    ]


# What an editor may get wrong in the example: what stands there, and what is written
# instead, in the order in which docs/flows.md says what check makes of it.
ANOTHER = "  - {id: another, title: Another}\n"
NOT_ASKED = "  - {id: another, title: Another, when: {people: nobody, told: told}}\n"
SLIPS = [
    ("verdict: not-yet", "verdict: notyet"),
    ("when: {people: somebody}", "when: {people: anybody}"),
    ("    text: Do those", "    txt: Do those"),
    ('    says: "Yes.', '    # says: "Yes.'),
    ("id: go-ahead", "id: tell-them"),
    ("summary: Whether", "summary: In short: whether"),
    ("{people} first", "{poeple} first"),
    ("contact.data-protection", "contact.dpo"),
    ("#pictures, take", "#picture, take"),
    ("when: {people: somebody, told: not-told}", "when: {told: not-told}"),
    ("id: go-ahead  ", "id: go-ahead\n    when: {told: told}  "),
    ('verdict: "yes"', "verdict: not-yet"),
    ("when: {people: somebody, told", "when: {people: nobody, told"),
    ('verdict: "yes"', 'verdict: "yes"\n    governed: true'),
    ("id: picture\n", "id: picture\n    when: {people: somebody}\n"),
    ("outcomes:\n", f"outcomes:\n{ANOTHER}"),
    ("when: {people: somebody} ", "when: {told: told} "),
    ("outcomes:\n", f"outcomes:\n{NOT_ASKED}"),
    ("short: the people in it", "unsure: true"),
    ("title: Post this", "title: May we post this"),
    ("title: Before", f"title: {'Before ' * 200}"),
]


def test_every_message_in_the_documents_is_what_check_says_of_a_slip(
    starter: Knowledge,
) -> None:
    """A message that ends in "…" is shown in part."""
    rows = table(FLOW_EDITING, "it says")
    assert flow_problems(flow_example(), starter) == []

    for row, (right, wrong) in zip(rows, SLIPS, strict=True):
        assert right in flow_example()
        said = flow_problems(flow_example().replace(right, wrong, 1), starter)
        shown = row[0].strip("`")
        assert shown in said or any(
            shown.endswith("…") and one.startswith(shown[:-1]) for one in said
        ), said


# Settings


@pytest.mark.parametrize(
    "setting",
    sorted(
        set(
            re.findall(
                r"\"((?:GUIDANCE_BOT_|NO_)[A-Z_]+)\"",
                text_of("src/guidance_bot/settings.py"),
            )
        )
    ),
)
def test_every_setting_is_documented(setting: str) -> None:
    assert mentions(FOR_USERS, setting)
