"""What happens to one slice between the patient and the picture, in k-space. Pure.

Arrays are ``[phase, read]``: the first axis is the one that is encoded line by line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import fft  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Complex = NDArray[np.complex64]

#: Where the window begins to fall at the measured matrix's edge, share of its half width.
ROLL_OFF: Final = 0.75


def spectrum(picture: NDArray[np.generic]) -> Complex:
    """The slice's k-space, the centre at ``[0, 0]``; unitary."""
    found = fft.fft2(picture.astype(np.complex64), norm="ortho", workers=1)
    return np.asarray(found, dtype=np.complex64)


def image_of(lines: Complex) -> Complex:
    """The picture of a k-space."""
    return np.asarray(fft.ifft2(lines, norm="ortho", workers=1), dtype=np.complex64)


def frequencies(count: int) -> Floats:
    """Cycles per sample along an axis, in ``spectrum``'s order."""
    return np.asarray(fft.fftfreq(count), dtype=np.float32)


def window(shape: tuple[int, int], share: float) -> Floats:
    """What is measured: all along read, a share along phase; a cosine falls towards the edges."""
    phase = edge(frequencies(shape[0]) / np.float32(0.5 * share))
    read = edge(frequencies(shape[1]) / np.float32(0.5))
    return np.asarray(phase[:, None] * read[None, :], dtype=np.float32)


def edge(radius: Floats) -> Floats:
    """1 inside, a quarter of a cosine's fall to a third at the edge, 0 beyond."""
    outer = np.clip((np.abs(radius) - ROLL_OFF) / (1 - ROLL_OFF), 0, 1)
    fallen = 1 - np.float32(0.67) * np.sin(outer * np.float32(np.pi / 2)) ** 2
    return np.asarray(np.where(np.abs(radius) <= 1, fallen, 0), dtype=np.float32)


def moved(lines: Complex, path: Floats) -> Complex:
    """The lines measured while the slice moves: ``path[line] = (phase, read)`` in samples.

    Lines are acquired from one end of k-space to the other.
    """
    ky, kx = frequencies(lines.shape[0]), frequencies(lines.shape[1])
    when = np.argsort(np.argsort(ky))
    turns = ky[:, None] * path[when, :1] + kx[None, :] * path[when, 1:]
    return np.asarray(lines * np.exp(np.complex64(-2j * np.pi) * turns), dtype=np.complex64)


def path_of(count: int, reach: float, rng: np.random.Generator) -> Floats:
    """Where a restless patient lies at each line: rests with a few sudden moves, in samples."""
    moves = rng.integers(1, 4)
    times = np.sort(rng.integers(count // 8, count - count // 8, moves))
    places = np.concatenate([[[0.0, 0.0]], rng.normal(0, reach, (moves, 2))])
    return np.asarray(places[np.searchsorted(times, np.arange(count), "right")], dtype=np.float32)


def ghosted(lines: Complex, share: float, period: float, start: float) -> Complex:
    """Lines whose strength beats with a period (pulse, breath): ghosts of a share of the signal.

    ``period`` in lines; a ghost lies ``count / period`` samples away on both sides.
    """
    count = lines.shape[0]
    order = np.argsort(np.argsort(frequencies(count))).astype(np.float32)
    beat = 1 + 2 * share * np.exp(1j * start) * np.cos(2 * np.pi * order / period)
    return np.asarray(lines * beat[:, None].astype(np.complex64), dtype=np.complex64)


def shifted(lines: Complex, samples: float) -> Complex:
    """The slice moved along read (chemical shift)."""
    turns = frequencies(lines.shape[1])[None, :] * np.float32(samples)
    return np.asarray(lines * np.exp(np.complex64(-2j * np.pi) * turns), dtype=np.complex64)


def received(
    lines: Complex, noise: float, seen: tuple[Floats, Floats], rng: np.random.Generator
) -> Floats:
    """The magnitude that receivers give: sum of squares over coils.

    Parameters
    ----------
    lines
        K-space times its window.
    noise
        Standard deviation of each of a coil's two channels in the picture.
    seen
        Sensitivities ``[coil, phase, read]``, and the window, which noise goes through too.
    rng
        Draws the noise.

    With one coil the magnitude is Rician, with more it follows a noncentral chi (Constantinides et
    al. 1997, Magn Reson Med 38:852).
    """
    coils, measured = seen
    scale = np.float32(noise / np.sqrt(np.mean(measured.astype(np.float64) ** 2)))
    picture = image_of(lines)
    total = np.zeros(lines.shape, dtype=np.float32)
    for sensitivity in coils:
        two = rng.standard_normal((2, *lines.shape), dtype=np.float32) * scale
        grain = image_of(np.asarray((two[0] + 1j * two[1]) * measured, dtype=np.complex64))
        found = picture * sensitivity + grain
        total += found.real**2 + found.imag**2
    return np.asarray(np.sqrt(total), dtype=np.float32)
