"""Text drawn into pixels, as many devices burn it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yushan.domain.scanners import line_of

if TYPE_CHECKING:
    Image = NDArray[np.float32]

Bits = NDArray[np.uint8]


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
