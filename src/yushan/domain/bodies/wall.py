"""Skin, fat and muscles of the trunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.surfaces import Grown, Rippled
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan


def wall(plan: Plan, arms: str) -> list[Structure]:
    """All around the cage, from the outside in."""
    del arms
    return [
        Structure("skin", "skin", plan.skin),
        Structure("subcutaneous_fat", "fat", Grown(plan.skin, -2.0)),
        Structure("skeletal_muscle", "muscle", Rippled(plan.wall, 1.5, 60, plan.seed)),
        Structure("torso_fat", "fat", plan.cage),
        *back_muscles(plan),
    ]


def back_muscles(plan: Plan) -> list[Structure]:
    """The deep muscles along the spine, and psoas."""
    found = []
    for side, name in ((1, "left"), (-1, "right")):
        line = [
            (side * 30 * plan.wide, plan.spine(z * plan.tall) + 48, z * plan.tall)
            for z in (-340, -260, -160, -60, 40)
        ]
        found.append(
            Structure(
                f"autochthon_{name}", "muscle", tube(line, (24, 24, 20, 15, 12), 12, (0, 1, 0), 0.7)
            )
        )
        psoas = [
            (side * x * plan.wide, plan.spine(z * plan.tall) + y, z * plan.tall)
            for x, y, z in ((26, 2, -185), (38, 0, -260), (50, -10, -330), (66, -30, -400))
        ]
        found.append(Structure(f"iliopsoas_{name}", "muscle", tube(psoas, (7, 18, 24, 24), 12)))
    return found
