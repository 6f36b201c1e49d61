"""Arteries and veins of the belly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.branching import grown, scattered
from yushan.domain.bodies.lines import Line, lines
from yushan.domain.bodies.surfaces import Ellipsoid
from yushan.domain.bodies.tubes import Tubes, tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

#: Along the spine: height, x, off the vertebral bodies' middle, radius.
CAVA: Final = (
    (-316, -14, 26, 8.5), (-280, -19, 28, 9.5), (-240, -21, 29, 10.5), (-200, -22, 31, 11),
    (-160, -23, 33, 11.5), (-128, -23, 40, 12), (-104, -25, 50, 12), (-82, -27, 58, 12),
)  # fmt: skip
ILIAC: Final = {
    "iliac_artery": (
        ((2, -292), (24, -330), (48, -376), (62, -430), (74, -476), (82, -510), (86, -600)),
        (26, 22, 40, 66, 94, 118, 112), 4.6,
    ),
    "iliac_vena": (
        ((-12, -314), (22, -340), (46, -382), (58, -430), (64, -476), (70, -510), (76, -600)),
        (24, 14, 30, 56, 86, 108, 102), 6.0,
    ),
}  # fmt: skip


def belly_vessels(plan: Plan) -> list[Structure]:
    """Veins with what they lead to, arteries over them, and the mesentery's small branches."""
    cava = [
        (x * plan.wide, plan.spine(z * plan.tall) - gap, z * plan.tall) for z, x, gap, _ in CAVA
    ]
    found = [
        Structure(
            "inferior_vena_cava",
            "blood_vein",
            tube(cava, [r * plan["cava_scale"] for *_, r in CAVA], 8, (0, 1, 0), 0.8),
        ),
        *iliacs(plan),
    ]
    found += [Structure(v.name, v.tissue, through(plan, v)) for v in lines("belly_veins")]
    for artery in lines("belly_arteries"):
        vessel = through(plan, artery)
        found.append(Structure(artery.name, "muscle", vessel))
        found.append(Structure(artery.name, artery.tissue, vessel.thinned(artery.wall_mm)))
    return found + mesentery(plan)


def through(plan: Plan, line: Line) -> Tubes:
    """A tube along a course; it follows this body's spine."""
    points = []
    for x, y, z in line.points:
        shift = plan.spine(z * plan.tall) / plan.deep - plan.usual_spine(z)
        points.append(plan.point(x, y + shift, z))
    return tube(points, [r * plan["belly_vessel_scale"] for r in line.radii], 4)


def behind(plan: Plan, z: float) -> float:
    """Depth of the spine at a height, in the standard man's measures; below it that man's own."""
    share = float(np.interp(z, (-460, -400), (0, 1)))
    usual = plan.usual_spine(z)
    return usual + share * (plan.spine(z * plan.tall) / plan.deep - usual)


def iliacs(plan: Plan) -> list[Structure]:
    """Both sides below the fork."""
    found = []
    for name, (line, gaps, radius) in ILIAC.items():
        for side, label in ((1, "left"), (-1, "right")):
            points = [
                plan.point(side * x if k else x, behind(plan, z) - gap, z)
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
