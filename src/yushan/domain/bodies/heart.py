"""The heart: four chambers, muscle, sac and fat, in a frame of its own.

The heart's frame: ``along`` to the apex, ``across`` to the right ventricle, ``up`` to the great
vessels; an angle about the long axis counts from ``across`` (0) over ``up`` (90 degrees).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.surfaces import (
    Both,
    Either,
    Ellipsoid,
    Grown,
    Half,
    Rippled,
    Surface,
    Triple,
)
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.plan import Plan

#: Middle of the heart in the standard man, mm.
MIDDLE: Final = (24, -30, -56)
LONG: Final = (0.68, -0.58, -0.45)
#: Cavities: along, across, up; half axes; mm.
CAVITIES: Final = {
    "ventricle_left": ((9, -18, -2), (43, 23, 24)),
    "ventricle_right": ((5, 20, 4), (45, 25, 33)),
    "atrium_left": ((-48, -14, 5), (21, 33, 25)),
    "atrium_right": ((-36, 34, -2), (25, 24, 31)),
}
#: Parameters of their sizes.
SIZES: Final = {
    "ventricle_left": "left_ventricle", "ventricle_right": "right_ventricle",
    "atrium_left": "left_atrium", "atrium_right": "right_atrium",
}  # fmt: skip
WALLS: Final = {"ventricle_right": 3.2, "atrium_left": 2.0, "atrium_right": 2.0}


@dataclass(frozen=True, eq=False)
class Heart:
    """Where everything of the heart is.

    Parameters
    ----------
    plan
        The trunk it beats in.
    """

    plan: Plan

    @property
    def scale(self) -> float:
        """Size against the usual."""
        return self.plan["heart_scale"]

    @cached_property
    def rows(self) -> NDArray[np.float64]:
        """Unit vectors along, across and up, ``[3, 3]``."""
        turn = np.deg2rad(self.plan["heart_turn_degrees"])
        level = np.array(
            [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
        )
        along = level @ np.array(LONG)
        along /= np.linalg.norm(along)
        up = np.array([0.1, -0.2, 1.0])
        up -= (up @ along) * along
        up /= np.linalg.norm(up)
        return np.stack([along, np.cross(along, up), up])

    @cached_property
    def turn(self) -> tuple[Triple, Triple, Triple]:
        """The rows as plain numbers."""
        one, two, three = ((float(a), float(b), float(c)) for a, b, c in self.rows)
        return one, two, three

    def at(self, along: float, across: float, up: float) -> Triple:
        """A point of the heart's frame (mm of the usual size) in the model."""
        offset = self.scale * np.array([along, across, up]) @ self.rows
        x, y, z = np.array(self.plan.point(*MIDDLE)) + offset
        return float(x), float(y), float(z)

    def ball(self, place: Triple, axes: Triple, grow: float = 0.0) -> Ellipsoid:
        """An ellipsoid along the heart's axes."""
        one, two, three = (self.scale * a + grow for a in axes)
        return Ellipsoid(self.at(*place), (one, two, three), self.turn)

    def wall(self, name: str) -> float:
        """Thickness of a chamber's muscle, mm."""
        return self.plan["left_wall_mm"] if name == "ventricle_left" else WALLS[name]

    def cavity(self, name: str, grow: float = 0.0) -> Ellipsoid:
        """One chamber's cavity, grown by a wall."""
        place, (along, across, up) = CAVITIES[name]
        size = self.plan[SIZES[name]]
        return self.ball(place, (along * size, across * size, up * size), grow)

    @cached_property
    def ventricles(self) -> Surface:
        """Outer face of both ventricles."""
        walls = [self.cavity(n, self.wall(n)) for n in ("ventricle_left", "ventricle_right")]
        return Both((Either(tuple(walls), 8), self.floor(-27)), 6)

    def floor(self, along: float) -> Half:
        """All to the apex of the plane of the valves."""
        return Half(self.at(along, 0, 0), (-self.turn[0][0], -self.turn[0][1], -self.turn[0][2]))

    @cached_property
    def outside(self) -> Surface:
        """Outer face of the muscle of all chambers."""
        atria = [self.cavity(n, self.wall(n)) for n in ("atrium_left", "atrium_right")]
        return Either((self.ventricles, *atria), 3)

    @cached_property
    def sac(self) -> Surface:
        """Inner face of the pericardium: chambers and the fat about them."""
        fat = max(self.plan["heart_fat_mm"] + 0.35 * self.plan.plump, 1.2)
        middle = self.ball((2, 2, 2), (56, 47, 42), 0)
        return Either((Grown(self.outside, fat), middle), 14)

    def onto(self, along: float, degrees: float, off_mm: float) -> Triple:
        """A point over the muscle's outer face, on a ray from the long axis."""
        turn = np.deg2rad(degrees)
        ray = np.cos(turn) * self.rows[1] + np.sin(turn) * self.rows[2]
        start = np.array(self.at(along, 0, 0))
        steps = np.arange(0.0, 90.0, 0.5)
        points = (start + steps[:, None] * ray).astype(np.float32)
        away = self.outside.distance(points[:, 0], points[:, 1], points[:, 2])
        inside = np.flatnonzero(away < off_mm)
        last = steps[inside[-1]] if len(inside) else 0.0
        x, y, z = start + (last + 0.25) * ray
        return float(x), float(y), float(z)


def heart(of: Heart) -> list[Structure]:
    """Sac, fat, muscle and blood, from the outside in."""
    blood = {"left": "blood_left", "right": "blood_right"}
    found = [
        Structure("pericardium", "pericardium", Grown(of.sac, 1.0)),
        Structure("pericardial_fat", "fat", of.sac, "pericardium"),
        Structure("heart_myocardium", "heart_muscle", of.ventricles, "pericardium"),
        *appendages(of),
    ]
    for name in ("atrium_right", "atrium_left"):
        found.append(
            Structure(
                f"heart_{name}", "heart_muscle", of.cavity(name, of.wall(name)), "pericardium"
            )
        )
        found.append(Structure(f"heart_{name}", blood[name[7:]], of.cavity(name), "pericardium"))
    right = Both((of.cavity("ventricle_right"), of.floor(-25)), 5)
    left = Both((of.cavity("ventricle_left"), of.floor(-25)), 5)
    wall = Both((of.cavity("ventricle_left", of.wall("ventricle_left")), of.floor(-27)), 6)
    found += [
        Structure("heart_ventricle_right", "blood_right", right, "pericardium"),
        Structure("heart_myocardium", "heart_muscle", wall, "pericardium"),
        Structure("heart_ventricle_left", "blood_left", left, "pericardium"),
        *valves(of),
        *papillary(of),
        *leaflets(of),
    ]
    return found


def valves(of: Heart) -> list[Structure]:
    """Openings between atria and ventricles."""
    gates = (
        ("heart_ventricle_left", "blood_left", (-32, -15, 0), (-20, -16, -1), 14),
        ("heart_ventricle_right", "blood_right", (-32, 26, 0), (-18, 22, 1), 15),
    )
    return [
        Structure(name, tissue, tube([of.at(*a), of.at(*b)], radius * of.scale, 4), "pericardium")
        for name, tissue, a, b, radius in gates
    ]


def appendages(of: Heart) -> list[Structure]:
    """The ears of both atria, with their walls: bent fingers beside the great vessels."""
    lines = (
        ("atrial_appendage_left", "blood_left",
         ((-44, -32, 18), (-34, -38, 26), (-22, -36, 31), (-12, -30, 33)), (10, 9, 7, 4)),
        ("atrial_appendage_right", "blood_right",
         ((-34, 34, 22), (-26, 24, 30), (-16, 14, 34), (-6, 8, 36)), (13, 11, 9, 5)),
    )  # fmt: skip
    found = []
    for name, blood, points, radii in lines:
        line = [of.at(*p) for p in points]
        size = [r * of.scale for r in radii]
        rough = Rippled(tube(line, size, 5), 0.7, 9, of.plan.seed + 81)
        found.append(Structure(name, "heart_muscle", Grown(rough, 1.4), "pericardium"))
        found.append(Structure(name, blood, rough, "pericardium"))
    return found


def leaflets(of: Heart) -> list[Structure]:
    """Closed leaflets of the two valves between atria and ventricles, thinner than a sample."""
    gates = (
        ("mitral_valve", (-25, -16, -1), (12, 13, 1.0)),
        ("tricuspid_valve", (-24, 24, 0), (14, 15, 0.8)),
    )
    return [
        Structure(
            name,
            "heart_muscle",
            Ellipsoid(
                of.at(*middle), (high * of.scale, wide * of.scale, deep * of.scale),
                (of.turn[1], of.turn[2], of.turn[0]), fine=True,
            ),
            "pericardium",
            0.0,
            0.8,
        )
        for name, middle, (high, wide, deep) in gates
    ]  # fmt: skip


def papillary(of: Heart) -> list[Structure]:
    """Muscles that hold the valves' strings, and the moderator band."""
    lines = (
        ((20, -26, 12), (0, -22, 7), 4.5),
        ((18, -24, -15), (0, -20, -9), 4.5),
        ((22, 8, 0), (16, 30, 6), 2.5),
    )
    return [
        Structure(
            "heart_myocardium",
            "heart_muscle",
            tube([of.at(*a), of.at(*b)], (r, 0.7 * r), 5),
            "pericardium",
        )
        for a, b, r in lines
    ]
