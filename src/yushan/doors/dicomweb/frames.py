"""Frames and bulk (PS3.18 10.4.1.1.5, 10.4.1.1.6): byte ranges of a pack, sent as they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Rejected
from yushan.domain.dicom import TRANSFER_SYNTAXES, fragments
from yushan.doors.dicomweb.child import decode
from yushan.doors.dicomweb.finding import scope_of, target_of
from yushan.doors.dicomweb.media import EXPLICIT, OCTETS, accepted
from yushan.doors.dicomweb.multipart import Part, related, single
from yushan.doors.dicomweb.picture import shape_of, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from yushan.doors.dicomweb.finding import Finder, Found
    from yushan.doors.dicomweb.media import Range
    from yushan.doors.dicomweb.multipart import Piece
    from yushan.doors.dicomweb.ports import Children

#: Most frames of one request, and how many bytes are read before the first is sent.
MAX_FRAMES: Final = 1000
AT_HAND: Final = 32 << 20
CHUNK: Final = 4 << 20


class Frames:
    """The retrieve transactions for frames and bulk."""

    def __init__(self, finder: Finder, children: Children) -> None:
        self.finder = finder
        self.children = children

    def frames(self, request: Request) -> Response:
        """``…/frames/{list}``: stored bytes, or decoded for who takes nothing else."""
        ranges = accepted(request)
        found = self.finder.instance(scope_of(request), target_of(request))
        numbers = frame_numbers(request.path_params["frames"], len(found.entry.frames))
        form = Form.chosen(ranges, found.entry.transfer_syntax_uid, alone=len(numbers) == 1)
        parts = self.parts(found, numbers, form)
        if form.multipart:
            return related(parts, f'type="{form.type}"; transfer-syntax={form.syntax}', {})
        return single(parts[0], {})

    def parts(self, found: Found, numbers: list[int], form: Form) -> list[Part]:
        """The frames as parts: read now when they are few, else while they are sent."""
        sizes = [found.entry.frames[number][1] for number in numbers]
        if form.decoded or sum(sizes) <= AT_HAND or is_encapsulated(found):
            held = [self.frame(found, number, decoded=form.decoded) for number in numbers]
            return [Part(form.media_type, sum(map(len, one)), list(one)) for one in held]
        return [
            Part(form.media_type, size, lambda number=number: iter(self.frame(found, number)))  # type: ignore[misc]
            for number, size in zip(numbers, sizes, strict=True)
        ]

    def frame(self, found: Found, number: int, *, decoded: bool = False) -> tuple[Piece, ...]:
        """The bytes of a frame (from 0), without item headers."""
        start, length = found.entry.frames[number]
        data = self.finder.read(found, start, length)
        if is_encapsulated(found):
            pieces: tuple[Piece, ...] = fragments(data)
            if not decoded:
                return pieces
            pixels = shape_of(found.entry.metadata, found.entry.transfer_syntax_uid)
            return (self.children.run(decode, b"".join(pieces), pixels),)
        return (realigned(data, found, number),)

    def bulk(self, request: Request) -> Response:
        """``…/bulkdata/{path}``: one large value; compressed pixel data as its frames."""
        ranges = accepted(request)
        found = self.finder.instance(scope_of(request), target_of(request))
        path = request.path_params["path"]
        place = next((one for one in found.entry.bulk if one[0] == path), None)
        if place is None:
            raise Absent("dicomweb.absent")
        if path == "7FE00010" and is_encapsulated(found) and found.entry.frames:
            syntax = found.entry.transfer_syntax_uid
            form = Form.chosen(ranges, syntax, alone=len(found.entry.frames) == 1)
            parts = self.parts(found, list(range(len(found.entry.frames))), form)
        else:
            form = Form.chosen(ranges, EXPLICIT, alone=True, by_itself=True)
            parts = [Part(form.media_type, place[2], lambda: self.value(found, place[1], place[2]))]
        if form.multipart:
            return related(parts, f'type="{form.type}"; transfer-syntax={form.syntax}', {})
        return single(parts[0], {})

    def value(self, found: Found, start: int, length: int) -> Iterator[Piece]:
        """A stretch of an instance's file, piece by piece."""
        for at in range(start, start + length, CHUNK):
            yield self.finder.read(found, at, min(CHUNK, start + length - at))


class Form:
    """How frames are answered: as what, whether in parts, whether decoded."""

    def __init__(self, syntax: str, *, multipart: bool, decoded: bool) -> None:
        self.syntax = EXPLICIT if decoded else native_as_explicit(syntax)
        self.type = TRANSFER_SYNTAXES[self.syntax].media_type
        self.multipart = multipart
        self.decoded = decoded
        #: Type of a part; clients take the transfer syntax from here.
        self.media_type = f"{self.type}; transfer-syntax={self.syntax}"

    @classmethod
    def chosen(
        cls, ranges: Sequence[Range], stored: str, *, alone: bool, by_itself: bool = False
    ) -> Form:
        """The best form that the client takes and that is there.

        Stored frames answer a range that names their type or any type, and one that asks for
        octets in any transfer syntax (``*``, as viewers do). Octets without a transfer syntax mean
        Explicit VR Little Endian, so compressed frames are decoded (PS3.18 8.7.3.3.2). A range
        without ``multipart`` is answered with the frame alone, where it is one; who takes anything
        gets parts, unless the thing stands ``by_itself``.

        Raises
        ------
        Rejected
            ``dicomweb.not-acceptable``.
        """
        syntax = native_as_explicit(stored)
        media_type = TRANSFER_SYNTAXES[syntax].media_type
        for one in ranges:
            if not (one.multipart or alone or one.type == "*/*"):
                continue
            parts = one.multipart or (one.type == "*/*" and not by_itself)
            if is_as_stored(one, media_type, syntax):
                return cls(stored, multipart=parts, decoded=False)
            if one.covers(OCTETS) and one.syntax in ("", EXPLICIT) and one.type != "*/*":
                return cls(stored, multipart=parts, decoded=True)
        raise Rejected("dicomweb.not-acceptable")


def is_as_stored(one: Range, media_type: str, syntax: str) -> bool:
    """Whether a range takes frames of this type and transfer syntax."""
    if one.syntax not in ("", "*", syntax):
        return False
    return one.covers(media_type) or (one.type == OCTETS and one.syntax in ("*", syntax))


def native_as_explicit(syntax: str) -> str:
    """Uncompressed frames are the same bytes in all syntaxes that are stored."""
    return EXPLICIT if TRANSFER_SYNTAXES[syntax].media_type == OCTETS else syntax


def is_encapsulated(found: Found) -> bool:
    """Whether the frames of an instance are fragments."""
    return TRANSFER_SYNTAXES[found.entry.transfer_syntax_uid].encapsulated


def frame_numbers(text: str, frames: int) -> list[int]:
    """Indices from 0 of a list like ``1,2,5``.

    Raises
    ------
    Rejected
        ``dicomweb.frames-invalid``: not a list of numbers, or too many.
    Absent
        ``dicomweb.absent``: the instance has no such frame.
    """
    parts = text.split(",")
    if len(parts) > MAX_FRAMES or not all(
        part.isascii() and part.isdigit() and len(part) < 10 for part in parts
    ):
        raise Rejected("dicomweb.frames-invalid", limit=MAX_FRAMES)
    numbers = [int(part) for part in parts]
    if min(numbers) < 1:
        raise Rejected("dicomweb.frames-invalid", limit=MAX_FRAMES)
    if max(numbers) > frames:
        raise Absent("dicomweb.absent")
    return [number - 1 for number in numbers]


def realigned(data: bytes, found: Found, number: int) -> bytes:
    """A native frame that starts on a byte; frames of single bits may begin within one."""
    metadata = found.entry.metadata
    if whole(metadata, "00280100", 16) != 1:
        return data
    bits = whole(metadata, "00280010", 0) * whole(metadata, "00280011", 0)
    if bits % 8 == 0:
        return data
    shifted = int.from_bytes(data, "little") >> (number * bits % 8)
    return (shifted & ((1 << bits) - 1)).to_bytes((bits + 7) // 8, "little")
