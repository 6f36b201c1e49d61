"""Solid organs under the diaphragm: liver, spleen, kidneys, adrenals, pancreas, gallbladder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.belly_vessels import belly_vessels
from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.bowel import bowel
from yushan.domain.bodies.branching import grown, scattered
from yushan.domain.bodies.lungs import WIDE_MM, under_domes
from yushan.domain.bodies.pancreas import pancreas
from yushan.domain.bodies.pelvis import pelvic_organs
from yushan.domain.bodies.sheets import Skinned
from yushan.domain.bodies.surfaces import (
    Both,
    Either,
    Ellipsoid,
    Grown,
    Half,
    Rippled,
    Surface,
    Triple,
    Without,
)
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

SIDES: Final = ((1, "left"), (-1, "right"))
#: Middle of the kidneys in the standard man, mm.
KIDNEYS: Final = {1: (59, 38, -196), -1: (-57, 38, -212)}


def abdomen(plan: Plan) -> list[Structure]:
    """All under the diaphragm, in painting order."""
    return [
        *diaphragm(plan),
        *bowel(plan),
        *liver(plan),
        Structure("spleen", "spleen", spleen(plan)),
        *kidneys(plan),
        *adrenals(plan),
        *pancreas(plan),
        *bile(plan),
        *belly_vessels(plan),
        *pelvic_organs(plan),
    ]


def ball(plan: Plan, at: Triple, axes: Triple, scale: float = 1.0) -> Ellipsoid:
    """An ellipsoid of the standard man."""
    one, two, three = (scale * a for a in axes)
    return Ellipsoid(plan.point(*at), (one, two, three))


def diaphragm(plan: Plan) -> list[Structure]:
    """The dome's muscle, and its pillars beside the aorta."""
    dome_face = Skinned(under_domes(plan, -1.5), 1.3, plan.cage)
    found = [Structure("diaphragm", "muscle", dome_face, lattice_mm=WIDE_MM)]
    for side, _ in SIDES:
        line = [
            (side * x * plan.wide, plan.spine(z * plan.tall) - gap, z * plan.tall)
            for z, x, gap in ((-250, 14, 17), (-200, 15, 22), (-160, 13, 30), (-128, 9, 40))
        ]
        pillar = tube(line, (3, 6.5, 8, 8), 8, (side * 0.9, -0.4, 0), 0.42)
        found.append(Structure("diaphragm", "muscle", pillar))
    return found


def liver_surface(plan: Plan) -> Surface:
    """Right, left and tailed lobe, under the domes and over the organs below."""
    k = plan["liver_scale"]
    right = Ellipsoid(plan.point(-66, -2, -156), (74 * k, 86 * k, 84 * k), None, 2.5)
    left = Ellipsoid(
        plan.point(4, -50, -132), (80 * k * plan["liver_left_lobe"], 36 * k, 34 * k), None, 2.2
    )
    tail = ball(plan, (-16, 4, -150), (17, 16, 28), k)
    whole = Rippled(Either((right, left, tail), 26), 1.2, 55, plan.seed)
    face = Half(plan.point(-40, -20, -206), (0.34, 0.34, -0.88))
    cut = Both((whole, Grown(plan.cage, -3.5), under_domes(plan, -4), face), 9)
    at = kidney_middle(plan, -1)
    spine = tube([(0.0, plan.spine(z * plan.tall), z * plan.tall) for z in (-260, -90)], 30, 60)
    less = (ball(plan, at, (36, 32, 62)), spine, ball(plan, (-42, -36, -214), (16, 18, 30)))
    return Without(cut, less, 8)


def liver(plan: Plan) -> list[Structure]:
    """The liver with its veins and portal branches."""
    whole = liver_surface(plan)
    ends = scattered(plan.rng(51), whole, 150, 7.0)
    others = scattered(plan.rng(52), whole, 150, 7.0)
    top = np.array([plan.point(-26, 8, -122), plan.point(-18, -4, -120)])
    gate = np.array([plan.point(-30, -20, -172)])
    return [
        Structure("liver", "liver", whole, lattice_mm=WIDE_MM),
        Structure("liver_vessels", "blood_vein", grown(plan.rng(53), top, ends, 0.75), "liver"),
        Structure("liver_vessels", "blood_vein", grown(plan.rng(54), gate, others, 0.7), "liver"),
    ]


def spleen(plan: Plan) -> Surface:
    """Between stomach and cage."""
    k = plan["spleen_scale"]
    whole = ball(plan, (96, 36, -156), (33, 46, 54), k)
    hollow = ball(plan, (60, 8, -154), (26, 36, 60))
    inside = Both((Without(whole, (hollow,), 8), Grown(plan.cage, -4), under_domes(plan, -5)), 7)
    return Rippled(inside, 0.8, 40, plan.seed + 3)


def kidney_middle(plan: Plan, side: int) -> Triple:
    """Middle of a kidney in the standard man's measures."""
    x, y, z = KIDNEYS[side]
    return x, y, z + plan["kidney_shift_mm"]


def kidneys(plan: Plan) -> list[Structure]:
    """Cortex, pyramids, sinus with fat, pelvis."""
    found = []
    for side, name in SIDES:
        found.extend(kidney(plan, side, f"kidney_{name}"))
    return found


def kidney(plan: Plan, side: int, name: str) -> list[Structure]:
    """One kidney; its gate looks to the middle and the front."""
    k = plan["kidney_scale"] * plan.side(side, 30) ** 0.5
    out = np.array([side * 0.82, 0.57, 0.0])
    back = np.array([-side * 0.57, 0.82, 0.0])
    long = np.array([side * 0.16, 0.14, -0.97])
    long /= np.linalg.norm(long)
    middle = np.array(plan.point(*kidney_middle(plan, side)))

    def at(a: float, b: float, c: float) -> Triple:
        x, y, z = middle + k * (a * out + b * back + c * long)
        return float(x), float(y), float(z)

    def shape(place: Triple, axes: Triple) -> Ellipsoid:
        one, two, three = (k * a for a in axes)
        level = out - (out @ long) * long
        level /= np.linalg.norm(level)
        rows = [level, np.cross(long, level), long]
        a, b, c = ((float(r[0]), float(r[1]), float(r[2])) for r in rows)
        return Ellipsoid(at(*place), (one, two, three), (a, b, c))

    whole = Without(shape((0, 0, 0), (28, 25, 55)), (shape((-28, 0, 0), (15, 13, 20)),), 8)
    found = [Structure(name, "kidney_cortex", Rippled(whole, 0.6, 26, plan.seed + side))]
    for number in range(14):
        turn, high = number * 2.4, (number % 5 - 2) * 17.0
        round_out = 13.5 * (1 - (high / 58) ** 2) ** 0.5
        place = (3 + round_out * np.cos(turn), round_out * np.sin(turn), high)
        found.append(Structure(name, "kidney_medulla", shape(place, (6.2, 5.6, 7.2)), name))
    sinus = Either((shape((-9, 0, 0), (12, 9, 30)), shape((-20, 0, 0), (14, 10, 16))), 8)
    found.append(Structure("torso_fat", "fat", Rippled(sinus, 1.2, 14, plan.seed + 7), None, 1.5))
    pelvis = tube(
        [at(-6, 0, 14), at(-16, -1, 4), at(-26, -2, 12), at(-30, 2, 44)], (3.5, 5, 3.5, 2), 5
    )
    calyx = tube([at(-4, 0, -22), at(-14, 0, -4), at(-18, -1, 6)], (3, 3, 4), 5)
    found += [Structure(name, "effusion", pelvis), Structure(name, "effusion", calyx)]
    return found


def adrenals(plan: Plan) -> list[Structure]:
    """Thin limbs above the kidneys."""
    lines = (
        ("left", ((28, 6, -168), (32, 14, -176), (30, 26, -188))),
        ("left", ((32, 14, -176), (40, 24, -186))),
        ("right", ((-30, 16, -150), (-32, 24, -164), (-30, 34, -178))),
        ("right", ((-32, 24, -164), (-40, 34, -176))),
    )
    return [
        Structure(
            f"adrenal_gland_{side}",
            "gland",
            tube(
                [plan.point(*p) for p in line], 4.6 * plan["adrenal_scale"], 5, (1, 0.3, 0.1), 0.5
            ),
        )
        for side, line in lines
    ]


def bile(plan: Plan) -> list[Structure]:
    """Gallbladder and bile duct."""
    size = plan["gallbladder_scale"]
    bag = Ellipsoid(
        plan.point(-46, -42, -208),
        (13.5 * size, 15 * size, 29 * size),
        ((0.94, 0.0, 0.34), (0.12, 0.94, -0.32), (-0.32, 0.34, 0.88)),
    )
    duct = tube(
        [plan.point(*p) for p in ((-30, -24, -174), (-34, -16, -200), (-38, -14, -232))], 2.4, 6
    )
    return [
        Structure("gallbladder", "bowel_wall", Grown(bag, 1.6)),
        Structure("gallbladder", "gallbladder", bag, "gallbladder"),
        Structure("bile_duct", "gallbladder", duct),
    ]
