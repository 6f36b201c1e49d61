"""Bone scintigrams: one of pydicom's test files (numbers only) beside synthetic ones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pydicom

from yushan.domain.bodies import paint, trunk
from yushan.domain.scanners import activity_look, attenuation, ct_look, nm_planar, profile
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FIRST = 5
#: Rows of the real picture that show chest and belly, and of the synthetic ones.
REAL, MADE = slice(190, 430), slice(420, 600)


def bone_scan(data: Path, _: Path | None, people: int) -> None:
    """Counts, how far they scatter, how steep the spectrum is."""
    path = data / "zoo-pydicom-data" / "JPEG2000_UNC.dcm"
    real = pydicom.dcmread(path)
    print("whose | seen while tuning | counts of the picture (million) | "
          "counts 50, 90, 99 % of the body | scatter of neighbours against Poisson's | "
          "spectrum's exponent")  # fmt: skip
    print("--- | --- | --- | --- | --- | ---")
    counts = np.maximum(real.pixel_array.astype(np.float64), 0)
    print(f"real | never | {counts.sum() / 1e6:.2f} | {line_of(counts[REAL])}")
    for seed in range(FIRST, FIRST + people):
        grid = Grid.axial((100, 70, 110), (4.0, 4.0, 4.0), (0, 0, -60))
        body = trunk(seed)
        mu = attenuation(paint(body, grid, ct_look("native", seed)).values, 140)
        uptake = paint(body, grid, activity_look("bone", seed))
        for name in ("nm-siemens-symbia", "nm-ge-infinia"):
            seen = nm_planar(uptake, Volume(grid, mu), profile(name), seed).counts
            print(f"person {seed - FIRST + 1}, {name} | | {seen.sum() / 1e6:.2f} (trunk alone) | "
                  f"{line_of(seen[MADE].astype(np.float64))}")  # fmt: skip


def line_of(counts: NDArray[np.float64]) -> str:
    """Numbers of one picture."""
    body = counts[counts > 3]
    tones = ", ".join(f"{x:.0f}" for x in np.percentile(body, (50, 90, 99)))
    pairs, steps = counts[:, 1:] + counts[:, :-1], counts[:, 1:] - counts[:, :-1]
    calm = (pairs > 10) & (pairs < np.percentile(body, 75) * 2)
    scatter = float(np.mean(steps[calm] ** 2) / np.mean(pairs[calm]))
    flat = (counts - counts.mean()) * np.hanning(counts.shape[0])[:, None]
    flat *= np.hanning(counts.shape[1])[None, :]
    power = np.abs(np.fft.fft2(flat)) ** 2
    radial = np.hypot(np.fft.fftfreq(counts.shape[0])[:, None],
                      np.fft.fftfreq(counts.shape[1])[None, :])  # fmt: skip
    edges = np.geomspace(0.012, 0.12, 9)
    means = [power[(radial >= low) & (radial < high)].mean()
             for low, high in pairwise(edges)]  # fmt: skip
    exponent = np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(means), 1)[0]
    return f"{tones} | {scatter:.2f} | {exponent:.2f}"
