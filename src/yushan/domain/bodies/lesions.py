"""Which lesions a trunk has: by wish, or by chance of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.belly_lesions import mass, metastasis
from yushan.domain.bodies.draft import LesionWish
from yushan.domain.bodies.draws import rows
from yushan.domain.bodies.heart_lesions import plaque, stenosis
from yushan.domain.bodies.lung_lesions import effusion, node, nodule, opacity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yushan.domain.bodies.draft import Draft
    from yushan.domain.bodies.plan import Plan

#: How each kind is made. What changes the vessels' course comes before what sits on them.
MAKERS: Final[Mapping[str, Callable[[Draft, LesionWish, np.random.Generator, float], None]]] = {
    "stenosis": stenosis,
    "plaque": plaque,
    "node": node,
    "opacity": opacity,
    "effusion": effusion,
    "nodule": nodule,
    "mass": mass,
    "metastasis": metastasis,
}
#: Kinds of lesions that can be wished for.
KINDS: Final = tuple(sorted(MAKERS))


def wished(lesions: tuple[str | LesionWish, ...]) -> tuple[LesionWish, ...]:
    """Wishes, a bare kind as one without details.

    Raises
    ------
    ValueError
        A kind is not one of :data:`KINDS`.
    """
    found = tuple(LesionWish(w) if isinstance(w, str) else w for w in lesions)
    if unknown := {w.kind for w in found} - set(KINDS):
        raise ValueError(f"no lesions of kind {sorted(unknown)}; known: {KINDS}")
    return found


def by_chance(plan: Plan) -> tuple[LesionWish, ...]:
    """Lesions of nobody's wish: calcium and narrow arteries come with age."""
    found = []
    for number, row in enumerate(rows("trunk_lesions")):
        rng = plan.rng(70, number)
        chance = float(row["probability"])
        if row["kind"] in {"plaque", "stenosis"}:
            chance *= float(np.interp(plan["age_years"], (40, 60, 80), (0.2, 1.0, 1.7)))
        if rng.random() < chance:
            found += [LesionWish(row["kind"])] * int(rng.integers(1, int(row["most"]) + 1))
    return tuple(found)


def add(draft: Draft, wishes: tuple[LesionWish, ...]) -> None:
    """Lay lesions over a draft, with their truth."""
    limits = {
        r["kind"]: (float(r["smallest_mm"]), float(r["largest_mm"])) for r in rows("trunk_lesions")
    }
    for kind, (name, make) in enumerate(MAKERS.items()):
        for number, wish in enumerate(w for w in wishes if w.kind == name):
            rng = draft.rng(number, kind)
            low, high = limits[name]
            chance = float(np.exp(rng.uniform(np.log(low), np.log(high)))) if low else 0.0
            make(draft, wish, rng, chance if wish.size_mm is None else wish.size_mm)
