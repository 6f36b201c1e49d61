"""Heads: Colin27, the MNI average and a head CT beside synthetic heads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import nibabel
import numpy as np
from scipy import ndimage

from tests.bench.realism_drawing import sheet, shown
from tests.bench.realism_statistics import gradients, grain, slope
from yushan.domain.bodies import head, label, paint
from yushan.domain.scanners import (
    CtOptions,
    ct_look,
    ct_profile,
    ct_scan,
    mr_look,
    mr_profile,
    mr_scan,
)
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

#: Heights over the anterior commissure, mm, and slices at each.
HEIGHTS, SLICES = (-20, 2, 22, 45), 4
#: Colin27's own kind of sequence (spoiled gradient echo, TR 18, TE 10 ms, 30 degrees, 1.5 T).
SEQUENCE = "t1-ffe-15c"
#: A mean of scans has so many times less noise variance, and is laid over to so much, mm.
SCANS, LAID_MM = 27, 0.7
FIRST = 5
#: Side of one slice in the picture.
PICTURE = 208
#: Upright slices of the picture, mm behind and left of the anterior commissure; what white matter
#: is in Colin27.
BACK, LEFT, WHITE_OF_COLIN = 14.0, 14.0, 115.0
#: Rows and columns of synthetic slices at 1 mm.
SIDE = 224
WHITE = ("cerebral_white_matter", "corpus_callosum")
GREY = ("brain",)
FLUID = ("ventricles",)


class Head(NamedTuple):
    """Axial slices at 1 mm, back of the head below, and what the tissues are."""

    values: NDArray[np.float64]
    white: NDArray[np.bool_]
    grey: NDArray[np.bool_]
    fluid: NDArray[np.bool_]


def loaded(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A NIfTI as ``[z, y, x]`` with y to the back, x to the left, and its affine to RAS."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    values = np.asanyarray(image.dataobj).astype(np.float64).transpose(2, 1, 0)[:, ::-1, ::-1]
    return values, image.affine


def slices_at(affine: NDArray[np.float64]) -> NDArray[np.int64]:
    """Numbers of the slices at `HEIGHTS`."""
    firsts = [round((height - affine[2, 3]) / affine[2, 2]) for height in HEIGHTS]
    return np.concatenate([np.arange(first, first + SLICES) for first in firsts])


def real_mr(data: Path, name: str) -> Head:
    """``Colin27`` or ``MNI average``, tissues by the average's probabilities."""
    folder = data / "mr-mni152"
    maps = [loaded(folder / f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz")
            for kind in ("t1", "wm", "gm")]  # fmt: skip
    (mean, affine), (white, _), (grey, _) = maps
    rows = slices_at(affine)
    white, grey = (x[rows] / x.max() for x in (white, grey))
    values = mean[rows]
    if name == "Colin27":
        own, placed = loaded(data / "mr-templates" / "ch2.nii.gz")
        values = own[slices_at(placed)]
        white, grey = (like(x, affine, placed, own.shape) for x in (white, grey))
    fluid = dark_inside(values, white > 0.97)
    return Head(values, white > 0.97, grey > 0.93, fluid)


def dark_inside(values: NDArray[np.float64], white: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The ventricles: what is dark within 25 mm of the middle, two pixels inside."""
    dark = values < 0.5 * np.median(values[white])
    rows, columns = values.shape[1:]
    middle = np.zeros_like(dark)
    middle[:, rows // 2 - 40 : rows // 2 + 40, columns // 2 - 25 : columns // 2 + 25] = True
    return ndimage.binary_erosion(dark & middle, np.ones((1, 5, 5)))


def like(
    values: NDArray[np.float64], affine: NDArray[np.float64], other: NDArray[np.float64],
    shape: tuple[int, ...],
) -> NDArray[np.float64]:  # fmt: skip
    """Slices of one millimetre on the pixels of another grid of one millimetre."""
    rows, columns = values.shape[1:]
    back = round(float((affine[1, 3] + rows - 1) - (other[1, 3] + shape[1] - 1)))
    left = round(float((affine[0, 3] + columns - 1) - (other[0, 3] + shape[2] - 1)))
    return values[:, back : back + shape[1], left : left + shape[2]]


def made_mr(seed: int, *, is_mean: bool = False) -> Head:
    """A synthetic head in the same slices, in its own scale; one scan, or as a mean of many."""
    body, profile = head(seed), mr_profile(SEQUENCE)
    if is_mean:
        profile = replace(profile, snr=profile.snr * SCANS**0.5)
    look = mr_look(profile, seed)
    parts = []
    for height in HEIGHTS:
        middle = height * float(body.parameters["scale_z"]) + 1.5
        grid = Grid.axial((SLICES, SIDE, SIDE), (1.0, 1.0, 1.0), (0, 15, middle))
        scan = mr_scan(paint(body, grid, look), profile, seed).values.astype(np.float64)
        names = label(body, grid)
        kinds = [np.isin(names.values, [names.names.index(x) + 1 for x in kind if x in names.names])
                 for kind in (WHITE, GREY, FLUID)]  # fmt: skip
        parts.append((ndimage.gaussian_filter(scan, LAID_MM) if is_mean else scan, *kinds))
    values, white, grey, fluid = (np.concatenate(x) for x in zip(*parts, strict=True))
    deep = ndimage.binary_erosion(white, np.ones((1, 3, 3)))
    return Head(values, deep, grey, ndimage.binary_erosion(fluid, np.ones((1, 3, 3))))


def head_mr(data: Path, pictures: Path | None, people: int) -> None:
    """T1 of heads, in shares of white matter's signal."""
    heads = {name: real_mr(data, name) for name in ("Colin27", "MNI average")}
    heads |= {f"synthetic {k + 1}": made_mr(FIRST + k) for k in range(people)}
    heads |= {f"synthetic {k + 1}, as a mean of {SCANS}": made_mr(FIRST + k, is_mean=True)
              for k in range(people)}  # fmt: skip
    print("whose | grey, fluid (white = 1) | spread of white, grey | "
          "gradient 50, 75, 90, 99 % (/mm) | exponent | white: SD, /mm, next slice")  # fmt: skip
    print("--- | --- | --- | --- | --- | ---")
    for name, one in heads.items():
        print(f"{name} | {line_of(one)}")
    if pictures is not None:
        titles = ("Colin27 (mean of 27 scans)", "synthetic, one scan")
        sheet([*axial(heads), *upright(data)], titles, pictures / "realism-head-mr.png")


def axial(heads: dict[str, Head]) -> list[list[Image.Image]]:
    """Colin27 and the first synthetic head at every height."""
    both = heads["Colin27"], heads["synthetic 1"]
    places = [level * SLICES + 1 for level in range(len(HEIGHTS))]
    return [
        [shown(one.values[k] / bright(one), 0.55, 1.1, PICTURE) for one in both] for k in places
    ]


def upright(data: Path) -> list[list[Image.Image]]:
    """A coronal and a sagittal slice of both."""
    own, placed = loaded(data / "mr-templates" / "ch2.nii.gz")
    body, profile = head(FIRST), mr_profile(SEQUENCE)
    look, rows = mr_look(profile, FIRST), []
    wide, high = float(body.parameters["scale_x"]), float(body.parameters["scale_y"])
    for axis, place in ((1, BACK), (2, LEFT)):
        if axis == 1:
            real = own[:, round(own.shape[1] - 1 + placed[1, 3] + place)]
            grid = Grid.coronal((1, SIDE, SIDE), (1.0, 1.0, 1.0), (0, place * high, 0))
        else:
            real = own[:, :, round(own.shape[2] - 1 + placed[0, 3] + place)]
            grid = Grid.sagittal((1, SIDE, SIDE), (1.0, 1.0, 1.0), (place * wide, 15, 0))
        made = mr_scan(paint(body, grid, look), profile, FIRST).values[0]
        rows.append([shown(real[::-1] / WHITE_OF_COLIN, 0.55, 1.1, PICTURE),
                     shown(made / profile.white, 0.55, 1.1, PICTURE)])  # fmt: skip
    return rows


def bright(one: Head) -> float:
    """White matter's signal."""
    return float(np.median(one.values[one.white]))


def line_of(one: Head) -> str:
    """A row of the table."""
    unit = one.values / bright(one)
    means = [float(np.median(unit[kind])) for kind in (one.grey, one.fluid)]
    spreads = [float(unit[kind].std()) for kind in (one.white, one.grey)]
    brain = ndimage.binary_closing(one.white | one.grey, np.ones((1, 5, 5)))
    steep = ", ".join(f"{x:.3f}" for x in gradients(unit, brain, 1.0))
    found = grain(unit * 1000, one.white, 1.0, 9)
    fine = "none" if found is None else (
        f"{found.deviation / 1000:.3f}, {found.frequency:.2f}, {found.between:.2f}")  # fmt: skip
    middle = unit[:, unit.shape[1] // 2 - 80 : unit.shape[1] // 2 + 80,
                  unit.shape[2] // 2 - 64 : unit.shape[2] // 2 + 64]  # fmt: skip
    return (f"{means[0]:.2f}, {means[1]:.2f} | {spreads[0]:.3f}, {spreads[1]:.3f} | {steep} | "
            f"{slope(middle, 1.0):.2f} | {fine}")  # fmt: skip


def head_ct(data: Path, _: Path | None, people: int) -> None:
    """Head CT without contrast: numbers only, the real one may not be shown."""
    values, _affine = loaded(data / "ct-mr-head" / "ct_head.nii.gz")
    heads = {"real, 1 x 1 x 2.5 mm": values[55:85]}
    for k in range(people):
        body = head(FIRST + k)
        fine = Grid.axial((60, SIDE, SIDE), (1.25, 1.0, 1.0), (0, 15, 22))
        hu = paint(body, fine, ct_look("native", FIRST + k))
        options = CtOptions(every=2, couch=False, dose=0.8)
        scan = ct_scan(hu, ct_profile("ct-ge-lightspeed"), FIRST + k, options)
        heads[f"synthetic {k + 1}"] = scan.values.astype(np.float64)
    print("whose | brain mean, SD | skull 50, 95 % | gradient of brain 50, 90 % (HU/mm) | "
          "grain of brain: SD, /mm, next slice")  # fmt: skip
    print("--- | --- | --- | --- | ---")
    for name, slices in heads.items():
        brain = brain_of(slices)
        bone = slices[slices > 500]
        steep = gradients(slices, brain, 1.0)
        found = grain(slices, brain, 1.0, 12)
        fine = "none" if found is None else (
            f"{found.deviation:.1f}, {found.frequency:.2f}, {found.between:.2f}")  # fmt: skip
        print(f"{name} | {slices[brain].mean():.0f}, {slices[brain].std():.1f} | "
              f"{np.median(bone):.0f}, {np.percentile(bone, 95):.0f} | "
              f"{steep[0]:.1f}, {steep[2]:.1f} | {fine}")  # fmt: skip


def brain_of(slices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The largest piece of soft tissue inside the skull."""
    smooth = ndimage.gaussian_filter(slices, (0, 1, 1))
    soft = ndimage.binary_erosion((smooth > 0) & (smooth < 80), np.ones((1, 5, 5)))
    pieces, count = ndimage.label(soft)
    sizes = ndimage.sum_labels(soft, pieces, range(1, count + 1))
    return pieces == int(np.argmax(sizes)) + 1
