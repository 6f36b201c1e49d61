"""What images of all classes share: pixels, place in space, codes of body parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from yushan.domain.phantoms.headers import Series, coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from yushan.domain.volumes import Grid

    Array = NDArray[Any]

#: Body Part Examined -> Anatomic Region code (PS3.16 annex L).
REGIONS: Final = {
    "CHEST": ("816094009", "Chest"), "ABDOMEN": ("818981001", "Abdomen"),
    "HEAD": ("69536005", "Head"), "NECK": ("45048000", "Neck"), "HEART": ("80891009", "Heart"),
    "BREAST": ("76752008", "Breast"), "EYE": ("81745001", "Eye"), "BRAIN": ("12738006", "Brain"),
    "LIVER": ("10200004", "Liver"), "COLON": ("71854001", "Colon"),
    "STOMACH": ("69695003", "Stomach"), "RETINA": ("5665001", "Retina"),
    "WHOLEBODY": ("38266002", "Entire body"), "CORONARYARTERY": ("41801008", "Coronary artery"),
    "CHESTABDPELVIS": ("416775004", "Chest, Abdomen and Pelvis"),
}  # fmt: skip


def region(part: str) -> Dataset:
    """The code of a body part."""
    return coded(REGIONS[part][0], "SCT", REGIONS[part][1])


def add_grey(dataset: Dataset, pixels: Array, bits: int | None = None) -> None:
    """Grey pixels ``[row, column]`` or ``[frame, row, column]`` of uint8, uint16 or int16.

    ``bits`` are Bits Stored; all of the type unless given.
    """
    allocated = pixels.dtype.itemsize * 8
    stored = bits or allocated
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, stored, stored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    put(dataset, pixels)
    if pixels.ndim == 3:
        dataset.NumberOfFrames = pixels.shape[0]


def add_colour(dataset: Dataset, pixels: Array) -> None:
    """Red, green, blue ``[row, column, 3]`` or ``[frame, row, column, 3]`` of uint8."""
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
    dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = pixels.shape[-3:-1]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = 0
    put(dataset, pixels)
    if pixels.ndim == 4:
        dataset.NumberOfFrames = pixels.shape[0]


def put(dataset: Dataset, pixels: Array) -> None:
    """Native little-endian pixels, of even length."""
    plain = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<")).tobytes()
    dataset.PixelData = plain + b"\0" * (len(plain) % 2)
    dataset["PixelData"].VR = "OW" if pixels.dtype.itemsize > 1 else "OB"


def add_frame_of_reference(dataset: Dataset, series: Series) -> None:
    """Frame of reference module."""
    dataset.FrameOfReferenceUID = series.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""


def place(grid: Grid, number: int) -> list[str]:
    """Image Position (Patient) of a slice."""
    return [f"{value:.4f}" for value in grid.points([[number, 0, 0]])[0].tolist()]


def orientation(grid: Grid) -> list[str]:
    """Image Orientation (Patient): rows run along columns' growth first."""
    return [f"{value:.6g}" for value in (*grid.axes[2], *grid.axes[1])]


def spacing(grid: Grid) -> list[str]:
    """Pixel Spacing: of rows, of columns."""
    return [f"{value:.6g}" for value in grid.spacing[1:]]


def add_place(dataset: Dataset, series: Series, grid: Grid, number: int, thick_mm: float) -> None:
    """Frame of reference and image plane modules of slice ``number``."""
    add_frame_of_reference(dataset, series)
    dataset.PatientPosition = "HFS"
    dataset.ImagePositionPatient = place(grid, number)
    dataset.ImageOrientationPatient = orientation(grid)
    dataset.PixelSpacing = spacing(grid)
    dataset.SliceThickness = f"{thick_mm:.6g}"
    along = sum(
        float(a) * b for a, b in zip(dataset.ImagePositionPatient, grid.axes[0], strict=True)
    )
    dataset.SliceLocation = f"{along:.3f}"


def add_picture(dataset: Dataset, *kind: str, burned_in: bool = False) -> None:
    """Original picture of a kind, nothing lost; whether names are burned in."""
    dataset.ImageType = ["ORIGINAL", "PRIMARY", *kind]
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "YES" if burned_in else "NO"


def add_cine(dataset: Dataset, frame_ms: float) -> None:
    """Frames that follow each other in time, and how fast they are shown."""
    dataset.FrameTime, dataset.FrameIncrementPointer = f"{frame_ms:.6g}", 0x00181063
    dataset.CineRate = round(1000 / frame_ms)


def square(pixel_mm: float) -> list[str]:
    """Spacing of square pixels."""
    return [f"{pixel_mm:.6g}"] * 2


def add_header(dataset: Dataset, header: Mapping[str, Any]) -> None:
    """Attributes by keyword, as a scanner's profile gives them; they stand over what is there."""
    for keyword, value in header.items():
        setattr(dataset, keyword, list(value) if isinstance(value, tuple) else value)


def add_window(dataset: Dataset, *windows: tuple[float, float, str]) -> None:
    """Centre, width and name of windows, the first shown first."""
    dataset.WindowCenter = [one[0] for one in windows]
    dataset.WindowWidth = [one[1] for one in windows]
    dataset.WindowCenterWidthExplanation = [one[2] for one in windows]
