"""Tubes at full resolution: each piece in its own window of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.bodies.surfaces import FAR_MM, Floats
from yushan.domain.bodies.tubes import REACH, Points, Tubes, drawn_radius

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from yushan.domain.bodies.lattice import Frame, Spans

#: Windows of at most so many samples are drawn together, so many samples at a time.
FEW_SAMPLES: Final = 4000
TOGETHER: Final = 200_000


def drawn_in(
    frame: Frame, tubes: Tubes, spans: Spans, width_mm: float, *, twice: bool
) -> tuple[Spans, list[Floats]] | None:
    """Distances on the block of samples that tubes may touch, far away elsewhere in it.

    Parameters
    ----------
    frame, tubes, spans
        Of which grid, what, and on which samples of it at most.
    width_mm
        Of soft edges: radii are made such that covers add up to the true cross-section; 0 for
        the true radii.
    twice
        Whether distances by the true radii are wanted too; they come second.
    """
    radii = [drawn_radius(tubes.radii, width_mm)] if width_mm else [tubes.radii]
    if twice:
        radii.append(tubes.radii)
    windows = windows_of(frame, tubes, spans, width_mm)
    if not len(windows):
        return None
    low, high = windows[:, 1:4].min(axis=0), windows[:, 4:7].max(axis=0)
    found = [np.full(high - low, FAR_MM, dtype=np.float32) for _ in radii]
    few = (windows[:, 4:7] - windows[:, 1:4]).prod(axis=1) <= FEW_SAMPLES
    onto = Onto(frame, radii, low, found)
    small_windows(tubes, windows[few], onto)
    large_windows(tubes, windows[~few], onto)
    return block(low, high), found


class Onto(NamedTuple):
    """Blocks of distances, one for each set of radii, from a first sample of a grid on."""

    frame: Frame
    radii: list[Points]
    low: NDArray[np.intp]
    blocks: list[Floats]


def windows_of(frame: Frame, tubes: Tubes, spans: Spans, width_mm: float) -> NDArray[np.intp]:
    """Rows ``(piece, low three, high three)`` of samples that pieces may touch."""
    grid = frame.grid
    wide = tubes.radii.max(axis=1, keepdims=True) * max(tubes.flat, 1.0) + REACH * width_mm
    spacing = np.array(grid.spacing)
    start, end = grid.index(tubes.starts), grid.index(tubes.ends)
    low = np.floor(np.minimum(start, end) - wide / spacing).astype(np.intp)
    high = np.ceil(np.maximum(start, end) + wide / spacing).astype(np.intp) + 1
    low = np.maximum(low, [a for a, _ in spans])
    high = np.minimum(high, [b for _, b in spans])
    real = np.flatnonzero((low < high).all(axis=1))
    return np.concatenate([real[:, None], low[real], high[real]], axis=1)


def large_windows(tubes: Tubes, windows: NDArray[np.intp], onto: Onto) -> None:
    """Draw pieces one by one."""
    if not len(windows):
        return
    low = onto.low
    x, y, z = onto.frame.samples(block(low, low + np.array(onto.blocks[0].shape)))
    for number, *ends in windows:
        first = [e - o for e, o in zip(ends[:3], low, strict=True)]
        last = [e - o for e, o in zip(ends[3:], low, strict=True)]
        cut = tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
        at = (part(x, cut), part(y, cut), part(z, cut))
        for whole, away in zip(onto.blocks, tubes.piece(int(number), at, onto.radii), strict=True):
            np.minimum(whole[cut], away, out=whole[cut])


def small_windows(tubes: Tubes, windows: NDArray[np.intp], onto: Onto) -> None:
    """Draw many pieces at once, sample by sample of all their windows."""
    low = onto.low
    _, rows, columns = onto.blocks[0].shape
    wide = windows[:, 4:7] - windows[:, 1:4]
    counts = wide.prod(axis=1)
    for chosen in portions(counts):
        count = counts[chosen]
        local = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        across, down = (np.repeat(wide[chosen, k], count) for k in (2, 1))
        rest = local // across
        index = [
            np.repeat(windows[chosen, 1 + k], count) + step
            for k, step in enumerate((rest // down, rest % down, local - rest * across))
        ]
        numbers = np.repeat(windows[chosen, 0], count)
        place = ((index[0] - low[0]) * rows + index[1] - low[1]) * columns + index[2] - low[2]
        several = tubes.pieces(numbers, onto.frame.spots(index), onto.radii)
        for whole, away in zip(onto.blocks, several, strict=True):
            np.minimum.at(whole.reshape(-1), place, away)


def portions(counts: NDArray[np.intp]) -> Iterator[slice]:
    """Stretches of a list of counts whose sums are at most about :data:`TOGETHER`."""
    ends = np.cumsum(counts)
    first = 0
    while first < len(counts):
        used = ends[first - 1] if first else 0
        last = max(int(np.searchsorted(ends, used + TOGETHER, side="right")), first + 1)
        yield slice(first, last)
        first = last


def part(line: Floats, cut: tuple[slice, ...]) -> Floats:
    """A window of a line that broadcasts: axes of length 1 stay."""
    return line[tuple(c if n > 1 else slice(None) for c, n in zip(cut, line.shape, strict=True))]


def block(low: NDArray[np.intp], high: NDArray[np.intp]) -> Spans:
    """Spans of two corners."""
    first, second, third = ((int(a), int(b)) for a, b in zip(low, high, strict=True))
    return first, second, third
