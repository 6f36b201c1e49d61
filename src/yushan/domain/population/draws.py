"""One stream of chance per person: uniform numbers drawn in blocks, spent one by one.

The generators of numpy cost microseconds per scalar; a block costs the same as one number.
"""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from math import log
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from numpy.random import default_rng

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What a stream is for; first in its key, so that no two streams meet.
WHO, LIFE, TALK, MIXTURE, BIRTH = 1, 2, 3, 4, 5
BLOCK: Final = 96
NORMAL: Final = NormalDist()
TINY: Final = 1e-300
T = TypeVar("T")


class Urn(Generic[T]):
    """Things with weights, to pick from; weights need not sum to one."""

    __slots__ = ("limits", "things", "total")

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        pairs = [(thing, weight) for thing, weight in weighted if weight > 0]
        self.things: tuple[T, ...] = tuple(thing for thing, _ in pairs)
        sums = list(accumulate(weight for _, weight in pairs))
        self.total: float = sums[-1]
        self.limits: list[float] = sums[:-1]


class Draws:
    """Chance of one person, the same for the same ``key``.

    Parameters
    ----------
    key
        Integers >= 0: what it is for, seed, number.
    """

    __slots__ = ("block", "rng")

    def __init__(self, *key: int) -> None:
        self.rng = default_rng(key)
        self.block: list[float] = self.rng.random(BLOCK).tolist()

    def unit(self) -> float:
        """A number in [0, 1)."""
        block = self.block
        if not block:
            block = self.block = self.rng.random(BLOCK).tolist()
        return block.pop()

    def chance(self, share: float) -> bool:
        """True in ``share`` of the cases."""
        return self.unit() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def spread(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        return low + self.unit() * (high - low)

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        """A normal number."""
        return mean + sd * NORMAL.inv_cdf(self.unit() or TINY)

    def wait(self, mean: float) -> float:
        """A waiting time with this mean."""
        return -mean * log(1.0 - self.unit())

    def one_of(self, things: Sequence[T]) -> T:
        """One of equally likely things."""
        return things[int(self.unit() * len(things))]

    def pick(self, urn: Urn[T]) -> T:
        """One of weighted things."""
        return urn.things[bisect(urn.limits, self.unit() * urn.total)]
