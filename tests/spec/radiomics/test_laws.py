"""What features owe to geometry and to the order of things, on regions of any form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yushan.base import Rejected
from yushan.domain.radiomics import Region, features, fixed_bin_size

SMALL = st.tuples(*[st.integers(2, 5)] * 3)
#: Loops of a mesh may be cut in two equal ways; which one, is seen in areas of uneven voxels alone,
#: and in the third power of areas three times as much.
CUTS = ("area", "comp_", "sph", "surface")
CUT = 2e-3
#: How far a mesh at half a voxel may be from a ball of 12 voxels radius: its faces are planes.
BALL = 0.01


@st.composite
def regions(draw):
    shape = draw(SMALL)
    image = draw(arrays(np.float64, shape, elements=st.integers(0, 5).map(float)))
    mask = draw(arrays(np.bool_, shape))
    mask[tuple(size // 2 for size in shape)] = True
    return Region(image, mask, (2.0, 1.0, 1.0))


def same(one, other, names):
    for name in names:
        is_cut = name.startswith("morph_") and any(cut in name for cut in CUTS)
        near, least = (3 * CUT, CUT) if is_cut else (1e-9, 1e-9)
        assert one[name] == pytest.approx(other[name], rel=near, abs=least, nan_ok=True), name


@settings(max_examples=12, deadline=None)
@given(regions())
def test_turning_a_region_in_its_plane_changes_no_feature(region):
    turned = Region(
        np.rot90(region.image, axes=(1, 2)), np.rot90(region.mask, axes=(1, 2)), region.spacing_mm
    )
    one = features(region, fixed_bin_size(region, 1.0))
    other = features(turned, fixed_bin_size(turned, 1.0))
    # Texture merges over all directions of the plane; the local peak is the image's border's too.
    same(one, other, [name for name in one if not name.startswith("loc_")])


@settings(max_examples=12, deadline=None)
@given(regions())
def test_what_lies_around_a_region_changes_nothing_but_its_peaks(region):
    image = np.pad(region.image, 2, constant_values=77)
    wide = Region(image, np.pad(region.mask, 2), region.spacing_mm)
    one = features(region, fixed_bin_size(region, 1.0))
    other = features(wide, fixed_bin_size(wide, 1.0))
    same(one, other, [name for name in one if not name.startswith("loc_")])


@settings(max_examples=12, deadline=None)
@given(regions())
def test_every_voxel_is_in_one_run_one_zone_and_one_count(region):
    levels = fixed_bin_size(region, 1.0)
    found = features(region, levels, ["szm", "ngldm", "rlm"])
    assert found["ngldm_dependence_count_percentage_3d"] == 1
    assert 0 < found["szm_zone_percentage_3d"] <= 1
    assert 0 < found["rlm_run_percentage_3d_mrg"] <= 1
    assert all(np.isfinite(list(found.values())))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.5, 0.7, 0.7), (0.7, 2.5, 1.3)])
def test_a_ball_has_its_volume_area_and_diameter_at_any_spacing(spacing):
    radius = 20.0
    sizes = [int(radius / s) + 2 for s in spacing]
    grid = np.meshgrid(*[np.arange(-n, n + 1) * s for n, s in zip(sizes, spacing, strict=True)],
                       indexing="ij")  # fmt: skip
    mask = sum(axis**2 for axis in grid) <= radius**2
    found = features(Region(np.ones(mask.shape), mask, spacing), families=["morph"])
    volume = 4 / 3 * np.pi * radius**3
    assert found["morph_volume"] == pytest.approx(volume, rel=BALL)
    assert found["morph_approx_volume"] == pytest.approx(volume, rel=BALL)
    assert found["morph_max_3d_diam"] == pytest.approx(2 * radius, abs=max(spacing))
    assert found["morph_pca_major"] == pytest.approx(found["morph_pca_least"], rel=0.02)
    # Steps of voxels make a surface larger than the ball's, never smaller.
    assert 1 <= found["morph_area"] / (4 * np.pi * radius**2) < 1.3


@pytest.mark.parametrize(
    ("image", "mask", "spacing", "code"),
    [
        (np.ones((2, 2, 2)), np.ones((2, 2, 3), bool), (1, 1, 1), "shapes-differ"),
        (np.ones((2, 2)), np.ones((2, 2), bool), (1, 1, 1), "shapes-differ"),
        (np.ones((2, 2, 2)), np.zeros((2, 2, 2), bool), (1, 1, 1), "empty"),
        (np.full((2, 2, 2), np.nan), np.ones((2, 2, 2), bool), (1, 1, 1), "not-finite"),
        (np.ones((2, 2, 2)), np.ones((2, 2, 2), bool), (1, 0, 1), "spacing"),
    ],
)
def test_what_is_no_region_is_refused(image, mask, spacing, code):
    with pytest.raises(Rejected, match=code):
        Region(image, mask, spacing)


def test_one_voxel_has_features_and_what_is_undefined_is_not_a_number():
    region = Region(np.ones((1, 1, 1)), np.ones((1, 1, 1), bool), (1.0, 1.0, 1.0))
    found = features(region, fixed_bin_size(region, 1.0))
    assert found["stat_mean"] == 1
    assert np.isnan(found["cm_contrast_3d_mrg"])
    assert found["szm_zone_percentage_3d"] == 1
