"""Volumes and diameters of surfaces against closed forms, on any grid."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.domain.bodies import Body, Structure, Surface, mask
from yushan.domain.bodies.columns import Column
from yushan.domain.bodies.shapes import Star, volume_of
from yushan.domain.bodies.sheets import Sheet, Skinned
from yushan.domain.bodies.surfaces import (
    Both,
    Either,
    Ellipsoid,
    Grown,
    Half,
    Rippled,
    Without,
)
from yushan.domain.bodies.tubes import tube
from yushan.domain.volumes import Grid

TURN = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))
BALL = Ellipsoid((0, 0, 0), (20, 20, 20))
GRIDS = {
    "isotropic": Grid.axial((90, 90, 90), (0.55, 0.55, 0.55), (0.23, -0.2, 0.1)),
    "flat": Grid.axial((44, 110, 110), (1.1, 0.45, 0.45), (0.23, -0.2, 0.1)),
    "coronal": Grid.coronal((44, 100, 100), (1.1, 0.5, 0.5), (0.1, 0.37, 0.0)),
    "oblique": Grid.axial((80, 90, 90), (0.6, 0.55, 0.55)).turned((1, 2, 0.5), 33),
}


def body(*surfaces: Surface) -> Body:
    """A body of one kind of thing."""
    return Body("test", 1, 1, tuple(Structure("thing", "muscle", s) for s in surfaces))


SOLIDS = {
    "ball": (BALL, 4 / 3 * np.pi * 20**3),
    "turned ellipsoid": (Ellipsoid((1, 2, 0), (20, 12, 16), TURN), 4 / 3 * np.pi * 20 * 12 * 16),
    "fine ball": (Ellipsoid((1, 0, 0), (9, 9, 9), fine=True), 4 / 3 * np.pi * 9**3),
    "grown ball": (Grown(Ellipsoid((0, 0, 0), (14, 14, 14)), 4), 4 / 3 * np.pi * 18**3),
    "half a ball": (Both((BALL, Half((0, 0, 0), (0, 0, 2)))), 2 / 3 * np.pi * 20**3),
    "the other half": (Without(BALL, (Half((0, 0, 0), (0, 1, 0)),)), 2 / 3 * np.pi * 20**3),
    "thin tube": (
        tube([(-17, -4, 3), (17, 4, -3)], 3.0),
        np.pi * 9 * np.sqrt(34**2 + 8**2 + 6**2) + 4 / 3 * np.pi * 27,
    ),
    "thick tube": (tube([(-14, 0, 1), (14, 0, 1)], 8.0), np.pi * 64 * 28 + 4 / 3 * np.pi * 512),
    "flat tube": (
        tube([(4, -15, 0.2), (-4, 15, 0.2)], 8.0, normals=(0, 0, 1), flat=0.4),
        np.pi * 64 * 0.4 * np.sqrt(8**2 + 30**2) + 4 / 3 * np.pi * 512 * 0.4,
    ),
    "two balls": (
        Either((Ellipsoid((-12, 0, 0), (9,) * 3), Ellipsoid((12, 0, 0), (9,) * 3)), fine=True),
        8 / 3 * np.pi * 9**3,
    ),
    "column": (
        Column(((-15, 0, 0, 18, 12, 12), (15, 0, 0, 18, 12, 12))),
        np.pi * 18 * 12 * 30,
    ),
    "star": (
        Star((0.5, 0, 0), 14, 0.08, 4.0, 3, (1.1, 0.9, 1.0)),
        Star((0.5, 0, 0), 14, 0.08, 4.0, 3, (1.1, 0.9, 1.0)).volume_mm3,
    ),
}  # fmt: skip


#: Those with flat faces along the axes.
FLAT = {"half a ball", "the other half", "column", "flat tube"}


@pytest.mark.parametrize("name", SOLIDS)
def test_volume_of_a_mask_is_the_closed_form_on_every_grid(name: str) -> None:
    surface, true = SOLIDS[name]
    for label, grid in GRIDS.items():
        found = mask(body(surface), grid, "thing").sum() * grid.voxel_mm3
        flat = 0.5 * max(grid.spacing) / 20 if name in FLAT else 0.0  # half a sample
        assert found == pytest.approx(true, rel=0.012 + flat), label


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_widths_along_each_axis_are_within_half_a_sample(grid: Grid) -> None:
    inside = mask(body(BALL), grid, "thing")
    for axis, spacing in enumerate(grid.spacing):
        others = tuple(k for k in range(3) if k != axis)
        width = inside.any(axis=others).sum() * spacing
        assert abs(width - 40) <= spacing


def test_boxes_hold_what_is_inside_and_distances_are_in_millimetres() -> None:
    rng = np.random.default_rng(4)
    points = rng.uniform(-40, 40, (3, 4000)).astype(np.float32)
    for name, (surface, _) in SOLIDS.items():
        inside = surface.distance(*points) < 0
        low, high = np.array(surface.box)
        hits = points.T[inside]
        assert ((hits >= low - 0.1) & (hits <= high + 0.1)).all(), name
    away = BALL.distance(*points)
    near = np.abs(away) < 3
    true = np.linalg.norm(points, axis=0) - 20
    assert np.allclose(away[near], true[near], atol=0.05)


def test_super_ellipsoids_fill_their_box_and_ripples_keep_the_volume() -> None:
    square = Ellipsoid((0, 0, 0), (10, 10, 10), None, 8.0)
    volume, _ = volume_of(square, step_mm=0.5)
    assert 0.85 * 8000 < volume < 8000
    rough = Rippled(Ellipsoid((0, 0, 0), (15, 15, 15)), 1.0, 12, 5)
    volume, _ = volume_of(rough, step_mm=0.7)
    assert volume == pytest.approx(4 / 3 * np.pi * 15**3, rel=0.06)


def test_star_knows_its_axial_diameters() -> None:
    assert Star((0, 0, 0), 10, 0.0, 4, 1).diameters_mm == pytest.approx((20, 20, 20), rel=0.01)
    long, short, height = Star((0, 0, 0), 10, 0.0, 4, 1, (1.3, 0.8, 1.0)).diameters_mm
    assert (long, short, height) == pytest.approx((26, 16, 20), rel=0.01)


def test_thin_layers_survive_a_coarse_lattice() -> None:
    grid = Grid.axial((20, 80, 80), (1.0, 0.5, 0.5))
    layer = Skinned(Half((0, 0, 0), (0, 1, 0)), 0.5, Ellipsoid((0, 0, 0), (15, 15, 30)))
    found = mask(body(layer), grid, "thing").sum() * grid.voxel_mm3
    assert found == pytest.approx(30 * 1.0 * 20, rel=0.06)
    middle = np.zeros(3, dtype=np.float32)
    assert layer.distance(middle, middle, middle) == pytest.approx(-0.5)


def test_sheets_lie_on_their_column_and_on_their_side() -> None:
    column = Column(((-60, 0, 0, 40, 30, 30), (60, 0, 0, 40, 30, 30)))
    sheet = Sheet(column, 1, 5.0, 2.0, (0.5, 0.0), (0.2, 25.0))
    grid = Grid.axial((41, 120, 120), (2.0, 1.0, 1.0))
    inside = mask(body(sheet), grid, "thing")
    points = grid.points(np.argwhere(inside))
    assert len(points) > 500
    assert points[:, 0].min() > 20
    away = column.distance(*points.astype(np.float32).T)
    assert away.min() > 2.5
    assert away.max() < 7.5
    assert np.abs(points[:, 2]).max() <= 25
    at = np.array([[45.0], [0.0], [0.0]], dtype=np.float32)
    assert sheet.distance(*at)[0] == pytest.approx(-2.0, abs=0.1)


def test_a_column_without_ends_goes_on() -> None:
    rows = ((-10.0, 0.0, 0.0, 8.0, 6.0, 6.0), (10.0, 0.0, 0.0, 8.0, 6.0, 6.0))
    far = np.array([[0.0], [0.0], [300.0]], dtype=np.float32)
    assert Column(rows, cut=False).distance(*far)[0] < 0
    assert Column(rows).distance(*far)[0] > 0
    assert Column(rows, cut=False).box[1][2] > 1000
    nothing, points = volume_of(Ellipsoid((0, 0, 0), (2, 2, 2)), (Column(rows),), step_mm=0.5)
    assert nothing > 0
    assert len(points)
    apart = Ellipsoid((90, 0, 0), (2, 2, 2))
    assert volume_of(apart, (Ellipsoid((0, 0, 0), (2, 2, 2)),))[0] == 0
