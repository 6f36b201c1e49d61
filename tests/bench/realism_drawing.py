"""Sheets of pictures, real beside synthetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LEVELS = 48


def shown(values: NDArray[np.floating], centre: float, width: float, size: int) -> Image.Image:
    """A slice through a window, ``size`` pixels wide and high around its middle."""
    grey = np.clip((values - centre) / width + 0.5, 0, 1)
    picture = Image.fromarray((grey * 255).astype(np.uint8))
    scale = size / max(picture.size)
    wide, high = (max(round(side * scale), 1) for side in picture.size)
    small = picture.resize(
        (wide, high), Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    )
    out = Image.new("L", (size, size))
    out.paste(small, ((size - wide) // 2, (size - high) // 2))
    return out


def sheet(rows: Sequence[Sequence[Image.Image]], heads: Sequence[str], path: Path) -> None:
    """Pictures in rows under headings, in few greys so that the file stays small."""
    size, top = rows[0][0].width, 18
    out = Image.new("L", (size * len(heads), top + size * len(rows)), 0)
    pen = ImageDraw.Draw(out)
    for column, head in enumerate(heads):
        pen.text((column * size + 6, 4), head, fill=255)
    for line, row in enumerate(rows):
        for column, picture in enumerate(row):
            out.paste(picture, (column * size, top + line * size))
    grey = np.asarray(out).astype(np.float32)
    few = np.rint(np.rint(grey / 255 * (LEVELS - 1)) * 255 / (LEVELS - 1)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(few).convert("P", palette=Image.Palette.ADAPTIVE, colors=LEVELS).save(
        path, optimize=True
    )
    print(f"{path.name}: {path.stat().st_size // 1000} kB")
