"""One JSON object a line; what people ask and what opens doors never stands in one."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final, TextIO

_OURS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_DETAILS: Final = re.compile(r"\s*[(:\n]")
# Bolt prints a whole request whose signature is wrong, at INFO.
_QUIET: Final = ("slack_bolt", "slack_sdk", "aiohttp", "asyncio", "uvicorn")


class JsonLines(logging.Formatter):
    """Formats a record as JSON: time (UTC), level, event, logger, and its extras."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as one line."""
        when = datetime.fromtimestamp(record.created, UTC)
        event = record.getMessage()
        if not record.name.startswith("guidance_bot"):
            # Libraries put an error's own text behind what happened: it can
            # hold an address that opens a door.
            event = _DETAILS.split(event, maxsplit=1)[0]
        line: dict[str, Any] = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": event,
            "logger": record.name,
        }
        extras = vars(record).items()
        line |= {k: v for k, v in extras if k not in _OURS and v is not None}
        if record.exc_info and record.exc_info[0] is not None:
            # Not the error's own text: it can hold what was being worked on.
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{f.name} ({f.filename}:{f.lineno})" for f in frames]
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(stream: TextIO = sys.stderr) -> None:
    """Write our own records to *stream* from INFO on, the libraries' from WARNING on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
