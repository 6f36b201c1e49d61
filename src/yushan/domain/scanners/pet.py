"""PET: from uptake on a grid to counts, noise and resolution, with SUV that come back exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.fields import between, bilinear
from yushan.domain.scanners.rays import rays
from yushan.domain.volumes import Volume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.scanners.profiles import PetProfile, Value
    from yushan.domain.scanners.words import Floats
    from yushan.domain.volumes import Grid

#: Half-life of F-18, s (NIST, 1.82890 h = 6584.04 s; DICOM headers of vendors say 6586.2 or 6588).
F18_S: Final = 6586.2
#: Scattered against true coincidences, and how far they spread (standard deviation, mm).
SCATTERED: Final = 0.35
SCATTER_MM: Final = 55.0
FWHM: Final = 2.3548
CELL_MM: Final = 9.0
#: Largest stored value.
TOP: Final = 32_000


@dataclass(frozen=True)
class Dose:
    """What was given and when; times count from the injection."""

    dose_mbq: float = 340.0
    weight_kg: float = 65.0
    uptake_minutes: float = 60.0
    half_life_s: float = F18_S

    @property
    def bq_ml_per_suv(self) -> float:
        """Activity concentration at the scan's start of a SUV (body weight) of 1."""
        left = math.exp2(-self.uptake_minutes * 60 / self.half_life_s)
        return self.dose_mbq * 1e6 * left / (self.weight_kg * 1000)

    @property
    def header(self) -> Mapping[str, Value]:
        """By DICOM keyword: of the patient and of Radiopharmaceutical Information Sequence."""
        return {
            "PatientWeight": self.weight_kg,
            "RadionuclideTotalDose": self.dose_mbq * 1e6,
            "RadionuclideHalfLife": self.half_life_s,
            "RadionuclidePositronFraction": 0.97,
        }


@dataclass(frozen=True, eq=False)
class PetScan:
    """A scan: ``stored * slope`` is Bq/mL at the scan's start, that by ``suv_per_bq`` is SUV."""

    stored: Volume
    slope: float
    dose: Dose

    @property
    def suv_per_bq(self) -> float:
        """SUV of 1 Bq/mL."""
        return 1.0 / self.dose.bq_ml_per_suv

    def suv(self) -> Volume:
        """Standardised uptake by body weight, float32."""
        factor = np.float32(self.slope * self.suv_per_bq)
        return Volume(self.stored.grid, self.stored.values.astype(np.float32) * factor)


def pet_scan(
    activity: Volume, mu: Volume, profile: PetProfile, seed: int, dose: Dose | None = None
) -> PetScan:
    """A PET scan of known uptake.

    Parameters
    ----------
    activity
        SUV by body weight, on the grid of the image to be.
    mu
        Attenuation per mm at 511 keV on the same grid (`attenuation`).
    profile
        The scanner.
    seed
        Draws the counts.
    dose
        Dose, weight and time; the usual ones when None.

    Returns
    -------
    PetScan
        uint16 with its slope. The mean of a region that is large against the resolution is its
        SUV, plus ``profile.scatter`` of what surrounds it as scatter left over.

    Raises
    ------
    ValueError
        The grids differ.
    """
    if activity.grid != mu.grid:
        raise ValueError("activity and attenuation must lie on one grid")
    given = dose or Dose()
    image = counted(activity, mu, profile, seed)
    image = blurred(image, activity.grid, profile.filter_mm / FWHM)
    image = np.maximum(image, 0) * np.float32(given.bq_ml_per_suv)
    slope = max(float(image.max()), 1.0) / TOP
    stored = np.rint(image / np.float32(slope)).astype(np.uint16)
    return PetScan(Volume(activity.grid, stored), slope, given)


def counted(activity: Volume, mu: Volume, profile: PetProfile, seed: int) -> Floats:
    """Uptake as the counts of each voxel say it, scatter taken off."""
    grid = activity.grid
    true = blurred(activity.values, grid, profile.fwhm_mm / FWHM)
    scatter = np.float32(SCATTERED) * blurred(activity.values, grid, SCATTER_MM)
    per_suv = profile.counts_per_suv * grid.voxel_mm3 / 64
    out = np.empty(grid.shape, dtype=np.float32)
    for index in range(len(out)):
        gain = np.float32(per_suv) * survival(np.asarray(mu.values[index]), grid)
        rng = np.random.default_rng((seed, 307, index))
        mean = np.maximum((true[index] + scatter[index]) * gain, 0)
        out[index] = rng.poisson(mean).astype(np.float32) / gain
        out[index] -= scatter[index] * np.float32(1 - profile.scatter)
    return out


def survival(mu: Floats, grid: Grid) -> Floats:
    """Share of pairs of photons from each pixel of a slice that leave the body on all its lines.

    The harmonic mean over directions of the chords' survival: what counts for noise.
    """
    factor = tuple(max(round(CELL_MM / size), 1) for size in grid.spacing[1:])
    rows, columns = (-(-size // by) for size, by in zip(mu.shape, factor, strict=True))
    pad = ((0, rows * factor[0] - mu.shape[0]), (0, columns * factor[1] - mu.shape[1]))
    full = np.pad(np.asarray(mu, dtype=np.float64), pad, "edge")
    cells = full.reshape(rows, factor[0], columns, factor[1]).mean(axis=(1, 3))
    beam = rays(rows, columns)
    lines = beam.forward(cells) * grid.spacing[1] * factor[0]
    loss = beam.back(np.exp(np.minimum(lines, 8))).mean(axis=0).reshape(rows, columns)
    down, over = (
        between(size, by, count)
        for size, by, count in zip(mu.shape, factor, (rows, columns), strict=True)
    )
    return bilinear(np.asarray(1 / loss, dtype=np.float32), down, over)


def blurred(values: Floats, grid: Grid, sigma_mm: float) -> Floats:
    """Smoothed by a Gaussian of one standard deviation in mm."""
    sigmas = tuple(sigma_mm / size for size in grid.spacing)
    smooth = ndimage.gaussian_filter(np.asarray(values, np.float32), sigmas, mode="nearest")
    return np.asarray(smooth, dtype=np.float32)
