"""In which form something is answered: container, media type, transfer syntax (PS3.18 8.7.3).

The client's quality values come first; among equals what lies in the archive goes out untouched,
then what has only to be decoded, then what has to be encoded anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.base import Rejected
from yushan.domain.dicom import TRANSFER_SYNTAXES
from yushan.doors.dicomweb.media import DICOM, EXPLICIT, OCTETS, ZIP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.doors.dicomweb.finding import Found
    from yushan.doors.dicomweb.media import Range

JPEG_LS: Final = "1.2.840.10008.1.2.4.80"
HTJ2K: Final = "1.2.840.10008.1.2.4.201"
#: Media type of a frame → the lossless transfer syntax that is made of frames stored in another.
MADE: Final = {"image/jls": JPEG_LS, "image/jphc": HTJ2K}
#: Transfer syntaxes that frames can be decoded from.
DECODED: Final = frozenset({
    *(f"1.2.840.10008.1.2.4.{number}" for number in
      (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203, 110, 111, 112)),
    "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1",
})  # fmt: skip
#: Larger instances are not decoded as a whole: they go out as they are, as PS3.18 8.7.3.3 allows.
MAX_WHOLE: Final = 256 << 20


class Form(NamedTuple):
    """Frames: media type and transfer syntax of each, in parts or alone, as stored or not."""

    type: str
    syntax: str
    multipart: bool
    stored: bool

    @property
    def media_type(self) -> str:
        """Type of a part; clients take the transfer syntax from here."""
        return f"{self.type}; transfer-syntax={self.syntax}"


def frame_form(
    ranges: Sequence[Range], stored: str, *, alone: bool, by_itself: bool = False
) -> Form:
    """The best form that the client takes and that can be given.

    Stored frames answer a range that names their type or any type, and one that asks for octets in
    any transfer syntax (``*``, as viewers do). Octets without a transfer syntax mean Explicit VR
    Little Endian, so compressed frames are decoded (8.7.3.3.2). A range without ``multipart`` is
    answered with the frame alone, where it is one; who takes anything gets parts, unless the thing
    stands ``by_itself``.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``.
    """
    offers = [
        ((-one.quality, cost), form)
        for one in ranges
        if one.multipart or alone or one.type == "*/*"
        for cost, form in forms(one, stored, by_itself=by_itself)
    ]
    if not offers:
        raise Rejected("dicomweb.not-acceptable")
    return min(offers, key=lambda offer: offer[0])[1]


def forms(one: Range, stored: str, *, by_itself: bool) -> Iterator[tuple[int, Form]]:
    """What can be given for one range, each with what it costs."""
    syntax = native_as_explicit(stored)
    media_type = TRANSFER_SYNTAXES[syntax].media_type
    parts = one.multipart or (one.type == "*/*" and not by_itself)
    if is_as_stored(one, media_type, syntax):
        yield 0, Form(media_type, syntax, parts, stored=True)
    if one.type == "*/*":
        return
    if one.covers(OCTETS) and one.syntax in ("", EXPLICIT):
        yield 1, Form(OCTETS, EXPLICIT, parts, stored=False)
    made = MADE.get(one.type, "")
    if made and one.syntax in ("", made) and not TRANSFER_SYNTAXES[stored].lossy:
        yield 2, Form(one.type, made, parts, stored=False)


def is_as_stored(one: Range, media_type: str, syntax: str) -> bool:
    """Whether a range takes frames of this type and transfer syntax."""
    if one.syntax not in ("", "*", syntax):
        return False
    return one.covers(media_type) or (one.type == OCTETS and one.syntax in ("*", syntax))


def native_as_explicit(syntax: str) -> str:
    """Uncompressed frames are the same bytes in all syntaxes that are stored."""
    return EXPLICIT if TRANSFER_SYNTAXES[syntax].media_type == OCTETS else syntax


@dataclass(frozen=True, slots=True)
class FileForm:
    """Files: ``parts``, ``alone`` or ``zip``; in which transfer syntax (``*``: as stored)."""

    container: str
    syntax: str


def file_form(ranges: Sequence[Range], found: Sequence[Found], *, alone: bool) -> FileForm:
    """How files are given.

    Raises
    ------
    Rejected
        ``dicomweb.not-acceptable``: another type, or a transfer syntax the files cannot have.
    """
    for one in ranges:
        container = container_of(one, alone=alone)
        syntax = "*" if one.type == "*/*" else one.syntax
        if container and all(can_have(file, syntax) for file in found):
            return FileForm(container, syntax)
    raise Rejected("dicomweb.not-acceptable")


def container_of(one: Range, *, alone: bool) -> str:
    """What holds the files, as a range asks; empty when it asks for no files."""
    if one.type == ZIP and not one.multipart:
        return "zip"
    if not one.covers(DICOM):
        return ""
    if one.multipart or one.type == "*/*":
        return "parts"
    return "alone" if alone else ""


def can_have(found: Found, wanted: str) -> bool:
    """Whether a file is in the transfer syntax that is wanted, or can be turned to it."""
    stored = found.entry.transfer_syntax_uid
    if wanted in ("", "*", stored):
        return True
    if not found.entry.frames:
        return wanted in (EXPLICIT, JPEG_LS, HTJ2K)
    if stored != EXPLICIT and stored not in DECODED:
        return False
    if found.entry.length > MAX_WHOLE:
        return False
    return wanted == EXPLICIT or (wanted in (JPEG_LS, HTJ2K) and not is_lossy(stored))


def target_of(found: Found, wanted: str) -> str:
    """The transfer syntax a file is to be turned to; empty when it goes out as it is.

    Without a wish it is Explicit VR Little Endian, unless the pixels are lossy or too many.
    """
    stored = found.entry.transfer_syntax_uid
    if wanted == "*" or not found.entry.frames:
        return ""
    if wanted:
        return "" if wanted == stored else wanted
    if not TRANSFER_SYNTAXES[stored].encapsulated or is_lossy(stored):
        return ""
    return EXPLICIT if stored in DECODED and found.entry.length <= MAX_WHOLE else ""


def is_lossy(syntax: str) -> bool:
    """Whether pixels in a transfer syntax may have lost something; that is never encoded anew."""
    return TRANSFER_SYNTAXES[syntax].lossy
