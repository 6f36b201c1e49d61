"""Nose and nasopharynx, and the compartments around it by which a tumour there is staged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.bodies.head_shapes import SIDES, Mirrored, sided
from yushan.domain.bodies.surfaces import Both, Either, Ellipsoid, Grown, Half, Without
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.surfaces import Surface

    Parts = list[tuple[str, str, Surface]]

#: Walls and air of the nasopharynx; its front opening (choanae) lies at this y.
MIDDLE: Final = (0.0, -9.0, -59.0)
CHOANA: Final = -20.0


def nasopharynx() -> Surface:
    """Walls and air together."""
    return Ellipsoid(MIDDLE, (18, 12.5, 15), power=2.6)


def wall() -> Surface:
    """The nasopharynx with its fascia and the muscles of the palate's tube."""
    return Grown(nasopharynx(), 2.5)


def oropharynx(walls: Surface) -> Surface:
    """The throat below the palate."""
    return Both((walls, Half((0, 0, -75), (0, 0, 1))))


def parapharyngeal(side: int) -> Surface:
    """The fat beside the pharynx."""
    line = [(24, -6, -52), (25, 0, -68), (27, 2, -88)]
    return tube([sided(p, side) for p in line], [7, 8, 6], 6.0, (side * 0.9, 0.4, 0), 0.55)


def spaces() -> Parts:
    """Fat beside the pharynx, by side."""
    return [(f"parapharyngeal_space_{end}", "fat", parapharyngeal(side)) for side, end in SIDES]


def nose() -> Parts:
    """Nasal cavity with septum and turbinates; nasopharynx with recesses and tubes."""
    room = Ellipsoid((0, -52, -56), (13.5, 36, 19), power=2.7)
    front = Either((room, tube([(0, -86, -66), (0, -60, -62)], [11, 13], 6.0)), smooth_mm=6)
    septum = Ellipsoid((0, -54, -54), (1.9, 38, 24), power=4, fine=True)
    shells = [
        tube(
            [(7.5, -74, -67), (8, -50, -69), (7, -26, -66)], [4.0, 6.2, 4.4], 5.0, (1, 0, 0), 0.75
        ),
        tube([(7, -66, -55), (7.5, -48, -57), (7, -28, -55)], [3.2, 5.0, 3.4], 5.0, (1, 0, 0), 0.7),
        tube([(6, -52, -46), (6, -34, -47)], [2.2, 2.4], 5.0),
    ]
    bones = [shell.thinned(2.3) for shell in shells[:2]]
    hollow = tube(
        [(0, -24, -60), (0, -12, -60), (0, -6, -66), (0, -4, -76)],
        [11, 11, 10, 8],
        4.0,
        (0, 1, 0),
        0.6,
    )
    slant = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))
    recess = Mirrored(Ellipsoid((10.5, -4.0, -57.5), (6.5, 1.9, 6.0), slant))
    tube_end = Mirrored(tube([(8, -15, -62), (13, -13, -61), (17, -8, -57)], [2.4, 1.6, 0.8], 3.0))
    torus = Mirrored(Ellipsoid((10.5, -9.5, -60), (3.6, 2.6, 6.0), slant))
    adenoid = Ellipsoid((0, -2, -50), (12, 6, 5))
    plate = Both((Grown(septum, -1.1), Half((0, -74, 0), (0, -1, 0))), fine=True)
    air = Either((hollow, recess, tube_end), smooth_mm=2)
    return [
        ("nasal_cavity", "mucosa", front),
        ("nasal_cavity", "air", Grown(front, -1.6)),
        ("nasal_cavity", "mucosa", Either((septum, Mirrored(Either(tuple(shells)))), fine=True)),
        ("nasal_septum", "cortical_bone", plate),
        ("turbinates", "cortical_bone", Mirrored(Either(tuple(bones), fine=True))),
        ("nasopharynx", "mucosa", nasopharynx()),
        ("nasopharynx", "air", Without(air, (adenoid, torus), smooth_mm=1.0, fine=True)),
        ("soft_palate", "muscle", soft_palate()),
    ]


def soft_palate() -> Surface:
    """The curtain between nose and mouth, with the uvula."""
    return tube(
        [(0, -28, -74), (0, -18, -76), (0, -9, -84), (0, -6, -92)],
        [14, 14, 11, 4],
        4.0,
        (0, 0.7, 0.7),
        0.3,
    )
