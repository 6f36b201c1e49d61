"""Lesions of lungs and mediastinum: nodules, opacities, effusions, lymph nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies.body import Lesion, Structure
from yushan.domain.bodies.draft import MOST_GROWTH
from yushan.domain.bodies.shapes import Star, axial_diameters, volume_of
from yushan.domain.bodies.surfaces import Ellipsoid, Half, Rippled, Surface, Triple
from yushan.domain.bodies.tubes import Tubes

if TYPE_CHECKING:
    from yushan.domain.bodies.draft import Draft, LesionWish

Rng = np.random.Generator
DENSITIES: Final = ("solid", "solid", "part-solid", "ground-glass")
#: Zones of a chest film: thirds of the height between apex and dome.
ZONES: Final = (
    "right-upper", "right-middle", "right-lower", "left-upper", "left-middle", "left-lower",
)  # fmt: skip
#: Stations of the mediastinum: middle in the standard man, mm.
STATIONS: Final = {
    "4R": (-15, -2, 20), "4L": (24, 12, 8), "7": (2, 16, -26), "3A": (6, -46, 28),
    "10R": (-40, 4, -24), "10L": (46, 10, -32), "6": (30, -30, 26),
}  # fmt: skip


def nodule(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A lung nodule: a ball with bumps, with a solid core where part-solid."""
    density = wish.variant or str(rng.choice(DENSITIES))
    side = wish.place or str(rng.choice(("left", "right")))
    radius, bumps = size_mm / 2, float(rng.choice((0.0, 0.05, 0.10)))
    lung = f"lung_{side}"
    places = draft.deep_points(lung, rng, radius * 1.2 * MOST_GROWTH + 1.5)
    scale, doubling = draft.growth("lung_nodule")
    radius *= scale
    near = str(rng.choice(("none", "pleura", "vessel")))
    at = chosen_place(draft, places, near, lung)
    name = draft.name("lung_nodule")
    stretch = (float(rng.uniform(0.88, 1.12)), float(rng.uniform(0.88, 1.12)), 1.0)
    star = Star(at, radius, bumps, 4.5, int(rng.integers(1 << 30)), stretch)
    tissue = "nodule_solid" if density == "solid" else "nodule_ground_glass"
    draft.add(Structure(name, tissue, star, lung))
    facts: dict[str, float | str] = {
        "density": density, "near": near, "side": side, "lobe": lobe_at(draft, at, side),
        "doubling_days": doubling, "visit": float(draft.visit), "spiculation": bumps,
        "solid_diameter_mm": 0.0, "solid_volume_mm3": 0.0,
    }  # fmt: skip
    if density == "part-solid":
        core = float(rng.uniform(0.3, 0.7)) * radius * 0.85
        draft.add(Structure(name, "nodule_solid", Ellipsoid(at, (core,) * 3, fine=True), lung))
        facts |= {"solid_diameter_mm": 2 * core, "solid_volume_mm3": 4 / 3 * np.pi * core**3}
    if density == "solid":
        facts |= {"solid_diameter_mm": star.diameters_mm[0], "solid_volume_mm3": star.volume_mm3}
        if bumps > 0.07:
            draft.add(
                Structure("lung_strands", "nodule_solid", spicules(star, rng), lung, 0.0, 0.45)
            )
    draft.told(Lesion("nodule", name, at, star.diameters_mm, star.volume_mm3, facts))


def chosen_place(draft: Draft, places: np.ndarray, near: str, lung: str) -> Triple:
    """Of possible places, the first, or that nearest to pleura or a larger vessel."""
    some = places[:60]
    if near == "pleura":
        x, y, z = some.astype(np.float32).T
        best = int(draft.surface(lung).distance(x, y, z).argmax())
    elif near == "vessel":
        tubes = [s for s in draft.surfaces("lung_vessels") if isinstance(s, Tubes)]
        ends = np.concatenate([t.ends[t.radii[:, 0] > 1.2] for t in tubes])
        best = int(((some[:, None] - ends) ** 2).sum(axis=2).min(axis=1).argmin())
    else:
        best = 0
    x, y, z = some[best]
    return float(x), float(y), float(z)


def spicules(star: Star, rng: Rng) -> Tubes:
    """Fine strands from a nodule outwards."""
    ways = rng.standard_normal((14, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    starts = np.array(star.centre) + ways * star.radius_mm * 0.95
    ends = starts + ways * (star.radius_mm * rng.uniform(0.35, 0.9, (14, 1)) + 1.5)
    return Tubes(starts, ends, np.tile([[0.7, 0.3]], (14, 1)))


def lobe_at(draft: Draft, at: Triple, side: str) -> str:
    """The lobe in which a point lies."""
    x, y, z = (np.array([v], dtype=np.float32) for v in at)
    found = f"lung_upper_lobe_{side}"
    for structure in draft.structures:
        is_lobe = structure.name.startswith("lung_") and structure.name.endswith(f"lobe_{side}")
        if is_lobe and float(structure.surface.distance(x, y, z)[0]) < 0:
            found = structure.name
    return found


def zone_middle(draft: Draft, zone: str) -> tuple[str, Triple]:
    """Side and middle of a zone in patient space."""
    side, third = zone.split("-")
    plan = draft.plan
    top, bottom = 78 * plan.tall, plan["dome_right_mm"] * plan.tall - 10
    share = {"upper": 0.78, "middle": 0.48, "lower": 0.14}[third]
    across = {"upper": 58, "middle": 78, "lower": 88}[third]
    sign = 1 if side == "left" else -1
    at = (sign * across * plan.wide, 12 * plan.deep, bottom + share * (top - bottom))
    return side, draft.placed(at)


def opacity(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A consolidation or ground glass in one zone of a chest film."""
    zone = wish.place or str(rng.choice(ZONES))
    kind = wish.variant or str(rng.choice(("consolidation", "ground-glass")))
    severity = wish.severity if wish.severity is not None else float(rng.uniform(0.35, 1.0))
    side, middle = zone_middle(draft, zone)
    reach = size_mm * (0.55 + 0.45 * severity)
    ball = Ellipsoid(middle, (reach, reach * 1.05, reach * 0.8))
    shape = Rippled(ball, reach * 0.11, reach * 0.9, int(rng.integers(1 << 30)))
    lung = draft.surface(f"lung_{side}")
    volume, points = volume_of(shape, (lung,), step_mm=3.0)
    whole, _ = volume_of(lung, step_mm=6.0)
    name = draft.name("lung_opacity")
    strength = (0.6 + 0.4 * severity) if kind == "consolidation" else 0.55 + 0.35 * severity
    tissue = kind.replace("-", "_")
    draft.add_under(
        "lung_vessels",
        Structure(name, tissue, shape, f"lung_{side}", 10.0, strength),
        inside=f"lung_{side}",
    )
    centre = tuple(float(v) for v in points.mean(axis=0)) if len(points) else middle
    sizes = axial_diameters(points - points.mean(axis=0)) if len(points) else (0.0, 0.0, 0.0)
    facts: dict[str, float | str] = {
        "zone": zone, "side": side, "pattern": kind, "severity": severity,
        "share_of_lung": volume / max(whole, 1.0),
    }  # fmt: skip
    draft.told(Lesion("opacity", name, centre, sizes, volume, facts))  # type: ignore[arg-type]


def effusion(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """Fluid behind and below a lung of somebody who lies on the back."""
    del size_mm
    side = wish.place or str(rng.choice(("left", "right")))
    share = wish.severity if wish.severity is not None else float(rng.uniform(0.15, 0.7))
    plan = draft.plan
    level = plan.point(0, 86 - 62 * share, -120)
    fluid: Surface = draft.bend.place(Rippled(Half(level, (0, -0.93, 0.36)), 2.0, 60, plan.seed))
    edge: Surface = draft.bend.place(Half((0, level[1] - 14, level[2]), (0, -0.93, 0.36)))
    lung = draft.surface(f"lung_{side}")
    name = draft.name("pleural_effusion")
    parent = f"lung_{side}"
    draft.add(
        Structure("atelectasis", "consolidation", edge, parent, 12.0, 0.8),
        Structure(name, "effusion", fluid, parent),
    )
    volume, points = volume_of(fluid, (lung,), step_mm=3.0)
    middle = points.mean(axis=0) if len(points) else np.zeros(3)
    centre = (float(middle[0]), float(middle[1]), float(middle[2]))
    sizes = axial_diameters(points - middle) if len(points) else (0.0, 0.0, 0.0)
    draft.told(Lesion("effusion", name, centre, sizes, volume, {"side": side, "share": share}))


def node(draft: Draft, wish: LesionWish, rng: Rng, size_mm: float) -> None:
    """A lymph node of the mediastinum; its short axis is its size."""
    station = wish.place or str(rng.choice(tuple(STATIONS)))
    at = draft.placed(draft.plan.point(*STATIONS[station]))
    half = size_mm / 2
    axes = (half, half * float(rng.uniform(1.2, 1.6)), half * float(rng.uniform(1.1, 1.8)))
    name = draft.name("lymph_node")
    shape = Ellipsoid(at, axes, fine=True)
    draft.add_under("esophagus", Structure(name, "lymph_node", shape))
    less = draft.surfaces("esophagus", "trachea", "aorta", "superior_vena_cava", "pulmonary_artery")
    volume, _ = volume_of(shape, (), less, 0.5)
    draft.told(
        Lesion(
            "node", name, at, (2 * axes[1], 2 * axes[0], 2 * axes[2]), volume, {"station": station}
        )
    )
