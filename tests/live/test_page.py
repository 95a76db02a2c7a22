"""The page for trying the bot, in a real browser: by keyboard, narrow, in both colour schemes."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)
from slack_sdk.errors import SlackApiError

from tests.live.command import ROOT, TIMEOUT_S, environ
from tests.live.page_bot import (
    ANSWER,
    EVERY_BLOCK,
    LEAD,
    MANIFEST,
    QUESTION,
    SPOKEN,
    Bot,
    Slack,
    button,
    mrkdwn,
    part,
    plain,
)

Json = dict[str, Any]
Scheme = Literal["light", "dark"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "These tests need a real browser, and none of chromium, chromium-browser and "
    "google-chrome is on the PATH. On Debian and Ubuntu: apt install chromium"
)

WIDE = (1200, 800)
NARROW = (320, 640)
TABS_LIMIT = 60


def browser_path() -> str:
    """Return the browser of this machine, or fail with how to get one."""
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    return found[0] if found else pytest.fail(NO_BROWSER)


@pytest.fixture(scope="module")
def bot() -> Iterator[Bot]:
    with Bot() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join(TIMEOUT_S)


@pytest.fixture(scope="module")
def workspace(bot: Bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slack]:
    home = tmp_path_factory.mktemp("slack")
    manifest = home / "manifest.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    with (
        (home / "stderr").open("wb") as log,
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.local_slack",
                "--manifest",
                str(manifest),
                "--request-url",
                bot.url,
            ],
            cwd=ROOT,
            env=environ(home),
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        assert process.stdout is not None
        greeting = process.stdout.readline()
        assert greeting, (home / "stderr").read_text()
        slack = Slack(json.loads(greeting))
        bot.web = slack.web
        yield slack
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_S) == 0


@pytest.fixture
def slack(workspace: Slack, bot: Bot) -> Slack:
    """The local Slack with nothing in it."""
    workspace.control("reset")
    bot.clicked.clear()
    bot.submitted.clear()
    return workspace


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = browser_path()
    with sync_playwright() as playwright:
        # The sandbox needs privileges that containers do not give; only our own page is opened.
        running = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield running
        running.close()


Open = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, slack: Slack) -> Iterator[Open]:
    """Open the page; at the end it must have logged no error and asked nobody else."""
    trouble: list[str] = []
    pages: list[Page] = []

    def note(message: ConsoleMessage) -> None:
        # The browser logs every refusal of a person's deed; the page shows them.
        if message.type in ("error", "warning") and " 403 " not in message.text:
            trouble.append(message.text)

    def open_page(
        channel: str = "D0ANNA",
        *,
        size: tuple[int, int] = WIDE,
        scheme: Scheme = "light",
    ) -> Page:
        width, height = size
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        pages.append(page)
        page.on("console", note)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{slack.url}/#{channel}")
        expect(page.locator("#channel-note")).not_to_be_empty()
        return page

    asked: list[str] = []
    yield open_page
    for page in pages:
        page.close()
    assert trouble == []
    assert [url for url in asked if not url.startswith(slack.url)] == []


def tab_to(page: Page, target: Locator, *, key: str = "Tab") -> None:
    """Press *key* until *target* has the focus, as a person without a mouse does."""
    expect(target).to_be_visible()
    for _ in range(TABS_LIMIT):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{target} cannot be reached with {key}")


def composer(page: Page) -> Locator:
    return page.locator("#message")


def show_nothing(page: Page, slack: Slack) -> None:
    del slack
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()


def show_conversation(page: Page, slack: Slack) -> None:
    slack.control("say", user="U0ANNA", channel="D0ANNA", text=QUESTION)
    ts = slack.post(channel="D0ANNA", text="Every block", blocks=EVERY_BLOCK)
    slack.post(channel="D0ANNA", text="A reply", thread_ts=ts)
    slack.web.chat_postEphemeral(channel="D0ANNA", user="U0ANNA", text="Aside `code`")
    expect(page.get_by_role("article")).to_have_count(5)
    page.get_by_text("What a screen reader hears").first.click()
    page.get_by_text("More actions").click()


def show_modal(page: Page, slack: Slack) -> None:
    slack.control("say", user="U0ANNA", channel="D0ANNA", text=QUESTION)
    page.get_by_role("button", name="Read the whole page").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("textbox", name="What did you expect?").fill("no")
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.get_by_text("Error: Say more.")).to_be_visible()


Show = Callable[[Page, Slack], None]


@pytest.mark.parametrize("show", [show_nothing, show_conversation, show_modal])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    scheme: Scheme, show: Show, opened: Open, slack: Slack
) -> None:
    page = opened(scheme=scheme)
    show(page, slack)

    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("show", [show_nothing, show_conversation, show_modal])
def test_at_320_pixels_nothing_moves_sideways(
    show: Show, opened: Open, slack: Slack
) -> None:
    page = opened(size=NARROW)
    show(page, slack)

    widths = "[document.documentElement.scrollWidth, document.querySelector('#modal').scrollWidth]"
    assert max(page.evaluate(widths)) <= NARROW[0]
    assert Axe().run(page).response["violations"] == []


def test_a_whole_conversation_needs_only_the_keyboard(opened: Open, bot: Bot) -> None:
    page = opened()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, composer(page))
    page.keyboard.type(QUESTION)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and who signs off?")
    page.keyboard.press("Enter")
    expect(composer(page)).to_have_value("")
    expect(page.get_by_role("article", name="Anna")).to_contain_text("signs off?")
    expect(page.get_by_role("log")).to_have_text(f"guidance: {SPOKEN}")

    read = page.get_by_role("button", name="Read the whole page")
    tab_to(page, read, key="Shift+Tab")
    page.keyboard.press("Enter")
    why = page.get_by_role("textbox", name="What did you expect?")
    expect(why).to_be_focused()
    page.keyboard.type("no")
    tab_to(page, page.get_by_role("radio", name="Editor"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Shorter"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("What is wrong?")).to_be_hidden()
    expect(page.get_by_role("button", name="Shorter")).to_be_focused()
    expect(why).to_have_value("no")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Send"))
    page.keyboard.press("Enter")
    expect(why).to_be_focused()
    expect(why).to_have_accessible_description(
        "One sentence is enough. Error: Say more."
    )
    page.keyboard.type(" rule at all")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(read).to_be_focused()

    page.keyboard.press("Enter")
    expect(why).to_be_focused()
    page.keyboard.type("A rule.")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Send"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(read).to_be_focused()
    sent = [values["why"]["why"]["value"] for values in bot.submitted]
    assert sent == ["no", "A rule."]
    assert bot.submitted[0]["who"]["who"]["selected_option"]["value"] == "editor"


def test_what_has_focus_can_be_seen(opened: Open) -> None:
    page = opened()
    for _ in range(5):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid"


def test_a_list_is_chosen_from_when_the_person_says_so(
    opened: Open, slack: Slack, bot: Bot
) -> None:
    page = opened()
    slack.control("say", user="U0ANNA", channel="D0ANNA", text=QUESTION)
    tab_to(page, page.get_by_role("combobox", name="Whose rules?"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert bot.clicked == []
    page.keyboard.press("Tab")
    with page.expect_response("**/control/click"):
        page.keyboard.press("Enter")

    assert [one["selected_option"]["value"] for one in bot.clicked] == ["nhs"]


def test_an_ephemeral_message_says_that_only_its_reader_sees_it(opened: Open) -> None:
    page = opened("C0GENERAL")
    composer(page).fill(f"/guidance {QUESTION}")
    composer(page).press("Enter")

    message = page.get_by_role("article", name="guidance")
    expect(message).to_contain_text("Only visible to you")
    page.get_by_label("You are").select_option("Ben")
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()
    expect(message).to_be_hidden()


def test_a_mention_is_answered_in_its_thread(opened: Open) -> None:
    page = opened("C0GENERAL")
    composer(page).fill(f"@guidance {QUESTION}")
    composer(page).press("Enter")
    replies = page.get_by_role("list", name="Replies")
    expect(replies.get_by_role("article", name="guidance")).to_contain_text(LEAD)

    page.get_by_role("button", name="Reply in thread").click()
    expect(composer(page)).to_be_focused()
    page.keyboard.type("Thanks")
    page.keyboard.press("Enter")
    expect(replies.get_by_role("article", name="Anna")).to_contain_text("Thanks")
    page.keyboard.type("/guidance who signs off?")
    page.keyboard.press("Enter")
    refusal = "/guidance is not supported in threads. Sorry!"
    expect(page.get_by_role("article", name="Slack")).to_contain_text(refusal)


def test_a_button_that_is_not_acknowledged_shows_what_slack_shows(
    opened: Open, slack: Slack
) -> None:
    page = opened()
    slack.control("say", user="U0ANNA", channel="D0ANNA", text=QUESTION)
    page.get_by_role("button", name="Ask the owner").click()

    trouble = "We had some trouble connecting. Try again? (dispatch_failed)"
    expect(page.get_by_role("article", name="guidance")).to_contain_text(trouble)
    expect(page.get_by_role("button", name="Ask the owner")).to_be_focused()


def test_a_refused_message_is_given_back_with_the_reason(
    opened: Open, slack: Slack
) -> None:
    page = opened()
    page.route(
        "**/control/say",
        lambda route: route.fulfill(status=403, json={"error": "Turned off."}),
    )
    composer(page).fill(QUESTION)
    composer(page).press("Enter")

    expect(page.get_by_role("alert")).to_have_text("Turned off.")
    expect(composer(page)).to_have_value(QUESTION)


def test_an_edited_message_keeps_the_focus_in_place(opened: Open, slack: Slack) -> None:
    page = opened()
    ts = slack.post(channel="D0ANNA", text=SPOKEN, blocks=ANSWER)
    read = page.get_by_role("button", name="Read the whole page")
    read.focus()
    slack.web.chat_update(channel="D0ANNA", ts=ts, text="New words", blocks=ANSWER)

    expect(page.get_by_role("log")).to_contain_text("guidance: New words")
    expect(read).to_be_focused()


def test_focus_comes_back_to_a_message_that_changed_behind_the_window(
    opened: Open, slack: Slack
) -> None:
    page = opened()
    ts = slack.post(channel="D0ANNA", text=SPOKEN, blocks=ANSWER)
    read = page.get_by_role("button", name="Read the whole page")
    read.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    slack.web.chat_update(channel="D0ANNA", ts=ts, text="New words", blocks=ANSWER)
    expect(page.locator("#announcements")).to_contain_text("New words")

    page.keyboard.press("Escape")
    expect(read).to_be_focused()


def test_what_a_screen_reader_hears_is_the_text(opened: Open, slack: Slack) -> None:
    page = opened()
    slack.post(channel="D0ANNA", text="*A* &amp; <https://a.example|b>", blocks=ANSWER)
    summary = page.get_by_text("What a screen reader hears")
    tab_to(page, summary)
    page.keyboard.press("Enter")

    expect(page.locator("details").filter(has=summary)).to_contain_text("A & b")


HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
SCRIPT = "javascript:document.title=1"


def test_hostile_text_is_only_text(opened: Open, slack: Slack) -> None:
    page = opened()
    typed = f"{HOSTILE} <!channel> <{SCRIPT}|label>"
    slack.control("say", user="U0ANNA", channel="D0ANNA", text=typed)
    slack.control(
        "say", user="U0ANNA", channel="D0ANNA", text=f"{HOSTILE} raw", raw=True
    )
    attack = [
        {
            "type": "section",
            "text": mrkdwn(f"{HOSTILE} <{SCRIPT}|one> ```{HOSTILE}```"),
        },
        part("section", text=plain(HOSTILE)),
        part("markdown", text=f"{HOSTILE} [two]({SCRIPT})"),
        part("actions", elements=[button(HOSTILE[:75], "x", value=HOSTILE)]),
    ]
    slack.post(channel="D0ANNA", text=HOSTILE, blocks=attack)

    by_anna = page.get_by_role("article", name="Anna").first
    expect(by_anna).to_contain_text(typed)
    expect(page.get_by_text("two")).to_be_visible()
    expect(page.locator("main :is(img, script, iframe, [onerror])")).to_have_count(0)
    expect(page.locator("[href^=javascript]")).to_have_count(0)
    expect(page).to_have_title("guidance – a local Slack")


def test_what_slack_refused_is_on_the_page(opened: Open, slack: Slack) -> None:
    page = opened()
    with pytest.raises(SlackApiError):
        slack.post(channel="C0ELSE", text="Hello")

    page.get_by_text("Refused by Slack: 1, warnings: 0").click()
    expect(page.get_by_text("chat.postMessage: not_in_channel")).to_be_visible()


def test_a_bot_that_cannot_be_reached_is_said_to_be(
    opened: Open, slack: Slack, bot: Bot
) -> None:
    page = opened()
    slack.control("settings", request_url=None)
    try:
        expect(page.get_by_text("guidance has no request URL.")).to_be_visible()
        composer(page).fill(QUESTION)
        composer(page).press("Enter")
        reason = "guidance has not taken this (connection_failed)."
        expect(page.get_by_role("article", name="Anna")).to_contain_text(reason)
    finally:
        slack.control("settings", request_url=bot.url)


def test_a_confirmation_is_asked_first(opened: Open, slack: Slack, bot: Bot) -> None:
    page = opened()
    question = {"title": plain("Forget it?"), "text": mrkdwn("*All* of it.")}
    forget = button("Forget", "forget", confirm=question)
    actions = [part("actions", elements=[forget])]
    slack.post(channel="D0ANNA", text=SPOKEN, blocks=actions)
    pressed = page.get_by_role("button", name="Forget")
    pressed.click()
    expect(page.get_by_role("dialog", name="Forget it?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(pressed).to_be_focused()
    assert bot.clicked == []

    page.keyboard.press("Enter")
    with page.expect_response("**/control/click"):
        page.get_by_role("button", name="Yes").click()
    assert [one["action_id"] for one in bot.clicked] == ["forget"]


def test_starting_over_leaves_an_empty_channel(opened: Open, slack: Slack) -> None:
    page = opened()
    show_conversation(page, slack)
    page.get_by_role("button", name="Start over").click()

    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()


def test_a_channel_says_how_much_of_it_is_new(opened: Open, slack: Slack) -> None:
    page = opened()
    expect(page.get_by_role("link", name="guidance")).to_have_attribute(
        "aria-current", "page"
    )
    slack.control("say", user="U0BEN", channel="C0GENERAL", text="Hello")

    page.get_by_role("link", name="#general 1 new").click()
    expect(page.get_by_role("heading", name="#general")).to_be_visible()
    expect(page.get_by_role("link", name="#general", exact=True)).to_be_visible()


def test_nothing_moves_for_who_asked_for_less_motion(opened: Open) -> None:
    page = opened()
    page.emulate_media(reduced_motion="reduce")

    moving = "node => getComputedStyle(node).transitionDuration"
    assert page.locator("#skip").evaluate(moving) == "0s"


def test_without_a_browser_the_failure_says_how_to_install_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(pytest.fail.Exception, match="apt install chromium"):
        browser_path()
