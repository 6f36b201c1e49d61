"""The plan of one trunk: measures, levels of vertebrae, columns of cage, wall and skin.

The model's own millimetres: LPS, 0 at the carina's height on the midline, in the middle of the
chest's depth. Numbers are those of a man of 1.70 m, scaled; plausible, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.columns import Column, curve

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Height of each vertebral body's middle over the carina, mm.
VERTEBRAE: Final = {
    "C5": 131.0, "C6": 114.0, "C7": 97.0, "T1": 79.0, "T2": 60.0, "T3": 40.5, "T4": 20.5,
    "T5": 0.0, "T6": -21.0, "T7": -42.5, "T8": -64.5, "T9": -87.5, "T10": -111.5, "T11": -136.5,
    "T12": -163.5, "L1": -193.5, "L2": -226.5, "L3": -261.5, "L4": -297.5, "L5": -333.5,
    "S1": -368.0,
}  # fmt: skip
#: Depth of the middle of vertebral bodies, mm, by height.
SPINE: Final = (
    (-500, 100), (-440, 82),
    (-400, 62), (-368, 46), (-333, 33), (-297, 27), (-261, 26), (-226, 29), (-193, 34),
    (-163, 40), (-111, 47), (-64, 50), (-20, 49), (20, 44), (60, 33), (97, 21), (131, 14),
)  # fmt: skip
#: Inner face of the rib cage, then of the belly's wall: z, x, y, half width, front, back.
CAGE: Final = (
    (-540, 0, 28, 26, 22, 24), (-505, 0, 22, 50, 58, 46), (-462, 0, 16, 66, 58, 60),
    (-420, 0, 10, 106, 68, 68), (-380, 0, 3, 118, 74, 66), (-330, 0, -4, 122, 76, 62),
    (-260, 0, -4, 123, 82, 70),
    (-200, 0, 0, 125, 86, 84), (-150, 0, 1, 129, 92, 92), (-100, 0, 2, 131, 94, 95),
    (-50, 0, 3, 129, 90, 95), (0, 0, 7, 121, 80, 89), (35, 0, 14, 106, 66, 76),
    (60, 0, 22, 84, 52, 60), (78, 0, 28, 62, 38, 44), (92, 0, 30, 38, 22, 28),
    (98, 0, 30, 14, 10, 12),
)  # fmt: skip
#: Heights between which fat of the belly widens the cage, fading in and out.
BELLY: Final = (-440, -360, -260, -120)
#: The skin at BMI 25.
SKIN: Final = (
    (-640, 0, 24, 168, 86, 100), (-560, 0, 20, 176, 92, 112), (-490, 0, 18, 178, 98, 114),
    (-420, 0, 14, 172, 104, 112), (-330, 0, 4, 160, 108, 106), (-260, 0, 2, 150, 110, 108),
    (-200, 0, 4, 150, 112, 113), (-150, 0, 6, 152, 117, 117), (-100, 0, 8, 155, 121, 119),
    (-50, 0, 9, 159, 118, 119), (0, 0, 12, 160, 110, 115), (35, 0, 18, 160, 98, 105),
    (60, 0, 24, 156, 86, 92), (82, 0, 28, 138, 72, 76), (100, 0, 30, 104, 62, 64),
    (118, 0, 29, 72, 56, 58), (140, 0, 28, 62, 54, 56), (260, 0, 28, 60, 52, 56),
)  # fmt: skip
#: More fat under the skin for each unit of BMI over 25: z, at the side, in front, at the back, mm.
FAT: Final = (
    (-420, 3.2, 2.4, 2.4), (-260, 2.6, 2.6, 1.4), (-150, 1.7, 1.6, 0.9), (-50, 1.4, 1.0, 0.7),
    (60, 1.1, 0.7, 0.9), (140, 0.5, 0.4, 0.5), (260, 0.5, 0.4, 0.5),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Plan:
    """Measures of one trunk.

    Parameters
    ----------
    seed
        Of all chance.
    sex
        ``male`` or ``female``.
    values
        Drawn parameters by name (``data/trunk.csv``).
    """

    seed: int
    sex: str
    values: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def rng(self, *keys: int) -> np.random.Generator:
        """A source of chance for one purpose."""
        return np.random.default_rng((self.seed, *keys))

    @property
    def tall(self) -> float:
        """Scale along z."""
        return self["height_mm"] / 1700

    def side(self, side: int, key: int) -> float:
        """How much larger something is on a side (1 left, -1 right): both sides are never alike."""
        return float(1 + 0.045 * np.clip(self.rng(90, side + 2, key).standard_normal(), -2, 2))

    @property
    def wide(self) -> float:
        """Scale along x."""
        return float(self["chest_width"] * self.tall**0.5)

    @property
    def deep(self) -> float:
        """Scale along y."""
        return float(self["chest_depth"] * self.tall**0.5)

    def point(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """A point of the standard man in this trunk's measures."""
        return x * self.wide, y * self.deep, z * self.tall

    def level(self, vertebra: str) -> float:
        """Height of a vertebral body's middle, mm."""
        return VERTEBRAE[vertebra] * self.tall

    def spine(self, z: float) -> float:
        """Depth of the middle of vertebral bodies at a height, mm."""
        knots = np.array(SPINE, dtype=np.float64)
        found = curve(knots[:, 0], knots[:, 1], np.array([z / self.tall]))
        return (38 + (float(found[0]) - 38) * self["kyphosis"]) * self.deep

    @staticmethod
    def usual_spine(z: float) -> float:
        """Depth of the standard man's vertebral bodies at a height, mm."""
        knots = np.array(SPINE, dtype=np.float64)
        return float(curve(knots[:, 0], knots[:, 1], np.array([z]))[0])

    def lean(self, z: float) -> float:
        """Slope dy/dz of the spine at a height."""
        return (self.spine(z + 6) - self.spine(z - 6)) / 12

    def column(self, rows: tuple[tuple[float, ...], ...], grow: float, power: float) -> Column:
        """A column of the standard man scaled, and grown outwards by some mm."""
        levels = tuple(
            (z * self.tall, x * self.wide, y * self.deep, w * self.wide + grow,
             f * self.deep + grow, b * self.deep + grow)
            for z, x, y, w, f, b in rows
        )  # fmt: skip
        return Column(levels, power)

    @property
    def plump(self) -> float:
        """BMI over 25, kg/m2."""
        return self["bmi"] - 25

    @property
    def padding(self) -> float:
        """Units of BMI by which the fat under the skin is more or less than usual."""
        return self["fat_layer"] * (max(self.plump, 0.0) + 0.55 * min(self.plump, 0.0))

    @property
    def stuffed(self) -> float:
        """Units of BMI by which the fat in the belly is more or less than usual."""
        return max(self.plump, 0.0) * self["belly_fat"] + 0.7 * min(self.plump, 0.0)

    def belly(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """A point of the standard man's belly where this body's walls leave it."""
        levels = np.array(self.cage.levels)
        usual = np.array(self.column(CAGE, 0, 2.5).levels)
        at = z * self.tall
        side = np.interp(at, levels[:, 0], levels[:, 3]) / np.interp(at, usual[:, 0], usual[:, 3])
        front = np.interp(at, levels[:, 0], levels[:, 4]) / np.interp(at, usual[:, 0], usual[:, 4])
        right, down, up = self.point(x, y, z)
        return float(right * side), float(down * front if y < 0 else down), up

    @property
    def fleshy(self) -> float:
        """Scale of the layers over the ribs: thin people have thin ones."""
        return float(np.clip(1 + 0.035 * self.plump, 0.72, 1.12))

    @cached_property
    def cage(self) -> Column:
        """Inner face of ribs and belly wall; the belly of the plump is deeper."""
        levels = []
        for z, x, y, w, f, b in self.column(CAGE, 0, 2.5).levels:
            belly = float(np.interp(z / self.tall, BELLY, (0, 1, 1, 0))) * self.stuffed
            levels.append((z, x, y, w + 1.2 * belly, f + 2.0 * belly, b))
        return Column(tuple(levels), 2.5)

    @cached_property
    def skin(self) -> Column:
        """The skin of the trunk without shoulders and arms."""
        fat = np.array(FAT, dtype=np.float64)
        levels = []
        for z, x, y, w, f, b in self.column(SKIN, 0, 2.5).levels:
            side, front, back = (
                float(np.interp(z / self.tall, fat[:, 0], fat[:, k])) * self.plump
                for k in (1, 2, 3)
            )
            belly = float(np.interp(z / self.tall, (-260, -120), (1, 0))) * self.stuffed
            levels.append((z, x, y, w + side + 1.2 * belly, f + front + 2.0 * belly, b + back))
        return Column(tuple(levels), 2.5)
