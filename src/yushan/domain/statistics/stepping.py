"""Rounding many cells at once, so that sums stay true and small cells stay open. Pure.

The cells stand in a fixed order. What is rounded is the running sum before and after each cell; a
cell shows the difference. So any run of neighbouring cells, and the whole, differs from the truth
by less than one step; and of each running sum nothing is known but the step it lies in, so no
number that is added up from shown cells tells one small count from another.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def floored(count: int, step: int) -> int:
    """The count down to a multiple of ``step``; 0 below one step."""
    return count // step * step


def stepped(counts: Sequence[int], step: int) -> tuple[int, ...]:
    """Cells (each ≥ 0) in steps of ``step``, by the running sum; as many cells, in their order.

    A shown cell ``v`` stands for ``max(0, v - step + 1)`` to ``v + step - 1``.
    """
    ends = [floored(end, step) for end in accumulate(counts, initial=0)]
    return tuple(after - before for before, after in pairwise(ends))


def followed(amounts: Sequence[int], step: int, shown: Sequence[int]) -> tuple[int, ...]:
    """What hangs on the cells (images of studies), in steps, only where the cell shows something.

    What a cell may not show is shown by the next one that shows something, or not at all; an
    amount is never shown smaller than the cell itself.
    """
    told, owed, cells = 0, 0, 0
    found = []
    for amount, cell in zip(amounts, shown, strict=True):
        owed += amount
        cells += cell
        end = max(floored(owed, step), cells, told) if cell else told
        found.append(end - told)
        told = end
    return tuple(found)
