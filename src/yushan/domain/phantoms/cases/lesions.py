"""Organs and lesions of bodies as segments, measurements and plain values."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.bodies import code_of
from yushan.domain.phantoms.cases.case import VERSION
from yushan.domain.results import (
    Algorithm,
    Code,
    Evaluation,
    Measurement,
    Segment,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from yushan.domain.bodies import Body, Lesion
    from yushan.domain.volumes import Labels

TRUTH: Final = Algorithm("Yushan phantom", str(VERSION))

STRUCTURE: Final = Code("91723000", "SCT", "Anatomical structure")

VOLUME: Final = Code("118565006", "SCT", "Volume")

LONG: Final = Code("103339001", "SCT", "Long Axis")

SHORT: Final = Code("103340004", "SCT", "Short Axis")

HEIGHT: Final = Code("121207", "DCM", "Height")

#: Colours of lesions, one after the other.
COLOURS: Final = ((235, 70, 60), (250, 170, 40), (80, 190, 240), (200, 90, 220), (120, 220, 90))


@cache
def kinds() -> dict[str, Any]:
    """Kinds of lesions with their codes, out of ``data/lesions.toml``."""
    page = files("yushan.domain.phantoms") / "data" / "lesions.toml"
    return tomllib.loads(page.read_text("utf-8"))


def kind_of(name: str) -> Code:
    """The code of a kind of lesion."""
    row = kinds().get(name) or kinds()["lesion"]
    return Code(row["code"], row["scheme"], row["meaning"])


def organ(name: str) -> Segment:
    """A structure as a segment, with its code where it has one."""
    found = code_of(name)
    if found is None:
        return Segment(name.replace("_", " "), STRUCTURE, algorithm=TRUTH)
    side = Code(found.laterality[0], "SCT", found.laterality[1]) if found.laterality[0] else None
    return Segment(
        name.replace("_", " "), Code(found.value, found.scheme, found.meaning),
        Code(found.category[0], "SCT", found.category[1]), side, found.rgb, TRUTH,
    )  # fmt: skip


def relabelled(labels: Labels, names: Sequence[str], body: Body) -> NDArray[np.uint8]:
    """Only some structures with their parts, numbered in the order of their names.

    A part that is itself among the names is not counted to its whole.
    """
    table = np.zeros(len(labels.names) + 1, np.uint8)
    for number, name in enumerate(names, 1):
        parts = [part for part in body.parts_of(name) if part not in names]
        for part in (name, *parts):
            if part in labels.names:
                table[labels.names.index(part) + 1] = number
    return np.asarray(table[labels.values])


def lesion_masks(labels: Labels, lesions: Sequence[Lesion]) -> tuple[NDArray[np.uint8], list[int]]:
    """Labels of the lesions that are in the volume, and their numbers from 0.

    Lesions that share a structure's name are told apart by the nearest centre.
    """
    made = np.zeros(labels.values.shape, np.uint8)
    shown: list[int] = []
    for name in dict.fromkeys(one.structure for one in lesions if one.structure in labels.names):
        where = np.argwhere(labels.values == labels.names.index(name) + 1)
        if not len(where):
            continue
        own = [number for number, one in enumerate(lesions) if one.structure == name]
        centres = np.array([lesions[number].centre_mm for number in own])
        gaps = ((labels.grid.points(where)[:, None] - centres[None]) ** 2).sum(axis=2)
        nearest = gaps.argmin(axis=1)
        for place, number in enumerate(own):
            part = where[nearest == place]
            if len(part):
                shown.append(number)
                made[tuple(part.T)] = len(shown)
    return made, shown


def measured(lesion: Lesion) -> tuple[Measurement, ...]:
    """Numbers of a lesion by construction."""
    long, short, height = lesion.diameters_mm
    how = "by construction"
    return (
        Measurement(VOLUME, float(lesion.volume_mm3), "mm3", convention=how),
        Measurement(LONG, float(long), "mm", convention=how),
        Measurement(SHORT, float(short), "mm", convention=how),
        Measurement(HEIGHT, float(height), "mm", convention=how),
    )


def evaluated(lesion: Lesion) -> tuple[Evaluation, ...]:
    """Properties of a lesion that have codes."""
    found = []
    for key, value in lesion.properties.items():
        row = kinds()["evaluations"].get(f"{key}={value}")
        if row:
            found.append(Evaluation(Code(*row["concept"]), Code(*row["value"])))
    return tuple(found)


def lesion_facts(lesion: Lesion) -> dict[str, Any]:
    """A lesion as plain values."""
    return {
        "kind": lesion.kind, "structure": lesion.structure, "centre_mm": lesion.centre_mm,
        "diameters_mm": lesion.diameters_mm, "volume_mm3": lesion.volume_mm3,
        "properties": lesion.properties,
    }  # fmt: skip


def site_of(lesion: Lesion) -> tuple[Code | None, Code | None]:
    """Where a lesion is and on which side, as far as its lobe has a code."""
    found = code_of(str(lesion.properties.get("lobe", "")))
    if found is not None:
        side = Code(found.laterality[0], "SCT", found.laterality[1])
        return Code(found.value, found.scheme, found.meaning), side if side.value else None
    return None, None
