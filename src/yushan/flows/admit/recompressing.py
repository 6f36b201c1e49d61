"""Uncompressed grey pixels made HTJ2K lossless, where that is smaller. Runs in children only.

A frame counts only if decoding gave its very bytes back. What came compressed, lossy or not, and
what is not plainly one grey sample of 8 or 16 bits is left as it came.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected
from yushan.domain.dicom import walk
from yushan.domain.imaging import Shape, encode_frame, stored_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.domain.dicom import Description, Part10

EXPLICIT: Final = "1.2.840.10008.1.2.1"
HTJ2K: Final = "1.2.840.10008.1.2.4.201"
META_LENGTH, META_SYNTAX, PIXELS = 0x00020000, 0x00020010, 0x7FE00010
GREY: Final = frozenset({"MONOCHROME1", "MONOCHROME2"})
#: Below this the header of a codestream and of its item eats what is won.
LEAST_BYTES: Final = 4096
ITEM: Final = b"\xfe\xff\x00\xe0"
END: Final = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"


def recompressed(data: bytes, described: Description) -> bytes | None:
    """The file with HTJ2K pixels; None if it stays as it is.

    ``data`` is a Part-10 file and ``described`` what `describe` says of it.
    """
    shape = grey_shape(described)
    if shape is None or sum(length for _, length in described.frames) < LEAST_BYTES:
        return None
    part = walk(data)
    target = shape._replace(transfer_syntax_uid=HTJ2K)
    try:
        frames = [encoded(data[at : at + size], shape, target) for at, size in described.frames]
    except Rejected:
        return None
    made = b"".join(rewritten(data, part, frames))
    return made if len(made) < len(data) else None


def grey_shape(described: Description) -> Shape | None:
    """How native grey frames are stored; None for everything else."""
    about = described.metadata
    shape = Shape(
        rows=whole(about, "00280010"),
        columns=whole(about, "00280011"),
        samples=whole(about, "00280002", 1),
        bits_allocated=whole(about, "00280100"),
        bits_stored=whole(about, "00280101"),
        signed=whole(about, "00280103") == 1,
        photometric=str(first(about, "00280004") or ""),
        planar=False,
        transfer_syntax_uid=described.summary.transfer_syntax_uid,
    )
    size = shape.rows * shape.columns * shape.bits_allocated // 8
    plain = shape.transfer_syntax_uid == EXPLICIT and shape.samples == 1
    grey = shape.bits_allocated in {8, 16} and shape.photometric in GREY
    even = bool(described.frames) and all(length == size for _, length in described.frames)
    return shape if plain and grey and even and shape.bits_stored > 0 else None


def first(about: dict[str, Any], tag: str) -> Any:  # noqa: ANN401 - a JSON value
    """The first value of an attribute."""
    return next(iter(about.get(tag, {}).get("Value", ())), None)


def whole(about: dict[str, Any], tag: str, default: int = 0) -> int:
    """The first value of an attribute, if it is a whole number."""
    found = first(about, tag)
    return found if isinstance(found, int) else default


def encoded(frame: bytes, shape: Shape, target: Shape) -> bytes:
    """The codestream of a frame whose decoding gives its very bytes back.

    ``Rejected("imaging.round-trip")``: also where bits above those stored hold anything.
    """
    values = stored_frame(frame, shape)
    if values.tobytes() != frame:
        raise Rejected("imaging.round-trip")
    stream = encode_frame(values, target)  # decodes again and compares
    return stream + b"\0" * (len(stream) % 2)


def rewritten(data: bytes, part: Part10, frames: Sequence[bytes]) -> Iterator[bytes]:
    """The new file: everything but transfer syntax and pixels is copied."""
    rest = b"".join(
        uid_element(META_SYNTAX, HTJ2K)
        if element.tag == META_SYNTAX
        else data[element.start : element.end]
        for element in part.meta
        if element.tag != META_LENGTH
    )
    yield data[:132]
    yield struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(rest)) + rest
    at = part.dataset_start
    [pixels] = [element for element in part.elements if element.tag == PIXELS]
    yield data[at : pixels.start]
    yield pixel_element(frames)
    yield data[pixels.end :]


def uid_element(tag: int, uid: str) -> bytes:
    """A UI element in Explicit VR Little Endian."""
    value = uid.encode("ascii") + b"\0" * (len(uid) % 2)
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, b"UI", len(value)) + value


def pixel_element(frames: Sequence[bytes]) -> bytes:
    """Encapsulated pixel data: a basic offset table, one fragment for each frame."""
    places, at = [], 0
    for frame in frames:
        places.append(at)
        at += 8 + len(frame)
    table = struct.pack(f"<{len(places)}I", *places) if at < 1 << 32 else b""
    items = b"".join(ITEM + struct.pack("<I", len(one)) + one for one in (table, *frames))
    head = struct.pack("<HH2sHI", PIXELS >> 16, PIXELS & 0xFFFF, b"OB", 0, 0xFFFF_FFFF)
    return head + items + END
