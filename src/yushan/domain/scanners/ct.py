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

from yushan.domain.scanners import couch, kernels, metal, motion
from yushan.domain.scanners.cloth import Cloth, cloth
from yushan.domain.scanners.ct_options import CtOptions
from yushan.domain.scanners.fields import fields
from yushan.domain.scanners.noise import Noise, Plane, noise
from yushan.domain.scanners.truncation import Truncation, truncation
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.profiles import CtProfile
    from yushan.domain.scanners.words import Floats

#: Slices of one task; bits do not depend on the number of threads.
BLOCK: Final = 12
#: Pixels around a slice so that its edges do not reach round.
MARGIN: Final = 8
HIGH_HU: Final = 3071
#: Turn of the tube between the middles of two slices 1 mm apart, radians.
TURN_PER_MM: Final = 0.52


@dataclass(frozen=True, eq=False)
class Scan:
    """Everything that the blocks of one scan share."""

    hu: Volume
    grid: Grid
    profile: CtProfile
    seed: int
    options: CtOptions
    plane: Plane
    transfer: Floats
    box: Floats
    noise: Noise
    couch: Floats | None
    cloth: Cloth | None
    edge: Truncation | None
    outside: NDArray[np.bool_] | None

    @property
    def inside(self) -> tuple[slice, slice]:
        """Where the slice lies on its plane."""
        _, rows, columns = self.grid.shape
        return slice(MARGIN, MARGIN + rows), slice(MARGIN, MARGIN + columns)

    def place(self, index: int) -> float:
        """Where a slice of the scan lies among the slices of the body."""
        return (index + 0.5) * self.options.every - 0.5


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
        int16 HU on the same grid (every so many slices of it), between the profile's ``low_hu``
        and 3,071; its padding outside the circle where the maker pads.

    Raises
    ------
    ValueError
        The profile has no such kernel, or dose, thickness or slices are not above 0.
    """
    scan = prepare(hu, profile, seed, options or CtOptions())
    out = np.empty(scan.grid.shape, dtype=np.int16)

    def run(first: int) -> None:
        out[first : first + BLOCK] = block(scan, first, min(first + BLOCK, len(out)))

    with ThreadPoolExecutor(scan.options.threads) as pool:
        list(pool.map(run, range(0, len(out), BLOCK)))
    return Volume(scan.grid, out)


def prepare(hu: Volume, profile: CtProfile, seed: int, options: CtOptions) -> Scan:
    """Transfers, weights and slow fields of a scan."""
    if options.dose <= 0 or options.every < 1 or (options.thickness_mm or 1) <= 0:
        raise ValueError("dose, thickness and slices must be above 0")
    grid = thinned(hu.grid, options.every)
    thickness = options.thickness_mm or grid.spacing[0]
    kernel = profile.kernel(options.kernel)
    spacing = grid.spacing[1:]
    plane = Plane((padded(grid.shape[1]), padded(grid.shape[2])), spacing)
    radial = np.hypot(*kernels.frequencies(plane.shape, spacing))
    ratio = thickness / grid.spacing[0]
    level = kernel.noise_hu * (profile.slice_mm / thickness / options.dose) ** 0.5
    return Scan(
        hu, grid, profile, seed, options, plane, kernels.mtf(kernel, radial),
        kernels.box_weights(ratio * options.every, (options.every + 1) % 2 / 2),
        noise(seed, kernel, level, ratio, plane, fields(hu, profile)),
        lying_on(hu, profile, options.couch),
        cloth(seed) if options.couch is True else None,
        truncation(grid, options.field_mm), None if profile.padding_hu is None else circle(hu),
    )  # fmt: skip


def lying_on(hu: Volume, profile: CtProfile, wanted: bool | str) -> Floats | None:  # noqa: FBT001
    """The couch of the profile, a named one, or none."""
    if not wanted:
        return None
    return couch.couch_slice(hu, profile.couch if wanted is True else str(wanted))


def thinned(grid: Grid, every: int) -> Grid:
    """The grid of slices ``every`` as far apart, each in the middle of those it is made of."""
    if every == 1:
        return grid
    first = grid.points([[(every - 1) / 2, 0, 0]])[0]
    shape = (max(grid.shape[0] // every, 1), *grid.shape[1:])
    spacing = (grid.spacing[0] * every, *grid.spacing[1:])
    return Grid(shape, (float(first[0]), float(first[1]), float(first[2])), spacing, grid.axes)


def padded(size: int) -> int:
    """A fast, even size with a margin on both sides."""
    fast = int(fft.next_fast_len(size + 2 * MARGIN, real=True))
    return fast if fast % 2 == 0 else padded(size + 1)


def circle(hu: Volume) -> NDArray[np.bool_]:
    """What lies outside the circle that is reconstructed ``[row, column]``."""
    _, rows, columns = hu.grid.shape
    y = (np.arange(rows) - (rows - 1) / 2)[:, None] / rows
    x = (np.arange(columns) - (columns - 1) / 2)[None, :] / columns
    return np.asarray(np.hypot(x, y) > 0.5)


def block(scan: Scan, first: int, last: int) -> NDArray[np.int16]:
    """Slices ``first`` up to before ``last`` of the scan."""
    inside = thickened(scan, first, last)
    furnished(scan, inside, first)
    wrong = [
        metal.streaks(part, scan.plane.spacing, (scan.seed, first + step))
        for step, part in enumerate(inside)
    ]
    image = through_kernel(scan, inside, first)
    if scan.options.noise:
        for index, wave in enumerate(scan.noise.spectra(first, last), first):
            image[index - first] += scan.noise.plane(wave, scan.place(index), scan.inside)
    for index, streak in enumerate(wrong, first):
        image[index - first] += scan.noise.fields.hardening(scan.place(index))
        if streak is not None:
            image[index - first] += streak
    return finished(scan, image)


def thickened(scan: Scan, first: int, last: int) -> Floats:
    """Slices as thick as asked; the ends of the volume are repeated."""
    values, weights = scan.hu.values, scan.box
    reach = len(weights) // 2
    out = np.zeros((last - first, *values.shape[1:]), dtype=np.float32)
    for index in range(first, last):
        for step, weight in enumerate(weights, int(scan.place(index)) - reach):
            out[index - first] += values[min(max(step, 0), len(values) - 1)] * weight
    return out


def furnished(scan: Scan, inside: Floats, first: int) -> None:
    """Put implants in and the couch under the slices of a block, in place."""
    for made in scan.options.metal:
        metal.put(inside, scan.grid.slices(first, first + len(inside)), made)
    if scan.cloth is not None and scan.couch is not None:
        for index, part in enumerate(inside, first):
            scan.cloth.lay(part, scan.grid, index * scan.grid.spacing[0])
    if scan.couch is not None:
        couch.lay(inside, scan.couch)
    if scan.edge is not None:
        for part in inside:
            scan.edge.cut(part)


def through_kernel(scan: Scan, image: Floats, first: int) -> Floats:
    """The slices with the kernel's transfer, and with what moved meanwhile."""
    spectrum = scan.transfer * transformed(scan, image)
    if scan.options.motion is not None:
        for step in range(len(image)):
            spectrum[step] += swept(scan, first + step)
    full = fft.irfft2(spectrum, scan.plane.shape, workers=1, overwrite_x=True)
    return np.ascontiguousarray(full[(slice(None), *scan.inside)])


def transformed(scan: Scan, image: Floats) -> NDArray[np.complex64]:
    """Slices on their plane, edges repeated, as spectra."""
    rows, columns = image.shape[1:]
    tall, wide = scan.plane.shape
    pad = ((0, 0), (MARGIN, tall - rows - MARGIN), (MARGIN, wide - columns - MARGIN))
    return np.asarray(fft.rfft2(np.pad(image, pad, "edge"), workers=1))


def swept(scan: Scan, index: int) -> NDArray[np.complex64] | np.float32:
    """What a slice's spectrum gains when half of the views see it before, half after the move."""
    moving = scan.options.motion
    if moving is None:
        return np.float32(0)
    place = min(round(scan.place(index)), len(scan.hu.values) - 1)
    ends = [motion.moved(scan.hu, place, moving, ahead) for ahead in (-0.5, 0.5)]
    if ends[0] is None or ends[1] is None:
        return np.float32(0)
    still = np.asarray(scan.hu.values[place], dtype=np.float32)
    before, after = transformed(scan, np.stack([ends[0] - still, ends[1] - still]))
    start = index * scan.grid.spacing[0] * TURN_PER_MM
    share = motion.views(scan.plane.shape, scan.plane.spacing, start)
    return np.asarray(scan.transfer * (share * before + (1 - share) * after))


def finished(scan: Scan, image: Floats) -> NDArray[np.int16]:
    """Whole HU within the maker's range, padding around."""
    np.clip(image, scan.profile.low_hu, HIGH_HU, out=image)
    out = np.rint(image).astype(np.int16)
    if scan.outside is not None and scan.profile.padding_hu is not None:
        out[:, scan.outside] = scan.profile.padding_hu
    return out
