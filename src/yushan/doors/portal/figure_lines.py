"""Tables beside the main one of the statistics: sums grouped into lines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yushan.doors.portal.periods import Bar
    from yushan.services.catalogue import CubeRow


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; ``href`` is the page that looks at it alone."""

    key: str
    word: str
    studies: int
    images: int
    octets: int
    href: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table beside the main one, largest first unless it is a course of time."""

    key: str
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...] = ()

    @property
    def studies(self) -> int:
        """All studies of the table."""
        return sum(line.studies for line in self.lines)


def line(key: str, word: str, amounts: Sequence[int], href: str) -> Line:
    """A row of (studies, images, bytes)."""
    studies, images, octets = amounts
    return Line(key, word, studies, images, octets, href)


def add(found: dict[str, list[int]], key: str, one: CubeRow) -> None:
    """Add studies, images and bytes to a key's."""
    counts = one.counts
    more(found, key, (counts.studies, counts.instances, counts.bytes))


def more(found: dict[str, list[int]], key: str, amounts: Sequence[int]) -> None:
    """Add amounts to a key's."""
    mine = found.setdefault(key, [0, 0, 0])
    for place, amount in enumerate(amounts):
        mine[place] += amount


def grouped(rows: Iterable[tuple[str, CubeRow]]) -> dict[str, list[int]]:
    """Studies, images and bytes by key."""
    found: dict[str, list[int]] = {}
    for key, one in rows:
        add(found, key, one)
    return found


def by_year(months: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Months added up."""
    found: dict[str, list[int]] = {}
    for month, amounts in months.items():
        more(found, month[:4], amounts)
    return found


def largest_first(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Most studies first."""
    return tuple(sorted(lines, key=lambda line: (-line.studies, -line.images, line.word)))
