"""The screen of an endoscope: a picture with its corners cut, and text beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.drawing import Image, resized
from yushan.domain.scanners.lettering import write
from yushan.domain.scanners.picture import Mark, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from yushan.domain.scanners.endoscopy_colon import Polyp

#: Screen, and the square picture on it: rows, columns; top, left, side.
SCREEN: Final = (480, 640)
WINDOW: Final = (12, 172, 456)


def screened(image: Image, legend: Sequence[str]) -> NDArray[np.uint8]:
    """The picture with its corners cut, on the screen with text."""
    top, left, side = WINDOW
    full = np.zeros((*SCREEN, 3), dtype=np.uint8)
    if image.shape[0] != side:
        image = np.stack(
            [resized(image[..., channel], (side, side)) for channel in range(3)], axis=2
        )
    full[top : top + side, left : left + side] = whole(image)
    full[~octagon()] = 0
    for line, text in enumerate(legend):
        write(full, text, (24 + 26 * line, 10), 18)
    return full


def octagon() -> NDArray[np.bool_]:
    """Where the screen shows the picture."""
    top, left, side = WINDOW
    rows = np.arange(SCREEN[0])[:, None] - top - (side - 1) / 2
    columns = np.arange(SCREEN[1])[None] - left - (side - 1) / 2
    square = (np.abs(rows) <= side / 2) & (np.abs(columns) <= side / 2)
    return np.asarray(square & (np.abs(rows) + np.abs(columns) <= side * 0.88))


def placed(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Numbers of the picture's pixels on the whole screen."""
    top, left, side = WINDOW
    index = np.minimum((np.arange(side) * mask.shape[0]) // side, mask.shape[0] - 1)
    full = np.zeros(SCREEN, dtype=np.uint8)
    full[top : top + side, left : left + side] = mask[index][:, index]
    return full * octagon()


def polyp_marks(seen: NDArray[np.uint8], polyps: Sequence[Polyp]) -> list[Mark]:
    """A mark for each polyp of which enough is seen; ``seen`` holds numbers from 1."""
    found = []
    for number, polyp in enumerate(polyps, 1):
        rows, columns = np.nonzero(seen == number)
        if rows.size > 30:
            size = (polyp.size_mm, polyp.size_mm)
            found.append(Mark("polyp", float(rows.mean()), float(columns.mean()), size))
    return found
