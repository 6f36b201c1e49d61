"""Pages of contact sheets: tiles with titles put together, and written as small pictures."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TILE, ACROSS, MOST_BYTES = 256, 4, 250_000


def paired(rows: list[tuple[str, list[Image.Image]]]) -> list[list[tuple[str, list[Image.Image]]]]:
    """Rows of few tiles side by side."""
    lines: list[list[tuple[str, list[Image.Image]]]] = []
    for row in rows:
        used = sum(len(one[1]) for one in lines[-1]) if lines else ACROSS
        if used + len(row[1]) <= ACROSS:
            lines[-1].append(row)
        else:
            lines.append([row])
    return lines


def pasted(lines: list[list[tuple[str, list[Image.Image]]]]) -> Image.Image:
    """Tiles with their titles on a dark page."""
    head = 16
    page = Image.new("RGB", (ACROSS * TILE, len(lines) * (TILE + head)), (12, 14, 18))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    for down, line in enumerate(lines):
        across = 0
        for title, tiles in line:
            room = max(len(tiles) * TILE // 6, 8)
            pen.text(
                (across * TILE + 4, down * (TILE + head) + 1), title[:room], (210, 214, 220), font
            )
            for tile in tiles:
                left = across * TILE + (TILE - tile.width) // 2
                page.paste(tile, (left, down * (TILE + head) + head + (TILE - tile.height) // 2))
                across += 1
    return page


def written(page: Image.Image, path: Path, kept: Sequence[tuple[int, int, int]] = ()) -> int:
    """As PNG of at most the bytes a picture of the documentation may have; some colours stay."""
    for colours in (256, 160, 96, 64, 40):
        out = BytesIO()
        few = page.quantize(colours - len(kept), dither=Image.Dither.NONE)
        few.putpalette([*few.getpalette()[: 3 * (colours - len(kept))], *np.ravel(kept).tolist()])
        page.quantize(palette=few, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    else:
        return written(page.resize((page.width * 4 // 5, page.height * 4 // 5)), path, kept)
    path.write_bytes(out.getvalue())
    return out.tell()
