"""A head with its neck, from a seed and wishes: structures, lesions, landmarks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies import (
    brain,
    head_face,
    head_ill,
    head_nodes,
    head_pharynx,
    head_skull,
    neck,
)
from yushan.domain.bodies.body import Body, Structure
from yushan.domain.bodies.brain_parts import cavity
from yushan.domain.bodies.deformation import deformation
from yushan.domain.bodies.head_parameters import HeadWishes, numbers, person
from yushan.domain.bodies.surfaces import Grown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.surfaces import Surface, Triple

    Parts = list[tuple[str, str, Surface]]

VERSION: Final = 1
SKIN_MM: Final = 2.3
#: What lies deeper under the skin than this; muscles are cut off there.
FLESH: Final = "flesh"
FLESH_MM: Final = 3.5
#: Structures whose edges are gradual.
SOFT_MM: Final = {
    "cerebral_white_matter": 1.4, "corpus_callosum": 1.0, "thalamus": 4.0, "pallidum": 3.0,
    "putamen": 2.2, "caudate": 1.5, "hippocampus": 1.5, "brain_stem": 2.0,
}  # fmt: skip
BY_CHANCE: Final = HeadWishes()
#: Largest displacement of the bend and spread of the turn.
BEND_MM: Final = 2.5
TILT_DEGREES: Final = 2.0


def head(seed: int, wishes: HeadWishes = BY_CHANCE) -> Body:
    """One head down to the collar bones, in LPS mm about the anterior commissure.

    Parameters
    ----------
    seed
        The same seed and wishes give the same head.
    wishes
        What is not left to chance.
    """
    number = numbers(seed, wishes)
    field = bend(seed, number)
    cut = {name for name, _, _ in (*neck.muscles(), *neck.glands(number))}
    structures = [
        Structure(
            name,
            tissue,
            field.place(surface),
            FLESH if name in cut else None,
            SOFT_MM.get(unsided(name), 0.0),
            part_of="brain" if unsided(name) in brain.OF_BRAIN else None,
        )
        for name, tissue, surface in anatomy(seed, number)
    ]
    sex, age = person(seed, wishes)
    folded = next(s.surface for s in structures if s.name == "brain")
    parts, lesions = head_ill.ill(seed, wishes, (field, number), folded)
    structures += [*head_nodes.usual(seed, field), *parts]
    return Body(
        "head", seed, VERSION, tuple(structures), lesions, landmarks(field, number),
        {**number, "sex": sex, "age": age},
    )  # fmt: skip


def unsided(name: str) -> str:
    """A structure's name without its side."""
    return name.removesuffix("_left").removesuffix("_right")


def bend(seed: int, number: Mapping[str, float]) -> Deformation:
    """From patient space into the model's: the head's own scale, turn and bend."""
    plain = deformation(seed, BEND_MM, TILT_DEGREES)
    scale = np.array([number["scale_x"], number["scale_y"], number["scale_z"]])
    return replace(plain, matrix=plain.matrix / scale[:, None])


def anatomy(seed: int, number: Mapping[str, float]) -> Parts:
    """All structures without lesions, in the model's space, in painting order."""
    inside = cavity()
    outer = head_face.skin(inside, number)
    return [
        ("skin", "skin", outer),
        ("subcutaneous_fat", "fat", Grown(outer, -SKIN_MM)),
        (FLESH, "fat", Grown(outer, -FLESH_MM)),
        *neck.filling(outer),
        *neck.levels(),
        *neck.muscles(),
        *head_pharynx.spaces(),
        *neck.glands(number),
        *neck.spine(),
        *neck.throat(),
        *head_skull.brow(outer),
        *head_skull.facial(number),
        *head_skull.sinuses(number),
        *head_pharynx.nose(),
        *head_skull.jaw(number),
        *head_face.eyes(number),
        *head_skull.skull(inside, number, seed),
        *brain.brain(seed, number, inside),
        *neck.vessels(),
        *brain.vessels(seed, inside),
    ]


def landmarks(field: Deformation, number: Mapping[str, float]) -> dict[str, Triple]:
    """Named points in patient space."""
    eye = head_face.eye_of(number)
    points: dict[str, Triple] = {
        "anterior_commissure": (0, 0, 0),
        "nasopharynx": head_pharynx.MIDDLE,
        "pituitary": brain.PITUITARY,
        "eye_left": eye,
        "eye_right": (-eye[0], eye[1], eye[2]),
        "cricoid_lower_border": (0, 0, neck.CRICOID),
        "vertex": (0, 20, 95),
    }
    points |= {
        f"vertebrae_{name}": (0.0, y, z)
        for name, (y, z) in zip(neck.NAMES, neck.SPINE, strict=True)
    }
    placed = field.forward(list(points.values()))
    return {n: (float(p[0]), float(p[1]), float(p[2])) for n, p in zip(points, placed, strict=True)}
