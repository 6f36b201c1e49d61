"""Lesions of the trunk, with their truth by construction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.surfaces import Ellipsoid

if TYPE_CHECKING:
    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.plan import Plan

Chosen = tuple[str, ...]
KINDS: Final = ("nodule",)


def chosen(plan: Plan, wished: tuple[str, ...] | None) -> Chosen:
    """Which lesions there are."""
    if wished is None:
        return ("nodule",) if plan.rng(61).random() < 0.5 else ()
    if unknown := set(wished) - set(KINDS):
        raise ValueError(f"no lesions of kind {sorted(unknown)}")
    return wished


def lesions(
    plan: Plan, bend: Deformation, kinds: Chosen
) -> tuple[tuple[Structure, ...], tuple[Lesion, ...]]:
    """Structures to lay over the body, and their truth."""
    structures, truth = [], []
    for number, _ in enumerate(kinds):
        rng = plan.rng(62, number)
        side = 1 if rng.random() < 0.5 else -1
        at = bend.forward(
            [plan.point(side * rng.uniform(70, 95), rng.uniform(-20, 50), rng.uniform(-50, 40))]
        )[0]
        radius = float(rng.uniform(3, 12))
        place = (float(at[0]), float(at[1]), float(at[2]))
        structures.append(
            Structure("lung_nodule", "nodule_solid", Ellipsoid(place, (radius,) * 3, fine=True))
        )
        truth.append(
            Lesion(
                "nodule",
                "lung_nodule",
                place,
                (2 * radius,) * 3,
                4 / 3 * np.pi * radius**3,
                {"density": "solid"},
            )
        )
    return tuple(structures), tuple(truth)
