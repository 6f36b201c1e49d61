"""Sizes that compressed streams give themselves, so that none is decoded that asks for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import Rejected

if TYPE_CHECKING:
    from yushan.domain.imaging.shape import Shape

#: Markers of JPEG and JPEG-LS frame headers: SOF0-15 without DHT, JPG and DAC; SOF55.
FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}


def check_codestream(data: bytes, shape: Shape) -> None:
    """Refuse a codestream whose own header asks for another size, before it is decoded.

    A few hundred bytes of JPEG 2000 can ask for gigabytes; the tags tell what is right.

    Raises
    ------
    Rejected
        ``imaging.frame-undecodable``.
    """
    if shape.codec in ("jpeg2k", "htj2k"):
        size = jpeg2000_size(data)
    elif shape.codec in ("jpeg", "ljpeg", "jpegls"):
        size = jpeg_size(data)
    else:
        return
    if size != (shape.columns, shape.rows, shape.samples):
        raise Rejected("imaging.frame-undecodable", error="header")


def jpeg2000_size(data: bytes) -> tuple[int, int, int] | None:
    """Width, height and components of the SIZ marker (ISO 15444-1 A.5.1), also inside a JP2 box."""
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0 or len(data) < at + 42:
        return None
    right, bottom, left, top = (int.from_bytes(data[at + i : at + i + 4]) for i in (8, 12, 16, 20))
    return right - left, bottom - top, int.from_bytes(data[at + 40 : at + 42])


def jpeg2000_transforms(data: bytes) -> bool:
    """Whether the COD marker asks for a transform of the components (ISO 15444-1 A.6.1)."""
    at = data.find(b"\xff\x52", 0, 8192)
    return 0 <= at < len(data) - 8 and data[at + 8] == 1


def jpeg_size(data: bytes) -> tuple[int, int, int] | None:
    """Width, height and components of the frame header (ISO 10918-1 B.2.2, 14495-1 C.2.2)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in FRAME_HEADERS:
            height, width = (int.from_bytes(data[at + i : at + i + 2]) for i in (5, 7))
            return width, height, data[at + 9]
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
