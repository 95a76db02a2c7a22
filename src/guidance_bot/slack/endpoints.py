"""What the bot answers on over HTTP: health, and Slack's signed payloads."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from guidance_bot.slack.manifest import EVENTS_PATH

# Slack's payloads stay far below; a stranger's need not be read.
BODY_BYTES: Final = 1_000_000


def http_app(
    app: AsyncApp | None, signing_secret: str, unready: Callable[[], Awaitable[str]]
) -> Starlette:
    """Return the web application: health, and Slack's events unless *app* is None.

    *unready* says why the bot could not answer just now, or nothing.
    """

    async def alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def ready(_: Request) -> Response:
        reason = await unready()
        status = HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.OK
        return PlainTextResponse(f"{reason or 'ready'}\n", status)

    routes = [Route("/healthz", alive), Route("/readyz", ready)]
    if app is not None:
        events = _events(app, SignatureVerifier(signing_secret))
        routes.append(Route(EVENTS_PATH, events, methods=["POST"]))
    return Starlette(routes=routes)


def _events(
    app: AsyncApp, verifier: SignatureVerifier
) -> Callable[[Request], Awaitable[Response]]:
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            return Response(status_code=HTTPStatus.LENGTH_REQUIRED)
        if int(length) > BODY_BYTES:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        # Bolt parses before it verifies; nobody's body is parsed unsigned.
        if not _is_signed(await request.body(), request, verifier):
            return PlainTextResponse("not signed\n", HTTPStatus.UNAUTHORIZED)
        if not _holds_a_payload(await request.body(), request):
            return PlainTextResponse("no payload\n", HTTPStatus.BAD_REQUEST)
        return await handler.handle(request)

    return events


def _is_signed(body: bytes, request: Request, verifier: SignatureVerifier) -> bool:
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    try:
        return verifier.is_valid(body.decode(), timestamp, signature)
    except (ValueError, TypeError, OverflowError):  # nothing that Slack ever sent
        return False


def _holds_a_payload(body: bytes, request: Request) -> bool:
    """Tell whether *body* is a form, or a JSON object by itself or in a form.

    Bolt takes for granted that it is, and fails where a gateway made it something else.
    """
    text = body.decode()
    if "json" not in request.headers.get("content-type", ""):
        payload = parse_qs(text).get("payload")
        if payload is None:
            return True
        text = payload[0]
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
