"""Metastases of the brain with truth by construction, over several visits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.surfaces import Ellipsoid, Rippled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.bodies.deformation import Deformation
    from yushan.domain.bodies.surfaces import Floats, Surface, Triple

    Found = tuple[tuple[Structure, ...], tuple[Lesion, ...]]

TRIES: Final = 400
#: Lesions keep so much distance, in radii, and so many mm more.
APART: Final = 1.5
APART_MM: Final = 3.0
#: What has shrunk below this is gone, mm.
VISIBLE_MM: Final = 2.0
#: None lies nearer to the middle plane than this, mm.
MIDDLE_MM: Final = 8.0
#: A core lies off the middle by up to this share of the rim's thickness along each axis.
OFF: Final = 0.45
#: Where metastases of hemispheres and cerebellum are sought, model mm: middle and half axes.
HEMISPHERES: Final = ((0.0, 14.0, 24.0), (64.0, 82.0, 54.0))
CEREBELLUM: Final = ((0.0, 64.0, -40.0), (46.0, 26.0, 18.0))


@cache
def table() -> Mapping[str, Any]:
    """The rows of ``data/head_lesions.toml``."""
    page = files("yushan.domain.bodies") / "data" / "head_lesions.toml"
    return tomllib.loads(page.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Room:
    """Where lesions may lie: in the model, but ``brain`` (its folded surface) in the patient."""

    cavity: Surface
    hull: Surface
    cerebellum: Surface
    water: Surface
    brain: Surface
    field: Deformation

    def depth_mm(self, surface: Surface, points: NDArray[np.float64]) -> Floats:
        """How deep points ``[n, 3]`` of the model lie inside a surface."""
        x, y, z = np.ascontiguousarray(points.T, dtype=np.float32)
        return -surface.distance(x[:, None, None], y[:, None, None], z[:, None, None]).ravel()

    def in_patient(self, point: Triple) -> Triple:
        """A point of the model in patient space."""
        found = self.field.forward([point])[0]
        return float(found[0]), float(found[1]), float(found[2])


@dataclass(frozen=True, slots=True)
class Seedling:
    """A metastasis at its first visit: place in the model, half axes and turn."""

    place: Triple
    axes: Triple
    degrees: float


def metastases(seed: int, count: int | None, visit: int, room: Room) -> Found:
    """Metastases as they are at a visit.

    Parameters
    ----------
    seed
        Of the head.
    count
        How many at the first visit; None draws it.
    visit
        0 is the first; later ones show the same with other sizes, some gone, some new.
    room
        Where they may lie.
    """
    rows = table()
    known = how_many(seed) if count is None else count
    total = known + sum(new_ones(seed, k, rows) for k in range(1, visit + 1)) if known else 0
    structures: list[Structure] = []
    lesions: list[Lesion] = []
    for number, seedling in seedlings(seed, total, room).items():
        first = 0 if number <= known else born(seed, number - known, rows)
        factor, fate = course(seed, number, (first, visit))
        if 2 * seedling.axes[0] * factor > VISIBLE_MM:
            parts, lesion = metastasis(seed, number, seedling, factor, room)
            structures += parts
            lesions.append(told(lesion, fate, first))
    return tuple(structures), tuple(lesions)


def how_many(seed: int) -> int:
    """A number of metastases: few in most, many in some."""
    row = table()["metastases"]
    rng = np.random.default_rng((seed, 71))
    value = np.exp(rng.normal(row["mean_log"], row["spread_log"]))
    return int(np.clip(np.rint(value), row["least"], row["most"]))


def new_ones(seed: int, visit: int, rows: Mapping[str, Any]) -> int:
    """How many appear at a visit."""
    most = rows["follow_up"]["new_most"]
    return int(np.random.default_rng((seed, visit, 72)).integers(0, most, endpoint=True))


def born(seed: int, order: int, rows: Mapping[str, Any]) -> int:
    """The visit at which the new lesion of this order (from 1) appears."""
    visit, seen = 0, 0
    while seen < order:
        visit += 1
        seen += new_ones(seed, visit, rows)
    return visit


def course(seed: int, number: int, visits: tuple[int, int]) -> tuple[float, str]:
    """The diameter against that of its first visit, and what happened last; 0 when gone."""
    row = table()["follow_up"]
    factor, fate = 1.0, "new" if visits[0] else "first"
    for visit in range(visits[0] + 1, visits[1] + 1):
        rng = np.random.default_rng((seed, number, visit, 73))
        names = ("grown", "stable", "shrunk", "gone")
        fate = names[int(rng.choice(4, p=[row[n] for n in names]))]
        change = {
            "grown": rng.uniform(*row["grow"]), "stable": rng.uniform(0.97, 1.03),
            "shrunk": rng.uniform(*row["shrink"]), "gone": 0.0,
        }  # fmt: skip
        factor *= float(change[fate])
    return factor, fate


def told(lesion: Lesion, fate: str, first: int) -> Lesion:
    """The lesion with its course among the properties."""
    properties = {**lesion.properties, "fate": fate, "first_visit": first}
    return Lesion(
        lesion.kind, lesion.structure, lesion.centre_mm, lesion.diameters_mm, lesion.volume_mm3,
        properties,
    )  # fmt: skip


def seedlings(seed: int, count: int, room: Room) -> dict[int, Seedling]:
    """Places and sizes by number, apart from each other; the first ones do not depend on how many.

    A number is missing where no place was found.
    """
    found: dict[int, Seedling] = {}
    for number in range(1, count + 1):
        rng = np.random.default_rng((seed, number, 74))
        long_mm = diameter(rng)
        axes = (
            long_mm / 2,
            long_mm / 2 * rng.uniform(0.75, 1.0),
            long_mm / 2 * rng.uniform(0.75, 1.0),
        )
        place = sought(rng, axes[0], list(found.values()), room)
        if place is not None:
            axes = (axes[0], float(axes[1]), float(axes[2]))
            found[number] = Seedling(place, axes, rng.uniform(0, 180))
    return found


def diameter(rng: np.random.Generator) -> float:
    """A longest diameter by a power law between the smallest and the largest, mm."""
    row = table()["metastases"]
    ratio = (row["smallest_mm"] / row["largest_mm"]) ** row["exponent"]
    share = 1 - rng.random() * (1 - ratio)
    return float(row["smallest_mm"] * share ** (-1 / row["exponent"]))


def sought(
    rng: np.random.Generator, radius: float, others: list[Seedling], room: Room
) -> Triple | None:
    """A place in the brain, near the border of grey and white, away from the others."""
    is_low = rng.random() < table()["metastases"]["cerebellum"]
    middle, reach = CEREBELLUM if is_low else HEMISPHERES
    hull = room.cerebellum if is_low else room.hull
    drawn = np.array(middle) + np.array(reach) * rng.uniform(-1, 1, (TRIES, 3))
    depth = room.depth_mm(hull, drawn)
    is_right = room.depth_mm(room.cavity, drawn) > 1.6 * radius + 1
    is_right &= room.depth_mm(room.water, drawn) < -radius - 1
    is_right &= is_low | (np.abs(drawn[:, 0]) > MIDDLE_MM + radius / 2)
    is_right &= (depth > max(2.0, 0.5 * radius)) & (depth < max(16.0, 1.3 * radius))
    for point in drawn[is_right]:
        place = (float(point[0]), float(point[1]), float(point[2]))
        if all(is_apart(place, radius, other) for other in others):
            return place
    return None


def is_apart(place: Triple, radius: float, other: Seedling) -> bool:
    """Whether a place is far enough from another lesion."""
    gap = float(np.linalg.norm(np.array(place) - np.array(other.place)))
    return gap > APART * (radius + other.axes[0]) + APART_MM


def metastasis(
    seed: int, number: int, seedling: Seedling, factor: float, room: Room
) -> tuple[list[Structure], Lesion]:
    """One metastasis as ellipsoids: oedema, rim or solid, core."""
    row = table()["metastases"]
    rng = np.random.default_rng((seed, number, 75))
    place, name = room.in_patient(seedling.place), f"metastasis_{number}"
    axes = (seedling.axes[0] * factor, seedling.axes[1] * factor, seedling.axes[2] * factor)
    turn = about_z(seedling.degrees)
    ring, swollen, core, wide = (
        rng.random(),
        rng.random(),
        rng.uniform(*row["core"]),
        rng.uniform(*row["oedema_mm"]),
    )
    parts: list[Structure] = []
    if 2 * axes[0] > row["oedema_above_mm"] and swollen < row["oedema_share"]:
        parts.append(oedema(place, tuple(a + wide for a in axes), seed * 97 + number))
    is_ring = 2 * axes[0] > row["ring_above_mm"] and ring < row["ring_share"]
    solid = Ellipsoid(place, axes, turn, fine=True)
    parts.append(Structure(name, "metastasis_rim", solid, part_of="brain"))
    if is_ring:
        inner = (axes[0] * core, axes[1] * core, axes[2] * core)
        off = rng.uniform(-1, 1, 3) * min(axes) * (1 - core) * OFF
        middle = (place[0] + off[0], place[1] + off[1], place[2] + off[2])
        parts.append(Structure(name, "metastasis_core", Ellipsoid(middle, inner, turn, fine=True)))
    properties: dict[str, float | str] = {
        "identity": f"metastasis-{seed}-{number}",
        "enhancement": "ring" if is_ring else "solid",
        "core_share": float(core) ** 3 if is_ring else 0.0,
        "oedema_mm": float(wide) if len(parts) > 1 + is_ring else 0.0,
        "region": "cerebellum"
        if seedling.place[2] < -12 and seedling.place[1] > 30
        else "cerebrum",
        "side": "left" if place[0] > 0 else "right",
    }
    return parts, Lesion("metastasis", name, place, measured(axes), volume(axes), properties)


def oedema(place: Triple, axes: tuple[float, ...], seed: int) -> Structure:
    """Swelling that runs along white matter and spares the cortex."""
    body = Ellipsoid(place, (axes[0], axes[1], axes[2]))
    surface = Rippled(body, 0.16 * min(axes), 1.1 * min(axes), seed)
    return Structure("edema", "oedema", surface, "cerebral_white_matter", soft_mm=3.0)


def about_z(degrees: float) -> tuple[Triple, Triple, Triple]:
    """Axes turned about z, so that the longest diameter lies in an axial slice."""
    c, s = float(np.cos(np.deg2rad(degrees))), float(np.sin(np.deg2rad(degrees)))
    return (c, s, 0.0), (-s, c, 0.0), (0.0, 0.0, 1.0)


def measured(axes: Triple) -> Triple:
    """Longest axial diameter, the longest across it, height, mm."""
    return 2 * axes[0], 2 * axes[1], 2 * axes[2]


def volume(axes: Triple) -> float:
    """Of an ellipsoid, mm³."""
    return float(4 / 3 * np.pi * axes[0] * axes[1] * axes[2])
