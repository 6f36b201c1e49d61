"""The table of what is held: 18 rows in 15 classes, zeros drawn, and 100 squares. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from yushan.domain.terms import CLASSES, ROWS, ModalityClass

if TYPE_CHECKING:
    from collections.abc import Iterable

By = Literal["images", "studies"]
SQUARES: Final = 100
#: At most six colours and "other"; colour classes f1-f8 of the style sheet, f8 is grey.
COLOURS: Final = ("f1", "f2", "f3", "f5", "f4", "f6")
GREY: Final = "f8"
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Cell:
    """Studies, images and bytes of one row, by its code."""

    code: str
    studies: int
    images: int
    octets: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the published table."""

    code: str
    modalities: tuple[str, ...]
    studies: int
    images: int
    octets: int


@dataclass(frozen=True, slots=True)
class Group:
    """One class with its rows."""

    group: ModalityClass
    lines: tuple[Line, ...]
    studies: int
    images: int

    def value(self, by: By) -> int:
        """Images or studies."""
        return self.images if by == "images" else self.studies


@dataclass(frozen=True, slots=True)
class Held:
    """The whole table. ``studies`` and ``images`` are the sums of its rows."""

    groups: tuple[Group, ...]
    studies: int
    images: int
    octets: int

    def total(self, by: By) -> int:
        """All images or all studies."""
        return self.images if by == "images" else self.studies

    def sorted(self, by: By) -> tuple[Group, ...]:
        """Largest first; classes of equal size in the published order, *other* last."""
        first = [group for group in self.groups if group.group.key != OTHER]
        last = [group for group in self.groups if group.group.key == OTHER]
        return (*sorted(first, key=lambda group: -group.value(by)), *last)


def table(cells: Iterable[Cell]) -> Held:
    """Sort counts by row into the published table; a code that no row has counts as *other*."""
    sums = {row.code: [0, 0, 0] for row in ROWS}
    for cell in cells:
        mine = sums.get(cell.code, sums[OTHER])
        mine[0] += cell.studies
        mine[1] += cell.images
        mine[2] += cell.octets
    groups = tuple(group_of(group, sums) for group in CLASSES)
    studies, images, octets = (sum(part) for part in zip(*sums.values(), strict=True))
    return Held(groups, studies, images, octets)


def group_of(group: ModalityClass, sums: dict[str, list[int]]) -> Group:
    """A class with its rows and their sum."""
    lines = tuple(
        Line(row.code, row.modalities, *sums[row.code]) for row in ROWS if row.group == group
    )
    studies, images = sum(line.studies for line in lines), sum(line.images for line in lines)
    return Group(group, lines, studies, images)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of 100 squares in one colour; ``group`` is None for the smaller classes together."""

    group: ModalityClass | None
    colour: str
    squares: int


def squares(held: Held, by: By) -> tuple[Share, ...]:
    """The table as 100 squares by largest remainder; classes under half a square are left out."""
    total = held.total(by)
    if not total:
        return ()
    counted = apportion([group.value(by) for group in held.sorted(by)], SQUARES)
    shown = [(g, n) for g, n in zip(held.sorted(by), counted, strict=True) if n]
    named = [(g.group, n) for g, n in shown if g.group.key != OTHER]
    shares = [
        Share(group, colour, n)
        for (group, n), colour in zip(named, COLOURS, strict=False)
    ]  # fmt: skip
    rest = SQUARES - sum(share.squares for share in shares)
    return (*shares, Share(None, GREY, rest)) if rest else tuple(shares)


def apportion(values: list[int], seats: int) -> list[int]:
    """Share ``seats`` among values by largest remainder (Hamilton); the sum is exact."""
    total = sum(values)
    floors = [value * seats // total for value in values]
    remainders = [value * seats % total for value in values]
    by_need = sorted(range(len(values)), key=lambda place: -remainders[place])
    for place in by_need[: seats - sum(floors)]:
        floors[place] += 1
    return floors
