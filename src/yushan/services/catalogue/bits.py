"""Sets of study numbers: bits where there are many, lists where there are few. Pure.

A set of numbers is ``bits``: a uint64 array, number n is bit n % 64 of word n // 64.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Bits = NDArray[np.uint64]

WORD: Final = 64
#: A value that more than one in so many studies has is kept as bits.
MANY: Final = 32
#: Below so many a value is a list however small the collection.
FEW: Final = 256


def none(size: int) -> Bits:
    """An empty set for numbers below ``size``."""
    return np.zeros((size + WORD - 1) // WORD, dtype=np.uint64)


def of(numbers: Iterable[int] | NDArray[np.uint32], size: int) -> Bits:
    """A set of these numbers, all below ``size``."""
    flags = np.zeros((size + WORD - 1) // WORD * WORD, dtype=np.bool_)
    flags[np.fromiter(numbers, np.int64) if not isinstance(numbers, np.ndarray) else numbers] = True
    return of_flags(flags)


def of_flags(flags: NDArray[np.bool_]) -> Bits:
    """A set from one flag per number; their count is a multiple of 64."""
    return np.packbits(flags, bitorder="little").view(np.uint64)


def flags_of(bits: Bits) -> NDArray[np.uint8]:
    """One flag (0, 1) per number."""
    return np.unpackbits(bits.view(np.uint8), bitorder="little")


def numbers_of(bits: Bits) -> NDArray[np.int64]:
    """The numbers, ascending."""
    return np.flatnonzero(flags_of(bits))


def count(bits: Bits) -> int:
    """How many numbers."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def grown(bits: Bits, size: int) -> Bits:
    """The same set with room for numbers below ``size``."""
    words = (size + WORD - 1) // WORD
    if len(bits) >= words:
        return bits
    more = np.zeros(max(words, len(bits) * 5 // 4), dtype=np.uint64)
    more[: len(bits)] = bits
    return more


class Value:
    """The studies that have one value; a list that grows into bits."""

    __slots__ = ("bits", "few")

    def __init__(self) -> None:
        self.few: array[int] = array("I")
        self.bits: Bits | None = None

    def extend(self, numbers: NDArray[np.uint32]) -> None:
        """Add numbers that are not in it, while it is a list."""
        self.few.frombytes(numbers.tobytes())

    def settle(self, size: int) -> None:
        """Become bits if there are many."""
        if self.bits is None and len(self.few) > max(FEW, size // MANY):
            self.bits, self.few = of(self.listed().copy(), size), array("I")

    def listed(self) -> NDArray[np.uint32]:
        """The list; not to be kept, it holds the list fast."""
        return np.frombuffer(self.few, dtype=np.uint32) if self.few else np.empty(0, np.uint32)

    def add(self, number: int, size: int) -> None:
        """Add a number that is not in it."""
        if self.bits is None:
            self.few.append(number)
            self.settle(size)
            return
        self.bits = grown(self.bits, size)
        self.bits[number // WORD] |= np.uint64(1 << number % WORD)

    def remove(self, number: int) -> None:
        """Take a number out that is in it."""
        if self.bits is None:
            self.few.remove(number)
        else:
            self.bits[number // WORD] &= ~np.uint64(1 << number % WORD)

    def count_in(self, bits: Bits, flags: NDArray[np.uint8]) -> int:
        """How many of them are in a set, which is also given as flags."""
        if self.bits is None:
            return int(flags[self.listed()].sum(dtype=np.int64)) if self.few else 0
        words = min(len(bits), len(self.bits))
        return count(bits[:words] & self.bits[:words])
