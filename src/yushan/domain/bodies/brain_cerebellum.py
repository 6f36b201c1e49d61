"""The cerebellum: lobules between deep fissures, leaves on their outsides and walls, a white tree.

All turn about one line from side to side: lobules are sectors of the circle around it, leaves run
along their surfaces. Plausible, not measured on anyone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.bodies.brain_parts import cerebellum_hull
from yushan.domain.bodies.head_shapes import Drawn
from yushan.domain.bodies.surfaces import larger

if TYPE_CHECKING:
    from yushan.domain.bodies.surfaces import Floats, Surface

#: Middle of all turning, (y, z), mm; lobules around the whole circle.
MIDDLE: Final = (40.0, -34.0)
LOBULES: Final = 11
#: From one leaf to the next and how deep the clefts between them are, mm.
LEAF_MM: Final = 3.8
CLEFT_MM: Final = 4.2
#: Half widths of the clefts between lobules and between leaves, mm.
GAP_MM: Final = 0.3
SLIT_MM: Final = 0.12
#: How far lobules are cleft, mm, and by how much that varies.
DEEP_MM: Final = (19.0, 6.0)
#: Where leaves would be counted around the circle, mm from its middle.
RADIUS_MM: Final = 34.0
#: White matter: half width of a trunk near the surface and its growth per mm of depth; half width
#: of a twig and how far it reaches from the trunk; where it is white throughout, mm below the hull.
TRUNK: Final = (0.3, 0.06)
TWIG_MM: Final = 0.3
REACH_MM: Final = 4.5
CORE_MM: Final = 24.0


class Leaves(NamedTuple):
    """Distances in mm.

    Out of the hull, from the middle of the lobule, below the lobule's surface, and from the middle
    of the next cleft between leaves.
    """

    outside: Floats
    trunk: Floats
    below: Floats
    cleft: Floats


def leaves(hull: Surface, x: Floats, y: Floats, z: Floats) -> Leaves:
    """Where points lie in the cerebellum."""
    right, up = y - np.float32(MIDDLE[0]), z - np.float32(MIDDLE[1])
    radius = np.sqrt(right * right + up * up)
    turn = np.arctan2(up, right) + bend(x, y, z)
    outside = hull.distance(x, y, z)
    lobule = turn * np.float32(LOBULES / (2 * np.pi))
    off = lobule - np.rint(lobule)
    wide = radius * np.float32(2 * np.pi / LOBULES)
    trunk = np.abs(off) * wide
    deep = DEEP_MM[0] + np.float32(DEEP_MM[1]) * np.sin(3 * turn + x * np.float32(0.05))
    aside, beyond = wide / 2 - trunk, np.maximum(-outside - deep, 0)
    wall = np.sqrt(aside * aside + beyond * beyond) - np.float32(GAP_MM)
    is_outer = -outside < wall
    along = np.where(is_outer, turn * np.float32(RADIUS_MM), radius)
    scale = np.float32(np.pi / LEAF_MM)
    cleft = np.abs(np.arcsin(np.sin(along * scale))) / scale
    return Leaves(outside, trunk, np.minimum(-outside, wall), cleft)


def bend(x: Floats, y: Floats, z: Floats) -> Floats:
    """By how much lobules and leaves wander, radians."""
    return np.asarray(
        np.float32(0.10) * np.sin(x * np.float32(0.11)) + np.float32(0.004) * np.abs(x)
        + np.float32(0.07) * np.sin((x + y) * np.float32(0.17))
        + np.float32(0.05) * np.sin((x - z) * np.float32(0.23) + 1)
        + np.float32(0.02) * np.sin((y + z) * np.float32(0.5) + x * np.float32(0.2)),
        dtype=np.float32,
    )  # fmt: skip


def cerebellum() -> Surface:
    """The cerebellum's leaves."""
    hull = cerebellum_hull()

    def grey(x: Floats, y: Floats, z: Floats) -> Floats:
        found = leaves(hull, x, y, z)
        aside, beyond = found.cleft - np.float32(SLIT_MM), found.below - np.float32(CLEFT_MM)
        slit = np.sqrt(np.maximum(aside, 0) ** 2 + np.maximum(beyond, 0) ** 2)
        slit = slit + np.minimum(np.maximum(aside, beyond), 0)
        return larger(found.outside, -np.minimum(found.below, slit), 0.5)

    return Drawn(hull.box, grey, fine=True)


def white_tree() -> Surface:
    """White matter in it: a core, a trunk in every lobule, a twig to every leaf."""
    hull = cerebellum_hull()

    def white(x: Floats, y: Floats, z: Floats) -> Floats:
        found = leaves(hull, x, y, z)
        depth = -found.outside
        trunk = found.trunk - np.float32(TRUNK[0]) - np.float32(TRUNK[1]) * depth
        trunk = np.maximum(trunk, np.float32(4.5) - depth)
        twig = np.float32(LEAF_MM / 2 - TWIG_MM) - found.cleft
        twig = np.maximum(twig, np.float32(2.2) - found.below)
        twig = np.maximum(twig, found.trunk - np.float32(REACH_MM))
        core = np.float32(CORE_MM) - depth
        both = -larger(-trunk, -core, 4.0)
        return np.asarray(-larger(-both, -twig, 1.0), dtype=np.float32)

    return Drawn(hull.box, white, fine=True)
