"""Which series need no defacing, and which other objects outline the skin of a head. Pure.

The words are in ``data/words.toml``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.dicom import describe
from yushan.domain.faces.slices import single

if TYPE_CHECKING:
    from yushan.domain.dicom import Buffer, Description

    Metadata = dict[str, Any]

#: The size of a slice through a head: from side to side and from front to back, mm.
HEAD_WIDTH_MM: Final = (95.0, 225.0)
HEAD_LENGTH_MM: Final = (120.0, 270.0)
#: So many such contours, no further apart than the policy's slices, draw a face.
LEAST_CONTOURS: Final = 8


@cache
def words() -> dict[str, tuple[str, ...]]:
    """The lists of ``data/words.toml``."""
    page = files("yushan.domain.faces") / "data" / "words.toml"
    table = tomllib.loads(page.read_text("utf-8"))
    return {name: tuple(row["words"]) for name, row in table.items()}


def exempt_reason(about: Description) -> str:
    """Why a picture is too coarse in kind to show a face (the word found), or empty.

    Diffusion, functional and perfusion series: 0 to 2 % of people were matched by them as they are
    (Schwarz et al. 2023, NeuroImage 276:120199).
    """
    if about.summary.modality != "MR":
        return ""
    kinds = {word.upper() for word in about.summary.image_type}
    found = next((word for word in words()["exempt"] if word in kinds), "")
    if found:
        return found
    return "DIFFUSION" if number_in(about.metadata, "00189087") else ""


def number_in(found: Metadata, tag: str) -> float:
    """A number of the object itself, 0 where there is none."""
    value = single(found, tag, 0)
    return float(value) if isinstance(value, int | float) else 0.0


def skin_contours(data: Buffer, slice_mm: float = 3.0) -> tuple[int, ...]:
    """Numbers of the regions of a structure set that outline the skin of a head finely.

    A region counts when its interpreted type or its name says skin, body or something worn on it,
    and its contours have the size of a head at steps of ``slice_mm`` or less. Empty for other
    objects.

    Raises
    ------
    Rejected
        As ``describe``.
    """
    about = describe(data)
    if about.summary.modality != "RTSTRUCT":
        return ()
    types = {
        single(item, "30060084", 0): str(single(item, "300600A4", "")).upper()
        for item in items(about.metadata, "30060080")
    }
    named = {
        single(item, "30060022", 0): str(single(item, "30060026", ""))
        for item in items(about.metadata, "30060020")
    }
    skin = {number for number in named if says_skin(types.get(number, ""), named[number])}
    shown = drawn(data, about)
    return tuple(sorted(n for n in skin if n in shown and is_head(shown[n], slice_mm)))


def says_skin(kind: str, name: str) -> bool:
    """Whether a region's type or name says that it follows the skin."""
    if kind in words()["skin_types"]:
        return True
    plain = re.sub(r"[^0-9a-z\u4e00-\u9fff]+", " ", name.lower()).strip()
    return any(re.search(rf"(?<![a-z]){word}(?![a-z])", plain) for word in words()["skin_names"])


def items(found: Metadata, tag: str) -> list[Metadata]:
    """The items of a sequence."""
    values: list[Metadata] = found.get(tag, {}).get("Value", [])
    return values


def drawn(data: Buffer, about: Description) -> dict[int, list[tuple[float, float, float]]]:
    """Height, width and length in mm of each contour, by region."""
    far = {path: (start, length) for path, start, length in about.bulk}
    found: dict[int, list[tuple[float, float, float]]] = {}
    for place, region in enumerate(items(about.metadata, "30060039")):
        number = single(region, "30060084", 0)
        for at, contour in enumerate(items(region, "30060040")):
            path = f"30060039/{place}/30060040/{at}/30060050"
            if path in far:
                start, length = far[path]
                text = bytes(memoryview(data)[start : start + length]).decode("latin_1")
                values = [float(part) for part in text.strip(" \0").split("\\")]
            else:
                values = contour.get("30060050", {}).get("Value", [])
            points = np.array(values[: len(values) // 3 * 3], np.float64).reshape(-1, 3)
            if len(points):
                size = np.ptp(points, axis=0)
                row = (float(points[:, 2].mean()), float(size[0]), float(size[1]))
                found.setdefault(number, []).append(row)
    return found


def is_head(contours: list[tuple[float, float, float]], slice_mm: float) -> bool:
    """Whether contours at fine steps have the size of a head."""
    heights = sorted(
        {
            round(height, 2)
            for height, width, length in contours
            if HEAD_WIDTH_MM[0] <= width <= HEAD_WIDTH_MM[1]
            and HEAD_LENGTH_MM[0] <= length <= HEAD_LENGTH_MM[1]
        }
    )
    if len(heights) < LEAST_CONTOURS:
        return False
    return float(np.median(np.diff(heights))) <= slice_mm + 0.05
