"""Skin, fat and muscles of the trunk, with shoulders and arms."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.back import UNDER, back_muscles, marbled
from yushan.domain.bodies.blotches import Blotches
from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.sheets import Sheet, Skinned
from yushan.domain.bodies.surfaces import Either, Ellipsoid, Grown, Rippled, Surface, Without
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

SIDES: Final = ((1, "left"), (-1, "right"))
#: Lattice of skin, cage and flat muscles: they bend gently.
WIDE_MM: Final = 4.0
#: Bones under the skin: the collar bone, and the ridge of the shoulder blade.
COLLAR: Final = ((22, -48, 52), (66, -50, 66), (108, -10, 84), (148, 14, 98))
SPINE_OF_BLADE: Final = ((84, 98, 40), (120, 82, 66), (152, 52, 92), (160, 24, 96))
#: Flat muscles: off the cage and half thickness in mm; middle and reach as share of the way round
#: and height; lean.
MUSCLES: Final = (
    ("serratus", 12.0, 3.4, (0.47, -40), (0.22, 78), -0.02),
    ("latissimus", 18.0, 4.6, (0.36, -80), (0.17, 120), 0.05),
    ("subscapularis", 14.0, 6.5, (0.36, 12), (0.15, 62), 0.05),
    ("infraspinatus", 29.0, 7.0, (0.33, 4), (0.13, 56), 0.05),
    ("teres", 27.0, 9.0, (0.44, -18), (0.07, 40), 0.02),
    ("pectoralis_minor", 12.5, 2.6, (0.78, 18), (0.10, 46), -0.05),
    ("pectoralis", 18.0, 5.5, (0.79, 6), (0.19, 74), -0.05),
)  # fmt: skip


def wall(plan: Plan, arms: str) -> list[Structure]:
    """All around the cage, from the outside in."""
    skin = outline(plan, arms)
    under = Grown(skin, -plan["skin_mm"])
    layer = Rippled(Grown(plan.cage, 8.5), 0.6, 70, plan.seed)
    return [
        Structure("skin", "skin", skin, lattice_mm=WIDE_MM),
        Structure(UNDER, "fat", under, strength=0.0, lattice_mm=WIDE_MM),
        Structure("subcutaneous_fat", "fat", under, lattice_mm=WIDE_MM),
        strands(plan, "subcutaneous_fat", "muscle", 17.0, 0.2),
        *limbs(plan, arms),
        Structure("skeletal_muscle", "muscle", layer, UNDER, lattice_mm=WIDE_MM),
        *flat_muscles(plan),
        *belly(plan),
        strands(plan, "skeletal_muscle", "fat", 12.0, marbled(plan)),
        Structure("torso_fat", "fat", plan.cage, lattice_mm=WIDE_MM),
        Structure("abdominal_cavity", "fat", plan.cage, strength=0.0, lattice_mm=WIDE_MM),
        *back_muscles(plan),
    ]


def strands(plan: Plan, name: str, tissue: str, length_mm: float, strength: float) -> Structure:
    """Thin winding sheets: fibres in fat, fat between the bundles of muscles."""
    low, high = plan.skin.box
    box = ((low[0] - 60, low[1] - 20, low[2]), (high[0] + 60, high[1] + 20, high[2]))
    face = Blotches(length_mm, 0.0, plan.seed + round(length_mm), box=box)
    return Structure(name, tissue, Skinned(face, 0.4), UNDER, 1.0, strength)


@lru_cache(maxsize=4)
def outline(plan: Plan, arms: str) -> Surface:
    """The skin with shoulders, arms, and breasts."""
    parts: list[Surface] = [plan.skin]
    fat = max(plan.plump, -6) * 0.8
    for side, _ in SIDES:
        parts.append(Ellipsoid(plan.point(side * 136, 26, 66), (54 + fat, 50 + fat, 48 + fat)))
        parts.append(
            tube(arm(plan, side, arms), [r * plan["arm_scale"] + fat for r in (54, 50, 44)], 30)
        )
        over = 3.0 + max(plan.padding, -3) * 0.6
        for ridge, radius in ((COLLAR, 8.5), (SPINE_OF_BLADE, 9.5)):
            line = [plan.point(side * x, y, z) for x, y, z in ridge]
            parts.append(tube(line, radius + over, 20))
        if plan.sex == "female":
            parts.append(breast(plan, side))
    furrow = [
        (0.0, plan.spine(z * plan.tall) + 95 * plan.deep, z * plan.tall)
        for z in (-330, -230, -100, 0)
    ]
    return Without(Either(tuple(parts), 26), (tube(furrow, 16, 30),), 26)


def breast(plan: Plan, side: int) -> Ellipsoid:
    """One breast of somebody who lies on the back."""
    size = (44 + 1.3 * plan.plump) * plan["breast_scale"]
    return Ellipsoid(plan.point(side * 92, -72, -38), (size * 1.34, size * 0.98, size * 1.22))


def arm(plan: Plan, side: int, arms: str) -> list[tuple[float, float, float]]:
    """Shoulder, middle and end of the upper arm."""
    if arms == "down":
        line = ((side * 160, 26, 62), (side * 196, 34, -70), (side * 208, 30, -230))
    else:
        line = ((side * 152, 22, 70), (side * 172, 8, 160), (side * 176, -8, 290))
    return [plan.point(*p) for p in line]


def limbs(plan: Plan, arms: str) -> list[Structure]:
    """Muscles of the upper arms and shoulders, and breast tissue."""
    found = []
    for side, _ in SIDES:
        line = arm(plan, side, arms)
        muscle = Either(
            (
                tube(line, [r * plan["arm_scale"] for r in (43, 38, 32)], 30),
                Ellipsoid(plan.point(side * 132, 34, 64), (44, 36, 34)),
            ),
            12,
        )
        found.append(
            Structure(
                "skeletal_muscle", "muscle", Rippled(muscle, 2.0, 40, plan.seed + side), UNDER
            )
        )
        neck = [
            plan.point(side * 36, 40, 130),
            plan.point(side * 60, 56, 92),
            plan.point(side * 112, 50, 72),
        ]
        found.append(
            Structure("skeletal_muscle", "muscle", tube(neck, (20, 18, 12), 8, (0, 1, 0), 0.7))
        )
        if plan.sex == "female":
            found.append(gland(plan, side))
    return found


def gland(plan: Plan, side: int) -> Structure:
    """Tissue of a breast, less with age."""
    size = plan["gland_scale"] * float(np.interp(plan["age_years"], (30, 75), (32, 14)))
    core = Ellipsoid(plan.point(side * 92, -96, -42), (size, size * 0.55, size * 0.8))
    return Structure(
        "breast_gland", "gland", Rippled(core, 5.0, 16, plan.seed + 5 * side), UNDER, 3.0, 0.7
    )


def flat_muscles(plan: Plan) -> list[Structure]:
    """Muscles that lie flat on the cage."""
    strong = plan["muscle_scale"] * float(np.interp(plan["age_years"], (40, 85), (1.05, 0.75)))
    found = []
    for number, (_, off, half, middle, reach, lean) in enumerate(MUSCLES):
        for side, _name in SIDES:
            at = (middle[0], middle[1] * plan.tall)
            over = (reach[0], reach[1] * plan.tall)
            thin = plan.fleshy
            thick = half * strong * thin * plan.side(side, 10 + number)
            sheet = Sheet(plan.cage, side, 9 + (off - 9) * thin, thick, at, over, lean)
            found.append(Structure("skeletal_muscle", "muscle", sheet, UNDER, lattice_mm=WIDE_MM))
    return found


def belly(plan: Plan) -> list[Structure]:
    """Oblique muscles in three layers, and the straight ones beside the white line."""
    found = []
    for side, _ in SIDES:
        for off, half in ((11.0, 2.4), (6.0, 2.2), (1.5, 1.6)):
            sheet = Sheet(plan.cage, side, off, half, (0.50, -290 * plan.tall), (0.33, 130))
            found.append(Structure("skeletal_muscle", "muscle", sheet, UNDER, lattice_mm=WIDE_MM))
        front = Sheet(plan.cage, side, 5.5, 5.5, (0.905, -270 * plan.tall), (0.085, 190))
        found.append(Structure("skeletal_muscle", "muscle", front, UNDER))
        line = Sheet(plan.cage, side, 5.0, 1.2, (0.74, -280 * plan.tall), (0.10, 120))
        found.insert(
            0,
            Structure(
                "skeletal_muscle",
                "fat",
                Sheet(plan.cage, side, 3.0, 9.0, (0.90, -300 * plan.tall), (0.17, 200)),
            ),
        )
        found.append(Structure("skeletal_muscle", "muscle", line, UNDER))
    return found
