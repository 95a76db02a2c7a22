"""What deploy/ holds is sound, agrees with itself, and names only what there is."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import requires
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from guidance_bot.cli import commands
from guidance_bot.settings import PORT, SlackSettings
from guidance_bot.slack.manifest import EVENTS_PATH, wanted_scopes
from guidance_bot.slack.serving import GRACE_S
from tests.live.command import ROOT, environ, python

DEPLOY: Final = ROOT / "deploy"
DOCKERFILE: Final = DEPLOY / "Dockerfile"
COMPOSE: Final = DEPLOY / "compose.yaml"
UNIT: Final = DEPLOY / "guidance-bot.service"
OPERATIONS: Final = (DEPLOY / "operations.md").read_text(encoding="utf-8")
SETTINGS: Final = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
SECRETS: Final = ("slack-bot-token", "slack-app-token", "slack-signing-secret")
# What belongs to the system or to Python, and is no setting of the bot's.
NOT_OURS: Final = re.compile(r"HOME|PATH|(PIP|PYTHON)[A-Z_]*")


def ran(
    program: str | Path, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run *program* and return what came of it, both outputs as one."""
    return subprocess.run(
        [program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )


def tool(name: str) -> Path:
    """Return a program that is installed beside this Python."""
    return Path(sys.executable).parent / name


def mentions(text: str, word: str) -> bool:
    """Tell whether *word* stands in *text* and is not a part of a longer one."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


# The image


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each on one line."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest) for word, _, rest in (x.partition(" ") for x in lines) if rest]


def image(word: str) -> list[str]:
    """Return what follows *word* in the last stage, the one that is shipped."""
    given = instructions()
    last = max(n for n, (found, _) in enumerate(given) if found == "FROM")
    return [rest for found, rest in given[last:] if found == word]


def image_environ() -> dict[str, str]:
    """Return the environment that the image sets."""
    (rest,) = image("ENV")
    return dict(pair.split("=", 1) for pair in rest.split())


def let_through() -> list[str]:
    """Return what of the repository reaches the build."""
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    return [line[1:] for line in lines if line.startswith("!")]


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = ran(tool("hadolint"), "--no-color", DOCKERFILE)

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_starts_the_bot_without_a_shell_so_that_sigterm_reaches_it() -> None:
    (entry,), (command,) = image("ENTRYPOINT"), image("CMD")

    assert json.loads(entry) == ["/opt/guidance-bot/bin/guidance-bot"]
    assert json.loads(command) == ["serve"]
    assert "serve" in commands.commands
    assert image("STOPSIGNAL") == ["SIGTERM"]


def test_the_image_runs_as_a_number_other_than_root_and_compose_as_the_same() -> None:
    (user,) = image("USER")

    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert service()["user"] == user
    assert f"--owner {user.partition(':')[0]} " in image("RUN")[0]


def test_both_stages_stand_on_one_small_python_that_the_package_supports() -> None:
    (python_given,) = [rest for word, rest in instructions() if word == "ARG"]
    bases = [rest.split()[0] for word, rest in instructions() if word == "FROM"]

    assert re.fullmatch(r"PYTHON=3\.1[1-9]", python_given)
    assert bases == ["python:${PYTHON}-slim"] * 2


def test_everything_that_is_copied_exists_and_is_let_through() -> None:
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]

    assert sorted(copied) == sorted(let_through())
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_what_is_let_through_is_enough_to_build_the_wheel(tmp_path: Path) -> None:
    for name in let_through():
        source = ROOT / name
        skip = shutil.ignore_patterns("__pycache__", ".*")
        if source.is_dir():
            shutil.copytree(source, tmp_path / "context" / name, ignore=skip)
        else:
            (tmp_path / "context").mkdir(exist_ok=True)
            shutil.copy(source, tmp_path / "context" / name)

    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist")
    done = python(*build, tmp_path / "context", env=environ(tmp_path), cwd=tmp_path)

    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    assert len(list((tmp_path / "dist").glob("*.whl"))) == 1


def libraries() -> set[str]:
    """Return every distribution that the bot needs at work, however deep."""
    found: set[str] = set()
    waiting = ["guidance-bot"]
    while waiting:
        for text in requires(waiting.pop()) or []:
            needed = Requirement(text)
            name = canonicalize_name(needed.name)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def test_every_library_in_the_image_has_a_pin() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines}

    assert sorted(libraries() - pinned) == []
    installs = [rest for word, rest in instructions() if word == "RUN"]
    assert all(
        "--constraint constraints.txt" in call
        for rest in installs
        for call in re.findall(r"\binstall (?!--directory).*?(?=&&|$)", rest)
    )


# Health


def health_check() -> list[str]:
    """Return the image's health check as the program and its arguments."""
    (rest,) = image("HEALTHCHECK")
    words = json.loads(rest[rest.index("CMD ") + len("CMD ") :])
    return [str(word) for word in words]


@contextmanager
def answering(status: int) -> Iterator[str]:
    """Stand in for the bot on a free port: every request is answered with *status*."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_healthz_and_goes_past_any_proxy(
    status: int, code: int, tmp_path: Path
) -> None:
    program, *arguments = health_check()
    nowhere = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}

    with answering(status) as address:
        here = [x.replace(f"127.0.0.1:{PORT}", address) for x in arguments]
        done = python(*here, env=environ(tmp_path, **nowhere), cwd=tmp_path)

    assert program == "python"
    assert here != arguments
    assert done.returncode == code


def test_compose_checks_health_as_the_image_does() -> None:
    check = service()["healthcheck"]
    (rest,) = image("HEALTHCHECK")

    assert check["test"] == ["CMD", *health_check()]
    for option in ("interval", "timeout", "start_period", "retries"):
        assert f"--{option.replace('_', '-')}={check[option]} " in rest


# Compose


def compose() -> Any:
    """Return compose.yaml as Compose reads it."""
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def service() -> Any:
    """Return the one service of compose.yaml."""
    (found,) = compose()["services"].values()
    return found


def test_compose_is_what_the_compose_specification_allows() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    done = ran(tool("check-jsonschema"), *schema, COMPOSE)

    assert done.returncode == 0, done.stdout


def test_compose_builds_from_the_files_that_are_here() -> None:
    build = service()["build"]
    context = (DEPLOY / build["context"]).resolve()

    assert context == ROOT
    assert context / build["dockerfile"] == DOCKERFILE


def test_the_container_can_write_to_its_cache_and_nowhere_else() -> None:
    found, held = service(), image_environ()
    writable = {path.partition(":")[0]: path for path in found["tmpfs"]}

    assert found["read_only"] is True
    assert set(writable) == {"/tmp", held["GUIDANCE_BOT_CACHE"]}  # noqa: S108 - the container's own
    assert held["HOME"] == held["GUIDANCE_BOT_CACHE"]
    uid, _, gid = found["user"].partition(":")
    assert f"uid={uid},gid={gid}" in writable[held["GUIDANCE_BOT_CACHE"]]
    assert all("noexec" in path for path in writable.values())
    assert [volume["read_only"] for volume in found["volumes"]] == [True]


def test_the_container_has_no_privilege_and_no_port_on_the_network() -> None:
    found = service()

    assert found["cap_drop"] == ["ALL"]
    assert "cap_add" not in found
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert image("EXPOSE") == [str(PORT)]
    # Otherwise the published port would lead to nobody.
    assert image_environ()["GUIDANCE_BOT_HOST"] == "0.0.0.0"  # noqa: S104 - the container's own
    assert {"max-size", "max-file"} <= set(found["logging"]["options"])


# The unit


def unit() -> list[tuple[str, str]]:
    """Return the settings of the unit in order; a name can come again."""
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if re.match(r"[A-Z]", line))
    return [(name, value) for name, _, value in pairs]


def unit_environ() -> dict[str, str]:
    """Return the environment that the unit sets, its ``%`` signs as they stand."""
    return dict(v.split("=", 1) for name, v in unit() if name == "Environment")


@pytest.fixture
def unit_here(tmp_path: Path) -> Path:
    """The unit as on a machine where the bot is installed: its program exists."""
    program = str(tool("guidance-bot"))
    text, count = re.subn(
        r"^ExecStart=\S+", f"ExecStart={program}", UNIT.read_text("utf-8"), flags=re.M
    )
    assert count == 1
    path = tmp_path / UNIT.name
    path.write_text(text, encoding="utf-8")
    return path


def systemd_analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze, which reads units without a systemd that runs."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.fail(
            "systemd-analyze is not installed, so the unit cannot be checked; "
            "on Debian and Ubuntu: apt-get install systemd"
        )
    return ran(program, *arguments)


def test_systemd_finds_nothing_wrong_with_the_unit(unit_here: Path) -> None:
    done = systemd_analyze("verify", "--man=no", unit_here)

    assert (done.returncode, done.stdout) == (0, "")


def test_systemd_rates_the_unit_as_hardly_exposed(unit_here: Path) -> None:
    # In tenths: 0 is no exposure at all, 100 is a service without any protection.
    rated = ("security", "--offline=true", "--threshold=15", "--no-pager")
    done = systemd_analyze(*rated, unit_here)

    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_the_unit_gives_the_bot_a_cache_that_it_may_write_and_a_home() -> None:
    held = dict(unit())

    assert unit_environ()["GUIDANCE_BOT_CACHE"] == f"%C/{held['CacheDirectory']}"
    assert unit_environ()["HOME"] == unit_environ()["GUIDANCE_BOT_CACHE"]
    assert held["ExecStart"].split() == ["/opt/guidance-bot/bin/guidance-bot", "serve"]


# What both have in common


def test_both_wait_for_the_answers_in_hand() -> None:
    held = dict(unit())
    waits = [service()["stop_grace_period"], held["TimeoutStopSec"] + "s"]

    assert all(int(wait.removesuffix("s")) >= GRACE_S + 5 for wait in waits)
    assert held["KillSignal"] == "SIGTERM"


def test_both_try_again_whatever_the_exit_code() -> None:
    held = dict(unit())

    assert service()["restart"] == "unless-stopped"
    assert (held["Restart"], held["StartLimitIntervalSec"]) == ("on-failure", "0")
    assert "RestartPreventExitStatus" not in held


def test_both_take_the_secrets_from_the_same_files() -> None:
    files = {name: entry["file"] for name, entry in compose()["secrets"].items()}
    loaded = dict(v.split(":", 1) for name, v in unit() if name == "LoadCredential")

    assert files == loaded
    assert set(service()["secrets"]) == set(files) == set(SECRETS)
    assert all(mentions(OPERATIONS, name) for name in SECRETS)


@pytest.mark.parametrize(
    ("given", "is_socket_mode"),
    [(("slack-bot-token", "slack-app-token"), True), (SECRETS[::2], False)],
    ids=["socket mode", "http"],
)
@pytest.mark.parametrize("where", ["compose", "unit"])
def test_an_empty_file_is_a_secret_that_is_not_set(
    where: str, given: tuple[str, ...], is_socket_mode: bool, tmp_path: Path
) -> None:
    for name in SECRETS:
        text = f"value of {name}\n" if name in given else ""
        (tmp_path / name).write_text(text, encoding="utf-8")
    set_there = service()["environment"] if where == "compose" else unit_environ()
    folder = "/run/secrets" if where == "compose" else "%d"
    here = {k: v.replace(folder, str(tmp_path)) for k, v in set_there.items()}

    settings, problems = SlackSettings.read(here)

    assert problems == []
    assert settings.bot_token == "value of slack-bot-token"  # noqa: S105 - no secret
    assert settings.is_socket_mode is is_socket_mode
    assert bool(settings.signing_secret) is not is_socket_mode


def test_both_lay_the_same_folder_over_the_starter_corpus() -> None:
    knowledge = unit_environ()["GUIDANCE_BOT_KNOWLEDGE"]
    starter, ours = knowledge.split(":")

    assert service()["environment"]["GUIDANCE_BOT_KNOWLEDGE"] == knowledge
    (volume,) = service()["volumes"]
    assert volume["source"] == volume["target"] == ours
    assert dict(unit())["RequiresMountsFor"] == ours
    corpus = "/opt/guidance-bot/lib/python3.*/site-packages/guidance_bot/_corpus"
    runs = [rest for word, rest in instructions() if word == "RUN"]
    assert any(f"ln -s {corpus} {starter}" in re.sub(r"\s+", " ", r) for r in runs)
    assert f"ln -sfn {corpus} {starter}" in OPERATIONS


def environment_names() -> list[str]:
    """Return every setting that something in deploy/ sets or explains."""
    written = re.findall(r"\b(?:GUIDANCE_BOT|SLACK)_[A-Z_]+\b", OPERATIONS)
    written += re.findall(r"`([A-Z]+_[A-Z_]+)`", OPERATIONS)
    written += re.findall(r"\b([A-Z]+_PROXY)\b(?=[:=])", COMPOSE.read_text("utf-8"))
    names = {*written, *service()["environment"], *unit_environ(), *image_environ()}
    return sorted(name for name in names if not NOT_OURS.fullmatch(name))


@pytest.mark.parametrize("name", environment_names())
def test_every_setting_in_deploy_is_documented(name: str) -> None:
    assert mentions(SETTINGS, name)


# What operations.md says


def code() -> str:
    """Return the code of operations.md: its blocks, and what stands in backticks."""
    blocks = re.findall(r"^ *```\w+\n(.*?)^ *```", OPERATIONS, re.DOTALL | re.MULTILINE)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", OPERATIONS)])


def test_every_command_in_the_operations_guide_exists() -> None:
    named = set(re.findall(r"guidance-bot ([a-z]+)", code()))

    assert {"doctor", "serve", "manifest", "check"} <= named <= set(commands.commands)


def shell_blocks() -> list[str]:
    """Return the shell commands of operations.md, a text for each block."""
    return re.findall(r"^ *```sh\n(.*?)^ *```", OPERATIONS, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", shell_blocks())
def test_every_shell_command_in_the_operations_guide_parses(block: str) -> None:
    done = ran("bash", "-n", "-c", block)

    assert (done.returncode, done.stdout) == (0, "")


def test_every_file_of_ours_in_the_operations_guide_exists() -> None:
    named = set(re.findall(r"(?<![\w/.])((?:deploy|docs)/[\w./-]*\w)", code()))
    named |= set(re.findall(r"--constraint (\S+)", code()))

    assert {"deploy/compose.yaml", "deploy/slack-manifest.yaml"} <= named
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def anchors(document: Path) -> set[str]:
    """Return the anchors of the headings in *document*, as repositories make them."""
    heads = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}


def test_every_link_in_the_operations_guide_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)\s]*)\)", OPERATIONS)

    assert len(links) > len(shell_blocks()) / 2
    for link in links:
        name, _, anchor = link.partition("#")
        document = (DEPLOY / name) if name else DEPLOY / "operations.md"
        assert document.exists(), link
        assert not anchor or anchor in anchors(document), link


def test_the_scopes_with_their_reasons_are_the_ones_that_the_app_asks_for() -> None:
    table = OPERATIONS[OPERATIONS.index("| scope | why |") :].partition("\n\n")[0]
    explained = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    manifest = yaml.safe_load((DEPLOY / "slack-manifest.yaml").read_text("utf-8"))

    assert explained == wanted_scopes()
    assert explained == manifest["oauth_config"]["scopes"]["bot"]


def test_the_proxy_passes_on_the_path_that_the_manifest_names() -> None:
    (location,) = re.findall(r"location = (\S+) \{", OPERATIONS)

    assert location == EVENTS_PATH
    assert f"proxy_pass http://127.0.0.1:{PORT};" in OPERATIONS


@pytest.mark.parametrize(
    "words",
    [
        "not connected to Slack",
        "stopping",
        "not signed",
        "cannot be read",
        "there is no folder",
        "cannot listen",
        "the index cannot be kept",
        "Keep in my messages",
        "Post to channel",
        "That button belongs to an older message",
        "serving",
        "answered",
        "failed",
        "stopped",
    ],
)
def test_what_the_operations_guide_quotes_is_what_the_bot_says(words: str) -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src" / "guidance_bot").rglob("*.py")
    )

    assert re.search(rf"[`\"….]{re.escape(words)}", OPERATIONS)
    assert re.search(rf"[\"( ]{re.escape(words)}", source)


def test_nothing_in_deploy_holds_a_secret() -> None:
    secret = re.compile(r"xox[a-z]-\w{6,}|xapp-\w{4,}|\b[0-9a-f]{32}\b")

    for folder, _, names in os.walk(DEPLOY):
        for name in names:
            text = (Path(folder) / name).read_text(encoding="utf-8")
            assert secret.search(text) is None, name
