"""Other people's CT, never used to choose a figure, beside synthetic bodies on the same grids."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, NamedTuple

import nibabel
import numpy as np
import pydicom
from scipy import ndimage

from tests.bench.realism_chest import SHARES, real
from tests.bench.realism_statistics import (
    features,
    gradients,
    patches,
    skin_edge,
    slope,
    told_apart,
)
from yushan.domain.bodies import paint, trunk
from yushan.domain.scanners import CtOptions, ct_look, ct_profile, ct_scan
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from yushan.domain.scanners import Phase

FIRST = 5


class Compared(NamedTuple):
    """A real set and how bodies are scanned beside it.

    ``spacing`` is of slices, rows and columns in mm, ``heights`` are those of the synthetic slabs
    (mm over the carina), ``slices`` how many each holds; ``every`` slices drawn for one scanned.
    ``middle`` (x, y in mm) is that of a piece of slices; only its tissue is compared.
    """

    name: str
    seen: bool
    loaded: Callable[[Path], NDArray[np.int16]]
    spacing: tuple[float, float, float]
    heights: tuple[float, ...]
    slices: int
    phase: Phase
    scanner: str
    kernel: str | None = None
    every: int = 2
    middle: tuple[float, float] | None = None


def nifti(path: Path, slabs: tuple[int, ...], count: int) -> NDArray[np.int16]:
    """Slabs of a NIfTI as ``[slice, row, column]``, the front above."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    values = np.asanyarray(image.dataobj)[:, ::-1].transpose(2, 1, 0)
    return np.concatenate([values[k : k + count] for k in slabs]).astype(np.int16)


def nrrd(path: Path, slabs: tuple[int, ...], count: int) -> NDArray[np.int16]:
    """Slabs of a NRRD of whole numbers, packed by gzip."""
    head, body = path.read_bytes().split(b"\n\n", 1)
    lines = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    shape = [int(x) for x in lines["sizes"].split()][::-1]
    kind = {"short": "<i2", "int": "<i4"}[lines["type"]]
    values = np.frombuffer(gzip.decompress(body), kind).reshape(shape)
    return np.concatenate([values[k : k + count] for k in slabs]).astype(np.int16)


def turned(values: NDArray[np.int16]) -> NDArray[np.int16]:
    """A set whose back lies above, turned round."""
    return np.ascontiguousarray(values[:, ::-1, ::-1])


def single(path: Path) -> NDArray[np.int16]:
    """One slice of a DICOM file."""
    one = pydicom.dcmread(path)
    values = one.pixel_array.astype(np.float64) * float(one.RescaleSlope)
    return (values + float(one.RescaleIntercept)).astype(np.int16)[None]


SETS: tuple[Compared, ...] = (
    Compared("LIDC-IDRI-0001, 2.5 mm", True, lambda data: real(data).values,
             (2.5, 0.703, 0.703), (-165, -75, -25, 40), 6, "arterial", "ct-ge-lightspeed"),
    Compared("lung1, 5 mm, native", False,
             lambda data: nrrd(data / "radiomics-tumours" / "lung1_image.nrrd", (5, 15, 25), 3),
             (5.0, 0.5703, 0.5703), (-75, -25, 40), 3, "native", "ct-siemens-as", None, 4),
    Compared("dissection CTA, 1.5 mm", False,
             lambda data: nifti(data / "ct-totalseg" / "aorta_report" / "example_ct.nii.gz",
                                (30, 70, 110), 6),
             (1.5, 1.5, 1.5), (-140, -75, -20), 6, "arterial", "ct-siemens-as"),
    Compared("trunk, 3 mm, native", False,
             lambda data: nifti(data / "ct-totalseg" / "example_ct.nii.gz", (78, 103), 6),
             (3.0, 3.0, 3.0), (-250, -165), 6, "native", "ct-siemens-as"),
    Compared("chest, 10 mm, low", False,
             lambda data: turned(nrrd(data / "ct-chest-slicer" / "CTChest4.nrrd", (10, 17, 24), 2)),
             (10.0, 3.047, 3.047), (-140, -50, 10), 2, "native", "ct-ge-lightspeed", None, 5),
    Compared("piece of a back, 5 mm", False,
             lambda data: single(data / "zoo-pydicom" / "test_files" / "CT_small.dcm"),
             (5.0, 0.6615, 0.6615), (-60, 0), 2, "portal", "ct-ge-lightspeed", None, 4, (0, 75)),
)  # fmt: skip


def made(which: Compared, seed: int, shape: tuple[int, int]) -> NDArray[np.int16]:
    """The same levels of a synthetic person, on the real set's grid, by the profile as it is."""
    body, look = trunk(seed), ct_look(which.phase, seed)
    deep, tall, wide = which.spacing
    fine = max(round(max(tall, wide) / 1.5), 1)
    parts = []
    for height in which.heights:
        grid = Grid.axial(
            (which.slices * which.every, shape[0] * fine, shape[1] * fine),
            (deep / which.every, tall / fine, wide / fine),
            (*(which.middle or (0.0, 0.0)), float(height)),
        )  # fmt: skip
        options = CtOptions(kernel=which.kernel, every=which.every)
        seen = ct_scan(paint(body, grid, look), ct_profile(which.scanner), seed, options).values
        rows = seen.reshape(which.slices, shape[0], fine, shape[1], fine).mean(axis=(2, 4))
        parts.append(np.rint(rows).astype(np.int16))
    return np.concatenate(parts)


def body_of(values: NDArray[np.int16]) -> NDArray[np.bool_]:
    """The body without what lies around it."""
    found = ndimage.binary_opening(values > -400, np.ones((1, 3, 3)))
    filled = np.stack([ndimage.binary_fill_holes(part) for part in found])
    return np.stack([largest(part) for part in filled])


def largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece of a mask ``[row, column]``."""
    pieces, count = ndimage.label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray(pieces == int(np.argmax(sizes)))


def numbers(which: Compared, values: NDArray[np.int16]) -> tuple[float, ...]:
    """Gradient 50, 90, 99 % (HU/mm), exponent, skin (mm), shares of lung, fat, soft, bone."""
    inside, pixel = body_of(values), which.spacing[1]
    steep = gradients(values, inside, pixel)
    reach = int(min(values.shape[1:]) * 0.31)
    rows, columns = (size // 2 for size in values.shape[1:])
    middle = np.clip(
        values[:, rows - reach : rows + reach, columns - reach : columns + reach], -1000, 1000
    ).astype(np.float64)
    found = values[inside]
    shares = [float(np.mean((found > low) & (found <= high))) * 100 for low, high in SHARES]
    return (steep[0], steep[2], steep[3], slope(middle, pixel), skin_edge(values, pixel), *shares)


def tissue(which: Compared, values: NDArray[np.int16], kind: str) -> NDArray[np.float64]:
    """Square pieces of even soft tissue or of lung, 10 pixels wide or more."""
    low, high = {"soft": (-30, 160), "lung": (-960, -600)}[kind]
    size = max(round(12 / which.spacing[1]) // 2 * 2, 8)
    smooth = ndimage.gaussian_filter(values.astype(np.float32), (0, 1.5, 1.5))
    inside = body_of(values) if which.middle is None else values > -200
    mask = inside & (smooth > low) & (smooth < high)
    return patches(values, ndimage.binary_opening(mask, np.ones((1, 3, 3))), size)


HEADS = ("gradient 50", "90", "99 %", "exponent", "skin mm", "lung", "fat", "soft", "bone %")
DIGITS = (0, 0, 0, 2, 1, 0, 0, 0, 0)


def more_ct(data: Path, _: Path | None, people: int) -> None:
    """Whole slices and pieces of tissue of every set that is there."""
    print("set | seen while tuning | whose | " + " | ".join(HEADS))
    print("--- | --- | --- | " + " | ".join("---" for _ in HEADS))
    lines = []
    for which in SETS:
        try:
            true = which.loaded(data)
        except FileNotFoundError:
            print(f"{which.name} | not there")
            continue
        others = [made(which, FIRST + k, true.shape[1:]) for k in range(people)]
        if which.middle is None:
            row_of(which, "real", [numbers(which, true)])
            row_of(which, "synthetic", [numbers(which, one) for one in others])
        lines += [told(which, true, others, kind) for kind in ("soft", "lung")]
    print(
        "\nset | seen while tuning | tissue | told apart by one number (0.5 not at all, 1 always)"
    )
    print("--- | --- | --- | ---")
    print("\n".join(line for line in lines if line))


def row_of(which: Compared, whose: str, found: list[tuple[float, ...]]) -> None:
    """One line: the number, or lowest to highest of several people."""
    cells = []
    for column, digits in zip(zip(*found, strict=True), DIGITS, strict=True):
        low, high = f"{min(column):.{digits}f}", f"{max(column):.{digits}f}"
        cells.append(low if low == high else f"{low} to {high}")
    print(f"{which.name} | {said(which)} | {whose} | {' | '.join(cells)}")


def said(which: Compared) -> str:
    """Whether a set was seen."""
    return "seen" if which.seen else "never"


def told(
    which: Compared, true: NDArray[np.int16], others: list[NDArray[np.int16]], kind: str
) -> str:
    """How well single numbers of pieces of a tissue tell real from synthetic."""
    theirs = tissue(which, true, kind)
    mine = np.concatenate([tissue(which, one, kind) for one in others])
    if min(len(theirs), len(mine)) < 12:
        return ""
    a, b = features(theirs, which.spacing[1]), features(mine, which.spacing[1])
    parts = (f"{key} {told_apart(a[key], b[key]):.2f} "
             f"({np.median(a[key]):.2f}, {np.median(b[key]):.2f})" for key in a)  # fmt: skip
    return f"{which.name} | {said(which)} | {kind} | {'; '.join(parts)}"
