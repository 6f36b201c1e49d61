"""Calcium that is drawn: its density, and the scores that a perfect scan of it would have.

A plaque is sampled finely with its artery, cut into slices of 3 mm at several places and blurred
as the usual kernel does; no noise, no motion. Agatston et al., JACC 1990;15:827.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.bodies.body import Structure
    from yushan.domain.bodies.surfaces import Floats, Surface

#: HU at 120 kVp of a plaque of full strength, as in the scanners' table of tissues.
FULL_HU: Final = 1100.0
#: mg of hydroxyapatite per mm3 and HU; published calibrations at 120 kVp lie between 0.0007 and
#: 0.00085 (McCollough et al., Radiology 2007;243:527, rounded).
MG_MM3_HU: Final = 0.00077
#: What lies around it without contrast, HU by tissue; others count as soft tissue.
TISSUE_HU: Final = {"fat": -104.0, "lung": -862.0, "gas": -990.0, "muscle": 52.0}
SOFT_HU: Final = 45.0
#: Distance of samples of the plaque, and how many of them one of its surroundings stands for;
#: thickness of slices, width of edges as they are drawn, deviation of the kernel's blur; mm.
STEP_MM: Final = 0.25
COARSE: Final = 4
SLICE_MM: Final = 3.0
EDGE_MM: Final = 0.57
BLUR_MM: Final = 0.54
#: Slices begin at so many places.
PHASES: Final = 6
THRESHOLD_HU: Final = 130.0
LEAST_MM2: Final = 1.0
WEIGHTS: Final = ((400.0, 4), (300.0, 3), (200.0, 2), (130.0, 1))
#: Room about a plaque, mm.
MARGIN_MM: Final = 2.0


class Scores(NamedTuple):
    """Mean scores over the places where slices may begin.

    Parameters
    ----------
    agatston
        By slices of 3 mm.
    volume_mm3, mass_mg
        Of what exceeds 130 HU.
    """

    agatston: float
    volume_mm3: float
    mass_mg: float


def density(strength: float) -> float:
    """Mg of hydroxyapatite per mm3 of a plaque."""
    return FULL_HU * MG_MM3_HU * strength


def scored(
    plaque: Surface, vessel: Surface, around: Sequence[Structure], strength: float
) -> Scores:
    """What a perfect scan without contrast finds of one plaque.

    Parameters
    ----------
    plaque, vessel
        The calcium, and the vessel in whose wall it lies.
    around
        What else is near, in painting order.
    strength
        Of the plaque, 0 to 1.
    """
    hu = sampled(plaque, vessel, around, strength)
    thick = round(SLICE_MM / STEP_MM)
    room = np.pad(hu, ((thick, 2 * thick), (0, 0), (0, 0)), mode="edge")
    found = [phase(room[k * thick // PHASES :], thick) for k in range(PHASES)]
    agatston, volume, mass = np.mean(found, axis=0)
    return Scores(float(agatston), float(volume), float(mass))


def sampled(
    plaque: Surface, vessel: Surface, around: Sequence[Structure], strength: float
) -> Floats:
    """HU ``[z, y, x]`` about a plaque every :data:`STEP_MM`."""
    low, high = np.array(plaque.box)
    lines = [
        np.arange(a - MARGIN_MM, b + MARGIN_MM, STEP_MM, dtype=np.float32)
        for a, b in zip(low, high, strict=True)
    ]
    ground = background([line[COARSE // 2 :: COARSE] for line in lines], around)
    near = [np.minimum(np.arange(len(line)) // COARSE, n - 1)
            for line, n in zip(lines, ground.shape[::-1], strict=True)]  # fmt: skip
    hu = ground[np.ix_(near[2], near[1], near[0])]
    at = (lines[0][None, None, :], lines[1][None, :, None], lines[2][:, None, None])
    hu[vessel.distance(*at) < 0] = SOFT_HU
    cover = np.clip(0.5 - plaque.distance(*at) / np.float32(EDGE_MM), 0, 1)
    return np.asarray(hu + cover * np.float32(strength) * (np.float32(FULL_HU) - hu))


def background(lines: list[Floats], around: Sequence[Structure]) -> Floats:
    """HU ``[z, y, x]`` of what is there without the vessel; fat where nothing is."""
    x, y, z = np.meshgrid(*lines, indexing="ij")
    hu = np.full(x.shape, TISSUE_HU["fat"], dtype=np.float32)
    for structure in around:
        inside = structure.surface.distance(x, y, z) < 0
        hu[inside] = TISSUE_HU.get(structure.tissue, SOFT_HU)
    return np.ascontiguousarray(hu.transpose(2, 1, 0))


def phase(room: Floats, thick: int) -> tuple[float, float, float]:
    """Agatston score, volume and mass of slices from the first sample on."""
    count = len(room) // thick
    slices = room[: count * thick].reshape(count, thick, *room.shape[1:]).mean(axis=1)
    blurred = ndimage.gaussian_filter(slices, (0, BLUR_MM / STEP_MM, BLUR_MM / STEP_MM))
    areas = (blurred >= THRESHOLD_HU).sum(axis=(1, 2)) * STEP_MM**2
    score = volume = mass = 0.0
    for plane, area in zip(blurred, areas, strict=True):
        if area >= LEAST_MM2:
            score += float(area) * weight(float(plane.max()))
            volume += float(area) * SLICE_MM
            dense = np.sum(plane[plane >= THRESHOLD_HU], dtype=np.float64)
            mass += MG_MM3_HU * SLICE_MM * STEP_MM**2 * float(dense)
    return score, volume, mass


def weight(highest_hu: float) -> int:
    """Agatston's weight of a lesion by its highest HU."""
    return next((w for least, w in WEIGHTS if highest_hu >= least), 0)
