"""Another scope's names in bytes that are being served: same lengths, nothing is parsed.

The sidecar says where names stand (``spots``); a UID takes 44 bytes, a pseudonym 16.
"""

from __future__ import annotations

import base64
import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    Spot = tuple[int, str]

SIZES: Final = {"uid": 44, "pid": 16}
#: A UID of ours wherever it stands in a text (beginning with a literal, it is found fast).
OUR_UID: Final = re.compile(rb"2\.25\.[0-9]{39}(?![0-9.])")


#: Bytes within DICOM JSON, in which names stand unreadable.
INLINE: Final = re.compile(rb'"InlineBinary":"([A-Za-z0-9+/]{24,}={0,2})"')


class Names(Protocol):
    """What a scope calls things; lengths stay."""

    def uid(self, uid: str) -> str:
        """Another UID for one of ours."""
        ...

    def subject(self, subject: str) -> str:
        """Another pseudonym for one of ours."""
        ...


def patch_range(
    data: bytes, start: int, spots: Sequence[Spot], names: Names
) -> tuple[bytes | memoryview, ...]:
    """Bytes of a file from ``start`` on, under other names; what follows the last is not copied.

    A name that begins before ``start`` or ends after the data must not be cut: see ``widened``.
    """
    end = start + len(data)
    inside = [
        (place - start, kind)
        for place, kind in spots
        if kind != "date" and start <= place and place + SIZES[kind] <= end
    ]
    if not inside:
        return (data,)
    last = inside[-1][0] + SIZES[inside[-1][1]]
    head = data[:last].decode("latin-1")  # any byte is one character, and back
    made: list[str] = []
    at = 0
    for place, kind in inside:
        stop = place + SIZES[kind]
        old = head[place:stop]
        made += (head[at:place], names.uid(old) if kind == "uid" else names.subject(old))
        at = stop
    fresh = "".join(made).encode("latin-1")
    return (fresh, memoryview(data)[last:]) if last < len(data) else (fresh,)


def widened(start: int, length: int, spots: Sequence[Spot]) -> tuple[int, int]:
    """The smallest range (start, length) around one that cuts no name."""
    first, end = start, start + length
    for place, kind in spots[max(0, bisect_left(spots, (start - 64, "")) - 1) :]:
        if place >= end:
            break
        if (stop := place + SIZES.get(kind, 0)) > start:
            first, end = min(first, place), max(end, stop)
    return first, end - first


def patch_text(text: bytes, subject: str, names: Names) -> bytes:
    """A text (DICOM JSON, XML) that may name a person and any UID of ours, under other names.

    Bytes that stand in it as base 64 (``InlineBinary``) are looked into as well.
    """

    def within(match: re.Match[bytes]) -> bytes:
        held = base64.b64decode(match[1])
        fresh = renamed(held, subject, names)
        return match[0] if fresh == held else b'"InlineBinary":"%b"' % base64.b64encode(fresh)

    return renamed(INLINE.sub(within, text), subject, names)


def renamed(data: bytes, subject: str, names: Names) -> bytes:
    """Bytes with every UID of ours and the person's pseudonym replaced, wherever they stand."""

    def fresh(match: re.Match[bytes]) -> bytes:
        return names.uid(match[0].decode("ascii")).encode("ascii")

    found = OUR_UID.sub(fresh, data)
    return found.replace(subject.encode(), names.subject(subject).encode()) if subject else found
