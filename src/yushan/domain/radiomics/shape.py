"""Morphology of a region (IBSI 3.1); lengths in mm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.spatial import ConvexHull, QhullError  # type: ignore[import-untyped]
from scipy.spatial.distance import cdist, pdist  # type: ignore[import-untyped]
from scipy.special import eval_legendre  # type: ignore[import-untyped]

from yushan.domain.radiomics.mesh import surface, volume_and_area

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.radiomics.region import Region

#: Autocorrelation compares all pairs of voxels: larger regions are left out (NaN).
MOST_PAIRED: Final = 20_000
#: Smaller shares of the longest variance are rounding.
FLAT: Final = 1e-12
#: How many terms of the series of an ellipsoid's area are summed, as the manual does.
SERIES: Final = 21


def morphology(region: Region) -> dict[str, float]:
    """All features of shape."""
    triangles = surface(region.mask, region.spacing_mm)
    volume, area = volume_and_area(triangles)
    points = np.argwhere(region.mask) * np.array(region.spacing_mm)
    values = region.values
    found = (
        size(region, volume, area)
        | axes(points, volume, area)
        | hull(triangles, volume, area)
        | box(region, volume, area)
        | autocorrelation(points, values)
    )
    weight = values.sum()
    centre = (points * values[:, None]).sum(axis=0) / weight if weight else np.full(3, np.nan)
    found["centre_of_mass_shift"] = float(np.linalg.norm(points.mean(axis=0) - centre))
    found["integrated_intensity"] = volume * float(values.mean())
    return {f"morph_{name}": value for name, value in found.items()}


def size(region: Region, volume: float, area: float) -> dict[str, float]:
    """Volume, surface, and how far from a ball."""
    ball = 36 * np.pi * volume**2
    return {
        "volume": volume,
        "approx_volume": float(region.mask.sum()) * region.voxel_mm3,
        "area": area,
        "surface_volume_ratio": area / volume,
        "comp_1": float(volume / (np.sqrt(np.pi) * area**1.5)),
        "comp_2": float(ball / area**3),
        "sph_dispr": float(area / ball ** (1 / 3)),
        "sphericity": float(ball ** (1 / 3) / area),
        "asphericity": float((area**3 / ball) ** (1 / 3) - 1),
    }


def axes(points: NDArray[Any], volume: float, area: float) -> dict[str, float]:
    """Principal axes, and the ellipsoid that they span."""
    spread = np.cov(points.T) if len(points) > 1 else np.zeros((3, 3))
    found = np.linalg.eigvalsh(spread)
    # A flat region has no third axis; rounding must not give it one.
    least, minor, major = (float(one) if one > FLAT * found[-1] else 0.0 for one in found)
    a, b, c = 2 * np.sqrt(major), 2 * np.sqrt(minor), 2 * np.sqrt(least)
    solid = 4 * np.pi * a * b * c / 3
    return {
        "pca_major": float(2 * a),
        "pca_minor": float(2 * b),
        "pca_least": float(2 * c),
        "pca_elongation": float(b / a) if a else np.nan,
        "pca_flatness": float(c / a) if a else np.nan,
        "vol_dens_aee": float(volume / solid) if solid else np.nan,
        "area_dens_aee": float(area / ellipsoid_area(a, b, c)) if solid else np.nan,
    }


def ellipsoid_area(a: float, b: float, c: float) -> float:
    """Area of an ellipsoid with semi-axes a >= b >= c, by its series in Legendre polynomials."""
    alpha, beta = np.sqrt(1 - (b / a) ** 2), np.sqrt(1 - (c / a) ** 2)
    if alpha * beta == 0:
        if beta == 0:
            return float(4 * np.pi * a * a)
        # An oblate body: two axes are equal.
        return float(2 * np.pi * a * a * (1 + (1 - beta**2) / beta * np.arctanh(beta)))
    k = np.arange(SERIES)
    at = (alpha**2 + beta**2) / (2 * alpha * beta)
    terms = (alpha * beta) ** k / (1 - 4 * k**2) * eval_legendre(k, at)
    return float(4 * np.pi * a * b * terms.sum())


def hull(triangles: NDArray[Any], volume: float, area: float) -> dict[str, float]:
    """The convex hull of the surface, and the longest distance over it."""
    points = np.unique(triangles.reshape(-1, 3), axis=0)
    try:
        around = ConvexHull(points)
    except QhullError:  # the surface of even one voxel is solid: only rounding can do this
        return dict.fromkeys(("max_3d_diam", "vol_dens_conv_hull", "area_dens_conv_hull"), np.nan)
    return {
        "max_3d_diam": float(pdist(points[around.vertices]).max()),
        "vol_dens_conv_hull": float(volume / around.volume),
        "area_dens_conv_hull": float(area / around.area),
    }


def box(region: Region, volume: float, area: float) -> dict[str, float]:
    """How much of its box along the axes the region fills."""
    found = np.argwhere(region.mask)
    z, y, x = (found.max(axis=0) - found.min(axis=0) + 1) * np.array(region.spacing_mm)
    return {
        "vol_dens_aabb": float(volume / (x * y * z)),
        "area_dens_aabb": float(area / (2 * (x * y + y * z + z * x))),
    }


def autocorrelation(points: NDArray[Any], values: NDArray[Any]) -> dict[str, float]:
    """Moran's I and Geary's C, weighted by inverse distance; NaN of regions too large for it."""
    away = values - values.mean()
    square = (away**2).sum()
    if not 1 < len(values) <= MOST_PAIRED or not square:
        return {"moran_i": np.nan, "geary_c": np.nan}
    weights = alike = unlike = 0.0
    for start in range(0, len(values), 1000):
        part = slice(start, start + 1000)
        distance = cdist(points[part], points)
        weight = np.divide(1, distance, out=np.zeros_like(distance), where=distance > 0)
        weights += weight.sum()
        alike += away[part] @ weight @ away
        unlike += (weight * (values[part, None] - values[None, :]) ** 2).sum()
    number = len(values)
    return {
        "moran_i": float(number / weights * alike / square),
        "geary_c": float((number - 1) / (2 * weights) * unlike / square),
    }
