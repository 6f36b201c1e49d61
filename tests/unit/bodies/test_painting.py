"""Values, labels and masks on grids: what they promise to each other."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from yushan.domain.bodies import (
    TISSUES,
    Body,
    Structure,
    TrunkWishes,
    label,
    mask,
    paint,
    paint_and_label,
    trunk,
)
from yushan.domain.bodies.deformation import Deformation, deformation
from yushan.domain.bodies.surfaces import Ellipsoid, Half
from yushan.domain.bodies.tubes import tube
from yushan.domain.volumes import Grid, Shade

BALL = Ellipsoid((0, 0, 0), (15, 15, 15))
PLAIN = {"air": Shade(0.0), "muscle": Shade(1.0), "fat": Shade(3.0)}
SMALL = Grid.axial((24, 44, 40), (2.0, 1.0, 1.0), (0.2, 0.1, 0.0))
#: The heart of a trunk, coarse, in three slabs.
TRUNK = Grid.axial((9, 40, 48), (5.0, 8.0, 8.0), (0.0, 8.0, -60.0))
LOOK = {t: Shade(10.0 * k + 5, 2.0, 6.0) for k, t in enumerate(TISSUES)} | {"air": Shade(0.0)}


@cache
def ill() -> Body:
    """A trunk with two lesions."""
    return trunk(5, TrunkWishes(lesions=("nodule", "metastasis")))


def one(surface: object, **more: object) -> Body:
    """A body of one structure."""
    return Body("test", 1, 1, (Structure("thing", "muscle", surface, **more),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("surface", "true", "share"),
    [
        (BALL, 4 / 3 * np.pi * 15**3, 0.02),
        (tube([(-14, 0, 0), (14, 0, 0)], 2.0), np.pi * 4 * 28 + 4 / 3 * np.pi * 8, 0.02),
        (tube([(-14, 0, 0), (14, 0, 0)], 0.35), np.pi * 0.35**2 * 28.5, 0.1),
    ],
)
@pytest.mark.parametrize("turn", [0, 30])
def test_covers_add_up_to_the_volume_even_of_threads_thinner_than_a_sample(
    surface: object, true: float, share: float, turn: int
) -> None:
    grid = Grid.axial((44, 44, 44), (1.0, 1.0, 1.0), (0.2, 0.1, 0.3)).turned((0, 1, 1), turn)
    total = float(paint(one(surface), grid, PLAIN).values.sum(dtype=np.float64)) * grid.voxel_mm3
    assert total == pytest.approx(true, rel=share)


def test_paint_agrees_with_label_away_from_edges() -> None:
    body = ill()
    values = paint(body, TRUNK, {t: Shade(float(k)) for k, t in enumerate(TISSUES)}).values
    labels = label(body, TRUNK)
    pure = values == np.rint(values)
    assert pure.mean() > 0.5
    allowed: dict[int, set[int]] = {}
    for structure in body.structures:
        number = labels.names.index(structure.name) + 1
        allowed.setdefault(number, set()).add(TISSUES.index(structure.tissue))
    agreed = [
        int(value) in allowed.get(int(number), {TISSUES.index("air")})
        for number, value in zip(labels.values[pure][::7], values[pure][::7], strict=True)
    ]
    assert np.mean(agreed) > 0.97


def test_bits_do_not_depend_on_threads() -> None:
    body = ill()
    one_thread = paint(body, TRUNK, LOOK, threads=1).values
    three = paint(body, TRUNK, LOOK, threads=3).values
    assert one_thread.tobytes() == three.tobytes()
    values, labels = paint_and_label(body, TRUNK, LOOK)
    assert values.values.tobytes() == three.tobytes()
    assert labels.values.tobytes() == label(body, TRUNK).values.tobytes()
    assert label(body, TRUNK, threads=1).values.tobytes() == label(body, TRUNK).values.tobytes()


PROGRAM = """
import hashlib
from yushan.domain.bodies import TISSUES, TrunkWishes, paint, trunk
from yushan.domain.volumes import Grid, Shade
look = {t: Shade(10.0 * k + 5, 2.0, 6.0) for k, t in enumerate(TISSUES)} | {"air": Shade(0.0)}
grid = Grid.axial((3, 40, 50), (5.0, 9.0, 9.0), (0.0, 8.0, -60.0))
body = trunk(7, TrunkWishes(lesions=("nodule", "stenosis")))
told = repr([(x.kind, x.centre_mm, x.volume_mm3) for x in body.lesions])
print(hashlib.sha256(paint(body, grid, look).values.tobytes() + told.encode()).hexdigest())
"""


def test_another_process_draws_the_same_bytes() -> None:
    grid = Grid.axial((3, 40, 50), (5.0, 9.0, 9.0), (0.0, 8.0, -60.0))
    body = trunk(7, TrunkWishes(lesions=("nodule", "stenosis")))
    told = repr([(x.kind, x.centre_mm, x.volume_mm3) for x in body.lesions])
    mine = hashlib.sha256(paint(body, grid, LOOK).values.tobytes() + told.encode()).hexdigest()
    theirs = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert theirs.stdout.strip() == mine


def test_later_structures_lie_over_earlier_ones_and_parts_end_at_their_whole() -> None:
    body = Body(
        "test", 1, 1,
        (
            Structure("whole", "muscle", BALL),
            Structure("part", "fat", Ellipsoid((12, 0, 0), (8, 8, 8)), "whole"),
            Structure("over", "fat", Ellipsoid((-20, 0, 0), (7, 7, 7))),
        ),
    )  # fmt: skip
    labels = label(body, SMALL)
    whole, part = mask(body, SMALL, "whole"), mask(body, SMALL, "part")
    assert part.any()
    assert not (part & ~whole).any()
    assert labels.mask("over").any()
    assert not (labels.mask("over") & whole).any()
    points = SMALL.points(np.argwhere(part))
    assert np.linalg.norm(points, axis=1).max() < 15
    with pytest.raises(ValueError, match="no structure"):
        mask(body, SMALL, "nothing")


def test_gradual_edges_and_weak_structures_are_half_seen() -> None:
    edge = one(Half((0, 0, 0), (1, 0, 0)), soft_mm=20.0, strength=0.8)
    values = paint(edge, SMALL, PLAIN).values[10, 20]
    assert values.max() <= 0.8
    assert values[20] == pytest.approx(0.4, abs=0.05)
    assert (np.diff(values) <= 1e-6).all()
    assert not label(one(BALL, strength=0.4), SMALL).values.any()


def test_soft_parts_are_still_cut_sharply_at_their_whole() -> None:
    body = Body(
        "test", 1, 1,
        (
            Structure("whole", "muscle", BALL, strength=0.0),
            Structure("haze", "fat", Half((0, 0, 0), (1, 0, 0)), "whole", 40.0),
        ),
    )  # fmt: skip
    values = paint(body, SMALL, PLAIN).values
    points = SMALL.points(np.argwhere(values > 0))
    assert np.linalg.norm(points, axis=1).max() < 16.5


def test_texture_has_its_spread_and_is_fixed_in_space() -> None:
    look = PLAIN | {"muscle": Shade(50.0, 8.0, 4.0)}
    body = one(Ellipsoid((0, 0, 0), (60, 60, 60)))
    grid = Grid.axial((12, 60, 60), (1.0, 1.0, 1.0))
    values = paint(body, grid, look).values
    assert float(values.mean()) == pytest.approx(50, abs=2)
    assert float(values.std()) == pytest.approx(8, abs=2)
    shifted = Grid.axial((12, 60, 60), (1.0, 1.0, 1.0), (10.0, 0.0, 0.0))
    moved = paint(body, shifted, look).values
    assert np.corrcoef(values[:, :, 10:].ravel(), moved[:, :, :-10].ravel())[0, 1] > 0.9


def test_texture_of_oblique_grids_has_the_same_spread() -> None:
    look = PLAIN | {"muscle": Shade(50.0, 8.0, 4.0)}
    grid = Grid.axial((12, 50, 50), (1.0, 1.0, 1.0)).turned((1, 1, 0), 25)
    values = paint(one(Ellipsoid((0, 0, 0), (60, 60, 60))), grid, look).values
    assert float(values.std()) == pytest.approx(8, abs=2.5)


def test_a_tissue_without_shade_is_refused() -> None:
    with pytest.raises(ValueError, match="no shade"):
        paint(one(BALL), SMALL, {"air": Shade(0.0)})


def test_deformation_is_invertible() -> None:
    bend = deformation(3)
    points = np.random.default_rng(1).uniform(-200, 200, (50, 3))
    there = bend.forward(points)
    x, y, z = (v.astype(np.float32) for v in there.T)
    assert np.allclose(np.stack(bend.back(x, y, z), axis=1), points, atol=1e-3)
    assert 0.5 < np.linalg.norm(there - points, axis=1).mean() < 25
    with pytest.raises(ValueError, match="steep"):
        Deformation(np.eye(3), np.eye(3), np.zeros(3), np.eye(3))
