"""The pancreas: a bent tube with head, neck, body and tail, and its duct."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.lines import course
from yushan.domain.bodies.surfaces import Either, Rippled, Surface
from yushan.domain.bodies.tubes import Tubes, spline, tube

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.plan import Plan


def axis(plan: Plan) -> NDArray[np.float64]:
    """Middle line from head to tail with radii, rows ``(x, y, z, radius)`` about every 3 mm."""
    return spline(knots(plan, "pancreas"), 3.0)


def knots(plan: Plan, name: str) -> NDArray[np.float64]:
    """Rows ``(x, y, z, radius)`` of a course in this body."""
    found = course("pancreas", name)
    size = plan["pancreas_scale"]
    pairs = zip(found.points, found.radii, strict=True)
    return np.array([(*plan.point(*p), r * size) for p, r in pairs])


def pancreas_surface(plan: Plan) -> Surface:
    """The gland, lobulated, more so with age and fat."""
    line = axis(plan)
    hook = knots(plan, "uncinate_process")
    lobes = plan["pancreas_lobes_mm"] * float(
        np.interp(plan["age_years"] + 1.5 * plan.plump, (35, 85, 110), (0.6, 1.2, 2.0))
    )
    whole = Either((rough(line, 9.0), rough(hook, 9.0)), 6)
    return Rippled(whole, lobes, 11, plan.seed + 21)


def rough(line: NDArray[np.float64], step_mm: float) -> Tubes:
    """A tube of few pieces along rows ``(x, y, z, radius)``, a little flat."""
    every = max(round(step_mm / 3.0), 1)
    some = line[::every] if len(line) > 8 else line
    if not np.array_equal(some[-1], line[-1]):
        some = np.concatenate([some, line[-1:]])
    return tube(some[:, :3], some[:, 3], step_mm, (0, 1, 0.2), 0.82)


def duct(line: NDArray[np.float64], radii: NDArray[np.float64]) -> Tubes:
    """The duct along a middle line."""
    return Tubes(line[:-1, :3], line[1:, :3], np.stack([radii[:-1], radii[1:]], axis=1))


def pancreas(plan: Plan) -> list[Structure]:
    """The gland and its healthy duct."""
    line = axis(plan)
    radii = np.linspace(1.25, 0.7, len(line)) * plan["pancreatic_duct_mm"]
    return [
        Structure("pancreas", "pancreas", pancreas_surface(plan)),
        Structure("pancreatic_duct", "pancreatic_duct", duct(line, radii), "pancreas"),
    ]
