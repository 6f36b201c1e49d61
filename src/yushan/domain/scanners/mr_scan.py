"""A magnetic resonance scanner: from signal on a grid to stored values. Pure.

Order: slices, receive field, k-space line by line (fat's shift, motion, ghosts, what is not
measured), receivers with noise, magnitude, scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.mr_field import bias_field, coil_maps
from yushan.domain.scanners.mr_kspace import (
    ghosted,
    moved,
    path_of,
    received,
    shifted,
    spectrum,
    window,
)
from yushan.domain.scanners.mr_look import UNIT, signal_of
from yushan.domain.scanners.mr_signal import adc
from yushan.domain.scanners.mr_tissues import relaxation
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.mr_profiles import MrProfile

    Floats = NDArray[np.float32]

#: Fat's resonance lies so far below that of water, Hz per tesla (3.4 ppm).
FAT_HZ_T: Final = 3.4 * 42.577
HIGHEST: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class MrOptions:
    """What goes beyond the profile.

    ``motion_mm``: standard deviation of a patient's sudden moves in the slice. ``thick``: the
    signal's slices are finer than the scanner's; join them by the profile's slice and gap.
    ``fat``: the part of the signal that is of fat, on the same grid, for the chemical shift.
    """

    motion_mm: float = 0.0
    thick: bool = False
    fat: Volume | None = None


def mr_scan(
    signal: Volume, profile: MrProfile, seed: int, options: MrOptions = MrOptions()
) -> Volume:
    """What the scanner stores of a signal, uint16.

    Parameters
    ----------
    signal
        Of ``mr_look``, painted on the grid that the scanner reads (slices may be finer, see
        ``MrOptions.thick``); thousandths of relaxed water.
    profile
        Sequence and scanner.
    seed
        Draws field, noise, ghosts and motion.
    options
        See there.
    """
    fat = options.fat
    if options.thick:
        signal, fat = thicker(signal, profile), None if fat is None else thicker(fat, profile)
    field = bias_field(signal.grid, profile.bias, seed)
    clean = np.asarray(signal.values * field, dtype=np.float32)
    oily = None if fat is None else np.asarray(fat.values * field, dtype=np.float32)
    white = UNIT * signal_of(profile, relaxation(profile.field_t)["white_matter"])
    is_turned = profile.phase_axis == "columns"
    stored = np.empty(clean.shape, dtype=np.uint16)
    shape = turned(clean[0], is_turned=is_turned).shape
    seen = coil_maps(shape, profile.coils), window(shape, profile.phase_share)
    for number in range(len(clean)):
        rng = np.random.default_rng((seed, number, 44))
        plane = turned(clean[number], is_turned=is_turned)
        fats = None if oily is None else turned(oily[number], is_turned=is_turned)
        lines = encoded(plane, fats, profile, options.motion_mm / signal.grid.spacing[1], rng)
        found = received(lines * seen[1], white / profile.snr, seen, rng)
        found *= np.float32(profile.white / white)
        stored[number] = np.rint(np.clip(turned(found, is_turned=is_turned), 0, HIGHEST))
    return Volume(signal.grid, stored)


def turned(plane: Floats, *, is_turned: bool) -> Floats:
    """Rows and columns exchanged when columns are the phase direction."""
    return plane.T if is_turned else plane


def encoded(
    plane: Floats, fat: Floats | None, profile: MrProfile, reach: float, rng: np.random.Generator
) -> NDArray[np.complex64]:
    """The k-space that one slice gives; ``reach`` of motion in samples."""
    lines = spectrum(plane)
    if fat is not None:
        oily = spectrum(fat)
        pixels = FAT_HZ_T * profile.field_t / profile.bandwidth_hz
        lines = np.asarray(lines - oily + shifted(oily, pixels), dtype=np.complex64)
    if reach > 0:
        lines = moved(lines, path_of(lines.shape[0], reach, rng))
    if profile.ghost > 0:
        period, start = float(rng.uniform(2.6, 7.0)), float(rng.uniform(0, 2 * np.pi))
        lines = ghosted(lines, profile.ghost, period, start)
    return lines


def thicker(signal: Volume, profile: MrProfile) -> Volume:
    """Slices joined to the profile's thickness, their distance thickness and gap.

    Each slice is the mean over a profile with soft edges (a Gaussian to the fourth power in the
    exponent) whose width at half height is the thickness. What does not fill a slice is left out.
    """
    grid = signal.grid
    step_mm = grid.spacing[0]
    count = int((grid.shape[0] * step_mm - profile.slice_mm) // pitch_mm(profile)) + 1
    if count < 1:
        raise ValueError("the signal is thinner than one slice")
    first = profile.slice_mm / 2 / step_mm - 0.5
    centres = first + np.arange(count) * pitch_mm(profile) / step_mm
    values = np.stack([joined(signal.values, c, profile.slice_mm / step_mm) for c in centres])
    origin = grid.points([[first, 0, 0]])[0]
    place = (float(origin[0]), float(origin[1]), float(origin[2]))
    spacing = (pitch_mm(profile), grid.spacing[1], grid.spacing[2])
    return Volume(Grid(values.shape, place, spacing, grid.axes), values)


def pitch_mm(profile: MrProfile) -> float:
    """From one slice's middle to the next."""
    return profile.slice_mm + profile.gap_mm


def joined(values: NDArray[np.float32], centre: float, width: float) -> Floats:
    """The mean of fine slices around one place, in a fixed order."""
    numbers = np.arange(len(values))
    weights = np.exp(-np.log(2) * (2 * (numbers - centre) / width) ** 4)
    total = np.zeros(values.shape[1:], dtype=np.float32)
    for number in np.flatnonzero(weights > 1e-3):
        total += values[number] * np.float32(weights[number])
    return np.asarray(total / np.float32(weights[weights > 1e-3].sum()), dtype=np.float32)


def adc_map(low: Volume, high: Volume, *, b_low: float, b_high: float, least: float) -> Volume:
    """The map of apparent diffusion of two scans, uint16 in 10⁻⁶ mm²/s.

    ``least``: where the first scan is not brighter than this, the map is 0.
    """
    found = adc(low.values, high.values, b_low=b_low, b_high=b_high) * 1e6
    found = np.where(low.values > least, np.clip(found, 0, 4095), 0)
    return Volume(low.grid, np.rint(found).astype(np.uint16))
