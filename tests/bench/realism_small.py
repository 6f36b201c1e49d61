"""Ultrasound, electrocardiogram, histology, a retina's piece: one or two real ones of each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from tests.bench.realism_pictures import spectrum, steepness
from yushan.domain.scanners import FundusWishes, ecg, fundus, histology, machine, ultrasound
from yushan.domain.scanners.ultrasound import matter
from yushan.domain.scanners.ultrasound_scenes import neck
from yushan.domain.scanners.ultrasound_screen import frame

if TYPE_CHECKING:
    from pathlib import Path

Doubles = NDArray[np.float64]
Box = tuple[tuple[int, int], tuple[int, int]]
#: Boxes (rows, columns) of tissue without colour: muscle under a linear probe (pydicom-data), seen,
#: and the heart's wall in an apical view (pydicom), never seen.
NEAR: tuple[Box, ...] = (
    ((112, 138), (20, 300)), ((112, 138), (330, 600)), ((298, 332), (20, 300)),
    ((298, 332), (330, 600)),
)  # fmt: skip
WALL: tuple[Box, ...] = (
    ((140, 158), (120, 185)), ((100, 140), (90, 112)), ((100, 140), (190, 206)),
)  # fmt: skip
#: Standard deviation of the logarithm of a Rayleigh envelope, dB.
RAYLEIGH_DB = 5.57
MUSCLE = ("deep_muscle", "muscle", "muscle_fibre", "fascia")
#: Bands of an electrocardiogram's power, Hz, and the leads whose QRS is measured.
BANDS_HZ, LEADS = (0.5, 5, 15, 40, 100), (0, 1, 6, 7, 10)


def boxes(picture: Doubles, places: tuple[Box, ...]) -> list[Doubles]:
    """Pieces of a picture."""
    return [picture[a:b, c:d] for (a, b), (c, d) in places]


def speckle(piece: Doubles, wide: float = 6.0) -> tuple[float, ...]:
    """Grey 5, 50, 95 %; spread, skew, dB of 256 greys if Rayleigh; grain down, across (pixels)."""
    fine = piece - ndimage.gaussian_filter(piece, wide)
    spread = float(fine.std())
    skew = float(np.mean((fine - fine.mean()) ** 3) / max(spread, 1e-6) ** 3)
    tones = (float(x) for x in np.percentile(piece, (5, 50, 95)))
    return (*tones, spread, skew, 255 * RAYLEIGH_DB / max(spread, 1e-6), *grains(fine))


def grains(fine: Doubles) -> tuple[float, float]:
    """Width at half height of the autocorrelation, down and across, pixels."""
    found = []
    for axis in (0, 1):
        line = np.moveaxis(fine, axis, 0)
        count, whole = min(12, len(line) - 2), float(np.mean(line**2))
        pull = [1.0, *(float(np.mean(line[k:] * line[:-k])) / whole for k in range(1, count))]
        index = int(np.argmax(np.array(pull) < 0.5)) or count - 1
        share = (pull[index - 1] - 0.5) / max(pull[index - 1] - pull[index], 1e-6)
        found.append(2 * (index - 1 + share))
    return found[0], found[1]


def said(pieces: list[Doubles]) -> str:
    """Means over pieces."""
    low, middle, high, spread, skew, reach, down, across = np.mean(
        [speckle(piece) for piece in pieces], axis=0
    )
    return (f"{low:.0f}, {middle:.0f}, {high:.0f} | {spread:.0f} | {skew:.2f} | {reach:.0f} | "
            f"{down:.1f}, {across:.1f}")  # fmt: skip


def sonogram(data: Path, _: Path | None, people: int) -> None:
    """Speckle of tissue: its distribution against Rayleigh's, its grain, the range of grey."""
    near = pydicom.dcmread(data / "zoo-pydicom-data" / "US1_UNCR.dcm").pixel_array[..., 0]
    heart = pydicom.dcmread(data / "zoo-pydicom" / "test_files" / "examples_ybr_color.dcm")
    walls = [piece for one in heart.pixel_array[::10, ..., 0].astype(np.float64)
             for piece in boxes(one, WALL)]  # fmt: skip
    print("tissue | seen while tuning | grey 5, 50, 95 % | spread | skew (Rayleigh −1.14) | "
          "dB of all greys if Rayleigh | grain down, across (pixels)")  # fmt: skip
    print("--- | --- | --- | --- | --- | --- | ---")
    print(f"muscle, linear probe, real | seen | {said(boxes(near.astype(np.float64), NEAR))}")
    print(f"heart's wall, sector probe, real | never | {said(walls)}")
    for number in range(people):
        print(f"muscle, `linear-a`, {number + 1} | | {said(muscles(3 + number))}")
        belly = ultrasound(None, "sector-a", 3 + number)
        pieces = lit(belly.pixels.astype(np.float64), belly.masks["liver"])
        print(f"liver, `sector-a`, {number + 1} | | {said(pieces)}")


def muscles(seed: int) -> list[Doubles]:
    """Pieces of muscle of a synthetic neck."""
    section, device = neck(seed), machine("linear-a")
    shown, found = frame(matter(section, seed), device, (0, 0), np.random.default_rng(seed))
    there = np.isin(found, [section.names.index(name) for name in MUSCLE if name in section.names])
    return lit(shown.astype(np.float64) * 255, ndimage.binary_fill_holes(there), 24)


def lit(picture: Doubles, mask: NDArray[np.bool_], side: int = 32) -> list[Doubles]:
    """Square pieces of a picture in a mask."""
    whole = ndimage.uniform_filter(mask.astype(np.float32), side, mode="constant") > 0.999
    found: list[Doubles] = []
    while whole.any() and len(found) < 12:
        places = np.argwhere(whole)
        row, column = (int(x) for x in places[len(places) // 2])
        y, x = row - side // 2, column - side // 2
        found.append(picture[y : y + side, x : x + side])
        whole[max(row - side, 0) : row + side + 1, max(column - side, 0) : column + side + 1] = 0
    return found


def electrocardiogram(data: Path, _: Path | None, people: int) -> None:
    """Amplitudes, rate, noise and spectrum of twelve leads."""
    record = pydicom.dcmread(data / "zoo-pydicom" / "test_files" / "waveform_ecg.dcm")
    real = of_record(record.waveform_array(0)[::2].astype(np.float64) / 1000)
    rows = [of_record(one.samples * one.step_uv / 1000)
            for one in (ecg(seed, "sinus") for seed in range(2, 10 + people))]  # fmt: skip
    leads = (f"QRS {name} (mV)" for name in ("I", "II", "V1", "V2", "V5"))
    bands = (f"power {a} to {b} Hz (%)" for a, b in pairwise(BANDS_HZ))
    names = ("rate (/min)", "R-R spread (%)", *leads, "noise (µV)", *bands)
    print(f"number | real (never seen) | synthetic, lowest to highest of {len(rows)}")
    print("--- | --- | ---")
    for name, one, column in zip(names, real, zip(*rows, strict=True), strict=True):
        print(f"{name} | {one:.1f} | {min(column):.1f} to {max(column):.1f}" if "mV" not in name
              else f"{name} | {one:.2f} | {min(column):.2f} to {max(column):.2f}")  # fmt: skip


def of_record(values: Doubles, rate_hz: float = 500) -> list[float]:
    """Numbers of a record ``[sample, lead]`` in mV."""
    steep = ndimage.gaussian_filter1d(np.abs(np.diff(values, axis=0)).sum(axis=1), 6)
    tops = ndimage.maximum_filter1d(steep, 121)
    peaks = np.flatnonzero((steep == tops) & (steep > 0.4 * steep.max()))
    peaks = peaks[(peaks > 150) & (peaks < len(steep) - 60)]
    gaps = np.diff(peaks) / rate_hz
    sizes = [float(np.median([np.ptp(values[k - 40 : k + 41, lead]) for k in peaks]))
             for lead in LEADS]  # fmt: skip
    calm = [np.diff(values[k - 150 : k - 110], 2, axis=0) for k in peaks]
    power = np.abs(np.fft.rfft(values - values.mean(axis=0), axis=0)) ** 2
    steps = np.fft.rfftfreq(len(values), 1 / rate_hz)
    bands = [float(power[(steps >= a) & (steps < b)].sum()) for a, b in pairwise(BANDS_HZ)]
    return [60 / float(gaps.mean()), 100 * float(gaps.std() / gaps.mean()), *sizes,
            1000 * float(np.concatenate(calm).std()) / 6**0.5,
            *(100 * one / sum(bands) for one in bands)]  # fmt: skip


def slide(data: Path, _: Path | None, people: int) -> None:
    """Stain vectors, nuclei and spectrum of tissue (immunohistochemistry beside H&E)."""
    real = np.asarray(Image.open(data / "img-retina-histo" / "ihc.png").convert("RGB"))
    print("slide | seen while tuning | vector of the blue stain | density 50, 90, 99 % | "
          "gradient 50, 90, 99 % | exponent | nuclei: share (%), diameter (pixels)")  # fmt: skip
    print("--- | --- | --- | --- | --- | --- | ---")
    print(f"real, DAB and haematoxylin | never | {of_slide(real)}")
    for number in range(people):
        shown = histology(2 + number, 512, tumour=0.0).pixels
        print(f"H&E {number + 1} | | {of_slide(shown)}")


def of_slide(picture: NDArray[np.uint8]) -> str:
    """Numbers of one field."""
    dense = -np.log((picture.astype(np.float64) + 1) / 256)
    total = dense.sum(axis=2)
    bluish = (dense[..., 0] > dense[..., 2]) & (total > np.percentile(total, 60))
    vector = dense[bluish].mean(axis=0)
    vector /= np.linalg.norm(vector)
    grey = picture.astype(np.float64).mean(axis=2)
    blue = ndimage.gaussian_filter(dense[..., 0] - 0.6 * dense[..., 2], 1.5)
    nuclei = ndimage.binary_opening(
        blue > np.percentile(blue, 50) + 0.9 * blue.std(), np.ones((3, 3))
    )
    pieces, count = ndimage.label(nuclei)
    sizes = np.bincount(pieces.ravel())[1:]
    sizes = sizes[sizes > 25] if count else np.array([0])
    told = ", ".join(f"{x:.2f}" for x in vector)
    tones = ", ".join(f"{x:.2f}" for x in np.percentile(total, (50, 90, 99)))
    return (f"{told} | {tones} | {steepness(grey)} | {spectrum(grey):.2f} | "
            f"{100 * nuclei.mean():.0f}, {np.median(np.sqrt(4 / np.pi * sizes)):.1f}")  # fmt: skip


def retina_piece(data: Path, _: Path | None, people: int) -> None:
    """A piece of a retina with microaneurysms: gradients and spectrum."""
    real = np.asarray(Image.open(data / "img-retina-histo" / "microaneurysms.png").convert("L"))
    print("piece | seen while tuning | gradient 50, 90, 99 % | exponent")
    print("--- | --- | --- | ---")
    side = min(real.shape)
    grey = real[:side, :side].astype(np.float64)
    print(f"real | never | {steepness(grey)} | {spectrum(grey):.2f}")
    for number in range(people):
        wish = FundusWishes(microaneurysms=40)
        made = fundus(3 + number, "RL"[number % 2], wish, 1400).pixels[..., 1].astype(np.float64)
        found = [made[y : y + side, x : x + side] for y in (450, 700, 850) for x in (350, 650)]
        steep = [steepness(one) for one in found]
        mean = np.mean([[float(x) for x in one.split(", ")] for one in steep], axis=0)
        told = ", ".join(f"{x:.3f}" for x in mean)
        print(
            f"synthetic {number + 1} | | {told} | {np.mean([spectrum(one) for one in found]):.2f}"
        )
