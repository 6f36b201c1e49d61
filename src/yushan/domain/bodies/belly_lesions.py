"""Lesions of the belly: masses of the pancreas, metastases of the liver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.draft import MOST_GROWTH
from yushan.domain.bodies.pancreas import axis, duct
from yushan.domain.bodies.shapes import volume_of
from yushan.domain.bodies.surfaces import Ellipsoid
from yushan.domain.bodies.tubes import Tubes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.draft import Draft, LesionWish
    from yushan.domain.bodies.surfaces import Triple

Rng = np.random.Generator
#: Share of the way from head to tail.
PARTS: Final = {"head": 0.10, "neck": 0.30, "body": 0.56, "tail": 0.88}
#: Names of vessels whose contact with a mass matters (NCCN), as structures.
CONTACTS: Final = {
    "sma": "superior_mesenteric_artery", "smv": "superior_mesenteric_vein",
    "portal": "portal_vein_and_splenic_vein", "coeliac": "coeliac_trunk",
    "hepatic": "hepatic_artery",
}  # fmt: skip
#: What is painted over a mass.
VESSELS: Final = (
    "inferior_vena_cava", "portal_vein_and_splenic_vein", "superior_mesenteric_vein",
    "renal_vein_left", "renal_vein_right", "coeliac_trunk", "hepatic_artery", "splenic_artery",
    "gastric_artery_left", "superior_mesenteric_artery", "renal_artery_left",
    "renal_artery_right", "aorta", "mesenteric_vessels",
)  # fmt: skip


def mass(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A round mass of the pancreas; the duct is wide from it to the tail."""
    part = wish.place or str(rng.choice(tuple(PARTS)))
    line = axis(draft.plan)
    placed = np.column_stack([draft.bend.forward(line[:, :3]), line[:, 3]])
    number = min(round(PARTS[part] * (len(line) - 1)), len(line) - 2)
    radius = size_mm / 2
    off = max(radius - line[number, 3] * 0.9, 0) * 0.6
    sway = np.array([rng.normal(0, 0.3), -0.2 if part != "head" else 0.35, rng.normal(0, 0.3)])
    x, y, z = placed[number, :3] + off * sway
    at = (float(x), float(y), float(z))
    shape = Ellipsoid(at, (radius,) * 3, fine=True)
    wide = float(rng.uniform(1.8, 4.0)) if part != "tail" else float(rng.uniform(0.8, 1.4))
    ducts, name = (
        blocked(placed, number, wide, draft.plan["pancreatic_duct_mm"]),
        draft.name("pancreas_tumour"),
    )
    under = next(s.name for s in draft.structures if s.name in VESSELS)
    draft.add_under(
        under,
        Structure("pancreatic_duct", "pancreatic_duct", ducts, "pancreas"),
        Structure(name, "tumour_pancreas", shape),
    )
    volume, _ = volume_of(shape, (), draft.surfaces(*VESSELS), 0.5)
    facts: dict[str, float | str] = {
        "site": part,
        "duct_mm": 2 * wide,
        "sphere_volume_mm3": 4 / 3 * np.pi * radius**3,
    }
    facts |= {f"contact_{k}_degrees": contact(draft, v, at, radius) for k, v in CONTACTS.items()}
    draft.told(Lesion("mass", name, at, (size_mm,) * 3, volume, facts))


def blocked(line: NDArray[np.float64], number: int, wide: float, narrow: float) -> Tubes:
    """The duct: narrow on the gut's side of a mass, wide on the other."""
    radii = np.where(np.arange(len(line)) >= number, wide, narrow)
    radii = np.where(
        np.arange(len(line)) > number, radii * np.linspace(1.1, 0.75, len(line)), radii
    )
    return duct(line, radii)


def contact(draft: Draft, name: str, centre: Triple, radius: float) -> float:
    """The largest part of a vessel's circumference within a ball, in degrees, over its length.

    On each plane across the vessel the ball is a disc, the vessel a circle: closed form.
    """
    best = 0.0
    for tubes in (s for s in draft.surfaces(name) if isinstance(s, Tubes)):
        way = tubes.ends - tubes.starts
        way = way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
        off = np.array(centre) - (tubes.starts + tubes.ends) / 2
        along = (off * way).sum(axis=1)
        away = np.sqrt(np.maximum((off**2).sum(axis=1) - along**2, 1e-12))
        disc = np.sqrt(np.maximum(radius**2 - along**2, 0))
        wide = tubes.radii.mean(axis=1)
        cosine = (away**2 + wide**2 - disc**2) / (2 * away * wide)
        angle = 2 * np.degrees(np.arccos(np.clip(cosine, -1, 1)))
        reached = np.abs(along) < radius
        best = max(best, float(np.where(reached, angle, 0).max()))
    return best


def metastasis(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A ball in the liver with a dark middle."""
    radius = size_mm / 2
    places = draft.deep_points("liver", rng, radius * MOST_GROWTH + 2)
    free = [p for p in places if apart(draft, p, radius)]
    x, y, z = free[0] if free else places[0]
    at = (float(x), float(y), float(z))
    core = radius * float(rng.uniform(0.5, 0.75))
    scale, doubling = draft.growth("liver_tumor")
    radius, core = radius * scale, core * scale
    name = draft.name("liver_tumor")
    draft.add(
        Structure(name, "metastasis_rim", Ellipsoid(at, (radius,) * 3, fine=True), "liver"),
        Structure(name, "metastasis_core", Ellipsoid(at, (core,) * 3, fine=True), "liver"),
    )
    facts: dict[str, float | str] = {
        "core_diameter_mm": 2 * core,
        "variant": wish.variant or "metastasis",
        "doubling_days": doubling,
        "visit": float(draft.visit),
        "first_mm": size_mm,
    }
    draft.told(Lesion("metastasis", name, at, (2 * radius,) * 3, 4 / 3 * np.pi * radius**3, facts))


def apart(draft: Draft, point: NDArray[np.float64], radius: float) -> bool:
    """Whether a ball keeps clear of the metastases there are."""
    return all(
        np.linalg.norm(point - np.array(m.centre_mm))
        > (radius + float(m.properties["first_mm"]) / 2) * MOST_GROWTH + 1
        for m in draft.lesions
        if m.kind == "metastasis"
    )
