"""Children: an adult's trunk made smaller along three axes, with parts in a child's proportions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.draws import rows
from yushan.domain.bodies.surfaces import Both, Either, Ellipsoid, Rippled, Surface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.plan import Plan

#: Age from which all are adults.
GROWN: Final = 18.0
#: Parameters of a plan that a row of the table scales.
SCALED: Final = {
    "heart": ("heart_scale",),
    "liver": ("liver_scale",),
    "muscle": ("muscle_scale", "back_scale", "psoas_scale", "arm_scale"),
    "fat": ("fat_layer",),
    "ribs": ("rib_fall",),
}
#: One lobe of the thymus of the standard man's size: middle on the left, half axes; mm.
THYMUS: Final = ((16, -46, 16), (30, 17, 46))


def at_age(years: float) -> dict[str, float]:
    """The table's row at an age, linear between rows."""
    table = rows("children")
    ages = [float(row["age_years"]) for row in table]
    return {
        key: float(np.interp(years, ages, [float(row[key]) for row in table]))
        for key in table[0]
        if key != "age_years"
    }


def proportioned(values: Mapping[str, float]) -> dict[str, float]:
    """Measures of an adult's plan as a child of that age has them; adults stay as they are."""
    found = dict(values)
    if found["age_years"] >= GROWN:
        return found
    row = at_age(found["age_years"])
    for key, names in SCALED.items():
        for name in names:
            found[name] *= row[key]
    found["dome_right_mm"] += row["dome_mm"]
    found["gland_scale"] = 0.2
    found["heart_fat_mm"] *= 0.4
    found["kyphosis"] *= 0.8
    return found


def shrunk(bend: Deformation, years: float, height_mm: float | None) -> Deformation:
    """The deformation of a child: patients are smaller than the model by the table's scales.

    ``height_mm`` is a wished height, against that of the table.
    """
    if years >= GROWN:
        return bend
    row = at_age(years)
    more = (height_mm or row["height_mm"]) / row["height_mm"]
    scale = np.array([row["wide"], row["deep"], row["tall"]]) * more
    size = float(np.cbrt(scale.prod()))
    return replace(
        bend, matrix=bend.matrix / scale[:, None], ways=bend.ways / size,
        heights=bend.heights * size, size=size,
    )  # fmt: skip


def thymus_surface(plan: Plan) -> Surface | None:
    """Both lobes of a child's thymus before the great vessels, in the model's measures; or none."""
    if plan["age_years"] >= GROWN:
        return None
    row = at_age(plan["age_years"])
    middle, axes = THYMUS
    whole = 8 / 3 * np.pi * np.prod(axes)
    size = np.cbrt(row["thymus_ml"] * 1000 / (row["wide"] * row["deep"] * row["tall"]) / whole)
    lobes = [
        Ellipsoid(
            plan.point(side * middle[0] * min(size, 1.0), middle[1], middle[2]),
            (axes[0] * float(size), axes[1] * float(size), axes[2] * float(size)),
        )
        for side in (1, -1)
    ]
    return Both((Rippled(Either(tuple(lobes), 6), 1.0, 22, plan.seed + 83), plan.cage), 4)


def thymus(plan: Plan) -> list[Structure]:
    """The thymus of a child."""
    found = thymus_surface(plan)
    return [] if found is None else [Structure("thymus", "lymph_node", found)]
