"""Settings → services, wired by hand: where knowledge lies, how it is loaded, what check joins."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from guidance_bot import compiled, settings
from guidance_bot.answering.answers import Answer, Asker, StatedFlow, answer
from guidance_bot.answering.guidance import Guidance
from guidance_bot.errors import KnowledgeError, Problem, SettingsError
from guidance_bot.evaluation import (
    calibrated,
    elsewhere_problems,
    question_problems,
)
from guidance_bot.knowledge.content import (
    MODES,
    PRINCIPLES,
    PURPOSES,
    STAGES,
)
from guidance_bot.knowledge.folder import Folder, read_folder, version
from guidance_bot.knowledge.history import commit

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from guidance_bot.doctor import Corpus, Examination, Fault, Reply
    from guidance_bot.flows.cues import Cues
    from guidance_bot.flows.proof import Proof
    from guidance_bot.knowledge.reader import Read

ALIVE_S: Final = 2
SERVER_ERROR: Final = 500
HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What ``check`` found: problems, and how much there is of what."""

    problems: tuple[Problem, ...]
    coverage: dict[str, Any]
    proofs: tuple["Proof", ...] = ()

    @property
    def is_clean(self) -> bool:
        """Tell whether there is no error; warnings may stand."""
        return all(problem.level != "error" for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON document; ``proof`` has an entry for each flow."""
        problems = [
            {"path": p.path, "line": p.line, "level": p.level, "message": p.message}
            for p in self.problems
        ]
        proof = [proof.as_json() for proof in self.proofs]
        return {"problems": problems, "coverage": self.coverage, "proof": proof}


def knowledge_folders(given: Sequence[Path], configured: Sequence[Path]) -> list[Path]:
    """Return the folders to read: *given* on the command line, else *configured*,
    else the corpus in the wheel, else the repository's. Never the working directory.
    """
    for chosen in (given, configured):
        for path in chosen:
            if not path.is_dir():
                raise SettingsError(
                    f"there is no folder {str(path)!r}; --knowledge and "
                    "GUIDANCE_BOT_KNOWLEDGE name folders of guidance"
                )
        if chosen:
            return list(chosen)
    for path in (HERE / "_corpus", HERE.parents[1] / "knowledge"):
        if path.is_dir():
            return [path]
    raise SettingsError(
        "no knowledge folder came with this installation; "
        "name one with --knowledge or GUIDANCE_BOT_KNOWLEDGE"
    )


def load(folders: Sequence[Path], cache: Path, warn: Callable[[str], None]) -> Guidance:
    """Return the guidance in *folders*, from its compiled form where there is one.

    Raises KnowledgeError with every problem where the folders hold an error.
    A cache that cannot be written costs time, not the answer: *warn* is told once.
    """
    read = [read_folder(path) for path in folders]
    if not any(folder.problems for folder in read):
        try:
            return compiled.opened(cache, version(read))
        except compiled.NotCompiledError:
            pass
    guidance = build(read)
    try:
        compiled.store(cache, guidance)
    except OSError as error:
        warn(
            f"the index cannot be kept in {cache} ({error.strerror}); "
            "it is built anew each time. GUIDANCE_BOT_CACHE names another folder"
        )
    return guidance


def build(folders: Sequence[Folder]) -> Guidance:
    """Return the guidance in *folders*, read and indexed here, or raise KnowledgeError."""
    found, problems = _read(folders)
    problems += [problem for proof in _proofs(found) for problem in proof.problems]
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise KnowledgeError(errors)
    return calibrated(Guidance.of(found.knowledge))


def check(folders: Sequence[Path], today: date) -> CheckReport:
    """Return everything that is wrong in *folders*: files, references, questions, reviews."""
    # Imported here like the reader: an answer needs neither.
    from guidance_bot.knowledge import upkeep  # noqa: PLC0415

    try:
        found, problems = _read([read_folder(path) for path in folders])
    except KnowledgeError as error:
        return CheckReport(error.problems, {})
    # Also when there are errors: an editor sees everything at once.
    guidance = calibrated(Guidance.of(found.knowledge))
    problems += upkeep.problems(found)
    problems += question_problems(guidance, found.paths)
    problems += elsewhere_problems(guidance, found.places)
    problems += _review_problems(found, today)
    proofs = _proofs(found)
    problems += [problem for proof in proofs for problem in proof.problems]
    missing = upkeep.without_a_page(found.knowledge.pages)
    return CheckReport(tuple(sorted(problems)), _coverage(found, missing), proofs)


def _proofs(found: "Read") -> tuple["Proof", ...]:
    """Return the proof of each flow that could be read.

    What a flow names and could not be read itself is told there, once.
    """
    # Imported here: an answer proves nothing.
    from guidance_bot.flows.proof import prove  # noqa: PLC0415

    if "organisation.yaml" in found.unread:
        return ()
    unread = {*found.paths.keys() - found.knowledge.pages.keys(), *found.broken_flows}
    proofs = []
    for flow in found.knowledge.flows.values():
        began = time.perf_counter()
        proof = prove(flow, found.knowledge)
        problems = tuple(p for p in proof.problems if not _is_told(p, unread))
        whole = len(problems) == len(proof.problems)
        seconds = time.perf_counter() - began
        proofs.append(replace(proof, problems=problems, seconds=seconds, whole=whole))
    return tuple(proofs)


def _review_problems(found: "Read", today: date) -> Iterator[Problem]:
    for page in found.knowledge.pages.values():
        path, line = found.paths[page.id], page.lines.get("reviewed", 1)
        if page.reviewed > today:
            message = f"reviewed: {page.reviewed} is still to come"
            yield Problem(path, line, message)
        elif page.is_overdue(today):
            message = f"this page is due for review: the last was {page.reviewed}"
            yield Problem(path, line, message, "warning")


def dated(given: Answer, guidance: Guidance, today: date) -> Answer:
    """Return *given* with what depends on the day: notices, pages due for review."""
    citations = tuple(
        replace(citation, overdue=citation.page.is_overdue(today))
        for citation in given.citations
    )
    organisation = guidance.knowledge.organisation
    whose = given.asker.jurisdiction or organisation.jurisdiction
    pages = [citation.page.id for citation in citations]
    notices = tuple(
        notice.text
        for notice in organisation.notices
        if pages and notice.concerns(today, whose, pages)
    )
    return replace(given, citations=citations, notices=notices)


def _is_told(problem: Problem, unread: Iterable[str]) -> bool:
    """Tell whether *problem* only says that something could not be read."""
    missing = re.match(r"there is no \w+ “(?P<name>[^”#]+)", problem.message)
    return missing is not None and missing["name"] in unread


class Answering:
    """Answers questions from *guidance*, with what depends on the day and with the flow
    that a question's own words lead to. ``today`` is asked each time.
    """

    def __init__(self, guidance: Guidance, today: Callable[[], date]) -> None:
        self._guidance, self._today = guidance, today
        self._cues: dict[str, Cues] | None = None

    def __call__(
        self, question: str, asker: Asker, earlier: Sequence[str] = ()
    ) -> Answer:
        """Return the answer to *question*, asked after the *earlier* ones."""
        given = answer(self._guidance, question, asker, earlier)
        flow = self._stated(question) if given.message is None else None
        return replace(dated(given, self._guidance, self._today()), flow=flow)

    def _stated(self, question: str) -> StatedFlow | None:
        """Return the flow of which the words of *question* state most, if any."""
        if self._cues is None:
            self._cues = _cues(self._guidance)
        stated = [(name, cues.stated(question)) for name, cues in self._cues.items()]
        name, choices = max(stated, key=lambda one: len(one[1]), default=("", {}))
        return StatedFlow(name, choices) if choices else None


def _cues(guidance: Guidance) -> "dict[str, Cues]":
    from guidance_bot.flows.cues import Cues  # noqa: PLC0415

    flows = guidance.knowledge.flows.values()
    return {
        flow.name: Cues.of(flow.words, flow.cues, flow.unless)
        for flow in flows
        if flow.cues
    }


def examine(folders: Callable[[], Sequence[Path]], cache: Path) -> "Examination":
    """Return what keeps the bot from answering in Slack; *folders* may raise SettingsError."""
    import asyncio  # noqa: PLC0415 - an answer at a terminal does not wait for it

    corpus = _corpus(folders, cache)
    given, problems = settings.current_slack()
    return asyncio.run(_examination(given, problems, corpus))


def serve(folders: Sequence[Path], cache: Path, today: Callable[[], date]) -> None:
    """Answer in Slack until a signal comes.

    Raises SettingsError where the bot would be deaf, KnowledgeError where it
    would have nothing to say.
    """
    # Imported here: one answer at a terminal needs nothing of Slack.
    import asyncio  # noqa: PLC0415

    from guidance_bot.doctor import Corpus  # noqa: PLC0415
    from guidance_bot.slack import logs, serving  # noqa: PLC0415

    given, problems = settings.current_slack()
    found = asyncio.run(_examination(given, problems, Corpus()))
    if found.deafening:
        wrong = "; ".join(_clause(finding.message) for finding in found.deafening)
        raise SettingsError(f"{wrong}; guidance-bot doctor says how to mend it")
    logs.configure()
    guidance = load(folders, cache, logging.getLogger(__name__).warning)
    head = commit(folders, guidance.knowledge.version)

    answering = Answering(guidance, today)

    def answered(question: str, asker: Asker, earlier: Sequence[str]) -> Answer:
        return replace(answering(question, asker, earlier), commit=head)

    workplace = serving.Workplace(
        bot_token=given.bot_token,
        app_token=given.app_token,
        signing_secret=given.signing_secret,
        api_url=given.api_url,
        host=given.host,
        port=given.port,
        knowledge=guidance.knowledge,
        answer=answered,
        today=today,
    )
    with settings.hidden_from_bolt():
        asyncio.run(serving.serve(workplace))


def _clause(message: str) -> str:
    """Return *message* as a part of a sentence; a name keeps its capitals."""
    first, _, rest = message.removesuffix(".").partition(" ")
    return f"{first.lower() if first in {'Neither', 'The'} else first} {rest}"


async def _examination(
    given: settings.SlackSettings, problems: Sequence[str], corpus: "Corpus"
) -> "Examination":
    from guidance_bot import doctor  # noqa: PLC0415
    from guidance_bot.slack.manifest import wanted_scopes  # noqa: PLC0415
    from guidance_bot.slack.sending import shared_session  # noqa: PLC0415
    from guidance_bot.slack.serving import bound_socket  # noqa: PLC0415

    async with shared_session() as session:

        async def ask_slack(method: str, token: str) -> "Reply":
            return await _reply(session, given.api_url, method, token)

        def try_address(host: str, port: int) -> None:
            try:
                bound_socket(host, port).close()
            except OSError:
                if not _is_alive(host, port):
                    raise

        return await doctor.examine(
            given,
            problems,
            ask_slack=ask_slack,
            try_address=try_address,
            wanted_scopes=wanted_scopes(),
            optional_scopes=wanted_scopes(agent=True),
            corpus=corpus,
        )


def _is_alive(host: str, port: int) -> bool:
    """Tell whether a bot of ours is what listens there."""
    import urllib.request  # noqa: PLC0415

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=ALIVE_S) as response:
            return bool(response.read(100) == b"alive\n")
    except (OSError, ValueError):
        return False


async def _reply(
    session: "ClientSession", api_url: str, method: str, token: str
) -> "Reply":
    """Return what Slack says to one call, or raise UnreachableError."""
    import aiohttp  # noqa: PLC0415

    from guidance_bot.doctor import Reply, UnreachableError  # noqa: PLC0415
    from guidance_bot.slack.sending import NotSlackError, ask_once  # noqa: PLC0415

    try:
        said, scopes = await ask_once(session, api_url, method, token)
    except NotSlackError as error:
        fault: Fault = "reply" if error.status >= SERVER_ERROR else "address"
        raise UnreachableError(fault, str(error)) from error
    except aiohttp.ClientSSLError as error:
        raise UnreachableError("certificate", str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        system = getattr(error, "os_error", error)
        reason = getattr(system, "strerror", None) or "no reply in time"
        raise UnreachableError("network", reason) from error
    held = (
        frozenset(x.strip() for x in scopes.split(",") if x)
        if scopes is not None
        else None
    )
    team, user = str(said.get("team", "")), str(said.get("user", ""))
    return Reply(bool(said.get("ok")), str(said.get("error", "")), held, team, user)


def _corpus(folders: Callable[[], Sequence[Path]], cache: Path) -> "Corpus":
    from guidance_bot.doctor import Corpus  # noqa: PLC0415

    warnings: list[str] = []
    try:
        pages = len(load(folders(), cache, warnings.append).knowledge.pages)
    except SettingsError as error:
        return Corpus(unusable=str(error))
    except KnowledgeError as error:
        return Corpus(problems=error.problems)
    return Corpus(pages=pages, uncached=" ".join(warnings))


def _read(folders: Sequence[Folder]) -> tuple["Read", list[Problem]]:
    # Imported here: an answer from the compiled form needs neither pydantic,
    # PyYAML nor markdown-it, which together cost more than the answer.
    from guidance_bot.knowledge import checks  # noqa: PLC0415
    from guidance_bot.knowledge.reader import read  # noqa: PLC0415

    found = read(folders)
    return found, [*found.problems, *checks.problems(found)]


def _coverage(found: "Read", missing: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    knowledge = found.knowledge
    pages = list(knowledge.pages.values())
    return {
        "version": knowledge.version,
        "pages": len(pages),
        "passages": len(knowledge.passages),
        "sources": len(knowledge.sources),
        "indexed_questions": sum(len(p.questions) for p in knowledge.passages),
        "must": sum(len(page.must) for page in pages),
        "evaluation_questions": len(knowledge.questions),
        # How many pages speak of each, and which has none of its own.
        "modes": {name: sum(name in page.modes for page in pages) for name in MODES},
        "stages": {name: sum(name in page.stages for page in pages) for name in STAGES},
        "purposes": {
            name: sum(name in page.purposes for page in pages) for name in PURPOSES
        },
        "principles": {
            name: sum(name in page.principles for page in pages) for name in PRINCIPLES
        },
        "without_a_page": {topic: list(names) for topic, names in missing.items()},
        "replaced": list(knowledge.replaced),
    }
