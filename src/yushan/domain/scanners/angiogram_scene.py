"""What lies behind the heart in an angiogram when no body is at hand."""

from __future__ import annotations

import numpy as np

from yushan.domain.scanners.drawing import Image, blurred, cloud, soft, tube

#: Vessels of the lung that are drawn, and their widest half width in shares of the picture.
LUNG_VESSELS, WIDEST = 30, 0.009


def background(seed: int, size: int, left_deg: float) -> Image:
    """Line integrals of an invented chest: lung, heart, spine, ribs, diaphragm."""
    rng = np.random.default_rng((seed, 0xA8))
    rows = np.linspace(-1, 1, size, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, size, dtype=np.float32)[None]
    side = np.float32(np.sin(np.deg2rad(left_deg)))
    dense = np.float32(2.4) + np.float32(0.10) * cloud(rng, (size, size), 3.4)
    dense = dense + np.float32(0.05) * cloud(rng, (size, size), 2.1) + lung_vessels(rng, size)
    spine = columns - (0.55 * side + 0.05 * np.sin(2 * rows + float(rng.uniform(0, 6))))
    bodies = 0.9 + 0.1 * np.cos(rows * np.float32(9) + float(rng.uniform(0, 6)))
    band = blurred(soft((np.abs(spine) - np.float32(0.30)) * np.float32(size / 26)), size / 36)
    dense = dense + np.float32(0.95) * band * bodies
    heart = np.hypot((columns - 0.25 * side) / 1.0, (rows - 0.1) / 0.95)
    dense = dense + np.float32(1.2) * blurred(np.clip(1.15 - heart, 0, 0.8), size / 40)
    dome = rows - (0.72 + 0.22 * (columns + 0.3) ** 2 - 0.05 * np.sin(3 * columns))
    dense = dense + blurred(soft(-dome * np.float32(size / 12)), size / 50)
    for number in range(7):
        slope = 0.35 if side > 0 else -0.35
        rib = np.abs(rows - (-1.1 + 0.34 * number + slope * columns + 0.12 * columns**2))
        rim = np.exp(-(((rib - 0.05) / 0.016) ** 2))
        inside = blurred(soft((rib - np.float32(0.05)) * np.float32(size / 2)), size / 250)
        dense = dense + np.float32(0.08) * rim + np.float32(0.06) * inside
    return blurred(np.asarray(dense, dtype=np.float32), size / 420)


def lung_vessels(rng: np.random.Generator, size: int) -> Image:
    """Vessels of the lung, thin and out of focus, fanning out of the hilum."""
    lengths = np.zeros((size, size), dtype=np.float32)
    for _ in range(LUNG_VESSELS):
        start = rng.uniform(0.3, 0.6, 2) * size
        turn, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 1.4)
        along = np.linspace(0, 1, 24)
        angle = turn + bend * along
        step = size * float(rng.uniform(0.15, 0.5)) / 24
        path = start + np.cumsum(np.stack([np.sin(angle), np.cos(angle)], axis=1) * step, axis=0)
        half = size * WIDEST * float(rng.uniform(0.3, 1.0))
        tube(lengths, path, half * (1 - 0.7 * along), chord=True)
    return np.float32(0.08 / (WIDEST * size)) * blurred(lengths, size / 420)
