"""The brain's parts in the model's space: hulls, white core, nuclei, ventricles, stem, leaves.

The model's millimetres are those of the MNI template turned to LPS: the anterior commissure is the
origin, x grows to the left, y to the back, z to the head. Places and sizes: general anatomy and the
template's published coordinates; plausible, not measured on anyone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.head_shapes import SIDES, Carved, Drawn, Flowing, Mirrored, sided
from yushan.domain.bodies.surfaces import Both, Either, Ellipsoid, Grown, Half, Without, larger
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.surfaces import Floats, Surface, Triple
    from yushan.domain.bodies.tubes import Tubes

#: Above the tentorium and below the dome of the posterior fossa.
DOME: Final = Ellipsoid((0, 60, -42), (70, 50, 43), power=1.65)
#: Middle of the cerebellum's leaves, (y, z); leaves around the whole circle.
LEAVES: Final = ((46.0, -36.0), 50)


def cavity() -> Surface:
    """The inside of the skull."""
    vault = Flowing(
        (
            Ellipsoid((0, -2, 12), (59.5, 72.5, 63.5), power=2.2),
            Ellipsoid((0, 27, 16), (69, 76.5, 64), power=2.2),
        ),
        smooth_mm=24,
    )
    floor = Half((0, -35, -23), (0, -0.1, -1))
    upper = Both((vault, floor), smooth_mm=6)
    temporal = Mirrored(Ellipsoid((43, 8, -25), (27, 38.5, 25)))
    fossa = Ellipsoid((0, 57, -34), (51, 40, 28), power=2.3)
    stem = tube([(0, 24, -40), (0, 38, -66), (0, 41, -84)], [16, 14, 11])
    return Flowing((upper, temporal, fossa, stem), smooth_mm=7)


def cerebrum() -> Surface:
    """The smooth hull of both hemispheres, with cleft and lateral fissures."""
    above = Ellipsoid((10, 14.5, 20), (58.2, 87.5, 59.5), power=2.3)
    floor = Half((0, -40, -21.5), (0, -0.1, -1))
    lobe = Carved(Both((above, floor), smooth_mm=5), (Grown(DOME, 0.5),), smooth_mm=2)
    temporal = tube([(37, -14, -31), (46, 6, -31), (52, 30, -19), (50, 52, -4)], [15, 18.5, 18, 12])
    uncus = Ellipsoid((23, 4, -22), (9, 14, 9))
    half = Flowing((lobe, temporal, uncus), smooth_mm=4)
    fissure = Drawn(((30, -34, -30), (75, 46, 20)), lateral_fissure)
    cut = Carved(half, (fissure, Grown(DOME, 0.5)), smooth_mm=2)
    box = ((-70.0, -75.0, -52.0), (70.0, 104.0, 82.0))
    return Drawn(box, lambda x, y, z: larger(
        cut.distance(np.abs(x), y, z), np.float32(1.1) - np.abs(x), 3.0))  # fmt: skip


def within(hull: Surface, room: Surface, gap_mm: float) -> Surface:
    """A hull that stays so far inside the skull's cavity, and shrinks with age as it does."""
    low, high = hull.box
    return Drawn((low, high), lambda x, y, z: larger(
        hull.distance(x, y, z), room.distance(x, y, z) + np.float32(gap_mm), 3.0))  # fmt: skip


def lateral_fissure(x: Floats, y: Floats, z: Floats) -> Floats:
    """A sheet from the side to the insula, rising to the back."""
    height = np.float32(-14) + np.float32(0.4) * (y + np.float32(18))
    aside = np.abs(z - height) * np.float32(0.93) - np.float32(0.7)
    insula = np.float32(37) - x
    back = y - np.float32(38)
    return np.asarray(np.maximum(np.maximum(aside, insula), back), dtype=np.float32)


def core() -> Surface:
    """White matter in the middle: where both halves and the stem come together."""
    half = Ellipsoid((17, 4, 6), (15, 30, 17))
    return Either((Mirrored(half), Ellipsoid((0, 18, -4), (16, 17, 11))), smooth_mm=8)


def callosum() -> Tubes:
    """The corpus callosum: a bow in the middle, wide from side to side."""
    bow = [
        (0, -24, -2),
        (0, -32, 7),
        (0, -24, 18),
        (0, -4, 26),
        (0, 18, 27),
        (0, 36, 20),
        (0, 40, 11),
    ]
    ways = [
        (0, 0.3, -1),
        (0, -1, 0.1),
        (0, -0.6, 0.8),
        (0, -0.2, 1),
        (0, 0.2, 1),
        (0, 0.7, 0.7),
        (0, 1, 0),
    ]
    return tube(bow, [9, 11, 12, 13, 13, 12, 10], normals=ways, flat=0.27)


def ventricles(size: float) -> Surface:
    """Lateral ventricles with their horns, third, aqueduct and fourth; ``size`` scales width."""
    horns = [
        ([(11, -33, 3), (10, -24, 10), (9, -8, 19), (11, 10, 22), (19, 30, 18), (26, 42, 9)],
         [3.2, 5.2, 5.0, 4.6, 5.4, 6.2]),
        ([(26, 40, 10), (31, 34, 0), (36, 20, -11), (32, 6, -19)], [5.6, 3.4, 2.4, 2.0]),
        ([(26, 40, 9), (27, 54, 6), (24, 70, 4)], [5.6, 3.6, 1.6]),
    ]  # fmt: skip
    sides = [Mirrored(tube(line, np.array(wide) * size, 5.0)) for line, wide in horns]
    third = Ellipsoid((0, 12, -3), (1.7 * size, 14, 10))
    water = tube([(0, 26, -4), (0, 31, -14), (0, 35, -24)], [1.4, 1.0, 1.4])
    fourth = Ellipsoid((0, 41, -34), (6.5 * size**0.5, 5, 9.5))
    return Either((*sides, third, water, fourth), smooth_mm=2.5, fine=True)


def nuclei() -> list[tuple[str, Surface]]:
    """Caudate, putamen, pallidum, thalamus and hippocampus, by structure name."""
    found: list[tuple[str, Surface]] = []
    for side, end in SIDES:
        turn = slanted(side)
        head = [(14, -20, 4), (15, -8, 13), (17, 8, 20), (22, 26, 19)]
        hippo = [(24, 8, -20), (29, 18, -16), (31, 32, -6)]
        found += [
            (f"caudate_{end}", tube([sided(p, side) for p in head], [7, 5, 3.4, 2.2])),
            (f"putamen_{end}", Ellipsoid((side * 26.5, -1, 2), (5.2, 17, 11), turn)),
            (f"pallidum_{end}", Ellipsoid((side * 19.5, 3, 0), (4.2, 9, 6.5), turn)),
            (f"thalamus_{end}", Ellipsoid((side * 10.5, 18, 7), (9.5, 15.5, 10.5), turn)),
            (f"hippocampus_{end}", tube([sided(p, side) for p in hippo], [7, 5.4, 4.2])),
        ]
    return found


def slanted(side: int) -> tuple[Triple, Triple, Triple]:
    """Axes of nuclei: their back ends lie further out."""
    c, s = float(np.cos(0.32)), float(np.sin(0.32))
    return (c, -side * s, 0.0), (side * s, c, 0.0), (0.0, 0.0, 1.0)


def stem() -> Surface:
    """Midbrain, pons and medulla."""
    return Either(
        (
            Mirrored(Ellipsoid((9, 17, -13), (9, 8, 11))),
            Ellipsoid((0, 24, -14), (14, 10, 10)),
            Ellipsoid((0, 24, -32), (17, 13, 15)),
            Mirrored(Ellipsoid((22, 40, -36), (10, 9, 8))),
            tube([(0, 32, -44), (0, 38, -60), (0, 41, -84)], [10.5, 8, 6.5]),
        ),
        smooth_mm=8,
    )


def cerebellum_hull() -> Surface:
    """The smooth outer surface of both hemispheres and the worm, close under the tentorium."""
    half = Mirrored(Ellipsoid((22, 60, -34), (36, 38, 37), power=2.2))
    worm = Ellipsoid((0, 60, -30), (14, 28, 34))
    room = Ellipsoid((0, 56, -29), (50, 36.5, 30), power=2.4)
    notch = Ellipsoid((0, 101, -46), (5, 14, 20))
    whole = Both((Either((half, worm), smooth_mm=5), room, Grown(DOME, -0.8)), smooth_mm=3)
    return Without(whole, (notch,), smooth_mm=6)


def cerebellum(inner_mm: float = 0.0) -> Surface:
    """The cerebellum's leaves; ``inner_mm``: thickness of grey, for its white tree."""
    hull = cerebellum_hull()

    def leaves(x: Floats, y: Floats, z: Floats) -> Floats:
        (middle_y, middle_z), count = LEAVES
        right, up = y - np.float32(middle_y), z - np.float32(middle_z)
        radius = np.sqrt(right * right + up * up)
        bend = np.float32(0.10) * np.sin(x * np.float32(0.11)) + np.float32(0.004) * np.abs(x)
        bend = bend + np.float32(0.06) * np.sin((x + y) * np.float32(0.19))
        bend = bend + np.float32(0.05) * np.sin((x - z) * np.float32(0.23))
        turn = np.arctan2(up, right) + bend
        outside = hull.distance(x, y, z)
        wave = np.abs(np.sin(turn * np.float32(count / 2)))
        aside = wave * radius * np.float32(2 / count) - np.float32(0.12)
        branch = np.abs(np.sin(turn * np.float32(count / 10) + np.float32(0.02) * x))
        deep = np.maximum(-outside - 8 - 11 * (1 - branch) ** 3, 0)
        wall = np.sqrt(np.maximum(aside, 0) ** 2 + deep**2) + np.minimum(aside, 0)
        folded = np.maximum(outside, -wall)
        return np.asarray(folded + np.float32(inner_mm))

    return Drawn(hull.box, leaves, fine=True)
