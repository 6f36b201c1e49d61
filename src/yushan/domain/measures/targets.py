"""Which lesions are followed, and the sum of their diameters (RECIST 1.1).

Eisenhauer et al., European Journal of Cancer 2009;45:228; lymph nodes count as one organ (Schwartz
et al., European Journal of Cancer 2016;62:138). What the sum means is the guideline's matter.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_LONG_MM: Final = 10.0
LEAST_NODE_SHORT_MM: Final = 15.0
#: Nodes below this are no disease.
NORMAL_NODE_MM: Final = 10.0
#: Slices thicker than this ask for lesions twice as long as they are thick.
THICK_MM: Final = 5.0
MOST: Final = 5
MOST_OF_ORGAN: Final = 2
NODES: Final = "lymph nodes"


class Why(StrEnum):
    """Why a lesion is no target."""

    NORMAL_NODE = "normal-node"
    TOO_SMALL = "too-small"
    ORGAN_HAS_TWO = "organ-has-two"
    THERE_ARE_FIVE = "there-are-five"


@dataclass(frozen=True, slots=True)
class TargetLesion:
    """A lesion as it is measured at baseline.

    ``organ`` is one name for both of a pair (lung, kidney); that of nodes does not matter.
    """

    name: str
    organ: str
    long_mm: float
    short_mm: float
    is_node: bool = False
    slice_mm: float = 1.0

    @property
    def diameter_mm(self) -> float:
        """What goes into the sum: the short axis of nodes, else the longest diameter."""
        return self.short_mm if self.is_node else self.long_mm

    @property
    def least_mm(self) -> float:
        """The diameter from which it can be a target."""
        if self.is_node:
            return LEAST_NODE_SHORT_MM
        return LEAST_LONG_MM if self.slice_mm <= THICK_MM else 2 * self.slice_mm


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets, largest first; their sum; the others with why they are none."""

    chosen: tuple[TargetLesion, ...]
    sum_mm: float
    others: tuple[tuple[TargetLesion, Why], ...]


def choose_targets(lesions: Iterable[TargetLesion]) -> Targets:
    """The largest lesions, at most five and two of one organ.

    A reader may choose others that can be measured again more surely; then give only those.
    """
    chosen: list[TargetLesion] = []
    others: list[tuple[TargetLesion, Why]] = []
    of_organ: Counter[str] = Counter()
    for one in sorted(lesions, key=lambda each: (-each.diameter_mm, each.name)):
        organ = NODES if one.is_node else one.organ
        why = reason(one, of_organ[organ], len(chosen))
        if why is None:
            chosen.append(one)
            of_organ[organ] += 1
        else:
            others.append((one, why))
    return Targets(tuple(chosen), sum(one.diameter_mm for one in chosen), tuple(others))


def reason(lesion: TargetLesion, of_organ: int, count: int) -> Why | None:
    """Why a lesion is no target beside those that are already; ``None`` if it is one."""
    if lesion.is_node and lesion.short_mm < NORMAL_NODE_MM:
        return Why.NORMAL_NODE
    if lesion.diameter_mm < lesion.least_mm:
        return Why.TOO_SMALL
    if of_organ >= MOST_OF_ORGAN:
        return Why.ORGAN_HAS_TWO
    return Why.THERE_ARE_FIVE if count >= MOST else None
