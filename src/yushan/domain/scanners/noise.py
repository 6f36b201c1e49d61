"""The noise of a CT scan: drawn as a spectrum, shared by thick slices, strong where rays go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import fft  # type: ignore[import-untyped]

from yushan.domain.scanners.kernels import frequencies, noise_amplitude, slice_weights

if TYPE_CHECKING:
    from yushan.domain.scanners.fields import Fields
    from yushan.domain.scanners.profiles import Kernel
    from yushan.domain.scanners.words import Floats, Spectrum

#: Angle in radians about the vertical frequency axis within which streaks run from side to side.
STREAK_ANGLE: Final = 0.55


@dataclass(frozen=True, eq=False)
class Noise:
    """Noise of every slice of one scan.

    ``grain`` is the amplitude of each frequency in HU, ``sideways`` its share in lateral streaks,
    ``taps`` what neighbours share, ``shape`` that of the plane it is drawn on.
    """

    seed: int
    shape: tuple[int, int]
    grain: Floats
    sideways: Floats
    taps: Floats
    fields: Fields

    def spectra(self, first: int, last: int) -> list[Spectrum]:
        """Spectra of slices ``first`` up to before ``last``."""
        reach = len(self.taps) // 2
        if not reach:
            return [self.white(index) for index in range(first, last)]
        sums = [np.zeros(self.grain.shape, dtype=np.complex64) for _ in range(first, last)]
        for index in range(first - reach, last + reach):
            drawn = self.white(index)
            for place in range(max(index - reach, first), min(index + reach + 1, last)):
                sums[place - first] += self.taps[index - place + reach] * drawn
        return sums

    def white(self, index: int) -> Spectrum:
        """The noise that belongs to one place along z, as a spectrum."""
        rng = np.random.default_rng((self.seed, 211, index + 1000))
        rows, half = self.grain.shape
        drawn = rng.standard_normal((rows, 2 * half), dtype=np.float32).view(np.complex64)
        drawn *= np.float32(0.5**0.5)
        drawn[:, 0] *= np.float32(2**0.5)
        drawn[:, -1] *= np.float32(2**0.5)
        return np.asarray(drawn * self.grain)

    def plane(self, wave: Spectrum, place: float, inside: tuple[slice, slice]) -> Floats:
        """Noise in HU of one slice at its place in the body, on the part ``inside`` the plane."""
        around, extra = self.fields.noise(place)
        noise = self.drawn(wave)[inside] * around
        if extra is not None:
            noise += self.drawn(wave * self.sideways)[inside] * extra
        return np.asarray(noise, dtype=np.float32)

    def drawn(self, wave: Spectrum) -> Floats:
        """A spectrum as a plane."""
        return np.asarray(fft.irfft2(wave, self.shape, workers=1), dtype=np.float32)


def grain_of(kernel: Kernel, shape: tuple[int, int], spacing: tuple[float, float]) -> Floats:
    """Amplitude of each frequency such that `Noise.white` has a standard deviation of 1."""
    down, across = frequencies(shape, spacing)
    amplitude = noise_amplitude(kernel, np.hypot(down, across))
    weight = np.full(amplitude.shape[1], 2.0, dtype=np.float64)
    weight[0] = weight[-1] = 1.0
    power = np.sum(np.square(amplitude, dtype=np.float64) * weight)
    return np.asarray(amplitude * np.float32(shape[0] * shape[1] / np.sqrt(power)), np.float32)


def sideways(shape: tuple[int, int], spacing: tuple[float, float]) -> Floats:
    """Share of each frequency in streaks that run from side to side, 0 to 1."""
    down, across = frequencies(shape, spacing)
    angle = np.arctan2(np.abs(across), np.abs(down) + np.float32(1e-6))
    return np.asarray(np.exp(-np.square(angle / np.float32(STREAK_ANGLE))), dtype=np.float32)


def noise(
    seed: int, kernel: Kernel, level_hu: float, ratio: float, plane: Plane, fields: Fields
) -> Noise:
    """Noise of a standard deviation (in 32 cm of water) for slices ``ratio`` increments thick."""
    grain = grain_of(kernel, plane.shape, plane.spacing) * np.float32(level_hu)
    return Noise(
        seed, plane.shape, grain, sideways(plane.shape, plane.spacing), slice_weights(ratio), fields
    )


@dataclass(frozen=True)
class Plane:
    """Size and pixel (mm) of the plane that transforms work on."""

    shape: tuple[int, int]
    spacing: tuple[float, float]
