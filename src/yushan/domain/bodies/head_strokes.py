"""Bleeding and infarct of the brain, with their truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.head_lesions import about_z, measured, oedema, table, volume
from yushan.domain.bodies.head_shapes import lattice
from yushan.domain.bodies.surfaces import Both, Ellipsoid

if TYPE_CHECKING:
    from yushan.domain.bodies.head_lesions import Room
    from yushan.domain.bodies.surfaces import Box, Surface

    Found = tuple[tuple[Structure, ...], tuple[Lesion, ...]]

#: Lattice on which volumes without a closed form are counted, mm.
COUNT_MM: Final = 0.8


def haemorrhage(seed: int, room: Room) -> Found:
    """A bleeding into the basal ganglia or a lobe, with a rim of oedema."""
    row = table()["haemorrhage"]
    rng = np.random.default_rng((seed, 76))
    side = 1 if rng.random() < 0.5 else -1
    deep = (side * 27.0, 2.0 + rng.uniform(-6, 6), 6.0)
    lobar = (side * 34.0, 45.0 + rng.uniform(-12, 12), 26.0)
    place = room.in_patient(deep if rng.random() < 0.65 else lobar)
    half = float(rng.uniform(*row["diameter_mm"]) / 2)
    axes = (half, half * float(rng.uniform(0.55, 0.8)), half * float(rng.uniform(0.6, 0.9)))
    wide = float(rng.uniform(*row["oedema_mm"]))
    turn = about_z(90 + side * float(rng.uniform(0, 25)))
    name = "intracerebral_hemorrhage"
    parts = (
        oedema(place, tuple(a + wide for a in axes), seed * 97),
        Structure(name, "haemorrhage", Ellipsoid(place, axes, turn, fine=True), part_of="brain"),
    )
    properties: dict[str, float | str] = {"identity": f"haemorrhage-{seed}", "oedema_mm": wide}
    return parts, (Lesion("haemorrhage", name, place, measured(axes), volume(axes), properties),)


def infarct(seed: int, room: Room) -> Found:
    """An acute infarct in the territory of a middle cerebral artery."""
    rng = np.random.default_rng((seed, 77))
    side = 1 if rng.random() < 0.5 else -1
    place = room.in_patient((side * 40.0, float(rng.uniform(-8, 34)), float(rng.uniform(4, 32))))
    half = float(rng.uniform(*table()["infarct"]["diameter_mm"]) / 2)
    axes = (half, half * float(rng.uniform(0.5, 0.75)), half * float(rng.uniform(0.5, 0.8)))
    surface = Ellipsoid(place, axes, about_z(90 - side * float(rng.uniform(0, 30))), fine=True)
    part = Structure("infarct", "infarct", surface, "brain", soft_mm=2.0)
    seen = inside_mm3(Both((surface, room.brain)), surface.box)
    properties: dict[str, float | str] = {"identity": f"infarct-{seed}"}
    return (part,), (Lesion("infarct", "infarct", place, measured(axes), seen, properties),)


def inside_mm3(surface: Surface, box: Box) -> float:
    """Volume inside a surface, counted in a box on a lattice of :data:`COUNT_MM`, mm³."""
    found = surface.distance(*lattice(box, COUNT_MM)) < 0
    return float(np.count_nonzero(found) * COUNT_MM**3)
