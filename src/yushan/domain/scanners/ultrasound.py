"""Ultrasound: echoes of random scatterers along beams, as a probe receives and a machine shows them.

The echo of a tissue is a complex Gaussian field that moves with it; a pulse and a beam smear it, and
the size of the sum is its envelope: fully developed speckle (Rayleigh, mean over deviation 1.91).
Shadows and enhancement follow from attenuation summed along each beam, against a time gain that
expects liver.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from yushan.domain.scanners.drawing import Image, cloud, sampled
from yushan.domain.scanners.picture import table

#: Loss that the time gain expects, dB per cm and MHz, one way.
EXPECTED_LOSS: Final = 0.52
#: Beams and samples along each.
BEAMS: Final = 224
SAMPLES: Final = 640


@dataclass(frozen=True, slots=True)
class Machine:
    """A probe on a machine, one row of ``data/sonographs.toml``.

    Parameters
    ----------
    shape
        ``convex``, ``sector`` or ``linear``.
    opening_deg
        Whole angle of the fan; the width in mm of a linear probe.
    radius_mm
        Of the probe's face.
    dynamic_db, gain_db
        Range that is shown, and its upper end against an echo of liver, negated.
    grain
        Width of the beam against the least that diffraction allows.
    screen, window
        Rows and columns of the screen; top, left, bottom, right of the picture on it.
    """

    name: str
    maker: str
    model: str
    shape: str
    mhz: float
    depth_mm: float
    radius_mm: float
    opening_deg: float
    dynamic_db: float
    gain_db: float
    grain: float
    frame_hz: float
    screen: tuple[int, int]
    window: tuple[int, int, int, int]
    style: str


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


@cache
def machines() -> tuple[Machine, ...]:
    """All machines of the table."""
    return tuple(
        Machine(name, **{key: tuple(v) if isinstance(v, list) else v for key, v in row.items()})
        for name, row in table("sonographs")["machines"].items()
    )


def machine(name: str) -> Machine:
    """A machine by its name.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    found = next((one for one in machines() if one.name == name), None)
    if found is None:
        raise ValueError(f"no ultrasound machine {name}")
    return found


def beams(probe: Machine) -> tuple[Image, Image]:
    """Where each sample of each beam lies: lateral and depth in mm, ``[sample, beam]``."""
    along = np.linspace(0, probe.depth_mm, SAMPLES, dtype=np.float32)[:, None]
    across = np.linspace(-0.5, 0.5, BEAMS, dtype=np.float32)[None] * np.float32(probe.opening_deg)
    if probe.shape == "linear":
        return np.broadcast_to(across, (SAMPLES, BEAMS)), np.broadcast_to(along, (SAMPLES, BEAMS))
    angle = np.deg2rad(across)
    reach = along + np.float32(probe.radius_mm)
    return reach * np.sin(angle), reach * np.cos(angle) - np.float32(probe.radius_mm)


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
    rows = (deep - np.float32(shift_mm[1])) / np.float32(section.pixel_mm)
    columns = (lateral - np.float32(shift_mm[0])) / np.float32(section.pixel_mm) + (
        section.labels.shape[1] - 1
    ) / 2
    down = np.clip(np.rint(rows), 0, section.labels.shape[0] - 1).astype(np.intp)
    right = np.clip(np.rint(columns), 0, section.labels.shape[1] - 1).astype(np.intp)
    labels = section.labels[down, right]
    size = 10 ** (body.echo[labels] / 20) * body.uneven[down, right]
    field = smeared(body.scatter[down, right] * size, probe)
    field += mirrors(body, labels, size, probe)
    return np.abs(field) * gain(body.loss[labels], probe), labels


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
    return np.asarray(
        stack[low, lines] * np.sqrt(1 - share)[:, None]
        + stack[low + 1, lines] * np.sqrt(share)[:, None]
    )


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
    lost = np.cumsum(loss - np.float32(EXPECTED_LOSS), axis=0) * np.float32(
        2 * probe.mhz * step_cm * 0.5
    )
    return np.asarray(10 ** (-np.clip(lost, -14, 70) / 20), dtype=np.float32)


def compressed(envelope: Image, probe: Machine, rng: np.random.Generator) -> Image:
    """Grey 0..1 from an envelope: noise of the receiver that grows with depth, then the logarithm."""
    depth = np.linspace(0, 1, SAMPLES, dtype=np.float32)[:, None]
    hiss = (
        rng.rayleigh(1, envelope.shape).astype(np.float32)
        * np.float32(0.004)
        * 10 ** (1.05 * depth**2)
    )
    heard = np.hypot(envelope, hiss)
    level = 20 * np.log10(np.maximum(heard, np.float32(1e-6)))
    shown = (level + np.float32(probe.dynamic_db + probe.gain_db)) / np.float32(probe.dynamic_db)
    return np.clip(shown, 0, 1)


@cache
def fan(probe: Machine) -> tuple[Image, Image, float, tuple[float, float]]:
    """For each pixel of the window: sample and beam (outside: -9); mm per pixel; the face's middle.

    The middle of the probe's face is (row, column) within the window.
    """
    top, left, bottom, right = probe.window
    height, width = bottom - top, right - left
    half = np.deg2rad(probe.opening_deg / 2)
    if probe.shape == "linear":
        across, above = probe.opening_deg, 0.0
    else:
        across = 2 * (probe.radius_mm + probe.depth_mm) * np.sin(half)
        above = probe.radius_mm * (1 - np.cos(half))
    scale = max((probe.depth_mm + above) / height, across / width)
    rows = np.arange(height, dtype=np.float32)[:, None] * np.float32(scale) - np.float32(above)
    columns = (np.arange(width, dtype=np.float32)[None] - np.float32((width - 1) / 2)) * np.float32(
        scale
    )
    if probe.shape == "linear":
        depth, angle = (
            np.broadcast_to(rows, (height, width)),
            np.broadcast_to(columns, (height, width)),
        )
    else:
        deep = rows + np.float32(probe.radius_mm)
        depth = np.hypot(deep, columns) - np.float32(probe.radius_mm)
        angle = np.rad2deg(np.arctan2(columns, deep))
    sample = depth / np.float32(probe.depth_mm) * (SAMPLES - 1)
    beam = (angle / np.float32(probe.opening_deg) + np.float32(0.5)) * (BEAMS - 1)
    outside = (sample < 0) | (sample > SAMPLES - 1) | (beam < 0) | (beam > BEAMS - 1)
    place = (above / scale, (width - 1) / 2)
    return (
        np.where(outside, np.float32(-9), sample),
        np.where(outside, np.float32(-9), beam),
        scale,
        place,
    )


def scanned(values: NDArray[np.generic], probe: Machine, order: int = 1) -> Image:
    """Values ``[sample, beam]`` laid out as the window of the screen."""
    sample, beam, _, _ = fan(probe)
    return sampled(values, sample, beam, order)
