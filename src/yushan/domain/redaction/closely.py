"""A closer look: at places that could not be read, and at where a line goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from yushan.domain.redaction.boxes import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from yushan.domain.redaction.boxes import Reading

    Picture = NDArray[np.uint8]

#: Height to which a line is enlarged for a second look, pixels.
CLOSE: Final = 48
#: Changes from dark to bright and back that text has at least for each height of its box, and how
#: much of its contrast lies between pixels two apart: anatomy has soft edges.
STROKES: Final = 1.5
SHARPNESS: Final = 0.3
#: How far beyond the end of a line is looked, in heights of it, how much larger, and how often.
BEYOND: Final = 8
LARGER: Final = 2
STEPS: Final = 3


class Reader(Protocol):
    """Who reads; large pictures may be read scaled down."""

    def read(self, picture: NDArray[np.uint8], /) -> Sequence[Reading]:
        """Lines of text of a picture ``[row, column]`` or ``[row, column, 3]``, in pixels."""


def second_look(reader: Reader, box: Box, pictures: Sequence[Picture]) -> Reading | None:
    """The best reading of a place that could not be read, enlarged.

    ``None``: looking closely, the reader sees no text any more.
    """
    best: Reading | None = None
    for picture in pictures:
        place = box.grown(max(8, min(box.width, box.height) // 2)).within(*picture.shape[:2])
        by = min(max(1, round(CLOSE / max(min(box.width, box.height), 1))), 4)
        near = picture[place.rows, place.columns].repeat(by, axis=0).repeat(by, axis=1)
        for found in reader.read(np.ascontiguousarray(near)):
            there = Box(*(edge // by for edge in found.box[:4]))
            there = there.moved(place.x, place.y)
            if there.shared(box) * 2 < box.area:
                continue
            if best is None or found.score > best.score:
                best = found._replace(box=box)
    return best


def looks_drawn(box: Box, pictures: Sequence[Picture]) -> bool:
    """Whether a place has the strokes and sharp edges of letters; bars and outlines have not."""
    return any(has_strokes(picture[box.rows, box.columns]) for picture in pictures)


def has_strokes(picture: Picture) -> bool:
    """Whether along its longer side a place changes between dark and bright as letters do."""
    plain = picture.max(axis=2) if picture.ndim == 3 else picture
    lines = plain if plain.shape[1] >= plain.shape[0] else plain.T
    low, high = np.percentile(lines, (10, 95))
    bright = lines.astype(np.float32) > (float(low) + float(high)) / 2
    changes = (bright[:, 1:] != bright[:, :-1]).sum(axis=1)
    if not changes.size:
        return False
    aspect = lines.shape[1] / max(lines.shape[0], 1)
    return float(np.percentile(changes, 80)) >= STROKES * aspect and is_sharp(lines)


def is_sharp(lines: Picture) -> bool:
    """Whether the steepest edges of a place take up much of its contrast."""
    plain = lines.astype(np.float32)
    low, high = np.percentile(plain, (2, 98))
    steps = np.abs(plain[:, 2:] - plain[:, :-2])
    return bool(steps.size and np.percentile(steps, 99) >= SHARPNESS * max(float(high - low), 1.0))


def continued(reader: Reader, box: Box, shown: Picture) -> Box:
    """The rectangle of a line with what it goes on with at both ends, seen enlarged.

    Over speckle of its own brightness a line may be found in part.
    """
    for ahead in (True, False):
        for _ in range(STEPS):
            longer = extended(reader, box, shown, ahead=ahead)
            if longer == box:
                break
            box = longer
    return box


def extended(reader: Reader, box: Box, shown: Picture, *, ahead: bool) -> Box:
    """The rectangle with what directly joins one of its ends."""
    lies = box.width >= box.height
    size = min(box.width, box.height)
    strip = strip_of(box, size, lies=lies, ahead=ahead).within(*shown.shape[:2])
    near = shown[strip.rows, strip.columns].repeat(LARGER, axis=0).repeat(LARGER, axis=1)
    for found in reader.read(np.ascontiguousarray(near)) if near.size else ():
        part = Box(*(edge // LARGER for edge in found.box[:4])).moved(strip.x, strip.y)
        off = part.y + part.height / 2 - box.y - box.height / 2
        if not lies:
            off = part.x + part.width / 2 - box.x - box.width / 2
        is_one_line = abs(off) <= size / 3 and min(part.width, part.height) <= 1.6 * size
        joins = is_one_line and part.grown(size).shared(box) > 0
        if joins and part.area - part.shared(box) > size * size // 2:
            box = around(box, part)
    return box


def strip_of(box: Box, size: int, *, lies: bool, ahead: bool) -> Box:
    """Where a line would go on: from its last letter for some heights."""
    end = (box.x + box.width if lies else box.y + box.height) - size
    start = end if ahead else (box.x if lies else box.y) - BEYOND * size
    length, aside = (BEYOND + 1) * size, size // 2
    if lies:
        return Box(start, box.y - aside, length, box.height + 2 * aside)
    return Box(box.x - aside, start, box.width + 2 * aside, length)


def around(one: Box, other: Box) -> Box:
    """The rectangle around two."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return Box(left, top, right - left, bottom - top, one.frame)
