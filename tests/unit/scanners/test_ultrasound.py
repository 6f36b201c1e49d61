"""Speckle has the statistics of many scatterers; shadows, geometry and truth follow the section."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from yushan.domain.scanners import (
    Cine,
    Legend,
    NeckWishes,
    Section,
    SonogramWishes,
    abdomen,
    machine,
    machines,
    neck,
    ultrasound,
)
from yushan.domain.scanners.ultrasound import echoes, matter
from yushan.domain.scanners.ultrasound_probe import BEAMS, SAMPLES, beams, fan

PROBE = machine("convex-a")
EVEN = ("liver",)


def slab(*layers: tuple[str, int, int, int, int]) -> Section:
    """Liver with boxes ``(tissue, first row, last row, first column, last column)`` in mm."""
    labels = np.ones((360, 480), dtype=np.uint8)
    names = ["nothing", "liver"]
    for tissue, top, bottom, left, right in layers:
        names.append(tissue)
        middle = 240
        labels[2 * top : 2 * bottom, middle + 2 * left : middle + 2 * right] = len(names) - 1
    return Section(labels, tuple(names), tuple(names), 0.5)


def test_speckle_is_fully_developed() -> None:
    flat = slab()
    body = matter(flat, 5)
    body = replace(body, uneven=np.ones_like(body.uneven))
    envelope, _ = echoes(body, PROBE)
    even = envelope[200:560, 12:-12]
    even = even / even.mean(axis=1, keepdims=True)
    assert even.mean() / even.std() == pytest.approx(1.91, abs=0.08)
    skew = ((even - even.mean()) ** 3).mean() / even.std() ** 3
    assert skew == pytest.approx(0.63, abs=0.12)  # Rayleigh's


def test_sound_is_lost_behind_stones_and_bone_and_spared_behind_fluid() -> None:
    behind = slice(480, 560)
    level = {}
    for tissue in ("liver", "bile", "stone", "bone"):
        body = matter(slab((tissue, 40, 60, -15, 15)), 3)
        body = replace(body, uneven=np.ones_like(body.uneven))
        envelope, _ = echoes(body, PROBE)
        level[tissue] = float(envelope[behind, BEAMS // 2 - 8 : BEAMS // 2 + 8].mean())
    assert level["bile"] > 1.2 * level["liver"]
    assert level["stone"] < 0.1 * level["liver"]
    assert level["bone"] < 0.1 * level["liver"]


@pytest.mark.parametrize("name", [one.name for one in machines()])
def test_a_fan_has_the_depth_and_opening_of_its_probe(name) -> None:
    probe = machine(name)
    sample, beam, scale, face = fan(probe)
    inside = sample >= 0
    rows, columns = np.nonzero(inside)
    assert sample.max() <= SAMPLES - 1
    middle = round(face[1])
    under = np.flatnonzero(inside[:, middle])
    assert under[0] == pytest.approx(face[0], abs=1.5)
    assert (under[-1] - under[0]) * scale == pytest.approx(probe.depth_mm, rel=0.02)
    assert np.abs(inside[:, : middle + 1].sum() - inside[:, middle:].sum()) < 0.01 * inside.sum()
    lateral, deep = beams(probe)
    pick = len(rows) // 3
    at = (int(sample[rows[pick], columns[pick]]), int(beam[rows[pick], columns[pick]]))
    assert (columns[pick] - face[1]) * scale == pytest.approx(float(lateral[at]), abs=1.0)
    assert (rows[pick] - face[0]) * scale == pytest.approx(float(deep[at]), abs=1.0)


def test_masks_and_marks_say_where_things_are_and_how_large() -> None:
    wish = SonogramWishes(stones=2, cyst_mm=20, lesion_mm=24, lesion="metastasis", fatty=False)
    picture = ultrasound(abdomen(3, wish), "convex-a", 3)
    assert {"gallbladder", "stone", "cyst", "liver_lesion", "kidney", "liver"} == set(picture.masks)
    assert picture.pixels.shape == (768, 1024)
    sizes = {one.kind: one.size_mm[0] for one in picture.marks}
    assert sizes["cyst"] == pytest.approx(20, abs=1.5)
    assert sizes["liver_lesion"] == pytest.approx(24, abs=3)
    cyst, liver = picture.masks["cyst"], picture.masks["liver"]
    stone, bile = picture.masks["stone"], picture.masks["gallbladder"] & ~picture.masks["stone"]
    grey = picture.pixels.astype(float)
    assert grey[cyst].mean() < 0.5 * grey[liver].mean()
    assert grey[stone].mean() > grey[liver].mean() > grey[bile].mean()
    none = ultrasound(abdomen(3, SonogramWishes(stones=0, cyst_mm=0, lesion_mm=0)), "convex-b", 3)
    assert not {"stone", "cyst", "liver_lesion"} & set(none.masks)
    assert none.marks == ()


def test_a_neck_holds_its_nodule() -> None:
    picture = ultrasound(neck(4, NeckWishes(10, calcified=True)), "linear-a", 4)
    assert {"thyroid", "thyroid_nodule"} == set(picture.masks)
    assert picture.marks[0].size_mm[0] == pytest.approx(10, abs=1.5)
    assert (picture.masks["thyroid"] | ~picture.masks["thyroid_nodule"]).all()


def test_organs_slide_with_the_breath_and_text_stays_where_it_is_burnt_in() -> None:
    legend = Legend("Hospital", "WANG", "0012", "1961", "2024", "RUQ")
    wish = SonogramWishes(stones=1, cyst_mm=22, lesion_mm=0)
    cine = ultrasound(abdomen(3, wish), "convex-b", 3, Cine(19, (9, 0), 3.2), legend)
    assert cine.pixels.shape[0] == 19
    where = [np.argwhere(mask)[:, 1].mean() for mask in cine.masks["cyst"]]
    assert np.ptp(where) * cine.pixel_mm[1] == pytest.approx(9, abs=2.5)
    top = cine.pixels[:, :40]
    assert (top == top[0]).all()
    assert top.max() > 200
    silent = ultrasound(abdomen(3, wish), "convex-b", 3)
    assert silent.pixels[:40].max() == 0


def test_unknown_machines_are_refused() -> None:
    with pytest.raises(ValueError, match="no ultrasound machine"):
        ultrasound(probe="convex-z")


def test_colour_shows_flow_only_in_vessels_inside_of_its_box() -> None:
    cine = ultrasound(neck(4, NeckWishes(0)), "linear-a", 4, Cine(3, (0, 0), colour=True))
    assert cine.pixels.shape == (3, 768, 1024, 3)
    flow = cine.masks["flow"]
    assert flow[0].sum() > 500
    red, blue = cine.pixels[..., 0].astype(int), cine.pixels[..., 2].astype(int)
    assert (np.abs(red - blue)[flow] > 60).mean() > 0.95
    coloured = np.abs(red - blue) > 0
    green_box = (cine.pixels == (70, 200, 90)).all(axis=-1)
    assert not (coloured & ~flow & ~green_box).any()
    assert ((red > blue) & flow).any()
    assert ((red < blue) & flow).any()
