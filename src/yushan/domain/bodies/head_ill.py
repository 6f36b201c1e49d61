"""Which lesions a head has, by wish or chance, and what the staging rules are to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yushan.domain.bodies import head_growth, head_lesions, head_nodes, head_strokes
from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.brain_parts import cavity, cerebellum_hull, cerebrum, ventricles
from yushan.domain.bodies.head_lesions import Room, table
from yushan.domain.bodies.head_parameters import HeadWishes, chosen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.surfaces import Surface

    Found = tuple[tuple[Structure, ...], tuple[Lesion, ...]]


def ill(
    seed: int, wishes: HeadWishes, given: tuple[Deformation, Mapping[str, float]], brain: Surface
) -> Found:
    """All lesions of a head, in painting order; ``brain`` is its folded surface in the patient."""
    field, number = given
    water = ventricles(number["ventricle"])
    room = Room(cavity(), cerebrum(), cerebellum_hull(), water, brain, field)
    found: list[Found] = []
    if chosen(seed, "infarct", wished=wishes.infarct):
        found.append(head_strokes.infarct(seed, room))
    if chosen(seed, "haemorrhage", wished=wishes.haemorrhage):
        found.append(head_strokes.haemorrhage(seed, room))
    if chosen(seed, "metastases", wished=wishes.metastases):
        found.append(head_lesions.metastases(seed, wishes.metastases, wishes.visit, room))
    stage = tumour_stage(seed, wishes)
    if stage != "none":
        found += nasopharynx(seed, stage, head_nodes.stage_of(seed, wishes.nodes), given)
    structures = tuple(part for parts, _ in found for part in parts)
    return structures, tuple(lesion for _, lesions in found for lesion in lesions)


def tumour_stage(seed: int, wishes: HeadWishes) -> str:
    """T stage of a nasopharyngeal tumour, or ``none``."""
    if wishes.nasopharynx is not None:
        return wishes.nasopharynx
    if not chosen(seed, "nasopharynx", wished=None):
        return "none"
    shares = [table()["nasopharynx"][s]["share"] for s in head_growth.STAGES]
    rng = np.random.default_rng((seed, 84))
    return head_growth.STAGES[int(rng.choice(4, p=shares))]


def nasopharynx(
    seed: int, stage: str, nodes: str, given: tuple[Deformation, Mapping[str, float]]
) -> list[Found]:
    """A tumour of the nasopharynx with its nodes."""
    field, number = given
    grown = head_growth.grow(seed, stage, field, number)
    name = "nasopharyngeal_tumour"
    low, high = np.array(grown.surface.box)
    middle, size = (low + high) / 2, high - low
    long, short = sorted((float(size[0]), float(size[1])), reverse=True)
    properties: dict[str, float | str] = {
        "identity": f"nasopharynx-{seed}",
        "t": grown.stage,
        "n": nodes,
        "side": grown.side,
        "sites": " ".join(grown.sites),
        **{f"in_{part}_mm3": value for part, value in grown.volumes.items()},
    }
    lesion = Lesion(
        "tumour", name, (float(middle[0]), float(middle[1]), float(middle[2])),
        (long, short, float(size[2])), grown.volume_mm3, properties,
    )  # fmt: skip
    tumour = Structure(name, "tumour_nasopharynx", grown.surface)
    side = 1 if grown.side == "left" else -1
    return [((tumour,), (lesion,)), head_nodes.ill(seed, nodes, side, field)]
