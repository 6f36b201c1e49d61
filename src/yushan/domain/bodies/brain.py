"""The brain in painting order: stem, folded halves, core, nuclei, ventricles, sheets, vessels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.bodies import brain_cerebellum, brain_parts, neck_rows
from yushan.domain.bodies.brain_folds import Folds, Furrows, Pial, Ribbon
from yushan.domain.bodies.head_shapes import Drawn, Mirrored
from yushan.domain.bodies.surfaces import Both, Ellipsoid, Half
from yushan.domain.bodies.tubes import tube

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from yushan.domain.bodies.surfaces import Floats, Surface
    from yushan.domain.bodies.tubes import Tubes

    Parts = list[tuple[str, str, Surface]]

#: Between the skull and the crowns of the folds, mm.
GAP_MM: Final = 1.0
#: About the middle of the brain, mm; veins of a hemisphere, and how far under the skull they lie.
MIDDLE: Final = np.array((0.0, 14.0, 20.0))
VEINS: Final = 7
VEIN_MM: Final = 1.6
#: What counts as brain beside its cortex; nuclei by what comes before their side.
OF_BRAIN: Final = frozenset({
    "cerebral_white_matter", "cerebellum", "brain_stem", "corpus_callosum", "caudate", "putamen",
    "pallidum", "thalamus", "hippocampus",
})  # fmt: skip
PITUITARY: Final = (0.0, -3.0, -33.0)


def brain(seed: int, number: Mapping[str, float], inside: Surface) -> Parts:
    """All of the brain inside the skull's cavity."""
    pial = Pial(folds(seed, number, inside), brain_parts.fissure())
    return [
        *sheets(inside),
        ("brain", "grey_matter", pial),
        ("cerebral_white_matter", "white_matter", Ribbon(pial, -number["cortex_mm"], fine=True)),
        ("cerebellum", "grey_matter", brain_cerebellum.cerebellum()),
        ("cerebellum", "white_matter", brain_cerebellum.white_tree()),
        ("brain_stem", "cord", brain_parts.stem()),
        ("cerebral_white_matter", "white_matter", brain_parts.core()),
        ("corpus_callosum", "white_matter", brain_parts.callosum()),
        *[(name, tissue_of(name), surface) for name, surface in brain_parts.nuclei()],
        ("ventricles", "ventricle", brain_parts.ventricles(number["ventricle"])),
        ("choroid_plexus", "choroid", choroid()),
        ("pituitary", "pituitary", Ellipsoid(PITUITARY, (6.5, 4.5, 3.6), fine=True)),
        ("pituitary", "pituitary", tube([(0, -3, -31), (0, 1, -22)], [0.9, 1.3], 3.0)),
    ]


def folds(seed: int, number: Mapping[str, float], inside: Surface) -> Folds:
    """The folds of one person."""
    gap = GAP_MM + number["atrophy_mm"]
    hull = brain_parts.within(brain_parts.cerebrum(), inside, gap)
    half = number["furrow_half_mm"]
    deep = Furrows(number["furrow_mm"], number["furrow_deep_mm"], half)
    return Folds(hull, (deep, Furrows(number["furrow_mm"] * 0.68, 3.2, half * 0.4)), seed)


def tissue_of(name: str) -> str:
    """The hippocampus is cortex, the others are nuclei."""
    return "grey_matter" if name.startswith("hippocampus") else "deep_grey"


def choroid() -> Surface:
    """Tufts in both atria."""
    return Mirrored(tube([(20, 32, 17), (25, 41, 9), (29, 38, 1)], [1.2, 2.4, 1.2], 3.0))


def sheets(inside: Surface) -> Parts:
    """Falx and tentorium: thin sheets of dura."""
    dome = brain_parts.DOME

    def falx(x: Floats, y: Floats, z: Floats) -> Floats:
        below = np.float32(38) - np.sqrt((y - 12) ** 2 + (z - 2) ** 2 * np.float32(1.4))
        below = np.maximum(below, 2 - dome.distance(x, y, z))
        return np.asarray(np.maximum(np.abs(x) - np.float32(0.55), below), dtype=np.float32)

    def tent(x: Floats, y: Floats, z: Floats) -> Floats:
        sheet = np.abs(dome.distance(x, y, z)) - np.float32(0.5)
        notch = np.float32(1) - np.sqrt((x / 20) ** 2 + ((y - 18) / 26) ** 2)
        return np.asarray(np.maximum(sheet, np.maximum(notch * 18, -(z + 30))), dtype=np.float32)

    cut = Both((inside, Half((0, 0, -24), (0, 0, -1))))
    box = ((-66.0, 12.0, -33.0), (66.0, 108.0, 4.0))
    middle = ((-1.0, -80.0, -24.0), (1.0, 112.0, 84.0))
    return [
        ("falx", "dura", Both((Drawn(middle, falx), cut), fine=True)),
        ("tentorium", "dura", Both((Drawn(box, tent), inside), fine=True)),
    ]


def vessels(seed: int, inside: Surface) -> Parts:
    """Sinuses of the dura, veins of the hemispheres and the arteries of the base."""
    top = [
        (0, -70, 0),
        (0, -66, 30),
        (0, -40, 62),
        (0, 0, 79),
        (0, 40, 81),
        (0, 78, 60),
        (0, 101, 24),
        (0, 102.5, -4),
    ]
    basilar = [(0, 11, -46), (0, 9, -34), (0, 12, -20)]
    return [
        (
            "superior_sagittal_sinus",
            "blood_vein",
            tube(top, [1.3, 1.8, 2.2, 2.6, 2.9, 3.2, 3.6, 4], 8.0),
        ),
        (
            "straight_sinus",
            "blood_vein",
            tube([(0, 44, 8), (0, 70, 2), (0, 103, -4)], [2, 2.4, 3], 8.0),
        ),
        ("basilar_artery", "blood_left", tube(basilar, [1.7, 1.8, 1.7], 5.0)),
        *neck_rows.both_sides("head_vessels", 6.0),
        *[("cortical_veins", "blood_vein", vein) for vein in veins(seed, inside)],
    ]


def veins(seed: int, inside: Surface) -> list[Tubes]:
    """Veins that run over the hemispheres up to the middle, close under the skull."""
    rng = np.random.default_rng((seed, 55))
    found = []
    for side in (1, -1):
        for back in np.linspace(-48, 72, VEINS):
            turns = np.linspace(0.05, np.pi / 2 + rng.uniform(-0.3, 0.3), 7)
            y = back + rng.uniform(-7, 7) + np.cumsum(rng.uniform(-5, 5, 7))
            ways = np.stack([side * np.sin(turns), (y - MIDDLE[1]) / 62, np.cos(turns)], axis=1)
            line = under(inside, ways)
            found.append(tube(line, np.linspace(1.25, 0.45, 7) * rng.uniform(0.8, 1.2), 5.0))
    return found


def under(inside: Surface, ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where rays ``[n, 3]`` from the middle of the brain are close under the skull."""
    low, high = np.zeros(len(ways)), np.full(len(ways), 140.0)
    for _ in range(12):
        half = (low + high) / 2
        x, y, z = (MIDDLE + ways * half[:, None]).astype(np.float32).T
        at = (x[:, None, None], y[:, None, None], z[:, None, None])
        is_in = inside.distance(*at).ravel() < -VEIN_MM
        low, high = np.where(is_in, half, low), np.where(is_in, high, half)
    return np.asarray(MIDDLE + ways * low[:, None])
