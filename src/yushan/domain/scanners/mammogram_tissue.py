"""What a breast is made of in a mammogram: gland in three dimensions, strands, veins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, blurred, cloud, sampled, tube
from yushan.domain.scanners.picture import table

#: Distance of the gland field's samples, mm.
COARSE_MM: Final = 1.6
#: Samples of the texture that runs out of the nipple: outwards, around.
RAYS: Final = (384, 768)


@dataclass(frozen=True, slots=True)
class Breast:
    """One breast: its size, compressed thickness and density class.

    Its own axes, in mm: ``u`` from the chest wall to the nipple, ``v`` to the side, ``w`` to the
    head; ``widths_mm`` are half widths along ``v`` and ``w``.
    """

    seed: int
    side: str
    depth_mm: float
    widths_mm: tuple[float, float]
    thickness_mm: float
    oblique_deg: float
    density: str

    def turn(self, view: str) -> float:
        """Angle in radians between the film's upward axis and ``v``."""
        return 0.0 if view == "CC" else float(np.deg2rad(self.oblique_deg))


def breast(seed: int, side: str, density: str | None = None) -> Breast:
    """The breast of a person; both sides are alike, not equal."""
    rng = np.random.default_rng((seed, 0x3A))
    rows = table("mammography")["breast"]
    depth, thickness, angle = (
        float(rng.uniform(*rows[key])) for key in ("depth_mm", "thickness_mm", "oblique_deg")
    )
    usual = "abcd"[int(rng.choice(4, p=(0.08, 0.32, 0.44, 0.16)))]
    widths = (depth * float(rng.uniform(0.92, 1.06)), depth * float(rng.uniform(0.98, 1.12)))
    own = np.random.default_rng((seed, 0x3B, ord(side)))
    grow, press = float(own.normal(1, 0.02)), float(own.normal(1, 0.02))
    return Breast(
        seed, side, depth * grow, (widths[0] * grow, widths[1] * grow), thickness * press, angle,
        density or usual,
    )  # fmt: skip


def gland_field(body: Breast) -> Image:
    """Gland 0..1 on a coarse grid ``[w, v, u]`` of the whole breast."""
    row: dict[str, Any] = table("mammography")["density"][body.density]
    sizes = (2 * body.widths_mm[1], 2 * body.widths_mm[0], body.depth_mm)
    shape = tuple(round(size / COARSE_MM) for size in sizes)
    common = cloud(np.random.default_rng((body.seed, 0x3D)), shape, 3.4)
    own = cloud(np.random.default_rng((body.seed, 0x3E, ord(body.side))), shape, 2.9)
    lines = (
        np.linspace(low, 1, size, dtype=np.float32)
        for low, size in zip((-1, -1, 0), shape, strict=True)
    )
    w, v, u = np.meshgrid(*lines, indexing="ij")
    radius = np.sqrt(w * w + v * v + u * u)
    wide = np.float32(0.55 + 0.45 * (1 - row["share"]))
    cone = np.sqrt(
        ((w + 0.05) * wide * 1.3) ** 2 + ((v - 0.12) * wide * 1.3) ** 2 + ((u - 0.62) * 1.25) ** 2
    )
    level = np.float32(0.6) * common + np.float32(0.6) * own - np.float32(2.8) * cone
    level -= np.float32(1.6) * np.exp(-u / np.float32(0.10))
    inside = radius < 0.93
    cut = np.quantile(level[inside], 1 - row["share"])
    field = inside / (1 + np.exp(-np.clip(row["sharpness"] * (level - cut), -30, 30)))
    return np.asarray(field, dtype=np.float32)


def projected(body: Breast, view: str, up: Image, out: Image) -> Image:
    """Mean of gland along the beam at places of the film in mm, against a full breast."""
    field = gland_field(body)
    if view == "CC":
        flat, half = field.mean(axis=0), body.widths_mm[0]
    else:
        angle = body.oblique_deg - 90
        turned = ndimage.rotate(field, angle, (0, 1), reshape=False, order=1, prefilter=False)
        flat, half = turned.mean(axis=1), body.widths_mm[1]
    flat = np.minimum(np.asarray(flat, dtype=np.float32) * np.float32(1.4), 1)
    rows = (up + np.float32(half)) / np.float32(2 * half) * (flat.shape[0] - 1)
    columns = np.minimum(out / np.float32(body.depth_mm), 1) * (flat.shape[1] - 1)
    rows, columns = np.broadcast_arrays(rows, columns)
    return sampled(flat, rows, columns, 1)


def strands(rng: np.random.Generator, up: Image, out: Image, body: Breast) -> Image:
    """Ducts and septa that run together at the nipple: noise drawn out along the way to it."""
    texture = cloud(rng, RAYS, 1.9)
    texture = blurred(texture, (5.0, 0.6))
    texture /= np.float32(texture.std())
    away = np.hypot(out - np.float32(body.depth_mm + 8), up)
    angle = np.arctan2(up, np.float32(body.depth_mm + 8) - out)
    places = np.stack([away / 170 * RAYS[0], (angle / np.pi + 1) / 2 * RAYS[1] + 0 * away])
    wobble = cloud(rng, away.shape, 3.6)
    places[1] += 9 * wobble
    return np.asarray(
        ndimage.map_coordinates(texture, places, np.float32, order=1, mode="grid-wrap"), np.float32
    )


def ligaments(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """Thin crooked lines through fat, 0..1: where a smooth noise crosses nought."""
    broad = np.exp(-((cloud(rng, shape, 3.3) / np.float32(0.045)) ** 2))
    fine = np.exp(-((cloud(rng, shape, 2.9) / np.float32(0.07)) ** 2))
    return np.asarray(broad + np.float32(0.5) * fine, dtype=np.float32)


def wave(rng: np.random.Generator, size: int, length: float) -> Image:
    """A smooth random line of variance 1 and features of ``length`` samples."""
    line = ndimage.gaussian_filter1d(rng.standard_normal(size), max(length, 1.0), mode="wrap")
    return np.asarray(line / max(float(line.std()), 1e-6), dtype=np.float32)


def veins(
    rng: np.random.Generator,
    shape: tuple[int, int],
    middle: tuple[float, float],
    reach: tuple[float, float],
) -> Image:
    """A few veins that wind towards the nipple; middle and reach (rows, columns) in pixels."""
    cover = np.zeros(shape, dtype=np.float32)
    scale = reach[1] / 90
    for _ in range(int(rng.integers(3, 6))):
        start = float(rng.uniform(-0.75, 0.75)) * reach[0]
        out = np.linspace(0.04, float(rng.uniform(0.55, 0.8)), 80)
        bend = 0.055 * reach[0] * wave(rng, 80, 6) * np.sin(np.linspace(0, np.pi, 80))
        across = start * (1 - 0.5 * out**2) + bend
        path = np.stack([middle[0] - across, out * reach[1]], axis=1)
        tube(cover, path, np.linspace(0.95, 0.4, 80) * scale)
    return blurred(cover, 0.3 * scale)
