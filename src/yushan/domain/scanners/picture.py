"""What flat and moving pictures come as: pixels, and what is true of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing planted into a picture.

    Parameters
    ----------
    kind
        What it is: ``mass``, ``stone``, ``polyp``, …
    row, column
        Its middle in pixels (fractions allowed), counted from the centre of the first pixel.
    size_mm
        Longest and shortest diameter.
    properties
        Whatever else is true of it.
    """

    kind: str
    row: float
    column: float
    size_mm: tuple[float, float]
    properties: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture with its truth.

    Parameters
    ----------
    pixels
        ``[row, column]`` or ``[frame, row, column]``; a last axis of 3 where it is in colour
        (RGB). Unsigned integers.
    pixel_mm
        Distance between rows and columns; (0, 0) where a picture has no scale.
    bits
        Bits in use of each sample.
    masks
        Name -> where it is, ``[row, column]`` or ``[frame, row, column]``.
    marks
        Things planted, one by one (of the first frame).
    facts
        Numbers and words that are true of the whole.
    """

    pixels: NDArray[Any]
    pixel_mm: tuple[float, float] = (0.0, 0.0)
    bits: int = 8
    masks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    facts: Mapping[str, float | str] = field(default_factory=dict)


@cache
def table(name: str) -> dict[str, Any]:
    """A table of this room by its file name without ``.toml``; not to be changed."""
    text = (files("yushan.domain.scanners") / "data" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def whole(image: NDArray[np.float32], bits: int = 8) -> NDArray[Any]:
    """Values of 0..1 as unsigned integers of so many bits; what lies outside is cut."""
    top = 2**bits - 1
    kind = np.uint8 if bits <= 8 else np.uint16
    return np.asarray(np.rint(np.clip(image, 0, 1) * np.float32(top)), dtype=kind)
