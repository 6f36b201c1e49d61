"""Trees that fill a space: from a root to many ends, halving the ends at each fork."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from yushan.domain.bodies.tubes import Tubes

if TYPE_CHECKING:
    from yushan.domain.bodies.surfaces import Surface

Points = NDArray[np.float64]

#: Radius of a branch that feeds n ends is ``end * n ** POWER``, near Murray's law for lungs.
POWER: Final = 0.42
#: No branch is wider, mm.
WIDEST_MM: Final = 6.0


def scattered(rng: np.random.Generator, surface: Surface, count: int, depth_mm: float) -> Points:
    """Points ``[n, 3]`` spread over what lies deeper than ``depth_mm`` in a surface.

    Parameters
    ----------
    rng
        Source of chance.
    surface, depth_mm
        In what, and how deep at least.
    count
        How many are tried for; fewer come where the box is hardly filled.
    """
    low, high = np.array(surface.box)
    tried = low + (high - low) * rng.random((count * 4, 3))
    x, y, z = tried.astype(np.float32).T
    inside = surface.distance(x, y, z) < -depth_mm
    return np.asarray(tried[inside][:count])


def grown(
    rng: np.random.Generator, roots: Points, ends: Points, end_mm: float, least_mm: float = 0.0
) -> Tubes:
    """Trees from roots to ends; each end belongs to the nearest root.

    Parameters
    ----------
    rng
        Source of chance.
    roots, ends
        ``[r, 3]`` and ``[n, 3]`` in mm.
    end_mm
        Radius of the last branches.
    least_mm
        Branches thinner than this are left out.
    """
    nearest = ((ends[:, None] - roots) ** 2).sum(axis=2).argmin(axis=1)
    pieces: list[tuple[Points, Points, float, float]] = []
    todo = [(root, ends[nearest == k]) for k, root in enumerate(roots)]
    while todo:
        place, mine = todo.pop()
        radius = min(end_mm * len(mine) ** POWER, WIDEST_MM)
        if not len(mine) or radius < least_mm:
            continue
        fork = towards(rng, place, mine)
        halves = [mine] if len(mine) == 1 else halved(rng, mine)
        after = min(end_mm * max(len(h) for h in halves) ** POWER, WIDEST_MM)
        pieces.append((place, fork, radius, (radius + after) / 2))
        if len(mine) > 1:
            todo.extend((fork, half) for half in halves)
    starts = np.array([p[0] for p in pieces]).reshape(-1, 3)
    stops = np.array([p[1] for p in pieces]).reshape(-1, 3)
    return Tubes(starts, stops, np.array([p[2:] for p in pieces]).reshape(-1, 2))


def towards(rng: np.random.Generator, place: Points, ends: Points) -> Points:
    """Where a branch forks: part of the way to the middle of its ends."""
    if len(ends) == 1:
        return np.asarray(ends[0])
    way = ends.mean(axis=0) - place
    share = rng.uniform(0.28, 0.5)
    sway = rng.standard_normal(3) * 0.07 * np.linalg.norm(way)
    return np.asarray(place + share * way + sway)


def halved(rng: np.random.Generator, ends: Points) -> list[Points]:
    """Ends on either side of a plane across their longest extent."""
    off = ends - ends.mean(axis=0)
    spread = (off[:, :, None] * off[:, None, :]).sum(axis=0)
    way = rng.standard_normal(3)
    for _ in range(6):  # the longest axis, nearly
        way = (spread * way).sum(axis=1)
        way = way / (np.linalg.norm(way) + 1e-12)
    order = np.argsort((off * way).sum(axis=1), kind="stable")
    cut = min(max(round(len(ends) * rng.uniform(0.32, 0.68)), 1), len(ends) - 1)
    return [ends[order[:cut]], ends[order[cut:]]]
