"""Where each frame lies in a file, without decoding one (PS3.5 8.1, 8.2, A.4)."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.base import Rejected
from yushan.domain.dicom.tables import STORAGE_CLASSES, TRANSFER_SYNTAXES
from yushan.domain.dicom.values import UNDEFINED

if TYPE_CHECKING:
    from yushan.domain.dicom.lookup import Lookup
    from yushan.domain.dicom.values import Buffer, Element

PIXEL_DATA: Final = 0x7FE00010
#: Pixel Data and its float twins.
PIXEL_TAGS: Final = (PIXEL_DATA, 0x7FE00008, 0x7FE00009)
#: Where an object with Rows may keep its content instead: spectroscopy, a pixel provider's URL.
OTHER_CONTENT: Final = (0x56000020, 0x00287FE0)
EXTENDED_OFFSETS: Final = 0x7FE00001
#: First bytes of a codestream: JPEG and JPEG-LS, JPEG 2000 and HTJ2K, JP2 box, JPEG XL.
CODESTREAM_STARTS: Final = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0c", b"\xff\x0a")
#: No frame of ours is larger; a header that asks for more is an attack or a fault.
MAX_FRAME_BYTES: Final = 1 << 31

Range = tuple[int, int]


class Shape(NamedTuple):
    """What the header says of the pixels."""

    frames: int
    frame_bits: int
    element: Element | None

    @property
    def frame_bytes(self) -> int:
        """Bytes that one uncompressed frame needs."""
        return (self.frame_bits + 7) // 8


def shape_of(look: Lookup) -> Shape:
    """Frames, bits per frame and the pixel element; checked against each other.

    Raises
    ------
    Rejected
        ``dicom.pixel-data-missing`` (also a file cut between two elements),
        ``dicom.pixel-data-short``, ``dicom.frame-too-large``, ``dicom.frames-impossible``.
    """
    rows, columns = look.short(0x00280010), look.short(0x00280011)
    frames = look.integer(0x00280008)
    frames = 1 if frames is None else frames
    element = next((look.found[tag] for tag in PIXEL_TAGS if tag in look.found), None)
    if not rows * columns:
        known = STORAGE_CLASSES.get(look.first(0x00080016))
        if known is not None and known.pixels:
            raise Rejected("dicom.pixel-data-missing")
        return Shape(0, 0, element)
    if frames < 1:
        raise Rejected("dicom.frames-impossible")
    samples = 2 if look.first(0x00280004) == "YBR_FULL_422" else look.short(0x00280002, 1)
    shape = Shape(frames, rows * columns * samples * look.short(0x00280100, 8), element)
    check_shape(shape, look)
    return shape


def check_shape(shape: Shape, look: Lookup) -> None:
    """Refuse pixels that are missing, cut short or absurd."""
    if shape.element is None:
        if any(tag in look.found for tag in OTHER_CONTENT):
            return
        raise Rejected("dicom.pixel-data-missing")
    if shape.frame_bytes > MAX_FRAME_BYTES:
        raise Rejected("dicom.frame-too-large", limit=MAX_FRAME_BYTES)
    needed = (shape.frames * shape.frame_bits + 7) // 8
    if shape.element.length != UNDEFINED and shape.element.length < needed:
        raise Rejected("dicom.pixel-data-short", needed=needed, found=shape.element.length)


def frame_ranges(look: Lookup) -> tuple[Range, ...]:
    """Start and length of each frame in the buffer, in frame order.

    Native: the frame's bytes; where frames do not end on a byte (1 bit allocated), the bytes that
    cover it. Encapsulated: from the item header of the frame's first fragment to the end of its
    last, so ``fragments`` of the range gives the codestream. Video and objects without frames: ().

    Raises
    ------
    Rejected
        As ``shape_of``; ``dicom.frames-unclear`` when fragments cannot be told apart,
        ``dicom.pixel-data-encapsulation`` when pixel data and transfer syntax disagree.
    """
    shape = shape_of(look)
    syntax = TRANSFER_SYNTAXES[look.part.transfer_syntax_uid]
    if shape.element is None or not shape.frames or syntax.video:
        return ()
    is_encapsulated = shape.element.length == UNDEFINED
    if is_encapsulated != syntax.encapsulated:
        raise Rejected("dicom.pixel-data-encapsulation")
    if is_encapsulated:
        return encapsulated(look, shape)
    bits, start = shape.frame_bits, shape.element.value
    edges = [(index * bits // 8, -(-(index + 1) * bits // 8)) for index in range(shape.frames)]
    return tuple((start + first, last - first) for first, last in edges)


def fragments(data: Buffer) -> tuple[memoryview, ...]:
    """The fragments of a stretch of items, as views; a delimiter ends it.

    Raises
    ------
    Rejected
        ``dicom.fragments-broken``.
    """
    view, found, at = memoryview(data), [], 0
    while at < len(view):
        if len(view) - at < 8:
            raise Rejected("dicom.fragments-broken", offset=at)
        tag, length = struct.unpack_from("<II", view, at)
        if tag == 0xE0DDFFFE:
            break
        if tag != 0xE000FFFE or at + 8 + length > len(view):
            raise Rejected("dicom.fragments-broken", offset=at)
        found.append(view[at + 8 : at + 8 + length])
        at += 8 + length
    return tuple(found)


def encapsulated(look: Lookup, shape: Shape) -> tuple[Range, ...]:
    """Ranges of the frames of encapsulated pixel data."""
    assert shape.element is not None  # noqa: S101 - checked by the caller
    data, element = look.part.buffer, shape.element
    table, *pieces = item_ranges(data, element.value, element.end)
    if not pieces:
        raise Rejected("dicom.pixel-data-short", needed=shape.frames, found=0)
    first = pieces[0][0]
    offsets = look.raw(EXTENDED_OFFSETS)
    count = shape.frames
    for raw, code in ((offsets, "Q"), (bytes(data[table[0] + 8 : sum(table)]), "I")):
        if len(raw) == count * struct.calcsize(code):
            starts = [first + offset for offset in struct.unpack(f"<{count}{code}", raw)]
            if is_plausible(starts, pieces):
                return joined(starts, pieces)
    return joined(guessed_starts(data, pieces, count), pieces)


def item_ranges(data: Buffer, start: int, end: int) -> list[Range]:
    """Offset and length, headers included, of each item of an element that was walked."""
    found, at = [], start
    while at + 8 <= end:
        tag, length = struct.unpack_from("<II", data, at)
        if tag != 0xE000FFFE:
            break
        found.append((at, 8 + length))
        at += 8 + length
    return found or [(start, 8)]


def is_plausible(starts: list[int], pieces: list[Range]) -> bool:
    """Whether an offset table rises from the first fragment and meets only fragment starts."""
    known = {at for at, _ in pieces}
    rising = all(a < b for a, b in pairwise(starts))
    return starts[0] == pieces[0][0] and rising and known.issuperset(starts)


def guessed_starts(data: Buffer, pieces: list[Range], count: int) -> list[int]:
    """Frame starts without an offset table: one fragment each, one frame, or by codestreams."""
    if count == 1:
        return [pieces[0][0]]
    starts = [at for at, _ in pieces]
    if len(pieces) != count:
        starts = [
            at for at in starts if bytes(data[at + 8 : at + 12]).startswith(CODESTREAM_STARTS)
        ]
    if len(starts) != count or starts[0] != pieces[0][0]:
        raise Rejected("dicom.frames-unclear", frames=count, fragments=len(pieces))
    return starts


def starts_codestream(data: Buffer, at: int) -> bool:
    """Whether a compressed image begins at the offset."""
    return bytes(data[at : at + 4]).startswith(CODESTREAM_STARTS)


def joined(starts: list[int], pieces: list[Range]) -> tuple[Range, ...]:
    """Ranges between the starts; the last ends with the last fragment."""
    end = pieces[-1][0] + pieces[-1][1]
    return tuple(
        (start, following - start)
        for start, following in zip(starts, [*starts[1:], end], strict=True)
    )
