"""Contrast runs outwards through vessels that stay where the projection puts them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from yushan.domain.scanners import ANGLES, Branch, Injection, angiogram, c_arm, coronaries, tree_of

RUN = Injection(frames=14, frame_hz=5, hold_s=1.2)


@dataclass(frozen=True)
class Lumen:
    name: str
    parent: str
    points: np.ndarray
    radii: np.ndarray
    healthy: np.ndarray


def test_contrast_comes_fills_and_goes() -> None:
    cine = angiogram(4, run=RUN, size=192)
    assert cine.pixels.shape == (14, 192, 192)
    assert cine.pixels.dtype == np.uint8
    filled = cine.masks["vessel"].sum(axis=(1, 2))
    assert filled[0] == 0
    assert filled.argmax() == cine.facts["fullest"]
    assert filled[-1] < 0.8 * filled.max()
    full, empty = int(filled.argmax()), 0
    inside = cine.masks["vessel"][full]
    assert cine.pixels[full][inside].mean() < cine.pixels[empty][inside].mean() - 15
    near = filled[2:6]
    assert (np.diff(near) >= 0).all()


def test_subtraction_leaves_vessels_on_grey() -> None:
    still = replace(RUN, subtracted=True, rate_bpm=0.001, start_s=0.3)
    cine = angiogram(4, run=still, size=192)
    frame, inside = cine.pixels[6], cine.masks["vessel"][6]
    around = frame[80:110, 80:110]
    assert abs(float(np.median(around)) - 0.78 * 255) < 14
    assert frame[inside].mean() < np.median(around) - 40


@pytest.mark.parametrize("name", sorted(ANGLES))
def test_a_tube_is_drawn_where_its_view_shows_it(name) -> None:
    left, head = ANGLES[name]
    points = np.stack(
        [np.linspace(-20, 25, 40), np.linspace(-10, 20, 40), np.linspace(20, -30, 40)], 1
    )
    tube = Branch("LAD", points, np.full(40, 2.0), np.linspace(0, 80, 40), ((40.0, 50.0),))
    run = Injection(
        frames=4, frame_hz=1, rate_bpm=0.001, start_s=0, hold_s=9, left_deg=left, head_deg=head
    )
    cine = angiogram(1, (tube,), run, size=128)
    view = c_arm(tuple(points.mean(axis=0)), run, 128, 180.0)
    shown = view.seen(points + np.array([0, 0, 2 * np.sin(2 * np.pi * 3 / 5)]))
    rows, columns = np.rint(shown).astype(int).T
    assert cine.masks["vessel"][3][rows, columns].mean() > 0.95
    mark = cine.marks[0]
    assert mark.properties == {"vessel": "LAD", "diameter_percent": 50.0}
    assert cine.masks["vessel"][int(cine.facts["fullest"])][round(mark.row), round(mark.column)]


def test_a_tree_is_read_off_a_body_with_its_narrowings() -> None:
    line = np.stack([np.arange(30.0), np.zeros(30), np.zeros(30)], axis=1)
    narrow = np.where(np.abs(np.arange(30) - 12) < 3, 0.9, 1.8)
    lumens = [
        Lumen("RCA", "", line, np.full(30, 2.0), np.full(30, 2.0)),
        Lumen("LM", "", line, np.full(30, 2.0), np.full(30, 2.0)),
        Lumen("LAD", "LM", line + line[-1], narrow, np.full(30, 1.8)),
    ]
    tree = tree_of(lumens, "LM")
    assert [one.name for one in tree] == ["LM", "LAD"]
    assert tree[1].along[0] == 29
    assert tree[1].stenoses == ((39.0, 50.0),)
    more = tree_of(lumens, "LM", seed=3)
    assert more[:2] == tree or [one.name for one in more[:2]] == ["LM", "LAD"]
    twigs = more[2:]
    assert twigs
    mothers = np.concatenate([one.points for one in tree])
    for twig in twigs:
        assert twig.radii[0] < 2
        assert twig.along[0] >= 0
        if twig.name.count(" ") == 1:
            assert np.linalg.norm(mothers - twig.points[0], axis=1).min() < 1e-6
    with pytest.raises(ValueError, match="no vessel"):
        tree_of(lumens, "PDA")


def test_plain_trees_have_the_stenosis_asked_for() -> None:
    tree = coronaries(2, "left", 70)
    place, percent = tree[0].stenoses[0]
    healthy = coronaries(2, "left")[0]
    index = int(np.argmin(np.abs(tree[0].along - place)))
    assert percent == 70
    assert 1 - tree[0].radii[index] / healthy.radii[index] == pytest.approx(0.7, abs=0.03)
    with pytest.raises(ValueError, match="no side"):
        coronaries(1, "middle")
