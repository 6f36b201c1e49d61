"""Line integrals agree with closed forms, from every side."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.domain.scanners import View, projection, view_of
from yushan.domain.volumes import Grid, Volume

AXES = np.array([30.0, 20.0, 40.0])
CENTRE = np.array([5.0, -8.0, 3.0])


def ellipsoid(spacing=(2.0, 1.5, 1.5), shape=(60, 60, 60), turn=0.0) -> Volume:
    """A body of attenuation 0.02 per mm with soft edges."""
    grid = Grid.axial(shape, spacing).turned((0, 0, 1), turn)
    points = grid.points(np.indices(shape).reshape(3, -1).T)
    inside = 1 - np.sqrt((((points - CENTRE) / AXES) ** 2).sum(axis=1))
    cover = np.clip(0.5 + inside * AXES.min() / 1.6, 0, 1)
    return Volume(grid, (0.02 * cover).reshape(shape).astype(np.float32))


def chords(view: View) -> np.ndarray:
    """Exact lengths of the view's rays in the ellipsoid."""
    rows, columns = np.indices(view.shape)[..., None] * view.pixel_mm
    ends = view.corner + rows * np.array(view.down) + columns * np.array(view.right)
    start = ends - 500 * view.way if view.source is None else np.array(view.source)
    way = (ends - start) / np.linalg.norm(ends - start, axis=-1, keepdims=True)
    a = ((way / AXES) ** 2).sum(-1)
    b = ((start - CENTRE) * way / AXES**2).sum(-1)
    c = (((start - CENTRE) / AXES) ** 2).sum(-1) - 1
    return 2 * np.sqrt(np.maximum(b * b - a * c, 0)) / a


@pytest.mark.parametrize(
    ("view", "turn"),
    [
        (view_of("PA", (0, 0, 0), (48, 40), 3.0), 0),
        (view_of("AP", (0, 0, 0), (48, 40), 3.0), 0),
        (view_of("LL", (0, 0, 0), (48, 40), 3.0), 0),
        (view_of("PA", (0, 0, 0), (48, 40), 3.0, turn_deg=12), 0),
        (view_of("AP", (0, 0, 0), (48, 40), 3.0), 25),
        (View((0, 100, 0), (1, 0, 0), (0, 0, -1), (40, 40), 2.5), 0),
        (View((100, 0, 0), (0, 0.8, 0.6), (0, 0.6, -0.8), (40, 40), 2.5), 0),
    ],
)
def test_rays_through_an_ellipsoid_have_its_chords(view: View, turn: float) -> None:
    film = projection(ellipsoid(turn=turn), view)
    exact = 0.02 * chords(view)
    assert film.values.dtype == np.float32
    inner = exact > 0.3 * exact.max()
    assert np.abs(film.values - exact)[inner].max() < 0.04 * exact.max()
    assert abs(film.values.sum() / exact.sum() - 1) < 0.01


def test_a_point_is_shown_where_the_view_says_and_as_large() -> None:
    volume = Volume(Grid.axial((31, 31, 31), (2, 2, 2), (0, 0, 10)), np.zeros((31, 31, 31), "f4"))
    volume.values[20, 12, 22] = 1
    point = volume.grid.points([[20, 12, 22]])
    for kind in ("PA", "AP", "LL"):
        view = view_of(kind, (0, 0, 10), (90, 90), 1.0)
        film = projection(volume, view).values
        rows, columns = np.indices(film.shape)
        middle = np.array([(film * rows).sum(), (film * columns).sum()]) / film.sum()
        assert np.allclose(middle, view.seen(point)[0], atol=0.05)
        assert view.magnified((0, 0, 10)) == pytest.approx(
            {"PA": 1830 / 1670, "AP": 1050 / 910, "LL": 1830 / 1600}[kind]
        )


def test_parallel_rays_do_not_magnify() -> None:
    view = View((0, 100, 0), (1, 0, 0), (0, 0, -1), (40, 40), 2.5)
    assert view.magnified((3, 2, 1)) == 1
    assert np.allclose(view.seen(np.array([[0.0, 5, 0]])), 19.5)


def test_an_unknown_view_is_refused() -> None:
    with pytest.raises(ValueError, match="no view"):
        view_of("RAO", (0, 0, 0), (4, 4), 1)
