"""Delivery over HTTP: signed requests to the app's request URL."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.local_slack.answers import Json
from tests.local_slack.courier import Outcome, Parcel, Try
from tests.local_slack.installation import Installation

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
SIGNATURES = ("good", "none", "old", "tampered")


def signed(secret: str, body: str, timestamp: int) -> dict[str, str]:
    """Return the headers by which an app knows that *body* is from Slack."""
    digest = hmac.new(
        secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256
    )
    return {
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def written(parcel: Parcel) -> tuple[str, str]:
    """Return the body of *parcel* and its content type."""
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload), JSON_TYPE
    if parcel.kind == "slash_commands":
        return urlencode(parcel.payload), FORM_TYPE
    return urlencode({"payload": json.dumps(parcel.payload)}), FORM_TYPE


async def _read_ack(response: aiohttp.ClientResponse) -> Any:
    text = await response.text()
    if response.content_type != JSON_TYPE or not text:
        return text or None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


class HttpDelivery:
    """Sends to the request URL of the installation.

    Requests are signed with the time of the wall clock, not the workspace's:
    the app compares it with its own, which no test moves.
    """

    def __init__(
        self,
        installation: Installation,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._installation = installation
        self._wall_clock = wall_clock
        self._session: aiohttp.ClientSession | None = None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def close(self) -> None:
        """Close the connections to the app."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, parcel: Parcel, attempt: Try) -> Outcome:
        """Return how the app answered; only a 2xx within the time is an ack."""
        body, content_type = written(parcel)
        headers = {"Content-Type": content_type}
        if attempt.number:
            headers["X-Slack-Retry-Num"] = str(attempt.number)
            headers["X-Slack-Retry-Reason"] = attempt.reason or "unknown_error"
        headers |= self._signature(body)
        outcome = await self._post(body, headers, attempt.timeout_s)
        if outcome.reason == "http_timeout":
            attempt.note_late_ack()
        return outcome

    def _signature(self, body: str) -> dict[str, str]:
        secret = self._installation.signing_secret
        return signed(secret, body, int(self._wall_clock()))

    async def _post(
        self, body: str, headers: dict[str, str], timeout_s: float
    ) -> Outcome:
        url = self._installation.request_url
        if url is None:
            return Outcome("connection_failed")
        try:
            async with self._open_session().post(
                url,
                data=body.encode(),
                headers={"User-Agent": "Slackbot 1.0", **headers},
                timeout=aiohttp.ClientTimeout(total=timeout_s),
                allow_redirects=False,
            ) as response:
                answer = await _read_ack(response)
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                if 200 <= response.status < 300:
                    return Outcome(status=response.status, body=answer)
                return Outcome("http_error", response.status, answer, no_retry)
        except TimeoutError:
            return Outcome("http_timeout")
        except aiohttp.ClientError:
            return Outcome("connection_failed")

    async def verify(self, timeout_s: float) -> bool:
        """Send a url_verification; return whether the challenge came back."""
        challenge = secrets.token_urlsafe(32)
        payload = {
            "type": "url_verification",
            "token": self._installation.verification_token,
            "challenge": challenge,
        }
        body = json.dumps(payload)
        headers = {"Content-Type": JSON_TYPE, **self._signature(body)}
        outcome = await self._post(body, headers, timeout_s)
        answer = outcome.body
        if isinstance(answer, dict):
            answer = answer.get("challenge")
        came_back = outcome.reason is None and answer == challenge
        self._installation.is_verified = came_back
        return came_back

    async def send_raw(
        self, body: str, content_type: str, signature: str, headers: Json
    ) -> Json:
        """Send exactly *body*, well or badly signed; return status and body.

        ``old`` is a good signature of ten minutes ago, ``tampered`` one of
        another body.
        """
        if signature not in SIGNATURES:
            raise ValueError(f"signature must be one of {', '.join(SIGNATURES)}")
        url = self._installation.request_url
        if url is None:
            raise ValueError("there is no request URL")
        secret, now = self._installation.signing_secret, int(self._wall_clock())
        proofs: dict[str, Callable[[], dict[str, str]]] = {
            "good": lambda: signed(secret, body, now),
            "none": lambda: {},
            "old": lambda: signed(secret, body, now - 600),
            "tampered": lambda: signed(secret, f"{body} ", now),
        }
        sent = {"Content-Type": content_type, **proofs[signature](), **headers}
        async with self._open_session().post(
            url, data=body.encode(), headers=sent, allow_redirects=False
        ) as response:
            return {
                "status": response.status,
                "body": await response.text(),
                "headers": dict(response.headers),
            }
