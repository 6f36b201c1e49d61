"""How a grid of samples is covered by coarse lattices, and how values come back up to samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.surfaces import Box, Floats, Surface
    from yushan.domain.volumes import Grid

#: Distance of lattice points for smooth surfaces, mm.
LATTICE_MM: Final = 2.0

Span = tuple[int, int]
Spans = tuple[Span, Span, Span]


@dataclass(frozen=True, eq=False)
class Axis:
    """Lattice points along one axis of a grid: every ``step`` samples (at least 1)."""

    step: float

    def nodes(self, span: Span) -> Span:
        """Lattice points, first to before last, that surround samples of a span."""
        first = int(np.floor(span[0] / self.step))
        last = int(np.floor((span[1] - 1) / self.step)) + 1
        return first, last + 1

    def places(self, nodes: Span) -> NDArray[np.float64]:
        """Where lattice points are, in samples."""
        return np.asarray(np.arange(nodes[0], nodes[1]) * self.step, dtype=np.float64)

    def shares(self, span: Span, first: int) -> tuple[NDArray[np.intp], Floats]:
        """For each sample the lattice point before it, counted from ``first``, and its share."""
        place = np.arange(span[0], span[1]) / self.step
        whole = np.floor(place)
        return (whole - first).astype(np.intp), (place - whole).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Frame:
    """A grid's samples as points, whole or with fractions.

    Parameters
    ----------
    grid
        The samples.
    known
        Where surfaces were found to be, by their identity: for one body only.
    """

    grid: Grid
    known: dict[tuple[int, float], Spans] = field(default_factory=dict)

    def points(self, places: tuple[NDArray[np.float64], ...]) -> tuple[Floats, Floats, Floats]:
        """x, y, z in mm of the product of places along slice, row, column.

        Where an axis of the grid runs along one of space, they are lines that broadcast.
        """
        lines = []
        for axis, where in enumerate(places):
            shape = [1, 1, 1]
            shape[axis] = len(where)
            lines.append((where * self.grid.spacing[axis]).reshape(shape))
        found = []
        for number in range(3):
            value: NDArray[np.float64] = np.full((1, 1, 1), self.grid.origin[number])
            for axis, line in enumerate(lines):
                slope = self.grid.axes[axis][number]
                if slope:
                    value = value + line * slope
            found.append(value.astype(np.float32))
        return found[0], found[1], found[2]

    def spots(self, index: list[NDArray[np.intp]]) -> tuple[Floats, Floats, Floats]:
        """x, y, z in mm of single samples ``(slices, rows, columns)``, each ``[n]``."""
        found = []
        for number in range(3):
            value = np.full(len(index[0]), self.grid.origin[number], dtype=np.float32)
            for axis, where in enumerate(index):
                step = self.grid.axes[axis][number] * self.grid.spacing[axis]
                if step:
                    value += where.astype(np.float32) * np.float32(step)
            found.append(value)
        return found[0], found[1], found[2]

    def samples(self, spans: Spans) -> tuple[Floats, Floats, Floats]:
        """x, y, z in mm of whole samples."""
        return self.points(tuple(np.arange(a, b, dtype=np.float64) for a, b in spans))

    def spans(self, box: Box, margin_mm: float) -> Spans:
        """Samples that a box in space may touch, cut at the grid's ends; may be empty."""
        low, high = np.clip(np.array(box), -5000, 5000)
        spacing = np.array(self.grid.spacing)
        middle = self.grid.index([(low + high) / 2])[0]
        reach = (np.abs(self.grid.directions) * (high - low) / 2).sum(axis=1) + margin_mm
        low = np.floor(middle - reach / spacing).astype(int)
        high = np.ceil(middle + reach / spacing).astype(int) + 1
        cut = [
            (max(int(a), 0), min(int(b), size))
            for a, b, size in zip(low, high, self.grid.shape, strict=True)
        ]
        return cut[0], cut[1], cut[2]

    def spans_of(self, surface: Surface, margin_mm: float) -> Spans:
        """Samples that a surface may touch; found once for each surface."""
        key = (id(surface), margin_mm)
        if key not in self.known:
            self.known[key] = self.spans(surface.box, margin_mm)
        return self.known[key]

    def axes(self, step_mm: float) -> tuple[Axis, Axis, Axis]:
        """Lattice axes with about one distance between points."""
        steps = [Axis(max(step_mm / spacing, 1.0)) for spacing in self.grid.spacing]
        return steps[0], steps[1], steps[2]


def overlap(one: Spans, two: Spans) -> Spans:
    """What two blocks of samples share; may be empty."""
    cut = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(one, two, strict=True)]
    return cut[0], cut[1], cut[2]


def is_empty(spans: Spans) -> bool:
    """Whether a block has no sample."""
    return any(first >= last for first, last in spans)


@dataclass(frozen=True, eq=False)
class Raised:
    """Values on lattice points, raised to samples slice by slice (trilinear).

    Parameters
    ----------
    values
        ``[slice, row, column]`` of lattice points.
    nodes
        Numbers of the lattice points along each axis.
    axes
        The lattice.
    """

    values: Floats
    nodes: Spans
    axes: tuple[Axis, Axis, Axis]

    def slice(self, number: int, rows: Span, columns: Span) -> Floats:
        """One slice of samples ``[row, column]``."""
        before, share = self.axes[0].shares((number, number + 1), self.nodes[0][0])
        k, w = int(before[0]), share[0]
        plane = self.values[k]
        if w:
            plane = plane + w * (self.values[k + 1] - plane)
        plane = along_columns(plane, *self.axes[2].shares(columns, self.nodes[2][0]))
        return along_rows(plane, *self.axes[1].shares(rows, self.nodes[1][0]))


def along_columns(plane: Floats, before: NDArray[np.intp], share: Floats) -> Floats:
    """Samples between columns of a plane."""
    if not share.any():
        return np.ascontiguousarray(plane[:, before])
    steps = np.diff(plane, axis=1)
    return np.asarray(np.take(plane, before, axis=1) + share * np.take(steps, before, axis=1))


def along_rows(plane: Floats, before: NDArray[np.intp], share: Floats) -> Floats:
    """Samples between rows of a plane."""
    if not share.any():
        return np.ascontiguousarray(plane[before])
    steps = np.diff(plane, axis=0)
    found = np.take(steps, before, axis=0)
    found *= share[:, None]
    found += np.take(plane, before, axis=0)
    return np.asarray(found)
