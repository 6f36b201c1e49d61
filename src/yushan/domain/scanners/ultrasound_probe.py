"""Probes of ultrasound machines: where their beams run, and where they are shown on a screen."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from yushan.domain.scanners.drawing import Image, sampled
from yushan.domain.scanners.picture import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Beams and samples along each.
BEAMS: Final = 224
SAMPLES: Final = 640


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A probe on a machine, one row of ``data/sonographs.toml``.

    Parameters
    ----------
    shape
        ``convex``, ``sector`` or ``linear``.
    opening_deg
        Whole angle of the fan; the width in mm of a linear probe.
    radius_mm
        Of the probe's face.
    dynamic_db, gain_db
        Range that is shown, and its upper end against an echo of liver, negated.
    grain
        Width of the beam against the least that diffraction allows.
    screen, window
        Rows and columns of the screen; top, left, bottom, right of the picture on it.
    """

    name: str
    maker: str
    model: str
    shape: str
    mhz: float
    depth_mm: float
    radius_mm: float
    opening_deg: float
    dynamic_db: float
    gain_db: float
    grain: float
    frame_hz: float
    screen: tuple[int, int]
    window: tuple[int, int, int, int]
    style: str

    @property
    def header(self) -> Mapping[str, Any]:
        """What stays the same in all its images, by DICOM keyword."""
        kind = {"convex": "CURVED LINEAR", "linear": "LINEAR", "sector": "SECTOR_PHASED"}
        return {
            "Manufacturer": self.maker, "ManufacturerModelName": self.model,
            "SoftwareVersions": "1.4", "TransducerType": kind[self.shape],
        }  # fmt: skip


@cache
def machines() -> tuple[Machine, ...]:
    """All machines of the table."""
    rows = table("sonographs")["machines"]
    return tuple(msgspec.convert({"name": name, **row}, Machine) for name, row in rows.items())


def machine(name: str) -> Machine:
    """A machine by its name.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    found = next((one for one in machines() if one.name == name), None)
    if found is None:
        raise ValueError(f"no ultrasound machine {name}")
    return found


def beams(probe: Machine) -> tuple[Image, Image]:
    """Where each sample of each beam lies: lateral and depth in mm, ``[sample, beam]``."""
    along = np.linspace(0, probe.depth_mm, SAMPLES, dtype=np.float32)[:, None]
    across = np.linspace(-0.5, 0.5, BEAMS, dtype=np.float32)[None] * np.float32(probe.opening_deg)
    if probe.shape == "linear":
        return np.broadcast_to(across, (SAMPLES, BEAMS)), np.broadcast_to(along, (SAMPLES, BEAMS))
    angle = np.deg2rad(across)
    reach = along + np.float32(probe.radius_mm)
    return reach * np.sin(angle), reach * np.cos(angle) - np.float32(probe.radius_mm)


@cache
def fan(probe: Machine) -> tuple[Image, Image, float, tuple[float, float]]:
    """For each pixel of the window: sample and beam (outside: -9); mm per pixel; the face's middle.

    The middle of the probe's face is (row, column) within the window.
    """
    top, left, bottom, right = probe.window
    height, width = bottom - top, right - left
    half = np.deg2rad(probe.opening_deg / 2)
    if probe.shape == "linear":
        across, above = probe.opening_deg, 0.0
    else:
        across = 2 * (probe.radius_mm + probe.depth_mm) * np.sin(half)
        above = probe.radius_mm * (1 - np.cos(half))
    scale = max((probe.depth_mm + above) / height, across / width)
    rows = np.arange(height, dtype=np.float32)[:, None] * np.float32(scale) - np.float32(above)
    columns = (np.arange(width, dtype=np.float32)[None] - np.float32((width - 1) / 2)) * np.float32(
        scale
    )
    if probe.shape == "linear":
        depth, angle = (
            np.broadcast_to(rows, (height, width)),
            np.broadcast_to(columns, (height, width)),
        )
    else:
        deep = rows + np.float32(probe.radius_mm)
        depth = np.hypot(deep, columns) - np.float32(probe.radius_mm)
        angle = np.rad2deg(np.arctan2(columns, deep))
    sample = depth / np.float32(probe.depth_mm) * (SAMPLES - 1)
    beam = (angle / np.float32(probe.opening_deg) + np.float32(0.5)) * (BEAMS - 1)
    outside = (sample < 0) | (sample > SAMPLES - 1) | (beam < 0) | (beam > BEAMS - 1)
    place = (above / scale, (width - 1) / 2)
    return (
        np.where(outside, np.float32(-9), sample),
        np.where(outside, np.float32(-9), beam),
        scale,
        place,
    )


def scanned(values: NDArray[np.generic], probe: Machine, order: int = 1) -> Image:
    """Values ``[sample, beam]`` laid out as the window of the screen."""
    sample, beam, _, _ = fan(probe)
    return sampled(values, sample, beam, order)
