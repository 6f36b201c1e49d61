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
    (-400, 62), (-368, 46), (-333, 33), (-297, 27), (-261, 26), (-226, 29), (-193, 34),
    (-163, 40), (-111, 47), (-64, 50), (-20, 49), (20, 44), (60, 33), (97, 21), (131, 14),
)  # fmt: skip
#: Inner face of the rib cage, then of the belly's wall: z, x, y, half width, front, back.
CAGE: Final = (
    (-420, 0, 10, 118, 70, 70), (-330, 0, -4, 122, 76, 62), (-260, 0, -4, 124, 82, 70),
    (-200, 0, 0, 128, 84, 82), (-150, 0, 0, 134, 88, 90), (-100, 0, 0, 137, 90, 94),
    (-50, 0, 2, 134, 84, 93), (0, 0, 6, 125, 72, 86), (35, 0, 12, 108, 58, 74),
    (60, 0, 20, 84, 46, 58), (80, 0, 26, 58, 34, 42), (95, 0, 28, 30, 20, 26),
)  # fmt: skip
#: Outer face of the muscles under the fat.
WALL: Final = (
    (-420, 0, 18, 158, 92, 88), (-360, 0, 14, 156, 94, 84), (-300, 0, 2, 142, 94, 92),
    (-240, 0, 0, 140, 96, 98), (-190, 0, 0, 146, 98, 104), (-140, 0, 0, 152, 102, 110),
    (-90, 0, 0, 158, 104, 114), (-40, 0, 2, 164, 104, 115), (0, 0, 4, 168, 98, 114),
    (40, 0, 8, 172, 86, 110), (70, 0, 16, 170, 72, 98), (95, 0, 22, 130, 60, 84),
    (115, 0, 24, 74, 52, 70), (140, 0, 24, 60, 50, 62), (260, 0, 24, 58, 50, 60),
)  # fmt: skip
#: Fat between muscle and skin at BMI 25: z, -, -, at the side, in front, at the back, mm.
FAT: Final = (
    (-420, 0, 0, 26, 26, 24), (-300, 0, 0, 22, 24, 22), (-200, 0, 0, 17, 18, 14),
    (-100, 0, 0, 14, 12, 9), (0, 0, 0, 13, 11, 9), (70, 0, 0, 10, 8, 10), (140, 0, 0, 5, 4, 6),
    (260, 0, 0, 5, 4, 6),
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

    @property
    def wide(self) -> float:
        """Scale along x."""
        return self["chest_width"] * self.tall**0.5

    @property
    def deep(self) -> float:
        """Scale along y."""
        return self["chest_depth"] * self.tall**0.5

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
        return float(found[0]) * self.deep

    def column(self, rows: tuple[tuple[float, ...], ...], grow: float, power: float) -> Column:
        """A column of the standard man scaled, and grown outwards by some mm."""
        levels = tuple(
            (z * self.tall, x * self.wide, y * self.deep, w * self.wide + grow,
             f * self.deep + grow, b * self.deep + grow)
            for z, x, y, w, f, b in rows
        )  # fmt: skip
        return Column(levels, power)

    @cached_property
    def cage(self) -> Column:
        """Inner face of ribs and belly wall."""
        return self.column(CAGE, 0, 2.3)

    @cached_property
    def wall(self) -> Column:
        """Outer face of the muscles."""
        return self.column(WALL, 0, 2.5)

    @cached_property
    def skin(self) -> Column:
        """The skin: the wall and the fat over it."""
        fat = np.array(FAT, dtype=np.float64)
        much = max(0.25 + 0.75 * (self["bmi"] - 17) / 8, 0.2)
        levels = []
        for row in self.wall.levels:
            z, x, y, w, f, b = row
            side, front, back = (
                float(curve(fat[:, 0], fat[:, k], np.array([z / self.tall]))[0]) * much
                for k in (3, 4, 5)
            )
            levels.append((z, x, y, w + side, f + front, b + back))
        return Column(tuple(levels), 2.5)
