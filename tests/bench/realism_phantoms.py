"""PET scanners and gamma cameras measured with the usual phantoms, beside published ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from yushan.domain.scanners import NmProfile, PetProfile, nm_planar, pet_scan, profiles
from yushan.domain.volumes import Grid, Volume

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Diameter of a sphere in mm -> accepted recovery of its mean above half of it, and of its maximum
#: (EARL, accreditation specifications of January 2017, edition 1; spheres 10 times the background).
ACCEPTED = {
    37: ((0.76, 0.89), (0.95, 1.16)), 28: ((0.72, 0.85), (0.91, 1.13)),
    22: ((0.63, 0.78), (0.83, 1.09)), 17: ((0.57, 0.73), (0.73, 1.01)),
    13: ((0.44, 0.60), (0.59, 0.85)), 10: ((0.27, 0.43), (0.34, 0.57)),
}  # fmt: skip
HOT = 10.0
#: Half axes of the phantom across and its half length; distance of the spheres from its middle, mm.
BODY_MM, HALF_MM, RING_MM = (150.0, 115.0), 90.0, 57.2
#: Distances from a camera's face at which its resolution is measured, mm.
DISTANCES = (25, 100, 200)
#: Width (mm) of a line at half its height, 10 cm in air before a low-energy high-resolution
#: collimator: typical (King's College London, quality control of gamma cameras).
AT_100_MM = 7.4


class Recovered(NamedTuple):
    """Of one sphere: mean above half of its height and maximum, against what is in it."""

    mean: float
    highest: float


def phantom(grid: Grid) -> tuple[Volume, Volume]:
    """Uptake and attenuation (511 keV) of a body with six hot spheres in one plane."""
    z, y, x = (axis.astype(np.float32) for axis in axes(grid))
    inside = ((x / BODY_MM[0]) ** 2 + (y / BODY_MM[1]) ** 2 < 1) & (np.abs(z) < HALF_MM)
    uptake = inside.astype(np.float32)
    for place, diameter in zip(places(), ACCEPTED, strict=True):
        uptake += np.float32(HOT - 1) * ball(grid, place, diameter / 2)
    return Volume(grid, uptake), Volume(grid, inside.astype(np.float32) * np.float32(0.0096))


def axes(grid: Grid) -> list[NDArray[np.float64]]:
    """Places of voxels in mm along z, y and x, ready to be joined."""
    found = []
    for axis, (count, step) in enumerate(zip(grid.shape, grid.spacing, strict=True)):
        line = (np.arange(count) - (count - 1) / 2) * step
        found.append(line.reshape([-1 if k == axis else 1 for k in range(3)]))
    return found


def places() -> list[tuple[float, float]]:
    """Middles of the spheres, x and y in mm."""
    turns = np.arange(6) * np.pi / 3
    return [(RING_MM * float(np.cos(t)), RING_MM * float(np.sin(t))) for t in turns]


def ball(grid: Grid, place: tuple[float, float], radius: float) -> NDArray[np.float32]:
    """Share of each voxel that lies in a sphere, by 3 x 3 x 3 points."""
    z, y, x = axes(grid)
    share = np.zeros(grid.shape, dtype=np.float32)
    steps = (-1 / 3, 0.0, 1 / 3)
    for shift in np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3):
        dz, dy, dx = shift * grid.spacing
        away = (z + dz) ** 2 + (y + dy - place[1]) ** 2 + (x + dx - place[0]) ** 2
        share += (away < radius**2).astype(np.float32) / 27
    return share


def recovered(maker: PetProfile, seed: int = 1) -> tuple[dict[int, Recovered], float]:
    """Recovery of each sphere by its diameter, and the background's spread in percent."""
    deep, tall, wide = maker.voxel_mm
    shape = (round(220 / deep), round(280 / tall), round(340 / wide))
    grid = Grid.axial(shape, maker.voxel_mm)
    seen = pet_scan(*phantom(grid), maker, seed).suv().values.astype(np.float64)
    z, y, x = axes(grid)
    calm = (np.abs(z) < 60) & (np.hypot(x, y) < 25) & (np.hypot(z, y) < 80)
    ground = float(seen[calm].mean())
    found = {}
    for place, diameter in zip(places(), ACCEPTED, strict=True):
        near = np.sqrt(z**2 + (y - place[1]) ** 2 + (x - place[0]) ** 2) < diameter / 2 + 8
        part = seen[near]
        top = float(part.max())
        over = part[part > (top + ground) / 2]
        found[diameter] = Recovered(float(over.mean()) / HOT, top / HOT)
    return found, 100 * float(seen[calm].std()) / ground


def pet_devices(_: Path, __: Path | None, ___: int) -> None:
    """Recovery of hot spheres, by scanner, beside the accepted range."""
    print("scanner | background's spread (%) | mean: " + ", ".join(f"{d}" for d in ACCEPTED)
          + " mm | maximum: the same")  # fmt: skip
    print("--- | --- | --- | ---")
    ranges = [", ".join(f"{rows[k][0]:.2f} to {rows[k][1]:.2f}" for rows in ACCEPTED.values())
              for k in (0, 1)]  # fmt: skip
    print(f"accepted (EARL 1) | up to 15 | {ranges[0]} | {ranges[1]}")
    for maker in profiles("PT"):
        found, spread = recovered(maker)
        cells = [", ".join(f"{one[k]:.2f}{mark(one[k], ACCEPTED[d][k])}"
                           for d, one in found.items()) for k in (0, 1)]  # fmt: skip
        print(f"{maker.name.removeprefix('pt-')} | {spread:.1f} | {cells[0]} | {cells[1]}")


def mark(value: float, accepted: tuple[float, float]) -> str:
    """An arrow where a value lies outside a range."""
    return "↓" if value < accepted[0] else "↑" if value > accepted[1] else ""


def line_width(maker: NmProfile, away_mm: float) -> float:
    """Width at half height of a thin line in air before a camera, mm."""
    grid = Grid.axial((24, 10, 161), (4.0, 25.0, 1.0))
    source = np.zeros(grid.shape, dtype=np.float32)
    row = round((away_mm - 25) / grid.spacing[1])
    source[:, row, 80] = 1.0
    air = Volume(grid, np.zeros(grid.shape, dtype=np.float32))
    seen = nm_planar(Volume(grid, source), air, fine(maker), 1, counts=2e6).counts
    return half_width(seen.sum(axis=0, dtype=np.float64)) * 1.0


def fine(maker: NmProfile) -> NmProfile:
    """The camera with pixels of 1 mm."""
    return msgspec.structs.replace(maker, planar=(96, 160, 1.0))


def half_width(curve: NDArray[np.float64]) -> float:
    """Width of a peak at half its height above its foot, in pixels."""
    foot = float(np.median(np.concatenate([curve[:15], curve[-15:]])))
    over = curve - foot - (curve.max() - foot) / 2
    inside = np.flatnonzero(over > 0)
    low, high = int(inside[0]), int(inside[-1])
    left = low - over[low] / (over[low] - over[low - 1])
    right = high + over[high] / (over[high] - over[high + 1])
    return float(right - left)


def gamma_devices(_: Path, __: Path | None, ___: int) -> None:
    """Width of a line at distances, and counts of a body."""
    print("camera, collimator | width at half height (mm) at "
          + ", ".join(f"{d}" for d in DISTANCES)
          + " mm | published, typical, at 100 mm | counts of a body (million)")  # fmt: skip
    print("--- | --- | --- | ---")
    for maker in profiles("NM"):
        widths = ", ".join(f"{line_width(maker, d):.1f}" for d in DISTANCES)
        print(f"{maker.name.removeprefix('nm-')}, {maker.collimator} | {widths} | "
              f"{AT_100_MM} | {maker.counts_million}")  # fmt: skip
