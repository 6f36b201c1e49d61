"""Reading the pictures of an object until every line is filled, let stand, or left to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from yushan.domain.redaction.boxes import Box, Finding, is_covered
from yushan.domain.redaction.views import ONE_PIECE, PIECE, pieces, stretched, views_of
from yushan.domain.redaction.words import folded, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from yushan.domain.redaction.boxes import Reading
    from yushan.domain.redaction.frames import Frames
    from yushan.domain.redaction.views import View

    Array = NDArray[Any]
    Picture = NDArray[np.uint8]

#: A box this share of the shorter side high, with hardly a character in it, is the body's outline.
TOO_HIGH: Final = 0.16
FEW: Final = 3
#: Largest difference of pixels between two pictures that show the same text.
SAME: Final = 48
#: Spread of grey around a box on which nothing is drawn but the text, and the width looked at.
FLAT: Final = 5.0
RING: Final = 4
#: Margin around what is filled: pixels at least, and share of the height of the line.
MARGIN: Final = 2
MARGIN_SHARE: Final = 0.12
#: What covered places look like to the reader in a picture whose contrast was stretched.
MIDDLE: Final = 128


class Reader(Protocol):
    """Who reads; large pictures may be read scaled down."""

    def read(self, picture: NDArray[np.uint8], /) -> Sequence[Reading]:
        """Lines of text of a picture ``[row, column]`` or ``[row, column, 3]``, in pixels."""


class Inspection:
    """What is known of the text of an object while its pictures are looked at one after another.

    Places that are known already are covered before the reader looks, so no line is read twice;
    a line that may stay is covered in later pictures as long as its pixels are the same.
    """

    def __init__(
        self, reader: Reader, tokens: Collection[str], findings: Sequence[Finding]
    ) -> None:
        self.reader = reader
        self.tokens = tuple(sorted({word for one in tokens if len(word := folded(one)) > 1}))
        self.findings = list(findings)
        self.kept: list[tuple[Box, Picture]] = []
        self.pictures = 0

    @property
    def known(self) -> list[Box]:
        """Places that are filled or doubted."""
        return [one.box for one in self.findings]

    def look(self, frames: Frames) -> None:
        """Look at the pictures of an object."""
        for view in views_of(frames):
            self.look_at(view)

    def look_at(self, view: View) -> None:
        """Look at one picture: as shown, then with its contrast stretched."""
        if view.shown.max() == view.shown.min() and view.values.max() == view.values.min():
            return
        self.pictures += 1
        self.judge(self.readings(self.covered(view.shown, view.shown, 0)), view.shown)
        if view.shown.size and min(view.shown.shape[:2]) > 1:
            drawn = stretched(view.values)
            self.judge(self.readings(self.covered(drawn, view.shown, MIDDLE)), view.shown)

    def covered(self, drawn: Picture, shown: Picture, grey: int) -> Picture:
        """The picture with all that is known painted over."""
        here = [box for box, pixels in self.kept if is_same(shown, box, pixels)]
        made = drawn.copy()
        for box in (*self.known, *here):
            made[box.rows, box.columns] = grey
        return made

    def readings(self, picture: Picture) -> Iterator[Reading]:
        """What the reader finds: in the whole picture, and in pieces of a large one."""
        yield from self.reader.read(picture)
        if picture.shape[0] * picture.shape[1] <= ONE_PIECE:
            return
        for left, top, piece in pieces(picture):
            yield from (
                line._replace(box=moved(line.box, left, top))
                for line in self.reader.read(np.ascontiguousarray(piece))
                if not is_cut(line, left, top, picture.shape)
            )

    def judge(self, readings: Iterator[Reading], shown: Picture) -> None:
        """Sort readings into what is filled, what stands, and what nobody knows."""
        rows, columns = shown.shape[:2]
        for reading in readings:
            box = reading.box.within(rows, columns)
            if not box.area or is_outline(reading, rows, columns):
                continue
            if is_covered(box, self.known):
                continue
            kind = kind_of(reading, self.tokens)
            if kind is None:
                self.kept.append((box, shown[box.rows, box.columns].copy()))
                continue
            redact = kind != "unreadable" or is_on_flat(shown, box)
            wide = box.grown(margin(box)).within(rows, columns)
            self.findings.append(Finding(wide, kind, reading.score, redact))


def moved(box: Box, right: int, down: int) -> Box:
    """A rectangle of a piece in pixels of the picture."""
    return box._replace(x=box.x + right, y=box.y + down)


def is_cut(reading: Reading, left: int, top: int, shape: tuple[int, ...]) -> bool:
    """Whether a short line of a piece ends at an inner edge: another piece shows it whole."""
    box = reading.box
    inner = (
        box.x <= 1 and left > 0,
        box.y <= 1 and top > 0,
        box.x + box.width >= PIECE - 1 and left + PIECE < shape[1],
        box.y + box.height >= PIECE - 1 and top + PIECE < shape[0],
    )
    return any(inner) and len(folded(reading.text)) <= FEW


def is_outline(reading: Reading, rows: int, columns: int) -> bool:
    """Whether a "letter" is too large to be one: a head, a body, a plate."""
    high = min(reading.box.width, reading.box.height)
    return high > TOO_HIGH * min(rows, columns) and len(folded(reading.text)) < FEW


def margin(box: Box) -> int:
    """Pixels to fill around a line."""
    return max(MARGIN, round(MARGIN_SHARE * min(box.width, box.height)))


def is_same(shown: Picture, box: Box, pixels: Picture) -> bool:
    """Whether a place shows what it showed before, but for the noise of compression."""
    here = shown[box.rows, box.columns]
    if here.shape != pixels.shape:
        return False
    return bool((np.abs(here.astype(np.int16) - pixels) <= SAME).all())


def is_on_flat(shown: Picture, box: Box) -> bool:
    """Whether around a box there is nothing that could be anatomy."""
    rows, columns = shown.shape[:2]
    wide = box.grown(RING).within(rows, columns)
    ring = shown[wide.rows, wide.columns].astype(np.float32)
    inside = np.ones(ring.shape[:2], bool)
    top, left = box.y - wide.y, box.x - wide.x
    inside[top : top + box.height, left : left + box.width] = False
    around = ring[inside]
    return around.size > 0 and float(around.std(axis=0).max()) <= FLAT
