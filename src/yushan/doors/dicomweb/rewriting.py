"""A whole file in another transfer syntax (PS3.5 A.4). Runs in a child only.

All but the pixels is copied; what the header says of the pixels follows them.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.dicom import TRANSFER_SYNTAXES, describe, fragments, walk
from yushan.doors.dicomweb.media import EXPLICIT
from yushan.doors.dicomweb.picture import shape_of
from yushan.doors.dicomweb.rendering import recoded, target_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.domain.dicom import Part10
    from yushan.domain.imaging import Shape

META_LENGTH, META_SYNTAX = 0x00020000, 0x00020010
PHOTOMETRIC, PLANAR, PIXELS = 0x00280004, 0x00280006, 0x7FE00010
#: Offsets of another encoding are not true of this one.
OFFSETS: Final = (0x7FE00001, 0x7FE00002)
ITEM: Final = b"\xfe\xff\x00\xe0"
END: Final = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"


def rewritten(data: bytes, frames: Sequence[tuple[int, int]], transfer_syntax_uid: str) -> bytes:
    """The file with its frames (start, length) in another transfer syntax.

    Raises
    ------
    Rejected
        ``imaging.…`` when the pixels cannot be decoded or encoded.
    """
    part = walk(data)
    pixels = shape_of(describe(data).metadata, part.transfer_syntax_uid)
    if part.implicit or part.big_endian or part.buffer is not data or pixels.bits_allocated == 1:
        raise Rejected("imaging.not-encoded")
    made = [recoded(stored(data, place, part), pixels, transfer_syntax_uid) for place in frames]
    changed = changes(target_shape(pixels, transfer_syntax_uid))
    body = b"".join(dataset(data, part, changed, pixel_element(made, pixels, transfer_syntax_uid)))
    return bytes(data[:128]) + b"DICM" + meta(data, part, transfer_syntax_uid) + body


def stored(data: bytes, place: tuple[int, int], part: Part10) -> bytes:
    """The bytes of one frame."""
    start, length = place
    held = data[start : start + length]
    if TRANSFER_SYNTAXES[part.transfer_syntax_uid].encapsulated:
        return b"".join(fragments(held))
    return held


def changes(pixels: Shape) -> dict[int, bytes]:
    """What the header says of the new pixels: element by tag."""
    found = {PHOTOMETRIC: short(PHOTOMETRIC, "CS", pixels.photometric.encode())}
    if pixels.samples > 1:
        found[PLANAR] = short(PLANAR, "US", struct.pack("<H", int(pixels.planar)))
    return found


def short(tag: int, vr: str, value: bytes) -> bytes:
    """An element in Explicit VR Little Endian with a length of 16 bits."""
    value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(value)) + value


def pixel_element(frames: Sequence[bytes], pixels: Shape, transfer_syntax_uid: str) -> bytes:
    """Pixel Data, native or in fragments."""
    head = struct.pack("<HH", PIXELS >> 16, PIXELS & 0xFFFF)
    if transfer_syntax_uid == EXPLICIT:
        vr = b"OW" if pixels.bits_allocated > 8 else b"OB"
        value = b"".join(frames)
        value += b"\0" * (len(value) % 2)
        return head + vr + struct.pack("<HI", 0, len(value)) + value
    even = [frame + b"\0" * (len(frame) % 2) for frame in frames]
    places, at = [], 0
    for frame in even:
        places.append(at)
        at += 8 + len(frame)
    table = struct.pack(f"<{len(places)}I", *places) if at < 1 << 32 else b""
    items = b"".join(ITEM + struct.pack("<I", len(one)) + one for one in (table, *even))
    return head + b"OB" + struct.pack("<HI", 0, 0xFFFF_FFFF) + items + END


def dataset(
    data: bytes, part: Part10, changed: dict[int, bytes], pixel_data: bytes
) -> Iterator[bytes]:
    """The elements in order, copied or changed."""
    for element in part.elements:
        if element.tag == PIXELS:
            yield pixel_data
        elif element.tag not in OFFSETS:
            yield changed.get(element.tag, data[element.start : element.end])


def meta(data: bytes, part: Part10, transfer_syntax_uid: str) -> bytes:
    """The file meta information with another transfer syntax and its own length."""
    rest = b"".join(
        short(META_SYNTAX, "UI", transfer_syntax_uid.encode())
        if element.tag == META_SYNTAX
        else data[element.start : element.end]
        for element in part.meta
        if element.tag != META_LENGTH
    )
    return short(META_LENGTH, "UL", struct.pack("<I", len(rest))) + rest
