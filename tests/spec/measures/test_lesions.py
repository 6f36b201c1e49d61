"""Lesions of synthetic bodies: what is measured on their masks is what they were made as."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.spec.measures.accuracy import RARELY, VOXELS

from yushan.domain.bodies import HeadWishes, LesionWish, TrunkWishes, head, mask, trunk
from yushan.domain.measures import diameters, longest_3d_mm, volume_mm3
from yushan.domain.volumes import Grid

COARSE, UNEVEN, FINE = (1.0, 0.8, 0.8), (0.7, 0.6, 0.9), (0.4, 0.3, 0.3)
#: No lesion lies just on a voxel.
ASIDE_MM = np.array([0.21, -0.34, 0.27])
#: Percent: lesions of 10 to 20 mm have some thousand voxels, so volumes waver more than forms'.
VOLUME = 2.0


@cache
def bodies():
    """A chest and belly, and a head, with what is asked for and nothing else."""
    wishes = (LesionWish("nodule", size_mm=14), LesionWish("metastasis", size_mm=20))
    return trunk(5, TrunkWishes(lesions=wishes)), head(3, HeadWishes(metastases=1))


def found(place, kind):
    """The first lesion of a kind in the trunk (0) or head (1), with its body."""
    body = bodies()[place]
    return body, next(one for one in body.lesions if one.kind == kind)


def around(lesion, spacing):
    """Grids about a lesion in three planes."""
    reach = max(lesion.diameters_mm) / 2 + 2
    shape = tuple(2 * int(reach / step) + 3 for step in spacing)
    centre = tuple(np.array(lesion.centre_mm) + ASIDE_MM)
    axial, coronal = Grid.axial(shape, spacing, centre), Grid.coronal(shape, spacing, centre)
    return {"axial": axial, "coronal": coronal, "oblique": axial.turned((1, 2, 0.5), 33)}


@pytest.mark.parametrize(
    ("place", "kind", "spacing"),
    [
        (0, "nodule", COARSE), (0, "nodule", UNEVEN),
        (0, "metastasis", COARSE), (0, "metastasis", UNEVEN),
        (1, "metastasis", FINE),
    ],
)  # fmt: skip
def test_truth_of_a_lesion_is_what_is_measured_on_its_mask(place, kind, spacing):
    body, lesion = found(place, kind)
    for plane, grid in around(lesion, spacing).items():
        seen = mask(body, grid, lesion.structure)
        volume = volume_mm3(seen, spacing) / lesion.volume_mm3
        assert volume == pytest.approx(1, abs=VOLUME / 100), plane
        longest = longest_3d_mm(seen, spacing)
        assert longest == pytest.approx(max(lesion.diameters_mm), abs=RARELY * max(spacing)), plane
        axes = diameters(seen, spacing)
        near = 2 * VOXELS * max(spacing[1:])
        assert axes.long_mm <= max(lesion.diameters_mm) + near
        assert axes.short_mm >= min(lesion.diameters_mm) - near


def test_an_axial_slice_shows_the_axes_that_a_nodule_was_made_with():
    body, lesion = found(0, "nodule")
    spacing = COARSE
    seen = mask(body, around(lesion, spacing)["axial"], lesion.structure)
    axes = diameters(seen, spacing)
    assert axes.long_mm == pytest.approx(lesion.diameters_mm[0], abs=RARELY * spacing[1])
    assert axes.short_mm == pytest.approx(lesion.diameters_mm[1], abs=RARELY * spacing[1])
    assert np.count_nonzero(seen) > 500
