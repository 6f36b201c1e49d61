"""Coronary trees for angiograms: read off a body, or grown on an ellipsoid; small twigs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
#: Half axes of the heart that vessels of :func:`coronaries` run on, mm: side, depth, height.
HEART_MM: Final = (44.0, 38.0, 52.0)
#: Twigs thinner than this are not drawn, mm.
LEAST_MM: Final = 0.2
#: Side -> great vessels: name, way in degrees about the long axis (0 in front, to the left) and up,
#: radius at both ends in mm, distance of its start from the ostium in mm.
STEMS: Final = {
    "right": (
        ("RCA", ((-20, 62), (-55, 38), (-78, 4), (-84, -30), (-100, -56), (-150, -64), (172, -58)),
         (1.9, 0.9), 0.0),
    ),
    "left": (
        ("LAD", ((20, 60), (14, 44), (2, 20), (-4, -10), (-6, -42), (-14, -70), (-40, -84)),
         (1.7, 0.6), 10.0),
        ("LCX", ((20, 60), (48, 46), (78, 24), (104, -2), (126, -26), (140, -44)),
         (1.5, 0.8), 10.0),
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Branch:
    """A vessel.

    Parameters
    ----------
    name
        ``RCA``, ``LAD``, …
    points
        Middle line ``[n, 3]`` mm LPS, from the aorta on.
    radii
        ``[n]`` mm.
    along
        ``[n]`` mm from the ostium of the tree.
    stenoses
        Distance along and narrowing of the diameter in percent.
    """

    name: str
    points: Floats
    radii: Floats
    along: Floats
    stenoses: tuple[tuple[float, float], ...] = ()


class Heart(NamedTuple):
    """The ellipsoid that small vessels keep to, mm."""

    centre: tuple[float, float, float]
    axes: tuple[float, float, float]


class Vessel(Protocol):
    """A vessel of a body: what :func:`tree_of` asks of it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def parent(self) -> str:
        """Name of the vessel that it leaves; empty for a root."""

    @property
    def points(self) -> Floats:
        """Middle line ``[n, 3]`` mm LPS, outwards."""

    @property
    def radii(self) -> Floats:
        """Of the lumen ``[n]`` mm."""

    @property
    def healthy(self) -> Floats:
        """What they would be without narrowings."""


def tree_of(vessels: Sequence[Vessel], root: str, seed: int | None = None) -> tuple[Branch, ...]:
    """The vessels that one injection fills: a root and what leaves it, with distances along.

    Parameters
    ----------
    vessels
        Of a body; parents before children.
    root
        Name of the vessel at whose mouth the catheter lies.
    seed
        Let small twigs grow that the body does not name; none without.

    Raises
    ------
    ValueError
        No vessel has the name.
    """
    found: dict[str, Branch] = {}
    for one in vessels:
        parent = found.get(one.parent)
        if one.name != root and parent is None:
            continue
        start = 0.0
        if parent is not None:
            start = float(
                parent.along[np.argmin(((parent.points - one.points[0]) ** 2).sum(axis=1))]
            )
        along = start + lengths(one.points)
        found[one.name] = Branch(one.name, one.points, one.radii, along, narrowings(one, along))
    if root not in found:
        raise ValueError(f"no vessel {root}")
    if seed is None:
        return tuple(found.values())
    rng = np.random.default_rng((seed, 0xA9))
    middle = np.concatenate([one.points for one in vessels]).mean(axis=0)
    heart = Heart((float(middle[0]), float(middle[1]), float(middle[2])), (1.0, 1.0, 1.0))
    small = [twig for one in found.values() for twig in twigs(rng, one, heart)]
    return (*found.values(), *small)


def lengths(points: Floats) -> Floats:
    """Distance along a line from its start."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def narrowings(one: Vessel, along: Floats) -> tuple[tuple[float, float], ...]:
    """Places where a lumen is narrowed by a fifth or more, each with its worst percentage."""
    lost = 100 * (1 - one.radii / one.healthy)
    narrow = np.concatenate([[False], lost >= 20, [False]])
    starts, ends = (
        np.flatnonzero(narrow[1:] & ~narrow[:-1]),
        np.flatnonzero(~narrow[1:] & narrow[:-1]),
    )
    worst = (low + int(np.argmax(lost[low:high])) for low, high in zip(starts, ends, strict=True))
    return tuple((float(along[k]), round(float(lost[k]), 1)) for k in worst)


def coronaries(seed: int, side: str = "right", stenosis_percent: float = 0) -> tuple[Branch, ...]:
    """A plain tree on an ellipsoid about the origin, for when no body is at hand.

    Raises
    ------
    ValueError
        ``side`` is neither ``right`` nor ``left``.
    """
    if side not in STEMS:
        raise ValueError(f"no side {side}")
    rng = np.random.default_rng((seed, 0xA7, len(side)))
    found: list[Branch] = []
    for name, angles, ends, start in STEMS[side]:
        narrow: tuple[tuple[float, float], ...] = ()
        if stenosis_percent and not found:
            narrow = ((float(rng.uniform(28, 60)), stenosis_percent),)
        points = on_heart(curve(np.array(angles, dtype=np.float64), 120, rng))
        main = vessel(name, points, ends, start, narrow)
        found.append(main)
        found.extend(twigs(rng, main, Heart((0.0, 0.0, 0.0), HEART_MM)))
    return tuple(found)


def vessel(
    name: str,
    points: Floats,
    ends: tuple[float, float],
    start: float,
    narrow: tuple[tuple[float, float], ...] = (),
) -> Branch:
    """A vessel that tapers, with its narrowings."""
    along = start + lengths(points)
    radii = np.linspace(*ends, len(points))
    for place, percent in narrow:
        radii = radii * (1 - percent / 100 * np.exp(-(((along - place) / 3.5) ** 2)))
    return Branch(name, points, radii, along, narrow)


def twigs(rng: np.random.Generator, main: Branch, heart: Heart, depth: int = 2) -> list[Branch]:
    """Side branches that leave a vessel and wind over the heart."""
    found: list[Branch] = []
    steps = float(main.along[-1] - main.along[0]) / max(len(main.points) - 1, 1)
    place, side = round(float(rng.uniform(8, 16)) / steps), int(rng.choice((-1, 1)))
    while place < len(main.points) - round(6 / steps) - 1:
        radius = float(main.radii[place] * rng.uniform(0.25, 0.62))
        if radius > LEAST_MM:
            ahead = main.points[place + 1] - main.points[place]
            turn = side * float(rng.uniform(0.5, 1.15))
            long = float(rng.uniform(14, 46)) * (0.4 + 0.3 * depth)
            path = walk(rng, main.points[place], (ahead, turn, long), heart)
            name, start = f"{main.name} {len(found) + 1}", float(main.along[place])
            twig = vessel(name, path, (radius, radius * 0.45), start)
            found.append(twig)
            if depth > 1:
                found.extend(twigs(rng, twig, heart, depth - 1))
        place += max(round(float(rng.uniform(7, 17)) / steps), 1)
        side = -side
    return found


def walk(
    rng: np.random.Generator, start: Floats, course: tuple[Floats, float, float], heart: Heart
) -> Floats:
    """A way over the heart; its course: where the vessel runs, the turn off it, a length in mm."""
    ahead, turn, length = course
    centre, axes = np.array(heart.centre), np.array(heart.axes)
    here = start - centre
    size = float(np.linalg.norm(here / axes))
    points, way, angle = [start], ahead / np.linalg.norm(ahead), turn
    for _ in range(max(int(length / 1.2), 6)):
        normal = here / axes**2
        normal /= np.linalg.norm(normal)
        way = flat(way, normal)
        way = way * np.cos(angle) + np.cross(normal, way) * np.sin(angle)
        here = here + 1.2 * way
        here = here / np.linalg.norm(here / axes) * size * (1 + 0.008 * float(rng.normal()))
        points.append(centre + here)
        angle = float(rng.normal(0, 0.14)) - 0.015 * turn
    return np.array(points)


def flat(way: Floats, normal: Floats) -> Floats:
    """Unit vector along a way as far as it runs across a normal; any such if it does not."""
    across = way - (way @ normal) * normal
    if float(np.linalg.norm(across)) < 1e-6:
        across = np.cross(normal, np.roll(normal, 1) + np.array([0.1, 0.2, 0.3]))
    return np.asarray(across / np.linalg.norm(across))


def on_heart(angles: Floats) -> Floats:
    """Points of the ellipsoid at angles about the long axis (0 in front, to the left) and up."""
    around, up = np.deg2rad(angles[:, 0]), np.deg2rad(angles[:, 1])
    unit = np.stack([np.cos(up) * np.sin(around), -np.cos(up) * np.cos(around), np.sin(up)], axis=1)
    return np.asarray(unit * np.array(HEART_MM))


def curve(known: Floats, count: int, rng: np.random.Generator) -> Floats:
    """A smooth curve through known angles, each a little elsewhere."""
    known = known + rng.normal(0, 3, known.shape)
    known[:, 0] = np.rad2deg(np.unwrap(np.deg2rad(known[:, 0])))
    ends = np.concatenate([known[:1], known, known[-1:]])
    place = np.linspace(0, len(known) - 1.0001, count)
    low, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = (ends[low + step] for step in range(4))
    path = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    line = np.linspace(0, 1, count)[:, None]
    swings = sum(
        np.sin(2 * np.pi * rate * line + rng.uniform(0, 6.3, 2)) * rng.normal(0, 2.2 / rate**0.5, 2)
        for rate in (3, 5, 8)
    )
    return np.asarray(path + swings * np.minimum(line * 6, 1))
