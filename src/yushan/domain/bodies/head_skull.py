"""Bones of the head: vault with its two tables, base, face, jaw with teeth, and their air."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.head_face import eye_of, orbit
from yushan.domain.bodies.head_shapes import SIDES, Drawn, Mirrored, sided
from yushan.domain.bodies.surfaces import Both, Either, Ellipsoid, Grown, Half, Rippled
from yushan.domain.bodies.tubes import joined, spline, tube

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.bodies.surfaces import Floats, Surface

#: Bone as hard as teeth begins so deep in the pyramid, mm.
PYRAMID_MM: Final = 4.5
#: Above this plane the skull is a vault with marrow; below, a base.
VAULT = Half((0, -40, -22), (0, -0.42, -1))


def skull(
    cavity: Surface, number: Mapping[str, float], seed: int
) -> list[tuple[str, str, Surface]]:
    """Vault and base, then the cavity in them: structure, tissue, surface."""
    thick = number["skull_mm"]
    outer = Rippled(Grown(cavity, thick), 0.6, 60.0, seed)
    vault = Both((outer, VAULT), smooth_mm=4)
    whole = Either((vault, Grown(cavity, 2.2), *base()), smooth_mm=3)
    low = Half((0, 60, -44), (0, 0, -1))
    soft = Rippled(Grown(cavity, thick * 0.66), 0.3, 26.0, seed + 1)
    marrow = Both((soft, Grown(VAULT, -3), low), smooth_mm=2)
    inner = Rippled(Grown(cavity, thick * 0.34), 0.3, 30.0, seed + 2)
    return [
        ("galea", "muscle", Both((Grown(cavity, thick + 1.5), VAULT), smooth_mm=4)),
        ("skull", "cortical_bone", whole),
        ("diploe", "marrow", marrow),
        ("clivus", "marrow", clivus(-1.6)),
        (
            "mastoid_cells",
            "sinus_air",
            Both((Mirrored(mastoid(-2.0)), cells(6.5, 0.17)), fine=True),
        ),
        ("skull", "cortical_bone", Both((inner, Grown(VAULT, -2)))),
        ("skull", "cortical_bone", Mirrored(petrous())),
        ("skull", "tooth", Mirrored(Grown(petrous(), -PYRAMID_MM))),
        ("subarachnoid_space", "csf", cavity),
    ]


def brow(outer: Surface) -> list[tuple[str, str, Surface]]:
    """The frontal bone over the orbits, close under the skin."""
    room = Both((Half((0, -50, 0), (0, 1, -0.1)), Half((0, 0, -25), (0, 0, -1))), smooth_mm=4)
    bone = Both((Grown(outer, -7.0), room), smooth_mm=4)
    inner = Both((Grown(outer, -9.5), Grown(room, -2.5)), smooth_mm=4)
    return [("skull", "cortical_bone", bone), ("diploe", "marrow", inner)]


def base() -> tuple[Surface, ...]:
    """Blocks of the base below the cavity."""
    condyle = Mirrored(Ellipsoid((17, 34, -66), (7, 11, 6)))
    return Mirrored(petrous()), Mirrored(mastoid(0.0)), clivus(0.0), condyle


def central() -> Surface:
    """The floor of the sphenoid and the bone around the openings beside it."""
    return Ellipsoid((0, -6, -46), (24, 11, 3.6), power=3)


def petrous() -> Surface:
    """The pyramid around the inner ear."""
    turn = ((0.82, 0.55, 0.15), (-0.55, 0.83, 0.0), (-0.12, -0.08, 0.99))
    return Ellipsoid((34, 25, -44), (25, 9, 8), turn)


def mastoid(grown_mm: float) -> Surface:
    """The process behind the ear."""
    return Grown(
        Either(
            (Ellipsoid((58, 36, -52), (10, 14, 17)), Ellipsoid((56, 34, -68), (7, 9, 10))),
            smooth_mm=5,
        ),
        grown_mm,
    )


def clivus(grown_mm: float) -> Surface:
    """From the sella down to the foramen magnum."""
    line = [(0, 1, -42), (0, 11, -52), (0, 22, -64)]
    return Grown(tube(line, [13, 12, 9], 4.0, normals=(0, -0.75, -0.66), flat=0.55), grown_mm)


def cells(size_mm: float, wall: float) -> Surface:
    """Air cells with thin walls between, everywhere."""
    scale = np.float32(np.pi / size_mm)

    def walls(x: Floats, y: Floats, z: Floats) -> Floats:
        bend = np.sin(y * scale * np.float32(0.41)) + np.sin(z * scale * np.float32(0.37))
        skew = np.sin((x + z) * scale * np.float32(0.33)) + np.sin(
            (y - x) * scale * np.float32(0.29)
        )
        one = np.abs(np.sin(x * scale + np.float32(1.3) * bend))
        two = np.abs(np.sin(y * scale * np.float32(0.8) - np.float32(1.2) * skew))
        three = np.abs(np.sin(z * scale * np.float32(0.9) + bend - skew))
        return np.asarray((np.float32(wall) - np.minimum(np.minimum(one, two), three)) / scale)

    return Drawn(((-200.0,) * 3, (200.0,) * 3), walls, fine=True)


def facial(number: Mapping[str, float]) -> list[tuple[str, str, Surface]]:
    """Bones of the face: orbits, cheeks, upper jaw, nose, palate, pterygoids."""
    found: list[tuple[str, str, Surface]] = []
    sinus = maxillary(number, 1)
    rim = eye_of(number)
    left: list[Surface] = [
        Grown(sinus, 2.0),
        Both((Grown(orbit(number, 1), 2.0), Half((0, rim[1] + 2, 0), (0, -1, 0)))),
        tube([(44, -60, -52), (56, -46, -54), (64, -22, -54), (68, 4, -50)], [6, 4.5, 3.2, 3.5]),
        tube([(52, -60, -30), (50, -60, -42), (46, -60, -54)], [3.5, 4.0, 5.0]),
        tube([(9, -70, -26), (10, -74, -44), (15, -70, -58), (18, -66, -76)], [2.6, 2.6, 3.4, 5.0]),
        tube([(18, -76, -24), (34, -76, -20), (50, -66, -24)], [4.0, 4.5, 4.0]),
    ]
    for side, end in SIDES:
        plates = [
            tube(
                [(side * x, -24, -48), (side * (x + 1.5), -18, -74)],
                [7, 5],
                4.0,
                normals=(1, 0, 0),
                flat=0.16,
            )
            for x in (12.5, 20.0)
        ]
        found.append(
            (f"pterygoid_process_{end}", "cortical_bone", Either(tuple(plates), fine=True))
        )
    face = Either((Mirrored(Either(tuple(left))), palate(), nasal_bone()), fine=True)
    return [("facial_bones", "cortical_bone", face), *found]


def palate() -> Surface:
    """Hard palate and the arch that carries the upper teeth."""
    plate = Ellipsoid((0, -54, -75), (25, 28, 2.2), power=3)
    return Either((plate, tube(arch(-80.0), 6.0, normals=(0, 0, 1), flat=1.3)), smooth_mm=3)


def nasal_bone() -> Surface:
    """The bony bridge of the nose."""
    return Mirrored(tube([(3, -82, -25), (5, -88, -38)], [2.2, 1.5], 4.0))


def arch(height: float) -> list[tuple[float, float, float]]:
    """The curve on which teeth stand, from right to left."""
    xs = np.linspace(-25, 25, 11)
    return [(float(x), float(-78 + 34 * (abs(x) / 25) ** 2.3), height) for x in xs]


def jaw(number: Mapping[str, float]) -> list[tuple[str, str, Surface]]:
    """Lower jaw, its marrow, and the teeth of both jaws."""
    wide = number["jaw_mm"] - 14
    chin = -66 - number["chin_mm"] * 0.6
    half = [
        (wide + 3, 4, -58),
        (wide + 2, 2, -76),
        (wide, -8, -98),
        (wide * 0.8, -36, -110),
        (wide * 0.45, -62, -114),
        (0, chin - 2, -115),
    ]
    tubes = [
        tube(
            [sided(p, s) for p in half],
            [5.5, 6, 7, 7, 7.5, 8],
            5.0,
            normals=(0.8 * s, -0.6, 0),
            flat=0.55,
        )
        for s in (1, -1)
    ]
    inner = [t.thinned(2.3) for t in tubes]
    coronoid = Mirrored(tube([(wide, -22, -60), (wide, -14, -88)], [3, 7], 5.0))
    alveolar = tube(arch(-106.0), 6.0, normals=(0, 0, 1), flat=1.3)
    bone = Either((*tubes, coronoid, alveolar), smooth_mm=3)
    found: list[tuple[str, str, Surface]] = [
        ("mandible", "cortical_bone", bone),
        ("mandible", "marrow", Either(tuple(inner))),
    ]
    return found + teeth()


def teeth() -> list[tuple[str, str, Surface]]:
    """Two rows of fourteen teeth, evenly along their arch."""
    line = spline(np.array(arch(0.0)), 0.5)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    rows = []
    for place in (np.arange(14) + 0.5) / 14:
        x, y = (float(np.interp(place * along[-1], along, line[:, k])) for k in (0, 1))
        wide = 2.7 + 1.3 * abs(2 * place - 1) ** 1.5
        for height, long in ((-85.0, 9.0), (-101.0, 9.0)):
            ends = [(x, y, height - long / 2 + 2), (x, y, height + long / 2 - 2)]
            rows.append(tube(ends, wide, 9.0))
    return [("teeth", "tooth", joined(rows))]


def maxillary(number: Mapping[str, float], side: int) -> Surface:
    """The sinus in the upper jaw."""
    size = number["maxillary"]
    return Ellipsoid((side * 31, -46, -60), (13.5 * size, 17 * size, 15 * size), power=2.6)


def sinuses(number: Mapping[str, float]) -> list[tuple[str, str, Surface]]:
    """Air of the sinuses with its lining."""
    found: list[tuple[str, str, Surface]] = []
    lining = number["lining_mm"]
    frontal = number["frontal"]
    for side, end in SIDES:
        room = maxillary(number, side)
        floor = Half((0, 0, -60 - 13 * number["maxillary"] + lining * 2.5), (0, 0, -1))
        found.append((f"maxillary_sinus_{end}", "mucosa", room))
        found.append(
            (
                f"maxillary_sinus_{end}",
                "sinus_air",
                Both((Grown(room, -lining), floor), smooth_mm=2, fine=True),
            )
        )
        brow = Ellipsoid((side * 13, -79, -14), (12 * frontal, 4.5, 11 * frontal))
        found.append((f"frontal_sinus_{end}", "sinus_air", Grown(brow, 0)))
        nose = Ellipsoid((side * 11.5, -50, -38), (6.5, 22, 10), power=3)
        found.append((f"ethmoid_{end}", "cortical_bone", Grown(nose, 0.8)))
        found.append((f"ethmoid_{end}", "sinus_air", Both((nose, cells(6.5, 0.2)), fine=True)))
        sphenoid = Ellipsoid((side * 7.5, -15, -38), (6.8, 10, 8), power=2.6)
        found.append((f"sphenoid_sinus_{end}", "cortical_bone", Grown(sphenoid, 1.8)))
        found.append((f"sphenoid_sinus_{end}", "mucosa", Grown(sphenoid, 0.3)))
        found.append((f"sphenoid_sinus_{end}", "sinus_air", Grown(sphenoid, -0.6)))
    return found
