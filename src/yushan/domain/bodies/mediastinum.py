"""Great vessels, airways and gullet between the lungs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.heart import Heart, heart
from yushan.domain.bodies.surfaces import Ellipsoid, Grown, Surface
from yushan.domain.bodies.tubes import Tubes, tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

#: Round vessels: name, tissue, wall in mm, points (x, y, z), radii, all of the standard man.
VESSELS: Final = (
    ("superior_vena_cava", "blood_right", 0.8, ((-24, -14, 40), (-27, -16, 10), (-29, -14, -24), (-26, -8, -40)), (8.5, 9.5, 10, 11)),
    ("brachiocephalic_vein_right", "blood_right", 0.7, ((-42, -8, 88), (-32, -14, 66), (-25, -15, 40)), (6.5, 7.5, 8)),
    ("brachiocephalic_vein_left", "blood_right", 0.7, ((44, -10, 86), (30, -32, 62), (2, -40, 54), (-22, -18, 42)), (6, 6.5, 7, 8)),
    ("brachiocephalic_trunk", "blood_left", 1.0, ((-2, -14, 40), (-10, -10, 58), (-20, 0, 78)), (7, 6.2, 5.8)),
    ("subclavian_artery_right", "blood_left", 0.8, ((-20, 0, 78), (-40, 8, 90), (-78, 12, 84)), (4.6, 4.4, 4)),
    ("common_carotid_artery_right", "blood_left", 0.8, ((-20, 0, 78), (-23, 2, 100), (-25, 6, 150)), (3.8, 3.6, 3.5)),
    ("common_carotid_artery_left", "blood_left", 0.8, ((7, -2, 41), (13, 0, 66), (20, 4, 100), (25, 6, 150)), (4.2, 3.8, 3.6, 3.5)),
    ("subclavian_artery_left", "blood_left", 0.8, ((18, 14, 36), (22, 16, 64), (34, 16, 86), (76, 14, 84)), (5.2, 4.8, 4.5, 4)),
    ("azygos_vein", "blood_right", 0.4, ((-8, 34, -160), (-7, 32, -80), (-8, 34, -10), (-16, 20, 14), (-24, -6, 14)), (2.2, 3, 3.6, 4, 4)),
    ("pulmonary_artery", "blood_right", 1.0, ((24, -52, -34), (22, -46, -14), (19, -30, -2), (20, -14, 4)), (14.5, 14, 13.5, 13)),
    ("pulmonary_artery", "blood_right", 1.0, ((19, -24, 0), (0, -6, -2), (-22, 2, -6), (-44, 6, -12)), (11.5, 10.5, 10, 8.5)),
    ("pulmonary_artery", "blood_right", 1.0, ((20, -18, 4), (34, 0, 6), (46, 14, -4), (52, 22, -22)), (11, 10, 9, 7)),
    ("pulmonary_vein", "blood_left", 0.6, ((-8, 2, -44), (-28, 2, -38), (-50, 0, -28)), (8, 7, 5)),
    ("pulmonary_vein", "blood_left", 0.6, ((-8, 8, -56), (-30, 14, -62), (-52, 24, -72)), (8, 7, 5)),
    ("pulmonary_vein", "blood_left", 0.6, ((30, 4, -36), (44, -2, -26), (56, -8, -14)), (7.5, 6.5, 5)),
    ("pulmonary_vein", "blood_left", 0.6, ((28, 12, -52), (44, 18, -58), (60, 28, -68)), (7.5, 6.5, 5)),
    ("internal_thoracic_artery", "blood_left", 0.3, ((24, -62, 40), (26, -78, 0), (26, -86, -70)), (1.3, 1.3, 1.2)),
    ("internal_thoracic_artery", "blood_left", 0.3, ((-24, -62, 40), (-26, -78, 0), (-26, -86, -70)), (1.3, 1.3, 1.2)),
)  # fmt: skip
#: Wall of airways, and their points and radii.
AIRWAYS: Final = (
    (1.6, ((0, -2, 140), (0, 6, 70), (0, 13, 8)), (9.0, 8.8, 9.2)),
    (1.5, ((-1, 13, 8), (-16, 15, -8), (-30, 14, -18)), (7.4, 7.0, 6.6)),
    (1.3, ((-30, 14, -18), (-42, 14, -34), (-50, 20, -56)), (5.6, 5.0, 4.0)),
    (1.2, ((-28, 13, -17), (-42, 8, -12), (-54, 4, -2)), (4.8, 4.2, 3.2)),
    (1.4, ((1, 13, 8), (18, 17, -10), (40, 20, -22)), (6.8, 6.2, 5.6)),
    (1.2, ((40, 20, -22), (50, 12, -20), (60, 4, -8)), (4.6, 4.2, 3.2)),
    (1.2, ((40, 20, -22), (50, 24, -38), (58, 32, -60)), (4.8, 4.4, 3.4)),
)


def aorta_line(plan: Plan) -> tuple[list[tuple[float, float, float]], list[float]]:
    """The aorta from its root over the arch to its fork: points and radii."""
    up, down = plan["aorta_ascending_mm"], plan["aorta_descending_mm"]
    chest = (
        (9, -26, -42),
        (2, -30, -28),
        (-8, -30, -6),
        (-12, -24, 16),
        (-5, -14, 35),
        (8, 4, 42),
        (18, 24, 36),
        (24, 38, 16),
    )
    points = [plan.point(*p) for p in chest]
    for z, x, gap in (
        (-20, 26, 26),
        (-60, 24, 26),
        (-110, 14, 29),
        (-160, 5, 29),
        (-220, 3, 29),
        (-292, 2, 28),
    ):
        points.append(
            (x * plan.wide, plan.spine(z * plan.tall) - gap + (8 if z > -100 else 0), z * plan.tall)
        )
    shares = (1.02, 1.12, 1.0, 1.0, 0.94)
    radii = [up * s for s in shares] + [(up * 0.5 + down * 0.5), down * 1.06, down * 1.02]
    return points, radii + [down * s for s in (1.0, 0.98, 0.93, 0.86, 0.76, 0.66)]


def aorta(plan: Plan, step_mm: float = 5.0) -> Tubes:
    """The aorta as a tube."""
    points, radii = aorta_line(plan)
    return tube(points, radii, step_mm)


def bulges(plan: Plan) -> tuple[Surface, ...]:
    """What presses into the lungs from between them."""
    heights = np.linspace(plan.level("L1"), plan.level("C7"), 8)
    spine = [(0.0, plan.spine(z), z) for z in heights]
    arch = [(0.0, plan.spine(z) + 26, z) for z in heights]
    middle = [(0, -18, 92), (0, -16, 40), (-2, 0, 0), (2, 20, -60), (6, 24, -160)]
    return (
        tube(spine, 20, 25),
        tube(arch, 29, 25, (0, 1, 0), 0.62),
        tube([plan.point(*p) for p in middle], (34, 31, 30, 20, 20), 25),
        Grown(Heart(plan).sac, 2.5),
        Grown(aorta(plan, 14), 2.5),
    )


def mediastinum(plan: Plan) -> list[Structure]:
    """All between the lungs."""
    tube_of_aorta = aorta(plan)
    gullet = [
        plan.point(*p)
        for p in (
            (2, 20, 120),
            (3, 24, 60),
            (5, 30, 0),
            (8, 24, -70),
            (14, 10, -118),
            (22, -2, -134),
        )
    ]
    food = tube(gullet, (7.5, 7.5, 8, 8.5, 8.5, 9), 8, (0, 1, 0), 0.72)
    found = [*heart(Heart(plan))]
    found += [Structure(name, "muscle", t) for name, t, _ in vessels(plan)]
    found += [Structure("aorta", "muscle", tube_of_aorta)]
    found += [
        Structure(name, tissue, t.thinned(wall))
        for (name, t, tissue), wall in zip(vessels(plan), (row[2] for row in VESSELS), strict=True)
    ]
    found += [Structure("aorta", "blood_left", tube_of_aorta.thinned(1.5))]
    found += [
        Structure("esophagus", "muscle", food),
        Structure("esophagus", "gas", tube(gullet[1:4], (1.2, 2.2, 1.0), 8, (0, 1, 0), 0.6)),
    ]
    return [*found, *airways(plan), *thyroid(plan)]


def vessels(plan: Plan) -> list[tuple[str, Tubes, str]]:
    """Great vessels with their walls, as tubes."""
    return [
        (name, tube([plan.point(*p) for p in line], radii, 5), tissue)
        for name, tissue, _, line, radii in VESSELS
    ]


def airways(plan: Plan) -> list[Structure]:
    """Windpipe, main and lobar bronchi; all walls, then all air."""
    tubes = [
        (wall, tube([plan.point(*p) for p in line], radii, 5)) for wall, line, radii in AIRWAYS
    ]
    walls = [Structure("trachea", "airway_wall", t) for _, t in tubes]
    return walls + [Structure("trachea", "gas", t.thinned(wall)) for wall, t in tubes]


def thyroid(plan: Plan) -> list[Structure]:
    """The lower poles of the thyroid."""
    return [
        Structure("thyroid_gland", "thyroid", Ellipsoid(plan.point(side * 17, -4, 112), (8, 9, 20)))
        for side in (1, -1)
    ]
