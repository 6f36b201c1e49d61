"""A series as stacks of slices in order, each a volume; what cannot be placed is refused. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.base import Rejected
from yushan.domain.faces.slices import sources_of
from yushan.domain.faces.volume import LEAST_COSINE, Volume, cube_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from yushan.domain.dicom import Buffer
    from yushan.domain.faces.slices import Slice, Source

#: Slices at the same place: nearer than this, mm.
SAME_MM: Final = 0.02
#: Steps between slices: the longest against the usual one, and absolutely, mm.
MOST_STEPS: Final = 4.0
MOST_STEP_MM: Final = 15.0
#: A gantry's tilt shifts slices sideways by at most this share of their step (31°) ...
MOST_TILT: Final = 0.6
#: ... and evenly, within this many mm.
MOST_WANDER_MM: Final = 3.0
#: A head lies within this of a body's upper end, also under raised arms, mm.
UPPER_MM: Final = 500.0
#: Fewer slices than this, or a shorter stack, draw no face.
LEAST_SLICES: Final = 8
LEAST_EXTENT_MM: Final = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Slices that lie parallel and have one size, by place.

    ``repeats`` are the slices in order, once for each time the stack was taken (echoes, phases,
    time points); the first holds every place, later ones may lack some. ``centres_mm`` are the
    places from the stack's edge for each repeat, ``step_mm`` is the usual step between slices.
    """

    repeats: tuple[tuple[Slice, ...], ...]
    centres_mm: tuple[NDArray[np.float64], ...]
    step_mm: float

    @property
    def is_recognisable(self) -> bool:
        """Whether there are enough slices to draw a surface from."""
        whole = self.centres_mm[0]
        return len(whole) >= LEAST_SLICES and whole[-1] + whole[0] >= LEAST_EXTENT_MM


def series_volume(objects: Sequence[Buffer]) -> Volume:
    """The one volume of a series.

    Raises
    ------
    Rejected
        ``faces.no-geometry``, ``faces.colour``, ``faces.too-large``, ``faces.gap``,
        ``faces.uneven``, ``faces.several-stacks``, and as ``describe`` and ``decode_frame``.
    """
    sources, slices = sources_of(objects)
    stacks = stacks_of(slices)
    if len(stacks) != 1 or len(stacks[0].repeats) != 1:
        raise Rejected("faces.several-stacks", stacks=len(stacks))
    return volume_of(sources, stacks[0], 0)


def stacks_of(slices: Sequence[Slice]) -> list[Stack]:
    """The slices by orientation and size, each group in order.

    Raises
    ------
    Rejected
        ``faces.gap``: slices are missing; ``faces.uneven``: slices lie out of line.
    """
    groups: dict[tuple[float, ...], list[Slice]] = {}
    for one in slices:
        lie = np.round(np.concatenate([one.across, one.down]), 2) + 0.0
        size = (one.shape.rows, one.shape.columns, *np.round(one.spacing_mm, 3))
        groups.setdefault((*lie, *map(float, size)), []).append(one)
    return [stack_of(group) for group in groups.values()]


def stack_of(group: list[Slice]) -> Stack:
    """Parallel slices in order."""
    normal = group[0].normal
    ordered = sorted(group, key=lambda one: (float(one.position @ normal), one.number, one.frame))
    along = np.array([one.position @ normal for one in ordered])
    places: list[list[Slice]] = []
    for at, one in enumerate(ordered):
        if at and along[at] - along[at - 1] < SAME_MM:
            places[-1].append(one)
        else:
            places.append([one])
    heights = np.array([place[0].position @ normal for place in places])
    steps = np.diff(heights)
    step = float(np.median(steps)) if steps.size else 0.0
    if steps.size and step_is_missing(steps, step):
        raise Rejected("faces.gap", longest_mm=round(float(steps.max()), 1))
    check_line(np.array([place[0].position for place in places]), heights)
    return Stack(*repeats_of(places, heights - heights[0] + step / 2), step)


def upper_part(stack: Stack) -> Stack:
    """Of a long stack of axial slices the part in which a head can be, arms raised or not."""
    rise = float(stack.repeats[0][0].normal[2])
    whole = stack.centres_mm[0]
    length = float(whole[-1] + whole[0])
    if length <= UPPER_MM or abs(rise) < LEAST_COSINE:
        return stack
    start = length - UPPER_MM if rise > 0 else 0.0
    inside = [(c >= start) & (c <= start + UPPER_MM) for c in stack.centres_mm]
    first = float(whole[inside[0]][0]) - stack.step_mm / 2
    repeats = tuple(
        tuple(one for one, is_in in zip(slices, chosen, strict=True) if is_in)
        for slices, chosen in zip(stack.repeats, inside, strict=True)
    )
    centres = tuple(c[chosen] - first for c, chosen in zip(stack.centres_mm, inside, strict=True))
    has = [bool(slices) for slices in repeats]
    return Stack(
        tuple(r for r, some in zip(repeats, has, strict=True) if some),
        tuple(c for c, some in zip(centres, has, strict=True) if some),
        stack.step_mm,
    )


def step_is_missing(steps: NDArray[np.float64], step: float) -> bool:
    """Whether slices lie so far apart that a face could hide between them.

    Slices that are thick anyway (localisers) may lie anywhere.
    """
    longest = float(steps.max())
    return len(steps) + 1 >= LEAST_SLICES and longest > max(MOST_STEPS * step, MOST_STEP_MM)


def check_line(positions: NDArray[np.float64], heights: NDArray[np.float64]) -> None:
    """Refuse slices that do not lie one behind the other, straight or evenly shifted (tilted)."""
    if len(heights) < LEAST_SLICES:
        return
    terms = np.stack([np.ones_like(heights), heights - heights.mean()], 1)
    factors = np.linalg.lstsq(terms, positions, rcond=None)[0]
    off = np.abs(positions - terms @ factors).max()
    tilt = np.sqrt(max(float(factors[1] @ factors[1]) - 1, 0.0))
    if off > MOST_WANDER_MM or tilt > MOST_TILT:
        raise Rejected("faces.uneven", tilt_degrees=round(float(np.degrees(np.arctan(tilt))), 1))


def repeats_of(
    places: list[list[Slice]], heights: NDArray[np.float64]
) -> tuple[tuple[tuple[Slice, ...], ...], tuple[NDArray[np.float64], ...]]:
    """The n-th slice of every place that has so many, with their heights, for each n."""
    most = max(map(len, places))
    slices, centres = [], []
    for number in range(most):
        has = [index for index, place in enumerate(places) if len(place) > number]
        slices.append(tuple(places[index][number] for index in has))
        centres.append(heights[has])
    return tuple(slices), tuple(centres)


def volume_of(sources: Sequence[Source], stack: Stack, number: int) -> Volume:
    """One repeat of a stack with its values."""
    chosen, whole = stack.repeats[number], stack.centres_mm[0]
    first = chosen[0]
    values: NDArray[Any] = np.stack([sources[one.source].values(one) for one in chosen])
    rows, columns = (
        (np.arange(n) + 0.5) * s for n, s in zip(values.shape[1:], first.spacing_mm, strict=True)
    )
    low = -(1 << (first.shape.bits_stored - 1)) if first.shape.signed else 0
    rescale = np.array([one.rescale for one in chosen])
    return Volume(
        values, (stack.centres_mm[number], rows, columns),
        (cube_count(whole), cube_count(rows), cube_count(columns)),
        np.stack([first.normal, first.down, first.across]), "",
        rescale[:, 0], rescale[:, 1], (low, low + (1 << first.shape.bits_stored) - 1),
        first.padding,
    )  # fmt: skip
