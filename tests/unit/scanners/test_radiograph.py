"""Films keep the order of what was absorbed, and their truth follows what was planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from yushan.domain.scanners import (
    ChestParts,
    Exposure,
    Film,
    chest_truth,
    projection,
    radiograph,
    radiography_unit,
    radiography_units,
    view_of,
)
from yushan.domain.scanners.radiograph_truth import score
from yushan.domain.volumes import Grid, Volume

GRID = Grid.axial((60, 40, 60), (5.0, 6.0, 5.5))
VIEW = view_of("PA", (0, 0, 0), (110, 110), 3.6)


def ball(centre, axes) -> np.ndarray:
    points = GRID.points(np.indices(GRID.shape).reshape(3, -1).T).reshape(*GRID.shape, 3)
    return (((points - np.array(centre)) / np.array(axes)) ** 2).sum(-1) < 1


RIGHT, LEFT = ball((-75, 0, 10), (60, 80, 110)), ball((75, 0, 10), (60, 80, 110))
HEART, BELLY = ball((25, -20, -50), (60, 50, 50)), ball((0, 0, -110), (110, 70, 45))


def chest(opacity: np.ndarray | None = None) -> Film:
    body = ball((0, 0, 0), (155, 110, 400))
    values = 0.02 * body - 0.016 * (RIGHT | LEFT) + 0.016 * (HEART & (RIGHT | LEFT))
    if opacity is not None:
        values[opacity] = 0.02
    return projection(Volume(GRID, values.astype(np.float32)), VIEW)


@pytest.mark.parametrize("unit", [one.name for one in radiography_units()])
def test_what_absorbs_more_is_brighter_and_inverse_units_turn_it_round(unit) -> None:
    film, device = chest(), radiography_unit(unit)
    picture = radiograph(film, device, 1, Exposure(mark=""), (330, 330))
    assert picture.pixels.dtype == np.uint16
    assert picture.pixels.max() < 2**device.bits
    grey = picture.pixels / (2**device.bits - 1)
    inverse = picture.facts["photometric"] == "MONOCHROME1"
    assert (
        inverse == device.inverse == (device.header["PhotometricInterpretation"] == "MONOCHROME1")
    )
    grey = 1 - grey if inverse else grey
    lung, middle, outside = grey[150:170, 75:100], grey[240:270, 155:175], grey[150:170, 2:8]
    assert outside.mean() < lung.mean() < middle.mean()
    assert np.corrcoef(lung[:, 1:].ravel(), lung[:, :-1].ravel())[0, 1] > 0.2


def test_four_times_the_quanta_show_contrast_twice_as_clearly() -> None:
    """Contrast of a step over noise beside it."""
    step = np.full((110, 110), 3.0, np.float32)
    step[:, 55:] = 3.1
    clear = []
    for dose in (0.25, 1.0):
        how = Exposure(dose=dose, mark="", fine=0)
        shown = radiograph(Film(step, VIEW), "dx-a", 3, how, (330, 330)).pixels.astype(float)
        left, right = shown[60:270, 60:150], shown[60:270, 180:270]
        clear.append((right.mean() - left.mean()) / (left.std() + right.std()))
    assert clear[1] / clear[0] == pytest.approx(2, rel=0.15)


def test_shutters_marks_text_and_devices_are_where_they_are_said_to_be() -> None:
    plain = radiograph(chest(), "dx-a", 1, Exposure(mark=""), (330, 330))
    how = Exposure(
        mark="L", lines=("PORTABLE",), devices=("leads", "tube"), collimation=(0.8, 0.9), tilt_deg=3
    )
    picture = radiograph(chest(), "dx-a", 1, how, (330, 330))
    assert picture.masks["field"].mean() == pytest.approx(0.72, abs=0.02)
    assert picture.pixels[~picture.masks["field"]].max() <= 0.021 * 4095
    assert plain.masks["field"].all()
    assert picture.pixels[:80, 250:].max() > 0.85 * 4095
    assert picture.masks["tube"].any()
    assert picture.masks["leads"].any()
    with pytest.raises(ValueError, match="no device"):
        radiograph(chest(), "dx-a", 1, Exposure(devices=("stent",)), (66, 66))
    with pytest.raises(ValueError, match="no radiography unit"):
        radiography_unit("film")


def test_lung_fields_and_heart_are_apart_and_the_ratio_is_that_of_the_widths() -> None:
    truth = chest_truth(ChestParts(GRID, {"right": RIGHT, "left": LEFT}, HEART, below=BELLY), VIEW)
    right, left, heart = (truth.masks[name] for name in ("lung_right", "lung_left", "heart"))
    assert not (left & right).any()
    assert np.argwhere(right)[:, 1].mean() < 50 < 60 < np.argwhere(left)[:, 1].mean()
    assert not (heart & (left | right)).any() or (heart & (left | right)).sum() < 40
    assert truth.facts["cardiothoracic"] == pytest.approx(120 / 270, abs=0.05)
    free = chest_truth(ChestParts(GRID, {"right": RIGHT, "left": LEFT}, HEART), VIEW, (220, 220))
    assert free.masks["lung_right"].shape == (220, 220)
    assert free.masks["lung_right"].sum() / 4 > right.sum()


def test_scores_of_zones_never_fall_when_more_is_planted() -> None:
    scores, rales = [], []
    for radius in (0, 8, 18, 30, 45, 70):
        dense = ball((-75, 0, -40), (radius + 0.1,) * 3) & RIGHT
        parts = ChestParts(GRID, {"right": RIGHT, "left": LEFT}, HEART, dense=dense)
        facts = chest_truth(parts, VIEW).facts
        scores.append(facts["zone_right_lower"])
        assert facts["zone_left_upper"] == 0
        assert facts["rale"] == facts["rale_right_upper"] + facts["rale_right_lower"]
        rales.append(facts["rale"])
        assert facts["zone_sum"] == sum(
            value for name, value in facts.items() if name.startswith("zone_r") or "zone_l" in name
        )
    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (0, 3)
    assert rales == sorted(rales)
    assert rales[0] == 0
    assert rales[-1] % 3 == 0  # dense
    assert 6 <= rales[-1] <= 24
    hazy = RIGHT & ball((-75, 0, 90), (60, 80, 60))
    parts = ChestParts(GRID, {"right": RIGHT, "left": LEFT}, HEART, hazy=hazy, heights_mm=(40, -30))
    truth = chest_truth(parts, VIEW)
    assert truth.facts["zone_right_upper"] == 1
    lungs = {"right": RIGHT & ~hazy, "left": LEFT}  # labelled as an opacity, not as lung
    apart = chest_truth(replace(parts, lungs=lungs), VIEW)
    assert apart.facts == truth.facts
    assert truth.masks["opacity"].any()


@pytest.mark.parametrize(
    ("hazy", "dense", "expected"),
    [
        (0, 0, 0),
        (0.01, 0, 0),
        (0.1, 0, 1),
        (0, 0.02, 1),
        (0.3, 0.06, 2),
        (0, 0.3, 3),
        (0.5, 0.3, 3),
    ],
)
def test_a_zone_reads_as_the_shares_say(hazy, dense, expected) -> None:
    assert score(hazy, dense) == expected
    assert score(hazy, dense + 0.1) >= expected
    assert score(hazy + 0.1, dense) >= expected
