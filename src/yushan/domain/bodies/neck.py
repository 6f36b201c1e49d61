"""The neck: spine, muscles, throat, glands, vessels, and the regions of its lymph nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.bodies import neck_rows
from yushan.domain.bodies.head_shapes import SIDES, Flowing, Mirrored, sided
from yushan.domain.bodies.surfaces import Both, Either, Ellipsoid, Grown, Half, Rippled, Without
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.bodies.surfaces import Surface

    Parts = list[tuple[str, str, Surface]]

#: Middles of vertebral bodies, (y, z); the first is the dens with the ring of C1.
SPINE: Final = (
    (29.0, -77.0), (29.0, -95.0), (28.0, -113.0), (28.0, -130.0), (29.0, -147.0), (32.0, -164.0),
    (36.0, -181.0), (41.0, -199.0), (46.0, -219.0), (51.0, -239.0),
)  # fmt: skip
NAMES: Final = ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "T1", "T2", "T3")
#: Draws where the deep flesh ends, the same in everybody.
FLESH_SEED: Final = 17
#: Fat around each muscle.
FASCIA_MM: Final = 1.0
#: The lower border of the cricoid, z in mm of the model.
CRICOID: Final = -172.0


def levels() -> Parts:
    """Fat of the regions in which lymph nodes lie."""
    found: Parts = [("lymph_level_1a", "fat", Ellipsoid((0, -42, -124), (14, 17, 7)))]
    for name, (middle, axes) in neck_rows.levels().items():
        found += [
            (f"{name}_{end}", "fat", Ellipsoid(sided(middle, side), axes, power=2.6))
            for side, end in SIDES
        ]
    return found


def filling(outer: Surface) -> Parts:
    """Deep flesh of neck and face, in which what has a name lies."""
    back = Both((Half((0, 34, -74), (0, -1, 0.15)), Half((0, 60, -70), (0, 0.35, 1))), smooth_mm=10)
    face = Both(
        (
            Half((0, 0, -54), (0, 0.1, 1)),
            Half((0, 26, -100), (0, 1, 0.1)),
            Half((0, 0, -126), (0, 0.2, -1)),
        ),
        smooth_mm=8,
    )
    flesh = Rippled(Flowing((back, face), 4), 2.0, 30.0, FLESH_SEED)
    return [("deep_muscle", "muscle", Both((Grown(outer, -8.0), flesh), 6))]


def muscles() -> Parts:
    """Muscles of neck and chewing, tongue and floor of the mouth."""
    found: Parts = []
    for curve in neck_rows.curves("muscles"):
        for side, end in SIDES:
            found.append(("fascia", "fat", curve.on(side, 7.0, FASCIA_MM)))
            found.append((f"{curve.name}_{end}", "muscle", curve.on(side, 7.0)))
    tongue = Either(
        (Ellipsoid((0, -48, -92), (21, 29, 15)), Ellipsoid((0, -26, -104), (18, 17, 18))),
        smooth_mm=10,
    )
    floor = Ellipsoid((0, -44, -113), (20, 27, 7), power=2.5)
    cheek = Mirrored(
        tube(
            [(30, -66, -88), (38, -42, -88), (40, -20, -82)], [11, 12, 9], 7.0, (0.8, -0.6, 0), 0.2
        )
    )
    lips = tube([(-24, -78, -94), (0, -86, -94), (24, -78, -94)], [9, 10, 9], 6.0, (0, 1, 0), 0.3)
    return [
        *found,
        ("buccinator", "muscle", cheek),
        ("lips", "muscle", lips),
        ("floor_of_mouth", "muscle", floor),
        ("tongue", "tongue", tongue),
    ]


def spine() -> Parts:
    """Vertebrae C1 to T3 with marrow, discs, canal and cord."""
    found: Parts = []
    for number, (y, z) in enumerate(SPINE[1:], 1):
        found += vertebra(NAMES[number], y, z, 1 + 0.05 * number)
    found += atlas()
    for number in range(1, len(SPINE) - 1):
        (y0, z0), (y1, z1) = SPINE[number : number + 2]
        wide = 11 + number
        middle = (0.0, (y0 + y1) / 2, (z0 + z1) / 2)
        found.append(("intervertebral_discs", "disc", Ellipsoid(middle, (wide, 8.5, 2.6), power=3)))
    canal = [(0.0, 41.0, -78.0)] + [(0.0, y + 17.0, z) for y, z in SPINE[1:]]
    cord = [(0.0, 41.0, -80.0)] + [(0.0, y + 17.0, z) for y, z in SPINE[1:]]
    return [
        *found,
        (
            "spinal_canal",
            "csf",
            tube(canal, [10.5] + [9.5] * (len(canal) - 1), 8.0, (0, 1, 0), 0.85),
        ),
        ("spinal_cord", "cord", tube(cord, 6.2, 8.0, (0, 1, 0), 0.8)),
    ]


def vertebra(name: str, y: float, z: float, size: float) -> Parts:
    """One vertebra: body, pillars, arch and spinous process."""
    body = Ellipsoid((0, y, z), (12.5 * size, 8.5, 7.4), power=3.2)
    pillar = Mirrored(Ellipsoid((19 * size, y + 9, z), (6.5, 8, 8.5), power=2.6))
    side = Mirrored(tube([(9, y + 4, z), (21 * size, y + 3, z - 1)], [4, 3.2], 6.0))
    arch = Mirrored(
        tube([(18 * size, y + 14, z), (7, y + 25, z - 3), (0, y + 28, z - 4)], [4, 3, 3.4], 5.0)
    )
    long = 14.0 if name != "C7" else 22.0
    spike = tube([(0, y + 28, z - 4), (0, y + 28 + long, z - 9)], [3.2, 2.8], 6.0)
    bone = Either((body, pillar, side, arch, spike), smooth_mm=3)
    hole = Mirrored(
        tube([(19 * size * 0.92, y + 3.5, z - 9), (19 * size * 0.92, y + 3.5, z + 9)], 2.6, 9.0)
    )
    bored = Without(bone, (hole,), fine=True)
    inner = Either((Grown(body, -1.3), Grown(pillar, -1.6)))
    return [(f"vertebrae_{name}", "cortical_bone", bored), (f"vertebrae_{name}", "marrow", inner)]


def atlas() -> Parts:
    """The ring of C1 and the dens of C2."""
    y, z = SPINE[0]
    mass = Mirrored(Ellipsoid((19, y + 4, z), (7.5, 9, 8)))
    front = tube([(-16, y - 6, z), (0, y - 9, z), (16, y - 6, z)], [3.5, 4, 3.5], 5.0)
    back = Mirrored(tube([(19, y + 10, z), (12, y + 25, z), (0, y + 29, z)], [3.5, 3.2, 3.6], 5.0))
    side = Mirrored(tube([(19, y + 4, z), (35, y + 5, z)], [5, 4], 6.0))
    ring = Either((mass, front, back, side), smooth_mm=3)
    dens = tube([(0, y + 1, z + 8), (0, y, z - 14)], [4.6, 6], 6.0)
    return [
        ("vertebrae_C1", "cortical_bone", ring),
        ("vertebrae_C1", "marrow", Grown(mass, -1.5)),
        ("vertebrae_C2", "cortical_bone", dens),
        ("vertebrae_C2", "marrow", dens.thinned(1.4)),
    ]


def throat() -> Parts:
    """Pharynx, larynx, windpipe and gullet below the soft palate."""
    down = [(0, 4, -72), (0, 5, -90), (0, 3, -112), (0, 6, -134)]
    hollow = [(0, -1, -74), (0, 1, -90), (0, -2, -110), (0, 0, -124)]
    lid = [(0, -8, -108), (0, 2, -122), (0, -4, -136)]
    gullet = [(0.0, 13.0, -152.0), (0.0, 19.0, -185.0), (2.0, 29.0, -225.0), (2.0, 36.0, -262.0)]
    hyoid = [(-20, 2, -124), (-12, -10, -127), (0, -14, -128), (12, -10, -127), (20, 2, -124)]
    return [
        ("pharynx", "mucosa", tube(down, [18, 18, 18, 16], 7.0, (0, 1, 0), 0.62)),
        ("pharynx", "air", tube(hollow, [8, 11, 11, 8], 6.0, (0, 1, 0), 0.5)),
        ("pharynx", "mucosa", tube(lid, [9, 8, 3], 4.0, (0, 1, 0.3), 0.14)),
        *larynx(),
        ("esophagus", "muscle", tube(gullet, 7.5, 8.0, (0, 1, 0), 0.65)),
        ("hyoid", "cortical_bone", tube(hyoid, 3.0, 5.0)),
    ]


def larynx() -> Parts:
    """Larynx with its cartilages, and the windpipe."""
    flesh = Ellipsoid((0, -2, -148), (17, 15, 20), power=2.5)
    glottis = [(0, -4, -124), (0, -4, -142), (0, -5, -150), (0, -1, -162)]
    shield = [(2, -19, -146), (11, -10, -147), (18, 4, -146)]
    plate = Mirrored(tube(shield, [12, 13, 13], 5.0, (0.8, -0.6, 0), 0.12))
    ring, hole = Ellipsoid((0, 0, -166), (14, 14, 6)), Ellipsoid((0, 0, -166), (10, 10, 9))
    windpipe = [(0.0, 0.0, -166.0), (0.0, 3.0, -185.0), (0.0, 14.0, -225.0), (0.0, 20.0, -262.0)]
    return [
        ("larynx", "muscle", flesh),
        ("thyroid_cartilage", "cartilage", plate),
        ("cricoid_cartilage", "cartilage", Without(ring, (hole,), smooth_mm=1)),
        ("trachea", "cartilage", tube(windpipe, 10.5, 8.0)),
        ("larynx", "air", tube(glottis, [7, 6, 4.4, 7.5], 4.0, (1, 0, 0), 0.55)),
        ("trachea", "air", tube(windpipe, 8.6, 8.0)),
    ]


def glands(number: Mapping[str, float]) -> Parts:
    """Parotid, submandibular and thyroid glands."""
    found: Parts = []
    for side, end in SIDES:
        parotid = Either(
            (
                Ellipsoid((side * 60, 8, -78), (9, 17, 22)),
                Ellipsoid((side * 43, 11, -75), (13, 7.5, 13)),
            ),
            smooth_mm=8,
        )
        lobe = Ellipsoid((side * 18, 4, -176), (8.5, 9, 21))
        found += [
            (f"parotid_gland_{end}", "gland", parotid),
            (f"submandibular_gland_{end}", "gland", Ellipsoid((side * 32, -20, -116), (9, 15, 12))),
            (f"thyroid_gland_{end}", "thyroid", Grown(lobe, number["thyroid_mm"])),
        ]
    line = [(-15, -6, -178), (0, -12, -180), (15, -6, -178)]
    bridge = tube(line, [6, 5, 6], 5.0, (0, 1, 0), 0.5)
    halves = [
        (f"thyroid_gland_{end}", "thyroid", Both((bridge, Half((0, 0, 0), (-side, 0, 0)))))
        for side, end in SIDES
    ]
    return [*found, *halves]


def vessels() -> Parts:
    """Carotid and vertebral arteries, jugular veins."""
    return [*neck_rows.both_sides("neck_vessels", 6.0)]
