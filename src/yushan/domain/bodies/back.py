"""Muscles along the spine: those behind it, psoas, and the square muscle of the loins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.bodies.blotches import Blotches
from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.sheets import Skinned
from yushan.domain.bodies.surfaces import Both, Grown
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

#: What muscles and bones near the surface may not leave.
UNDER: Final = "body_trunc"


class Course(NamedTuple):
    """One muscle of a side.

    Parameters
    ----------
    name
        Of the structure; ``{side}`` is put in.
    size
        Parameter that scales its thickness.
    points
        Rows ``(height, off the midline, behind the vertebral bodies' middle, radius)``, mm.
    normal
        Direction in which it is flat; the first part changes sign with the side.
    flat
        Half axis along the normal as a share of the radius.
    """

    name: str
    size: str
    points: tuple[tuple[float, float, float, float], ...]
    normal: tuple[float, float, float]
    flat: float


COURSES: Final = (
    Course(
        "autochthon_{side}", "back_scale",
        ((-330, 13, 45, 12), (-250, 13, 46, 12), (-150, 11, 44, 9), (-60, 10, 44, 8),
         (40, 10, 46, 8)), (0.3, 1, 0), 0.8,
    ),
    Course(
        "autochthon_{side}", "back_scale",
        ((-330, 32, 50, 18), (-250, 31, 52, 18), (-150, 26, 52, 12), (-60, 24, 52, 10),
         (40, 22, 50, 8)), (0.3, 1, 0), 0.8,
    ),
    Course(
        "autochthon_{side}", "back_scale",
        ((-330, 56, 44, 14), (-250, 54, 46, 15), (-150, 45, 49, 10.5), (-60, 42, 51, 8),
         (40, 36, 49, 6)), (0.3, 1, 0), 0.8,
    ),
    Course(
        "skeletal_muscle", "muscle_scale",
        ((-120, 20, 56, 10), (-40, 38, 56, 26), (30, 46, 53, 32), (80, 48, 53, 30)),
        (0.12, 1, 0), 0.13,
    ),
    Course(
        "iliopsoas_{side}", "psoas_scale",
        ((-180, 27, 4, 5), (-230, 34, 2, 13), (-290, 44, -4, 21), (-345, 56, -14, 24),
         (-410, 72, -34, 24)), (1, 0.3, 0), 0.8,
    ),
    Course(
        "skeletal_muscle", "back_scale",
        ((-180, 44, 34, 10), (-260, 62, 28, 18), (-330, 78, 26, 22)), (-0.3, 1, 0), 0.35,
    ),
)  # fmt: skip


def back_muscles(plan: Plan) -> list[Structure]:
    """What lies between the ribs' necks, then the muscles of both sides; thinner with age."""
    heights = np.linspace(plan.level("L5"), plan.level("C7"), 9)
    deep = tube([(0.0, plan.spine(z) + 34, z) for z in heights], 34, 20, (0, 1, 0), 0.56)
    streaks = Both((Grown(deep, -1.5), Blotches(8.0, 1.15, plan.seed + 61)))
    hull = tube([(0.0, plan.spine(z) + 48, z) for z in heights], 84, 30, (0, 1, 0), 0.42)
    bundles = Skinned(Blotches(10.0, 0.0, plan.seed + 62), 0.45, hull)
    found = [
        Structure("autochthon", "muscle", deep),
        Structure("autochthon", "fat", streaks, "autochthon", 1.5, 0.7),
    ]
    strong = float(np.interp(plan["age_years"], (40, 85), (1.03, 0.85)))
    for side, name in ((1, "left"), (-1, "right")):
        for number, course in enumerate(COURSES):
            uneven = plan.side(side, number)
            line = [
                (side * x * plan.wide, plan.spine(z * plan.tall) + y * plan.deep, z * plan.tall)
                for z, x, y, _ in course.points
            ]
            radii = [r * strong * plan[course.size] * uneven for *_, r in course.points]
            x, y, z = course.normal
            muscle = tube(line, radii, 12, (side * x, y, z), course.flat)
            found.append(Structure(course.name.format(side=name), "muscle", muscle))
    found.append(Structure("autochthon", "fat", bundles, UNDER, 1.0, marbled(plan)))
    return found


def marbled(plan: Plan) -> float:
    """How much fat lies between the bundles of muscles: more with age and weight."""
    years, plump = plan["age_years"] - 40, max(plan.plump, 0.0)
    return float(np.clip(0.3 + 0.004 * years + 0.015 * plump, 0.2, 0.49))
