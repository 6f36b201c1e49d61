"""Radiographs from line integrals: scatter, grid, detector, noise, the maker's tones, marks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from yushan.domain.scanners.drawing import Image, blurred, cloud, grain, resized, soft
from yushan.domain.scanners.lettering import line_of
from yushan.domain.scanners.picture import Picture, table, whole
from yushan.domain.scanners.radiograph_devices import drawn_devices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.domain.scanners.projection import Film


class RadiographyUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A unit of ``data/films.toml``, where its fields are explained."""

    name: str
    maker: str
    model: str
    software: str
    modality: str
    inverse: bool
    bits: int
    pixel_mm: float
    size: tuple[int, int]
    kvp: float
    mas: float
    scatter: float
    grid: float
    spread_mm: float
    blur_mm: float
    counts: float
    latitude: float
    detail: float
    edge: float
    toe: float
    shoulder: float
    gamma: float
    stamp: str

    @property
    def header(self) -> Mapping[str, Any]:
        """What stays the same in all its images, by DICOM keyword."""
        return {
            "Manufacturer": self.maker, "ManufacturerModelName": self.model,
            "SoftwareVersions": self.software, "KVP": self.kvp, "Exposure": round(self.mas),
            "ExposureInuAs": round(self.mas * 1000), "ImagerPixelSpacing": [self.pixel_mm] * 2,
            "Grid": "NONE" if self.grid == 1 else "FIXED",
            "PhotometricInterpretation": "MONOCHROME1" if self.inverse else "MONOCHROME2",
        }  # fmt: skip


#: Density beyond that of air from which a ray counts as gone through the body.
THROUGH: Final = 0.9
#: Fine structure that a body drawn in voxels of a film lacks: exponent of its power spectrum
#: (about 3 in lungs: Bochud et al., Med Phys 1999;26:1365), its size where a ray loses 1 or more.
FINE: Final = (2.3, 0.03)
#: Share of the tone curve at which the thinnest part of a body comes out.
LUNG: Final = 0.2


@dataclass(frozen=True, slots=True)
class Exposure:
    """How one film is taken.

    Parameters
    ----------
    dose
        Against the unit's usual one.
    collimation
        Shares of rows and columns that the shutters leave open.
    tilt_deg
        How far shutters and marks are turned.
    mark
        Side marker of lead, ``R`` or ``L``; empty for none.
    lines
        Text burnt in at the upper edge: ``PORTABLE``, ``AP SUPINE``, a name.
    devices
        What lies on or in the body: ``leads``, ``tube``, ``feeding_tube``, ``catheter``.
    fine
        Share of the usual fine structure of tissue that is added; 0 for phantoms of the workshop.
    """

    dose: float = 1.0
    collimation: tuple[float, float] = (1.0, 1.0)
    tilt_deg: float = 0.0
    mark: str = "R"
    lines: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    fine: float = 1.0


@cache
def radiography_units() -> tuple[RadiographyUnit, ...]:
    """All units of the table."""
    rows = table("films")["units"]
    return tuple(
        msgspec.convert({"name": name, **row}, RadiographyUnit) for name, row in rows.items()
    )


def radiography_unit(name: str) -> RadiographyUnit:
    """A unit by its name.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    found = next((one for one in radiography_units() if one.name == name), None)
    if found is None:
        raise ValueError(f"no radiography unit {name}")
    return found


def radiograph(
    film: Film,
    unit: RadiographyUnit | str,
    seed: int,
    exposure: Exposure | None = None,
    size: tuple[int, int] | None = None,
) -> Picture:
    """A processed film for presentation.

    Parameters
    ----------
    film
        Line integrals of attenuation, on any number of pixels; it is enlarged to the detector.
    unit
        Or its name.
    seed
        Same seed, same noise.
    exposure
        How it is taken.
    size
        Rows and columns, if not those of the unit; the field stays the film's.

    Returns
    -------
    Picture
        Unsigned integers of the unit's bits; ``facts["photometric"]`` is ``MONOCHROME1`` or
        ``MONOCHROME2``; masks ``field`` (inside of the shutters) and one per device.
    """
    device = radiography_unit(unit) if isinstance(unit, str) else unit
    how = exposure or Exposure()
    shape = size or fitted(device.size, film.values.shape)
    pixel = film.view.pixel_mm * film.values.shape[0] / shape[0]
    rng = np.random.default_rng((seed, 0xD1))
    deep = structured(resized(film.values, shape), seed, how.fine)
    extra, masks = drawn_devices(how.devices, film, shape, rng)
    field = shutters(shape, how)
    light = np.exp(-np.maximum(deep + extra, 0)) * (0.004 + 0.996 * field)
    light = caught(light, device, how, pixel, rng)
    shown = processed(-np.log(np.maximum(light, 1e-6)), field > 0.5, device, pixel)
    stamped(shown, device, how)
    pixels = whole(1 - shown if device.inverse else shown, device.bits)
    told: dict[str, float | str] = {
        "photometric": "MONOCHROME1" if device.inverse else "MONOCHROME2", "unit": device.name,
        "mark": how.mark, "devices": " ".join(how.devices), "detector_pixel_mm": pixel,
    }  # fmt: skip
    return Picture(pixels, (pixel, pixel), device.bits, {"field": field > 0.5, **masks}, (), told)


def structured(deep: Image, seed: int, share: float) -> Image:
    """Line integrals with the fine structure of tissue, as much as rays have gone through."""
    if not share:
        return deep
    exponent, size = FINE
    fine = cloud(np.random.default_rng((seed, 0xD2)), deep.shape, exponent)
    fine *= np.float32(size * share)
    return np.asarray(deep + np.minimum(deep, 1) * fine, dtype=np.float32)


def fitted(size: tuple[int, int], shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows of the unit, and as many columns as the film's sides ask for."""
    return size[0], round(size[0] * shape[1] / shape[0])


def shutters(shape: tuple[int, int], how: Exposure) -> Image:
    """Open field of the collimator 0..1, with its half shadow."""
    rows = np.arange(shape[0], dtype=np.float32)[:, None] - (shape[0] - 1) / 2
    columns = np.arange(shape[1], dtype=np.float32)[None] - (shape[1] - 1) / 2
    angle = np.deg2rad(how.tilt_deg)
    down, across = (
        rows * np.cos(angle) - columns * np.sin(angle),
        rows * np.sin(angle) + columns * np.cos(angle),
    )
    half = (how.collimation[0] * shape[0] / 2, how.collimation[1] * shape[1] / 2)
    edge = np.maximum(np.abs(down) - half[0], np.abs(across) - half[1])
    return soft((edge / np.float32(3)).astype(np.float32))


def caught(
    light: Image, device: RadiographyUnit, how: Exposure, pixel: float, rng: np.random.Generator
) -> Image:
    """What the detector measures: scatter through the grid, blur, quanta."""
    step = max(round(4 / pixel), 1)
    small = light[::step, ::step]
    cloud = blurred(blurred(small, 1.5), device.spread_mm / (pixel * step))
    scattered = (
        np.float32(device.scatter * device.grid) * resized(cloud, light.shape) * np.float32(0.5)
    )
    seen = light + np.maximum(scattered, 0)
    seen = blurred(seen, device.blur_mm / pixel)
    counts = np.float32(device.counts * how.dose * pixel**2)
    noise = grain(rng, light.shape, 0.5 * device.blur_mm / pixel)
    return np.maximum(seen + np.sqrt(np.maximum(seen, 1e-6) / counts) * noise, np.float32(1e-6))


def processed(
    dense: Image,
    open_field: np.ndarray[Any, np.dtype[np.bool_]],
    device: RadiographyUnit,
    pixel: float,
) -> Image:
    """Grey 0..1 (bright where much was absorbed) as the maker's processing shows density."""
    step = max(round(2 / pixel), 1)
    small = blurred(dense[::step, ::step], 1.0)
    broad = resized(blurred(small, 14 / (pixel * step)), dense.shape)
    middle = blurred(dense, 1.2 / pixel)
    level = np.float32(device.latitude) * broad + np.float32(device.detail) * (middle - broad)
    level += np.float32(device.detail + device.edge) * (dense - middle)
    body = open_field[::step, ::step] & (small > small.min() + THROUGH)
    inside = level[::step, ::step][body if body.any() else slice(None)]
    low, high = np.percentile(inside, [device.toe, device.shoulder])
    share = (level - np.float32(low)) / np.float32(max(high - low, 1e-3))
    share = np.float32(LUNG) + np.float32(1 - LUNG) * share
    bent = 1 / (1 + np.exp(-np.float32(4.0) * (share - np.float32(0.5))))
    ends = 1 / (1 + np.exp(2.0))
    grey = np.clip((bent - ends) / (1 - 2 * ends), 0, 1) ** np.float32(device.gamma)
    return np.asarray(
        np.where(open_field, grey, np.minimum(grey, np.float32(0.02))), dtype=np.float32
    )


def stamped(shown: Image, device: RadiographyUnit, how: Exposure) -> None:
    """Burn in side marker and text, in place."""
    height = max(shown.shape[0] // 26, 10)
    inset = (
        int(shown.shape[0] * (1 - how.collimation[0]) / 2),
        int(shown.shape[1] * (1 - how.collimation[1]) / 2),
    )
    if how.mark:
        bits = shade_of(how.mark, height * 2)
        left = (
            inset[1] + height
            if how.mark == "R"
            else shown.shape[1] - inset[1] - height - bits.shape[1]
        )
        place(shown, bits, (inset[0] + height, left), 0.97 if device.stamp == "thin" else 0.9)
    for number, text in enumerate(how.lines):
        bits = shade_of(text, max(height * 2 // 3, 10))
        row = inset[0] + height // 2 + number * height
        place(shown, bits, (row, (shown.shape[1] - bits.shape[1]) // 2), 0.95)


def shade_of(text: str, height: int) -> Image:
    """A line of text as a cover 0..1."""
    return np.asarray(line_of(text, height), dtype=np.float32) / np.float32(255)


def place(shown: Image, bits: Image, at: tuple[int, int], level: float) -> None:
    """Lay lettering over a film at row, column, in place."""
    row, column = max(at[0], 0), max(at[1], 0)
    part = shown[row : row + bits.shape[0], column : column + bits.shape[1]]
    part += bits[: part.shape[0], : part.shape[1]] * (np.float32(level) - part)
