"""Spine, ribs and breastbone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.back import UNDER
from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.columns import ring
from yushan.domain.bodies.girdle import girdle
from yushan.domain.bodies.pelvis import pelvis
from yushan.domain.bodies.surfaces import Box, Ellipsoid, Floats, around, larger
from yushan.domain.bodies.tubes import Tubes, tube

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

SIDES: Final = ((1, "left"), (-1, "right"))
#: Vertebral body: half width, half depth, half height, mm.
BODIES: Final = {
    "C6": (13, 8, 6), "C7": (14, 9, 7), "T1": (15, 9, 8), "T2": (14.5, 10, 8.3),
    "T3": (14, 11, 8.6), "T4": (14, 12, 8.9), "T5": (14.2, 12.8, 9.2), "T6": (14.6, 13.5, 9.6),
    "T7": (15.2, 14, 9.9), "T8": (16, 14.5, 10.2), "T9": (17, 14.8, 10.6), "T10": (18, 15.2, 11),
    "T11": (19.5, 15.5, 11.6), "T12": (21, 15.8, 12.6), "L1": (22, 16.2, 13.4),
    "L2": (23, 16.6, 13.8), "L3": (24, 17, 14), "L4": (25, 17.2, 14), "L5": (26, 17, 14),
}  # fmt: skip
#: Rib: height of its head over its vertebra, fall to its bony end, bony share of the way round.
RIBS: Final = (
    (5, 38, 0.76), (9, 58, 0.80), (9, 70, 0.80), (9, 80, 0.79), (9, 88, 0.78), (9, 93, 0.76),
    (9, 95, 0.73), (9, 92, 0.70), (9, 84, 0.64), (6, 70, 0.56), (3, 46, 0.42), (1, 28, 0.28),
)  # fmt: skip
#: Where costal cartilages of ribs 1-10 end: x, height.
ENDS: Final = (
    (16, 38), (18, 8), (17, -18), (16, -40), (14, -60), (12, -76), (9, -88), (34, -112),
    (58, -138), (82, -158),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Drum:
    """A vertebral body or a disc: a short column with a waist, hollowed at the back.

    Parameters
    ----------
    centre
        Its middle, mm.
    axes
        Half width, half depth, half height, mm.
    lean
        Slope dy/dz of the spine here.
    waist
        Share by which its middle is narrower than its ends.
    """

    centre: tuple[float, float, float]
    axes: tuple[float, float, float]
    lean: float
    waist: float = 0.09
    fine: bool = True

    @property
    def box(self) -> Box:
        """Lowest and highest corner, mm."""
        wide, deep, high = self.axes
        reach = np.array(
            [wide * 1.03, deep * 1.03 + abs(self.lean) * high, high + abs(self.lean) * deep]
        )
        return around(self.centre, reach + 0.5)

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        wide, deep, high = (np.float32(a) for a in self.axes)
        norm = np.float32((1 + self.lean**2) ** -0.5)
        lean = np.float32(self.lean)
        back, up = y - np.float32(self.centre[1]), z - np.float32(self.centre[2])
        along, across = (up + lean * back) * norm, (back - lean * up) * norm
        thin = 1 - np.float32(self.waist) * (1 - np.minimum((along / high) ** 2, 1))
        side = np.abs(x - np.float32(self.centre[0]))
        hollow = np.where(
            across > 0, 1 - np.float32(0.16) * np.maximum(1 - (side / wide) ** 2 * 2, 0), 1
        )
        oval = ring(side, np.abs(across), (wide * thin, deep * thin * hollow), 2.6)
        return larger(oval, np.asarray(np.abs(along) - high), 2.5)


def skeleton(plan: Plan, arms: str) -> list[Structure]:
    """All bones of the trunk."""
    found = [*spine(plan)]
    for number in range(1, 13):
        for side, name in SIDES:
            found.extend(rib(plan, number, side, name))
    found.extend(sternum(plan))
    found.extend(girdle(plan, arms))
    found.extend(pelvis(plan))
    return found


def spine(plan: Plan) -> list[Structure]:
    """Vertebrae with arches, discs between them, and the cord in its canal."""
    found = []
    names = list(BODIES)
    for name in names:
        found.extend(vertebra(plan, name))
    for above, below in pairwise(names):
        found.append(disc(plan, above, below))
    heights = np.linspace(plan.level("L5"), plan.level("C6"), 30)
    line = [(0, plan.spine(z) + canal(z / plan.tall), z) for z in heights]
    found.append(Structure("spinal_canal", "csf", tube(line, 8.5, 10)))
    found.append(Structure("spinal_cord", "cord", tube(line[11:], 4.8, 10), "spinal_canal"))
    return found


def sized(plan: Plan, name: str) -> tuple[float, float, float]:
    """Half width, depth and height of a vertebral body; the height is the standard man's."""
    wide, deep, high = BODIES[name]
    return wide * plan["vertebra_scale"], deep * plan["vertebra_scale"], high


def canal(z: float) -> float:
    """From the middle of a vertebral body back to the middle of the canal, mm."""
    return float(np.interp(z, (-340, -190, -60, 60, 120), (27, 25.5, 23, 20, 17)))


def vertebra(plan: Plan, name: str) -> list[Structure]:
    """Body, pedicles, laminae, spinous and transverse processes."""
    wide, deep, high = sized(plan, name)
    z = plan.level(name)
    y = plan.spine(z)
    label, high = f"vertebrae_{name}", high * plan.tall
    arch = arches(y, z, canal(z / plan.tall), wide)
    parts: list[Structure] = [Structure(label, "cortical_bone", t, UNDER) for t in arch]
    parts += [Structure(label, "marrow", t.thinned(1.6), UNDER) for t in arch]
    body = Drum((0, y, z), (wide, deep, high), plan.lean(z))
    inner = Drum((0, y, z), (wide - 1.0, deep - 1.0, high - 0.9), plan.lean(z))
    return [*parts, Structure(label, "cortical_bone", body), Structure(label, "marrow", inner)]


def arches(y: float, z: float, back: float, wide: float) -> list[Tubes]:
    """The vertebral arch as tubes: spinous process, and on both sides pedicle, plate, process."""
    reach, side = y + back, wide * 0.75
    ridge = [(0, reach + 11, z - 3), (0, reach + 24, z - 11), (0, reach + 36, z - 19)]
    found = [tube(ridge, (7.5, 6.5, 7.0), 6, (1, 0, 0), 0.5)]
    for s in (1, -1):
        root = [(s * side, reach - 14, z + 2), (s * side, reach + 2, z + 1)]
        plate = [(s * side, reach + 2, z), (s * 9, reach + 9, z - 3), (0, reach + 13, z - 5)]
        wing = [(s * side, reach + 3, z + 1), (s * (side + 20), reach + 8, z + 3)]
        found.append(tube(root, 5.4, 8, (1, 0, 0), 0.75))
        found.append(tube(plate, 9.0, 8, (s * 0.3, 1, 0.25), 0.36))
        found.append(tube(wing, (6.0, 5.2), 8, (0, 1, 0), 0.68))
    return found


def disc(plan: Plan, above: str, below: str) -> Structure:
    """The disc between two vertebrae."""
    top = plan.level(above) - BODIES[above][2] * plan.tall
    bottom = plan.level(below) + BODIES[below][2] * plan.tall
    z = (top + bottom) / 2
    wide, deep, _ = sized(plan, below)
    shape = Ellipsoid(
        (0, plan.spine(z), z), (wide, deep, (top - bottom) / 2 + 0.5), None, 4.0, fine=True
    )
    return Structure("intervertebral_discs", "disc", shape)


def rib(plan: Plan, number: int, side: int, name: str) -> list[Structure]:
    """One rib with its cartilage."""
    path, out = rib_path(plan, number, side)
    radii = (6.0 if number > 1 else 7.5) * plan["rib_scale"]
    bone = tube(path, np.linspace(radii * 0.9, radii * 1.05, len(path)), 7, out, 0.55)
    label = f"rib_{name}_{number}"
    found = [Structure(label, "cortical_bone", bone), Structure(label, "marrow", bone.thinned(1.3))]
    if number <= len(ENDS):
        found.insert(
            0, Structure("costal_cartilages", "cartilage", cartilage(plan, number, side, path))
        )
    return found


def rib_path(
    plan: Plan, number: int, side: int
) -> tuple[list[tuple[float, float, float]], np.ndarray]:
    """Points along a rib's middle, and the directions out of the cage there."""
    rise, fall, share = RIBS[number - 1]
    head = plan.level(f"T{number}") + rise * plan.tall
    path, out = [], []
    for turn in np.linspace(0.10, share, 12):
        z = head - plan["rib_fall"] * fall * plan.tall * float(
            ((turn - 0.10) / (share - 0.10)) ** 1.15
        )
        at, way = on_cage(plan, side, turn * np.pi, z, 5.5)
        path.append(at)
        out.append(way)
    start = (side * 20.0, plan.spine(head) + 12, head)
    return [start, *path], np.array([out[0], *out])


def on_cage(
    plan: Plan, side: int, angle: float, z: float, off: float
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """A point off the cage's inner face at an angle from the back, and the way out."""
    middle_x, middle_y, wide, front, back = (
        float(v[0]) for v in plan.cage.at(np.array([z], dtype=np.float32))
    )
    deep = back if np.cos(angle) > 0 else front
    sine, cosine = (
        np.sin(angle) ** (2 / plan.cage.power),
        np.abs(np.cos(angle)) ** (2 / plan.cage.power) * np.sign(np.cos(angle)),
    )
    way = np.array([side * sine / wide, cosine / deep, 0.0])
    way /= np.linalg.norm(way)
    at = np.array([middle_x + side * wide * sine, middle_y + deep * cosine, z]) + off * way
    return (float(at[0]), float(at[1]), float(at[2])), (float(way[0]), float(way[1]), 0.0)


def cartilage(plan: Plan, number: int, side: int, path: list[tuple[float, float, float]]) -> Tubes:
    """From a rib's bony end to the breastbone, or to the cartilage above."""
    x, usual = ENDS[number - 1]
    z = usual * plan.tall
    last = path[-1]
    front = on_cage(plan, side, np.pi * 0.985, z, 6.0)[0]
    end = (side * x * plan.wide, front[1] + abs(x) * 0.12, z)
    turn = np.pi * (RIBS[number - 1][2] + 0.09)
    middle, _ = on_cage(plan, side, turn, (last[2] + z) / 2 - 6, 6.0)
    return tube([last, middle, end], (5.4, 5.2, 4.6), 7)


def sternum(plan: Plan) -> list[Structure]:
    """The breastbone: handle, body, and the sword of cartilage."""
    line = [
        (0.0, on_cage(plan, 1, np.pi, z * plan.tall, 7.0)[0][1], z * plan.tall)
        for z in (46, 30, 8, -20, -55, -82)
    ]
    bone = tube(
        line, [w * plan["sternum_scale"] for w in (22, 23, 14, 15, 18, 13)], 8, (0, 1, 0), 0.32
    )
    end = on_cage(plan, 1, np.pi, -104 * plan.tall, 6.0)[0]
    sword = tube([line[-1], end], (8, 5), 8, (0, 1, 0), 0.5)
    return [
        Structure("costal_cartilages", "cartilage", sword),
        Structure("sternum", "cortical_bone", bone),
        Structure("sternum", "marrow", bone.thinned(1.2)),
    ]
