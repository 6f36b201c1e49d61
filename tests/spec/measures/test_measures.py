"""Measures against closed forms, at uneven spacings and in any direction."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spec.measures.accuracy import PERCENT, RARELY, VOXELS, balls, rows, table

from yushan.base import Rejected
from yushan.domain.measures import (
    adc,
    body_weight_suv,
    calcium_score,
    decayed,
    diameters,
    doubling_days,
    ejection_fraction,
    longest_3d_mm,
    percent_change,
    volume_mm3,
    window_volume_mm3,
)

TABLE = Path(__file__).parents[3] / "docs" / "measures.md"
SPACINGS = [(1.0, 1.0, 1.0), (2.5, 0.7, 0.7), (0.7, 1.3, 0.9)]
#: Half a voxel and one percent: what a mask of whole voxels can be held to.
VOXEL = 0.5


def ellipsoid(axes_mm, spacing, turn=0.0):
    """A mask of an ellipsoid with semi-axes (slice, row, column), turned in the plane."""
    reach = max(axes_mm) + 3
    grid = [np.arange(-int(reach / s), int(reach / s) + 1) * s for s in spacing]
    z, y, x = np.meshgrid(*grid, indexing="ij")
    along = x * math.cos(turn) + y * math.sin(turn)
    across = -x * math.sin(turn) + y * math.cos(turn)
    c, b, a = axes_mm
    return (z / c) ** 2 + (across / b) ** 2 + (along / a) ** 2 <= 1


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("turn", [0.0, 0.4, math.pi / 4, 2.0])
def test_axes_and_volume_of_an_ellipsoid_are_those_of_its_form(spacing, turn):
    c, b, a = 16.0, 9.0, 17.0
    mask = ellipsoid((c, b, a), spacing, turn)
    found = diameters(mask, spacing)
    near = VOXEL * 2 * max(spacing[1:])
    assert found.long_mm == pytest.approx(2 * a, abs=near)
    assert found.short_mm == pytest.approx(2 * b, abs=near)
    assert found.mean_mm == pytest.approx(a + b, abs=near)
    # Near its middle an ellipsoid is as wide as there: any slice of a few millimetres will do.
    assert abs(found.slice_index - mask.shape[0] // 2) * spacing[0] <= c / 4
    assert volume_mm3(mask, spacing) == pytest.approx(
        4 / 3 * math.pi * a * b * c, rel=PERCENT / 100
    )
    assert longest_3d_mm(mask, spacing) == pytest.approx(2 * a, abs=VOXEL * 2 * max(spacing))


def test_in_every_plane_and_spacing_axes_come_within_half_a_voxel_and_volumes_within_1_percent():
    found = [n for one in rows() for n in (one.long_voxels, one.short_voxels, one.longest_voxels)]
    assert max(found) <= RARELY
    assert np.percentile(found, 98) <= VOXELS
    assert max(one.volume_percent for one in rows() if one.is_fine) <= PERCENT


def test_a_ball_has_its_diameters_within_a_voxel():
    assert max(max(one.long_voxels, one.short_voxels) for one in balls()) <= 2 * VOXELS


def test_the_documented_deviations_are_those_that_are_found():
    documented = TABLE.read_text("utf-8")
    assert [line for line in table() if line not in documented] == []


@pytest.mark.parametrize("width", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("length", [1, 5, 20])
def test_straight_sides_run_half_a_voxel_outside(width, length):
    mask = np.zeros((1, 30, 30), bool)
    mask[0, 4 : 4 + width, 5 : 5 + length] = True
    found = diameters(mask, (1, 1, 1))
    # Sharp corners are rounded: over a diagonal by up to a voxel and a half.
    assert math.hypot(width, length) - 1.5 <= found.long_mm <= math.hypot(width, length) + VOXEL
    assert found.short_mm >= min(width, length) - VOXEL


def test_one_pixel_has_the_diameter_of_a_pixel():
    mask = np.zeros((1, 3, 3), bool)
    mask[0, 1, 1] = True
    found = diameters(mask, (5.0, 0.5, 0.5))
    assert (found.long_mm, found.short_mm) == (0.5, 0.5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3), st.data())
def test_turning_a_lesion_changes_neither_axis(quarters, data):
    mask = np.zeros((1, 8, 8), bool)
    for _ in range(data.draw(st.integers(1, 12))):
        mask[0, data.draw(st.integers(0, 7)), data.draw(st.integers(0, 7))] = True
    one = diameters(mask, (1, 0.8, 0.8))
    other = diameters(np.rot90(mask, quarters, (1, 2)), (1, 0.8, 0.8))
    assert one.long_mm == pytest.approx(other.long_mm)
    assert one.short_mm <= one.long_mm + 1e-9


def plaque(*lesions, shape=(2, 40, 40)):
    """Slices of soft tissue with square lesions: (slice, row, column, side, HU)."""
    image = np.full(shape, 40.0)
    for at, row, column, side, hu in lesions:
        image[at, row : row + side, column : column + side] = hu
    return image


@pytest.mark.parametrize(
    ("hu", "weight"), [(129.9, 0), (130, 1), (199, 1), (200, 2), (299, 2), (300, 3), (400, 4)]
)
def test_a_lesion_counts_its_area_by_the_weight_of_its_highest_value(hu, weight):
    score = calcium_score(plaque((0, 5, 5, 4, hu)), (3.0, 0.5, 0.5))
    assert score.agatston == pytest.approx(4.0 * weight)
    assert score.volume_mm3 == pytest.approx(12.0 if weight else 0.0)


def test_small_specks_do_not_count_and_spacing_scales():
    image = plaque((0, 5, 5, 1, 900), (1, 20, 20, 6, 250))
    assert calcium_score(image, (3.0, 0.5, 0.5)).agatston == pytest.approx(9.0 * 2)
    assert calcium_score(image, (1.5, 0.5, 0.5)).agatston == pytest.approx(9.0 * 2 / 2)


def test_only_what_lies_in_the_mask_is_scored_and_mass_needs_a_calibration():
    image = plaque((0, 5, 5, 4, 250), (0, 20, 20, 4, 250))
    mask = np.zeros(image.shape, bool)
    mask[:, :12, :12] = True
    score = calcium_score(image, (3.0, 1.0, 1.0), mask=mask, mg_per_mm3_hu=0.0008)
    assert [one.area_mm2 for one in score.lesions] == [16.0]
    assert score.mass_mg == pytest.approx(0.0008 * 48 * 250)
    assert calcium_score(image, (3.0, 1.0, 1.0)).mass_mg is None


def test_fat_is_what_lies_in_its_window_both_ends_included():
    image = np.array([[[-191.0, -190.0, -100.0, -30.0, -29.0]]])
    mask = np.ones(image.shape, bool)
    assert window_volume_mm3(image, mask, (2.0, 1.0, 1.0)) == 6.0
    with pytest.raises(ValueError, match="window"):
        window_volume_mm3(image, mask, (1, 1, 1), (0, -1))


def test_doubling_follows_exponential_growth():
    assert doubling_days(100, 200, 90) == pytest.approx(90)
    assert doubling_days(100, 400, 90) == pytest.approx(45)
    assert doubling_days(200, 100, 90) == pytest.approx(-90)
    assert doubling_days(100, 100, 90) == math.inf
    assert percent_change(50, 60) == pytest.approx(20)
    assert ejection_fraction(120, 48) == pytest.approx(60)


def test_uptake_is_one_where_the_dose_is_spread_evenly():
    dose = decayed(400e6, 6586.2, 3600)
    assert dose == pytest.approx(400e6 * math.exp(-math.log(2) * 3600 / 6586.2))
    even = dose / 70_000
    assert body_weight_suv(np.full(3, even), 70, dose) == pytest.approx(np.ones(3))


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-4, 4e-3), st.floats(10, 5000))
def test_the_diffusion_that_made_the_signals_is_found(coefficient, signal):
    b = (0.0, 500.0, 1000.0)
    images = [np.full((2, 2), signal * math.exp(-one * coefficient)) for one in b]
    assert adc(images, b) == pytest.approx(np.full((2, 2), coefficient), rel=1e-6)


def test_a_signal_that_is_not_there_has_no_diffusion():
    found = adc([np.array([100.0, 0.0]), np.array([50.0, 10.0])], (0, 1000))
    assert found[0] == pytest.approx(math.log(2) / 1000)
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: diameters(np.zeros((1, 2, 2), bool), (1, 1, 1)), "empty"),
        (lambda: longest_3d_mm(np.zeros((1, 2, 2), bool), (1, 1, 1)), "empty"),
        (lambda: percent_change(0, 1), "not-positive"),
        (lambda: doubling_days(1, 2, 0), "not-positive"),
        (lambda: ejection_fraction(50, 60), "chamber-grows"),
        (lambda: ejection_fraction(0, 0), "not-positive"),
        (lambda: decayed(-1, 1, 1), "not-positive"),
        (lambda: body_weight_suv(np.ones(1), 0, 1), "not-positive"),
        (lambda: adc([np.ones(1)], [0]), "b-values"),
    ],
)
def test_what_is_not_defined_is_refused(act, code):
    with pytest.raises(Rejected, match=code):
        act()
