"""The commands, each a few lines."""

import os
import sys
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path

import click

from guidance_bot import __version__, bootstrap, settings, streams
from guidance_bot.answering.answers import Asker
from guidance_bot.answering.documents import as_json
from guidance_bot.answering.guidance import Guidance
from guidance_bot.conversation import Conversation
from guidance_bot.errors import GuidanceBotError, KnowledgeError, UsageError
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.history import commit
from guidance_bot.knowledge.labels import source_label
from guidance_bot.options import (
    FOR_OPTION,
    JSON_OPTION,
    KNOWLEDGE_OPTION,
    TODAY_OPTION,
    day_of,
    named_folders,
)
from guidance_bot.terminal import (
    answer_text,
    coverage_text,
    page_text,
    passages_named,
    problems_text,
)

EXIT_KNOWLEDGE = 1
EXIT_USAGE = 2


def main() -> None:
    """Run the command line; the one catcher of our own errors.

    Exits 0, 1 when the knowledge is at fault, 2 when the usage or settings are.
    """
    streams.prepare()
    try:
        # Not commands(): click would end a closed pipe with our code for knowledge.
        with commands.make_context("guidance-bot", sys.argv[1:]) as context:
            commands.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except KnowledgeError as error:
        streams.complain(problems_text(error.problems, "text"))
        streams.complain(_count(len(error.problems), "problem"))
        sys.exit(EXIT_KNOWLEDGE)
    except (GuidanceBotError, click.Abort) as error:
        streams.complain(f"guidance-bot: {error}")
        sys.exit(EXIT_USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except OSError as error:
        # A reader that has seen enough (head, less) is no error; a full disk is.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            streams.complain(f"guidance-bot: {error}")
            sys.exit(EXIT_USAGE)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="guidance-bot")
def commands() -> None:
    """Cited answers about using social media at work, from a folder of guidance."""


def _guidance(folders: list[Path]) -> Guidance:
    def warn(message: str) -> None:
        print(f"guidance-bot: {message}", file=sys.stderr)

    return bootstrap.load(folders, settings.current().cache, warn)


def _text(argument: str) -> str:
    # Arguments are bytes that Python decoded by the locale; ours are UTF-8.
    raw = argument.encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "replace")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _jurisdiction(knowledge: Knowledge, code: str | None) -> str | None:
    known = knowledge.organisation.jurisdictions
    if code is not None and code not in known:
        raise UsageError(f"--for is {code!r}; it can be one of: {', '.join(known)}")
    return code


@commands.command()
@click.argument("question", required=False)
@click.option(
    "--batch", type=click.Path(path_type=Path), help="Questions as JSON lines."
)
@FOR_OPTION
@click.option(
    "--after", "earlier", multiple=True, metavar="QUESTION", help="Asked before."
)
@TODAY_OPTION
@JSON_OPTION
@KNOWLEDGE_OPTION
def ask(  # noqa: PLR0917 - one parameter an option
    question: str | None,
    batch: Path | None,
    jurisdiction: str | None,
    earlier: tuple[str, ...],
    today: date,
    as_document: bool,
    folders: list[Path],
) -> None:
    """Answer QUESTION with the passage that applies, and who stands behind it."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give a QUESTION in quotes, or --batch FILE.")
    if batch is not None and (jurisdiction or earlier):
        raise click.UsageError("In a batch, each line has its own 'for' and 'after'.")
    if batch is not None:
        _ask_batch(batch, today, folders)
        return
    guidance = _guidance(folders)
    asker = Asker(_jurisdiction(guidance.knowledge, jurisdiction))
    answered = bootstrap.Answering(guidance, lambda: today)
    given = answered(_text(question or ""), asker, [*map(_text, earlier)])
    if as_document:
        head = commit(folders, given.version)
        streams.print_json(as_json(replace(given, commit=head)))
    else:
        print(answer_text(given, guidance.knowledge, streams.paper()))


def _ask_batch(batch: Path, when: date, folders: list[Path]) -> None:
    from guidance_bot.question_files import read_batch  # noqa: PLC0415 - one question needs it not

    guidance = _guidance(folders)
    asked = read_batch(batch, guidance.knowledge.organisation.jurisdictions)
    head = commit(folders, guidance.knowledge.version)
    answered = bootstrap.Answering(guidance, lambda: when)
    for line in asked:
        given = answered(line.question, Asker(line.jurisdiction), line.earlier)
        given = replace(given, commit=head)
        streams.print_json({"id": line.id} | as_json(given))


@commands.command()
@FOR_OPTION
@TODAY_OPTION
@KNOWLEDGE_OPTION
def chat(jurisdiction: str | None, today: date, folders: list[Path]) -> None:
    """Converse: a question a line, and "and for councils?" goes on from it."""
    try:
        guidance = _guidance(folders)
        conversation = Conversation(
            guidance.knowledge,
            bootstrap.Answering(guidance, lambda: today),
            Asker(_jurisdiction(guidance.knowledge, jurisdiction)),
            today=today,
            paper=streams.paper,
        )
        _converse(conversation)
    except KeyboardInterrupt:
        if streams.is_typed():
            streams.complain("")


def _converse(conversation: Conversation) -> None:
    is_typed = streams.is_typed()
    if is_typed:
        streams.complain(conversation.say("chat-opening"))
    for number, reply in enumerate(conversation.replies(streams.lines())):
        # A line of space between two replies; at a terminal before a prompt too.
        if number and not is_typed:
            print()
        print(reply, end="\n\n" if is_typed else "\n", flush=True)
    if is_typed:
        streams.complain(conversation.say("chat-end"))


@commands.command()
@click.argument("name", metavar="PASSAGE_OR_PAGE")
@TODAY_OPTION
@JSON_OPTION
@KNOWLEDGE_OPTION
def show(name: str, today: date, as_document: bool, folders: list[Path]) -> None:
    """Read a page, or one passage of it, with the authority of each paragraph."""
    knowledge = _guidance(folders).knowledge
    found = passages_named(name, knowledge)
    if found is None:
        raise UsageError(
            f"no page or passage {name!r}; 'guidance-bot topics' lists them"
        )
    page, own = found
    if as_document:
        head = {key: value for key, value in asdict(page).items() if key != "lines"}
        head["reviewed"] = page.reviewed.isoformat()
        streams.print_json(head | {"passages": [asdict(passage) for passage in own]})
    else:
        overdue = page.is_overdue(today)
        print(page_text(page, own, knowledge, streams.paper(), is_overdue=overdue))


@commands.command()
@JSON_OPTION
@KNOWLEDGE_OPTION
def topics(as_document: bool, folders: list[Path]) -> None:
    """List the pages by topic."""
    pages = _guidance(folders).knowledge.pages.values()
    if as_document:
        keys = ("id", "title", "summary", "owner", "status")
        streams.print_json(
            [{key: getattr(page, key) for key in keys} for page in pages]
        )
        return
    streams.print_table(("Page", "What it says"), ((p.id, p.summary) for p in pages))


@commands.command()
@JSON_OPTION
@KNOWLEDGE_OPTION
def sources(as_document: bool, folders: list[Path]) -> None:
    """List the published sources: what each is worth, and whom it binds."""
    knowledge = _guidance(folders).knowledge
    if as_document:
        streams.print_json([asdict(source) for source in knowledge.sources.values()])
        return
    names = knowledge.organisation.jurisdictions
    rows = (
        (
            source.id,
            f"{source.title} — {source_label(source, knowledge.sources)} "
            f"({names.get(source.jurisdiction, source.jurisdiction)})",
        )
        for source in knowledge.sources.values()
    )
    streams.print_table(("Source", "What it is"), rows)


@commands.command()
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="How to print the problems.",
)
@TODAY_OPTION
@JSON_OPTION
@KNOWLEDGE_OPTION
def check(style: str, today: date, as_document: bool, folders: list[Path]) -> None:
    """Find everything that is wrong with a folder of guidance, at once."""
    from guidance_bot.terminal.flows import proof_text  # noqa: PLC0415 - an answer proves nothing

    report = bootstrap.check(folders, today)
    if as_document or style == "json":
        streams.print_json(report.as_json())
    else:
        if report.problems:
            print(problems_text(report.problems, style))
        errors = sum(problem.level == "error" for problem in report.problems)
        counts = ", ".join(
            _count(report.coverage[f"{noun}s"], noun)
            for noun in ("page", "passage", "source")
            if f"{noun}s" in report.coverage
        )
        warnings = len(report.problems) - errors
        for line in report.coverage.get("replaced", []):
            print(line, file=sys.stderr)
        print(
            f"{_count(errors, 'error')}, {_count(warnings, 'warning')}; {counts}",
            file=sys.stderr,
        )
        if covered := coverage_text(report.coverage):
            print(covered, file=sys.stderr)
        for proof in report.proofs:
            print(proof_text(proof), file=sys.stderr)
    if not report.is_clean:
        sys.exit(EXIT_KNOWLEDGE)


@commands.command()
@click.argument("name", required=False)
@click.option(
    "--choose",
    "chosen",
    multiple=True,
    metavar="PROMPT=CHOICE",
    help="A choice made; several at one prompt are joined by +.",
)
@click.option("--all-paths", is_flag=True, help="Every combination of choices.")
@click.option("--draw", is_flag=True, help="A drawing of the flow instead.")
@click.option(
    "--as",
    "drawing",
    type=click.Choice(["mermaid", "svg", "matrix"]),
    default="mermaid",
    help="What --draw prints: a Mermaid chart, an SVG picture, or the table of modes.",
)
@FOR_OPTION
@TODAY_OPTION
@JSON_OPTION
@KNOWLEDGE_OPTION
def flow(  # noqa: PLR0913, PLR0917 - one parameter an option
    name: str | None,
    chosen: tuple[str, ...],
    all_paths: bool,
    draw: bool,
    drawing: str,
    jurisdiction: str | None,
    today: date,
    as_document: bool,
    folders: list[Path],
) -> None:
    """Walk through the decision NAME, or list the decisions there are."""
    from guidance_bot import flow_commands  # noqa: PLC0415 - an answer walks no flow

    knowledge = _guidance(folders).knowledge
    whose = _jurisdiction(knowledge, jurisdiction)
    if name is None and (chosen or all_paths or draw):
        raise click.UsageError("Give the NAME of a flow; guidance-bot flow lists them.")
    if chosen and (all_paths or draw):
        raise click.UsageError("--choose goes with neither --all-paths nor --draw.")
    if name is None:
        flow_commands.print_flows(knowledge, as_document=as_document)
        return
    decided = flow_commands.Deciding(name, knowledge, whose, today)
    if draw:
        decided.print_drawing(drawing)
    elif all_paths:
        decided.print_all_paths(as_document=as_document)
    elif chosen or as_document or not streams.is_typed():
        decided.print_step([*map(_text, chosen)], as_document=as_document)
    else:
        decided.walk()


@commands.command()
@click.argument("code")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print the record; text is Markdown.",
)
@JSON_OPTION
@KNOWLEDGE_OPTION
def decision(code: str, style: str, as_document: bool, folders: list[Path]) -> None:
    """Print the record that CODE stands for, and what has changed since."""
    from guidance_bot.flows import record  # noqa: PLC0415

    knowledge = _guidance(folders).knowledge
    held = record.record_of(_text(code), knowledge)
    if as_document or style == "json":
        streams.print_json(record.record_json(held, knowledge))
    else:
        print(record.record_text(held, knowledge), end="")


@commands.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@JSON_OPTION
@KNOWLEDGE_OPTION
def evaluate(file: Path | None, as_document: bool, folders: list[Path]) -> None:
    """Ask a set of questions and report how many found the right page.

    FILE holds JSON lines with id, question, expect and pages; without it the
    folder's own questions.yaml is asked.
    """
    from guidance_bot import evaluation  # noqa: PLC0415
    from guidance_bot.question_files import read_evaluation  # noqa: PLC0415

    guidance = _guidance(folders)
    known = guidance.knowledge.organisation.jurisdictions
    questions = read_evaluation(file, known) if file else guidance.knowledge.questions
    if not questions:
        where = file or "questions.yaml of the folder"
        raise UsageError(f"no questions in {where}; a FILE holds one a line")
    report = evaluation.evaluate(guidance, questions)
    if as_document:
        streams.print_json(report.as_json())
    else:
        print(evaluation.report_text(report, width=streams.paper().width))


@commands.command()
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day of asking, as 2026-11-22, instead of each day's own.",
)
@KNOWLEDGE_OPTION
def serve(today: datetime | None, folders: list[Path]) -> None:
    """Answer in Slack: over Socket Mode where SLACK_APP_TOKEN is set, else over HTTP."""

    def day() -> date:
        return day_of(today)

    bootstrap.serve(folders, settings.current().cache, day)


@commands.command()
@JSON_OPTION
@click.option(
    "--knowledge",
    "named",
    multiple=True,
    metavar="FOLDER[:FOLDER]",
    help="Folder(s) of guidance; a later one replaces pages of an earlier one.",
)
def doctor(as_document: bool, named: tuple[str, ...]) -> None:
    """Find what keeps the bot from answering in Slack, each problem with its mend."""
    from guidance_bot.doctor import report_text  # noqa: PLC0415 - an answer needs no doctor

    found = bootstrap.examine(lambda: named_folders(named), settings.current().cache)
    if as_document:
        streams.print_json(found.as_json())
    else:
        print(report_text(found, width=streams.paper().width))
    if not found.is_clean:
        sys.exit(EXIT_KNOWLEDGE)


@commands.command()
@click.option("--url", metavar="URL", help="Where Slack reaches the bot, over HTTP.")
@click.option("--agent", is_flag=True, help="With Slack's agent view (a paid plan).")
@JSON_OPTION
def manifest(url: str | None, agent: bool, as_document: bool) -> None:
    """Print the manifest of the Slack app: paste it at api.slack.com/apps."""
    from guidance_bot.slack.manifest import manifest as app_manifest  # noqa: PLC0415

    if url is not None and not url.startswith("https://"):
        raise UsageError(f"--url is {url!r}; Slack calls only https:// addresses")
    printed = app_manifest(url=url, agent=agent)
    if as_document:
        streams.print_json(printed)
    else:
        import yaml  # noqa: PLC0415

        print(yaml.safe_dump(printed, sort_keys=False, width=100), end="")
