"""What the local Slack answers: JSON with ``ok``, or a refusal with its error."""

from collections.abc import Sequence
from typing import Any

# JSON as it enters and leaves; inside the process it has a class where it matters.
Json = dict[str, Any]


class RefusedError(Exception):
    """A request that Slack refuses, with the error that it gives.

    *status* is for HTTP: the Web API says no with 200, a response address with
    400 or 404, a rate limit with 429.
    """

    def __init__(
        self,
        error: str,
        *,
        messages: Sequence[str] = (),
        status: int = 200,
        headers: dict[str, str] | None = None,
        **fields: object,
    ) -> None:
        super().__init__(error)
        self.error = error
        self.messages = list(messages)
        self.status = status
        self.headers = headers or {}
        self.fields = fields

    def answer(self) -> Json:
        """Return the body that Slack sends with this refusal."""
        body: Json = {"ok": False, "error": self.error, **self.fields}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body

    def __str__(self) -> str:
        return "; ".join([self.error, *self.messages])
