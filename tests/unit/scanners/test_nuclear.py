"""PET gives uptake back; gamma cameras count, blur and lose photons as closed forms say."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from yushan.domain.scanners import (
    Defect,
    Dose,
    attenuation,
    nm_planar,
    nm_spect,
    pet_scan,
    profile,
    spect_grid,
    with_defect,
)
from yushan.domain.volumes import Grid, Volume

PET, CAMERA = profile("pt-siemens-mct"), profile("nm-siemens-symbia")


def ball(grid, radius, inside, outside=0.0, centre=(0.0, 0.0, 0.0)) -> Volume:
    points = grid.points(np.indices(grid.shape).reshape(3, -1).T) - centre
    there = np.linalg.norm(points, axis=1).reshape(grid.shape) < radius
    return Volume(grid, np.where(there, inside, outside).astype(np.float32))


def tissue(grid, radius, kev) -> Volume:
    return Volume(grid, attenuation(ball(grid, radius, 0.0, -1000.0).values, kev))


def test_standard_uptake_is_the_header_s_arithmetic() -> None:
    given = Dose(dose_mbq=370.0, weight_kg=70.0, uptake_minutes=109.77, half_life_s=6586.2)
    assert given.bq_ml_per_suv == pytest.approx(370e6 / 2 / 70_000, rel=1e-4)
    assert given.header["RadionuclideTotalDose"] == 370e6


@pytest.mark.parametrize("suv", [1.0, 5.0])
def test_a_large_region_has_its_uptake(suv) -> None:
    grid = Grid.axial((40, 64, 64), (4.0, 5.0, 5.0))
    still = msgspec.structs.replace(PET, scatter=0.0)
    scan = pet_scan(ball(grid, 70, suv), tissue(grid, 70, 511), still, 1, Dose(300, 80, 50))
    seen = scan.suv().values[ball(grid, 45, 1.0).values > 0]
    assert seen.mean() == pytest.approx(suv, rel=0.006)
    stored = scan.stored.values[20, 32, 32]
    bq = stored * scan.slope
    assert bq * 80_000 / (300e6 * 2 ** (-50 * 60 / 6586.2)) == pytest.approx(
        scan.suv().values[20, 32, 32], rel=1e-5
    )


def test_noise_of_pet_falls_with_the_root_of_counts_and_rises_with_the_body() -> None:
    grid = Grid.axial((24, 72, 72), (4.0, 6.0, 6.0))

    def grain(radius, counts):
        made = msgspec.structs.replace(PET, counts_per_suv=counts)
        body = ball(grid, radius, 3.0)
        body.values[:] = body.values[len(body.values) // 2]
        mu = Volume(grid, np.where(body.values > 0, 0.0096, 0.0).astype(np.float32))
        seen = pet_scan(body, mu, made, 2).suv().values[4:20, 30:42, 30:42]
        return seen.std() / seen.mean()

    assert grain(120, 20.0) / grain(120, 80.0) == pytest.approx(2.0, rel=0.12)
    assert grain(180, 40.0) > 1.4 * grain(110, 40.0)


def test_small_hot_things_lose_uptake_and_keep_their_sum() -> None:
    grid = Grid.axial((32, 48, 48), (3.0, 4.0, 4.0))
    quiet = msgspec.structs.replace(PET, counts_per_suv=1e5, scatter=0.0)
    hot = ball(grid, 7, 10.0)
    seen = pet_scan(hot, tissue(grid, 60, 511), quiet, 3).suv().values
    assert 2.0 < seen.max() < 9.0
    near = ball(grid, 30, 1.0).values > 0
    assert seen[near].sum() == pytest.approx(hot.values.sum(), rel=0.05)


def test_a_planar_picture_counts_as_poisson_did() -> None:
    grid = Grid.axial((60, 20, 60), (6.0, 8.0, 6.0))
    flat = Volume(grid, np.ones(grid.shape, np.float32))
    none = Volume(grid, np.zeros(grid.shape, np.float32))
    picture = nm_planar(flat, none, CAMERA, 1, counts=2e6)
    part = picture.counts[480:540, 100:160].astype(float)
    assert picture.counts.sum() == pytest.approx(2e6, rel=0.005)
    assert part.var() / part.mean() == pytest.approx(1.0, abs=0.08)


def test_depth_costs_counts_as_attenuation_says_and_views_see_opposite_sides() -> None:
    grid = Grid.axial((40, 40, 40), (6.0, 6.0, 6.0))
    mu = Volume(grid, np.full(grid.shape, 0.0154, np.float32))
    still = msgspec.structs.replace(CAMERA, planar=(64, 64, 6.0), spread_mm=0.0)
    near, deep = ball(grid, 9, 1.0, centre=(0, -63, 60)), ball(grid, 9, 1.0, centre=(0, 57, -60))
    both = Volume(grid, near.values + deep.values)
    seen = nm_planar(both, mu, still, 2, counts=2e5).counts.astype(float)
    scatter = seen[:4].mean()
    shares = [(seen[rows] - scatter).max() for rows in (slice(0, 32), slice(32, 64))]
    assert shares[1] / shares[0] == pytest.approx(np.exp(-0.0154 * 120), rel=0.12)
    left = ball(grid, 12, 1.0, centre=(60.0, 0.0, 30.0))
    front = nm_planar(left, mu, CAMERA, 3).counts
    back = nm_planar(left, mu, CAMERA, 3, "posterior").counts
    rows, columns = np.nonzero(front == front.max())
    assert rows[0] < 512
    assert columns[0] > 128
    assert np.nonzero(back == back.max())[1][0] < 128


def test_resolution_of_a_point_is_the_collimator_s() -> None:
    grid = Grid.axial((41, 41, 41), (4.0, 4.0, 4.0))
    point = Volume(grid, np.zeros(grid.shape, np.float32))
    point.values[20, 20, 20] = 1000
    sharp = msgspec.structs.replace(CAMERA, fwhm_mm=14.0, spread_mm=0.0, planar=(64, 64, 4.0))
    none = Volume(grid, np.zeros(grid.shape, np.float32))
    picture = nm_planar(point, none, sharp, 1, counts=2e5).counts.astype(float)
    level = picture.max() / 2
    wide = np.sqrt(4 / np.pi * np.sum(picture > level)) * 4.0
    assert wide == pytest.approx(14, rel=0.12)


def test_a_tomogram_shows_the_heart_its_defect_and_what_tissue_takes() -> None:
    camera = msgspec.structs.replace(CAMERA, spect=(40, 9.0))
    grid = spect_grid(camera, (0.0, 0.0, 0.0))
    wall = ball(grid, 45, 100.0)
    wall.values[ball(grid, 28, 1.0).values > 0] = 8.0
    mu = tissue(grid, 140, 140)
    whole = nm_spect(wall, mu, camera, 1).values.astype(float)
    hurt = with_defect(wall, Defect((36.0, 0.0, 0.0), 22.0, 0.9))
    seen = nm_spect(hurt, mu, camera, 1).values.astype(float)
    index = np.rint(grid.index([[36.0, 0.0, 0.0], [-36.0, 0.0, 0.0], [0.0, 0.0, 0.0]])).astype(int)
    at = [tuple(slice(k - 1, k + 2) for k in place) for place in index]
    assert seen[at[0]].mean() < 0.6 * seen[at[1]].mean()
    assert whole[at[0]].mean() > 0.75 * whole[at[1]].mean()
    assert whole[at[2]].mean() < 0.8 * whole[at[0]].mean()
    assert np.array_equal(nm_spect(hurt, mu, camera, 1).values, seen)


@pytest.mark.parametrize("scan", [pet_scan, nm_planar, nm_spect])
def test_uptake_and_tissue_must_lie_on_one_grid(scan) -> None:
    one, two = (Grid.axial((2, 8, 8), (4.0, 4.0, step)) for step in (4.0, 5.0))
    device = PET if scan is pet_scan else CAMERA
    with pytest.raises(ValueError, match="one grid"):
        scan(ball(one, 5, 1.0), ball(two, 5, 1.0), device, 1)
