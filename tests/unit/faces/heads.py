"""Heads made of ellipsoids: skull, brain, face with nose, eyes, lips, chin and ears. Nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yushan.domain.faces import Volume, regular_volume

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Unit vectors in LPS.
LEFT, POSTERIOR, SUPERIOR = (1, 0, 0), (0, 1, 0), (0, 0, 1)
#: Along which slices, rows and columns grow.
AXIAL = (SUPERIOR, POSTERIOR, LEFT)
SAGITTAL = ((-1, 0, 0), (0, 0, -1), POSTERIOR)
CORONAL = (POSTERIOR, (0, 0, -1), LEFT)
UPSIDE_DOWN = ((0, 0, -1), POSTERIOR, (-1, 0, 0))

#: CT in HU, MR in arbitrary units: air, fat, muscle, bone, brain, and the noise.
TISSUES = {"CT": (-1000, -90, 45, 900, 35, 9), "MR": (8, 720, 320, 40, 500, 12)}


@dataclass(frozen=True)
class Person:
    """What makes a face, mm."""

    nose: float = 24.0
    nose_width: float = 13.0
    eyes: float = 33.0
    brow: float = 3.0
    chin: float = 12.0
    jaw: float = 60.0
    ears: float = 9.0


def stranger(number: int) -> Person:
    """One of many people."""
    draw = np.random.default_rng(number)
    low = np.array([16, 10, 29, 0, 6, 54, 5])
    high = np.array([32, 17, 38, 6, 18, 66, 13])
    return Person(*draw.uniform(low, high))


@dataclass(frozen=True)
class Made:
    """A volume with its truth, both ``[slice, row, column]``."""

    volume: Volume
    brain: NDArray[np.bool_]
    deep: NDArray[np.bool_]


def made_head(
    person: Person = Person(),
    *,
    modality: str = "CT",
    spacing_mm: tuple[float, float, float] = (2.5, 2.0, 2.0),
    axes: Sequence[Sequence[float]] = AXIAL,
    z_mm: tuple[float, float] = (-165.0, 100.0),
    tilt_degrees: float = 0.0,
) -> Made:
    """A head in a grid.

    ``z_mm``: what of it is in the volume, 0 is the middle of the skull; ``tilt_degrees``: chin up.
    """
    frame = np.asarray(axes, float)
    box = np.array([[-105.0, 105.0], [-135.0, 118.0], z_mm])
    along = np.abs(frame) @ box
    counts = [int((ends[1] - ends[0]) / step) for ends, step in zip(along, spacing_mm, strict=True)]
    steps = [(np.arange(n) + 0.5) * s for n, s in zip(counts, spacing_mm, strict=True)]
    start = np.where(frame.sum(1) > 0, along[:, 0], along[:, 1])
    offset = frame.T @ np.abs(start) * np.sign(frame.T @ start)
    grid = np.meshgrid(*steps, indexing="ij")
    x, y, z = (offset[i] + sum(frame[j, i] * grid[j] for j in range(3)) for i in range(3))
    turn = np.deg2rad(tilt_degrees)
    y, z = np.cos(turn) * y + np.sin(turn) * z, np.cos(turn) * z - np.sin(turn) * y
    labels, brain, deep = tissue_at(person, x, y, z)
    air, fat, muscle, bone, brain_value, noise = TISSUES[modality]
    values = np.choose(labels, [air, fat, muscle, bone, brain_value]).astype(float)
    random = np.random.default_rng(7)
    values += noise * random.standard_normal(values.shape)
    values = np.rint(values if modality == "CT" else np.abs(values)).astype(np.int16)
    volume = regular_volume(values, spacing_mm, axes=axes, modality=modality)
    return Made(volume, brain, deep)


def ball(place: Sequence[Any], centre: Sequence[float], halves: Sequence[float]) -> Any:
    """Below 1 inside an ellipsoid; ``place``, ``centre`` and ``halves`` as x, y, z."""
    parts = zip(place, centre, halves, strict=True)
    return np.sqrt(sum(((p - c) / h) ** 2 for p, c, h in parts))


def tissue_at(person: Person, *place: Any) -> tuple[Any, Any, Any]:
    """Labels (0 air, 1 fat, 2 muscle, 3 bone, 4 brain), brain and deep structures."""
    skull = ball(place, (0, 0, 0), (76, 95, 85))
    face = ball(place, (0, -22, -66), (person.jaw + 13, 70, 78))
    x, y, z = place
    neck = (np.hypot(x / 60, (y - 6) / 64) < 1) & (z < -40)
    flesh = (skull < 1) | (face < 1) | neck
    for centre, halves in features(person):
        flesh |= ball(place, centre, halves) < 1
    for side in (-1, 1):
        flesh &= ~(ball(place, (side * person.eyes, -97, -38), (15, 13, 9)) < 1)
        flesh |= ball(place, (side * person.eyes, -78, -38), (12, 12, 12)) < 1
    flesh &= ~(ball(place, (0, -84, -108), (24, 12, 2.5)) < 1)
    labels = np.where(flesh, 2, 0)
    rim = flesh & ((skull > 0.96) & (face > 0.93))
    labels[rim] = 1
    labels[flesh & (skull < 0.94) & (skull > 0.87) & (z > -48)] = 3
    labels[flesh & (ball(place, (0, -38, -100), (person.jaw - 16, 30, 34)) < 1)] = 3
    throat = ball(place, (0, -15, -85), (14, 18, 40)) < 1
    labels[throat] = 0
    brain = (skull < 0.87) & (z > -50)
    labels[brain] = 4
    deep = flesh & (ball(place, (0, -40, -75), (36, 24, 55)) < 1)
    return labels, brain, deep


def features(person: Person) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Centres and half axes of what stands out."""
    return [
        ((0, -92, -66), (person.nose_width, person.nose, 16)),
        ((0, -88, -48), (7, 12, 22)),
        ((0, -84 - person.brow, -22), (44, 9, 8)),
        ((0, -78, -132), (20, person.chin + 8, 12)),
        ((0, -86, -102), (22, 8, 6)),
        ((0, -86, -114), (20, 8, 5)),
        ((-78, 8, -42), (person.ears, 17, 30)),
        ((78, 8, -42), (person.ears, 17, 30)),
    ]
