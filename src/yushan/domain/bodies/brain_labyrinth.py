"""Stripes on a hull that branch and end as gyri do.

Noise goes through a band of frequencies and is saturated, again and again: a discrete relative of
the equation of Swift and Hohenberg (1977, Phys Rev A 15:319). Patterns stand upright on the hull
because every round but the last few is averaged along its normals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from scipy import fft, ndimage  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.bodies.surfaces import Floats

    Waves = NDArray[np.complex64]

ROUNDS: Final = 8
#: Of the rounds this share is upright; the last are free: where stripes crowd together deep down,
#: some end.
UPRIGHT: Final = 0.5
GAIN: Final = 1.6
#: Share of the first noise that comes back in every round, so that no two places become alike.
KEPT: Final = 0.3
#: Width of the band, in the logarithm of the frequency.
BAND: Final = 0.25
#: Share of the phase along the normal that does not count.
ALONG: Final = 0.5
#: Where stripes fade to less than this share of their usual strength, they vanish.
FAINT: Final = 0.35


class Land(NamedTuple):
    """A hull on a lattice ``[z, y, x]``.

    ``outside``: distance from the hull, mm, negative within; ``away``: the direction out of it,
    ``[3, z, y, x]``, along z, y, x; ``step_mm`` of the lattice.
    """

    outside: Floats
    away: Floats
    step_mm: float


def land(outside: Floats, step_mm: float) -> Land:
    """The lattice of a hull's distances."""
    slope = np.stack(list(np.gradient(outside, np.float32(step_mm))))
    steep = np.sqrt(slope[0] ** 2 + slope[1] ** 2 + slope[2] ** 2)
    return Land(outside, slope / np.maximum(steep, np.float32(0.3)), step_mm)


def stripes(
    ground: Land, length_mm: float, rng: np.random.Generator, planted: Floats | None = None,
    rounds: int = ROUNDS,
) -> Floats:  # fmt: skip
    """A pattern of one wavelength: -1 in the middle of every furrow, 1 on every crown between.

    Parameters
    ----------
    ground
        What it stands on.
    length_mm
        From one furrow to the next.
    rng
        Draws the noise.
    planted
        Where furrows must be, about 1 there and 0 elsewhere ``[z, y, x]``.
    rounds
        The more, the longer and more even are the stripes.

    Returns
    -------
    The cosine of the local phase, ``[z, y, x]``: the distance from the next furrow's middle is
    ``length_mm * arccos(-value) / (2 pi)``.
    """
    waves = frequencies(ground.outside.shape, ground.step_mm)
    band = passing(waves, length_mm)
    grain = through(rng.standard_normal(ground.outside.shape, dtype=np.float32), band)
    grain /= grain.std()
    inside = ground.outside < 0
    ways = [beside(ground, length_mm / 4 * side) for side in (1, -1)]
    found = grain
    for left in range(rounds, 0, -1):
        found = found / found[inside].std()
        if left > rounds * (1 - UPRIGHT):
            found = (at_places(found, ways[0]) + at_places(found, ways[1])) * np.float32(0.5)
        if planted is not None:
            found = found - planted
        found = np.tanh(np.float32(GAIN) * found)
        if left > 2:
            found = found + np.float32(KEPT) * grain
        found = through(found, band)
    return phase(found, waves, ground)


def frequencies(shape: tuple[int, ...], step_mm: float) -> tuple[Floats, Floats, Floats]:
    """Cycles per mm along z, y, x of a real transform, as lines that broadcast."""
    lines = [fft.fftfreq(n, step_mm) for n in shape[:2]] + [fft.rfftfreq(shape[2], step_mm)]
    z, y, x = (np.asarray(line, dtype=np.float32) for line in lines)
    return z[:, None, None], y[None, :, None], x[None, None, :]


def passing(waves: tuple[Floats, Floats, Floats], length_mm: float) -> Floats:
    """How much of each frequency passes: a bell about one over the length."""
    size = np.sqrt(waves[0] ** 2 + waves[1] ** 2 + waves[2] ** 2)
    off = np.log(np.maximum(size * np.float32(length_mm), np.float32(1e-4)))
    return np.asarray(np.exp(-((off / np.float32(BAND)) ** 2)), dtype=np.float32)


def through(values: Floats, band: Floats) -> Floats:
    """What passes the band."""
    spectrum = fft.rfftn(values, workers=1) * band
    return np.asarray(fft.irfftn(spectrum, s=values.shape, workers=1), dtype=np.float32)


def beside(ground: Land, by_mm: float) -> Floats:
    """Places ``[3, z, y, x]`` in lattice points, moved along the normals."""
    places = np.indices(ground.outside.shape, dtype=np.float32)
    return np.asarray(places + np.float32(by_mm / ground.step_mm) * ground.away)


def at_places(values: Floats, places: Floats) -> Floats:
    """Values between lattice points, linear; edges are held."""
    found = ndimage.map_coordinates(values, places, np.float32, order=1, mode="nearest")
    return np.asarray(found)


def phase(values: Floats, waves: tuple[Floats, Floats, Floats], ground: Land) -> Floats:
    """The cosine of the local phase along the hull, by the monogenic signal.

    Felsberg and Sommer 2001, IEEE Trans Signal Process 49:3136,
    less half its part along the normal.
    """
    spectrum = fft.rfftn(values, workers=1)
    size = np.sqrt(waves[0] ** 2 + waves[1] ** 2 + waves[2] ** 2)
    turned = spectrum * np.complex64(-1j) / np.maximum(size, np.float32(1e-6))
    strength, upright = values**2, np.zeros_like(values)
    for wave, away in zip(waves, ground.away, strict=True):
        part = fft.irfftn(turned * wave, s=values.shape, workers=1)
        strength += part**2
        upright += part * away
    strength = np.sqrt(np.maximum(strength - np.float32(ALONG) * upright**2, 0))
    least = np.float32(FAINT) * strength[ground.outside < 0].mean()
    return np.asarray(values / np.maximum(strength, least), dtype=np.float32)
