"""Lymph nodes of the neck: usual ones, and those that a stage asks for, by level, side and size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.head_lesions import about_z, measured, table, volume
from yushan.domain.bodies.head_shapes import SIDES, sided
from yushan.domain.bodies.neck_rows import levels
from yushan.domain.bodies.surfaces import Ellipsoid

if TYPE_CHECKING:
    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.surfaces import Triple

    Found = tuple[tuple[Structure, ...], tuple[Lesion, ...]]

#: Levels above the lower border of the cricoid, in order of how often they are taken.
UPPER: Final = ("lymph_level_2", "retropharyngeal", "lymph_level_3")
#: Largest half of a node in a level, mm.
ROOM_MM: Final = {"retropharyngeal": 9.0}


def usual(seed: int, field: Deformation) -> tuple[Structure, ...]:
    """Small nodes that everybody has: short axis 3 to 7 mm."""
    rng = np.random.default_rng((seed, 91))
    found = []
    for middle, axes in levels().values():
        for side, _ in SIDES:
            for _ in range(int(rng.integers(1, 4))):
                place = np.array(middle) + np.array(axes) * rng.uniform(-0.55, 0.55, 3)
                short = rng.uniform(1.5, 3.3)
                at = patient(
                    field, sided((float(place[0]), float(place[1]), float(place[2])), side)
                )
                half = (float(short), float(short), float(short * rng.uniform(1.2, 2.0)))
                found.append(Structure("lymph_node", "lymph_node", Ellipsoid(at, half, fine=True)))
    return tuple(found)


def patient(field: Deformation, point: Triple) -> Triple:
    """A point of the model in patient space."""
    found = field.forward([point])[0]
    return float(found[0]), float(found[1]), float(found[2])


def stage_of(seed: int, wished: str | None) -> str:
    """N stage by wish or by the table's shares."""
    if wished is not None:
        return wished
    names = ("N0", "N1", "N2", "N3")
    shares = [table()["nodes"][n] for n in names]
    return names[int(np.random.default_rng((seed, 92)).choice(4, p=shares))]


def plan(seed: int, stage: str, side: int) -> list[tuple[str, int, float]]:
    """Level, side and longest diameter in mm of each ill node."""
    rng = np.random.default_rng((seed, 93))
    low, high = table()["nodes"]["long_mm"]
    size = float(low * (high / low) ** rng.random())
    less = float(rng.uniform(low, max(low + 1, 0.7 * size)))
    if stage == "N1":
        level = UPPER[int(rng.choice(3, p=[0.6, 0.25, 0.15]))]
        return [(level, side, size)]
    if stage == "N2":
        return [("lymph_level_2", side, size), ("lymph_level_2", -side, less)]
    if stage == "N3":
        giant = float(rng.uniform(*table()["nodes"]["giant_mm"]))
        is_low = rng.random() < 0.6
        last = ("lymph_level_4", side, less) if is_low else ("lymph_level_2", side, giant)
        return [last] if not is_low else [("lymph_level_2", side, size), last]
    return []


def ill(seed: int, stage: str, side: int, field: Deformation) -> Found:
    """Structures and truth of the nodes of an N stage; none for N0."""
    structures, lesions = [], []
    for number, (level, own, long_mm) in enumerate(plan(seed, stage, side), 1):
        rng = np.random.default_rng((seed, number, 94))
        middle = sided(levels()[level][0], own)
        half = min(long_mm / 2, ROOM_MM.get(level, 99.0))
        axes = (half, half * float(rng.uniform(0.55, 0.75)), half * float(rng.uniform(0.7, 0.95)))
        if level == "lymph_level_4":
            middle = (middle[0], middle[1], -188.0)
        at = patient(field, middle)
        name = f"lymph_node_{number}"
        body = Ellipsoid(at, axes, about_z(80.0 + own * 15), fine=True)
        structures.append(Structure(name, "lymph_node", body))
        properties: dict[str, float | str] = {
            "identity": f"node-{seed}-{number}",
            "level": level,
            "side": "left" if own > 0 else "right",
            "below_cricoid": float(level == "lymph_level_4"),
            "stage": stage,
        }
        lesions.append(Lesion("node", name, at, measured(axes), volume(axes), properties))
    return tuple(structures), tuple(lesions)
