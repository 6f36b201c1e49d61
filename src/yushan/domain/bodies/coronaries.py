"""Coronary arteries on the heart's outer face: a known tree of centrelines with radii.

Radii follow Murray 1926 at forks (r0 ** 3 = r1 ** 3 + r2 ** 3) and taper a little between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Branch, Structure
from yushan.domain.bodies.tubes import Tubes, spline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.heart import Heart
    from yushan.domain.bodies.surfaces import Triple

#: Off the muscle: the artery lies in fat, mm.
OFF_MM: Final = 2.6
WALL_MM: Final = 0.7
#: Radius lost over 100 mm of length, as a share.
TAPER: Final = 0.28
STEP_MM: Final = 1.5
#: Branches: parent, share of the parent's length at the fork, share of flow, and a path of points
#: over the muscle (along the heart's axis in mm, angle in degrees) or in the heart's frame (mm).
PATHS: Final[dict[str, tuple[str, float, float, tuple[tuple[float, ...], ...]]]] = {
    "LM": ("", 0.0, 0.0, ((-21, -7, 27), (-17, -10, 31))),
    "LAD": (
        "LM", 1.0, 0.56, ((-8, 104), (4, 99), (18, 91), (34, 86), (48, 87), (55, 84), (56, 60)),
    ),
    "D1": ("LAD", 0.2, 0.28, ((6, 112), (20, 127), (36, 136))),
    "D2": ("LAD", 0.42, 0.24, ((26, 102), (36, 116), (44, 126))),
    "LCX": ("LM", 1.0, 0.44, ((-17, 118), (-20, 138), (-21, 162), (-22, 188), (-22, 212))),
    "OM1": ("LCX", 0.38, 0.42, ((-18, 150), (-4, 154), (16, 159), (34, 163))),
    "OM2": ("LCX", 0.72, 0.40, ((-18, 190), (-2, 194), (18, 198))),
    "RCA": (
        "", 0.0, 0.0,
        ((-19, 44), (-23, 26), (-24, 8), (-24, -10), (-25, -30), (-27, -54), (-28, -74)),
    ),
    "AM": ("RCA", 0.52, 0.20, ((-14, -12), (2, -16), (20, -24))),
    "PDA": ("RCA", 1.0, 0.55, ((-22, -79), (-8, -80), (10, -78), (28, -78), (42, -76))),
    "PL": ("RCA", 1.0, 0.45, ((-26, -88), (-18, -106), (0, -116), (14, -122))),
}  # fmt: skip
ROOTS: Final = {"LM": 2.2, "RCA": 1.85}


@dataclass(frozen=True)
class Narrowing:
    """A stenosis: where along a branch (mm), how long (mm), and by how much of the diameter."""

    branch: str
    at_mm: float
    length_mm: float
    percent: float


def tree(of: Heart, root: Triple, reach_mm: float) -> dict[str, Branch]:
    """All branches, healthy.

    Parameters
    ----------
    of
        The heart they lie on.
    root, reach_mm
        Middle of the aortic root, and how far from it LM and RCA begin.
    """
    found: dict[str, Branch] = {}
    for name, (parent, share, flow, path) in PATHS.items():
        knots = [of.onto(p[0], p[1], OFF_MM) if len(p) == 2 else of.at(*p) for p in path]
        if parent:
            stem = found[parent]
            place = min(round(share * (len(stem.radii) - 1)), len(stem.radii) - 1)
            start, radius = stem.points[place], float(stem.healthy[place]) * flow ** (1 / 3)
            if share < 1:
                found[parent] = narrowed_after(stem, place, flow)
        else:
            way = np.array(knots[0]) - np.array(root)
            start = np.array(root) + way / np.linalg.norm(way) * reach_mm
            radius = ROOTS[name] * of.scale * of.plan["coronary_scale"]
        found[name] = branch(name, parent, np.array([start, *knots]), radius)
    return found


def branch(name: str, parent: str, knots: NDArray[np.float64], radius: float) -> Branch:
    """A branch through knots, tapering."""
    points = spline(knots, STEP_MM)
    radii = radius * (1 - TAPER * lengths(points) / 100)
    return Branch(name, parent, points, radii, radii)


def narrowed_after(stem: Branch, place: int, flow: float) -> Branch:
    """A stem that gave away a share of its flow."""
    radii = stem.healthy.copy()
    radii[place + 1 :] *= (1 - flow) ** (1 / 3)
    return replace(stem, radii=radii, healthy=radii)


def lengths(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length from the start to each point, mm."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def narrowed(stem: Branch, by: Narrowing) -> Branch:
    """A branch whose lumen narrows along a cosine to the percent of its diameter."""
    off = np.clip((lengths(stem.points) - by.at_mm) / (by.length_mm / 2), -1, 1)
    shape = np.cos(off * np.pi / 2) ** 2
    return replace(stem, radii=stem.radii * (1 - by.percent / 100 * shape))


def placed(branches: dict[str, Branch], bend: Deformation) -> dict[str, Branch]:
    """Branches in patient space."""
    return {
        name: replace(
            one, points=bend.forward(one.points), radii=one.radii * bend.size,
            healthy=one.healthy * bend.size,
        )
        for name, one in branches.items()
    }  # fmt: skip


def drawn(branches: dict[str, Branch], plaques: list[Structure]) -> list[Structure]:
    """Walls, plaques, then lumens."""
    walls = [lined(b.points, b.healthy + WALL_MM) for b in branches.values()]
    lumens = [lined(b.points, b.radii) for b in branches.values()]
    return [
        *(Structure("coronary_arteries", "muscle", t) for t in walls),
        *plaques,
        *(Structure("coronary_arteries", "blood_left", t) for t in lumens),
    ]


def lined(points: NDArray[np.float64], radii: NDArray[np.float64]) -> Tubes:
    """A tube through points that are close already."""
    return Tubes(points[:-1], points[1:], np.stack([radii[:-1], radii[1:]], axis=1))
