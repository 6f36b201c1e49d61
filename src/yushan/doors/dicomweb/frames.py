"""Frames and bulk (PS3.18 10.4.1.1.5, 10.4.1.1.6): byte ranges of a pack, sent as they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Rejected
from yushan.domain.dicom import TRANSFER_SYNTAXES, fragments
from yushan.doors.dicomweb.caching import entity_tag, kept_headers, span_of, unchanged
from yushan.doors.dicomweb.child import recode
from yushan.doors.dicomweb.forms import Form, frame_form
from yushan.doors.dicomweb.media import EXPLICIT, accepted
from yushan.doors.dicomweb.multipart import Part, Streamed, related, single
from yushan.doors.dicomweb.picture import shape_of, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.finding import Finder, Found
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
        """``…/frames/{list}``: stored bytes; decoded or encoded for who takes nothing else."""
        ranges = accepted(request)
        asker = self.finder.asker(request)
        found = self.finder.instance(asker)
        said = request.path_params["frames"]
        numbers = frame_numbers(said, len(found.entry.frames))
        form = frame_form(ranges, found.entry.transfer_syntax_uid, alone=len(numbers) == 1)
        headers = kept_headers(entity_tag(asker, found.name(), said, repr(form)))
        if (same := unchanged(request, headers)) is not None:
            return same
        parts = self.parts(found, numbers, form)
        self.finder.saw(asker, [found.row], len(numbers))
        return self.answer(parts, form, headers)

    def answer(self, parts: list[Part], form: Form, headers: dict[str, str]) -> Response:
        """The parts in the form that was chosen."""
        if form.multipart:
            return related(parts, f'type="{form.type}"; transfer-syntax={form.syntax}', headers)
        return single(parts[0], headers)

    def parts(self, found: Found, numbers: list[int], form: Form) -> list[Part]:
        """The frames as parts: read now when they are few, else while they are sent."""
        sizes = [found.entry.frames[number][1] for number in numbers]
        if not form.stored or sum(sizes) <= AT_HAND or is_encapsulated(found):
            held = [self.made(found, number, form) for number in numbers]
            return [Part(form.media_type, sum(map(len, one)), list(one)) for one in held]
        return [
            Part(form.media_type, size, lambda number=number: iter(self.frame(found, number)))  # type: ignore[misc]
            for number, size in zip(numbers, sizes, strict=True)
        ]

    def made(self, found: Found, number: int, form: Form) -> tuple[Piece, ...]:
        """A frame (from 0) in the form that was chosen."""
        pieces = self.frame(found, number)
        if form.stored or (form.syntax == EXPLICIT and not is_encapsulated(found)):
            return pieces
        pixels = shape_of(found.entry.metadata, found.entry.transfer_syntax_uid)
        return (self.children.run(recode, b"".join(pieces), pixels, form.syntax),)

    def frame(self, found: Found, number: int) -> tuple[Piece, ...]:
        """The bytes of a frame (from 0) as stored, without item headers."""
        start, length = found.entry.frames[number]
        data = self.finder.bytes_of(found, start, length)
        if is_encapsulated(found):
            return fragments(data)
        return (realigned(data, found, number),)

    def bulk(self, request: Request) -> Response:
        """``…/bulkdata/{path}``: one large value; compressed pixel data as its frames."""
        ranges = accepted(request)
        asker = self.finder.asker(request)
        found = self.finder.instance(asker)
        path = request.path_params["path"]
        place = next((one for one in found.entry.bulk if one[0] == path), None)
        if place is None:
            raise Absent("dicomweb.absent")
        framed = path == "7FE00010" and is_encapsulated(found) and found.entry.frames
        syntax = found.entry.transfer_syntax_uid if framed else EXPLICIT
        alone = not framed or len(found.entry.frames) == 1
        form = frame_form(ranges, syntax, alone=alone, by_itself=not framed)
        headers = kept_headers(entity_tag(asker, found.name(), path, repr(form)))
        if (same := unchanged(request, headers)) is not None:
            return same
        self.finder.saw(asker, [found.row], 1, place[2])
        if framed:
            numbers = list(range(len(found.entry.frames)))
            return self.answer(self.parts(found, numbers, form), form, headers)
        return self.one_value(request, asker, found, (form, place[1:], headers))

    def one_value(
        self,
        request: Request,
        asker: Asker,
        found: Found,
        chosen: tuple[Form, tuple[int, int], dict[str, str]],
    ) -> Response:
        """A value that is no frame; alone, a stretch of it may be asked for."""
        form, (start, size), headers = chosen
        if form.multipart:
            part = Part(form.media_type, size, lambda: self.stretch(asker, found, start, size))
            return self.answer([part], form, headers)
        span = span_of(request, size, headers["ETag"])
        at, length = span or (0, size)
        pieces = self.stretch(asker, found, start + at, length)
        return stretch_answer(pieces, (at, length, size), form.media_type, headers, span is None)

    def stretch(self, asker: Asker, found: Found, start: int, length: int) -> Iterator[Piece]:
        """A stretch of an instance's file under the asker's names, piece by piece."""
        for at in range(start, start + length, CHUNK):
            size = min(CHUNK, start + length - at)
            yield from self.finder.read(found, at, size, asker.names)


def stretch_answer(
    pieces: Iterator[Piece],
    place: tuple[int, int, int],
    media_type: str,
    headers: dict[str, str],
    whole: bool,  # noqa: FBT001 - whether nothing was cut
) -> Response:
    """A thing alone, or the stretch (start, length, size of all) of it that was asked for."""
    start, length, size = place
    headers = {**headers, "Accept-Ranges": "bytes"}
    if whole:
        return Streamed(pieces, size, media_type, headers)
    headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    return Streamed(pieces, length, media_type, headers, 206)


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


def realigned(data: Piece, found: Found, number: int) -> Piece:
    """A native frame that starts on a byte; frames of single bits may begin within one."""
    metadata = found.entry.metadata
    if whole(metadata, "00280100", 16) != 1:
        return data
    bits = whole(metadata, "00280010", 0) * whole(metadata, "00280011", 0)
    if bits % 8 == 0:
        return data
    shifted = int.from_bytes(data, "little") >> (number * bits % 8)
    return (shifted & ((1 << bits) - 1)).to_bytes((bits + 7) // 8, "little")
