"""A bot of few words behind a request URL, and what it sends: one of every block."""

import json
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from slack_sdk import WebClient

from tests.live.command import TIMEOUT_S

Json = dict[str, Any]

QUESTION = "can I blog anonymously?"
LEAD = "We found no UK-wide rule that bans it."
SPOKEN = f"{LEAD} See also: the Code & its limits."

MANIFEST = """\
features:
  bot_user: {display_name: guidance}
  app_home: {messages_tab_enabled: true, messages_tab_read_only_enabled: false}
  slash_commands:
    - {command: /guidance, should_escape: true}
oauth_config:
  scopes:
    bot: ["app_mentions:read", "chat:write", "commands", "im:history"]
settings:
  event_subscriptions: {bot_events: [app_mention, message.im]}
  interactivity: {is_enabled: true}
  socket_mode_enabled: false
"""


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}


def part(kind: str, **fields: Any) -> Json:
    """Return a block, or an element of one."""
    return {"type": kind, **fields}


def button(text: str, action_id: str, **more: Any) -> Json:
    return part("button", text=plain(text), action_id=action_id, **more)


RULES = [option("UK civil service", "uk"), option("NHS", "nhs")]
ANSWER = [
    part(
        "section",
        text=mrkdwn(
            f"*{LEAD}*\n• _The Code_: `binds` you &amp; "
            "<https://www.example.gov.uk/code|says so>\n> as <@U0ANNA> read"
        ),
    ),
    part(
        "actions",
        elements=[
            button("Read the whole page", "read"),
            button("Ask the owner", "fail", style="danger"),
            part(
                "static_select",
                action_id="rules",
                placeholder=plain("Whose rules?"),
                options=RULES,
            ),
        ],
    ),
    part("context", elements=[mrkdwn("Page: Blogging anonymously")]),
]
WORDS = [part("text", text="rich")]
SENTENCE = part("rich_text_section", elements=WORDS)
ROW = [part("raw_text", text="unbreakable" * 3)] * 4
EVERY_BLOCK = [
    part("header", text=plain("Every block")),
    part(
        "section",
        text=mrkdwn("~no~ ```code\nblock``` <#C0GENERAL|general> <!here>"),
        fields=[mrkdwn("*Field*\nvalue"), plain("Another")],
        accessory=button("Beside", "beside", style="primary"),
    ),
    part("divider"),
    part("image", image_url="https://www.example.gov.uk/a.png", alt_text="Replies"),
    part(
        "actions",
        elements=[
            part("overflow", action_id="more", options=RULES),
            part("radio_buttons", action_id="radio", options=RULES),
        ],
    ),
    part(
        "rich_text",
        elements=[
            SENTENCE,
            part("rich_text_list", style="ordered", elements=[SENTENCE]),
            part("rich_text_quote", elements=WORDS),
            part("rich_text_preformatted", elements=WORDS),
        ],
    ),
    part("markdown", text="# One\n\n#### Two\n\n- **a** `b`\n\n> quoted"),
    part("table", rows=[ROW, ROW]),
    part("section", text=plain("https://www.example.gov.uk/" + "long" * 50)),
]
INPUTS = [
    part(
        "input",
        block_id="why",
        label=plain("What did you expect?"),
        hint=plain("One sentence is enough."),
        element=part("plain_text_input", action_id="why", multiline=True),
    ),
    part(
        "input",
        block_id="who",
        label=plain("Who are you?"),
        optional=True,
        element=part(
            "radio_buttons",
            action_id="who",
            options=[option("Editor", "editor"), option("Reader", "reader")],
        ),
    ),
    part("actions", elements=[button("Shorter", "shorter")]),
]
SHORT_VIEW = part(
    "modal", title=plain("Suggest an edit"), submit=plain("Send"), blocks=INPUTS
)
VIEW = SHORT_VIEW | {
    "blocks": [part("section", text=mrkdwn("What is *wrong*?")), *INPUTS]
}


class Bot(ThreadingHTTPServer):
    """A bot of few words behind a request URL, which keeps what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.web = WebClient()
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.clicked: list[Json] = []
        self.submitted: list[Json] = []

    def answer_event(self, event: Json) -> None:
        if "bot_id" in event or "subtype" in event:
            return
        root = event["ts"] if event["type"] == "app_mention" else None
        self.web.chat_postMessage(
            channel=event["channel"], text=SPOKEN, blocks=ANSWER, thread_ts=root
        )

    def answer_command(self, form: Json) -> None:
        self.web.chat_postEphemeral(
            channel=form["channel_id"], user=form["user_id"], text=SPOKEN, blocks=ANSWER
        )

    def answer_click(self, payload: Json) -> None:
        clicked = payload["actions"][0]["action_id"]
        if clicked == "read":
            self.web.views_open(trigger_id=payload["trigger_id"], view=VIEW)
        elif clicked == "shorter":
            self.web.views_update(view_id=payload["view"]["id"], view=SHORT_VIEW)


class Receiver(BaseHTTPRequestHandler):
    """Acknowledges first and works afterwards."""

    server: Bot

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers["Content-Type"].startswith("application/json"):
            body = json.loads(raw)
            self.acknowledge(body.get("challenge", ""))
            if "event" in body:
                self.server.answer_event(body["event"])
            return
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        if "payload" in form:
            self.interact(json.loads(form["payload"]))
        else:
            self.acknowledge("")
            self.server.answer_command(form)

    def interact(self, payload: Json) -> None:
        if payload["type"] == "view_submission":
            values = payload["view"]["state"]["values"]
            self.server.submitted.append(values)
            is_short = len(values["why"]["why"]["value"]) < len("three")
            errors = {"response_action": "errors", "errors": {"why": "Say more."}}
            self.acknowledge(json.dumps(errors) if is_short else "")
            return
        self.server.clicked += payload["actions"]
        if payload["actions"][0]["action_id"] == "fail":
            self.acknowledge("", status=500)
        else:
            self.acknowledge("")
            self.server.answer_click(payload)

    def acknowledge(self, body: str, *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        """Say nothing."""


class Slack:
    """A local Slack in a process of its own: its people, and the bot's Web API."""

    def __init__(self, greeting: Json) -> None:
        self.url: str = greeting["url"]
        self.web = WebClient(token=greeting["bot_token"], base_url=greeting["api"])

    def control(self, action: str, **body: Any) -> Json:
        """Let a person do *action*, as the page does."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_S)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", f"/control/{action}", json.dumps(body), headers)
        with connection.getresponse() as response:
            answer: Json = json.load(response)
        connection.close()
        assert response.status == 200, answer
        return answer

    def post(self, **message: Any) -> str:
        """Let the bot post; return the timestamp."""
        ts: str = self.web.chat_postMessage(**message)["ts"]
        return ts
