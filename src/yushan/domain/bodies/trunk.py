"""The trunk: from chest to pelvis, drawn by chance, with lesions of known truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from yushan.domain.bodies.abdomen import abdomen
from yushan.domain.bodies.body import Body, Branch, Structure
from yushan.domain.bodies.children import GROWN, at_age, proportioned, shrunk
from yushan.domain.bodies.coronaries import drawn as drawn_arteries
from yushan.domain.bodies.coronaries import placed as placed_arteries
from yushan.domain.bodies.coronaries import tree
from yushan.domain.bodies.deformation import Deformation, deformation
from yushan.domain.bodies.draft import Draft, LesionWish
from yushan.domain.bodies.draws import drawn
from yushan.domain.bodies.heart import Heart
from yushan.domain.bodies.lesions import add, by_chance, wished
from yushan.domain.bodies.lungs import lungs
from yushan.domain.bodies.mediastinum import mediastinum
from yushan.domain.bodies.plan import VERTEBRAE, Plan
from yushan.domain.bodies.skeleton import skeleton
from yushan.domain.bodies.wall import wall

VERSION: Final = 2


@dataclass(frozen=True)
class TrunkWishes:
    """What a trunk is to be; None leaves it to chance.

    Parameters
    ----------
    sex, age_years, height_mm, bmi
        The person; under 18 years a child, newborn at 0.
    lesions
        Those that are to be there and no others, as wishes or bare kinds; None is by chance.
    arms
        Whether the arms lie beside the head or along the body.
    visit
        0 for the first; at later ones, half a year apart, nodules and metastases of the same body
        have grown by doubling times of their own, or not.
    """

    sex: Literal["male", "female"] | None = None
    age_years: float | None = None
    height_mm: float | None = None
    bmi: float | None = None
    lesions: tuple[str | LesionWish, ...] | None = None
    arms: Literal["up", "down"] = "up"
    visit: int = 0


def trunk(seed: int, wishes: TrunkWishes | None = None) -> Body:
    """A trunk; the same seed and wishes give the same body.

    Raises
    ------
    ValueError
        A wished lesion is not of :data:`KINDS`.
    """
    wish = wishes or TrunkWishes()
    plan = planned(seed, wish)
    lesions = by_chance(plan) if wish.lesions is None else wished(wish.lesions)
    bend = shrunk(deformation(seed), plan["age_years"], wish.height_mm)
    draft = Draft(
        plan, bend, healthy(plan, bend, wish.arms), coronaries(plan, bend), visit=wish.visit
    )
    add(draft, lesions)
    draft.add_under_lesions(*drawn_arteries(draft.arteries, draft.plaques))
    return Body(
        "trunk", seed, VERSION, tuple(draft.structures), tuple(draft.lesions),
        landmarks(plan, bend), told(plan, wish) | coronary_calcium(draft),
        tuple(draft.arteries.values()),
    )  # fmt: skip


def told(plan: Plan, wish: TrunkWishes) -> dict[str, float | str]:
    """What was drawn; a child's own height instead of that of the adult it is made of."""
    found: dict[str, float | str] = {**plan.values, "sex": plan.sex}
    if plan["age_years"] < GROWN:
        found["height_mm"] = wish.height_mm or at_age(plan["age_years"])["height_mm"]
    return found


def coronary_calcium(draft: Draft) -> dict[str, float]:
    """Sums over the plaques of coronary arteries."""
    mine = [
        one.properties
        for one in draft.lesions
        if one.kind == "plaque" and one.properties["artery"] in draft.arteries
    ]
    return {
        "coronary_agatston": sum(float(one["agatston"]) for one in mine),
        "coronary_calcium_mg": sum(float(one["mass_mg"]) for one in mine),
    }


def healthy(plan: Plan, bend: Deformation, arms: str) -> list[Structure]:
    """All but lesions and coronary arteries, in patient space."""
    parts = [
        *wall(plan, arms), *skeleton(plan, arms), *abdomen(plan), *lungs(plan), *mediastinum(plan)
    ]  # fmt: skip
    places = bend.place_all([part.surface for part in parts])
    return [replace(part, surface=place) for part, place in zip(parts, places, strict=True)]


def planned(seed: int, wish: TrunkWishes) -> Plan:
    """The measures of a trunk."""
    sex = wish.sex or ("male" if np.random.default_rng((seed, 1)).random() < 0.5 else "female")
    grown = wish.age_years is None or wish.age_years >= GROWN
    height = wish.height_mm if grown else None  # a child is an adult made smaller
    fixed = {"age_years": wish.age_years, "height_mm": height, "bmi": wish.bmi}
    return Plan(seed, sex, proportioned(drawn("trunk", seed, sex, fixed)))


def coronaries(plan: Plan, bend: Deformation) -> dict[str, Branch]:
    """The coronary arteries in patient space."""
    root = plan.point(2, -30, -28)
    reach = plan["aorta_ascending_mm"] * 1.12 - 1.0
    return placed_arteries(tree(Heart(plan), root, reach), bend)


def landmarks(plan: Plan, bend: Deformation) -> dict[str, tuple[float, float, float]]:
    """Named points in patient space, mm."""
    points = {f"vertebra_{v}": (0.0, plan.spine(plan.level(v)), plan.level(v)) for v in VERTEBRAE}
    right = plan["dome_right_mm"] * plan.tall
    points["carina"] = plan.point(0, 14, 0)
    points["dome_right"] = (-70 * plan.wide, 0.0, right)
    points["dome_left"] = (70 * plan.wide, 0.0, right + plan["dome_step_mm"])
    places = bend.forward(np.array(list(points.values())))
    return {name: tuple(map(float, at)) for name, at in zip(points, places, strict=True)}  # type: ignore[misc]
