"""Convolution kernels as transfer functions, and the noise that they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from yushan.domain.scanners.profiles import Kernel
    from yushan.domain.scanners.words import Floats

#: How far noise is shared along z, in slice thicknesses; after LIDC-IDRI-0001 (pitch 1.35).
SPIRAL: Final = 1.2


def mtf(kernel: Kernel, per_mm: ArrayLike) -> Floats:
    """Transfer at spatial frequencies in cycles per mm: a Gaussian with edges made stronger.

    ``exp(-2 (pi blur f)^2) (1 + edge (1 - exp(-2 (pi edge_mm f)^2)))``; 1 at frequency 0.
    """
    square = np.square(np.asarray(per_mm, dtype=np.float32)) * np.float32(2 * np.pi**2)
    soft = np.exp(-square * np.float32(kernel.blur_mm**2))
    sharp = 1 - np.exp(-square * np.float32(kernel.edge_mm**2))
    return np.asarray(soft * (1 + np.float32(kernel.edge) * sharp), dtype=np.float32)


def noise_amplitude(kernel: Kernel, per_mm: ArrayLike) -> Floats:
    """Square root of the noise power, free of scale: the ramp's share through the kernel.

    White noise in the projections leaves a power of ``f * kernel(f)^2`` (Riederer et al., Phys Med
    Biol 1978;23:446); iterative reconstruction takes the higher frequencies.
    """
    values = np.asarray(per_mm, dtype=np.float32)
    soften = np.exp(-np.square(values) * np.float32(2 * np.pi**2 * kernel.soften_mm**2))
    return np.asarray(np.sqrt(values) * mtf(kernel, values) * soften, dtype=np.float32)


def frequencies(shape: tuple[int, int], spacing: tuple[float, float]) -> tuple[Floats, Floats]:
    """Cycles per mm ``[rows, columns // 2 + 1]`` of a real transform, down and across."""
    down = np.fft.fftfreq(shape[0], spacing[0]).astype(np.float32)
    across = np.fft.rfftfreq(shape[1], spacing[1]).astype(np.float32)
    return down[:, None], across[None, :]


def slice_weights(ratio: float) -> Floats:
    """Weights ``[2 n + 1]`` over neighbours that correlate noise as slices that share rays.

    A spiral's interpolation reaches `SPIRAL` times as far as the slice is thick.
    Slices ``ratio`` increments thick overlap by ``1 - distance / ratio``; the weights are the
    square root of that triangle's spectrum, their squares sum to 1.
    """
    ratio = ratio * SPIRAL
    if ratio <= 1.0:
        return np.ones(1, dtype=np.float32)
    reach = round(ratio) + 1
    lags = np.minimum(np.arange(64), 64 - np.arange(64))
    power = np.fft.fft(np.maximum(1 - lags / ratio, 0)).real
    taps = np.fft.fftshift(np.fft.ifft(np.sqrt(np.maximum(power, 0))).real)
    kept = taps[32 - reach : 33 + reach]
    return np.asarray(kept / np.sqrt(np.sum(kept**2)), dtype=np.float32)


def box_weights(ratio: float, shift: float = 0.0) -> Floats:
    """Weights ``[2 n + 1]`` of a box ``ratio`` increments wide over neighbours; they sum to 1.

    ``shift`` (0 to 0.5) is how far the box's middle lies behind that of the middle weight.
    """
    reach = max(int(np.ceil((ratio - 1) / 2 + shift)), 0)
    places = np.arange(-reach, reach + 1) - shift
    low, high = np.maximum(places - 0.5, -ratio / 2), np.minimum(places + 0.5, ratio / 2)
    weights = np.maximum(high - low, 0)
    return np.asarray(weights / weights.sum(), dtype=np.float32)
