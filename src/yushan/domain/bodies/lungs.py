"""Lungs with lobes, airways and vessels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Structure
from yushan.domain.bodies.mediastinum import bulges
from yushan.domain.bodies.surfaces import (
    EVERYWHERE,
    Both,
    Box,
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


@dataclass(frozen=True, eq=False)
class Dome:
    """All above a dome of the diaphragm, or below where ``under``."""

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
    """The dome of one side."""
    top = plan["dome_right_mm"] * plan.tall + (plan["dome_step_mm"] if side > 0 else 0)
    return Dome(
        (side * 68 * plan.wide, -8 * plan.deep, top + lift), (62 * plan.wide, 66 * plan.deep), under
    )


def lung(plan: Plan, side: int) -> Surface:
    """The whole of one lung."""
    inner = Half((side * 4.0, 0, 0), (-side, 0, 0))
    hull = Both((Grown(plan.cage, -1.0), inner, dome(plan, side)), 10)
    return Without(hull, bulges(plan), 6)


def lungs(plan: Plan) -> list[Structure]:
    """Lobes, then what runs in them."""
    found = []
    for side, name in SIDES:
        whole = lung(plan, side)
        found.append(Structure(f"lung_{name}", "lung", whole))
        upper = f"lung_upper_lobe_{name}"
        lower = f"lung_lower_lobe_{name}"
        found.append(Structure(upper, "lung", whole, f"lung_{name}"))
        back = Half(plan.point(side * 70, 80, 24), (0, -0.58, 0.81))
        found.append(Structure(lower, "lung", Both((whole, back)), f"lung_{name}"))
        if side < 0:
            flat = Half(plan.point(-70, -30, -12), (0.05, 0.12, 1))
            front = Half(plan.point(side * 70, 80, 24), (0, 0.58, -0.81))
            found.append(
                Structure(
                    "lung_middle_lobe_right", "lung", Both((whole, flat, front)), f"lung_{name}"
                )
            )
        for key, tissue in ((1, "blood_right"), (2, "blood_left")):
            vessels = tree(plan.rng(41, side + 2, key), plan.point(side * 42, 12, -18), side)
            found.append(Structure("lung_vessels", tissue, vessels, f"lung_{name}"))
    return found


def tree(rng: np.random.Generator, root: tuple[float, float, float], side: float) -> Tubes:
    """A branching tree from the hilum."""
    pieces: list[tuple[np.ndarray, np.ndarray, float, float]] = []
    buds = [
        (np.array(root), np.array([side * 0.7, 0.8 * np.sin(turn), np.cos(turn)]), 4.6)
        for turn in np.linspace(0.2, 2 * np.pi, 8, endpoint=False)
    ]
    while buds and len(pieces) < 1500:
        place, way, radius = buds.pop(0)
        way = way / np.linalg.norm(way)
        end = place + way * (5 + 4.2 * radius) * rng.uniform(0.7, 1.2)
        pieces.append((place, end, radius, radius * 0.9))
        for share, spread in ((0.86, 0.30), (0.70, 0.62)):
            thinner = radius * share * rng.uniform(0.92, 1.0)
            if thinner > 0.5:
                buds.append((end, way + rng.standard_normal(3) * spread, thinner))
    starts, ends = np.array([p[0] for p in pieces]), np.array([p[1] for p in pieces])
    return Tubes(starts, ends, np.array([[p[2], p[3]] for p in pieces]))
