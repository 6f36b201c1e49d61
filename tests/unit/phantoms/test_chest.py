"""The chest is in Hounsfield units and lies where it should."""

from __future__ import annotations

import numpy as np

from yushan.domain.phantoms import Chest
from yushan.domain.phantoms.chest import BLOOD, LIVER
from yushan.domain.phantoms.head import T1, T2, slice_of_head
from yushan.domain.phantoms.radiograph import film, projections
from yushan.domain.phantoms.sonogram import clip

SIZE, FIELD = 128, 400.0


def at(image: np.ndarray, x_mm: float, y_mm: float, reach_mm: float = 6.0) -> float:
    """Mean value around a point, mm from the middle."""
    pixel = FIELD / SIZE
    row, column = ((v + FIELD / 2) / pixel for v in (y_mm, x_mm))
    reach = reach_mm / pixel
    rows, columns = (slice(int(v - reach), int(v + reach) + 1) for v in (row, column))
    return float(image[rows, columns].mean())


def test_tissues_have_their_values() -> None:
    hila = Chest(7).slice(20, SIZE, FIELD)
    assert at(hila, 24, 50) == np.clip(at(hila, 24, 50), BLOOD - 40, BLOOD + 40)  # aorta
    assert -920 < at(hila, 100, 0, 15) < -780  # left lung
    assert at(hila, 0, -190) < -950  # air before the chest
    assert at(hila, 0, 72, 4) > 120  # vertebra
    low = Chest(7).slice(-140, SIZE, FIELD)
    assert abs(at(low, -70, 0, 12) - LIVER) < 25


def test_the_windpipe_is_air_and_the_nodule_is_there() -> None:
    chest = Chest(7)
    assert at(chest.slice(90, SIZE, FIELD, 0), 0, 8, 2) < -700
    assert at(chest.slice(62, SIZE, FIELD, 0), -78, 10, 3) > -100
    assert at(Chest(7, nodule=None).slice(62, SIZE, FIELD, 0), -78, 10, 3) < -600


def test_the_liver_is_on_the_patients_right() -> None:
    low = Chest(7).slice(-100, SIZE, FIELD)
    assert at(low, -70, 0, 20) > at(low, 60, -40, 6)


def test_the_same_seed_gives_the_same_body() -> None:
    assert np.array_equal(Chest(3).slice(0, 64, FIELD), Chest(3).slice(0, 64, FIELD))
    assert not np.array_equal(Chest(3).slice(0, 64, FIELD), Chest(4).slice(0, 64, FIELD))


def test_neighbouring_slices_are_alike() -> None:
    chest = Chest(7)
    near = chest.slice(10, SIZE, FIELD, 0) - chest.slice(11, SIZE, FIELD, 0)
    far = chest.slice(10, SIZE, FIELD, 0) - chest.slice(-80, SIZE, FIELD, 0)
    assert np.abs(near).mean() < 0.5 * np.abs(far).mean()


def test_water_is_dark_in_t1_and_bright_in_t2() -> None:
    def ventricle(image: np.ndarray) -> float:
        return float(image[int((8 + 120) / 240 * SIZE), int((9 + 120) / 240 * SIZE)])

    one, two = (slice_of_head(20, SIZE, 240, contrast, 5, 0) for contrast in (T1, T2))
    assert ventricle(one) < 0.5 * float(np.median(one[one > 300]))
    assert ventricle(two) > 1.5 * float(np.median(two[two > 300]))


def test_a_film_is_bright_where_much_was_absorbed() -> None:
    frontal, lateral = projections(Chest(7))
    shown = film(frontal, 200, 240, 1)
    assert shown.min() >= 0
    assert shown.max() <= 1
    middle, lung = shown[90, 120], shown[90, 75]
    assert middle > lung + 0.2
    assert frontal.shape == lateral.shape


def test_an_ultrasound_clip_moves_inside_its_fan() -> None:
    frames = clip(3, 1)
    assert frames.shape == (3, 480, 640)
    assert not frames[:, 0, 0].any()
    assert (frames[0] != frames[1]).any()
