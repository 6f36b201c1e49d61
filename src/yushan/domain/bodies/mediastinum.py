"""Great vessels, airways and gullet between the lungs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.branching import grown, scattered
from yushan.domain.bodies.children import thymus, thymus_surface
from yushan.domain.bodies.heart import Heart, heart
from yushan.domain.bodies.lines import Line, lines
from yushan.domain.bodies.surfaces import Ellipsoid, Grown, Surface
from yushan.domain.bodies.tubes import Tubes, tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

#: Where nodes of usual size lie in the standard man: beside the windpipe, under the arch, under its
#: fork, at the roots of the lungs, before the great vessels; mm.
NODES: Final = (
    (-14, 0, 30), (-16, -2, 18), (-13, 6, 8), (20, 8, 14), (24, -8, 22), (28, -22, 18),
    (2, 16, -22), (-4, 18, -30), (-38, 6, -20), (44, 12, -30), (4, -44, 30), (-8, -46, 24),
    (8, -40, 40), (12, 30, -70), (-42, 12, -44),
)  # fmt: skip


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
    arch = [(0.0, plan.spine(z) + 35, z) for z in heights]
    middle = [(0, -18, 92), (0, -16, 40), (-2, 0, 0), (2, 20, -60), (6, 24, -160)]
    return (
        tube(spine, 19, 25),
        tube(arch, 37, 25, (0, 1, 0), 0.58),
        tube([plan.point(*p) for p in middle], (34, 31, 30, 20, 20), 25),
        Grown(Heart(plan).sac, 2.5),
        Grown(aorta(plan, 14), 2.5),
        *([] if (gland := thymus_surface(plan)) is None else [Grown(gland, 1.0)]),
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
    walls = [*chest_vessels(plan)]
    found = [*nodes(plan), *thymus(plan), *heart(Heart(plan))]
    found += [Structure(course.name, "muscle", t) for course, t in walls]
    found += [Structure("aorta", "muscle", tube_of_aorta)]
    found += [Structure(c.name, c.tissue, t.thinned(c.wall_mm)) for c, t in walls]
    found += [Structure("aorta", "blood_left", tube_of_aorta.thinned(1.5))]
    found += [
        Structure("esophagus", "muscle", food),
        Structure("esophagus", "gas", tube(gullet[1:4], (1.2, 2.2, 1.0), 8, (0, 1, 0), 0.6)),
    ]
    return [*found, *airways(plan), *thyroid(plan)]


def nodes(plan: Plan) -> list[Structure]:
    """Nodes of usual size with fat in their gates, and small vessels in the fat about them."""
    rng = plan.rng(62)
    found = []
    for place in NODES:
        at = np.array(plan.point(*place)) + rng.normal(0, 2.5, 3)
        short = float(rng.uniform(1.6, 3.6))
        x, y, z = (float(v) for v in at)
        axes = (short, short * float(rng.uniform(1.2, 1.8)), short * float(rng.uniform(1.2, 2.0)))
        gate = Ellipsoid((x, y + axes[1] * 0.3, z), (axes[0] * 0.4, axes[1] * 0.5, axes[2] * 0.5))
        found += [
            Structure("mediastinal_node", "lymph_node", Ellipsoid((x, y, z), axes, fine=True)),
            Structure("mediastinal_node", "fat", replace(gate, fine=True), None, 0.0, 0.45),
        ]
    for number, tissue in enumerate(("blood_vein", "blood_left")):
        space = tube([plan.point(*p) for p in ((0, -40, 40), (-2, -28, 12), (4, 4, -20))], 22, 20)
        ends = scattered(plan.rng(63, number), space, 40, 1.0)
        root = np.array([plan.point(4 - 8 * number, -24, 46)])
        small = grown(plan.rng(64, number), root, ends, 0.4)
        found.append(Structure("mediastinal_vessels", tissue, small))
    return found


def chest_vessels(plan: Plan) -> list[tuple[Line, Tubes]]:
    """Great vessels with their walls, as tubes."""
    return [(c, scaled(plan, c, plan["chest_vessel_scale"])) for c in lines("chest_vessels")]


def scaled(plan: Plan, course: Line, scale: float) -> Tubes:
    """A course of the standard man as a tube."""
    return tube([plan.point(*p) for p in course.points], [r * scale for r in course.radii], 5)


def airways(plan: Plan) -> list[Structure]:
    """Windpipe, main and lobar bronchi; all walls, then all air."""
    tubes = [(c, scaled(plan, c, plan["airway_scale"])) for c in lines("airways")]
    walls = [Structure(c.name, c.tissue, t) for c, t in tubes]
    return walls + [Structure(c.name, "gas", t.thinned(c.wall_mm)) for c, t in tubes]


def thyroid(plan: Plan) -> list[Structure]:
    """The lower poles of the thyroid."""
    size = plan["thyroid_scale"]
    return [
        Structure(
            "thyroid_gland",
            "thyroid",
            Ellipsoid(plan.point(side * 17, -4, 112), (8 * size, 9 * size, 20 * size)),
        )
        for side in (1, -1)
    ]
