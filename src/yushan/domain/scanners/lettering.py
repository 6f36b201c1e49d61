"""Text drawn into pixels, as many devices burn it in: Latin by Pillow, Han from our bitmaps."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

Bits = NDArray[np.uint8]
#: Height of a bitmap of a Han character, pixels, and the usual height of a line.
LINE: Final = 24


@cache
def glyphs() -> dict[str, Bits]:
    """Han characters as 24 by 24 pixels of 0 or 255."""
    text = (files("yushan.domain.scanners") / "data" / "glyphs.txt").read_text("utf-8")
    found: dict[str, Bits] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            character, rows = line.split(" ")
            packed = np.frombuffer(bytes.fromhex(rows), dtype=np.uint8)
            found[character] = np.unpackbits(packed).reshape(LINE, LINE) * np.uint8(255)
    return found


def line_of(text: str, height: int = LINE) -> Bits:
    """One line of text as grey pixels; a character without a bitmap is a box, as devices do."""
    pieces: list[Bits] = []
    for run in runs(text):
        pieces.extend([latin(run, height)] if run.isascii() else [han(one, height) for one in run])
    return np.concatenate(pieces, axis=1)


def runs(text: str) -> list[str]:
    """Split into runs that are ASCII and runs that are not."""
    found = [text[:1]]
    for one in text[1:]:
        if one.isascii() == found[-1][-1].isascii():
            found[-1] += one
        else:
            found.append(one)
    return found


def han(character: str, height: int) -> Bits:
    """One Han character at a height."""
    bits = glyphs().get(character)
    if bits is None:
        bits = np.zeros((LINE, LINE), dtype=np.uint8)
        bits[3:-3, 3:-3] = 255
        bits[5:-5, 5:-5] = 0
    if height == LINE:
        return bits
    shrunk = Picture.fromarray(bits).resize((height, height), Picture.Resampling.LANCZOS)
    return np.asarray(shrunk, dtype=np.uint8)


def latin(text: str, height: int) -> Bits:
    """ASCII text by Pillow's own font."""
    font = ImageFont.load_default(height * 3 / 4)
    width = max(int(font.getlength(text)) + 2, 1)
    image = Picture.new("L", (width, height))
    ImageDraw.Draw(image).text((1, height // 2), text, font=font, fill=255, anchor="lm")
    return np.asarray(image, dtype=np.uint8)


def write(
    frame: Bits, text: str, place: tuple[int, int], height: int = LINE, *, right: bool = False
) -> None:
    """Burn a line into a grey or colour frame in place, its upper left corner at row, column.

    With ``right`` the place is the upper right corner. What would lie outside is cut.
    """
    bits = line_of(text, height) if text else np.zeros((1, 1), dtype=np.uint8)
    row, column = place[0], max(place[1] - (bits.shape[1] if right else 0), 0)
    part = frame[row : row + bits.shape[0], column : column + bits.shape[1]]
    bits = bits[: part.shape[0], : part.shape[1]]
    np.maximum(part, bits if frame.ndim == 2 else bits[..., None], out=part)
