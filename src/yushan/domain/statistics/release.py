"""Rows about single series that anybody may have: combinations that enough persons share. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yushan.domain.statistics.stepping import floored

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from yushan.domain.statistics.rules import Rules

#: Values of the columns, in their order; None is withheld.
Combination = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A combination of values and how many lines of it are given out."""

    values: Combination
    lines: int


def shared(
    rows: Iterable[tuple[Combination, Hashable]], columns: Sequence[str], rules: Rules
) -> list[Shared]:
    """Combinations that at least ``rules.release.persons`` persons share, sorted.

    Parameters
    ----------
    rows
        One per series: its values in the order of ``columns``, and whose it is.
    columns
        Names, of which ``rules.release.ladder`` withholds one after the other.
    rules
        How many persons, and in which steps lines are given out.
    """
    waiting: dict[tuple[Combination, Hashable], int] = dict(Counter(rows))
    found: Counter[Combination] = Counter()
    for name in ("", *rules.release.ladder):
        if name in columns:
            waiting = withheld(waiting, columns.index(name))
        waiting = settled(waiting, found, rules.release.persons)
    cut = [Shared(values, floored(lines, rules.step)) for values, lines in found.items()]
    return sorted((one for one in cut if one.lines), key=lambda one: key_of(one.values))


def withheld(
    waiting: dict[tuple[Combination, Hashable], int], place: int
) -> dict[tuple[Combination, Hashable], int]:
    """The same rows without one column's value."""
    after: dict[tuple[Combination, Hashable], int] = defaultdict(int)
    for (values, person), lines in waiting.items():
        after[((*values[:place], None, *values[place + 1 :]), person)] += lines
    return after


def settled(
    waiting: dict[tuple[Combination, Hashable], int], found: Counter[Combination], persons: int
) -> dict[tuple[Combination, Hashable], int]:
    """Move what enough persons share to ``found``; what is left."""
    sharers = Counter(values for values, _ in waiting)
    left = {}
    for (values, person), lines in waiting.items():
        if sharers[values] >= persons:
            found[values] += lines
        else:
            left[values, person] = lines
    return left


def key_of(values: Combination) -> tuple[tuple[bool, str], ...]:
    """Order in which what is withheld comes last."""
    return tuple((value is None, value or "") for value in values)
