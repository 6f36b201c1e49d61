"""Statistics of intensities and grey levels, local peaks, volume histogram (IBSI 3.2 to 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.radiomics.region import Levels, Region

#: Radius of a ball of 1 cm³, in mm.
PEAK_MM: Final = (3 / (4 * np.pi)) ** (1 / 3) * 10


def spread_of(x: NDArray[Any]) -> dict[str, float]:
    """What intensities and levels have in common: moments, percentiles, deviations."""
    mean, deviation = float(x.mean()), float(x.std())
    p10, p25, median, p75, p90 = (float(p) for p in np.percentile(x, (10, 25, 50, 75, 90)))
    robust = x[(x >= p10) & (x <= p90)]
    with np.errstate(divide="ignore", invalid="ignore"):
        standard = (x - mean) / deviation if deviation else np.full(x.shape, np.nan)
        return {
            "mean": mean,
            "variance": deviation**2,
            "skewness": float((standard**3).mean()) if deviation else 0.0,
            "kurtosis": float((standard**4).mean()) - 3 if deviation else 0.0,
            "median": median,
            "minimum": float(x.min()),
            "p10": p10,
            "p90": p90,
            "maximum": float(x.max()),
            "iqr": p75 - p25,
            "range": float(x.max() - x.min()),
            "mean_absolute_dev": float(np.abs(x - mean).mean()),
            "robust_mean_absolute_dev": float(
                np.abs(robust - robust.sum() / robust.size).sum() / robust.size
            )
            if robust.size
            else np.nan,
            "median_absolute_dev": float(np.abs(x - median).mean()),
            "coef_of_variation": float(np.float64(deviation) / mean),
            "quartile_coef_dispersion": float(np.float64(p75 - p25) / (p75 + p25)),
        }


def statistics(region: Region) -> dict[str, float]:
    """Intensity statistics."""
    x = region.values
    energy = float((x**2).sum())
    found = spread_of(x) | {"energy": energy, "root_mean_square": float(np.sqrt(energy / x.size))}
    return {f"stat_{name}": value for name, value in found.items()}


def histogram(levels: Levels) -> dict[str, float]:
    """Features of the histogram of grey levels."""
    x = levels[levels > 0]
    counts = np.bincount(x)[1:].astype(float)
    p = counts[counts > 0] / x.size
    slope = np.gradient(counts) if counts.size > 1 else np.zeros(1)
    found = spread_of(x.astype(float)) | {
        "mode": mode(counts, float(x.mean())),
        "entropy": float(-(p * np.log2(p)).sum()),
        "uniformity": float((p**2).sum()),
        "max_gradient": float(slope.max()),
        "max_gradient_intensity": float(slope.argmax()) + 1,
        "min_gradient": float(slope.min()),
        "min_gradient_intensity": float(slope.argmin()) + 1,
    }
    return {f"int_hist_{name}": value for name, value in found.items()}


def mode(counts: NDArray[Any], mean: float) -> float:
    """The most frequent level; of several the one next to the mean."""
    tops = np.flatnonzero(counts == counts.max()) + 1
    return float(tops[np.abs(tops - mean).argmin()])


def volume_histogram(levels: Levels) -> dict[str, float]:
    """Intensity-volume histogram over grey levels."""
    x = levels[levels > 0]
    least, most = int(x.min()), int(x.max())
    steps = np.arange(least, most + 1)
    fraction = np.array([(x >= step).mean() for step in steps])
    gamma = (steps - least) / (most - least) if most > least else np.zeros(1)

    def volume_at(share: float) -> float:
        reached = np.flatnonzero(gamma >= share)
        return float(fraction[reached[0]]) if reached.size else 0.0

    def intensity_at(share: float) -> float:
        reached = np.flatnonzero(fraction <= share)
        return float(steps[reached[0]]) if reached.size else float(most + 1)

    return {
        "ivh_volume_at_10": volume_at(0.1),
        "ivh_volume_at_90": volume_at(0.9),
        "ivh_intensity_at_10": intensity_at(0.1),
        "ivh_intensity_at_90": intensity_at(0.9),
        "ivh_volume_difference": volume_at(0.1) - volume_at(0.9),
        "ivh_intensity_difference": intensity_at(0.1) - intensity_at(0.9),
    }


def peaks(region: Region) -> dict[str, float]:
    """Mean intensity of a ball of 1 cm³: around the highest voxel, and the highest of all balls.

    Voxels outside the region count as they are; the ball ends at the border of the image.
    """
    reach = [int(PEAK_MM // spacing) for spacing in region.spacing_mm]
    axes = [np.arange(-r, r + 1) * s for r, s in zip(reach, region.spacing_mm, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    ball = (z**2 + y**2 + x**2 <= PEAK_MM**2).astype(float)
    image = np.where(np.isfinite(region.image), region.image, 0.0).astype(float)
    total = ndimage.convolve(image, ball, mode="constant")
    count = ndimage.convolve(np.isfinite(region.image).astype(float), ball, mode="constant")
    means = (total / count)[region.mask]
    highest = region.values == region.values.max()
    return {
        "loc_int_local_peak": float(means[highest].max()),
        "loc_int_global_peak": float(means.max()),
    }
