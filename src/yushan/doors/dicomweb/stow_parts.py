"""The grammar of a body in parts (RFC 2046 5.1, RFC 2387), read while it comes. Pure.

The parser is fed chunks of any size and gives events; it keeps no more than a header or a piece of
a delimiter. Whoever feeds it decides where the bytes of a part go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
#: A header line: a token, a colon, visible characters and blanks.
LINE: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*")
MAX_HEADERS: Final = 8192
MAX_PREAMBLE: Final = 8192


@dataclass(frozen=True, slots=True)
class Opened:
    """A part begins; names of headers are in lower case."""

    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of the part that was opened last."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The part ends."""


Event = Opened | Content | Closed


def malformed() -> Rejected:
    """The refusal of a body that is not what its type says."""
    return Rejected("dicomweb.body-malformed")


class Parts:
    """Reads one body.

    Parameters
    ----------
    boundary
        As the type of the body names it.

    Raises
    ------
    Rejected
        ``dicomweb.body-malformed``, here and while it is fed.
    """

    def __init__(self, boundary: str) -> None:
        if not BOUNDARY.fullmatch(boundary):
            raise malformed()
        self.delimiter = b"\r\n--" + boundary.encode("ascii")
        #: The first delimiter may stand at the very start: as if a line had ended before.
        self.held = bytearray(b"\r\n")
        self.state = "preamble"
        self.skipped = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that these bytes complete."""
        self.held += chunk
        before = None
        while self.state != "done" and before != (self.state, len(self.held)):
            before = self.state, len(self.held)
            yield from self.step()
        if self.state == "done":
            self.held.clear()  # an epilogue says nothing

    def step(self) -> Iterator[Event]:
        """Go on as far as the bytes at hand allow."""
        if self.state == "preamble":
            self.preamble()
        elif self.state == "headers":
            yield from self.headers()
        elif self.state == "content":
            yield from self.content()
        elif self.state == "next":
            self.after_delimiter()

    def preamble(self) -> None:
        """Everything before the first delimiter is skipped, within bounds."""
        place = self.held.find(self.delimiter)
        keep = len(self.delimiter) - 1
        gone = place if place >= 0 else max(0, len(self.held) - keep)
        self.skipped += gone
        if self.skipped > MAX_PREAMBLE:
            raise malformed()
        if place >= 0:
            del self.held[: place + len(self.delimiter)]
            self.state = "next"
        else:
            del self.held[:gone]

    def after_delimiter(self) -> None:
        """Two hyphens end the body, the end of the line begins a part."""
        blank = len(self.held) - len(self.held.lstrip(b" \t"))
        if blank > 64:
            raise malformed()
        mark = bytes(self.held[blank : blank + 2])
        if len(mark) < 2:
            return
        if mark == b"--" and not blank:
            self.state = "done"
        elif mark == b"\r\n":
            del self.held[:blank]  # the line's end stays: headers may be none
            self.state = "headers"
        else:
            raise malformed()

    def headers(self) -> Iterator[Event]:
        """The lines up to an empty one."""
        end = self.held.find(b"\r\n\r\n")
        if end < 0 and len(self.held) <= MAX_HEADERS:
            return
        if not 0 <= end <= MAX_HEADERS:
            raise malformed()
        lines = bytes(self.held[:end]).split(b"\r\n")[1:]
        del self.held[: end + 4]
        self.state = "content"
        yield Opened(dict(map(header_of, lines)))

    def content(self) -> Iterator[Event]:
        """Bytes up to the next delimiter."""
        place = self.held.find(self.delimiter)
        keep = len(self.delimiter) - 1
        ready = place if place >= 0 else max(0, len(self.held) - keep)
        if ready:
            yield Content(bytes(memoryview(self.held)[:ready]))
        if place >= 0:
            del self.held[: place + len(self.delimiter)]
            self.state = "next"
            yield Closed()
        else:
            del self.held[:ready]

    def finish(self) -> None:
        """The body has ended; ``Rejected`` unless its last delimiter came."""
        if self.state != "done":
            raise malformed()


def header_of(line: bytes) -> tuple[str, str]:
    """A header's name in lower case and its value."""
    found = LINE.fullmatch(line)
    if found is None:
        raise malformed()
    return found.group(1).decode("ascii").lower(), found.group(2).decode("latin-1")
