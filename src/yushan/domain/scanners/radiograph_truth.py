"""What is true of a chest radiograph: lung fields, heart, opacity of six zones, heart-chest ratio.

Zones are thirds of each lung's height, or lie between two heights that are given (the aortic arch
and the hilum). Scores read like Brixia's (Borghesi & Maroldi 2020): 0 none, 1 interstitial, 2 both
with interstitial dominance, 3 alveolar dominance; here by shares of the zone's lung volume, so that
they never fall when more is planted. Limits are our own choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.picture import Picture
from yushan.domain.scanners.projection import projection
from yushan.domain.volumes import Volume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.scanners.projection import View
    from yushan.domain.volumes import Grid

    Bools = NDArray[np.bool_]

#: Share of a zone from which it counts as affected, as partly and as mainly alveolar.
LIMITS: Final = (0.015, 0.05, 0.22)
#: Shares of a quarter at which its extent rises to 2, 3 and 4, and from which it counts at all;
#: shares of what is struck that is consolidated from which it is moderate and dense.
EXTENTS: Final = (0.25, 0.5, 0.75)
LEAST_EXTENT: Final = 0.02
DENSITIES: Final = (0.2, 0.6)
ZONES: Final = ("upper", "middle", "lower")
#: A ray belongs to a lung's field if it runs so far in it, not so far in the heart, nor so far
#: under the diaphragm, mm.
FIELD_MM: Final = (12.0, 12.0, 25.0)


@dataclass(frozen=True, eq=False)
class ChestParts:
    """Masks of a body ``[slice, row, column]`` on one grid.

    Parameters
    ----------
    lungs
        ``right`` and ``left``.
    heart
        With its pericardium.
    hazy, dense
        Ground glass and consolidation planted in the lungs.
    below
        What lies under the diaphragm and hides the lung behind it: liver, stomach, spleen.
    heights_mm
        z of the lower limits of upper and middle zones; None for thirds of each lung.
    """

    grid: Grid
    lungs: Mapping[str, Bools]
    heart: Bools
    hazy: Bools | None = None
    dense: Bools | None = None
    below: Bools | None = None
    heights_mm: tuple[float, float] | None = None
    more: Mapping[str, Bools] = field(default_factory=dict)


def score(hazy: float, dense: float) -> int:
    """Score 0 to 3 of a zone from the shares of its volume that are hazy and dense."""
    if dense >= LIMITS[2]:
        return 3
    if dense >= LIMITS[1]:
        return 2
    return 1 if hazy + dense >= LIMITS[0] else 0


def chest_truth(parts: ChestParts, view: View, shape: tuple[int, int] | None = None) -> Picture:
    """Masks and facts of a frontal film.

    Parameters
    ----------
    parts
        What is in the body.
    view
        As it was projected.
    shape
        Rows and columns of the finished film, if others than the view's.

    Returns
    -------
    Picture
        Pixels: lung fields, right 1 and left 2. Masks ``lung_right``, ``lung_left``, ``heart``,
        ``opacity`` and those of ``more``. Facts: ``zone_<side>_<zone>`` 0 to 3 with
        ``hazy_…`` and ``dense_…`` shares, ``zone_sum``; ``rale_<side>_<half>`` extent times density
        of the field's halves and their sum ``rale`` (0 to 48); ``cardiothoracic``.
    """
    parts = replace(parts, lungs=filled(parts))
    flat = {
        name: shadow(parts, mask, view)
        for name, mask in [*parts.lungs.items(), ("heart", parts.heart)]
    }
    free = flat["heart"] < FIELD_MM[1]
    if parts.below is not None:
        free &= shadow(parts, parts.below, view) < FIELD_MM[2]
    masks = {f"lung_{side}": (flat[side] > FIELD_MM[0]) & free for side in parts.lungs}
    masks["heart"] = flat["heart"] > 4
    opacity = [mask for mask in (parts.hazy, parts.dense) if mask is not None]
    if opacity:
        masks["opacity"] = shadow(parts, np.logical_or.reduce(opacity), view) > 3
    masks |= {name: shadow(parts, mask, view) > 1 for name, mask in parts.more.items()}
    facts = zones(parts) | quarters(parts, masks, view)
    facts["cardiothoracic"] = cardiothoracic(flat)
    if shape is not None:
        masks = {name: enlarged(mask, shape) for name, mask in masks.items()}
    pixels = masks["lung_right"].astype(np.uint8) + 2 * masks["lung_left"].astype(np.uint8)
    return Picture(pixels, (view.pixel_mm, view.pixel_mm), 8, masks, (), facts)


def filled(parts: ChestParts) -> Mapping[str, Bools]:
    """Lungs with the opacities in them, which labels may count as something else.

    An opacity belongs to the lung on whose side of the middle between both it lies.
    """
    planted = [mask for mask in (parts.hazy, parts.dense) if mask is not None]
    if not planted:
        return parts.lungs
    ill = np.logical_or.reduce(planted)
    across = parts.grid.directions[:, 0] * np.array(parts.grid.spacing)
    places = sum(
        np.float32(step) * np.arange(size, dtype=np.float32).reshape([-1, *[1] * (2 - axis)])
        for axis, (step, size) in enumerate(zip(across, parts.grid.shape, strict=True))
    )
    places = np.broadcast_to(places, parts.grid.shape)
    middles = {side: float(places[lung].mean()) for side, lung in parts.lungs.items()}
    half = sum(middles.values()) / len(middles)
    return {
        side: lung | (ill & ((places > half) == (middles[side] > half)))
        for side, lung in parts.lungs.items()
    }


def shadow(parts: ChestParts, mask: Bools, view: View) -> NDArray[np.float32]:
    """How far each ray runs in a part, mm."""
    return projection(Volume(parts.grid, mask.astype(np.float32)), view).values


def enlarged(mask: Bools, shape: tuple[int, int]) -> Bools:
    """A mask on another number of pixels of the same field, by the nearest."""
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(shape, mask.shape, strict=True)
    )
    return np.asarray(mask[rows][:, columns])


def zones(parts: ChestParts) -> dict[str, float | str]:
    """Shares and scores of the six zones."""
    heights = parts.grid.points([[k, 0, 0] for k in range(parts.grid.shape[0])])[:, 2]
    found: dict[str, float | str] = {}
    total = 0
    for side, lung in parts.lungs.items():
        rows = np.flatnonzero(lung.any(axis=(1, 2)))
        low, high = sorted((float(heights[rows[0]]), float(heights[rows[-1]])))
        limits = parts.heights_mm or (high - (high - low) / 3, low + (high - low) / 3)
        zone = np.where(heights >= limits[0], 0, np.where(heights >= limits[1], 1, 2))
        for number, name in enumerate(ZONES):
            hazy, dense = shares(parts, lung & (zone == number)[:, None, None])
            found[f"hazy_{side}_{name}"], found[f"dense_{side}_{name}"] = hazy, dense
            found[f"zone_{side}_{name}"] = score(hazy, dense)
            total += score(hazy, dense)
    return found | {"zone_sum": total}


def shares(parts: ChestParts, zone: Bools) -> tuple[float, float]:
    """Shares of a zone's volume that are hazy and dense."""
    volume = max(int(zone.sum()), 1)
    hazy, dense = (
        0.0 if mask is None else round(float((mask & zone).sum()) / volume, 4)
        for mask in (parts.hazy, parts.dense)
    )
    return hazy, dense


def quarters(parts: ChestParts, masks: Mapping[str, Bools], view: View) -> dict[str, float | str]:
    """Extent 0 to 4 times density 1 to 3 of four quarters, and their sum (Warren et al. 2018)."""
    found: dict[str, float | str] = {}
    total = 0
    ill = masks.get("opacity", np.zeros(view.shape, np.bool_))
    dense = (
        np.zeros(view.shape, np.bool_)
        if parts.dense is None
        else shadow(parts, parts.dense, view) > 3
    )
    for side in parts.lungs:
        lung = masks[f"lung_{side}"]
        rows = np.flatnonzero(lung.any(axis=1))
        half = int(rows.mean()) if rows.size else 0
        for name, part in (("upper", slice(0, half)), ("lower", slice(half, None))):
            area, struck = int(lung[part].sum()), int((lung & ill)[part].sum())
            share = struck / max(area, 1)
            extent = 0 if share < LEAST_EXTENT else 1 + int(np.searchsorted(EXTENTS, share))
            thick = float((lung & dense)[part].sum()) / max(struck, 1)
            points = extent * (1 + int(np.searchsorted(DENSITIES, thick)))
            found[f"rale_{side}_{name}"] = points
            total += points
    return found | {"rale": total}


def cardiothoracic(flat: Mapping[str, NDArray[np.float32]]) -> float:
    """Greatest width of the heart over greatest inner width of the chest."""
    heart = np.flatnonzero((flat["heart"] > 4).any(axis=0))
    lungs = [value > 4 for name, value in flat.items() if name != "heart"]
    columns = np.flatnonzero(np.logical_or.reduce(lungs).any(axis=0))
    if not heart.size or not columns.size:
        return 0.0
    return round(float(np.ptp(heart) + 1) / float(np.ptp(columns) + 1), 3)
