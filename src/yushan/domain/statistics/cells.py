"""Cells with several amounts, protected together. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from yushan.domain.statistics.stepping import followed, stepped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.domain.statistics.rules import Rules


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one cell holds; ``group`` are cells whose images may stand for each other."""

    group: str
    studies: int
    series: int
    images: int
    bytes: int


def protected(cells: Sequence[Amounts], rules: Rules) -> tuple[Amounts, ...]:
    """The cells as everybody may see them, in their order; cells of a group stand together.

    Studies go by one running sum over all cells; series, images and bytes follow them within
    their group.
    """
    studies = stepped([cell.studies for cell in cells], rules.step)
    found: list[Amounts] = []
    for group, members in groupby(zip(cells, studies, strict=True), lambda pair: pair[0].group):
        mine, shown = zip(*members, strict=True)
        found.extend(of_group(group, mine, shown, rules))
    return tuple(found)


def of_group(
    group: str, cells: Sequence[Amounts], shown: Sequence[int], rules: Rules
) -> Iterator[Amounts]:
    """The cells of one group, whose studies are shown as given."""
    series = followed([cell.series for cell in cells], rules.series, shown)
    images = followed([cell.images for cell in cells], rules.images, series)
    octets = followed([cell.bytes for cell in cells], rules.bytes, shown)
    for place, studies in enumerate(shown):
        yield Amounts(group, studies, series[place], images[place], octets[place])
