"""Heart and great vessels, airways and gullet between the lungs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.surfaces import Ellipsoid, Grown, Surface
from yushan.domain.bodies.tubes import Tubes, tube
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

Rows = tuple[tuple[float, float, float], ...]


def frame(plan: Plan) -> Rows:
    """The heart's axes: to the apex, across, and up from the valves' floor."""
    long = np.array([0.66, -0.60, -0.45])
    long /= np.linalg.norm(long)
    up = np.array([0.1, -0.2, 1.0])
    up -= (up @ long) * long
    up /= np.linalg.norm(up)
    turn = Grid.axial((1, 1, 1), (1, 1, 1)).turned((0, 0, 1), plan["heart_turn_degrees"])
    rows = np.stack([long, np.cross(long, up), up]) @ turn.directions[::-1]
    return tuple(tuple(map(float, row)) for row in rows)  # type: ignore[return-value]


def sac(plan: Plan) -> Ellipsoid:
    """The pericardium."""
    k = plan["heart_scale"]
    return Ellipsoid(plan.point(22, -28, -58), (66 * k, 50 * k, 46 * k), frame(plan))


def arch(plan: Plan, step_mm: float = 6.0) -> Tubes:
    """The aorta from its root over the arch to its fork."""
    up, down = plan["aorta_ascending_mm"], plan["aorta_descending_mm"]
    line = [
        (8, -20, -34),
        (-10, -27, -12),
        (-14, -22, 14),
        (-2, -10, 38),
        (14, 12, 42),
        (22, 34, 26),
        (24, 42, 0),
    ]
    points = [plan.point(*p) for p in line]
    for z in (-60, -120, -165, -230, -290):
        points.append(
            (
                float(np.interp(z, (-290, -120, -60), (4, 10, 20))) * plan.wide,
                plan.spine(z * plan.tall) - 28 * plan.deep + (6 if z > -100 else 0),
                z * plan.tall,
            )
        )
    radii = [
        up * 1.05,
        up,
        up,
        up * 0.95,
        (up + down) / 2,
        down * 1.04,
        down,
        down * 0.97,
        down * 0.92,
        down * 0.85,
        down * 0.75,
        down * 0.7,
    ]
    return tube(points, radii, step_mm)


def bulges(plan: Plan) -> tuple[Surface, ...]:
    """What presses into the lungs from between them."""
    spine = [(0.0, plan.spine(z), z) for z in np.linspace(plan.level("T12"), plan.level("C7"), 8)]
    middle = tube(
        [
            plan.point(0, -20, 90),
            plan.point(0, -12, 40),
            plan.point(-2, 6, 0),
            plan.point(0, 20, -60),
            plan.point(4, 26, -160),
        ],
        (36, 30, 30, 22, 20),
        25,
    )
    return (tube(spine, 21, 25), middle, Grown(sac(plan), 3), Grown(arch(plan, 14), 2))


def mediastinum(plan: Plan) -> list[Structure]:
    """All between the lungs."""
    aorta = arch(plan)
    found = [
        Structure("pericardium", "pericardium", Grown(sac(plan), 1.2)),
        Structure("pericardial_fat", "fat", sac(plan), "pericardium"),
        *heart(plan),
        Structure("aorta", "muscle", aorta),
        Structure("aorta", "blood_left", aorta.thinned(1.5)),
        Structure(
            "superior_vena_cava",
            "blood_right",
            tube(
                [plan.point(-26, -14, 60), plan.point(-28, -16, 10), plan.point(-26, -8, -30)],
                (8, 9, 10),
                8,
            ),
        ),
        Structure(
            "pulmonary_artery",
            "blood_right",
            tube(
                [plan.point(22, -46, -26), plan.point(18, -38, -4), plan.point(18, -16, 4)],
                (14, 13, 13),
                5,
            ),
        ),
        Structure(
            "pulmonary_artery",
            "blood_right",
            tube(
                [plan.point(18, -18, 4), plan.point(-6, -2, 0), plan.point(-42, 6, -10)],
                (11, 10, 9),
                5,
            ),
        ),
        Structure(
            "pulmonary_artery",
            "blood_right",
            tube([plan.point(18, -18, 4), plan.point(40, 8, 2)], (11, 9.5), 5),
        ),
        Structure(
            "esophagus",
            "muscle",
            tube(
                [
                    plan.point(2, 22, 95),
                    plan.point(4, 30, 0),
                    plan.point(8, 24, -90),
                    plan.point(18, 8, -128),
                ],
                8,
                10,
            ),
        ),
    ]
    return [*found, *airways(plan)]


def heart(plan: Plan) -> list[Structure]:
    """Four chambers in one muscle."""
    k, rows = plan["heart_scale"], frame(plan)
    along = np.array(rows)
    middle = np.array(plan.point(22, -28, -58))

    def at(a: float, b: float, c: float) -> tuple[float, float, float]:
        return tuple(map(float, middle + k * np.array([a, b, c]) @ along))  # type: ignore[return-value]

    def ball(place: tuple[float, float, float], axes: tuple[float, float, float]) -> Ellipsoid:
        return Ellipsoid(at(*place), tuple(k * a for a in axes), rows)  # type: ignore[arg-type]

    left = ball((12, -18, -2), (44, 30, 31))
    return [
        Structure("heart_myocardium", "heart_muscle", left, "pericardium"),
        Structure(
            "heart_ventricle_right", "heart_muscle", ball((6, 20, 4), (42, 24, 34)), "pericardium"
        ),
        Structure(
            "heart_ventricle_right", "blood_right", ball((6, 20, 4), (39, 21, 31)), "pericardium"
        ),
        Structure(
            "heart_atrium_right", "blood_right", ball((-36, 20, 4), (22, 22, 27)), "pericardium"
        ),
        Structure(
            "heart_atrium_left", "blood_left", ball((-44, -16, 0), (20, 28, 24)), "pericardium"
        ),
        Structure("heart_myocardium", "heart_muscle", left, "pericardium"),
        Structure(
            "heart_ventricle_left", "blood_left", ball((8, -18, -2), (36, 19, 20)), "pericardium"
        ),
    ]


def airways(plan: Plan) -> list[Structure]:
    """Windpipe and main bronchi."""
    lines = (
        ([(0, 2, 140), (0, 8, 60), (0, 14, 4)], (9.2, 9, 9.4)),
        ([(0, 14, 6), (-18, 16, -12), (-40, 14, -26)], (7.5, 7, 5.5)),
        ([(0, 14, 6), (24, 18, -14), (46, 16, -26)], (7, 6.2, 5)),
    )
    found = []
    tubes = [tube([plan.point(*p) for p in line], radii, 6) for line, radii in lines]
    found += [Structure("trachea", "airway_wall", t) for t in tubes]
    found += [
        Structure(
            "trachea",
            "gas",
            t.thinned(1.4),
        )
        for t in tubes
    ]
    return found
