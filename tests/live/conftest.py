"""The conversations of the live tests: a department's guidance, and who answers from it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import get_args

import pytest

from tests.conftest import DEPARTMENT, ORGANISATION, SOURCES, page
from tests.live.command import environ, guidance_bot
from tests.live.slack_talk import SERVE, Talk, Transport, talking

HERE = "https://bot.example.gov.uk"
LONG_CHARS = 12_000

LONG_SECTION = " ".join(
    f"Rule {number} says that box {number} stays shut." for number in range(300)
)
LONG_SENTENCE = f"The style sheet lists {', '.join(f'word{n}' for n in range(1_400))}."

TOWN: dict[str, str | bytes] = {
    "organisation.yaml": ORGANISATION,
    "sources.yaml": SOURCES,
    **DEPARTMENT,
    "guidance/personal/threats.md": page(
        "## What comes first {#first}\n\nTell your line manager about a threat at once.\n",
        title="Threats and abuse",
        summary="Your line manager comes first.",
        more="sensitive: true\n",
    ),
    "guidance/personal/criers.md": page(
        "## Whom a crier may call\n\nA crier in a Q&A calls <!channel>, <@U0BEN> and "
        "[x](http://evil.example).\n",
        title="Criers & callers",
        summary="Nobody, <!here>.",
    ),
    "guidance/records/archive.md": page(
        f"## What the archive keeps\n\n{LONG_SECTION}\n",
        title="The archive",
        summary="Which boxes stay shut.",
    ),
    "guidance/records/style.md": page(
        f"## What the style sheet lists\n\n{LONG_SENTENCE}\n",
        title="The style sheet",
        summary="Which words are listed.",
    ),
}


def write_folder(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write *files* below *root* and return it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


class Begin:
    """Begins conversations; each has a home, a bot and a Slack of its own."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._begun = 0
        self._manifests: dict[Transport, Path] = {}
        self.town = write_folder(base / "town", TOWN)

    def manifest(self, transport: Transport) -> Path:
        """Return the manifest that ``guidance-bot manifest`` prints."""
        if transport not in self._manifests:
            url = ("--url", HERE) if transport == "http" else ()
            done = guidance_bot("manifest", *url, env=environ(self._base))
            assert (done.returncode, done.stderr) == (0, b"")
            path = self._base / f"{transport}.yaml"
            path.write_bytes(done.stdout)
            self._manifests[transport] = path
        return self._manifests[transport]

    def __call__(
        self,
        transport: Transport,
        *,
        knowledge: Path | None = None,
        arguments: Sequence[str | Path] = SERVE,
        scopes: Sequence[str] = (),
        more: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Talk]:
        """Return a conversation about *knowledge*, the town's unless another is given.

        *more* are variables of the bot's environment.
        """
        self._begun += 1
        home = self._base / f"home-{self._begun}"
        home.mkdir()
        own = {
            "GUIDANCE_BOT_CACHE": str(self._base / "cache"),
            "GUIDANCE_BOT_KNOWLEDGE": str(knowledge or self.town),
        }
        return talking(
            transport,
            home,
            self.manifest(transport),
            environ(home, **own, **(more or {})),
            arguments=arguments,
            scopes=scopes,
        )


@pytest.fixture(scope="session")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Begin:
    """Begin a conversation of a test's own."""
    return Begin(tmp_path_factory.mktemp("slack"))


class LongTalks:
    """Conversations that go on over many tests, each begun when one first needs it."""

    def __init__(self, begin: Begin, stack: ExitStack) -> None:
        self._begin = begin
        self._stack = stack
        self._begun: dict[tuple[Transport, tuple[str | Path, ...]], Talk] = {}

    @contextmanager
    def part(self, transport: Transport, *arguments: str | Path) -> Iterator[Talk]:
        """Give a conversation in which nothing was said yet to one test, and see
        afterwards that nothing is amiss.
        """
        chosen = arguments or SERVE
        if (transport, chosen) not in self._begun:
            begun = self._begin(transport, arguments=chosen)
            self._begun[transport, chosen] = self._stack.enter_context(begun)
        talk = self._begun[transport, chosen]
        talk.renew()
        yield talk
        talk.verify()


@pytest.fixture(scope="session")
def long_talks(begin: Begin) -> Iterator[LongTalks]:
    """The conversations that go on over all tests."""
    with ExitStack() as stack:
        yield LongTalks(begin, stack)


@pytest.fixture(params=get_args(Transport))
def transport(request: pytest.FixtureRequest) -> Transport:
    """Both ways in which Slack and the bot reach each other."""
    chosen: Transport = request.param
    return chosen


@pytest.fixture
def talk(transport: Transport, long_talks: LongTalks) -> Iterator[Talk]:
    """A conversation over either transport."""
    with long_talks.part(transport) as part:
        yield part


@pytest.fixture
def http_talk(long_talks: LongTalks) -> Iterator[Talk]:
    """A conversation in which Slack calls the bot."""
    with long_talks.part("http") as part:
        yield part


@pytest.fixture
def socket_talk(long_talks: LongTalks) -> Iterator[Talk]:
    """A conversation in which the bot calls Slack."""
    with long_talks.part("socket") as part:
        yield part
