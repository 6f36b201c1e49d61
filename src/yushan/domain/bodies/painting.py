"""From a body to values, labels and masks on any grid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.lattice import Frame
from yushan.domain.bodies.sampling import Slab, slabs
from yushan.domain.bodies.texture import Texture
from yushan.domain.volumes import Labels, Volume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from yushan.domain.bodies.body import Body, Structure
    from yushan.domain.bodies.lattice import Span
    from yushan.domain.bodies.sampling import Piece
    from yushan.domain.bodies.surfaces import Floats
    from yushan.domain.volumes import Grid, Shade

#: Slabs drawn at the same time. Bits do not depend on it.
THREADS: Final = 2
#: The cover from which a structure is labelled.
VISIBLE: Final = 0.5


def paint(body: Body, grid: Grid, look: Mapping[str, Shade], *, threads: int = THREADS) -> Volume:
    """The body's values on a grid, ``float32``, with partial volume at edges.

    Parameters
    ----------
    body, grid
        What is drawn, and on which samples.
    look
        Tissue to shade; ``air`` fills what no structure covers.
    threads
        Slabs drawn at the same time; the result does not depend on it.

    Raises
    ------
    ValueError
        A tissue of the body, or air, has no shade.
    """
    return painted(body, grid, look, threads, None)


def paint_and_label(
    body: Body, grid: Grid, look: Mapping[str, Shade], *, threads: int = THREADS
) -> tuple[Volume, Labels]:
    """What :func:`paint` and :func:`label` give, in one pass and little more than the time of one.

    Raises
    ------
    ValueError
        A tissue of the body, or air, has no shade.
    """
    labels = blank(body, grid)
    return painted(body, grid, look, threads, labels), labels


def painted(
    body: Body, grid: Grid, look: Mapping[str, Shade], threads: int, labels: Labels | None
) -> Volume:
    """Values, and numbers into labels where there are any."""
    if missing := ({s.tissue for s in body.structures} | {"air"}) - look.keys():
        raise ValueError(f"no shade for {sorted(missing)}")
    width, frame = edge_mm(grid), Frame(grid)
    values = np.full(grid.shape, look["air"].mean, dtype=np.float32)

    def draw(slices: Span) -> None:
        slab = Slab(body, frame, slices, width, labels is not None)
        texture = Texture(body.seed, slab.frame, slab.spans)
        for structure in body.structures:
            pieces = list(slab.pieces(structure))
            if structure.strength:
                lay_all(values, pieces, structure, (look[structure.tissue], width, texture))
            if labels is not None:
                stamp(labels, pieces, structure)

    every(draw, grid, threads)
    return Volume(grid, values)


def lay_all(
    values: NDArray[np.float32],
    pieces: list[Piece],
    structure: Structure,
    how: tuple[Shade, float, Texture],
) -> None:
    """Lay a structure over what is there, in place."""
    shade, width, texture = how
    for piece in pieces:
        cover = covered(piece.drawn, width + structure.soft_mm, structure.strength)
        lay(values, piece, cover, shade, texture)


def edge_mm(grid: Grid) -> float:
    """Width of soft edges: a sample's size, between its shortest and twice that."""
    shortest = min(grid.spacing)
    return float(min(np.cbrt(grid.voxel_mm3), 2 * shortest))


def covered(distance: Floats, soft_mm: float, strength: float) -> Floats:
    """Share of each sample that lies inside, times the strength."""
    cover = distance * np.float32(-1 / soft_mm)
    cover += np.float32(0.5)
    np.clip(cover, 0, 1, out=cover)
    if strength != 1:
        cover *= np.float32(strength)
    return np.asarray(cover)


def lay(
    values: NDArray[np.float32], piece: Piece, cover: Floats, shade: Shade, texture: Texture
) -> None:
    """Lay a tissue over what is there, in place."""
    number, rows, columns, *_ = piece
    part = values[number, rows[0] : rows[1], columns[0] : columns[1]]
    if shade.spread and shade.grain_mm:
        change = texture.at(shade.grain_mm, number, rows, columns) * np.float32(shade.spread)
        change += np.float32(shade.mean)
        change -= part
    else:
        change = np.float32(shade.mean) - part
    change *= cover
    part += change


def label(body: Body, grid: Grid, *, threads: int = THREADS) -> Labels:
    """Which structure the middle of each sample lies in; later structures win."""
    labels, frame = blank(body, grid), Frame(grid)
    parents = {s.inside for s in body.structures if s.inside}
    seen = [s for s in body.structures if s.strength > VISIBLE or s.name in parents]

    def draw(slices: Span) -> None:
        slab = Slab(body, frame, slices, 0.0)
        for structure in seen:
            stamp(labels, slab.pieces(structure), structure)

    every(draw, grid, threads)
    return labels


def blank(body: Body, grid: Grid) -> Labels:
    """Labels with a body's names and nothing in them."""
    kind = np.uint8 if len(body.names) < 256 else np.uint16
    return Labels(grid, np.zeros(grid.shape, dtype=kind), body.names)


def stamp(labels: Labels, pieces: Iterable[Piece], structure: Structure) -> None:
    """Give the inside of a structure its number, in place."""
    number = labels.names.index(structure.name) + 1
    for at, rows, columns, _, distance in pieces:
        if structure.strength > VISIBLE:
            part = labels.values[at, rows[0] : rows[1], columns[0] : columns[1]]
            part[distance < 0] = number


def mask(body: Body, grid: Grid, name: str, *, threads: int = THREADS) -> NDArray[np.bool_]:
    """Samples whose middle lies in a structure or in what lies inside it.

    Raises
    ------
    ValueError
        There is no structure of that name.
    """
    wanted = body.parts_of(name)
    labels = label(body, grid, threads=threads)
    numbers = [k for k, known in enumerate(labels.names, 1) if known in wanted]
    return np.asarray(np.isin(labels.values, numbers))


def every(draw: Callable[[Span], None], grid: Grid, threads: int) -> None:
    """Draw all slabs of a grid."""
    with ThreadPoolExecutor(max_workers=max(threads, 1)) as pool:
        for _ in pool.map(draw, slabs(grid)):
            pass
