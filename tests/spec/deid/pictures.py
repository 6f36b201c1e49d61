"""Pictures with writing in them, as devices burn it in, and the objects that carry them.

All people are invented.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from tests.spec.deid.objects import EXPLICIT, Elements, Value, changed, ct, part10, us

from yushan.domain.imaging import Shape, encode_frame

Array = NDArray[np.generic]
US, US_CINE = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3.1"
CR, CAPTURE = "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.7"
NAME = "WANG DA-MING A123456789"


def lettering(rows: int, columns: int, *lines: tuple[int, int, str, int]) -> NDArray[np.float32]:
    """Writing alone, 0 to 1: left, top, text and size of each line."""
    sheet = Image.new("L", (columns, rows))
    draw = ImageDraw.Draw(sheet)
    for left, top, text, size in lines:
        draw.text((left, top), text, font=ImageFont.load_default(size), fill=255)
    return np.asarray(sheet, np.float32) / 255


def sector(rows: int, columns: int, seed: int = 1) -> NDArray[np.float32]:
    """A fan of speckle on black, as ultrasound shows it; grey levels."""
    y, x = np.mgrid[:rows, :columns]
    radius, angle = np.hypot(x - columns / 2, y), np.arctan2(x - columns / 2, y + 1)
    inside = (radius > rows * 0.25) & (radius < rows * 0.95) & (np.abs(angle) < 0.6)
    speckle = np.random.default_rng(seed).rayleigh(28, (rows // 2 + 1, columns // 2 + 1))
    return (inside * speckle.repeat(2, 0).repeat(2, 1)[:rows, :columns]).astype(np.float32)


def burnt(picture: NDArray[np.float32], letters: NDArray[np.float32], grey: float) -> Array:
    """The picture with the writing laid over it in a grey level; eight bits."""
    return np.clip(picture * (1 - letters) + grey * letters, 0, 255).astype(np.uint8)


def stored(frames: list[Array], **about: object) -> tuple[Shape, list[bytes]]:
    """Frames as a transfer syntax stores them; ``about`` overrides what the first one suggests."""
    first = frames[0]
    bits = first.dtype.itemsize * 8
    shape = Shape(
        rows=first.shape[0], columns=first.shape[1], samples=1 if first.ndim == 2 else 3,
        bits_allocated=bits, bits_stored=bits, signed=first.dtype.kind == "i",
        photometric="MONOCHROME2" if first.ndim == 2 else "RGB", planar=False,
        transfer_syntax_uid=EXPLICIT,
    )._replace(**about)  # fmt: skip
    return shape, [encode_frame(one, shape) for one in frames]


def image(shape: Shape, frames: list[bytes], **changes: tuple[str, Value] | None) -> bytes:
    """An object with the frames; keywords change elements."""
    elements: dict[int, tuple[str, Value]] = ct(PixelData=None) | {
        0x00280002: ("US", us(shape.samples)),
        0x00280004: ("CS", shape.photometric),
        0x00280010: ("US", us(shape.rows)),
        0x00280011: ("US", us(shape.columns)),
        0x00280100: ("US", us(shape.bits_allocated)),
        0x00280101: ("US", us(shape.bits_stored)),
        0x00280102: ("US", us(shape.bits_stored - 1)),
        0x00280103: ("US", us(int(shape.signed))),
    }
    if shape.samples == 3:
        elements[0x00280006] = ("US", us(int(shape.planar)))
    if len(frames) > 1:
        elements[0x00280008] = ("IS", str(len(frames)))
    given: Elements = changed_by(elements, changes)
    return part10(given, syntax=shape.transfer_syntax_uid, tail=pixels(shape, frames))


def changed_by(
    elements: dict[int, tuple[str, Value]], changes: dict[str, tuple[str, Value] | None]
) -> Elements:
    """Elements with changes by keyword or, after ``x``, by tag."""
    by_tag = {int(key[1:], 16): value for key, value in changes.items() if key[0] == "x"}
    named = {key: value for key, value in changes.items() if key[0] != "x"}
    return changed(elements, named) | {tag: one for tag, one in by_tag.items() if one is not None}


def pixels(shape: Shape, frames: list[bytes]) -> bytes:
    """The pixel element, the last of an object."""
    if shape.transfer_syntax_uid == EXPLICIT:
        value = b"".join(frames)
        value += b"\0" * (len(value) % 2)
        vr = b"OW" if shape.bits_allocated > 8 else b"OB"
        return struct.pack("<HH2sHI", 0x7FE0, 0x10, vr, 0, len(value)) + value
    return fragments([[frame] for frame in frames])


def fragments(frames: list[list[bytes]], table: bytes = b"") -> bytes:
    """Encapsulated frames, each in the fragments given."""
    items = [table, *(piece + b"\0" * (len(piece) % 2) for frame in frames for piece in frame)]
    value = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(one)) + one for one in items)
    head = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
    return head + value + b"\xfe\xff\xdd\xe0\0\0\0\0"
