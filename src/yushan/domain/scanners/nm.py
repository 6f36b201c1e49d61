"""Gamma cameras: planar pictures and tomograms of known uptake, through tissue and collimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy import fft, ndimage  # type: ignore[import-untyped]

from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.profiles import NmProfile
    from yushan.domain.scanners.words import Floats

View = Literal["anterior", "posterior"]

FWHM: Final = 2.3548
#: Layers of depth that share one resolution.
LAYERS: Final = 10
#: Scatter in the photopeak against what comes straight, and its spread (standard deviation, mm).
SCATTERED: Final = 0.22
SCATTER_MM: Final = 28.0
#: Camera's face before the skin, mm.
GAP_MM: Final = 25.0
#: Length of a body that gives a profile's counts, mm.
BODY_MM: Final = 1700.0
STOPS: Final = 60
#: Cut-off (cycles per pixel) and order of the Butterworth filter of tomograms.
CUT, ORDER = 0.20, 5


@dataclass(frozen=True, eq=False)
class Planar:
    """A planar picture: counts uint16 ``[row, column]``, first row at the head, pixels in mm.

    Seen as by the camera: the patient's left is on the right of an anterior view.
    """

    counts: NDArray[np.uint16]
    pixel_mm: float
    view: View


def nm_planar(
    activity: Volume, mu: Volume, profile: NmProfile, seed: int, view: View = "anterior",
    counts: float | None = None,
) -> Planar:  # fmt: skip
    """A planar picture of a body.

    Parameters
    ----------
    activity, mu
        Uptake, and attenuation per mm at 140 keV, on one axial grid.
    profile
        The camera.
    seed
        Draws the counts.
    view
        Side of the camera.
    counts
        Expected counts of the picture; None for the profile's, by the length that is seen.

    Raises
    ------
    ValueError
        The grids differ.
    """
    if activity.grid != mu.grid:
        raise ValueError("activity and attenuation must lie on one grid")
    grid = activity.grid
    toward = slice(None) if view == "anterior" else slice(None, None, -1)
    spacing = (grid.spacing[0], grid.spacing[2])
    seen = looked_at(
        np.moveaxis(np.asarray(activity.values, np.float32)[:, toward], 1, 0),
        np.moveaxis(np.asarray(mu.values, np.float32)[:, toward], 1, 0),
        (grid.spacing[1], *spacing), profile,
    )  # fmt: skip
    seen = seen[::-1] if view == "anterior" else seen[::-1, ::-1]
    rows, columns, pixel = profile.planar
    picture = resampled(seen, spacing, (rows, columns), pixel)
    whole = float(picture.sum(dtype=np.float64))
    share = min(grid.shape[0] * grid.spacing[0] / BODY_MM, 1.0)
    asked = profile.counts_million * 1e6 * share if counts is None else counts
    rng = np.random.default_rng((seed, 311, view == "posterior"))
    drawn = rng.poisson(picture * (asked / whole if whole > 0 else 0.0))
    return Planar(np.minimum(drawn, 65_535).astype(np.uint16), pixel, view)


def looked_at(
    activity: Floats, mu: Floats, spacing: tuple[float, float, float], profile: NmProfile
) -> Floats:
    """What a camera before the first layer sees of ``[depth, row, column]``, in uptake times mm."""
    deep, *pixel = spacing
    path = (np.cumsum(mu, axis=0, dtype=np.float32) - mu / 2) * np.float32(deep)
    left = activity * np.exp(-path) * np.float32(deep)
    body = np.flatnonzero(np.any(mu > 0.004, axis=(1, 2)))
    front = int(body[0]) if body.size else 0
    picture = np.zeros(activity.shape[1:], dtype=np.float32)
    for rows in np.array_split(np.arange(len(activity)), min(LAYERS, len(activity))):
        away = max(float(np.mean(rows)) - front, 0.0) * deep + GAP_MM
        sigma = (profile.fwhm_mm + profile.spread_mm * away) / FWHM
        layer = left[rows].sum(axis=0, dtype=np.float32)
        picture += ndimage.gaussian_filter(layer, [sigma / size for size in pixel])
    wide = ndimage.gaussian_filter(picture, [SCATTER_MM / size for size in pixel])
    return np.asarray(picture + np.float32(SCATTERED) * wide, dtype=np.float32)


def resampled(
    image: Floats, spacing: tuple[float, float], shape: tuple[int, int], pixel: float
) -> Floats:
    """A picture on square pixels around the same middle (bilinear, nothing outside)."""
    places = np.indices(shape, dtype=np.float32)
    for axis in (0, 1):
        middle = (image.shape[axis] - 1) / 2
        places[axis] = (places[axis] - (shape[axis] - 1) / 2) * (pixel / spacing[axis]) + middle
    out = ndimage.map_coordinates(image, places, order=1, mode="constant")
    return np.asarray(np.maximum(out, 0), dtype=np.float32)


def spect_grid(profile: NmProfile, centre: tuple[float, float, float]) -> Grid:
    """The grid that a tomogram of this camera is made on, about a point (mm)."""
    size, pixel = profile.spect
    return Grid.axial((size, size, size), (pixel, pixel, pixel), centre)


def nm_spect(
    activity: Volume, mu: Volume, profile: NmProfile, seed: int, counts: float | None = None
) -> Volume:
    """A tomogram by filtered back projection, not corrected for attenuation or scatter.

    Parameters
    ----------
    activity, mu
        Uptake, and attenuation per mm at 140 keV, on the camera's `spect_grid`.
    profile
        The camera; ``arc_deg`` 180 goes from right anterior to left posterior oblique.
    seed
        Draws the counts.
    counts
        Expected counts of all projections; None for four times the profile's of a planar picture.

    Returns
    -------
    Volume
        uint16 on the same grid, its highest value 1,000.

    Raises
    ------
    ValueError
        The grids differ.
    """
    if activity.grid != mu.grid:
        raise ValueError("activity and attenuation must lie on one grid")
    turns = stops(profile.arc_deg)
    views = np.stack([projected(activity, mu, profile, turn) for turn in turns])
    asked = profile.counts_million * 4e6 if counts is None else counts
    scale = asked / max(float(views.sum(dtype=np.float64)), 1e-9)
    rng = np.random.default_rng((seed, 313))
    measured = rng.poisson(views * scale).astype(np.float32)
    image = np.maximum(rebuilt(measured, turns, activity.grid.shape), 0)
    top = max(float(image.max()), 1e-9)
    return Volume(activity.grid, np.rint(image * np.float32(1000 / top)).astype(np.uint16))


def stops(arc_deg: float) -> NDArray[np.float64]:
    """Angles of the camera, radians; 0 looks from the front, positive goes to the left."""
    first = -45.0 if arc_deg <= 180 else 0.0
    return np.asarray(np.deg2rad(first + np.arange(STOPS) * arc_deg / STOPS))


def projected(activity: Volume, mu: Volume, profile: NmProfile, turn: float) -> Floats:
    """What the camera sees at one stop ``[slice, column]``."""
    grid = activity.grid
    index, share = turned(grid.shape[1:], turn)
    seen = (gathered(np.asarray(part.values, np.float32), index, share) for part in (activity, mu))
    uptake, tissue = (np.moveaxis(part, 1, 0) for part in seen)
    return looked_at(uptake, tissue, (grid.spacing[1], grid.spacing[0], grid.spacing[2]), profile)


def turned(shape: tuple[int, int], turn: float) -> tuple[NDArray[np.intp], Floats]:
    """Corners ``[4, pixel]`` and their shares that turn a slice towards the camera."""
    y, x = np.indices(shape, dtype=np.float32)
    y, x = y - np.float32((shape[0] - 1) / 2), x - np.float32((shape[1] - 1) / 2)
    cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    there_y = np.clip(cosine * y + sine * x + np.float32((shape[0] - 1) / 2), 0, shape[0] - 1.001)
    there_x = np.clip(cosine * x - sine * y + np.float32((shape[1] - 1) / 2), 0, shape[1] - 1.001)
    low_y, low_x = there_y.astype(np.intp), there_x.astype(np.intp)
    down, over = there_y - low_y, there_x - low_x
    first = low_y * shape[1] + low_x
    corners = np.stack([first, first + 1, first + shape[1], first + shape[1] + 1])
    shares = np.stack([(1 - down) * (1 - over), (1 - down) * over, down * (1 - over), down * over])
    return corners, np.asarray(shares, dtype=np.float32)


def gathered(values: Floats, corners: NDArray[np.intp], shares: Floats) -> Floats:
    """Slices turned by `turned`."""
    flat = values.reshape(len(values), -1)
    out = np.zeros((len(values), *corners.shape[1:]), dtype=np.float32)
    for corner, share in zip(corners, shares, strict=True):
        out += flat[:, corner] * share
    return out


def rebuilt(views: Floats, turns: NDArray[np.float64], shape: tuple[int, int, int]) -> Floats:
    """Filtered back projection of views ``[stop, slice, column]``."""
    width = fft.next_fast_len(2 * views.shape[2], real=True)
    steps = np.fft.rfftfreq(width).astype(np.float32)
    window = steps / np.sqrt(1 + (steps / np.float32(CUT)) ** (2 * ORDER))
    lines = fft.irfft(fft.rfft(views, width, axis=2, workers=1) * window, width, axis=2, workers=1)
    lines = np.asarray(lines[:, :, : views.shape[2]], dtype=np.float32)
    slices = ndimage.gaussian_filter1d(lines, 0.8, axis=1)
    y, x = np.indices(shape[1:], dtype=np.float32)
    y, x = y - np.float32((shape[1] - 1) / 2), x - np.float32((shape[2] - 1) / 2)
    image = np.zeros(shape, dtype=np.float32)
    for line, turn in zip(slices, turns, strict=True):
        place = np.float32(np.cos(turn)) * x + np.float32(np.sin(turn)) * y
        place = np.clip(place + np.float32((shape[2] - 1) / 2), 0, shape[2] - 1.001)
        low = place.astype(np.intp)
        share = place - low
        image += line[:, low] * (1 - share) + line[:, low + 1] * share
    return image


@dataclass(frozen=True)
class Defect:
    """Heart muscle with less blood: a ball, ``severity`` (0 to 1) of its uptake gone."""

    centre_mm: tuple[float, float, float]
    radius_mm: float
    severity: float


def with_defect(activity: Volume, defect: Defect) -> Volume:
    """Uptake ``[slice, row, column]`` of an axial grid with a defect in it."""
    grid, (cx, cy, cz) = activity.grid, defect.centre_mm
    z, y, x = (
        np.float32(grid.origin[2 - axis]) + np.arange(count, dtype=np.float32) * np.float32(step)
        for axis, (count, step) in enumerate(zip(grid.shape, grid.spacing, strict=True))
    )
    square = (
        (z - np.float32(cz))[:, None, None] ** 2
        + (y - np.float32(cy))[None, :, None] ** 2
        + (x - np.float32(cx))[None, None, :] ** 2
    ) / np.float32(defect.radius_mm**2)
    gone = np.float32(defect.severity) * np.exp(-(square**2))
    return Volume(grid, np.asarray(activity.values * (1 - gone), dtype=np.float32))
