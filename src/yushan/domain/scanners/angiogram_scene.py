"""What lies behind the heart in an angiogram when no body is at hand."""

from __future__ import annotations

import numpy as np

from yushan.domain.scanners.drawing import Image, blurred, cloud, soft


def background(seed: int, size: int, left_deg: float) -> Image:
    """Line integrals of an invented chest: lung, heart, spine, ribs, diaphragm."""
    rng = np.random.default_rng((seed, 0xA8))
    rows = np.linspace(-1, 1, size, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, size, dtype=np.float32)[None]
    side = np.float32(np.sin(np.deg2rad(left_deg)))
    dense = np.float32(2.4) + np.float32(0.10) * cloud(rng, (size, size), 3.6)
    dense = dense + np.float32(0.015) * cloud(rng, (size, size), 2.2)
    spine = columns - (0.62 * side + 0.05 * np.sin(2 * rows + float(rng.uniform(0, 6))))
    bodies = 0.85 + 0.15 * np.cos(rows * np.float32(9) + float(rng.uniform(0, 6)))
    band = blurred(soft((np.abs(spine) - np.float32(0.20)) * np.float32(size / 26)), size / 60)
    dense = dense + np.float32(1.05) * band * bodies
    heart = np.hypot((columns + 0.1) / 0.9, (rows - 0.1) / 0.8)
    dense = dense + np.float32(0.75) * np.clip(1.15 - heart, 0, 1)
    dome = rows - (0.72 + 0.22 * (columns + 0.3) ** 2 - 0.05 * np.sin(3 * columns))
    dense = dense + blurred(soft(-dome * np.float32(size / 12)), size / 90)
    for number in range(7):
        slope = 0.35 if side > 0 else -0.35
        rib = np.abs(rows - (-1.1 + 0.34 * number + slope * columns + 0.12 * columns**2))
        rim = np.exp(-(((rib - 0.05) / 0.012) ** 2))
        dense = dense + np.float32(0.13) * rim + np.float32(0.10) * (rib < 0.05)
    return blurred(np.asarray(dense, dtype=np.float32), size / 420)
