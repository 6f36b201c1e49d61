"""Things that lie on or in a chest when its film is taken: leads, tubes, catheters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from yushan.domain.scanners.drawing import Image, tube

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.scanners.projection import Film

#: Device -> its lines: points as shares of rows and columns, radius in mm, attenuation per mm.
WAYS: Final = {
    "tube": (((0.0, 0.505), (0.12, 0.50), (0.26, 0.497)), 5.2, 0.016),
    "feeding_tube": (
        ((0.0, 0.49), (0.3, 0.51), (0.62, 0.515), (0.80, 0.56), (0.9, 0.62)),
        1.6,
        0.05,
    ),
    "catheter": (
        ((0.02, 0.34), (0.12, 0.36), (0.22, 0.43), (0.34, 0.455), (0.44, 0.46)),
        1.1,
        0.07,
    ),
}
#: Electrodes of a monitor and where their wires leave the film.
LEADS: Final = (
    ((0.22, 0.22), (0.0, 0.30)),
    ((0.2, 0.78), (0.0, 0.62)),
    ((0.66, 0.80), (1.0, 0.95)),
)


def drawn_devices(
    names: tuple[str, ...], film: Film, shape: tuple[int, int], rng: np.random.Generator
) -> tuple[Image, dict[str, NDArray[np.bool_]]]:
    """What devices add to the line integrals, and where each is.

    Raises
    ------
    ValueError
        There is no such device.
    """
    total = np.zeros(shape, dtype=np.float32)
    masks = {}
    pixel = film.view.pixel_mm * film.values.shape[0] / shape[0]
    for name in names:
        if name == "leads":
            cover = leads(shape, pixel, rng)
        elif name in WAYS:
            points, radius, density = WAYS[name]
            cover = np.zeros(shape, dtype=np.float32)
            tube(cover, wound(points, shape, rng), np.full(60, radius / pixel), chord=True)
            if name == "tube":
                line = np.zeros(shape, dtype=np.float32)
                tube(line, wound(points, shape, rng), np.full(60, 0.5 / pixel), chord=True)
                cover += 6 * line
            cover *= np.float32(pixel * density)
        else:
            raise ValueError(f"no device {name}")
        total += cover
        masks[name] = cover > 0
    return total, masks


def wound(
    points: tuple[tuple[float, float], ...], shape: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.float64]:
    """A smooth way through points, each a little elsewhere, in pixels ``[60, 2]``."""
    known = np.array(points) + rng.normal(0, 0.006, (len(points), 2))
    known = np.array([known[0], *known, known[-1]])
    place = np.linspace(0, len(points) - 1.0001, 60)
    low, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = (known[low + step] for step in range(4))
    path = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return np.asarray(path * np.array(shape))


def leads(shape: tuple[int, int], pixel: float, rng: np.random.Generator) -> Image:
    """Line integrals of electrodes with their clips and wires."""
    cover = np.zeros(shape, dtype=np.float32)
    for start, end in LEADS:
        middle = tuple(
            (a + b) / 2 + float(rng.normal(0, 0.04)) for a, b in zip(start, end, strict=True)
        )
        path = wound((start, (middle[0], middle[1]), end), shape, rng)
        wire = np.zeros(shape, dtype=np.float32)
        tube(wire, path, np.full(60, 0.55 / pixel), chord=True)
        cover += wire * np.float32(pixel * 0.5)
        button = np.zeros(shape, dtype=np.float32)
        tube(button, np.array([path[0], path[0] + 0.1]), np.full(2, 5.0 / pixel))
        cover = np.maximum(cover, 0.25 * button)
        tube(button, np.array([path[0], path[1]]), np.full(2, 2.0 / pixel))
        cover += (
            0.5
            * button
            * (
                np.hypot(
                    *np.meshgrid(
                        np.arange(shape[0]) - path[0, 0],
                        np.arange(shape[1]) - path[0, 1],
                        indexing="ij",
                    )
                )
                < 3 / pixel
            )
        )
    return cover
