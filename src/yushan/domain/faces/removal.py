"""A face taken off: from a volume and a key to the same volume with a face that is nobody's. Pure.

The method and its limits: ``docs/faces.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from yushan.base import Rejected
from yushan.domain.faces.head import find_head
from yushan.domain.faces.proof import Proof, proof_of
from yushan.domain.faces.relief import generator, new_face
from yushan.domain.faces.shell import fields_of
from yushan.domain.faces.volume import (
    coarse,
    cube_centres,
    from_patient,
    interpolated,
    is_padding,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.faces.head import Head
    from yushan.domain.faces.shell import Fields, Keep
    from yushan.domain.faces.volume import Volume

    Floats = NDArray[np.float32]

#: Seeds tried before the head is given up.
TRIES: Final = 4
#: Air is measured this far outside the skin, mm, on so many slices.
AIR_MM: Final = 8.0
LOOKED_AT: Final = 9
#: Of local structure the new tissue shows this share as texture.
TEXTURE: Final = 0.5
#: The window counts from here on.
LEAST_WINDOW: Final = 0.02


class Plan(NamedTuple):
    """What becomes of each place, what counts as skin, and the key that drew it."""

    fields: Fields
    threshold: float
    seed: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Defaced:
    """The volume without its face, and the test it passed.

    ``plan`` does the same to other volumes in the same place; ``share`` of all samples changed.
    """

    volume: Volume
    plan: Plan
    proof: Proof
    share: float


class Palette(NamedTuple):
    """Of what the new samples are made: air, sorted, and the noise of tissue; HU or signal."""

    air: Floats
    noise: float
    lowest: float
    highest: float


def remove_face(
    volume: Volume, *, seed: bytes, keep: Keep = "brain", ears: bool = True
) -> Defaced | None:
    """The volume with a new face, or None where it shows none.

    Parameters
    ----------
    volume
        One stack of CT or MR slices.
    seed
        A secret of 32 bytes or more; equal seeds give equal volumes.
    keep
        ``brain``: the face goes to a depth of about 2 cm; ``deep``: only its skin and shape go,
        what lies behind (orbits, nasopharynx) stays as it is.
    ears
        Whether the ears go too.

    Raises
    ------
    Rejected
        ``faces.oblique``, ``faces.not-found``, ``faces.stripped``; ``deid.face-remains`` when the
        surface test fails for every seed tried.
    """
    head = find_head(coarse(volume), volume.modality)
    if head is None:
        return None
    for number in range(TRIES):
        plan = plan_of(head, volume.modality, seed + bytes([number]), keep, ears=ears)
        found = repainted(volume, plan)
        proof = proof_of(head, coarse(found), plan.seed, ears=ears)
        if proof.is_passed:
            changed = np.count_nonzero(found.values != volume.values)
            return Defaced(found, plan, proof, changed / found.values.size)
    raise Rejected("deid.face-remains", tries=TRIES)


def plan_of(head: Head, modality: str, seed: bytes, keep: Keep, *, ears: bool) -> Plan:
    """What is to be done to every volume with this head in this place."""
    face = new_face(head, seed, ears=ears)
    return Plan(fields_of(head, face, seed, keep, modality), head.threshold, seed)


def repainted(volume: Volume, plan: Plan, number: int = 0) -> Volume:
    """The volume with its samples changed as planned; ``number`` tells repeats apart."""
    stack = np.stack([from_patient(field, volume) for field in plan.fields])
    palette = palette_of(volume, plan.threshold, stack[-1])
    values = volume.values.copy()
    where, wanted = cube_centres(volume, 0), volume.centres_mm[0]
    for index in range(len(values)):
        high = int(np.clip(np.searchsorted(where, wanted[index]), 1, len(where) - 1))
        pair = slice(high - 1, high + 1)
        plane = interpolated(stack[:, pair], 1, where[pair], wanted[index : index + 1])[:, 0]
        if plane[3].max() > LEAST_WINDOW:
            random = generator(plan.seed, f"slice {index} of {number}")
            repaint(values[index], volume, index, (plane, palette, random))
    return replace(volume, values=values)


def repaint(
    target: NDArray[Any],
    volume: Volume,
    index: int,
    means: tuple[Floats, Palette, np.random.Generator],
) -> None:
    """Change one slice in place."""
    plane, palette, random = means
    fine = in_plane(plane, volume)
    outer, inner, free, window, mean, spread, texture, _ = fine
    is_face = (window > LEAST_WINDOW) & (free > 0) & ~is_padding(volume, index)
    is_air = is_face & (outer <= 0)
    is_filled = is_face & (outer > 0) & (inner > 0)
    noise = random.standard_normal(target.shape, dtype=np.float32) * palette.noise
    tissue = mean + TEXTURE * spread * texture + noise
    air = palette.air[random.integers(0, len(palette.air), target.shape)]
    for chosen, new in ((is_filled, tissue), (is_air, air)):
        kept = np.clip(new[chosen], palette.lowest, palette.highest)
        stored = (kept - volume.intercept[index]) / volume.slope[index]
        target[chosen] = np.clip(np.rint(stored), *volume.limits).astype(target.dtype)


def in_plane(fields: Floats, volume: Volume) -> Floats:
    """Fields ``[field, cube, cube]`` of one slice at its samples ``[field, row, column]``."""
    _, rows, columns = volume.centres_mm
    by_rows = interpolated(fields, 1, cube_centres(volume, 1), rows)
    return interpolated(by_rows, 2, cube_centres(volume, 2), columns)


def palette_of(volume: Volume, threshold: float, skin: Floats) -> Palette:
    """What air and tissue of this volume look like; ``skin`` in mm, ``[slice, row, column]``."""
    where, wanted = cube_centres(volume, 0), volume.centres_mm[0]
    air, steps, ends = [], [], []
    for index in np.linspace(0, len(wanted) - 1, min(LOOKED_AT, len(wanted))).astype(int):
        nearest = skin[int(np.argmin(np.abs(where - wanted[index])))]
        below = in_plane(nearest[None], volume)[0]
        real = volume.values[index] * volume.slope[index] + volume.intercept[index]
        is_image = ~is_padding(volume, index)
        air.append(real[(below < -AIR_MM) & is_image & (real < threshold)])
        steps.append(np.abs(np.diff(real, axis=1)[(below[:, 1:] > 4) & is_image[:, 1:]]))
        ends.append(real[is_image])
    everything, differences = np.concatenate(ends), np.concatenate(steps)
    if not everything.size:
        everything = np.zeros(1)
    lowest, highest = float(everything.min()), float(everything.max())
    outside = np.sort(np.concatenate(air))
    if not outside.size:
        outside = np.array([lowest])
    sample = outside[np.linspace(0, outside.size - 1, 4096).astype(int)]
    differences = differences[differences > 0]
    noise = float(np.median(differences)) / 0.954 if differences.size else 0.0
    return Palette(sample.astype(np.float32), min(noise, (highest - lowest) / 10), lowest, highest)
