"""A head is found where there is one; what shows no face is said to show none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_fill_holes
from tests.unit.faces.heads import AXIAL, made_head

from yushan.base import Rejected
from yushan.domain.faces import Volume, coarse, find_head, regular_volume

GRID = {"spacing_mm": (2.5, 2.5, 2.5)}


def found(volume: Volume):
    return find_head(coarse(volume), volume.modality)


def test_a_head_is_measured() -> None:
    head = found(made_head(**GRID).volume)
    assert head is not None
    assert head.skull is not None
    assert abs(head.half_width_mm - 76) < 3
    assert abs(float(head.skull.centre[0]) - 165) < 8
    assert abs((head.nasion * 2 - 165) + 35) < 16
    assert abs(head.yaw) < 3


def test_a_forehead_shows_no_face() -> None:
    assert found(made_head(z_mm=(5.0, 100.0), **GRID).volume) is None


def test_a_head_without_its_top_is_still_one() -> None:
    head = found(made_head(z_mm=(-165.0, -20.0), **GRID).volume)
    assert head is not None


@pytest.mark.parametrize("width_mm", [330.0, 60.0])
def test_a_chest_or_a_knee_is_no_head(width_mm: float) -> None:
    rows, columns = np.indices((80, 120)) * 3.5 - np.array([140.0, 210.0])[:, None, None]
    is_body = (columns / (width_mm / 2)) ** 2 + (rows / (width_mm / 3)) ** 2 < 1
    values = np.where(is_body, 40, -1000).astype(np.int16)
    stack = np.repeat(values[None], 40, 0)
    volume = regular_volume(stack, (5.0, 3.5, 3.5), axes=AXIAL, modality="CT")
    assert found(volume) is None


def test_air_is_no_head() -> None:
    values = np.full((40, 40, 40), -1000, np.int16)
    volume = regular_volume(values, (3.0, 3.0, 3.0), axes=AXIAL, modality="CT")
    assert found(volume) is None


def test_a_front_that_is_neither_face_nor_forehead_is_refused() -> None:
    made = made_head(z_mm=(5.0, 100.0), **GRID)
    values = made.volume.values.copy()
    values[2:24, 1:20, 36:48] = 40
    with pytest.raises(Rejected, match=r"faces\.not-found"):
        found(replace(made.volume, values=values))


def test_a_brain_alone_shows_no_face() -> None:
    made = made_head(modality="MR", **GRID)
    values = np.where(made.brain, made.volume.values, 0).astype(np.int16)
    assert found(replace(made.volume, values=values)) is None


def test_what_has_no_bone_under_its_surface_is_refused() -> None:
    made = made_head(modality="MR", **GRID)
    values = np.where(made.volume.values > 100, 500, 0).astype(np.int16)
    values[made.brain] = 500
    inside = binary_fill_holes(values > 0)
    with pytest.raises(Rejected, match=r"faces\.stripped"):
        found(replace(made.volume, values=np.where(inside, 500, 0).astype(np.int16)))


def test_a_head_between_raised_arms_is_not_called_absent() -> None:
    rows, columns = np.indices((80, 140)) * 3.0 - np.array([120.0, 210.0])[:, None, None]
    head = (columns / 76) ** 2 + (rows / 95) ** 2 < 1
    arms = (((np.abs(columns) - 130) / 45) ** 2 + (rows / 45) ** 2) < 1
    trunk = (columns / 200) ** 2 + (rows / 110) ** 2 < 1
    planes = [trunk] * 30 + [head | arms] * 60
    values = np.where(np.stack(planes), 40, -1000).astype(np.int16)
    with pytest.raises(Rejected, match=r"faces\.not-found"):
        found(regular_volume(values, (3.0, 3.0, 3.0), axes=AXIAL, modality="CT"))


def test_a_volume_that_no_child_can_hold_is_refused() -> None:
    values = np.zeros((3, 300, 300), np.int16)
    with pytest.raises(Rejected, match=r"faces\.too-large"):
        coarse(regular_volume(values, (900.0, 5.0, 5.0), axes=AXIAL, modality="CT"))
