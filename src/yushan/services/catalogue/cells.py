"""The cells of the cube as columns, so that those of a question are found at once. Pure."""

from __future__ import annotations

from array import array
from typing import Final

import numpy as np

from yushan.services.catalogue.traits import cell_of

ALL: Final = "*"


class Cells:
    """Ids of cells with site, row and body part as numbers, and the month as YYYYMM."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.columns = tuple(array("q") for _ in range(4))
        self.names: dict[str, int] = {}

    def add(self, key: int, word: str) -> None:
        """One more cell."""
        site, row, month, part = cell_of(word)
        self.ids.append(key)
        numbers = (self.number(f"s{site}"), self.number(f"r{row}"),
                   int(month.replace("-", "") or 0), self.number(f"p{part}"))  # fmt: skip
        for column, number in zip(self.columns, numbers, strict=True):
            column.append(number)

    def number(self, name: str) -> int:
        """The number of a name."""
        return self.names.setdefault(name, len(self.names))

    def among(self, wanted: tuple[str, str, str, str]) -> list[int]:
        """Ids of the cells that fit; ``*`` is any, a period may be a year."""
        fits = np.ones(len(self.ids), np.bool_)
        site, row, month, part = (np.array(column) for column in self.columns)
        for column, sign, name in ((site, "s", wanted[0]), (row, "r", wanted[1]),
                                   (part, "p", wanted[3])):  # fmt: skip
            if name != ALL:
                fits &= column == self.names.get(sign + name, -1)
        if wanted[2] != ALL:
            period = int(wanted[2].replace("-", ""))
            fits &= (month if "-" in wanted[2] else month // 100) == period
        return [int(one) for one in np.array(self.ids)[fits]]
