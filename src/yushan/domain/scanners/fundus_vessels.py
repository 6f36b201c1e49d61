"""Vessels of a retina: arcades out of the disc around the fovea, and their branches.

Places are (row, column) in units of the distance between disc and fovea, from the disc; columns
grow away from the fovea, rows downwards. Radii are in the same unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Ways of the four arcades, upper half; mirrored for the lower half.
TEMPORAL: Final = (
    (0.0, 0.0),
    (-0.42, 0.06),
    (-0.86, -0.34),
    (-1.0, -1.0),
    (-0.86, -1.7),
    (-0.62, -2.4),
)
NASAL: Final = ((0.0, 0.0), (-0.3, 0.26), (-0.56, 0.66), (-0.86, 1.2), (-1.2, 1.7))
#: No vessel comes nearer to the fovea.
FOVEA: Final = (0.0, -1.0)
BARE: Final = 0.13


@dataclass(frozen=True, eq=False)
class Vessel:
    """A vessel ``[n, 2]`` with its radii ``[n]``; ``kind`` is ``artery`` or ``vein``."""

    kind: str
    points: Floats
    radii: Floats


def vessels(rng: np.random.Generator) -> list[Vessel]:
    """The whole tree of one eye, thick vessels first."""
    found: list[Vessel] = []
    for way, share in ((TEMPORAL, 1.0), (NASAL, 0.6)):
        for upper in (1, -1):
            for kind, wide, aside in (("vein", 0.0215, 0.03), ("artery", 0.0158, -0.028)):
                found.extend(arcade(rng, np.array(way) * (upper, 1), (kind, wide * share, aside)))
    for _ in range(3):
        angle = rng.uniform(-0.5, 0.5) + np.pi
        found.extend(branch(rng, np.array([0.0, 0.0]), float(angle), ("artery", 0.008, 0.75), 1))
    return found


def arcade(rng: np.random.Generator, way: Floats, trait: tuple[str, float, float]) -> list[Vessel]:
    """One of the great vessels with its branches; the trait is kind, radius and sideways shift."""
    kind, wide, aside = trait
    known = way + rng.normal(0, 0.05, way.shape) + np.array([0, aside])
    known[0] = (float(rng.normal(0, 0.012)), aside * 0.4)
    points = curve(known, 110) + winding(rng, 110, 0.017)
    radii = wide * np.linspace(1, 0.42, 110) * float(rng.uniform(0.88, 1.12))
    found = [Vessel(kind, points, radii)]
    place, side = int(rng.integers(8, 16)), int(rng.choice((-1, 1)))
    while place < 100:
        ahead = points[place + 4] - points[place]
        angle = float(np.arctan2(ahead[0], ahead[1])) + side * float(rng.uniform(0.4, 0.85))
        radius = float(radii[place] * rng.uniform(0.38, 0.66))
        found.extend(
            branch(rng, points[place], angle, (kind, radius, float(rng.uniform(0.45, 1.2))), 4)
        )
        place += int(rng.integers(8, 20))
        side = -side if rng.uniform() < 0.75 else side
    return found


def branch(
    rng: np.random.Generator,
    start: Floats,
    angle: float,
    trait: tuple[str, float, float],
    depth: int,
) -> list[Vessel]:
    """A side branch and its own; the trait is kind, radius and length."""
    kind, radius, length = trait
    if radius < 0.0014 or depth == 0:
        return []
    step, points, turn = 0.02, [start], 0.0
    for _ in range(max(int(length / step), 4)):
        turn = 0.86 * turn + float(rng.normal(0, 0.05))
        angle += turn * 0.5
        ahead = points[-1] + step * np.array([np.sin(angle), np.cos(angle)])
        if np.hypot(*(ahead - FOVEA)) < BARE or np.hypot(*ahead) > 3.2:
            break
        points.append(ahead)
    path = np.array(points)
    radii = radius * np.linspace(1, 0.5, len(path))
    found = [Vessel(kind, path, radii)]
    place, side = int(rng.integers(5, 14)), int(rng.choice((-1, 1)))
    while place < len(path) - 2:
        ahead = path[place + 1] - path[place]
        away = float(np.arctan2(ahead[0], ahead[1])) + side * float(rng.uniform(0.4, 0.9))
        child = (
            kind,
            float(radii[place] * rng.uniform(0.5, 0.75)),
            length * float(rng.uniform(0.35, 0.7)),
        )
        found.extend(branch(rng, path[place], away, child, depth - 1))
        place += int(rng.integers(8, 20))
        side = -side
    return found


def curve(known: Floats, count: int) -> Floats:
    """A smooth curve through known points (Catmull-Rom), ``[count, 2]``."""
    ends = np.concatenate([known[:1], known, known[-1:]])
    place = np.linspace(0, len(known) - 1.0001, count)
    low, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = (ends[low + step] for step in range(4))
    return np.asarray(
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    )


def winding(rng: np.random.Generator, count: int, size: float) -> Floats:
    """Small swings about a line that vanish at its start."""
    line = np.linspace(0, 1, count)
    swings = sum(
        np.outer(
            np.sin(2 * np.pi * rate * line + rng.uniform(0, 6.3)),
            rng.normal(0, size / rate**0.5, 2),
        )
        for rate in (2.0, 3.7, 6.1)
    )
    return np.asarray(swings * np.minimum(line * 5, 1)[:, None])
