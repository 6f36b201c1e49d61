"""Stomach, duodenum, small bowel and colon, with what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.blotches import Blotches
from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.lines import course
from yushan.domain.bodies.surfaces import Both, Grown, Half, Rippled, Surface
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

LOOPS: Final = 26
#: Nothing hollow leaves the belly.
WITHIN: Final = "abdominal_cavity"


def bowel(plan: Plan) -> list[Structure]:
    """All hollow organs of the belly."""
    return [*small_bowel(plan), *colon(plan), *duodenum(plan), *stomach(plan)]


def gut(plan: Plan, name: str, scale: float = 1.0) -> Surface:
    """A part of the gut as a tube, more or less filled."""
    found = course("gut", name)
    return tube([plan.belly(*p) for p in found.points], [r * scale for r in found.radii], 10)


def stomach(plan: Plan) -> list[Structure]:
    """Wall, fluid, and air in front of it."""
    outer = Rippled(gut(plan, "stomach", plan["stomach_scale"]), 1.5, 45, plan.seed + 31)
    inner = Rippled(Grown(outer, -4.5), 0.9, 15, plan.seed + 32)
    level = plan["stomach_level_mm"]
    air = Both((Grown(inner, -0.5), Half(plan.belly(0, level, -220), (0, 1, 0))))
    return [
        Structure("stomach", "stomach_wall", outer, WITHIN),
        Structure("stomach", "stomach_content", inner, "stomach"),
        Structure("stomach", "gas", air, "stomach"),
    ]


def duodenum(plan: Plan) -> list[Structure]:
    """Wall and content."""
    outer = Rippled(gut(plan, "duodenum"), 1.0, 22, plan.seed + 33)
    return [
        Structure("duodenum", "bowel_wall", outer, WITHIN),
        Structure(
            "duodenum",
            "bowel_content",
            Rippled(Grown(outer, -3.2), 0.9, 9, plan.seed + 34),
            "duodenum",
        ),
    ]


def colon(plan: Plan) -> list[Structure]:
    """Wall with its pouches, stool with bubbles, and air in front."""
    outer = Rippled(gut(plan, "colon", plan["colon_scale"]), 2.2, 26, plan.seed + 35)
    inner = Grown(outer, -2.2)
    level = plan["colon_level_mm"]
    front = Both((inner, Half(plan.belly(0, level, -220), (0, 1, 0))))
    return [
        Structure("colon", "bowel_wall", outer, WITHIN),
        Structure("colon", "bowel_content", inner, "colon"),
        Structure(
            "colon", "gas", Both((Grown(inner, -1.5), Blotches(13, 0.95, plan.seed + 36))), "colon"
        ),
        Structure("colon", "gas", front, "colon"),
    ]


def small_bowel(plan: Plan) -> list[Structure]:
    """Loops that lie over one another."""
    rng = plan.rng(57)
    found = []
    for number in range(LOOPS):
        middle = np.array([rng.uniform(-52, 66), rng.uniform(-72, -18), rng.uniform(-355, -222)])
        knots = middle + np.cumsum(rng.normal(0, 1, (4, 3)) * (22, 13, 20), axis=0)
        knots = np.clip(knots, (-72, -80, -390), (84, 4, -216))
        before_spine = -30 + 0.8 * np.maximum(np.abs(knots[:, 0]) - 40, 0)
        knots[:, 1] = np.minimum(knots[:, 1], before_spine)
        by_the_root = (np.abs(knots[:, 0]) < 42) & (knots[:, 2] > -262)
        knots[by_the_root, 1] = np.minimum(knots[by_the_root, 1], -60)
        radius = plan["bowel_loop_mm"] * rng.uniform(0.8, 1.22)
        outer = tube([plan.belly(*p) for p in knots], radius, 7)
        found.append(Structure("small_bowel", "bowel_wall", outer, WITHIN))
        tissue = "gas" if number % 6 == 0 else "bowel_content"
        found.append(Structure("small_bowel", tissue, outer.thinned(2.0), WITHIN))
    return found
