"""Organs under the diaphragm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.lungs import dome
from yushan.domain.bodies.surfaces import Both, Either, Ellipsoid, Grown, Rippled, Surface, Without
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan


def abdomen(plan: Plan) -> list[Structure]:
    """All organs, the large ones first."""
    found = [
        Structure("stomach", "stomach_wall", ball(plan, (48, -30, -150), (44, 36, 34))),
        Structure(
            "stomach", "stomach_content", ball(plan, (48, -30, -150), (40, 32, 30)), "stomach"
        ),
        Structure("liver", "liver", liver(plan)),
        Structure("spleen", "spleen", spleen(plan)),
        *kidneys(plan),
        Structure("pancreas", "pancreas", pancreas(plan)),
        Structure(
            "inferior_vena_cava",
            "blood_vein",
            tube(
                [
                    (-20.0 * plan.wide, plan.spine(z * plan.tall) - 28, z * plan.tall)
                    for z in (-320, -240, -160, -110)
                ],
                (9, 10, 11, 12),
                10,
            ),
        ),
    ]
    return found


def ball(plan: Plan, at: tuple[float, float, float], axes: tuple[float, float, float]) -> Ellipsoid:
    """An ellipsoid of the standard man."""
    return Ellipsoid(plan.point(*at), axes)


def liver(plan: Plan) -> Surface:
    """Right and left lobe, under the domes."""
    k = plan["liver_scale"]
    right = Ellipsoid(plan.point(-68, -2, -152), (74 * k, 84 * k, 66 * k), None, 2.4)
    left = Ellipsoid(plan.point(0, -52, -132), (70 * k, 36 * k, 32 * k), None, 2.2)
    both = Rippled(Either((right, left), 30), 1.5, 50, plan.seed)
    under = Either((dome(plan, -1, -4, under=True), dome(plan, 1, -4, under=True)), 20)
    return Both((both, Grown(plan.cage, -4), under), 8)


def spleen(plan: Plan) -> Surface:
    """Between stomach and cage."""
    k = plan["spleen_scale"]
    whole = Ellipsoid(plan.point(98, 38, -156), (30 * k, 44 * k, 52 * k))
    hollow = Ellipsoid(plan.point(66, 16, -156), (26, 36, 50))
    return Both(
        (Without(whole, (hollow,), 8), Grown(plan.cage, -5), dome(plan, 1, -5, under=True)), 6
    )


def kidneys(plan: Plan) -> list[Structure]:
    """Cortex, medulla, pelvis."""
    found = []
    k = plan["kidney_scale"]
    for side, name, z in ((1, "left", -200), (-1, "right", -214)):
        at = plan.point(side * 60, 44, z)
        turn = np.array(
            [[np.cos(0.5), side * -np.sin(0.5), 0], [side * np.sin(0.5), np.cos(0.5), 0], [0, 0, 1]]
        )
        rows = tuple(tuple(map(float, row)) for row in turn)
        cortex = Ellipsoid(at, (28 * k, 24 * k, 54 * k), rows)  # type: ignore[arg-type]
        hollow = Ellipsoid((at[0] - side * 26, at[1] - 10, at[2]), (18, 14, 22))
        label = f"kidney_{name}"
        found.append(Structure(label, "kidney_cortex", Without(cortex, (hollow,), 6)))
        found.append(
            Structure(label, "kidney_medulla", Ellipsoid(at, (18 * k, 14 * k, 42 * k), rows), label)
        )  # type: ignore[arg-type]
    return found


def pancreas(plan: Plan) -> Surface:
    """A bent tube from head to tail."""
    line = [(-34, -8, -218), (-26, -14, -200), (0, -22, -190), (34, -8, -184), (66, 20, -168)]
    return Rippled(tube([plan.point(*p) for p in line], (15, 13, 9, 9.5, 8), 8), 1.0, 12, plan.seed)
