"""Optical coherence tomography of the macula: layers and pit, speckle, shadows, lesions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, blurred, cloud, ellipse
from yushan.domain.scanners.picture import Mark, Picture, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Layers from the vitreous down: name, thickness in um away from the fovea and in its middle,
#: reflectivity 0..1. Plausible, after published means of healthy maculae.
LAYERS: Final = (
    ("nerve_fibre", 32, 2, 0.74), ("ganglion_cell", 44, 8, 0.50), ("inner_plexiform", 38, 8, 0.58),
    ("inner_nuclear", 36, 10, 0.33), ("outer_plexiform", 30, 14, 0.55),
    ("outer_nuclear", 62, 108, 0.26), ("external_membrane", 8, 8, 0.46),
    ("inner_segment", 22, 26, 0.33), ("ellipsoid", 16, 18, 0.88), ("outer_segment", 22, 30, 0.44),
    ("pigment_epithelium", 24, 24, 0.98), ("choroid", 250, 270, 0.50), ("sclera", 400, 400, 0.30),
)  # fmt: skip
#: Width of a scan and depth of its window, mm; pixels.
WIDE_MM: Final = 6.0
DEEP_MM: Final = 1.92
SHAPE: Final = (496, 768)


def oct_scan(
    seed: int,
    drusen: int = 0,
    fluid_um: float = 0,
    offset_mm: float = 0,
    shape: tuple[int, int] = SHAPE,
) -> Picture:
    """One B-scan through or beside the fovea, uint8 ``[row, column]``.

    Parameters
    ----------
    seed
        The eye; scans of one seed and several offsets fit together.
    drusen
        Bumps under the pigment epithelium.
    fluid_um
        Height of a pocket of fluid in the retina, 0 for none.
    offset_mm
        Distance of the scan from the fovea.
    shape
        Rows and columns.

    Returns
    -------
    Picture
        A mask per layer, ``fluid`` and ``drusen`` where planted; facts ``central_um`` (thickness of
        the retina in the middle of this scan) and ``mean_<layer>_um``.
    """
    rng = np.random.default_rng((seed, 0x0C))
    across = ((np.arange(shape[1]) + 0.5) / shape[1] - 0.5) * WIDE_MM
    bounds, lift = boundaries(rng, across, offset_mm, drusen, fluid_um)
    rows = np.arange(shape[0], dtype=np.float32)[:, None] * np.float32(DEEP_MM * 1000 / shape[0])
    layer = np.zeros(shape, dtype=np.uint8)
    for line in bounds:
        layer += rows >= line[None].astype(np.float32)
    planted = {}
    shown = reflected(rng, layer, bounds, rows)
    if drusen:
        under = rows > (bounds[10] + LAYERS[10][1])[None]
        planted["drusen"] = np.asarray(under & (layer == 11) & (lift > 4)[None])
        shown = np.where(planted["drusen"], np.float32(0.5), shown)
    if fluid_um > 0:
        planted["fluid"] = pocket(rng, bounds, rows, across, fluid_um)
        shown = np.where(planted["fluid"], np.float32(0.05), shown)
    free = ~np.logical_or.reduce([np.zeros(shape, np.bool_), *planted.values()])
    masks = {name: (layer == k) & free for k, (name, *_) in enumerate(LAYERS, 1)} | planted
    noise = np.random.default_rng((seed, 0x0D, round(1000 * offset_mm) & 0xFFFFFFFF))
    scale = (DEEP_MM / shape[0], WIDE_MM / shape[1])
    marks = tuple(patches(planted, scale))
    return Picture(whole(detected(noise, shown)), scale, 8, masks, marks, told(bounds, across))


def patches(planted: dict[str, NDArray[np.bool_]], scale: tuple[float, float]) -> list[Mark]:
    """One mark per patch of what was planted, with its width and height."""
    found = []
    for name, mask in planted.items():
        parts, _ = ndimage.label(mask)
        for part in ndimage.find_objects(parts):
            high, wide = (one.stop - one.start for one in part)
            row, column = ((one.start + one.stop - 1) / 2 for one in part)
            size = (round(wide * scale[1], 3), round(high * scale[0], 3))
            found.append(Mark(name, row, column, size))
    return found


def boundaries(
    rng: np.random.Generator,
    across: NDArray[np.float64],
    offset_mm: float,
    drusen: int,
    fluid_um: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Upper edges of the layers in um ``[layer, column]``, and the lift by drusen."""
    away = np.hypot(across, offset_mm)
    pit = np.exp(-((away / 0.46) ** 2)) * 0.92 + 0.08 * np.exp(-((away / 1.0) ** 2))
    rim = np.exp(-(((away - 1.0) / 0.55) ** 2))
    nasal = np.clip(across / WIDE_MM + 0.5, 0, 1)
    thick = []
    scale = rng.normal(1, 0.04, len(LAYERS))
    for number, (name, usual, middle, _) in enumerate(LAYERS):
        line = usual * (1 - pit) + middle * pit
        if name in {"ganglion_cell", "inner_plexiform", "inner_nuclear"}:
            line = line * (1 + 0.22 * rim)
        if name == "nerve_fibre":
            line = line * (0.55 + 0.9 * nasal)
        thick.append(line * scale[number] * (1 + 0.05 * slow(rng, across)))
    lift = np.zeros_like(across)
    for _ in range(drusen):
        place, wide, high = rng.uniform(-2, 2), rng.uniform(0.07, 0.2), rng.uniform(25, 75)
        lift = np.maximum(lift, high * np.exp(-(((across - place) / wide) ** 2)))
    swell = 0.75 * fluid_um * np.exp(-((across / 0.7) ** 2))
    base = 1120 + 22 * across * float(rng.normal()) - 14 * across**2 + 14 * slow(rng, across)
    down = np.cumsum(np.stack([np.zeros_like(across), *thick[:-1]]), axis=0)
    bounds = base + down - down[11]
    bounds[:6] -= swell
    share = np.array([0.08, 0.10, 0.14, 0.2, 0.3, 0.45, 0.8, 0.85, 0.9, 0.95, 1.0])
    bounds[:11] -= share[:, None] * lift
    return bounds, lift


def slow(rng: np.random.Generator, across: NDArray[np.float64]) -> NDArray[np.float64]:
    """A smooth random line of about unit size."""
    waves = [
        np.sin(2 * np.pi * rate * across / WIDE_MM + rng.uniform(0, 6.3)) * rng.normal() / rate**0.5
        for rate in (0.7, 1.6, 3.3, 6.0)
    ]
    return np.asarray(sum(waves) / 1.6)


def reflected(
    rng: np.random.Generator, layer: NDArray[np.uint8], bounds: NDArray[np.float64], rows: Image
) -> Image:
    """Mean reflectivity, with the choroid's vessels and shadows of the retina's."""
    level = np.array([0.02, *(value for *_, value in LAYERS)], dtype=np.float32)
    shown = blurred(level[layer], (0.9, 1.2))
    shown *= 1 + 0.10 * cloud(rng, layer.shape, 2.2) * (layer > 0)
    holes = cloud(rng, layer.shape, 3.0)
    depth = rows - bounds[11][None].astype(np.float32)
    big = np.clip((holes - 0.25) * 3, 0, 1) * np.clip(depth / 40, 0, 1) * (layer == 12)
    shown *= 1 - 0.55 * big
    shown *= np.exp(-np.maximum(depth, 0) / np.float32(260))
    columns = np.arange(layer.shape[1], dtype=np.float32)
    for _ in range(int(rng.integers(3, 7))):
        place, wide = float(rng.uniform(0, layer.shape[1])), float(rng.uniform(2.5, 7))
        shade = np.exp(-(((columns - place) / wide) ** 2)).astype(np.float32)
        below = rows > (bounds[1] + 12)[None]
        shown *= 1 - np.float32(0.5) * shade[None] * below
    return np.asarray(shown, dtype=np.float32)


def pocket(
    rng: np.random.Generator,
    bounds: NDArray[np.float64],
    rows: Image,
    across: NDArray[np.float64],
    fluid_um: float,
) -> NDArray[np.bool_]:
    """Cysts of fluid in the outer layers under the fovea."""
    middle = (bounds[5] + bounds[6]) / 2
    inside = np.zeros((rows.shape[0], across.size), dtype=np.bool_)
    for place, share in ((0.0, 1.0), (-0.45, 0.62), (0.42, 0.7), (-0.8, 0.36), (0.78, 0.4)):
        at = float(np.interp(place, across, middle))
        wide = 210 * share**0.5 * float(rng.uniform(0.85, 1.1))
        edge = ellipse(
            rows,
            (across * 1000)[None].astype(np.float32),
            (at - 0.1 * fluid_um, place * 1000),
            (fluid_um * share / 2, wide),
            0,
        )
        inside |= edge < 0
    return np.asarray(inside & (rows > bounds[1][None] + 8) & (rows < bounds[8][None] - 6))


def detected(rng: np.random.Generator, shown: Image) -> Image:
    """Speckle of an average of frames, noise, and the instrument's logarithm."""
    parts = rng.standard_normal((8, *shown.shape), dtype=np.float32)
    speckle = np.sqrt(sum(blurred(part, (0.7, 0.9)) ** 2 for part in parts))
    speckle = speckle / np.float32(speckle.mean())
    power = shown**2 * speckle**2 + np.float32(0.0006) * rng.exponential(1, shown.shape).astype(
        np.float32
    )
    level = (10 * np.log10(np.maximum(power, np.float32(1e-6))) + 31) / 32
    return np.asarray(np.clip(level, 0, 1) ** np.float32(1.5), dtype=np.float32)


def told(bounds: NDArray[np.float64], across: NDArray[np.float64]) -> dict[str, float | str]:
    """Thicknesses in um."""
    middle = int(np.argmin(np.abs(across)))
    found: dict[str, float | str] = {
        "central_um": round(float(bounds[11, middle] - bounds[0, middle]), 1)
    }
    for number, (name, *_) in enumerate(LAYERS[:-1]):
        found[f"mean_{name}_um"] = round(float((bounds[number + 1] - bounds[number]).mean()), 1)
    return found
