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
    temporal = tube([(40, -13, -28), (47, 7, -32), (53, 30, -20), (50, 52, -4)], [18, 21, 20, 13])
    uncus = Ellipsoid((24, 4, -24), (11, 17, 11))
    half = Flowing((lobe, temporal, uncus), smooth_mm=4)
    cut = Carved(half, (fissure(), Grown(DOME, 0.5)), smooth_mm=2)
    box = ((-70.0, -75.0, -52.0), (70.0, 104.0, 82.0))
    return Drawn(box, lambda x, y, z: larger(
        cut.distance(np.abs(x), y, z), np.float32(0.8) - np.abs(x), 2.5))  # fmt: skip


def fissure() -> Surface:
    """The left lateral fissure."""
    return Drawn(((28, -38, -34), (75, 46, 28)), lateral_fissure)


def within(hull: Surface, room: Surface, gap_mm: float) -> Surface:
    """A hull that stays so far inside the skull's cavity, and shrinks with age as it does."""
    low, high = hull.box
    return Drawn((low, high), lambda x, y, z: larger(
        hull.distance(x, y, z), room.distance(x, y, z) + np.float32(gap_mm), 3.0))  # fmt: skip


def lateral_fissure(x: Floats, y: Floats, z: Floats) -> Floats:
    """A sheet from the side to the insula, rising to the back, and the gap over the insula."""
    wave = np.sin(x * np.float32(0.23) + y * np.float32(0.17))
    wave = wave + np.sin(y * np.float32(0.31) - x * np.float32(0.12))
    height = np.float32(-14) + np.float32(0.4) * (y + np.float32(18)) + np.float32(0.9) * wave
    open_ = np.float32(0.45) + np.float32(0.012) * np.maximum(x - np.float32(44), 0)
    aside = np.abs(z - height) * np.float32(0.93) - open_
    sheet = np.maximum(np.maximum(aside, np.float32(38) - x), y - np.float32(40))
    along, up = (y - np.float32(1)) / 25, (z - np.float32(3) - (y - 2) * np.float32(0.3)) / 13.5
    rim = (np.sqrt(along * along + up * up) - 1) * np.float32(13.5)
    face = 38.5 - np.float32(0.0028) * (y - 6) ** 2 + np.float32(0.1) * (z - 2)
    face = face + np.float32(0.9) * np.sin(y * np.float32(0.55) + z * np.float32(0.2))
    gap = np.maximum(np.abs(x - face) - np.float32(0.55), rim)
    return np.asarray(np.minimum(sheet, gap), dtype=np.float32)


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
    front = tube(
        [(8, -34, 2), (9, -24, 8), (9.5, -10, 15), (10, 6, 19.5), (14, 22, 20), (21, 34, 16)],
        np.array([5.0, 9.0, 9.0, 8.5, 8.5, 8.5]) * size, 5.0,
        [(0.8, 0.2, -0.6), (0.8, 0.1, -0.6), (0.72, 0, -0.7), (0.4, 0, -0.9), (0.3, 0.1, -0.95),
         (0.6, 0.2, -0.75)],
        0.48,
    )  # fmt: skip
    atrium = tube([(20, 32, 17), (25, 41, 10), (29, 38, 1)], np.array([5, 6.2, 4]) * size, 5.0,
                  (0.75, 0.4, 0.5), 0.7)  # fmt: skip
    lower = tube([(27, 40, 5), (32, 34, -2), (34, 22, -12), (32, 8, -19)],
                 np.array([4.5, 4.2, 4.0, 3.4]) * size, 4.0, (0.35, 0.5, 0.8), 0.5)  # fmt: skip
    back = tube([(26, 42, 9), (27, 54, 6), (24, 70, 4)], np.array([5.0, 3.6, 1.6]) * size, 5.0)
    third = Ellipsoid((0, 12, -3), (1.7 * size, 14, 10))
    water = tube([(0, 26, -4), (0, 31, -14), (0, 35, -24)], [1.4, 1.0, 1.4])
    fourth = Ellipsoid((0, 41, -34), (6.5 * size**0.5, 5, 9.5))
    sides = [Mirrored(part) for part in (front, atrium, lower, back)]
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
    room = Ellipsoid((0, 57, -32), (50, 38.0, 28.5), power=2.4)
    notch = Ellipsoid((0, 101, -46), (5, 14, 20))
    whole = Both((Either((half, worm), smooth_mm=5), room, Grown(DOME, -0.8)), smooth_mm=3)
    return Without(whole, (notch,), smooth_mm=6)
