"""Text drawn into pixels, as many devices burn it in: Latin by Pillow, Han from our bitmaps."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

if TYPE_CHECKING:
    Image = NDArray[np.float32]

Bits = NDArray[np.uint8]
#: Height of a line, pixels.
LINE: Final = 24


@cache
def glyphs() -> dict[str, Bits]:
    """Han characters as 24 by 24 pixels of 0 or 255."""
    text = (files("yushan.domain.phantoms") / "data" / "glyphs.txt").read_text("utf-8")
    found: dict[str, Bits] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            character, rows = line.split(" ")
            packed = np.frombuffer(bytes.fromhex(rows), dtype=np.uint8)
            found[character] = np.unpackbits(packed).reshape(LINE, LINE) * np.uint8(255)
    return found


def line_of(text: str) -> Bits:
    """One line of text as grey pixels, 24 high; a Han character without a bitmap is a KeyError."""
    pieces: list[Bits] = []
    for run in runs(text):
        pieces.extend([latin(run)] if run.isascii() else [glyphs()[one] for one in run])
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


def latin(text: str) -> Bits:
    """ASCII text by Pillow's own font."""
    font = ImageFont.load_default(18)
    width = max(int(font.getlength(text)) + 2, 1)
    image = Picture.new("L", (width, LINE))
    ImageDraw.Draw(image).text((1, LINE // 2), text, font=font, fill=255, anchor="lm")
    return np.asarray(image, dtype=np.uint8)


def write(frame: Bits, text: str, row: int, column: int) -> None:
    """Burn a line into a grey frame ``[row, column]`` at its upper left corner, in place."""
    bits = line_of(text)
    height = min(bits.shape[0], frame.shape[0] - row)
    width = min(bits.shape[1], frame.shape[1] - column)
    place = frame[row : row + height, column : column + width]
    np.maximum(place, bits[:height, :width], out=place)


def expose(film: Image, text: str, row: int, column: int, *, mirrored: bool = False) -> None:
    """Burn a line into a film of 0..1 in place, as a label on the cassette does.

    Parameters
    ----------
    film
        The film ``[row, column]``.
    text
        The line.
    row, column
        Upper left corner of the lettering.
    mirrored
        The label was put in the wrong way round: it lies faint and mirrored over the anatomy.
    """
    bits = line_of(text).astype(np.float32) / 255
    place = film[row : row + bits.shape[0], column : column + bits.shape[1]]
    bits = bits[: place.shape[0], : place.shape[1]]
    if mirrored:
        np.copyto(place, np.minimum(place + np.float32(0.35) * bits[:, ::-1], 1))
    else:
        np.copyto(place, np.maximum(place, bits))
