"""One JSON line per event, with allow-listed facts and nothing else.

Errors are logged by type and code, never by text: a parser's message quotes its input.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

from yushan.engines.observe.context import request_id

#: The only keys a log line may carry: our own ids, counts, durations, codes.
ALLOWED: Final = frozenset({
    "account", "address", "association", "attempt", "batch", "bytes", "code", "count", "door",
    "error", "flow", "index", "instances", "kind", "limit", "method", "name", "objects", "offset",
    "pack", "path", "peer", "pid", "port", "reason", "role", "seconds", "site", "state", "status",
    "step", "tree_size", "url", "version", "workers",
})  # fmt: skip

#: Libraries that print data sets or requests below this level.
QUIET: Final = ("pynetdicom", "pydicom", "dbos", "alembic", "httpx", "httpcore", "uvicorn.access")


def facts(**values: str | float) -> dict[str, object]:
    """Facts for ``extra=``; an unlisted key is a programmer's error."""
    if extra := values.keys() - ALLOWED:
        raise ValueError(f"not allowed in logs: {sorted(extra)}")
    return {"facts": values}


class JsonLines(logging.Formatter):
    """The product's one log format."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, event, facts; of an exception its type and code only."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
            **getattr(record, "facts", {}),
        }
        if request := request_id():
            line["request"] = request
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line["error"] = getattr(error, "code", type(error).__name__)
            line["at"] = innermost(error)
        return msgspec.json.encode(line).decode()


#: The one formatter; it keeps nothing.
JSON_LINES: Final = JsonLines()


def innermost(error: BaseException) -> str:
    """File and line where the error was raised: a place, not a value."""
    trace = error.__traceback__
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('yushan/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def configure(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send the product's log to ``stream`` (standard error) as JSON lines; quieten libraries."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JSON_LINES)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("yushan").setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def log_for(name: str) -> logging.Logger:
    """The logger of a module."""
    return logging.getLogger(name)
