"""Stacks in every direction are the same head; cubes are exact where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.faces.heads import AXIAL, CORONAL, SAGITTAL, UPSIDE_DOWN

from yushan.base import Rejected
from yushan.domain.faces import coarse, regular_volume
from yushan.domain.faces.volume import LEAST_HU, from_patient, is_padding, to_patient

DIRECTIONS = {"axial": AXIAL, "sagittal": SAGITTAL, "coronal": CORONAL, "turned": UPSIDE_DOWN}


def ramp(axes: tuple[tuple[int, int, int], ...], spacing: tuple[float, ...] = (3, 1, 1.5)):
    """Values that grow with the height over the patient's feet alone, by 1 for each mm."""
    shape = (20, 60, 40)
    steps = [np.arange(n) * s for n, s in zip(shape, spacing, strict=True)]
    grid = np.meshgrid(*steps, indexing="ij")
    height = sum(axis[2] * part for axis, part in zip(axes, grid, strict=True))
    values = (height - height.min() + 100).astype(np.int16)
    return regular_volume(values, spacing, axes=axes, modality="MR")


@pytest.mark.parametrize("axes", DIRECTIONS.values(), ids=DIRECTIONS)
def test_every_direction_is_turned_to_the_patients_axes_and_back(axes) -> None:
    volume = ramp(axes)
    turned = to_patient(volume.values, volume)
    assert (np.diff(turned, axis=0) >= 0).all()
    assert (np.diff(turned, axis=1) == 0).all()
    assert np.array_equal(from_patient(turned, volume), volume.values)


@pytest.mark.parametrize("axes", DIRECTIONS.values(), ids=DIRECTIONS)
def test_cubes_of_a_ramp_are_the_ramp(axes) -> None:
    volume = ramp(axes)
    found = coarse(volume)
    rises = np.diff(found[2:-2], axis=0)
    assert abs(float(rises.mean()) - 2) < 0.06
    assert np.ptp(found, axis=(1, 2)).max() < 0.01


def test_a_stack_between_two_directions_is_refused() -> None:
    half = np.sqrt(0.5)
    axes = ((0, half, half), (0, half, -half), (1, 0, 0))
    volume = regular_volume(np.zeros((9, 9, 9), np.int16), (1, 1, 1), axes=axes, modality="CT")
    with pytest.raises(Rejected, match=r"faces\.oblique"):
        coarse(volume)


def test_padding_is_what_the_header_says_and_what_is_no_ct_value() -> None:
    values = np.array([[[-2000, -1000, 5, 7]]], np.int16)
    axes, size = AXIAL, (1.0, 1.0, 1.0)
    ct = regular_volume(values, size, axes=axes, modality="CT", padding=(5, 6))
    assert is_padding(ct, 0).tolist() == [[True, False, True, False]]
    mr = regular_volume(values, size, axes=axes, modality="MR")
    assert not is_padding(mr, 0).any()
    assert LEAST_HU < -1000
