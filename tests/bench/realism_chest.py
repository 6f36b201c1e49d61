"""Chest CT: LIDC-IDRI-0001 (CC BY 3.0) beside synthetic people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import nibabel
import numpy as np
import pydicom
from scipy import ndimage

from tests.bench.realism_drawing import sheet, shown
from tests.bench.realism_statistics import (
    BANDS,
    features,
    gradients,
    grain,
    patches,
    skin_edge,
    slope,
    told_apart,
)
from yushan.domain.bodies import label, paint, trunk
from yushan.domain.scanners import CtOptions, ct_look, ct_profile, ct_scan
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PIXEL, APART = 0.703125, 2.5
#: First slices of the real scan and heights (mm over the carina) of the synthetic, level by level.
REAL_FROM, MADE_AT = (24, 56, 78, 100), (-165.0, -75.0, -25.0, 40.0)
LEVEL_NAMES = ("liver", "heart", "hila", "arch")
SLICES = 6
#: Seed of the first person.
FIRST = 5
LUNG = (
    "lung_left", "lung_right", "lung_vessels", "lung_upper_lobe_left", "lung_lower_lobe_left",
    "lung_upper_lobe_right", "lung_middle_lobe_right", "lung_lower_lobe_right",
)  # fmt: skip
VERTEBRAE = ("vertebrae_L1", "vertebrae_L2", *(f"vertebrae_T{k}" for k in range(1, 13)))
#: Structures of the real mask by number, and their names in synthetic bodies.
ORGANS = {
    "liver": ((5,), ("liver",)),
    "spleen": ((1,), ("spleen",)),
    "aorta": ((52,), ("aorta",)),
    "heart": ((51,), ("heart_ventricle_left", "heart_atrium_left", "heart_myocardium")),
    "back muscle": ((86, 87), ("autochthon_left", "autochthon_right")),
    "lung": ((10, 11, 12, 13, 14), LUNG),
    "vertebrae": (tuple(range(26, 51)), VERTEBRAE),
}

#: Ranges of HU: lung, fat, soft tissue, bone.
SHARES = ((-950, -600), (-160, -40), (-10, 120), (250, 3100))


class Chest(NamedTuple):
    """Slices of one person, level after level, with the organs in them."""

    values: NDArray[np.int16]
    organs: dict[str, NDArray[np.bool_]]


def real(data: Path) -> Chest:
    """The levels of LIDC-IDRI-0001 with its model-made masks."""
    folder = data / "ct-lidc0001-dicom"
    sets = [pydicom.dcmread(path) for path in sorted(folder.glob("*.dcm"))]
    if not sets:
        raise FileNotFoundError(2, "no slices", str(folder))
    sets.sort(key=lambda each: float(each.ImagePositionPatient[2]))
    values = np.stack([each.pixel_array + int(each.RescaleIntercept) for each in sets])
    labels = np.asanyarray(nibabel.load(data / "ct-lidc0001-seg" / "mask.nii.gz").dataobj)
    labels = labels[:, ::-1].transpose(2, 1, 0).astype(np.uint8)
    rows = np.concatenate([np.arange(first, first + SLICES) for first in REAL_FROM])
    organs = {name: np.isin(labels[rows], numbers) for name, (numbers, _) in ORGANS.items()}
    return Chest(values[rows].astype(np.int16), organs)


def made(seed: int) -> Chest:
    """The same levels of a synthetic person, scanned as the real one was."""
    body, look = trunk(seed), ct_look("arterial", seed)
    values, organs = [], {name: [] for name in ORGANS}
    for height in MADE_AT:
        fine = Grid.axial((SLICES * 2, 512, 512), (APART / 2, PIXEL, PIXEL), (0, 0, height))
        scan = ct_scan(paint(body, fine, look), ct_profile("ct-ge-lightspeed"), seed,
                       CtOptions(every=2, dose=0.8))  # fmt: skip
        values.append(scan.values)
        found = label(body, scan.grid)
        for name, (_, names) in ORGANS.items():
            numbers = [found.names.index(each) + 1 for each in names if each in found.names]
            organs[name].append(np.isin(found.values, numbers))
    return Chest(np.concatenate(values), {name: np.concatenate(x) for name, x in organs.items()})


def chest_ct(data: Path, pictures: Path | None, people: int) -> None:
    """Tables and pictures."""
    one = real(data)
    others = [made(seed) for seed in range(FIRST, FIRST + people)]
    organs_table(one, others)
    grain_table(one, others)
    whole_table(one, others)
    apart_table(one, others)
    if pictures is not None:
        drawn(one, others[0], pictures)


def organs_table(one: Chest, others: list[Chest]) -> None:
    """Mean and standard deviation of each organ, 2 pixels inside."""
    print("organ | real mean, SD | synthetic mean, SD of each person")
    print("--- | --- | ---")
    for name in ORGANS:
        cells = [f"{name}", *(of_organ(chest, name) for chest in (one, *others))]
        print(f"{cells[0]} | {cells[1]} | {'; '.join(cells[2:])}")


def of_organ(chest: Chest, name: str) -> str:
    """Mean and standard deviation, or that it is not there."""
    inside = ndimage.binary_erosion(chest.organs[name], np.ones((1, 5, 5)))
    found = chest.values[inside]
    return f"{found.mean():.0f}, {found.std():.0f}" if found.size > 100 else "none"


def grain_table(one: Chest, others: list[Chest]) -> None:
    """Noise where tissue is uniform."""
    print(
        "\ntissue | whose | pieces | SD | mean frequency /mm | share of power by band | next slice"
    )
    print("--- | --- | --- | --- | --- | --- | ---")
    print("bands, /mm | | | | | " + " ".join(f"{x:.2f}" for x in BANDS[1:]) + " |")
    for name in ("liver", "spleen", "aorta", "back muscle"):
        for number, chest in enumerate((one, *others)):
            found = grain(chest.values, chest.organs[name], PIXEL, 16 if name != "liver" else 20)
            if found is None:
                continue
            shares = " ".join(f"{share:.2f}" for share in found.bands)
            whose = "real" if number == 0 else f"person {number}"
            print(f"{name} | {whose} | {found.patches} | {found.deviation:.1f} | "
                  f"{found.frequency:.3f} | {shares} | {found.between:.2f}")  # fmt: skip


def body_of(chest: Chest) -> NDArray[np.bool_]:
    """The body without what lies around it."""
    found = ndimage.binary_opening(chest.values > -400, np.ones((1, 5, 5)))
    return np.stack([ndimage.binary_fill_holes(part) for part in found])


def whole_table(one: Chest, others: list[Chest]) -> None:
    """What whole slices are like."""
    print("\nwhose | gradient 50, 75, 90, 99 % (HU/mm) | spectrum's exponent | skin 10-90 % (mm) | "
          "share of body: lung, fat, soft, bone (%)")  # fmt: skip
    print("--- | --- | --- | --- | ---")
    for number, chest in enumerate((one, *others)):
        inside = body_of(chest)
        steep = ", ".join(f"{x:.0f}" for x in gradients(chest.values, inside, PIXEL))
        middle = np.clip(chest.values[:, 96:416, 96:416], -1000, 1000).astype(np.float64)
        found = chest.values[inside]
        shares = [np.mean((found > low) & (found <= high)) * 100 for low, high in SHARES]
        whose = "real" if number == 0 else f"person {number}"
        print(f"{whose} | {steep} | {slope(middle, PIXEL):.2f} | "
              f"{skin_edge(chest.values, PIXEL):.2f} | "
              f"{', '.join(f'{share:.0f}' for share in shares)}")  # fmt: skip


def apart_table(one: Chest, others: list[Chest]) -> None:
    """How well one number of a piece of tissue tells real from synthetic."""
    print("\ntissue | told apart by (0.5 not at all, 1 always): median real, synthetic")
    print("--- | ---")
    for name in ("liver", "back muscle", "lung"):
        theirs, *mine = (patches(chest.values, chest.organs[name], 16) for chest in (one, *others))
        if len(theirs) < 10 or min(len(part) for part in mine) < 4:
            continue
        a, b = features(theirs, PIXEL), features(np.concatenate(mine), PIXEL)
        told = (f"{key} {told_apart(a[key], b[key]):.2f} "
                f"({np.median(a[key]):.2f}, {np.median(b[key]):.2f})" for key in a)  # fmt: skip
        print(f"{name} | {'; '.join(told)}")


def drawn(one: Chest, other: Chest, folder: Path) -> None:
    """Real beside synthetic, in two windows."""
    for name, centre, width in (("soft", 40, 400), ("lung", -550, 1500)):
        rows = []
        for level in (0, 1, 2, 3) if name == "soft" else (1, 2, 3):
            place = level * SLICES + SLICES // 2
            rows.append([shown(chest.values[place].astype(float), centre, width, 230)
                         for chest in (one, other)])  # fmt: skip
        heads = ("LIDC-IDRI-0001 (CC BY 3.0)", "synthetic")
        sheet(rows, heads, folder / f"realism-chest-{name}.png")
