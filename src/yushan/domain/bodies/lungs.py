"""Lungs with lobes and fissures, airways and vessels, over the domes of the diaphragm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.branching import grown, scattered
from yushan.domain.bodies.mediastinum import bulges
from yushan.domain.bodies.sheets import Skinned
from yushan.domain.bodies.surfaces import (
    EVERYWHERE,
    Both,
    Box,
    Either,
    Floats,
    Grown,
    Half,
    Surface,
    Without,
)
from yushan.domain.bodies.tubes import Tubes

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

SIDES: Final = ((1, "left"), (-1, "right"))
#: Where artery, bronchi and veins enter, by side (of the standard man, mm).
ARTERIES: Final = {1: ((52, 22, -22),), -1: ((-44, 6, -12), (-46, 18, -40))}
BRONCHI: Final = {1: ((60, 4, -8), (58, 32, -60)), -1: ((-54, 4, -2), (-50, 20, -56))}
VEINS: Final = {1: ((56, -8, -14), (60, 28, -68)), -1: ((-50, 0, -28), (-52, 24, -72))}
#: Lattice of lungs and fissures.
WIDE_MM: Final = 3.0
#: Ends of each tree in one lung.
ENDS: Final = 2400


@dataclass(frozen=True, eq=False)
class Dome:
    """All above a dome of the diaphragm, or below where ``under``.

    Parameters
    ----------
    top
        Its highest point, mm.
    reach
        Width and depth over which it falls by 38 mm.
    """

    top: tuple[float, float, float]
    reach: tuple[float, float]
    under: bool = False
    fine: bool = False
    box: Box = EVERYWHERE

    def distance(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Signed distance in mm, about."""
        across = ((x - np.float32(self.top[0])) / np.float32(self.reach[0])) ** 2
        along = ((y - np.float32(self.top[1])) / np.float32(self.reach[1])) ** 2
        fall = np.minimum((across + along) * np.float32(38), 160)
        over = (np.float32(self.top[2]) - fall - z) * np.float32(0.72)
        return np.asarray(-over if self.under else over, dtype=np.float32)


def dome(plan: Plan, side: int, lift: float = 0.0, *, under: bool = False) -> Dome:
    """The dome of one side, lifted by some mm."""
    top = plan["dome_right_mm"] * plan.tall + (plan["dome_step_mm"] if side > 0 else 0)
    middle = (side * 66 * plan.wide, -6 * plan.deep, top + lift)
    return Dome(middle, (62 * plan.wide, 68 * plan.deep), under)


def under_domes(plan: Plan, lift: float) -> Surface:
    """All that lies under the two domes and under the heart, lifted by some mm."""
    sides = [dome(plan, side, lift, under=True) for side, _ in SIDES]
    floor = plan.point(16, -26, -106)
    middle = Dome(
        (floor[0], floor[1], floor[2] + lift), (62 * plan.wide, 60 * plan.deep), under=True
    )
    return Either((*sides, middle), 34)


def lung(plan: Plan, side: int) -> Surface:
    """The whole of one lung."""
    inner = Half((side * 1.5, 0, 0), (-side, 0, 0))
    hull = Both((Grown(plan.cage, -1.0), inner), 10)
    return Without(hull, (under_domes(plan, 0), *bulges(plan)), 6)


def fissure(plan: Plan, side: int) -> Half:
    """All above the oblique fissure of one side."""
    return Half(plan.point(side * 70, 80, 26 + plan["fissure_shift_mm"]), (0, 0.62, -0.78))


def below(plane: Half) -> Half:
    """The other side of a plane."""
    x, y, z = plane.out
    return Half(plane.point, (-x, -y, -z))


def flat_fissure(plan: Plan) -> Half:
    """All above the horizontal fissure of the right lung."""
    return Half(plan.point(-70, -40, -16 + 0.6 * plan["fissure_shift_mm"]), (-0.08, -0.12, -1))


def lungs(plan: Plan) -> list[Structure]:
    """Lobes, fissures, then what runs in them."""
    found = []
    for side, name in SIDES:
        parent = f"lung_{name}"
        whole = lung(plan, side)
        found += [
            Structure(parent, "lung", whole, strength=0.0, lattice_mm=WIDE_MM),
            Structure(f"lung_upper_lobe_{name}", "lung", whole, parent, lattice_mm=WIDE_MM),
            *lobes(plan, side, name),
            Structure(
                parent, "ground_glass", heavy(plan), parent, 130.0, plan["lung_density_share"]
            ),
            *fissures(plan, side, whole.box),
            *inner_trees(plan, side, whole, parent),
        ]
    return found


def lobes(plan: Plan, side: int, name: str) -> list[Structure]:
    """The lobes below fissures, laid over the upper ones."""
    parent = f"lung_{name}"
    low = Structure(f"lung_lower_lobe_{name}", "lung", below(fissure(plan, side)), parent)
    if side > 0:
        return [low]
    middle = Both((below(flat_fissure(plan)), fissure(plan, side)))
    return [low, Structure("lung_middle_lobe_right", "lung", middle, parent)]


def heavy(plan: Plan) -> Half:
    """The lower part of lungs of somebody who lies on the back: denser."""
    return Half(plan.point(0, 62, 0), (0, -1, 0))


def fissures(plan: Plan, side: int, box: Box) -> list[Structure]:
    """Thin planes between lobes of a lung that lies in a box."""
    parent = "lung_left" if side > 0 else "lung_right"
    oblique = replace(fissure(plan, side), box=box)
    faces = [Skinned(oblique, 0.45)]
    if side < 0:
        faces.append(Skinned(flat_fissure(plan), 0.45, oblique))
    return [Structure(parent, "airway_wall", face, parent, 0.0, 0.15, WIDE_MM) for face in faces]


def inner_trees(plan: Plan, side: int, whole: Surface, parent: str) -> list[Structure]:
    """Arteries with their airways, and veins between them."""
    rng = plan.rng(41, side + 2)
    ends = scattered(rng, whole, ENDS, 4.0)
    others = scattered(rng, whole, ENDS, 4.0)
    arteries = grown(
        plan.rng(42, side + 2), roots(plan, ARTERIES[side]), ends, 0.45 * plan["lung_vessel_scale"]
    )
    veins = grown(
        plan.rng(43, side + 2), roots(plan, VEINS[side]), others, 0.43 * plan["lung_vessel_scale"]
    )
    thin = grown(plan.rng(42, side + 2), roots(plan, BRONCHI[side]), ends, 0.36, 1.0)
    return [
        Structure("lung_vessels", "blood_left", veins, parent),
        Structure("lung_vessels", "blood_right", arteries, parent),
        Structure("lung_trachea_bronchia", "airway_wall", widened(thin), parent),
        Structure("lung_trachea_bronchia", "gas", thin, parent),
    ]


def widened(thin: Tubes) -> Tubes:
    """Airways with their walls."""
    return Tubes(thin.starts, thin.ends, thin.radii * 1.22 + 0.35)


def roots(plan: Plan, places: tuple[tuple[float, float, float], ...]) -> np.ndarray:
    """Roots of trees, ``[n, 3]``."""
    return np.array([plan.point(*p) for p in places])
