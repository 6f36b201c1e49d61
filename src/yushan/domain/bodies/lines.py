"""Courses of vessels, airways and gut in the standard man, from ``data/lines.csv``."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import NamedTuple

from yushan.domain.bodies.draws import rows

Point = tuple[float, float, float]


class Line(NamedTuple):
    """One course.

    Parameters
    ----------
    name, tissue
        Of the structure drawn along it.
    wall_mm
        Thickness of its wall.
    points, radii
        LPS mm of the standard man.
    """

    name: str
    tissue: str
    wall_mm: float
    points: tuple[Point, ...]
    radii: tuple[float, ...]


@cache
def lines(group: str) -> tuple[Line, ...]:
    """All courses of a group, in the table's order."""
    mine = [row for row in rows("lines") if row["group"] == group]
    return tuple(line(list(part)) for _, part in groupby(mine, key=lambda row: row["line"]))


def line(part: list[dict[str, str]]) -> Line:
    """One course from its rows."""
    first = part[0]
    points = tuple((float(r["x"]), float(r["y"]), float(r["z"])) for r in part)
    radii = tuple(float(r["radius_mm"]) for r in part)
    return Line(first["name"], first["tissue"], float(first["wall_mm"]), points, radii)


def course(group: str, name: str) -> Line:
    """The first course of a name in a group.

    Raises
    ------
    ValueError
        There is none.
    """
    for found in lines(group):
        if found.name == name:
            return found
    raise ValueError(f"no course {name} in {group}")
