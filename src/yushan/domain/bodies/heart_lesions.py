"""Lesions of vessels: narrowed coronary arteries, calcified plaques there and in the aorta."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.coronaries import Narrowing, lengths, narrowed
from yushan.domain.bodies.surfaces import Ellipsoid
from yushan.domain.bodies.tubes import Tubes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.body import Branch
    from yushan.domain.bodies.draft import Draft, LesionWish
    from yushan.domain.bodies.surfaces import Triple

Rng = np.random.Generator
#: Nominal density of calcified plaque in mg of hydroxyapatite for each mm3; plausible.
CALCIUM_MG_MM3: Final = 0.55
ARTERIES: Final = {"LM": 0.06, "LAD": 0.42, "LCX": 0.17, "RCA": 0.27, "aorta": 0.08}


def stenosis(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A narrowing of a coronary artery by a known share of its diameter."""
    del size_mm
    name = wish.place or str(rng.choice(("LAD", "LCX", "RCA")))
    percent = wish.severity if wish.severity is not None else float(rng.uniform(25, 90))
    branch = draft.arteries[name]
    along = lengths(branch.points)
    by = Narrowing(
        name, float(rng.uniform(0.2, 0.6) * along[-1]), float(rng.uniform(8, 20)), percent
    )
    draft.arteries[name] = narrowed(branch, by)
    number = int(np.abs(along - by.at_mm).argmin())
    healthy = float(branch.healthy[number])
    x, y, z = branch.points[number]
    facts: dict[str, float | str] = {
        "artery": name, "percent": percent, "at_mm": by.at_mm, "length_mm": by.length_mm,
        "reference_mm": 2 * healthy, "minimal_mm": 2 * healthy * (1 - percent / 100),
    }  # fmt: skip
    sizes = (by.length_mm, 2 * healthy, 2 * healthy)
    lost = plaque_volume(branch, draft.arteries[name])
    draft.told(
        Lesion("stenosis", "coronary_arteries", (float(x), float(y), float(z)), sizes, lost, facts)
    )


def plaque_volume(before: Branch, after: Branch) -> float:
    """Volume of lumen lost, mm3."""
    steps = np.gradient(lengths(before.points))
    return float((np.pi * (before.radii**2 - after.radii**2) * steps).sum())


def plaque(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A calcified ellipsoid in the wall of a coronary artery or the aorta."""
    name = wish.place or str(rng.choice(tuple(ARTERIES), p=tuple(ARTERIES.values())))
    for _ in range(12):
        at, way, out, reach = wall_place(draft, name, rng, size_mm)
        if clear(draft, at, size_mm * reach[0]):
            break
    else:
        return
    axes = (size_mm / 2 * reach[0], size_mm / 2 * reach[1], size_mm / 2 * reach[2])
    across = np.cross(way, out)
    rows = tuple((float(r[0]), float(r[1]), float(r[2])) for r in (way, out, across))
    label = draft.name(f"calcium_{name}")
    shape = Ellipsoid(at, axes, (rows[0], rows[1], rows[2]), fine=True)
    draft.add(Structure(label, "calcium", shape))
    volume = float(4 / 3 * np.pi * np.prod(axes))
    low, high = np.array(shape.box)
    sizes = np.sort(high - low)[::-1]
    facts: dict[str, float | str] = {
        "artery": name, "mass_mg": volume * CALCIUM_MG_MM3, "density_mg_mm3": CALCIUM_MG_MM3,
    }  # fmt: skip
    draft.told(
        Lesion(
            "plaque", label, at, (float(sizes[0]), float(sizes[1]), float(sizes[2])), volume, facts
        )
    )


def wall_place(
    draft: Draft, name: str, rng: Rng, size_mm: float
) -> tuple[Triple, NDArray[np.float64], NDArray[np.float64], Triple]:
    """Middle, way along, way out, and shape of a plaque."""
    if name == "aorta":
        tubes = next(s for s in draft.surfaces("aorta") if isinstance(s, Tubes))
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
    del size_mm
    return (float(x), float(y), float(z)), way, out, reach


def clear(draft: Draft, at: Triple, reach: float) -> bool:
    """Whether a plaque keeps clear of those there are."""
    return all(
        np.linalg.norm(np.array(at) - np.array(p.centre_mm))
        > reach / 2 + p.diameters_mm[0] / 2 + 0.5
        for p in draft.lesions
        if p.kind == "plaque"
    )
