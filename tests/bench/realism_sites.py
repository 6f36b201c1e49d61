"""How far the fictional sites differ, and whether what is held out of training lies outside it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.realism_statistics import told_apart
from yushan.domain.scanners import HOLD_OUTS, SITES, ct_choice, ct_look, ct_scan, held_out
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from yushan.domain.scanners import CtChoice

SCANS = 16
#: Pixels of a side of the piece of body that is scanned, their size in mm, and slices.
SIDE, PIXEL_MM, SLICES = 144, 0.7, 6
ROD_HU = 600.0
FEATURES = ("noise", "frequency", "next slice", "edge", "overshoot", "lowest", "blood")


def piece(choice: CtChoice, seed: int) -> tuple[float, ...]:
    """What one scan of liver around an artery and a rod measures: the features, in order."""
    look = ct_look(choice.phase, seed, choice.options.kvp or 120)
    line = (np.arange(SIDE) - (SIDE - 1) / 2) * PIXEL_MM
    plane = np.full((SIDE, SIDE), look["liver"].mean, dtype=np.float32)
    plane[np.hypot(line[:, None], line[None, :]) < 12] = look["blood_left"].mean
    plane[np.hypot(line[:, None] - 34, line[None, :]) < 8] += np.float32(ROD_HU)
    hu = np.repeat(plane[None], SLICES, axis=0)
    grid = Grid.axial(hu.shape, (choice.slices_mm[1], PIXEL_MM, PIXEL_MM))
    seen = ct_scan(Volume(grid, hu), choice.profile, seed, choice.options)
    return measured(seen.values.astype(np.float64))


def measured(seen: NDArray[np.float64]) -> tuple[float, ...]:
    """The features of a scan: the rod's steepest step and how far its edges undershoot, too."""
    part = seen[:, 24:48, 36:108]
    noise = part - part.mean(axis=(1, 2), keepdims=True)
    power = np.mean(np.abs(np.fft.fft2(noise)) ** 2, axis=0)
    radial = np.hypot(np.fft.fftfreq(24, PIXEL_MM)[:, None], np.fft.fftfreq(72, PIXEL_MM)[None])
    pull = float(np.mean(noise[1:] * noise[:-1]) / np.mean(noise**2))
    line = (np.arange(SIDE) - (SIDE - 1) / 2) * PIXEL_MM
    away = np.hypot(line[:, None] - 34, line[None, :]) / PIXEL_MM
    ring = np.rint(away).astype(int).ravel()
    row = np.bincount(ring, seen.mean(axis=0).ravel())[:24] / np.maximum(np.bincount(ring)[:24], 1)
    steep = float(np.abs(np.diff(row[2:])).max()) / ROD_HU
    beyond = float(row[18:23].mean() - row[12:17].min()) / ROD_HU
    lowest, blood = float(seen.min()), float(seen[:, 66:78, 66:78].mean())
    frequency = float((power * radial).sum() / power.sum())
    return float(noise.std()), frequency, pull, steep, beyond, lowest, blood


def scans_of(site: str) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
    """Features ``[scan, feature]`` of a site, and what each scan is held out for."""
    choices = [ct_choice(site, seed) for seed in range(SCANS)]
    rows = [piece(one, seed) for seed, one in enumerate(choices)]
    return np.array(rows), [held_out(one.profile, one.options) for one in choices]


def sites_apart(_: Path, __: Path | None, ___: int) -> None:
    """Each pair of sites by its best single feature; held-out scans against training's ranges."""
    found = {name: scans_of(name) for name in sorted(SITES)}
    print("pair of sites | best single feature | told apart (0.5 not at all, 1 always)")
    print("--- | --- | ---")
    best = []
    for one, two in combinations(found, 2):
        rates = [told_apart(found[one][0][:, k], found[two][0][:, k])
                 for k in range(len(FEATURES))]  # fmt: skip
        best.append((max(rates), FEATURES[int(np.argmax(rates))], f"{one}, {two}"))
    for rate, feature, pair in sorted(best):
        print(f"{pair} | {feature} | {rate:.2f}")
    print(f"\nmedian {np.median([one[0] for one in best]):.2f}, "
          f"lowest {min(best)[0]:.2f} of {len(best)} pairs\n")  # fmt: skip
    outside(found)


def outside(found: dict[str, tuple[NDArray[np.float64], list[tuple[str, ...]]]]) -> None:
    """How many held-out scans lie outside what training's scans span, feature by feature."""
    train = np.concatenate([
        rows[[not names for names in held]]
        for site, (rows, held) in found.items() if not SITES[site].held_out
    ])  # fmt: skip
    print("held out | scans | outside the middle 95 % of training in any feature (%) | by feature")
    print("--- | --- | --- | ---")
    groups = {f"site {s}": found[s][0] for s in found if SITES[s].held_out}
    every = [(row, names) for rows, held in found.values()
             for row, names in zip(rows, held, strict=True)]  # fmt: skip
    for name in HOLD_OUTS:
        groups[name] = np.array([row for row, names in every if name in names])
    for name, rows in groups.items():
        if len(rows):
            print(f"{name} | {len(rows)} | {line_of(train, rows)}")


def line_of(train: NDArray[np.float64], rows: NDArray[np.float64]) -> str:
    """Share of scans outside what training spans: in any feature, and by feature (10 % or more)."""
    low, high = np.percentile(train, (2.5, 97.5), axis=0)
    out = (rows < low) | (rows > high)
    shares = zip(FEATURES, out.mean(axis=0) * 100, strict=True)
    parts = ", ".join(f"{name} {x:.0f}" for name, x in shares if x >= 10)
    return f"{out.any(axis=1).mean() * 100:.0f} | {parts}"
