"""The frames of one object, decoded when asked for, and as a person would see them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from yushan.base import Rejected
from yushan.domain.dicom import TRANSFER_SYNTAXES, Lookup, fragments, frame_ranges, walk
from yushan.domain.imaging import Look, Shape, Table, decode_frame, displayed, stored_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from yushan.domain.dicom import Buffer, Element, Part10

    Array = NDArray[Any]
    Picture = NDArray[np.uint8]

PIXEL_DATA: Final = 0x7FE00010
SHARED: Final = 0x52009229
PER_FRAME: Final = 0x52009230
PALETTE: Final = ((0x00281101, 0x00281201), (0x00281102, 0x00281202), (0x00281103, 0x00281203))
#: Most pixels of one frame, and most decoded bytes of all frames, that are worked on.
MAX_FRAME: Final = 64 << 20
MAX_BYTES: Final = 1 << 29


def frames_of(data: Buffer) -> Frames:
    """The frames of a Part-10 file.

    Raises
    ------
    Rejected
        ``redaction.video``, ``redaction.no-picture``: nothing that can be seen, or floating
        point values; ``redaction.too-large``; and as ``walk`` and ``frame_ranges``.
    """
    part = walk(data)
    found = Lookup(part, part.elements)
    if TRANSFER_SYNTAXES[part.transfer_syntax_uid].video:
        raise Rejected("redaction.video")
    if PIXEL_DATA not in found.found:
        raise Rejected("redaction.no-picture")
    shape = shape_of(found)
    ranges = frame_ranges(found)
    if not ranges or shape.bits_allocated not in (1, 8, 16, 32) or shape.samples not in (1, 3):
        raise Rejected("redaction.no-picture")
    pixels = shape.rows * shape.columns
    size = pixels * shape.samples * shape.bits_allocated // 8
    if pixels > MAX_FRAME or size * len(ranges) > MAX_BYTES:
        raise Rejected("redaction.too-large", bytes=size * len(ranges))
    return Frames(part, found, shape, ranges)


def shape_of(found: Lookup) -> Shape:
    """How the frames are stored."""
    allocated = found.short(0x00280100, 16)
    return Shape(
        rows=found.short(0x00280010),
        columns=found.short(0x00280011),
        samples=found.short(0x00280002, 1),
        bits_allocated=allocated,
        bits_stored=found.short(0x00280101, allocated),
        signed=found.short(0x00280103) == 1,
        photometric=found.first(0x00280004) or "MONOCHROME2",
        planar=found.short(0x00280006) == 1,
        transfer_syntax_uid=found.part.transfer_syntax_uid,
    )


class Frames:
    """Frames of one object by number, from 0; ``shape`` is what they have in common."""

    def __init__(
        self, part: Part10, found: Lookup, shape: Shape, ranges: tuple[tuple[int, int], ...]
    ) -> None:
        self.part = part
        self.found = found
        self.shape = shape
        self.ranges = ranges

    @property
    def order(self) -> Literal["little", "big"]:
        """Byte order of numbers in the header."""
        return "big" if self.part.big_endian else "little"

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ranges)

    def data(self, index: int) -> bytes:
        """The bytes of a frame, fragments put together; single bits start on a byte."""
        start, length = self.ranges[index]
        if self.has_swapped_bytes:
            return self.unswapped(start, length)
        raw = bytes(self.part.buffer[start : start + length])
        if TRANSFER_SYNTAXES[self.part.transfer_syntax_uid].encapsulated:
            return b"".join(fragments(raw))
        bits = self.shape.rows * self.shape.columns
        if self.shape.bits_allocated != 1 or bits % 8 == 0:
            return raw
        shifted = int.from_bytes(raw, "little") >> (index * bits % 8)
        return (shifted & ((1 << bits) - 1)).to_bytes((bits + 7) // 8, "little")

    @cached_property
    def has_swapped_bytes(self) -> bool:
        """Whether samples of a byte were written as words, high byte first (PS3.5 A.3)."""
        is_words = self.found.found[PIXEL_DATA].vr == "OW"
        return self.part.big_endian and is_words and self.shape.bits_allocated == 8

    def unswapped(self, start: int, length: int) -> bytes:
        """A stretch of the pixel element with the bytes of its words turned round."""
        first = start - (start - self.found.found[PIXEL_DATA].value) % 2
        words = bytes(self.part.buffer[first : start + length + 1])
        turned = np.frombuffer(words, ">u2", len(words) // 2).astype("<u2").tobytes()
        return turned[start - first : start - first + length]

    def stored(self, index: int) -> Array:
        """Stored values, colour as it is stored."""
        return stored_frame(self.data(index), self.shape)

    def values(self, index: int) -> Array:
        """Stored values, colour as red, green, blue."""
        return decode_frame(self.data(index), self.shape)

    def picture(self, index: int) -> Picture:
        """The frame as a person sees it: ``[row, column]`` or ``[row, column, 3]``.

        With the object's first window, else one over nearly all values; MONOCHROME1 turned;
        palettes applied. Overlay planes are not drawn: they are not released.
        """
        return self.shown(self.values(index), index)

    def shown(self, values: Array, index: int) -> Picture:
        """Values of a frame as ``picture`` shows them."""
        made: Picture = displayed(values, self.shape, self.look(index)).astype(np.uint8, copy=False)
        if self.shape.bits_allocated == 1:
            made = (values * 255).astype(np.uint8)
        return made

    def look(self, index: int) -> Look:
        """How a frame is to be shown; eight bits without a window as they are."""
        slope = self.number(0x00281053, index) or 1.0
        intercept = self.number(0x00281052, index) or 0.0
        center, width = self.number(0x00281050, index), self.number(0x00281051, index)
        window = None
        if center is not None and width is not None and width > 0:
            window = (center, width)
        elif self.shape.bits_stored == 8 and not self.shape.signed:
            window = (128 * slope + intercept, 256 * abs(slope))
        return Look(
            slope=slope,
            intercept=intercept,
            window=window,
            function=self.text(0x00281056, index) or "LINEAR",
            palette=self.palette,
            inverse=self.shape.photometric == "MONOCHROME1"
            and self.text(0x20500020, index) != "IDENTITY",
            padding=self.padding,
        )

    @cached_property
    def palette(self) -> tuple[Table, ...]:
        """Red, green and blue tables of PALETTE COLOR."""
        if self.shape.photometric != "PALETTE COLOR":
            return ()
        tables = []
        for about, data in PALETTE:
            described, content = self.found.raw(about), self.found.raw(data)
            numbers = [
                int.from_bytes(
                    described[at : at + 2], self.order, signed=self.shape.signed and at == 2
                )
                for at in (0, 2, 4)
            ]
            if len(described) != 6 or not content:
                return ()
            if self.part.big_endian and len(content) >= 2 * (numbers[0] or 65536):
                content = np.frombuffer(content, ">u2").astype("<u2").tobytes()
            tables.append(Table(numbers[0] or 65536, numbers[1], numbers[2], content))
        return tuple(tables)

    @cached_property
    def padding(self) -> tuple[int, int] | None:
        """First and last stored value that says "no picture here"."""
        ends = [
            int.from_bytes(raw[:2], self.order, signed=self.shape.signed)
            for tag in (0x00280120, 0x00280121)
            if len(raw := self.found.raw(tag)) >= 2
        ]
        return (min(ends), max(ends)) if ends else None

    def text(self, tag: int, index: int) -> str:
        """The first value of an attribute that a frame may have for itself."""
        for elements in self.places(index):
            value = Lookup(self.part, elements).first(tag)
            if value:
                return value
        return self.found.first(tag)

    def number(self, tag: int, index: int) -> float | None:
        """The same as a number; FD and FL by their bytes are not expected here."""
        try:
            value = float(self.text(tag, index))
        except ValueError:
            return None
        return value if np.isfinite(value) else None

    def places(self, index: int) -> Iterator[tuple[Element, ...]]:
        """Functional groups of a frame, then the shared ones."""
        for tag, number in ((PER_FRAME, index), (SHARED, 0)):
            sequence = self.found.found.get(tag)
            items = sequence.items if sequence is not None and sequence.items else ()
            if number < len(items):
                for group in items[number].elements:
                    if group.items:
                        yield group.items[0].elements
