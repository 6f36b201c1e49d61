"""A tumour of the nasopharynx that grows only where its stage allows, so that its stage is known.

Growth is a first passage: every place takes a random time to be filled from its neighbours, times
the resistance of its compartment; forbidden compartments are never filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.bodies import head_face, head_pharynx, head_skull, neck
from yushan.domain.bodies.brain_parts import cavity
from yushan.domain.bodies.head_lesions import table
from yushan.domain.bodies.head_shapes import Sampled, lattice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.surfaces import Box, Floats, Surface

STEP_MM: Final = 1.5
#: Around the nasopharynx, patient mm to each side.
REACH_MM: Final = (54.0, 48.0, 45.0)
#: A compartment counts as reached from this volume on, mm³.
LEAST_MM3: Final = 150.0
STAGES: Final = ("T1", "T2", "T3", "T4")
#: Soft tissue without a name counts as on the way only this near to the middle, model mm.
BETWEEN_MM: Final = 31.0
ROUGH: Final = 0.55
ROUGH_MM: Final = 6.0
ROUNDS: Final = 400
#: A tumour that has not reached all it is to reach grows by this factor.
MORE: Final = 1.15
#: Nor does it become this much larger than the largest of its stage.
MOST: Final = 1.6
#: Draws before a head is given up, and what tells them apart.
ATTEMPTS: Final = 12
OTHER: Final = 1_000_003
FINE_MM: Final = 0.5


class Compartment(NamedTuple):
    """One row of the table."""

    name: str
    site: str
    stage: str
    cost: float
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """A tumour: its surface, stage, side, and the volume in every compartment it reached, mm³."""

    surface: Sampled
    stage: str
    side: str
    volume_mm3: float
    volumes: Mapping[str, float]

    @property
    def sites(self) -> tuple[str, ...]:
        """What the staging rules are asked with."""
        known = {c.name: c.site for c in compartments()}
        return tuple(dict.fromkeys(known[name] for name in self.volumes))


def compartments() -> tuple[Compartment, ...]:
    """The rows, in painting order: later ones win where they overlap."""
    return tuple(
        Compartment(r["name"], r["site"], r["stage"], r["cost"], tuple(r.get("needs", ())))
        for r in table()["compartments"]
    )


def surfaces(number: Mapping[str, float]) -> dict[str, list[Surface]]:
    """The surfaces of each compartment in the model, both sides."""
    named: dict[str, list[Surface]] = {}
    for name, _, surface in (*neck.muscles(), *neck.glands(number), *neck.spine()):
        named.setdefault(name.removesuffix("_left").removesuffix("_right"), []).append(surface)
    parts = [*head_skull.facial(number), *head_skull.sinuses(number), *head_pharynx.nose()]
    for name, _, surface in (*parts, *neck.throat()[:1]):
        named.setdefault(name.removesuffix("_left").removesuffix("_right"), []).append(surface)
    sinus = [*named["maxillary_sinus"][::2], *named["ethmoid"][::2], *named["sphenoid_sinus"][::3]]
    return {
        "nasopharynx": [head_pharynx.wall()],
        "nasal_cavity": [named["nasal_cavity"][0]],
        "oropharynx": [head_pharynx.oropharynx(named["pharynx"][0])],
        "parapharyngeal_space": [head_pharynx.parapharyngeal(1), head_pharynx.parapharyngeal(-1)],
        "medial_pterygoid": named["medial_pterygoid"],
        "lateral_pterygoid": named["lateral_pterygoid"],
        "prevertebral_muscle": named["longus"],
        "skull_base": [*head_skull.base(), head_skull.central()],
        "cervical_vertebra": [*named["vertebrae_C1"][:1], *named["vertebrae_C2"][::2]],
        "pterygoid_process": named["pterygoid_process"],
        "paranasal_sinus": sinus,
        "intracranial": [cavity()],
        "orbit": [head_face.orbit(number, 1), head_face.orbit(number, -1)],
        "parotid": named["parotid_gland"],
        "masticator_space": [*named["masseter"], *named["temporalis"]],
    }


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The lattice on which a tumour grows: box, compartment of each place (0 none), model x."""

    box: Box
    parts: NDArray[np.uint8]
    x: Floats


def ground(field: Deformation, number: Mapping[str, float]) -> Ground:
    """Compartments on a lattice in patient space about the nasopharynx."""
    middle = field.forward([head_pharynx.MIDDLE])[0]
    low, high = (tuple(float(v) for v in middle + s * np.array(REACH_MM)) for s in (-1, 1))
    box: Box = ((low[0], low[1], low[2]), (high[0], high[1], high[2]))
    lines = lattice(box, STEP_MM)
    shape = np.broadcast_shapes(*(v.shape for v in lines))
    x, y, z = (np.broadcast_to(v, shape) for v in field.back(*lines))
    parts = np.zeros(shape, dtype=np.uint8)
    known = surfaces(number)
    for place, row in enumerate(compartments(), 1):
        for surface in known[row.name]:
            mark(parts, surface, (x, y, z), place)
    return Ground(box, parts, np.asarray(x))


def mark(
    parts: NDArray[np.uint8], surface: Surface, at: tuple[Floats, Floats, Floats], place: int
) -> None:
    """Give the inside of a surface its number, in place; only its box is asked."""
    near = np.ones(parts.shape, dtype=np.bool_)
    for value, low, high in zip(at, *surface.box, strict=True):
        near &= (value > np.float32(low)) & (value < np.float32(high))
    chosen = np.flatnonzero(near)
    if chosen.size:
        x, y, z = (value.ravel()[chosen] for value in at)
        parts.ravel()[chosen[surface.distance(x, y, z) < 0]] = place


def wanted(seed: int, stage: str) -> frozenset[str]:
    """The compartments a tumour of a stage takes in: at least one of the stage, none above."""
    rng = np.random.default_rng((seed, 81))
    rows = {c.name: c for c in compartments()}
    own = [c.name for c in rows.values() if c.stage == stage]
    first = own[int(rng.integers(len(own)))]
    chosen = {"nasopharynx", first}
    below = STAGES[: STAGES.index(stage)]
    for row in rows.values():
        if (row.stage in below and rng.random() < 0.35) or (
            row.stage == stage and rng.random() < 0.15
        ):
            chosen.add(row.name)
    while missing := {n for name in chosen for n in rows[name].needs} - chosen:
        chosen |= missing
    return frozenset(chosen)


def times(seed: int, land: Ground, allowed: frozenset[str], side: int) -> Floats:
    """When each place is filled; infinite where it never is."""
    rows = compartments()
    costs = np.full(len(rows) + 1, np.inf, dtype=np.float32)
    costs[0] = 1.6
    for place, row in enumerate(rows, 1):
        if row.name in allowed:
            costs[place] = row.cost
    cost = costs[land.parts]
    rng = np.random.default_rng((seed, 82))
    grain = ndimage.gaussian_filter(
        rng.standard_normal(cost.shape, dtype=np.float32), ROUGH_MM / STEP_MM / 2
    )
    grain /= grain.std()
    cost[(land.parts == 0) & (np.abs(land.x) + 2 * grain > BETWEEN_MM)] = np.inf
    cost = cost * np.exp(np.float32(ROUGH) * grain)
    cost = cost * np.where(side * land.x < -4, np.float32(1.8), np.float32(1))
    return first_passage(cost, start_of(land, side))


def start_of(land: Ground, side: int) -> tuple[int, int, int]:
    """The lateral recess of a side: where a tumour begins."""
    number = [c.name for c in compartments()].index("nasopharynx") + 1
    inside = np.argwhere(land.parts == number)
    aside = side * land.x[tuple(inside.T)]
    back = inside[:, 1] * STEP_MM
    best = inside[int(np.argmax(np.minimum(aside, 12) + 0.3 * back))]
    return int(best[0]), int(best[1]), int(best[2])


def first_passage(cost: Floats, start: tuple[int, int, int]) -> Floats:
    """Least sum of costs from a place to every other, by steps to the six neighbours."""
    found = np.full(cost.shape, np.inf, dtype=np.float32)
    found[start] = 0
    for _ in range(ROUNDS):
        before = found.copy()
        for axis in range(3):
            ahead, behind = [slice(None)] * 3, [slice(None)] * 3
            ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
            for to, of in ((tuple(ahead), tuple(behind)), (tuple(behind), tuple(ahead))):
                np.minimum(found[to], found[of] + cost[to], out=found[to])
        if np.array_equal(found, before):
            break
    return found


def grow(seed: int, stage: str, field: Deformation, number: Mapping[str, float]) -> Grown:
    """A tumour of a T stage (``T1`` to ``T4``) in one head.

    It grows to a volume drawn for its stage, and on until every wanted compartment is reached; a
    draw that cannot reach all of them without filling the whole region is drawn again.
    """
    land = ground(field, number)
    for attempt in range(ATTEMPTS):
        allowed = wanted(seed + attempt * OTHER, stage)
        found = grown(seed + attempt * OTHER, land, allowed, stage)
        if found is not None:
            return found
    raise ValueError(f"no tumour of stage {stage} fits this head")


def grown(seed: int, land: Ground, allowed: frozenset[str], stage: str) -> Grown | None:
    """A tumour in the allowed compartments that reaches all of them, or None."""
    rng = np.random.default_rng((seed, 83))
    side = 1 if rng.random() < 0.5 else -1
    when = times(seed, land, allowed, side)
    low, high = table()["nasopharynx"][stage]["volume"]
    count = int(low * (high / low) ** rng.random() / STEP_MM**3)
    ordered = np.sort(when[np.isfinite(when)])
    most = min(len(ordered), int(MOST * high / STEP_MM**3))
    while count < most:
        distance = smooth(when <= ordered[count], land, allowed)
        volumes = reached(distance, land)
        if allowed <= volumes.keys():
            surface = Sampled(land.box[0], STEP_MM, distance)
            return Grown(surface, stage, "left" if side > 0 else "right", inside(surface), volumes)
        count = int(count * MORE) + 1
    return None


def smooth(filled: NDArray[np.bool_], land: Ground, allowed: frozenset[str]) -> Floats:
    """Distance from the smoothed surface of filled places, cut off at forbidden compartments."""
    soft = ndimage.gaussian_filter(filled.astype(np.float32), 0.8)
    distance = (np.float32(0.5) - soft) * np.float32(2.2 * STEP_MM)
    forbidden = [k for k, c in enumerate(compartments(), 1) if c.name not in allowed]
    distance[np.isin(land.parts, forbidden)] = STEP_MM / 2
    return np.asarray(distance, dtype=np.float32)


def reached(distance: Floats, land: Ground) -> dict[str, float]:
    """Volume in each compartment that counts as reached, mm³."""
    counts = np.bincount(land.parts[distance < 0], minlength=len(compartments()) + 1)
    volumes = {
        c.name: float(n * STEP_MM**3) for c, n in zip(compartments(), counts[1:], strict=True)
    }
    return {name: volume for name, volume in volumes.items() if volume >= LEAST_MM3}


def inside(surface: Surface) -> float:
    """Volume inside a surface, counted on a lattice of :data:`FINE_MM`, mm³."""
    total = 0
    x, y, z = lattice(surface.box, FINE_MM)
    for first in range(0, z.shape[0], 16):
        total += int(np.count_nonzero(surface.distance(x, y, z[first : first + 16]) < 0))
    return float(total * FINE_MM**3)
