"""Ultrasound: echoes of random scatterers along beams, as a probe receives them.

The echo of a tissue is a complex Gaussian field that moves with it; a pulse and a beam smear it,
and the size of the sum is its envelope: fully developed speckle (Rayleigh, mean over deviation
1.91). Shadows and enhancement follow from attenuation summed along each beam, against a time gain
that expects liver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, blurred, cloud
from yushan.domain.scanners.picture import table
from yushan.domain.scanners.ultrasound_probe import SAMPLES, Machine, beams

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Loss that the time gain expects, dB per cm and MHz, one way.
EXPECTED_LOSS: Final = 0.52
#: Share of it, and of the loss itself, that is left over in pictures (machines adapt their gain).
KEPT_LOSS: Final = 0.7
#: Echo of neighbours that a beam's side lobes bring in, against the echo itself.
CLUTTER: Final = 0.018
#: Depth over which skin that follows a round probe straightens, mm.
PRESSED_MM: Final = 22.0


@dataclass(frozen=True, eq=False)
class Section:
    """A cut through a body under a probe.

    Parameters
    ----------
    labels
        ``[depth, lateral]``; value ``k`` is the structure ``names[k]``; row 0 is the skin, the
        middle column lies under the middle of the probe. It should be wider than the picture:
        edges are repeated.
    names, tissues
        Structure and its tissue (a row of ``[tissues]`` in ``data/sonographs.toml``) of each value.
    pixel_mm
        Distance between rows and between columns.
    """

    labels: NDArray[np.uint8]
    names: tuple[str, ...]
    tissues: tuple[str, ...]
    pixel_mm: float


@dataclass(frozen=True, eq=False)
class Matter:
    """A section's scatterers and what each tissue does, fixed to the body."""

    section: Section
    scatter: NDArray[np.complex64]
    uneven: Image
    echo: Image
    loss: Image
    edge: Image


def matter(section: Section, seed: int) -> Matter:
    """Scatterers of a section, as dense as its pixels."""
    rng = np.random.default_rng((seed, 0x50))
    shape = section.labels.shape
    parts = rng.standard_normal((2, *shape), dtype=np.float32) / np.float32(np.sqrt(2))
    scatter = np.empty(shape, dtype=np.complex64)
    scatter.real, scatter.imag = parts
    rows = [table("sonographs")["tissues"][name] for name in section.tissues]
    bloom = np.array([row["bloom"] for row in rows], dtype=np.float32)
    uneven = (0.6 * cloud(rng, shape, 1.6) + 0.6 * cloud(rng, shape, 3)) * bloom[section.labels]
    columns = (
        np.array([row[key] for row in rows], dtype=np.float32)
        for key in ("echo_db", "loss", "edge")
    )
    return Matter(section, scatter, np.asarray(10 ** (uneven / 20), dtype=np.float32), *columns)


def echoes(
    body: Matter, probe: Machine, shift_mm: tuple[float, float] = (0, 0)
) -> tuple[Image, NDArray[np.uint8]]:
    """Envelope ``[sample, beam]`` where liver has a mean of about 1, and the labels under it.

    Parameters
    ----------
    body
        What lies under the probe.
    probe
        The machine.
    shift_mm
        How far the body has moved, lateral and deep.
    """
    lateral, deep = beams(probe)
    section = body.section
    hollow = -deep[:1] * np.exp(-np.linspace(0, probe.depth_mm, SAMPLES)[:, None] / PRESSED_MM)
    moving = 1 - np.exp(-np.maximum(deep, 0) / np.float32(PRESSED_MM))
    rows = (deep + hollow - moving * shift_mm[1]) / section.pixel_mm
    columns = (lateral - moving * shift_mm[0]) / section.pixel_mm
    columns += (section.labels.shape[1] - 1) / 2
    down = np.clip(np.rint(rows), 0, section.labels.shape[0] - 1).astype(np.intp)
    right = np.clip(np.rint(columns), 0, section.labels.shape[1] - 1).astype(np.intp)
    labels = section.labels[down, right]
    loud = 10 ** (body.echo[labels] / 20)
    size = np.asarray(loud * body.uneven[down, right], dtype=np.float32)
    field = smeared(body.scatter[down, right] * size, probe)
    field += mirrors(body, labels, size, probe)
    heard = np.abs(field) * gain(body.loss[labels], probe)
    return heard + clutter(heard, body, down, right), labels


def clutter(heard: Image, body: Matter, down: NDArray[np.intp], right: NDArray[np.intp]) -> Image:
    """Haze that side lobes and reverberation lay over dark parts beside and below bright ones."""
    haze = blurred(np.asarray(heard, dtype=np.float32), (14, 11))
    below = np.roll(haze, 26, axis=0)
    speckle = np.abs(body.scatter[down, right])
    rough = blurred(np.asarray(speckle, dtype=np.float32), (1.2, 1.6))
    return np.asarray(np.float32(CLUTTER) * (haze + below) * rough, dtype=np.float32)


def smeared(field: NDArray[np.complex64], probe: Machine) -> NDArray[np.complex64]:
    """Pulse and beam: power of the field is kept where it is even."""
    step = probe.depth_mm / SAMPLES
    along = 0.62 / probe.mhz * 1.54 / step * 0.55
    widths = np.array([1.1, 1.7, 2.6, 4.0]) * probe.grain
    pulse = axis_filter(field, along, 0)
    layers = [axis_filter(pulse, float(width), 1) for width in widths]
    place = np.linspace(0, 1, SAMPLES)
    focus = (
        np.abs(place - 0.5) * 1.7 if probe.shape == "linear" else np.abs(place - 0.45) * 2.2 + 0.1
    )
    index = np.clip(focus * (len(widths) - 1), 0, len(widths) - 1.001)
    low, share = index.astype(int), (index - index.astype(int)).astype(np.float32)
    stack = np.stack(layers)
    lines = np.arange(SAMPLES)
    near, far = stack[low, lines], stack[low + 1, lines]
    return np.asarray(near + share[:, None] * (far - near))


def axis_filter(field: NDArray[np.complex64], sigma: float, axis: int) -> NDArray[np.complex64]:
    """Gaussian smoothing along one axis that keeps the power of white noise."""
    reach = max(int(3 * sigma + 0.5), 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    kernel /= np.sqrt((kernel**2).sum())
    out = np.empty_like(field)
    out.real = ndimage.correlate1d(field.real, kernel, axis, mode="nearest")
    out.imag = ndimage.correlate1d(field.imag, kernel, axis, mode="nearest")
    return out


def mirrors(body: Matter, labels: NDArray[np.uint8], size: Image, probe: Machine) -> Image:
    """Echo of surfaces that stand across the beam: steps of tissue along it, smooth ones only."""
    edge = body.edge[labels]
    step = np.zeros_like(size)
    changed = labels[1:] != labels[:-1]
    step[1:] = np.where(
        changed, np.maximum(edge[1:], edge[:-1]) * np.maximum(size[1:], size[:-1]), 0
    )
    flat = ndimage.gaussian_filter(
        step, (0.62 / probe.mhz / probe.depth_mm * SAMPLES * 0.9, 2.5 * probe.grain)
    )
    return np.asarray(np.minimum(np.float32(1.4) * flat, 12), dtype=np.float32)


def gain(loss: Image, probe: Machine) -> Image:
    """Attenuation there and back along each beam, less what the time gain makes good."""
    step_cm = probe.depth_mm / SAMPLES / 10
    both_ways = np.float32(2 * probe.mhz * step_cm * KEPT_LOSS)
    lost = np.cumsum(loss - np.float32(EXPECTED_LOSS), axis=0) * both_ways
    return np.asarray(10 ** (-np.clip(lost, -14, 70) / 20), dtype=np.float32)


def compressed(envelope: Image, probe: Machine, rng: np.random.Generator) -> Image:
    """Grey 0..1 from an envelope: receiver noise that grows with depth, then the logarithm."""
    depth = np.linspace(0, 1, SAMPLES, dtype=np.float32)[:, None]
    hiss = (
        rng.rayleigh(1, envelope.shape).astype(np.float32)
        * np.float32(0.004)
        * 10 ** (1.05 * depth**2)
    )
    heard = np.hypot(envelope, hiss)
    level = 20 * np.log10(np.maximum(heard, np.float32(1e-6)))
    shown = (level + np.float32(probe.dynamic_db + probe.gain_db)) / np.float32(probe.dynamic_db)
    return np.asarray(np.clip(shown, 0, 1), dtype=np.float32)
