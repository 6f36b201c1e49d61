"""Lesions of vessels: plaques that narrow coronary arteries, calcium there and in the aorta."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.calcium import density, scored
from yushan.domain.bodies.coronaries import WALL_MM, Narrowing, lengths, lined, narrowed
from yushan.domain.bodies.surfaces import Ellipsoid
from yushan.domain.bodies.tubes import Points, Tubes, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.body import Branch
    from yushan.domain.bodies.draft import Draft, LesionWish
    from yushan.domain.bodies.surfaces import Triple

Rng = np.random.Generator
ARTERIES: Final = {"LM": 0.06, "LAD": 0.42, "LCX": 0.17, "RCA": 0.27, "aorta": 0.08}
#: Names of what may lie beside an artery.
NEAR: Final = (
    "pericardi", "heart_", "atrial_", "aorta", "pulmonary_", "superior_vena",
)  # fmt: skip
#: How far from a plaque other arteries count, mm.
BESIDE_MM: Final = 4.0
#: Strength of calcified plaques, as a share of the densest.
STRENGTHS: Final = (0.52, 1.0)
#: What narrows arteries, and how often: a core of fat, fibrous tissue, or that with calcium in it.
PLAQUES: Final = {"soft": 0.4, "fibrous": 0.35, "mixed": 0.25}
TISSUE: Final = {"soft": "plaque_soft", "fibrous": "plaque_fibrous", "mixed": "plaque_fibrous"}
#: Outer diameter at the narrowest place against the healthy one (remodelling index).
REMODELLING: Final = (0.92, 1.3)


def stenosis(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A narrowing of a coronary artery by a known share of its diameter, with its plaque."""
    del size_mm
    name = wish.place or str(rng.choice(("LAD", "LCX", "RCA")))
    percent = wish.severity if wish.severity is not None else float(rng.uniform(25, 90))
    before = draft.arteries[name]
    along = lengths(before.points)
    by = Narrowing(
        name, float(rng.uniform(0.2, 0.6) * along[-1]), float(rng.uniform(8, 20)), percent
    )
    after = draft.arteries[name] = narrowed(before, by)
    kind = wish.variant or str(rng.choice(tuple(PLAQUES), p=tuple(PLAQUES.values())))
    index = float(rng.uniform(*REMODELLING))
    cause = Cause(before, after, index, rng.standard_normal(3))
    label = draft.name("plaque")
    draft.plaques += [
        Structure("coronary_arteries", "muscle", cause.tube(WALL_MM)),
        Structure(label, TISSUE[kind], cause.tube(0.0)),
    ]
    number = int(np.abs(along - by.at_mm).argmin())
    healthy = float(before.healthy[number])
    x, y, z = before.points[number]
    facts: dict[str, float | str] = {
        "artery": name, "percent": percent, "at_mm": by.at_mm, "length_mm": by.length_mm,
        "reference_mm": 2 * healthy, "minimal_mm": 2 * healthy * (1 - percent / 100),
        "plaque": kind, "remodelling_index": index,
        "lumen_lost_mm3": between(before.radii, after.radii, along),
    }  # fmt: skip
    sizes = (by.length_mm, 2 * healthy, 2 * healthy)
    volume = between(cause.outer, after.radii, along)
    draft.told(Lesion("stenosis", label, (float(x), float(y), float(z)), sizes, volume, facts))
    if kind == "mixed":
        calcified(draft, name, spot(cause, number), float(rng.uniform(2, 3.5)), rng)


class Cause(NamedTuple):
    """The plaque of a narrowing.

    Parameters
    ----------
    before, after
        The artery without it and with it.
    remodelling
        Outer diameter against the healthy one.
    way
        Towards which side it lies.
    """

    before: Branch
    after: Branch
    remodelling: float
    way: NDArray[np.float64]

    @property
    def outer(self) -> NDArray[np.float64]:
        """Radii of the plaque's outer face, never within the lumen."""
        lost = 1 - self.after.radii / self.before.radii
        share = lost / max(float(lost.max()), 1e-9)
        wide = self.before.radii * (1 + (self.remodelling - 1) * share)
        return np.asarray(np.maximum(wide, self.after.radii))

    @property
    def middle(self) -> NDArray[np.float64]:
        """Its middle line: to one side as far as the lumen stays inside."""
        aside = 0.8 * (self.outer - self.after.radii)[:, None]
        ways = np.gradient(self.before.points, axis=0)
        across = self.way - (self.way * ways).sum(axis=1, keepdims=True) * ways / (
            (ways * ways).sum(axis=1, keepdims=True) + 1e-9
        )
        across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
        return np.asarray(self.before.points + aside * across)

    def tube(self, more_mm: float) -> Tubes:
        """The plaque, or the wall around it."""
        lost = np.flatnonzero(self.after.radii < self.before.radii * 0.999)
        part = slice(max(int(lost[0]) - 1, 0), int(lost[-1]) + 2)
        return lined(self.middle[part], self.outer[part] + more_mm)


def spot(cause: Cause, number: int) -> Place:
    """Where calcium lies in a mixed plaque: in its thick side."""
    way = cause.before.points[number + 1] - cause.before.points[number]
    way = way / np.linalg.norm(way)
    aside = cause.middle[number] - cause.before.points[number]
    out = aside / (np.linalg.norm(aside) + 1e-9)
    x, y, z = cause.middle[number] + out * float(cause.outer[number]) * 0.7
    return Place((float(x), float(y), float(z)), way, out, (1.5, 0.6, 0.8))


def between(
    outer: NDArray[np.float64], inner: NDArray[np.float64], along: NDArray[np.float64]
) -> float:
    """Volume between two tubes, one in the other, mm3."""
    steps = np.gradient(along)
    return float((np.pi * (outer**2 - inner**2) * steps).sum())


class Place(NamedTuple):
    """Where a calcified plaque may lie: middle, way along, way out, and its shape."""

    at: Triple
    way: NDArray[np.float64]
    out: NDArray[np.float64]
    reach: Triple


def plaque(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A calcified ellipsoid in the wall of a coronary artery or the aorta."""
    name = wish.place or str(rng.choice(tuple(ARTERIES), p=tuple(ARTERIES.values())))
    for _ in range(12):
        place = wall_place(draft, name, rng)
        if clear(draft, place.at, size_mm * place.reach[0]):
            calcified(draft, name, place, size_mm, rng)
            return


def calcified(draft: Draft, name: str, place: Place, size_mm: float, rng: Rng) -> None:
    """An ellipsoid of calcium with its mass, and the scores a perfect scan would give it."""
    one, two, three = (size_mm / 2 * r for r in place.reach)
    across = np.cross(place.way, place.out)
    rows = tuple((float(r[0]), float(r[1]), float(r[2])) for r in (place.way, place.out, across))
    label = draft.name(f"calcium_{name}")
    shape = Ellipsoid(place.at, (one, two, three), (rows[0], rows[1], rows[2]), fine=True)
    strength = float(rng.uniform(*STRENGTHS))
    draft.add(Structure(label, "calcium", shape, strength=strength))
    volume = float(4 / 3 * np.pi * one * two * three)
    near = [*(s for s in draft.structures if s.name.startswith(NEAR)), *draft.plaques]
    low, high = np.array(shape.box)
    scores = scored(shape, vessels_of(draft, name, (low, high)), near, strength)
    sizes = np.sort(high - low)[::-1]
    facts: dict[str, float | str] = {
        "artery": name, "density_mg_mm3": density(strength), "mass_mg": volume * density(strength),
        "agatston": scores.agatston, "volume_score_mm3": scores.volume_mm3,
        "mass_score_mg": scores.mass_mg,
    }  # fmt: skip
    long, short, height = (float(size) for size in sizes)
    draft.told(Lesion("plaque", label, place.at, (long, short, height), volume, facts))


def vessels_of(draft: Draft, name: str, box: tuple[Points, Points]) -> Tubes:
    """The vessel in whose wall a plaque lies, or all arteries near its box; with their walls."""
    if name == "aorta":
        return aorta_of(draft)
    mine = draft.arteries[name]
    walls = joined(lined(one.points, one.healthy + WALL_MM) for one in draft.arteries.values())
    near = walls.near(box[0] - BESIDE_MM, box[1] + BESIDE_MM)
    return near or lined(mine.points, mine.healthy + WALL_MM)


def aorta_of(draft: Draft) -> Tubes:
    """The aorta with its wall."""
    return next(s for s in draft.surfaces("aorta") if isinstance(s, Tubes))


def wall_place(draft: Draft, name: str, rng: Rng) -> Place:
    """A place in the wall of a vessel."""
    if name == "aorta":
        tubes = aorta_of(draft)
        number = int(rng.integers(6, len(tubes.radii) - 2))
        start, end, radius = (
            tubes.starts[number],
            tubes.ends[number],
            float(tubes.radii[number, 0]) - 0.8,
        )
        reach = (1.6, 0.5, 1.4)
    else:
        branch = draft.arteries[name]
        share = float(np.clip(rng.beta(1.3, 2.4), 0.04, 0.9))
        number = min(round(share * (len(branch.radii) - 1)), len(branch.radii) - 2)
        start, end, radius = (
            branch.points[number],
            branch.points[number + 1],
            float(branch.healthy[number]),
        )
        reach = (1.5, 0.6, 0.8)
    way = (end - start) / np.linalg.norm(end - start)
    out = rng.standard_normal(3)
    out -= (out @ way) * way
    out /= np.linalg.norm(out)
    x, y, z = start + out * radius
    return Place((float(x), float(y), float(z)), way, out, reach)


def clear(draft: Draft, at: Triple, reach: float) -> bool:
    """Whether a plaque keeps clear of those there are."""
    return all(
        np.linalg.norm(np.array(at) - np.array(p.centre_mm))
        > reach / 2 + p.diameters_mm[0] / 2 + 0.5
        for p in draft.lesions
        if p.kind == "plaque"
    )
