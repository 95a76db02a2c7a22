"""What keeps the bot from answering in Slack: found all at once, each with its mend."""

import asyncio
import errno
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from guidance_bot.doctor.mends import (
    APP,
    BOT,
    COPY,
    FAULTS,
    HERE,
    KINDS,
    LATER,
    MENDS,
    PAGES,
    PASSING,
    REFUSALS,
    SIGNING,
    SLACK,
    TAKES,
    WAYS_IN,
    WITHOUT,
    Fault,
    masked,
)
from guidance_bot.errors import GuidanceBotError, Level, Problem
from guidance_bot.settings import SlackSettings


class UnreachableError(GuidanceBotError):
    """The network's: Slack gave no reply of its own; *reason* completes a sentence."""

    def __init__(self, fault: Fault, reason: str) -> None:
        self.fault: Fault = fault
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Reply:
    """What Slack said to one call: ``error`` is its word for a refusal.

    ``scopes`` is the header x-oauth-scopes, or ``None`` where there was none.
    """

    ok: bool
    error: str = ""
    scopes: frozenset[str] | None = None
    team: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What became of the knowledge: how many pages, or what is wrong with it.

    ``unusable`` is the sentence of a SettingsError; ``uncached`` is the warning
    that the index could not be kept.
    """

    pages: int = 0
    problems: tuple[Problem, ...] = ()
    unusable: str = ""
    uncached: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and what an operator does about it.

    ``deafens``: nobody would get an answer, so ``serve`` does not start.
    """

    where: str
    message: str
    mend: str
    level: Level = "error"
    deafens: bool = False


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that is wrong, the worst first, and what is known to be right."""

    findings: tuple[Finding, ...]
    listening: str
    team: str
    bot: str
    scopes: tuple[str, ...]
    pages: int

    @property
    def is_clean(self) -> bool:
        """Tell whether there is no error; warnings may stand."""
        return all(finding.level != "error" for finding in self.findings)

    @property
    def deafening(self) -> tuple[Finding, ...]:
        """Return what ``serve`` refuses to start with."""
        return tuple(finding for finding in self.findings if finding.deafens)

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON document."""
        facts = asdict(self)
        return {"problems": list(facts.pop("findings")), "facts": facts}


AskSlack: TypeAlias = Callable[[str, str], Awaitable[Reply]]
TryAddress: TypeAlias = Callable[[str, int], None]


async def examine(
    slack: SlackSettings,
    problems: Sequence[str],
    *,
    ask_slack: AskSlack,
    try_address: TryAddress,
    wanted_scopes: Collection[str],
    optional_scopes: Collection[str] = (),
    corpus: Corpus,
) -> Examination:
    """Return everything that is wrong with *slack* and *corpus*, all at once.

    *problems* came up in reading *slack*. *ask_slack* gets no token that cannot be
    one, nor where others could read along. *try_address* raises OSError.
    """
    told = " ".join(problems)
    forms, address = list(_forms(slack, told)), list(_address(slack))
    replies: dict[str, Reply | UnreachableError] = {}
    if "SLACK_API_URL" not in told and not any(x.deafens for x in address):
        replies = await _replies(slack, {x.where for x in forms}, ask_slack)
    reply = replies.get(BOT)
    bot = reply if isinstance(reply, Reply) else Reply(ok=False)
    findings = [*map(_setting, problems), *forms, *address, *_refusals(slack, replies)]
    if bot.ok:
        findings += _scopes(bot.scopes, set(wanted_scopes), set(optional_scopes))
    findings += [*_listening(slack, told, try_address), *_knowledge(corpus)]
    return Examination(
        # Two calls can meet one trouble; "error" sorts before "warning".
        tuple(sorted(dict.fromkeys(findings), key=lambda x: (x.level, not x.deafens))),
        "over Socket Mode" if slack.is_socket_mode else f"on {slack.host}:{slack.port}",
        bot.team,
        bot.user,
        tuple(sorted(bot.scopes or ())),
        corpus.pages,
    )


def _setting(problem: str) -> Finding:
    message, _, takes = masked(problem).rpartition("; ")
    if not message or "cannot be read" in takes:
        message = masked(problem)
        takes = "it takes the path of a file with the value, which the bot's account may read"
    elif takes.startswith("it takes"):
        message += ", which cannot be used"
    mend = f"{takes[0].upper()}{takes[1:]}."
    return Finding(message.partition(" ")[0], f"{message}.", mend, deafens=True)


def _forms(slack: SlackSettings, told: str) -> Iterator[Finding]:
    """Return what can be seen without asking Slack, and is not *told* already."""
    if not slack.bot_token and BOT not in told:
        message = "SLACK_BOT_TOKEN is not set, so the bot cannot sign in to Slack."
        yield Finding(BOT, message, COPY[BOT], deafens=True)
    ways = (slack.app_token, slack.signing_secret, APP in told, SIGNING in told)
    if not any(ways):
        message = "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so nothing reaches the bot."
        mend = f"Use Socket Mode, which needs no public address: {COPY[APP]} Or HTTP: {COPY[SIGNING]}"
        yield Finding(APP, message, mend, deafens=True)
    values = (slack.bot_token, slack.app_token, slack.signing_secret)
    for (name, (_, form)), value in zip(TAKES.items(), values, strict=True):
        if value and not re.fullmatch(form, value):
            unused = name == SIGNING and slack.is_socket_mode
            yield _malformed(name, value, "warning" if unused else "error")


def _malformed(name: str, value: str, level: Level) -> Finding:
    what, mend = next((w, m) for start, w, m in KINDS if re.match(start, value))
    takes, _ = TAKES[name]
    message = f"{name} holds {what}; it takes {takes}."
    if what == takes:
        message = f"{name} holds {what} that is cut short or has a stray character."
        mend = "{copy}"
    # Slack could change the form of its secrets; a token it is not, for certain.
    sure = level == "error" and (name != SIGNING or value.startswith(("xox", "xapp-")))
    return Finding(name, message, mend.format(copy=COPY[name]), level, deafens=sure)


def _address(slack: SlackSettings) -> Iterator[Finding]:
    parts, shown = urlsplit(slack.api_url), masked(slack.api_url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not HERE.fullmatch(host):
        message = f"SLACK_API_URL is {shown}, where others can read the tokens."
        mend = "Unset it, or give an address that begins with https://."
        yield Finding("SLACK_API_URL", message, mend, deafens=True)
    elif not SLACK.fullmatch(host):
        message = f"SLACK_API_URL is {shown}, not Slack: the tokens and every answer go there."
        mend = "Unset it, unless this is your own gateway or a stand-in for Slack."
        yield Finding("SLACK_API_URL", message, mend, "warning")


async def _replies(
    slack: SlackSettings, unsound: Collection[str], ask_slack: AskSlack
) -> dict[str, Reply | UnreachableError]:
    async def reply(method: str, token: str) -> Reply | UnreachableError:
        try:
            return await ask_slack(method, token)
        except UnreachableError as error:
            return error

    calls = {
        BOT: ("auth.test", slack.bot_token),
        APP: ("apps.connections.open", slack.app_token),
    }
    asked = {x: call for x, call in calls.items() if call[1] and x not in unsound}
    replies = await asyncio.gather(*(reply(*call) for call in asked.values()))
    return dict(zip(asked, replies, strict=True))


def _refusals(
    slack: SlackSettings, replies: Mapping[str, Reply | UnreachableError]
) -> Iterator[Finding]:
    shown = masked(slack.api_url)
    lost = [x for x in replies.values() if isinstance(x, UnreachableError)]
    if lost:
        host = urlsplit(slack.api_url).hostname or ""
        message = f"{shown} does not answer: {masked(str(lost[0]))}."
        mend = FAULTS[lost[0].fault].format(host=host)
        # An outage of Slack's passes; a wrong address or certificate does not.
        passes = ("reply", "network") if SLACK.fullmatch(host) else ("reply",)
        yield Finding(shown, message, mend, deafens=lost[0].fault not in passes)
    for name, reply in replies.items():
        if isinstance(reply, Reply) and reply.error in PASSING:
            message = f"{shown} cannot serve the bot just now ({reply.error})."
            yield Finding(shown, message, MENDS.get(reply.error, LATER))
        elif isinstance(reply, Reply) and not reply.ok:
            what = REFUSALS.get(reply.error, "Slack refuses the token in {name}")
            mend = MENDS.get(reply.error, "{copy}").format(copy=COPY[name])
            message = f"{what.format(name=name)} ({masked(reply.error)})."
            yield Finding(name, message, mend, deafens=True)


def _scopes(
    granted: Collection[str] | None, wanted: set[str], optional: set[str]
) -> Iterator[Finding]:
    page = f"{PAGES} OAuth & Permissions → Bot Token Scopes"
    if granted is None:
        message = "Slack's reply does not name the scopes of SLACK_BOT_TOKEN, so they are not checked."
        mend = "Let the proxy or gateway on the way pass the header x-oauth-scopes on."
        yield Finding("scopes", message, mend, "warning")
        return
    has = wanted.intersection(granted)
    for scope in sorted(wanted - has):
        without = WITHOUT.get(scope, "a part of the bot does not work")
        message = f"SLACK_BOT_TOKEN lacks the scope {scope}: {without}."
        mend = f"Add {scope} at {page}, then choose Reinstall to Workspace."
        deaf = scope == "chat:write" or (scope in WAYS_IN and not has & WAYS_IN)
        yield Finding(f"scope {scope}", message, mend, deafens=deaf)
    extra = ", ".join(sorted(set(granted) - wanted - optional))
    if extra:
        message = f"SLACK_BOT_TOKEN has scopes that the bot does not use: {extra}."
        mend = f"Remove them at {page}, then choose Reinstall to Workspace."
        yield Finding("scopes", message, mend, "warning")


def _listening(
    slack: SlackSettings, told: str, try_address: TryAddress
) -> Iterator[Finding]:
    # In Socket Mode too: the probes of the bot's health are answered there.
    if "GUIDANCE_BOT_PORT" in told:
        return
    try:
        try_address(slack.host, slack.port)
    except OSError as error:
        where = "GUIDANCE_BOT_PORT"
        message = f"GUIDANCE_BOT_PORT is {slack.port}, which "
        if error.errno == errno.EADDRINUSE:
            message += f"another program on {slack.host} has taken."
            mend = "Stop that program, or set GUIDANCE_BOT_PORT to a free port. Nothing is wrong if it is guidance-bot serve itself."
        elif error.errno == errno.EACCES:
            message += "this account may not open."
            mend = "Set GUIDANCE_BOT_PORT to 1024 or more, behind a reverse proxy."
        else:
            where = "GUIDANCE_BOT_HOST"
            message = f"GUIDANCE_BOT_HOST is {masked(slack.host)!r}, where this machine cannot listen: {error.strerror or error}."
            mend = "Set GUIDANCE_BOT_HOST to 127.0.0.1, behind a reverse proxy on this machine, or to 0.0.0.0, all of its addresses."
        yield Finding(where, message, mend, deafens=True)


def _knowledge(corpus: Corpus) -> Iterator[Finding]:
    name = "GUIDANCE_BOT_KNOWLEDGE"
    if corpus.unusable:
        message = corpus.unusable.rpartition("; ")[0] or corpus.unusable
        mend = f"Name a folder of guidance with --knowledge or {name}."
        yield Finding(name, f"{message}.", mend, deafens=True)
    for problem in corpus.problems:
        if problem.level == "error":
            where = f"{problem.path}:{problem.line}"
            mend = "Mend that line; guidance-bot check lists all that is wrong with the folder."
            yield Finding(where, problem.message, mend, deafens=True)
    if corpus.uncached:
        message = corpus.uncached.rpartition("; ")[0] or corpus.uncached
        mend = "Let the bot's account write there, or set GUIDANCE_BOT_CACHE to a folder where it may; until then each start builds the index anew."
        yield Finding("GUIDANCE_BOT_CACHE", f"{message}.", mend, "warning")
