"""Rectangles of a picture, and when they are enough. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Share of a found box that chosen boxes must cover so that it counts as filled.
COVERED: Final = 0.9


class Region(NamedTuple):
    """A rectangle in pixels from the upper left corner; ``frame`` from 0, ``None`` for all."""

    x: int
    y: int
    width: int
    height: int
    frame: int | None = None

    @property
    def area(self) -> int:
        """Pixels."""
        return max(0, self.width) * max(0, self.height)


@dataclass(frozen=True, slots=True)
class Finding:
    """A box that was found in a picture.

    ``kind`` says what it seems to be, ``score`` how sure the reader was (0 to 1); without
    ``redact`` it is a place of doubt, for a person to look at. What it says is kept nowhere.
    """

    region: Region
    kind: str
    score: float | None = None
    redact: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture is like: device with its software, and size; those that agree are alike."""

    modality: str
    maker: str
    model: str
    software: str
    rows: int
    columns: int
    frames: int = 1


def shared(one: Region, other: Region) -> Region:
    """What two boxes have in common, of the first one's frame; without area if nothing."""
    left, top = max(one.x, other.x), max(one.y, other.y)
    right = min(one.x + one.width, other.x + other.width)
    bottom = min(one.y + one.height, other.y + other.height)
    return Region(left, top, max(0, right - left), max(0, bottom - top), one.frame)


def joined(one: Region, other: Region) -> Region:
    """The smallest box around both."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return Region(left, top, right - left, bottom - top, one.frame)


def is_covered(found: Region, chosen: Iterable[Region]) -> bool:
    """Whether one of the chosen boxes fills nearly all of a found one, on all its frames."""
    return any(
        shared(found, one).area >= COVERED * found.area
        for one in chosen
        if one.frame is None or one.frame == found.frame
    )


def leaves_open(findings: Iterable[Finding], chosen: Sequence[Region]) -> bool:
    """Whether something that was found, or is in doubt, stays visible with the chosen boxes."""
    return any(not is_covered(one.region, chosen) for one in findings)


def encode(regions: Iterable[Region]) -> str:
    """Boxes as a table holds them."""
    return msgspec.json.encode([list(one) for one in regions]).decode()


def decode(text: str) -> tuple[Region, ...]:
    """The reverse."""
    rows = msgspec.json.decode(text, type=list[tuple[int, int, int, int, int | None]])
    return tuple(Region(*row) for row in rows)
