"""Line integrals through a volume to a flat detector, by parallel or diverging rays.

Points are LPS mm. Each ray is summed over the planes of the volume's axis that it crosses most
steeply, with lines between samples in the plane, times the length between two planes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.scanners.drawing import Image, sampled

if TYPE_CHECKING:
    from yushan.domain.volumes import Grid, Volume

Triple = tuple[float, float, float]
Floats = NDArray[np.float64]
#: How far an axis of the detector may lean against the volume's before rays are cast one by one.
ALIGNED: Final = 1e-9


@dataclass(frozen=True)
class View:
    """Where rays come from and where they are caught.

    Parameters
    ----------
    centre
        Middle of the detector.
    right, down
        Unit vectors along which columns and rows of the film grow, at right angles.
    shape
        Rows and columns.
    pixel_mm
        Distance between them.
    source
        Focus of the tube; None for parallel rays along ``right x down``.
    """

    centre: Triple
    right: Triple
    down: Triple
    shape: tuple[int, int]
    pixel_mm: float
    source: Triple | None = None

    @cached_property
    def way(self) -> Floats:
        """Unit vector from the tube to the detector."""
        normal = np.cross(np.array(self.right), np.array(self.down))
        if self.source is not None and (np.array(self.centre) - np.array(self.source)) @ normal < 0:
            normal = -normal
        return np.asarray(normal)

    @cached_property
    def corner(self) -> Floats:
        """Middle of the first pixel."""
        rows, columns = (np.array(self.shape) - 1) / 2 * self.pixel_mm
        return np.asarray(
            np.array(self.centre) - columns * np.array(self.right) - rows * np.array(self.down)
        )

    def seen(self, points: NDArray[np.floating]) -> Floats:
        """Row, column ``[n, 2]`` where points ``[n, 3]`` are shown."""
        found = np.asarray(points, dtype=np.float64)
        if self.source is not None:
            start = np.array(self.source)
            steps = found - start
            share = ((np.array(self.centre) - start) @ self.way) / (steps @ self.way)
            found = start + steps * share[:, None]
        flat = found - self.corner
        axes = np.stack([np.array(self.down), np.array(self.right)], axis=1)
        return np.asarray(flat @ axes / self.pixel_mm)

    def magnified(self, point: Triple) -> float:
        """How much larger things at a point are shown."""
        if self.source is None:
            return 1.0
        start = np.array(self.source)
        return float(
            ((np.array(self.centre) - start) @ self.way) / ((np.array(point) - start) @ self.way)
        )


@dataclass(frozen=True, eq=False)
class Film:
    """Line integrals ``[row, column]`` and where they were caught."""

    values: Image
    view: View


def view_of(
    kind: str, about: Triple, shape: tuple[int, int], pixel_mm: float, turn_deg: float = 0
) -> View:
    """A usual view of a body that stands upright in LPS.

    Parameters
    ----------
    kind
        ``PA`` (tube 1.83 m from the detector, behind), ``AP`` (1.05 m, in front, as by a portable
        unit) or ``LL`` (left side to the detector, 1.83 m).
    about
        A point in the body that lies in the middle.
    shape, pixel_mm
        Of the detector.
    turn_deg
        How far the body is turned about its long axis, to its left.

    Raises
    ------
    ValueError
        There is no such view.
    """
    if kind not in {"PA", "AP", "LL"}:
        raise ValueError(f"no view {kind}")
    distance, gap = {"PA": (1830.0, 160.0), "AP": (1050.0, 140.0), "LL": (1830.0, 230.0)}[kind]
    way = np.array({"PA": (0, -1, 0), "AP": (0, 1, 0), "LL": (1, 0, 0)}[kind], dtype=np.float64)
    right = np.array({"PA": (1, 0, 0), "AP": (1, 0, 0), "LL": (0, 1, 0)}[kind], dtype=np.float64)
    angle = np.deg2rad(turn_deg)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    way, right = turn @ way, turn @ right
    middle = np.array(about) + gap * way
    source = middle - distance * way
    return View(point(middle), point(right), (0.0, 0.0, -1.0), shape, pixel_mm, point(source))


def point(values: Floats) -> Triple:
    """Three plain numbers."""
    return float(values[0]), float(values[1]), float(values[2])


def projection(volume: Volume, view: View) -> Film:
    """Line integrals of a volume's values (attenuation per mm: a plain number).

    Parameters
    ----------
    volume
        Values per mm.
    view
        Tube and detector. The whole volume lies between them.

    Returns
    -------
    Film
        float32; rays that miss the volume have 0.
    """
    grid = volume.grid
    axis = int(np.argmax(np.abs(grid.directions @ view.way)))
    rays = Rays(view, grid, axis)
    planes = np.moveaxis(np.asarray(volume.values, dtype=np.float32), axis, 0)
    total = np.zeros(view.shape, dtype=np.float32)
    add = rays.straight if rays.aligned else rays.slanted
    for number in range(planes.shape[0]):
        add(total, np.ascontiguousarray(planes[number]), number)
    return Film(total * rays.length(grid.spacing[axis], grid.directions[axis]), view)


class Rays:
    """Rays of a view in indices of a volume."""

    def __init__(self, view: View, grid: Grid, axis: int) -> None:
        """Corner, steps and source as indices, the crossed axis first."""
        self.view = view
        order = [axis, *(one for one in range(3) if one != axis)]
        down, right = (view.pixel_mm * np.array(one) for one in (view.down, view.right))
        places = [np.zeros(3), view.corner, view.corner + down, view.corner + right, view.way]
        origin, self.corner, below, beside, ahead = grid.index(places)[:, order]
        self.down, self.right = below - self.corner, beside - self.corner
        self.way = ahead - origin
        self.start: Floats | None = None
        if view.source is not None:
            self.start = grid.index([view.source])[0][order]
        flat = np.stack([self.down, self.right])
        crossed = np.abs(flat) > ALIGNED * np.abs(flat).max()
        self.aligned = (
            not crossed[:, 0].any() and crossed.sum() == 2 and bool(crossed.any(axis=0)[1:].all())
        )
        self.turned = bool(crossed[0, 2])

    def scale(self, number: int) -> tuple[float, Floats]:
        """Share of the way from the source to the detector at a plane, and the detector's shift."""
        if self.start is None:
            shift = (number - self.corner[0]) / self.way[0] * self.way
            return 1.0, shift
        share = (number - self.start[0]) / (self.corner[0] - self.start[0])
        return share, self.start * (1 - share)

    def straight(self, total: Image, plane: Image, number: int) -> None:
        """Add a plane whose rows and columns run as the film's: two lines of weights do."""
        share, shift = self.scale(number)
        at = self.corner * share + shift
        rows, columns = np.arange(self.view.shape[0]), np.arange(self.view.shape[1])
        if self.turned:
            plane, first, second = plane.T, 2, 1
        else:
            first, second = 1, 2
        picked = lines(plane, at[first] + share * self.down[first] * rows)
        total += lines(picked.T, at[second] + share * self.right[second] * columns).T

    def slanted(self, total: Image, plane: Image, number: int) -> None:
        """Add a plane that is crossed at an angle: each ray has its own place."""
        rows, columns = np.arange(self.view.shape[0])[:, None], np.arange(self.view.shape[1])[None]
        ends = [self.corner[k] + self.down[k] * rows + self.right[k] * columns for k in range(3)]
        if self.start is None:
            steps = (number - ends[0]) / self.way[0]
            places = [ends[k] + steps * self.way[k] for k in (1, 2)]
        else:
            shares = (number - self.start[0]) / (ends[0] - self.start[0])
            places = [self.start[k] + shares * (ends[k] - self.start[k]) for k in (1, 2)]
        total += sampled(plane, places[0].astype(np.float32), places[1].astype(np.float32))

    def length(self, spacing: float, axis: Floats) -> Image:
        """Length of each ray between two planes, mm."""
        view = self.view
        if view.source is None:
            return np.full(view.shape, spacing / abs(float(view.way @ axis)), dtype=np.float32)
        rows, columns = (
            np.arange(view.shape[0])[:, None, None],
            np.arange(view.shape[1])[None, :, None],
        )
        ends = view.corner + view.pixel_mm * (
            rows * np.array(view.down) + columns * np.array(view.right)
        )
        steps = ends - np.array(view.source)
        across = np.abs(steps[..., 0] * axis[0] + steps[..., 1] * axis[1] + steps[..., 2] * axis[2])
        return np.asarray(spacing * np.sqrt((steps**2).sum(axis=2)) / across, dtype=np.float32)


def lines(plane: Image, places: Floats) -> Image:
    """Rows of a plane at places between them; nothing outside of it."""
    low = np.floor(places).astype(np.intp)
    share = (places - low).astype(np.float32)
    last = plane.shape[0] - 1
    first_there = ((low >= 0) & (low <= last)).astype(np.float32) * (1 - share)
    second_there = ((low >= -1) & (low < last)).astype(np.float32) * share
    first, second = plane[np.clip(low, 0, last)], plane[np.clip(low + 1, 0, last)]
    return np.asarray(
        first * first_there[:, None] + second * second_there[:, None], dtype=np.float32
    )
