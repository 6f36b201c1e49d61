"""Signed distances of a body's structures at samples of a grid, slab by slab.

Smooth surfaces are evaluated on a lattice of 2 mm and raised to the samples, only within their
boxes; fine ones directly at the samples, tubes piece by piece in windows of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.deformation import Bent, Deformation
from yushan.domain.bodies.lattice import (
    LATTICE_MM,
    Axis,
    Frame,
    Raised,
    Span,
    Spans,
    is_empty,
    overlap,
)
from yushan.domain.bodies.sheets import Sheet, Skinned, layered
from yushan.domain.bodies.surfaces import FAR_MM, Floats, Grown
from yushan.domain.bodies.tubes import Points, Tubes
from yushan.domain.bodies.windows import drawn_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from yushan.domain.bodies.body import Body, Structure
    from yushan.domain.bodies.surfaces import Surface
    from yushan.domain.volumes import Grid

#: Thickness of a slab, mm, and the most and fewest slices in it.
SLAB_MM: Final = 16.0
MOST_SLICES: Final = 16
FEWEST_SLICES: Final = 4

#: One slice's part of a structure: slice, rows, columns, distances ``[row, column]``.
Piece = tuple[int, Span, Span, Floats]


def slabs(grid: Grid) -> list[Span]:
    """Ranges of slices that are drawn together; they depend on the grid alone."""
    count = int(np.clip(SLAB_MM / grid.spacing[0], FEWEST_SLICES, MOST_SLICES))
    return [(k, min(k + count, grid.shape[0])) for k in range(0, grid.shape[0], count)]


@dataclass(eq=False)
class Slab:
    """Some slices of a grid, and what was already computed on them.

    Parameters
    ----------
    body, frame
        What is drawn, and where.
    slices
        First and before last.
    width_mm
        Of soft edges; 0 where only the sign counts.
    """

    body: Body
    frame: Frame
    slices: Span
    width_mm: float
    fields: dict[int, tuple[Floats, Floats, Floats]] = field(default_factory=dict)
    parents: dict[str, tuple[Span, Span, Floats] | None] = field(default_factory=dict)
    known: dict[tuple[int, Spans], Floats] = field(default_factory=dict)
    axes: tuple[Axis, Axis, Axis] = field(init=False)

    def __post_init__(self) -> None:
        self.axes = self.frame.axes(LATTICE_MM)
        wanted = {s.inside for s in self.body.structures if s.inside}
        self.parents = dict.fromkeys(sorted(wanted))

    @property
    def spans(self) -> Spans:
        """All samples of the slab."""
        _, rows, columns = self.frame.grid.shape
        return self.slices, (0, rows), (0, columns)

    def pieces(self, structure: Structure, *, exact: bool = False) -> Iterator[Piece]:
        """Signed distances of a structure, slice by slice, where it can be seen.

        Thin tubes have the radii that soft edges need, or the true ones where ``exact``.
        """
        reach = self.width_mm / 2 + structure.soft_mm / 2
        name = structure.name
        keep = name in self.parents and self.parents[name] is None
        if structure.inside and self.parents.get(structure.inside) is None:
            return
        whole = self.spans
        spans = overlap(self.frame.spans_of(structure.surface, reach), whole)
        if is_empty(spans):
            return
        width = 0.0 if exact else self.width_mm
        found = list(self.raw(structure.surface, spans, reach, width))
        if structure.inside:
            steep = 1 + structure.soft_mm / self.width_mm if self.width_mm else 1.0
            cuts = (self.within(structure.inside, piece, steep) for piece in found)
            found = [cut for cut in cuts if cut]
        if keep and found:
            self.parents[name] = kept(found, self.slices)
        yield from found

    def raw(self, surface: Surface, spans: Spans, reach: float, width: float) -> Iterator[Piece]:
        """Distances of a surface before it is cut at its parent."""
        if isinstance(surface, Tubes):
            near = surface.near(*self.reached(spans, reach))
            if near is None:
                return
            if near.is_thick:
                yield from self.smooth(near.widened(self.sagging), spans, reach)
            else:
                yield from self.tubes(near, spans, width)
        elif surface.fine:
            found = np.broadcast_to(
                surface.distance(*self.frame.samples(spans)), [b - a for a, b in spans]
            )
            for k, plane in enumerate(found):
                yield spans[0][0] + k, spans[1], spans[2], plane
        else:
            yield from self.smooth(surface, spans, reach)

    @property
    def sagging(self) -> float:
        """A twelfth of the lattice's step squared, mm2, as far as values lie between its points."""
        pairs = zip(self.axes, self.frame.grid.spacing, strict=True)
        steps = [(axis.step * spacing) ** 2 if axis.step > 1 else 0.0 for axis, spacing in pairs]
        return sum(steps) / 36

    def reached(self, spans: Spans, reach: float) -> tuple[Points, Points]:
        """Corners in space of a block of samples, mm."""
        ends = np.array(np.meshgrid(*[(a - 1, b) for a, b in spans])).reshape(3, -1).T
        points = self.frame.grid.points(ends)
        more = reach + LATTICE_MM
        return points.min(axis=0) - more, points.max(axis=0) + more

    def smooth(self, surface: Surface, spans: Spans, reach: float) -> Iterator[Piece]:
        """A smooth surface by way of the lattice, trimmed to where it is near or inside."""
        nodes = lattice_nodes(self.axes, spans)
        fields = self.on_lattice(surface, nodes)
        near = fields[0] < reach
        if len(fields) > 1:  # layers may lie between lattice points
            near = np.abs(fields[0]) - fields[1] < reach + LATTICE_MM
        if not near.any():
            return
        raised = [Raised(values, nodes, self.axes) for values in fields]
        slices, rows, columns = (
            touched(np.asarray(near.any(axis=rest)), nodes[k], self.axes[k], spans[k])
            for k, rest in enumerate(((1, 2), (0, 2), (0, 1)))
        )
        for number in range(*slices):
            planes = [values.slice(number, rows, columns) for values in raised]
            found = planes[0] if len(planes) == 1 else layered(planes[0], planes[1])
            yield number, rows, columns, found

    def on_lattice(self, surface: Surface, nodes: Spans) -> list[Floats]:
        """Distances at lattice points; of a layer its two fields."""
        if isinstance(surface, Bent):
            inner: Surface = surface.inner
            low = [first for first, _ in lattice_nodes(self.axes, self.spans)]
            cut = tuple(slice(a - n, b - n) for (a, b), n in zip(nodes, low, strict=True))
            x, y, z = (line[cut] for line in self.bent(surface.field))
        else:
            inner = surface
            places = [axis.places(span) for axis, span in zip(self.axes, nodes, strict=True)]
            x, y, z = self.frame.points(tuple(places))
        shape = [b - a for a, b in nodes]
        found: tuple[Floats, ...]
        if isinstance(inner, (Sheet, Skinned)):
            found = inner.fields(x, y, z)
        elif isinstance(inner, Grown):
            key = (id(inner.inner), nodes)
            known = self.known.get(key)
            known = inner.inner.distance(x, y, z) if known is None else known
            self.known = {key: known}
            found = (known - np.float32(inner.by_mm),)
        else:
            found = (inner.distance(x, y, z),)
            self.known = {(id(inner), nodes): found[0]}
        return [np.broadcast_to(np.asarray(f, dtype=np.float32), shape) for f in found]

    def bent(self, bend: Deformation) -> tuple[Floats, Floats, Floats]:
        """The model's coordinates at all lattice points of the slab."""
        if id(bend) not in self.fields:
            nodes = lattice_nodes(self.axes, self.spans)
            places = [axis.places(span) for axis, span in zip(self.axes, nodes, strict=True)]
            shape = tuple(len(p) for p in places)
            x, y, z = bend.back(*self.frame.points(tuple(places)))
            whole = [np.ascontiguousarray(np.broadcast_to(v, shape)) for v in (x, y, z)]
            self.fields[id(bend)] = (whole[0], whole[1], whole[2])
        return self.fields[id(bend)]

    def tubes(self, tubes: Tubes, spans: Spans, width: float) -> Iterator[Piece]:
        """Tubes, piece by piece, in the window of each."""
        drawn = drawn_in(self.frame, tubes, spans, width)
        if drawn is None:
            return
        (slices, rows, columns), found = drawn
        for k, plane in enumerate(found):
            yield slices[0] + k, rows, columns, plane

    def within(self, name: str, piece: Piece, steep: float) -> Piece | None:
        """A piece cut off at the surface of its parent, sharply even if its own edge is soft."""
        parent = self.parents[name]
        if parent is None:
            return None
        number, rows, columns, values = piece
        their_rows, their_columns, whole = parent
        both = overlap(((0, 1), rows, columns), ((0, 1), their_rows, their_columns))
        if is_empty(both):
            return None
        (_, (a, b), (c, d)) = both
        mine = values[a - rows[0] : b - rows[0], c - columns[0] : d - columns[0]]
        k, p, q = number - self.slices[0], a - their_rows[0], c - their_columns[0]
        theirs = whole[k, p : p + b - a, q : q + d - c]
        edge = theirs if steep == 1 else theirs * np.float32(steep)
        return number, (a, b), (c, d), np.maximum(mine, edge)


def lattice_nodes(axes: tuple[Axis, Axis, Axis], spans: Spans) -> Spans:
    """Lattice points about a block of samples."""
    first, second, third = (axis.nodes(span) for axis, span in zip(axes, spans, strict=True))
    return first, second, third


def touched(near: NDArray[np.bool_], nodes: Span, axis: Axis, span: Span) -> Span:
    """Samples of a span between lattice points of which one is near."""
    found = np.flatnonzero(near)
    low = int(np.floor((nodes[0] + found[0] - 1) * axis.step))
    high = int(np.ceil((nodes[0] + found[-1] + 1) * axis.step)) + 1
    return max(span[0], low), min(span[1], high)


def kept(pieces: list[Piece], slices: Span) -> tuple[Span, Span, Floats]:
    """Pieces as one block of the slab, far away where there is none."""
    low = (min(p[1][0] for p in pieces), min(p[2][0] for p in pieces))
    high = (max(p[1][1] for p in pieces), max(p[2][1] for p in pieces))
    shape = (slices[1] - slices[0], high[0] - low[0], high[1] - low[1])
    whole = np.full(shape, FAR_MM, dtype=np.float32)
    for number, (a, b), (c, d), values in pieces:
        whole[number - slices[0], a - low[0] : b - low[0], c - low[1] : d - low[1]] = values
    return (low[0], high[0]), (low[1], high[1]), whole
