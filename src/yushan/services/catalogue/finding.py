"""Answers a person's search from the index: which studies, in which order, which values beside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.services.catalogue import bits, profiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa
    from numpy.typing import NDArray

    from yushan.base import Scope
    from yushan.services.catalogue.bits import Bits
    from yushan.services.catalogue.index import Index
    from yushan.services.catalogue.values import Sort, Wanted

#: Up to so many studies are put in order by themselves; more are met along the order of all.
SORTED: Final = 60_000
STEP: Final = 20_000
#: Sorts that have an order of all, by the column of the index that they follow.
WALKED: Final[dict[str, str]] = {"-date": "dates", "-images": "images"}
LOW: Final = (1 << 32) - 1


class Asked:
    """One search against one state of the index: its conditions, each by itself."""

    def __init__(self, tx: sa.Connection, index: Index, scope: Scope, wanted: Wanted) -> None:
        self.index = index
        self.base = index.alive & self.within(tx, scope) & self.narrowed(tx, wanted)
        self.has = [(kind, index.having(kind, values)) for kind, values in wanted.has]
        self.hits = self.without("")

    def within(self, tx: sa.Connection, scope: Scope) -> Bits:
        """What may be seen."""
        if scope.everything:
            return self.index.alive
        seen = self.index.having("site", map(str, scope.sites))
        if scope.studies:
            seen |= self.of(profiles.numbers_of(tx, studies=sorted(scope.studies)))
        return seen

    def of(self, numbers: object) -> Bits:
        """A set as large as the index."""
        listed = np.asarray(numbers, dtype=np.uint32)
        return bits.of(listed[listed < self.index.size], len(self.index.alive) * bits.WORD)

    def narrowed(self, tx: sa.Connection, wanted: Wanted) -> Bits:
        """What all conditions leave that are no values of facets."""
        index = self.index
        left = index.alive.copy()
        if wanted.studies:
            left &= self.of(profiles.numbers_of(tx, studies=wanted.studies))
        if wanted.subjects:
            left &= self.of(profiles.numbers_of(tx, subjects=wanted.subjects))
        for text in wanted.texts:
            texts = index.ids.get("text", {})
            left &= index.having("text", [one for one in texts if text.casefold() in one])
        if wanted.counted:
            left &= index.counted(wanted.counted)
        for kind, patterns in wanted.like:
            left &= index.having(kind, alike(index.ids.get(kind, {}), patterns))
        if wanted.date_from or wanted.date_to or wanted.beyond is not None:
            left &= self.when(wanted)
        return left

    def when(self, wanted: Wanted) -> Bits:
        """Studies of a span of dates, and those that came later than another."""
        dates = self.index.dates
        first, last = int(wanted.date_from or 1), int(wanted.date_to or 99_999_999)
        flags = np.ones(len(dates), np.bool_)
        if wanted.date_from or wanted.date_to:
            flags = (dates >= first) & (dates <= last)
        if wanted.beyond is not None:
            flags[: wanted.beyond + 1] = False
        return bits.of_flags(flags)

    def without(self, kind: str) -> Bits:
        """What all conditions leave but those of one kind."""
        left = self.base
        for name, some in self.has:
            if name != kind:
                left = left & some
        return left

    def count(self) -> int:
        """How many studies."""
        return bits.count(self.hits)

    def images(self) -> int:
        """How many images they have."""
        flags = bits.flags_of(self.hits).view(np.bool_)
        return int(np.sum(self.index.images, where=flags, dtype=np.int64))

    def facet(self, kind: str, flags: dict[str, NDArray[np.uint8]]) -> tuple[tuple[str, int], ...]:
        """Values of a kind with the studies that the other conditions leave, largest first."""
        own = kind if any(name == kind for name, _ in self.has) else ""
        left = self.without(own)
        if own not in flags:
            flags[own] = bits.flags_of(left)
        counted = [
            (value, self.index.words[key].count_in(left, flags[own]))
            for value, key in self.index.ids.get(kind, {}).items()
        ]
        return tuple(sorted((one for one in counted if one[1]), key=lambda one: (-one[1], one[0])))

    def page(self, sort: Sort, after: tuple[int, int] | None, limit: int) -> list[tuple[int, int]]:
        """Keys (what it is sorted by, number) of a page; one more than it shows."""
        is_down = sort.startswith("-")
        if sort in WALKED and self.count() > SORTED:
            return self.walk(sort, after, limit)
        keys = self.first(bits.numbers_of(self.hits), sort, after, limit)
        return [unpacked(key) for key in (keys[::-1] if is_down else keys).tolist()]

    def first(
        self, numbers: NDArray[np.int64], sort: Sort, after: tuple[int, int] | None, limit: int
    ) -> NDArray[np.int64]:
        """The keys of one page, ascending: of many studies those with the outermost values."""
        is_down = sort.startswith("-")
        values = self.values(numbers, sort)
        if after is not None:
            (value, number), last = after, numbers
            is_beyond = values < value if is_down else values > value
            is_beyond |= (values == value) & (last < number if is_down else last > number)
            numbers, values = numbers[is_beyond], values[is_beyond]
        if len(numbers) > limit:
            place = len(values) - limit if is_down else limit - 1
            edge = np.partition(values, place)[place]
            is_near = values >= edge if is_down else values <= edge
            numbers, values = numbers[is_near], values[is_near]
        keys = np.sort(keyed(values, numbers))
        return keys[-limit:] if is_down else keys[:limit]

    def values(self, numbers: NDArray[np.int64], sort: Sort) -> NDArray[np.integer[Any]]:
        """What these numbers are sorted by."""
        if sort.endswith("received"):
            return numbers
        table = self.index.images if sort.endswith("images") else self.index.dates
        return table[numbers]

    def walk(self, sort: Sort, after: tuple[int, int] | None, limit: int) -> list[tuple[int, int]]:
        """Largest first along the order of all, with those that moved since it was made."""
        ranks, flags = self.index.order(WALKED[sort]), bits.flags_of(self.hits)
        moved = np.array([n for n in self.index.moved if flags[n]], dtype=np.int64)
        flags[list(self.index.moved)] = 0
        edge = (after[0] << 32 | after[1]) if after else np.iinfo(np.int64).max
        end, found = int(np.searchsorted(ranks, edge)), list[int]()
        while end > 0 and len(found) < limit:
            some = ranks[max(0, end - STEP) : end]
            found += some[flags[some & LOW] != 0][::-1][: limit - len(found)].tolist()
            end -= STEP
        more = keyed(self.values(moved, sort), moved)
        found += more[more < edge].tolist()
        return [unpacked(key) for key in sorted(found, reverse=True)[:limit]]


def keyed(values: NDArray[np.integer[Any]], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys that sort by value and then by number."""
    return values.astype(np.int64) << 32 | numbers


def unpacked(key: int) -> tuple[int, int]:
    """A key as (what it is sorted by, number)."""
    return key >> 32, key & LOW


def alike(values: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """The values that fit one of the patterns, whatever their case."""
    fits = re.compile("|".join(f"(?:{one})" for one in patterns), re.DOTALL).fullmatch
    return [value for value in values if fits(value.casefold())]
