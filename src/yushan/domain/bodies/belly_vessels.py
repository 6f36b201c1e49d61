"""Arteries and veins of the belly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.branching import grown, scattered
from yushan.domain.bodies.surfaces import Ellipsoid
from yushan.domain.bodies.tubes import Tubes, tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

#: Name, tissue, points (x, y, z) and radii of the standard man, mm. Depths of rows that begin
#: with ``spine`` count from the middle of the vertebral bodies.
VEINS: Final = (
    ("portal_vein_and_splenic_vein", ((-10, -17, -206), (-20, -18, -190), (-31, -20, -172), (-46, -18, -164)), (6.2, 6.4, 6, 5)),
    ("portal_vein_and_splenic_vein", ((-31, -20, -172), (-16, -36, -158), (0, -44, -150)), (4.6, 4, 3)),
    ("portal_vein_and_splenic_vein", ((-10, -17, -206), (14, -19, -197), (42, -2, -186), (66, 18, -174), (86, 28, -162)), (4.6, 4.4, 4.2, 4, 3.4)),
    ("superior_mesenteric_vein", ((-10, -17, -206), (-9, -24, -226), (-8, -34, -262), (-4, -44, -300)), (5.6, 5.6, 5, 4)),
    ("renal_vein_left", ((40, 18, -198), (22, -4, -203), (4, -11, -207), (-16, 0, -209)), (4.4, 4.6, 4.4, 5)),
    ("renal_vein_right", ((-40, 20, -212), (-28, 10, -211), (-20, 4, -210)), (4.4, 4.6, 5)),
)  # fmt: skip
ARTERIES: Final = (
    ("coeliac_trunk", ((3, -4, -177), (4, -18, -178), (3, -24, -177)), (3.9, 3.6, 3.3)),
    ("hepatic_artery", ((3, -24, -177), (-14, -30, -180), (-28, -26, -174), (-36, -24, -168)), (2.7, 2.5, 2.2, 1.8)),
    ("splenic_artery", ((3, -24, -177), (20, -20, -172), (34, -10, -182), (50, 2, -170), (66, 14, -172), (86, 26, -158)), (2.7, 2.6, 2.6, 2.5, 2.4, 2)),
    ("gastric_artery_left", ((4, -22, -177), (14, -26, -158), (22, -16, -140)), (1.6, 1.4, 1.1)),
    ("superior_mesenteric_artery", ((3, -4, -194), (4, -14, -202), (5, -24, -224), (5, -34, -262), (8, -44, -300)), (3.8, 3.8, 3.6, 3.2, 2.6)),
    ("renal_artery_left", ((4, 4, -202), (22, 12, -202), (42, 20, -198)), (2.9, 2.7, 2.4)),
    ("renal_artery_right", ((0, 4, -206), (-20, 18, -208), (-42, 24, -212)), (2.9, 2.7, 2.4)),
)  # fmt: skip
#: Along the spine: height, x, off the vertebral bodies' middle, radius.
CAVA: Final = (
    (-316, -14, 26, 8.5), (-280, -19, 28, 9.5), (-240, -21, 29, 10.5), (-200, -22, 31, 11),
    (-160, -23, 33, 11.5), (-128, -23, 40, 12), (-104, -25, 50, 12), (-82, -27, 58, 12),
)  # fmt: skip
ILIAC: Final = {
    "iliac_artery": (((2, -292), (24, -330), (48, -376), (62, -430)), (26, 22, 40, 66), 4.6),
    "iliac_vena": (((-12, -314), (22, -340), (46, -382), (58, -430)), (24, 14, 30, 56), 6.0),
}


def belly_vessels(plan: Plan) -> list[Structure]:
    """Veins with what they lead to, arteries over them, and the mesentery's small branches."""
    cava = [
        (x * plan.wide, plan.spine(z * plan.tall) - gap, z * plan.tall) for z, x, gap, _ in CAVA
    ]
    found = [
        Structure(
            "inferior_vena_cava", "blood_vein", tube(cava, [r for *_, r in CAVA], 8, (0, 1, 0), 0.8)
        ),
        *iliacs(plan),
    ]
    for name, line, radii in VEINS:
        found.append(Structure(name, "blood_vein", through(plan, line, radii)))
    for name, line, radii in ARTERIES:
        vessel = through(plan, line, radii)
        found.append(Structure(name, "muscle", vessel))
        found.append(Structure(name, "blood_left", vessel.thinned(0.6)))
    return found + mesentery(plan)


def through(
    plan: Plan, line: tuple[tuple[float, float, float], ...], radii: tuple[float, ...]
) -> Tubes:
    """A tube through points of the standard man; it follows this body's spine."""
    points = []
    for x, y, z in line:
        shift = plan.spine(z * plan.tall) / plan.deep - plan.usual_spine(z)
        points.append(plan.point(x, y + shift, z))
    return tube(points, radii, 4)


def iliacs(plan: Plan) -> list[Structure]:
    """Both sides below the fork."""
    found = []
    for name, (line, gaps, radius) in ILIAC.items():
        for side, label in ((1, "left"), (-1, "right")):
            points = [
                ((side * x if k else x) * plan.wide, plan.spine(z * plan.tall) - gap, z * plan.tall)
                for k, ((x, z), gap) in enumerate(zip(line, gaps, strict=True))
            ]
            vessel = tube(points, radius, 6)
            if name == "iliac_vena":
                found.append(Structure(f"{name}_{label}", "blood_vein", vessel))
            else:
                found.append(Structure(f"{name}_{label}", "muscle", vessel))
                found.append(Structure(f"{name}_{label}", "blood_left", vessel.thinned(0.8)))
    return found


def mesentery(plan: Plan) -> list[Structure]:
    """Small vessels in the fat between the loops."""
    space = Ellipsoid(plan.point(8, -44, -280), (80, 34, 66))
    found = []
    for key, tissue, root in (
        (55, "blood_vein", (-8, -34, -258)),
        (56, "blood_left", (5, -34, -258)),
    ):
        ends = scattered(plan.rng(key), space, 90, 2.0)
        start = np.array([plan.point(*root)])
        found.append(
            Structure("mesenteric_vessels", tissue, grown(plan.rng(key, 1), start, ends, 0.55))
        )
    return found
