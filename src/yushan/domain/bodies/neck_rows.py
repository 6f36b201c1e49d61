"""Curves and regions of neck and head that are kept as rows: ``data/neck.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from yushan.domain.bodies.head_shapes import SIDES, sided
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.bodies.surfaces import Triple
    from yushan.domain.bodies.tubes import Tubes


class Curve(NamedTuple):
    """A curve of the left side: points in the model, radii in mm, how it is flattened."""

    name: str
    tissue: str
    points: tuple[Triple, ...]
    radii: tuple[float, ...]
    normal: Triple | None
    flat: float

    def on(self, side: int, step_mm: float, wider_mm: float = 0.0) -> Tubes:
        """The tube on a side (1 left, -1 right), wider by a sheath."""
        points, radii = [sided(p, side) for p in self.points], [r + wider_mm for r in self.radii]
        if self.normal is None:
            return tube(points, radii, step_mm)
        return tube(points, radii, step_mm, sided(self.normal, side), self.flat)


@cache
def table() -> Mapping[str, Any]:
    """The file's rows by group."""
    page = files("yushan.domain.bodies") / "data" / "neck.toml"
    return tomllib.loads(page.read_text("utf-8"))


@cache
def curves(group: str) -> tuple[Curve, ...]:
    """Rows of ``muscles``, ``neck_vessels`` or ``head_vessels``."""
    return tuple(
        Curve(
            row["name"],
            row.get("tissue", "muscle"),
            tuple(point(p) for p in row["points"]),
            tuple(float(r) for r in row["radii"]),
            point(row["normal"]) if "normal" in row else None,
            float(row.get("flat", 1.0)),
        )
        for row in table()[group]
    )


def both_sides(group: str, step_mm: float) -> list[tuple[str, str, Tubes]]:
    """Every curve of a group on both sides: structure, tissue, tube."""
    return [
        (f"{curve.name}_{end}", curve.tissue, curve.on(side, step_mm))
        for curve in curves(group)
        for side, end in SIDES
    ]


@cache
def levels() -> Mapping[str, tuple[Triple, Triple]]:
    """Middle and half axes of the left regions of lymph nodes, by name."""
    return {
        row["name"]: (point(row["middle"]), point(row["half_axes"])) for row in table()["levels"]
    }


def point(row: list[float]) -> Triple:
    """Three numbers."""
    return float(row[0]), float(row[1]), float(row[2])
