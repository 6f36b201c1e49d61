"""The series of a segmentation in a folder, and its intensities. Decoding runs in a child."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError

from yushan.base import Rejected, YushanError
from yushan.domain.dicom import describe, fragments, is_dicom, walk
from yushan.domain.imaging import Shape, decode_frame
from yushan.domain.results import SourceSeries
from yushan.flows.features.values import HU

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from yushan.domain.dicom import Buffer

DEFLATED: Final = "1.2.840.10008.1.2.1.99"
SERIES_UID: Final = 0x0020000E
#: Of a file only this much is read to learn whose it is.
HEAD_BYTES: Final = 1 << 16
#: More samples than this in one series are refused: 1 GiB of 32 bits.
MOST_SAMPLES: Final = 1 << 28
#: Units of intensities by modality or Units (0054,1001), where headers name one.
UNITS: Final = {"HU": HU, "BQML": "Bq/mL", "GML": "g/mL", "CNTS": "{counts}"}


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """A series: intensities ``[slice, row, column]`` as float32, their unit and spacing."""

    source: SourceSeries
    spacing_mm: tuple[float, float, float]
    values: NDArray[np.float32]
    unit: str


def images_of(folder: Path, series: str) -> Images:
    """The series of that UID, from every file below the folder.

    Raises
    ------
    Rejected
        ``features.no-series``, ``features.not-grey``, ``features.too-large``, and as
        `SourceSeries.from_headers` and `decode_frame`.
    """
    objects = {uid: data for uid, data in instances(folder, series)}  # noqa: C416 - the last one stands
    headers = {uid: header_of(data) for uid, data in objects.items()}
    if not headers:
        raise Rejected("features.no-series", series=series)
    source = SourceSeries.from_headers(headers.values())
    if source.grid is None:
        raise Rejected("features.no-place", series=series)
    if int(np.prod(source.shape)) > MOST_SAMPLES:
        raise Rejected("features.too-large")
    values = np.empty(source.shape, np.float32)
    decoded = {uid: Decoded(data, headers[uid]) for uid, data in objects.items()}
    for index, frame in enumerate(source.frames):
        values[index] = decoded[frame.sop_instance_uid].intensities((frame.frame or 1) - 1)
    return Images(source, source.grid.spacing, values, unit_of(next(iter(headers.values()))))


def instances(folder: Path, series: str) -> Iterator[tuple[str, bytes]]:
    """SOP Instance UID and bytes of each image of a series below a folder."""
    for at, _, names in os.walk(folder):
        for name in sorted(names):
            data = belongs(Path(at) / name, series)
            if data is not None:
                yield str(header_of(data).SOPInstanceUID), data


def belongs(path: Path, series: str) -> bytes | None:
    """A file's bytes if it is an image of the series."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if not is_dicom(head) or series.encode() not in head:
                return None
            data = head + file.read()
        found = describe(data)
    except (OSError, YushanError):
        return None
    return data if found.summary.series_instance_uid == series and found.frames else None


def header_of(data: bytes) -> Dataset:
    """The header of an object, without its pixels.

    Raises
    ------
    Rejected
        ``features.unreadable``.
    """
    try:
        return pydicom.dcmread(BytesIO(data), stop_before_pixels=True)
    except (InvalidDicomError, AttributeError, KeyError, ValueError, EOFError) as error:
        raise Rejected("features.unreadable") from error


class Decoded:
    """One object: its frames as intensities."""

    def __init__(self, data: Buffer, header: Dataset) -> None:
        self.about, self.header = describe(data), header
        is_deflated = self.about.summary.transfer_syntax_uid == DEFLATED
        self.buffer: Buffer = walk(data).buffer if is_deflated else data
        self.shape = shape_of(header, self.about.summary.transfer_syntax_uid)

    def intensities(self, frame: int) -> NDArray[Any]:
        """A frame ``[row, column]`` after the modality's rescale."""
        start, length = self.about.frames[frame]
        raw = memoryview(self.buffer)[start : start + length]
        is_plain = self.shape.codec == "native"
        encoded = bytes(raw) if is_plain else b"".join(fragments(raw))
        slope, intercept = rescale_of(self.header, frame)
        return decode_frame(encoded, self.shape).astype(np.float64) * slope + intercept


def shape_of(header: Dataset, syntax: str) -> Shape:
    """How frames are stored; grey whole numbers only.

    Raises
    ------
    Rejected
        ``features.not-grey``.
    """
    photometric = str(header.get("PhotometricInterpretation", ""))
    allocated = int(header.get("BitsAllocated", 0))
    is_grey = photometric in ("MONOCHROME1", "MONOCHROME2")
    if not is_grey or header.get("SamplesPerPixel", 1) != 1 or allocated not in (8, 16, 32):
        raise Rejected("features.not-grey")
    return Shape(
        rows=int(header.Rows), columns=int(header.Columns), samples=1, bits_allocated=allocated,
        bits_stored=int(header.get("BitsStored", allocated)),
        signed=header.get("PixelRepresentation", 0) == 1, photometric=photometric, planar=False,
        transfer_syntax_uid=syntax,
    )  # fmt: skip


def rescale_of(header: Dataset, frame: int) -> tuple[float, float]:
    """Slope and intercept of a frame; 1 and 0 where there are none."""
    for place in (*groups(header, frame), header):
        if "RescaleSlope" in place:
            return float(place.RescaleSlope), float(place.get("RescaleIntercept", 0))
    return 1.0, 0.0


def groups(header: Dataset, frame: int) -> list[Dataset]:
    """A frame's own and the shared pixel value transformations."""
    own = header.get("PerFrameFunctionalGroupsSequence") or [None] * (frame + 1)
    shared = header.get("SharedFunctionalGroupsSequence") or [None]
    found = (one.get("PixelValueTransformationSequence") for one in (own[frame], shared[0]) if one)
    return [one[0] for one in found if one]


def unit_of(header: Dataset) -> str:
    """UCUM unit of the intensities; 1 where headers name none."""
    said = str(header.get("Units") or header.get("RescaleType") or "")
    for place in groups(header, 0):
        said = said or str(place.get("RescaleType", ""))
    if header.get("Modality") == "CT" and said in {"", "US"}:
        said = "HU"
    return UNITS.get(said, "1")
