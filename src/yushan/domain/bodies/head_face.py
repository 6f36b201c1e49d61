"""The outside of a head: skin over skull and face, nose, lips, eyes, ears, neck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.bodies.columns import Column
from yushan.domain.bodies.head_shapes import SIDES, Flowing, Mirrored, sided
from yushan.domain.bodies.surfaces import Either, Ellipsoid, Grown, Surface, Without
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.bodies.surfaces import Triple


#: Where the eyes' middles lie at their usual distance, mm.
EYE: Final[Triple] = (34.0, -64.0, -38.0)


def skin(cavity: Surface, number: Mapping[str, float]) -> Surface:
    """The whole outer surface."""
    scalp = number["skull_mm"] + number["scalp_mm"]
    soft = Flowing((Grown(cavity, scalp), front(number), neck(number)), smooth_mm=16)
    eye = eye_of(number)
    socket = Mirrored(Ellipsoid((eye[0], eye[1] - 20, eye[2] + 1), (16, 9, 9)))
    lid = Mirrored(Ellipsoid((eye[0], eye[1] - 1, eye[2]), (16, 14.2, 13.4)))
    hollow = Either((Without(soft, (socket,), smooth_mm=9), lid), smooth_mm=5)
    marked = Either((hollow, *features(number)), smooth_mm=6)
    eared = Either((marked, Mirrored(ear(number))), smooth_mm=4)
    return Without(eared, (mouth(number), nostrils(number)), smooth_mm=1.5)


def front(number: Mapping[str, float]) -> Surface:
    """The face under its features: brows to chin, jaw to jaw."""
    jaw, chin = number["jaw_mm"], number["chin_mm"]
    rows = (
        (-133, 0, -40, 3, 12, 10),
        (-131, 0, -40, jaw * 0.3, 30 + chin * 0.8, 24),
        (-127, 0, -40, jaw * 0.5, 38 + chin, 34),
        (-116, 0, -36, jaw * 0.78, 46 + chin * 0.8, 48),
        (-98, 0, -26, jaw * 0.96, 60, 44),
        (-78, 0, -18, jaw + 5, 71, 40),
        (-55, 0, -10, jaw + 10, 77, 40),
        (-34, 0, -4, jaw + 9, 78, 40),
        (-14, 0, 0, jaw + 4, 82, 40),
        (0, 0, 4, jaw - 8, 78, 40),
        (22, 0, 8, jaw - 26, 56, 30),
        (34, 0, 8, jaw - 40, 30, 20),
    )
    return Column(tuple(tuple(float(v) for v in row) for row in rows), power=2.3)


def neck(number: Mapping[str, float]) -> Surface:
    """Neck down to the shoulders' beginning."""
    half = number["neck_mm"]
    rows = (
        (-262, 0, 52, half + 14, half * 1.0, half * 1.05),
        (-225, 0, 48, half + 2, half * 1.05, half),
        (-190, 0, 44, half - 3, half * 1.15, half * 0.96),
        (-150, 0, 42, half - 1, half * 1.18, half * 0.98),
        (-115, 0, 40, half + 2, half * 1.0, half * 1.04),
        (-80, 0, 38, half + 4, half * 0.7, half * 1.14),
        (-40, 0, 38, half + 2, half * 0.6, half * 1.15),
        (-15, 0, 36, half - 12, half * 0.5, half * 0.9),
        (0, 0, 34, half - 32, half * 0.3, half * 0.5),
    )
    return Column(tuple(tuple(float(v) for v in row) for row in rows), power=2.2)


def features(number: Mapping[str, float]) -> list[Surface]:
    """Nose, brows, cheeks, lips and chin."""
    nose, wide = number["nose_mm"], number["nose_wide_mm"]
    brow, cheek, lips = number["brow_mm"], number["cheek_mm"], number["lips_mm"]
    tip = -82 - nose
    bridge, middle = -84 - nose * 0.35, -84 - nose * 0.75
    line = [(0, -82, -24), (0, bridge, -40), (0, middle, -54), (0, tip + 8, -63)]
    back = tube(line, [5, 6.5, 7.5, 8.5], 3.0)
    root = tube([(0, -74, -30), (0, -78, -48), (0, -82, -64)], [7, 9.5, 11], 4.0)
    wing = Mirrored(Ellipsoid((wide * 0.6, -88, -68), (wide * 0.42, 10, 8)))
    column = tube([(0, tip + 9, -67), (0, -84, -73)], [4.5, 5.0], 3.0)
    return [
        Either((back, root, wing, column), smooth_mm=7),
        Mirrored(Ellipsoid((23, -77 - brow, -16), (24, 7, 10))),
        Mirrored(Ellipsoid((40, -58 - cheek, -62), (19, 17, 18))),
        Ellipsoid((0, -83, -89 + 1.5), (23, 9 + lips, 5.5)),
        Ellipsoid((0, -83, -99 - 0.5), (20, 8.5 + lips, 5.5)),
        Ellipsoid((0, -72 - number["chin_mm"], -119), (17, 13, 12)),
    ]


def mouth(number: Mapping[str, float]) -> Surface:
    """The gap between the lips."""
    return Ellipsoid((0, -88 - number["lips_mm"], -94), (24, 8, 0.9), fine=True)


def nostrils(number: Mapping[str, float]) -> Surface:
    """Both entries of the nose."""
    wide = number["nose_wide_mm"]
    line = [(wide * 0.42, -90, -78), (wide * 0.38, -88, -66), (7, -80, -60)]
    return Mirrored(tube(line, [3.4, 3.6, 3.2], 3.0))


def ear(number: Mapping[str, float]) -> Surface:
    """The left ear: a bowl that stands off."""
    size, off = number["ear_mm"], number["ear_off_mm"]
    turn = ((0.86, -0.5, 0.0), (0.48, 0.84, 0.26), (-0.13, -0.22, 0.97))
    middle = (75.0 + off, 30.0, -36.0)
    bowl = Ellipsoid(middle, (4.2, size * 0.55, size), turn)
    hollow = Ellipsoid(
        (middle[0] + 3.4, middle[1] - 3.5, middle[2] + 1), (3.2, size * 0.36, size * 0.62), turn
    )
    return Without(bowl, (hollow,), smooth_mm=2)


def eye_of(number: Mapping[str, float]) -> Triple:
    """The middle of the left eye."""
    return number["eyes_mm"] / 2, EYE[1], EYE[2]


def eyes(number: Mapping[str, float]) -> list[tuple[str, str, Surface]]:
    """Globes, lenses, nerves and muscles: structure, tissue, surface."""
    found: list[tuple[str, str, Surface]] = []
    middle = eye_of(number)
    radius = number["globe_mm"] / 2
    for side, end in SIDES:
        globe = sided(middle, side)
        apex = (side * 15.0, -14.0, -33.0)
        cone = orbit(number, side)
        found.append((f"orbit_{end}", "fat", Grown(cone, -0.2)))
        for dx, dz in ((9, 0), (-9, 0), (0, 9), (0, -9)):
            line = [
                (globe[0] + dx, globe[1] + 2, globe[2] + dz),
                (globe[0] * 0.86 + dx * 0.95, -40, globe[2] + dz * 0.85),
                apex,
            ]
            found.append((f"eye_muscle_{end}", "muscle", tube(line, [1.3, 2.3, 1.2], 4.0)))
        nerve = [
            (globe[0] * 0.99, globe[1] + radius - 1, globe[2]),
            (globe[0] * 0.8, -36, globe[2] - 1),
            apex,
        ]
        found.append((f"optic_nerve_{end}", "csf", tube(nerve, 2.7, 4.0)))
        found.append((f"optic_nerve_{end}", "white_matter", tube(nerve, 1.6, 4.0)))
        found.append((f"eye_{end}", "muscle", Ellipsoid(globe, (radius + 1,) * 3, fine=True)))
        found.append((f"eye_{end}", "eye", Ellipsoid(globe, (radius,) * 3, fine=True)))
        front_of = (globe[0], globe[1] - radius + 5.0, globe[2])
        found.append((f"lens_{end}", "lens", Ellipsoid(front_of, (4.6, 2.1, 4.6), fine=True)))
    return found


def orbit(number: Mapping[str, float], side: int) -> Surface:
    """The cone in which an eye lies."""
    eye = sided(eye_of(number), side)
    return tube(
        [(eye[0], eye[1] - 2, eye[2]), (eye[0] * 0.86, -42, -37), (side * 15, -12, -33)],
        [18.5, 14, 3],
    )
