"""Signed distances of a body's structures at samples of a grid, slab by slab.

Smooth surfaces are evaluated on a lattice of 2 to 4 mm and raised to the samples, only within
their boxes; fine ones directly at the samples, tubes piece by piece in windows of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Final, NamedTuple

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
from yushan.domain.bodies.surfaces import FAR_MM, Both, Floats, Grown, larger
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
#: Surfaces whose distances are kept for what is made of them.
KEPT: Final = 3


class Piece(NamedTuple):
    """One slice's part of a structure.

    Parameters
    ----------
    slice, rows, columns
        Which samples.
    drawn, true
        Distances ``[row, column]``: those that soft edges need, and those that masks need. They
        differ for thin tubes alone.
    """

    slice: int
    rows: Span
    columns: Span
    drawn: Floats
    true: Floats


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
    labelled
        Whether true distances of thin tubes are wanted beside those that are drawn.
    """

    body: Body
    frame: Frame
    slices: Span
    width_mm: float
    labelled: bool = False
    fields: dict[tuple[int, float], tuple[Floats, Floats, Floats]] = field(default_factory=dict)
    parents: dict[str, tuple[Span, Span, Floats] | None] = field(default_factory=dict)
    known: dict[tuple[int, tuple[Spans, float]], tuple[Surface, Floats]] = field(
        default_factory=dict
    )
    last: tuple[Surface, Spans, Floats] | None = None

    def __post_init__(self) -> None:
        wanted = {s.inside for s in self.body.structures if s.inside}
        self.parents = dict.fromkeys(sorted(wanted))

    @property
    def spans(self) -> Spans:
        """All samples of the slab."""
        _, rows, columns = self.frame.grid.shape
        return self.slices, (0, rows), (0, columns)

    def pieces(self, structure: Structure) -> Iterator[Piece]:
        """Signed distances of a structure, slice by slice, where it can be seen."""
        reach = self.width_mm / 2 + structure.soft_mm / 2
        name = structure.name
        keep = name in self.parents and self.parents[name] is None
        if structure.inside and self.parents.get(structure.inside) is None:
            return
        whole = self.spans
        spans = overlap(self.frame.spans_of(structure.surface, reach), whole)
        if is_empty(spans):
            return
        found = list(self.raw(structure, spans, reach))
        if structure.inside:
            steep = 1 + structure.soft_mm / self.width_mm if self.width_mm else 1.0
            cuts = (self.within(structure.inside, piece, steep) for piece in found)
            found = [cut for cut in cuts if cut]
        if keep and found:
            self.parents[name] = kept(found, self.slices)
        yield from found

    def raw(self, structure: Structure, spans: Spans, reach: float) -> Iterator[Piece]:
        """Distances of a structure before it is cut at its parent."""
        surface = structure.surface
        if isinstance(surface, Tubes):
            near = surface.near(*self.reached(spans, reach))
            if near is None:
                return
            if near.is_thick:
                yield from self.smooth(near.widened(self.sagging), spans, reach, LATTICE_MM)
            else:
                yield from self.tubes(near, spans)
        elif surface.fine:
            for k, plane in enumerate(self.at_samples(surface, spans)):
                yield Piece(spans[0][0] + k, spans[1], spans[2], plane, plane)
        else:
            yield from self.smooth(surface, spans, reach, structure.lattice_mm)

    def at_samples(self, surface: Surface, spans: Spans) -> Floats:
        """Distances of a fine surface at samples, from those of the last one if it lies in that."""
        if self.last and isinstance(surface, Bent) and isinstance(surface.inner, Grown):
            (other, theirs, values), layer = self.last, surface.inner
            whole = isinstance(other, Bent) and other.field is surface.field and other.inner
            if whole is layer.inner and overlap(theirs, spans) == spans:
                pairs = zip(spans, theirs, strict=True)
                cut = tuple(slice(a - n, b - n) for (a, b), (n, _) in pairs)
                return np.asarray(values[cut] - np.float32(layer.by_mm * surface.field.size))
        shape = [b - a for a, b in spans]
        found = np.broadcast_to(surface.distance(*self.frame.samples(spans)), shape)
        self.last = surface, spans, found
        return found

    @property
    def sagging(self) -> float:
        """A twelfth of the lattice's step squared, mm2, as far as values lie between its points."""
        pairs = zip(self.frame.axes(LATTICE_MM), self.frame.grid.spacing, strict=True)
        steps = [(axis.step * spacing) ** 2 if axis.step > 1 else 0.0 for axis, spacing in pairs]
        return sum(steps) / 36

    def reached(self, spans: Spans, reach: float) -> tuple[Points, Points]:
        """Corners in space of a block of samples, mm."""
        ends = np.array(np.meshgrid(*[(a - 1, b) for a, b in spans])).reshape(3, -1).T
        points = self.frame.grid.points(ends)
        more = reach + LATTICE_MM
        return points.min(axis=0) - more, points.max(axis=0) + more

    def smooth(
        self, surface: Surface, spans: Spans, reach: float, step_mm: float
    ) -> Iterator[Piece]:
        """A smooth surface by way of the lattice, trimmed to where it is near or inside."""
        axes = self.frame.axes(step_mm)
        nodes = lattice_nodes(axes, spans)
        fields = self.on_lattice(surface, nodes, step_mm)
        near = fields[0] < reach
        if len(fields) > 1:  # layers may lie between lattice points
            near = np.abs(fields[0]) - fields[1] < reach + step_mm
        if not near.any():
            return
        raised = [Raised(values, nodes, axes) for values in fields]
        slices, rows, columns = (
            touched(np.asarray(near.any(axis=rest)), nodes[k], axes[k], spans[k])
            for k, rest in enumerate(((1, 2), (0, 2), (0, 1)))
        )
        for number in range(*slices):
            planes = [values.slice(number, rows, columns) for values in raised]
            found = planes[0] if len(planes) == 1 else layered(planes[0], planes[1])
            yield Piece(number, rows, columns, found, found)

    def on_lattice(self, surface: Surface, nodes: Spans, step_mm: float) -> list[Floats]:
        """Distances at lattice points; of a layer its two fields."""
        axes = self.frame.axes(step_mm)
        if isinstance(surface, Bent):
            inner: Surface = surface.inner
            low = [first for first, _ in lattice_nodes(axes, self.spans)]
            cut = tuple(slice(a - n, b - n) for (a, b), n in zip(nodes, low, strict=True))
            at = tuple(line[cut] for line in self.bent(surface.field, step_mm))
        else:
            inner = surface
            places = [axis.places(span) for axis, span in zip(axes, nodes, strict=True)]
            at = self.frame.points(tuple(places))
        shape = [b - a for a, b in nodes]
        found: tuple[Floats, ...]
        if isinstance(inner, (Sheet, Skinned)):
            found = inner.fields(*at)
        else:
            found = (self.known_or_new(inner, at, (nodes, step_mm)),)
        if isinstance(surface, Bent) and surface.field.size != 1:
            found = tuple(f * np.float32(surface.field.size) for f in found)
        return [np.broadcast_to(np.asarray(f, dtype=np.float32), shape) for f in found]

    def known_or_new(
        self, surface: Surface, at: tuple[Floats, ...], where: tuple[Spans, float]
    ) -> Floats:
        """Distances at lattice points, from those of the last few surfaces if they are parts."""
        if isinstance(surface, Grown):
            return self.known_or_new(surface.inner, at, where) - np.float32(surface.by_mm)
        if isinstance(surface, Both):
            parts = [self.known_or_new(part, at, where) for part in surface.parts]
            return reduce(lambda a, b: larger(a, b, surface.smooth_mm), parts)
        key = (id(surface), where)
        if key not in self.known:  # the surface is kept too, so that no other takes its identity
            self.known[key] = (surface, surface.distance(at[0], at[1], at[2]))
            for old in list(self.known)[:-KEPT]:
                del self.known[old]
        return self.known[key][1]

    def bent(self, bend: Deformation, step_mm: float) -> tuple[Floats, Floats, Floats]:
        """The model's coordinates at all lattice points of the slab."""
        key = (id(bend), step_mm)
        if key not in self.fields:
            axes = self.frame.axes(step_mm)
            nodes = lattice_nodes(axes, self.spans)
            places = [axis.places(span) for axis, span in zip(axes, nodes, strict=True)]
            shape = tuple(len(p) for p in places)
            x, y, z = bend.back(*self.frame.points(tuple(places)))
            whole = [np.ascontiguousarray(np.broadcast_to(v, shape)) for v in (x, y, z)]
            self.fields[key] = (whole[0], whole[1], whole[2])
        return self.fields[key]

    def tubes(self, tubes: Tubes, spans: Spans) -> Iterator[Piece]:
        """Tubes, piece by piece, in the window of each."""
        found = drawn_in(self.frame, tubes, spans, self.width_mm, twice=self.labelled)
        if found is None:
            return
        (slices, rows, columns), blocks = found
        for k, (drawn, true) in enumerate(zip(blocks[0], blocks[-1], strict=True)):
            yield Piece(slices[0] + k, rows, columns, drawn, true)

    def within(self, name: str, piece: Piece, steep: float) -> Piece | None:
        """A piece cut off at the surface of its parent, sharply even if its own edge is soft."""
        parent = self.parents[name]
        if parent is None:
            return None
        number, rows, columns, drawn, true = piece
        their_rows, their_columns, whole = parent
        both = overlap(((0, 1), rows, columns), ((0, 1), their_rows, their_columns))
        if is_empty(both):
            return None
        (_, (a, b), (c, d)) = both
        cut = (slice(a - rows[0], b - rows[0]), slice(c - columns[0], d - columns[0]))
        k, p, q = number - self.slices[0], a - their_rows[0], c - their_columns[0]
        theirs = whole[k, p : p + b - a, q : q + d - c]
        edge = theirs if steep == 1 else theirs * np.float32(steep)
        mine = np.maximum(drawn[cut], edge)
        other = mine if true is drawn else np.maximum(true[cut], edge)
        return Piece(number, (a, b), (c, d), mine, other)


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
    low = (min(p.rows[0] for p in pieces), min(p.columns[0] for p in pieces))
    high = (max(p.rows[1] for p in pieces), max(p.columns[1] for p in pieces))
    shape = (slices[1] - slices[0], high[0] - low[0], high[1] - low[1])
    whole = np.full(shape, FAR_MM, dtype=np.float32)
    for number, (a, b), (c, d), values, _ in pieces:
        whole[number - slices[0], a - low[0] : b - low[0], c - low[1] : d - low[1]] = values
    return (low[0], high[0]), (low[1], high[1]), whole
