"""Films of a breast agree with one another and with what was planted."""

from __future__ import annotations

import numpy as np
import pytest

from yushan.domain.scanners import BreastLesion, mammogram
from yushan.domain.scanners.mammogram import VIEWS

MASS = BreastLesion("mass", "L", (0.5, 0.3, 0.2), 18, "spiculated")
GRAINS = BreastLesion("calcifications", "L", (0.45, -0.3, -0.15), 14, count=9)
COARSE = 0.5


@pytest.mark.parametrize(("side", "view"), VIEWS)
def test_each_film_lies_as_its_orientation_says(side, view) -> None:
    film = mammogram(3, side, view, pixel_mm=COARSE)
    assert film.pixels.dtype == np.uint16
    assert film.pixels.max() < 4096
    columns = np.argwhere(film.masks["breast"])[:, 1]
    wall = film.pixels.shape[1] - 1 if side == "R" else 0
    assert wall in columns
    assert film.facts["patient_orientation"][0] == ("P" if side == "R" else "A")
    assert ("muscle" in film.masks) == (view == "MLO")
    outside = ~film.masks["breast"] & (film.pixels > 400)
    assert outside.mean() < 0.01


def test_gland_grows_with_the_class_of_density() -> None:
    films = [mammogram(5, "R", "CC", density=one, pixel_mm=COARSE) for one in "abcd"]
    shares = [one.facts["dense_share"] for one in films]
    assert shares == sorted(shares)
    assert shares[0] < 0.15
    assert shares[3] > 0.5
    bright = [film.pixels[film.masks["breast"]].mean() for film in films]
    assert bright == sorted(bright)


def test_masses_and_grains_are_where_their_masks_are() -> None:
    for view in ("CC", "MLO"):
        plain = mammogram(3, "L", view, density="b", pixel_mm=0.25)
        film = mammogram(3, "L", view, (MASS, GRAINS), "b", 0.25)
        more = film.pixels.astype(int) - plain.pixels
        mass, grains = film.masks["mass"], film.masks["calcifications"]
        assert more[mass].mean() > 150
        assert more[grains].mean() > 150
        far = film.masks["breast"] & ~mass & ~grains
        assert np.abs(more[far]).mean() < 12
        area = mass.sum() * 0.25**2
        assert area == pytest.approx(np.pi * 9**2, rel=0.15)
        mark = film.marks[0]
        middle = np.argwhere(mass).mean(axis=0)
        assert np.allclose(middle, (mark.row, mark.column), atol=6)
        assert film.marks[1].properties["count"] == 9
    assert "mass" not in mammogram(3, "R", "CC", (MASS,), pixel_mm=COARSE).masks


def test_views_of_one_breast_show_a_lesion_equally_far_from_the_wall() -> None:
    columns = [
        mammogram(3, "L", view, (MASS,), pixel_mm=COARSE).marks[0].column for view in ("CC", "MLO")
    ]
    assert columns[0] == pytest.approx(columns[1], abs=1)


def test_both_sides_are_alike_but_not_mirrored_copies() -> None:
    right, left = (mammogram(3, side, "CC", pixel_mm=COARSE) for side in "RL")
    mirrored = left.pixels[:, ::-1].astype(float)
    together = right.masks["breast"] & left.masks["breast"][:, ::-1]
    alike = np.corrcoef(right.pixels[together], mirrored[together])[0, 1]
    assert 0.3 < alike < 0.97
    other = mammogram(4, "L", "CC", pixel_mm=COARSE)
    assert not np.array_equal(other.pixels, left.pixels)


def test_unknown_views_are_refused() -> None:
    with pytest.raises(ValueError, match="no view"):
        mammogram(1, "L", "ML")
