"""Which request or run a line of the log belongs to: set once at a door or by a flow, seen below.

The id travels with calls to other roles (header ``X-Request-Id``), so that one search finds what a
hospital's attempt did at the centre. It is of a form that only our own roles make: it names nobody.
"""

from __future__ import annotations

import re
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The header by which the id travels.
REQUEST_HEADER: Final = "X-Request-Id"
#: Ids as our own roles make them; whatever else somebody sends could be a person's number.
SOUND: Final = re.compile(r"[0-9a-f]{32}|(?:admit|intake|reading|store)-[a-z0-9._-]{1,140}")

REQUEST: Final[ContextVar[str]] = ContextVar("yushan_request", default="")


def request_id() -> str:
    """The id of what is being done now; empty outside of any request or run."""
    return REQUEST.get()


def sound_id(said: str) -> str:
    """An id that somebody sent, if it is one; else a new one (32 hex digits)."""
    return said if SOUND.fullmatch(said) else uuid.uuid4().hex


@contextmanager
def carrying(identifier: str) -> Iterator[None]:
    """Lines of the log and calls to other roles carry this id within the block."""
    token = REQUEST.set(identifier)
    try:
        yield
    finally:
        REQUEST.reset(token)
