"""Slices in order by where they lie; what cannot be placed is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.unit.faces import objects
from tests.unit.faces.heads import AXIAL, SAGITTAL

from yushan.base import Rejected
from yushan.domain.faces import Volume, regular_volume, series_volume
from yushan.domain.faces.series import stacks_of, upper_part
from yushan.domain.faces.slices import sources_of


@cache
def volume(axes=AXIAL, modality: str = "CT") -> Volume:
    values = np.random.default_rng(1).integers(-1000, 1000, (12, 10, 8)).astype(np.int16)
    return regular_volume(values, (2.0, 1.0, 1.5), axes=axes, modality=modality)


@pytest.mark.parametrize("axes", [AXIAL, SAGITTAL])
def test_slices_come_in_order_whatever_order_they_arrive_in(axes) -> None:
    given = objects.slices(volume(axes))
    found = series_volume([given[i] for i in np.random.default_rng(2).permutation(12)])
    assert np.array_equal(found.values, volume(axes).values)
    assert np.allclose(found.centres_mm[0], volume(axes).centres_mm[0])
    assert np.allclose(found.axes, volume(axes).axes)


def test_an_enhanced_object_is_the_same_volume() -> None:
    one, many = series_volume([objects.enhanced(volume())]), series_volume(objects.slices(volume()))
    assert np.array_equal(one.values, many.values)
    assert np.allclose(one.centres_mm[0], many.centres_mm[0])


def test_rescaling_is_read_for_each_slice() -> None:
    found = series_volume(objects.slices(volume(), RescaleIntercept=-1024, RescaleSlope=2))
    assert set(found.intercept) == {-1024.0}
    assert set(found.slope) == {2.0}


def test_a_hole_in_the_middle_is_refused() -> None:
    given = objects.slices(regular_volume(
        np.zeros((30, 4, 4), np.int16), (2.0, 1.0, 1.0), axes=AXIAL, modality="CT"
    ))  # fmt: skip
    with pytest.raises(Rejected, match=r"faces\.gap"):
        series_volume(given[:10] + given[20:])


def test_a_tilted_gantry_is_taken_and_a_fallen_one_refused() -> None:
    assert series_volume(objects.slices(volume(), tilt=0.9)).values.shape == (12, 10, 8)
    with pytest.raises(Rejected, match=r"faces\.uneven"):
        series_volume(objects.slices(volume(), tilt=1.6))


@pytest.mark.parametrize(
    "more",
    [
        {"ImagePositionPatient": None},
        {"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]},
        {"PixelSpacing": [0, 1]},
        {"PixelSpacing": [1, 900]},
        {"ImagePositionPatient": [0, 0, 1e9]},
    ],
)
def test_without_geometry_nothing_is_put_together(more) -> None:
    with pytest.raises(Rejected, match=r"faces\.no-geometry"):
        series_volume(objects.slices(volume(), **more))


def test_pictures_in_colour_or_of_one_bit_are_no_slices() -> None:
    for more in ({"PhotometricInterpretation": "PALETTE COLOR"}, {"BitsStored": 0}):
        with pytest.raises(Rejected, match=r"faces\.colour"):
            series_volume(objects.slices(volume(), **more))


def test_two_directions_and_repeats_are_several_stacks() -> None:
    both = [*objects.slices(volume()), *objects.slices(volume(SAGITTAL), start=50)]
    with pytest.raises(Rejected, match=r"faces\.several-stacks"):
        series_volume(both)
    twice = [*objects.slices(volume()), *objects.slices(volume(), start=50)]
    _, slices = sources_of(twice)
    (stack,) = stacks_of(slices)
    assert [len(repeat) for repeat in stack.repeats] == [12, 12]


def test_an_incomplete_repeat_keeps_its_places() -> None:
    again = objects.slices(volume(), start=50)
    _, slices = sources_of([*objects.slices(volume()), *again[:3], *again[6:]])
    (stack,) = stacks_of(slices)
    assert [len(repeat) for repeat in stack.repeats] == [12, 9]
    assert np.allclose(stack.centres_mm[1], np.delete(stack.centres_mm[0], [3, 4, 5]))


def test_a_series_too_large_for_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yushan.domain.faces.slices.MOST_SAMPLES", 100)
    with pytest.raises(Rejected, match=r"faces\.too-large"):
        series_volume(objects.slices(volume()))


def test_few_slices_draw_no_face() -> None:
    _, slices = sources_of(objects.slices(replace(volume(), values=volume().values[:3])))
    (stack,) = stacks_of(slices)
    assert not stack.is_recognisable


def test_of_a_whole_body_only_the_upper_part_is_looked_at() -> None:
    values = np.arange(300, dtype=np.int16)[:, None, None] * np.ones((1, 4, 4), np.int16)
    long = regular_volume(values, (5.0, 1.0, 1.0), axes=AXIAL, modality="CT")
    _, slices = sources_of(objects.slices(long))
    (stack,) = stacks_of(slices)
    upper = upper_part(stack)
    assert len(upper.repeats[0]) == 100
    assert upper.repeats[0][-1] is stack.repeats[0][-1]
    assert np.allclose(upper.centres_mm[0], (np.arange(100) + 0.5) * 5)
    _, slices = sources_of(objects.slices(volume()))
    (stack,) = stacks_of(slices)
    assert upper_part(stack) is stack
