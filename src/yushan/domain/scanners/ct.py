"""CT: from exact HU on a grid to what a scanner gives (kernel, noise, hardening, couch, artefacts).

The steps follow the order of a real chain, in bulk: slices thicken, motion and couch come in, the
kernel acts in the frequency domain, noise is drawn there too (ramp, kernel, shared between thick
slices), grows with what its rays went through, and what metal and a hardening beam leave is added.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import fft  # type: ignore[import-untyped]

from yushan.domain.scanners import couch, kernels
from yushan.domain.scanners.fields import Fields, fields
from yushan.domain.volumes import Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.profiles import CtProfile, Kernel
    from yushan.domain.scanners.words import Floats, Spectrum


#: Slices of one task; bits do not depend on the number of threads.
BLOCK: Final = 8
#: Pixels around a slice so that its edges do not reach round.
MARGIN: Final = 8
HIGH_HU: Final = 3071


@dataclass(frozen=True)
class CtOptions:
    """How one scan differs from the usual one of its profile.

    Parameters
    ----------
    kernel
        Name or use of a kernel of the profile; None for its first.
    thickness_mm
        Slice thickness; None for the grid's increment. Thinner than the increment leaves gaps.
    dose
        Share of the usual tube current, above 0; noise falls with its root.
    couch
        Whether a couch lies under the body (axial grids).
    noise
        False leaves noise out (truth tests).
    field_mm
        Diameter inside which the scanner measures; beyond, bodies are cut off.
    threads
        Workers; the result does not depend on them.
    """

    kernel: str | None = None
    thickness_mm: float | None = None
    dose: float = 1.0
    couch: bool = True
    noise: bool = True
    field_mm: float = 500.0
    threads: int = 2


@dataclass(frozen=True, eq=False)
class Scan:
    """Everything that the blocks of one scan share."""

    hu: Volume
    profile: CtProfile
    seed: int
    options: CtOptions
    kernel: Kernel
    shape: tuple[int, int]
    transfer: Floats
    grain: Floats
    lateral: Floats
    box: Floats
    taps: Floats
    fields: Fields
    couch: Floats | None
    outside: NDArray[np.bool_] | None


def ct_scan(hu: Volume, profile: CtProfile, seed: int, options: CtOptions | None = None) -> Volume:
    """A scan of a body whose HU are known.

    Parameters
    ----------
    hu
        Float HU ``[slice, row, column]``, slices one increment apart.
    profile
        The scanner.
    seed
        Draws noise and chance; the same seed gives the same bytes.
    options
        What differs from the usual.

    Returns
    -------
    Volume
        int16 HU on the same grid, between the profile's ``low_hu`` and 3,071; its padding outside
        the circle where the maker pads.

    Raises
    ------
    ValueError
        The profile has no such kernel, or dose or thickness are not above 0.
    """
    scan = prepare(hu, profile, seed, options or CtOptions())
    out = np.empty(hu.grid.shape, dtype=np.int16)
    starts = range(0, len(out), BLOCK)

    def run(first: int) -> None:
        out[first : first + BLOCK] = block(scan, first, min(first + BLOCK, len(out)))

    with ThreadPoolExecutor(scan.options.threads) as pool:
        list(pool.map(run, starts))
    return Volume(hu.grid, out)


def prepare(hu: Volume, profile: CtProfile, seed: int, options: CtOptions) -> Scan:
    """Transfers, weights and slow fields of a scan."""
    thickness = options.thickness_mm or hu.grid.spacing[0]
    if options.dose <= 0 or thickness <= 0:
        raise ValueError("dose and thickness must be above 0")
    kernel = profile.kernel(options.kernel)
    rows, columns = (fft.next_fast_len(size + 2 * MARGIN, real=True) for size in hu.grid.shape[1:])
    columns += columns % 2
    down, across = kernels.frequencies((rows, columns), hu.grid.spacing[1:])
    radial = np.hypot(down, across)
    grain = unit(kernels.noise_amplitude(kernel, radial), columns)
    ratio = thickness / hu.grid.spacing[0]
    level = kernel.noise_hu * (profile.slice_mm / thickness / options.dose) ** 0.5
    return Scan(
        hu, profile, seed, options, kernel, (rows, columns),
        kernels.mtf(kernel, radial), grain * np.float32(level if options.noise else 0),
        sideways(down, across), kernels.box_weights(ratio), kernels.slice_weights(ratio),
        fields(hu, profile), couch.couch_slice(hu, profile.couch) if options.couch else None,
        circle(hu) if profile.padding_hu is not None else None,
    )  # fmt: skip


def unit(amplitude: Floats, columns: int) -> Floats:
    """An amplitude whose noise has a standard deviation of 1 (`white` gives its input)."""
    weight = np.full(amplitude.shape[1], 2.0, dtype=np.float64)
    weight[0] = weight[-1] = 1.0
    power = np.sum(np.square(amplitude, dtype=np.float64) * weight)
    count = amplitude.shape[0] * columns
    return np.asarray(amplitude * np.float32(count / np.sqrt(power)), dtype=np.float32)


def sideways(down: Floats, across: Floats) -> Floats:
    """Share of each frequency in streaks that run from side to side, 0 to 1."""
    angle = np.arctan2(np.abs(across), np.abs(down) + np.float32(1e-6))
    return np.asarray(np.exp(-np.square(angle / np.float32(0.42))), dtype=np.float32)


def circle(hu: Volume) -> NDArray[np.bool_]:
    """What lies outside the circle that is reconstructed ``[row, column]``."""
    _, rows, columns = hu.grid.shape
    y = (np.arange(rows) - (rows - 1) / 2)[:, None] / rows
    x = (np.arange(columns) - (columns - 1) / 2)[None, :] / columns
    return np.asarray(np.hypot(x, y) > 0.5)


def block(scan: Scan, first: int, last: int) -> NDArray[np.int16]:
    """Slices ``first`` up to before ``last`` of the scan."""
    inside = thickened(scan, first, last)
    if scan.couch is not None:
        couch.lay(inside, scan.couch)
    image = through_kernel(scan, inside)
    if scan.options.noise:
        waves = shared(scan, first, last)
        for index in range(first, last):
            image[index - first] += grain_of(scan, waves[index - first], index)
    for index in range(first, last):
        image[index - first] += scan.fields.hardening(index)
    return finished(scan, image)


def thickened(scan: Scan, first: int, last: int) -> Floats:
    """Slices as thick as asked; the ends of the volume are repeated."""
    values, weights = scan.hu.values, scan.box
    reach = len(weights) // 2
    out = np.zeros((last - first, *values.shape[1:]), dtype=np.float32)
    for index in range(first, last):
        for step, weight in enumerate(weights, index - reach):
            out[index - first] += values[min(max(step, 0), len(values) - 1)] * weight
    return out


def through_kernel(scan: Scan, image: Floats) -> Floats:
    """The slices with the kernel's transfer."""
    rows, columns = image.shape[1:]
    tall, wide = scan.shape
    pad = ((0, 0), (MARGIN, tall - rows - MARGIN), (MARGIN, wide - columns - MARGIN))
    spectrum = fft.rfft2(np.pad(image, pad, "edge"), workers=1)
    spectrum *= scan.transfer
    full = fft.irfft2(spectrum, scan.shape, workers=1, overwrite_x=True)
    return np.ascontiguousarray(full[:, MARGIN : MARGIN + rows, MARGIN : MARGIN + columns])


def white(scan: Scan, index: int) -> Spectrum:
    """The spectrum of white noise that belongs to one place along z."""
    rng = np.random.default_rng((scan.seed, 211, index + 1000))
    rows, half = scan.grain.shape
    drawn = rng.standard_normal((rows, 2 * half), dtype=np.float32).view(np.complex64)
    drawn *= np.float32(0.5**0.5)
    drawn[:, 0] *= np.float32(2**0.5)
    drawn[:, -1] *= np.float32(2**0.5)
    return np.asarray(drawn * scan.grain)


def shared(scan: Scan, first: int, last: int) -> list[Spectrum]:
    """Spectra of the slices' noise: neighbours share what they share in rays."""
    reach = len(scan.taps) // 2
    if not reach:
        return [white(scan, index) for index in range(first, last)]
    sums = [np.zeros(scan.grain.shape, dtype=np.complex64) for _ in range(first, last)]
    for index in range(first - reach, last + reach):
        drawn = white(scan, index)
        for place in range(max(index - reach, first), min(index + reach + 1, last)):
            sums[place - first] += scan.taps[index - place + reach] * drawn
    return sums


def grain_of(scan: Scan, wave: Spectrum, index: int) -> Floats:
    """Noise of one slice in HU: stronger, and drawn out sideways, where rays lost more."""
    around, extra = scan.fields.noise(index)
    noise = cut(scan, fft.irfft2(wave, scan.shape, workers=1)) * around
    if extra is not None:
        streaks = fft.irfft2(wave * scan.lateral, scan.shape, workers=1, overwrite_x=True)
        noise += cut(scan, streaks) * extra
    return np.asarray(noise, dtype=np.float32)


def cut(scan: Scan, full: Floats) -> Floats:
    """Without the margin."""
    rows, columns = scan.hu.grid.shape[1:]
    return full[MARGIN : MARGIN + rows, MARGIN : MARGIN + columns]


def finished(scan: Scan, image: Floats) -> NDArray[np.int16]:
    """Whole HU within the maker's range, padding around."""
    np.clip(image, scan.profile.low_hu, HIGH_HU, out=image)
    out = np.rint(image).astype(np.int16)
    if scan.outside is not None and scan.profile.padding_hu is not None:
        out[:, scan.outside] = scan.profile.padding_hu
    return out
