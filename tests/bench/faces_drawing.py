"""Heads drawn from their skin, shaded by depth; and slices. Numpy and Pillow alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, rotate

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Turns around the head's axis, degrees.
VIEWS = {"front": 0.0, "turned": 40.0, "side": 90.0}
LIGHT = np.array([-0.35, -0.45, 0.82]) / np.linalg.norm([-0.35, -0.45, 0.82])


def drawn(cubes: NDArray[np.float32], threshold: float, turn: float) -> Image.Image:
    """The surface at ``threshold`` of ``[superior, posterior, left]``, seen from the front."""
    if turn:
        cubes = rotate(
            cubes, turn, axes=(1, 2), order=1, reshape=True, mode="constant", cval=cubes.min()
        )
    hit = cubes > threshold
    first = hit.argmax(1)
    level, left = np.indices(first.shape)
    before = np.clip(first - 1, 0, None)
    low, high = cubes[level, before, left], cubes[level, first, left]
    share = np.clip((threshold - low) / np.where(high > low, high - low, 1), 0, 1)
    seen = hit.any(1)
    depth = np.where(seen, before + share, cubes.shape[1])
    rise, run = np.gradient(gaussian_filter(depth, 0.7))
    normal = np.stack([run, -rise, np.ones_like(run)])
    normal /= np.linalg.norm(normal, axis=0)
    light = LIGHT[0] * -normal[0] + LIGHT[1] * normal[1] + LIGHT[2] * normal[2]
    shade = np.where(seen, 30 + 225 * np.clip(light, 0, 1), 0)
    return Image.fromarray(shade[::-1].astype(np.uint8))


def sliced(plane: NDArray[Any], window: tuple[float, float]) -> Image.Image:
    """One plane as grey, its first row below."""
    low, high = window
    grey = np.clip((plane.astype(float) - low) / (high - low), 0, 1) * 255
    return Image.fromarray(grey[::-1].astype(np.uint8))


def sheet(rows: list[list[Image.Image]], titles: list[str], height: int = 160) -> Image.Image:
    """Pictures in rows with a title each."""
    scaled = [
        [one.resize((max(1, one.width * height // one.height), height)) for one in row]
        for row in rows
    ]
    width = max(sum(one.width + 6 for one in row) for row in scaled)
    page = Image.new("L", (width, len(rows) * (height + 22)), 0)
    pen, down = ImageDraw.Draw(page), 0
    for title, row in zip(titles, scaled, strict=True):
        pen.text((4, down + 4), title, fill=220)
        across = 0
        for one in row:
            page.paste(one, (across, down + 20))
            across += one.width + 6
        down += height + 22
    return page
