"""CT scanners measured with a wire and water, beside what their profiles say; no real data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from yushan.domain.scanners import CtOptions, CtProfile, Kernel, ct_scan, exposed, profiles
from yushan.domain.scanners.kernels import mtf, noise_amplitude
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: The wire: HU of its one pixel, pixel in mm and pixels of a side.
WIRE_HU, WIRE_MM, WIRE_SIDE = 2900.0, 0.25, 128
#: The water cylinder: pixel in mm, pixels of a side, radius in mm, and slices measured.
WATER_MM, WATER_SIDE, WATER_RADIUS, WATER_SLICES = 0.7, 480, 160.0, 4
#: Pixels of the square in the middle where noise is measured.
SQUARE = 128
#: Half axes of people from slim to heavy, mm, and the pixel and side of their slices.
SIZES, SIZE_MM, SIZE_SIDE = ((130, 95), (155, 110), (180, 130), (210, 160)), 1.7, 288
#: Frequencies at which curves are read off, cycles per mm.
FINE = np.linspace(0.0, 1.95, 1500)


class Look(NamedTuple):
    """Frequencies (per mm) of 50 and 10 % transfer, noise in HU, mean frequency of its power."""

    half: float
    tenth: float
    noise: float
    mean: float


def nominal(kernel: Kernel) -> Look:
    """What the profile says, by its formulas."""
    curve = np.asarray(mtf(kernel, FINE), dtype=np.float64)
    fine = np.linspace(0, 0.5 / WATER_MM * 2**0.5, 600)
    ring = np.where(fine <= 0.5 / WATER_MM, 2 * np.pi * fine, corner(fine))
    power = np.asarray(noise_amplitude(kernel, fine), dtype=np.float64) ** 2 * ring
    return Look(*crossings(FINE, curve), kernel.noise_hu, float((power * fine).sum() / power.sum()))


def corner(radius: NDArray[np.float64]) -> NDArray[np.float64]:
    """Length of the arc of a circle that lies in the square of frequencies which pixels hold."""
    side = 0.5 / WATER_MM
    lost = np.arccos(np.minimum(side / np.maximum(radius, side), 1.0))
    return np.asarray(8 * radius * (np.pi / 4 - lost), dtype=np.float64)


def crossings(
    places: NDArray[np.float64], curve: NDArray[np.float64]
) -> tuple[float, float]:  # fmt: skip
    """Where a transfer falls through 50 and 10 % for the first time."""
    found = []
    for level in (0.5, 0.1):
        index = int(np.argmax(curve < level))
        high, low = curve[index - 1], curve[index]
        share = (high - level) / (high - low)
        found.append(float(places[index - 1] + share * (places[index] - places[index - 1])))
    return found[0], found[1]


def wire(maker: CtProfile, kernel: str) -> tuple[float, float]:
    """50 and 10 % transfer read off the picture of a thin wire in water."""
    hu = np.zeros((1, WIRE_SIDE, WIRE_SIDE), dtype=np.float32)
    hu[0, WIRE_SIDE // 2, WIRE_SIDE // 2] = WIRE_HU
    grid = Grid.axial(hu.shape, (1.0, WIRE_MM, WIRE_MM))
    still = CtOptions(kernel=kernel, couch=False, noise=False)
    image = ct_scan(Volume(grid, hu), bare(maker), 1, still).values[0].astype(np.float64)
    spectrum = np.abs(np.fft.fft2(image)) / WIRE_HU
    steps = np.fft.fftfreq(WIRE_SIDE, WIRE_MM)
    radial = np.rint(np.hypot(steps[:, None], steps[None, :]) * WIRE_SIDE * WIRE_MM).astype(int)
    sums, counts = np.bincount(radial.ravel(), spectrum.ravel()), np.bincount(radial.ravel())
    places = np.arange(len(sums)) / (WIRE_SIDE * WIRE_MM)
    return crossings(places, sums / counts)


def bare(maker: CtProfile) -> CtProfile:
    """A scanner without hardening and without padding."""
    return msgspec.structs.replace(maker, hardening=0.0, padding_hu=None)


def water(maker: CtProfile, options: CtOptions) -> NDArray[np.float64]:
    """The middle of 32 cm of water, slice by slice, without the mean over slices."""
    line = (np.arange(WATER_SIDE) - (WATER_SIDE - 1) / 2) * WATER_MM
    round_ = np.hypot(line[:, None], line[None, :]) < WATER_RADIUS
    hu = np.repeat(np.where(round_, 0.0, -1000.0).astype(np.float32)[None], WATER_SLICES, axis=0)
    apart = options.thickness_mm or maker.slice_mm
    grid = Grid.axial(hu.shape, (apart * 2, WATER_MM, WATER_MM))
    seen = ct_scan(Volume(grid, hu), bare(maker), 3, replace(options, thickness_mm=apart))
    low = (WATER_SIDE - SQUARE) // 2
    part = seen.values[:, low : low + SQUARE, low : low + SQUARE].astype(np.float64)
    return part - part.mean(axis=(1, 2), keepdims=True)


def grain_of(part: NDArray[np.float64]) -> tuple[float, float]:
    """Noise in HU and the mean frequency of its power."""
    power = np.mean(np.abs(np.fft.fft2(part)) ** 2, axis=0)
    steps = np.fft.fftfreq(SQUARE, WATER_MM)
    radial = np.hypot(steps[:, None], steps[None, :])
    return float(part.std()), float((power * radial).sum() / power.sum())


def measured(maker: CtProfile, kernel: str) -> Look:
    """What a wire and a water cylinder say."""
    options = CtOptions(kernel=kernel, couch=False)
    return Look(*wire(maker, kernel), *grain_of(water(maker, options)))


def ct_devices(_: Path, __: Path | None, ___: int) -> None:
    """Every kernel of every profile: nominal beside measured."""
    print("scanner, kernel | 50 %, 10 % transfer (/mm): said, measured | "
          "noise (HU): said, measured | its mean frequency (/mm): said, measured")  # fmt: skip
    print("--- | --- | --- | ---")
    worst = np.zeros(4)
    for maker in profiles("CT"):
        for kernel in maker.kernels:
            said, seen = nominal(kernel), measured(maker, kernel.name)
            worst = np.maximum(worst, np.abs(np.array(seen) / np.array(said) - 1))
            name = f"{maker.name.removeprefix('ct-')}, {kernel.name}"
            print(f"{name} | "
                  f"{said.half:.2f}, {said.tenth:.2f}; {seen.half:.2f}, {seen.tenth:.2f} | "
                  f"{said.noise:.1f}; {seen.noise:.1f} | "
                  f"{said.mean:.2f}; {seen.mean:.2f}")  # fmt: skip
    print("\nlargest difference, %: " + ", ".join(f"{x * 100:.1f}" for x in worst))


def ct_exposure(_: Path, __: Path | None, ___: int) -> None:
    """Noise of heart scans (0.8 mm, vessel kernels) in people of four sizes."""
    sizes = ", ".join(f"{2 * a / 10:.0f} x {2 * b / 10:.0f}" for a, b in SIZES)
    print(f"scanner | noise (HU) in {sizes} cm: usual current | automatic | its dose, of the usual")
    print("--- | --- | --- | ---")
    for maker in profiles("CT"):
        if any(kernel.use == "vessel" for kernel in maker.kernels):
            usual = CtOptions(kernel="vessel", thickness_mm=0.8, couch=False)
            bodies = [person(half) for half in SIZES]
            chosen = [exposed(one, maker, usual) for one in bodies]
            before = ", ".join(f"{noise_in(one, maker, usual):.0f}" for one in bodies)
            after = ", ".join(f"{noise_in(one, maker, how):.0f}"
                              for one, how in zip(bodies, chosen, strict=True))  # fmt: skip
            doses = ", ".join(f"{how.dose:.1f}" for how in chosen)
            print(f"{maker.name.removeprefix('ct-')} | {before} | {after} | {doses}")


def person(half: tuple[float, float]) -> Volume:
    """A body of soft tissue with an elliptic section."""
    line = (np.arange(SIZE_SIDE) - (SIZE_SIDE - 1) / 2) * SIZE_MM
    inside = np.hypot(line[:, None] / half[1], line[None, :] / half[0]) < 1
    plane = np.where(inside, 40.0, -1000.0).astype(np.float32)
    grid = Grid.axial((4, SIZE_SIDE, SIZE_SIDE), (0.8, SIZE_MM, SIZE_MM))
    return Volume(grid, np.repeat(plane[None], 4, axis=0))


def noise_in(body: Volume, maker: CtProfile, options: CtOptions) -> float:
    """Standard deviation in the middle of a body."""
    low, high = SIZE_SIDE // 2 - 16, SIZE_SIDE // 2 + 16
    part = ct_scan(body, bare(maker), 2, options).values[:, low:high, low:high].astype(np.float64)
    return float((part - part.mean(axis=(1, 2), keepdims=True)).std())
