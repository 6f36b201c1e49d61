"""Rectangles in pixels, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Why a rectangle was filled or doubted. ``rule``, ``learned``, ``decided``: a table, a signed
#: pattern, a person said so; ``name``, ``number``, ``date``, ``text``: it was read;
#: ``unreadable``: it looks like text.
Kind = Literal["rule", "learned", "decided", "name", "number", "date", "text", "unreadable"]


class Box(NamedTuple):
    """A rectangle: left and upper edge, size; ``frame`` from 0, ``None`` for all frames."""

    x: int
    y: int
    width: int
    height: int
    frame: int | None = None

    @property
    def area(self) -> int:
        """Pixels of one frame."""
        return self.width * self.height

    def within(self, rows: int, columns: int) -> Box:
        """The part that lies in a picture; may be empty."""
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.width, columns), min(self.y + self.height, rows)
        return Box(left, top, max(right - left, 0), max(bottom - top, 0), self.frame)

    def grown(self, by: int) -> Box:
        """The rectangle with a margin on each side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by, self.frame)

    def moved(self, right: int, down: int) -> Box:
        """The rectangle elsewhere."""
        return self._replace(x=self.x + right, y=self.y + down)

    def shared(self, other: Box) -> int:
        """Pixels that both cover."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(width, 0) * max(height, 0)

    @property
    def rows(self) -> slice:
        """Of an array ``[row, column]``."""
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        """Of an array ``[row, column]``."""
        return slice(self.x, self.x + self.width)


class Reading(NamedTuple):
    """What a reader says of a rectangle; without ``text`` it looks like text, no more."""

    box: Box
    text: str
    score: float


class Finding(NamedTuple):
    """What was decided of a rectangle, without what it says: filled, or left to a person."""

    box: Box
    kind: Kind
    score: float
    redact: bool


def is_covered(box: Box, by: Iterable[Box], share: float = 0.8) -> bool:
    """Whether one of the rectangles covers the share of a box."""
    return any(box.shared(other) >= share * box.area for other in by)
