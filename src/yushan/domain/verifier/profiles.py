"""Colour profiles (ICC.1:2010): numbers and two fixed titles, no other word."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yushan.domain.verifier.parser import Bytes

ENTRY: Final = Struct(">4sII")
ENTRIES: Final = Struct(">I")
FIRST_ENTRY: Final = 132
MOST_ENTRIES: Final = 66
#: Types whose content is numbers.
NUMERIC: Final = frozenset(b"XYZ |curv|para|sf32|uf32|mft1|mft2|mAB |mBA |chrm".split(b"|"))
#: The title and the copyright that may stand.
SAID: Final = frozenset(
    [
        b"text\0\0\0\0REMOVED\0",
        b"desc\0\0\0\0\0\0\0\x08REMOVED" + bytes(79),
        b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\x0e\0\0\0\x1c\0R\0E\0M\0O\0V\0E\0D",
    ]
)
#: Fields of the header that would tell of a program, maker, model, author or day.
SILENT: Final = ((4, 8), (24, 36), (40, 64), (80, 128))


def colour_profile(data: Bytes, start: int, end: int) -> str | None:
    """A profile may hold numbers and the fixed titles; ``verifier.opaque`` for anything else."""
    profile = bytes(data[start:end])
    if not profile:
        return None
    return None if is_silent(profile) else "verifier.opaque"


def is_silent(profile: bytes) -> bool:
    """Whether every byte of a profile belongs to its header, its table or a tag that may stay."""
    if len(profile) < FIRST_ENTRY or profile[36:40] != b"acsp":
        return False
    if any(profile[first:last].strip(b"\0") for first, last in SILENT):
        return False
    (count,) = ENTRIES.unpack_from(profile, FIRST_ENTRY - 4)
    body = FIRST_ENTRY + 12 * count
    if count > MOST_ENTRIES or body > len(profile):
        return False
    used = bytearray(len(profile))
    used[:body] = b"\1" * body
    for number in range(count):
        _, first, size = ENTRY.unpack_from(profile, FIRST_ENTRY + 12 * number)
        content = profile[first : first + size]
        if len(content) != size or (content[:4] not in NUMERIC and content not in SAID):
            return False
        used[first : first + size] = b"\1" * size
    return all(used[place] or not profile[place] for place in range(body, len(profile)))
