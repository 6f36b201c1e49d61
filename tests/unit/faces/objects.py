"""Volumes as DICOM objects, one by slice or all in one, in any transfer syntax."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yushan.domain.faces import Volume

CLASSES = {"CT": "1.2.840.10008.5.1.4.1.1.2", "MR": "1.2.840.10008.5.1.4.1.1.4"}
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"


def header(volume: Volume, number: int, sop_class_uid: str) -> FileDataset:
    """An object without pixels."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = sop_class_uid
    meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.10.99.3.{number + 1}"
    found = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    found.SOPClassUID, found.SOPInstanceUID = sop_class_uid, meta.MediaStorageSOPInstanceUID
    found.StudyInstanceUID = "1.2.826.0.1.3680043.10.99.1"
    found.SeriesInstanceUID = "1.2.826.0.1.3680043.10.99.2"
    found.FrameOfReferenceUID = "1.2.826.0.1.3680043.10.99.4"
    found.Modality = volume.modality
    found.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    found.PatientID, found.PatientName = "H123", "TEST^FACE"
    found.StudyDate = found.SeriesDate = "20260102"
    found.BodyPartExamined = "HEAD"
    found.SliceThickness = step_of(volume, 0)
    found.InstanceNumber = number + 1
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.Rows, found.Columns = volume.values.shape[1:]
    found.BitsAllocated, found.BitsStored, found.HighBit = 16, 16, 15
    found.PixelRepresentation = int(volume.values.dtype.kind == "i")
    if volume.modality == "CT":
        found.RescaleSlope, found.RescaleIntercept = 1, 0
    return found


def step_of(volume: Volume, axis: int) -> float:
    """Spacing along an axis, mm."""
    centres = volume.centres_mm[axis]
    return round(float(centres[1] - centres[0]), 4)


def place(volume: Volume, index: int, tilt: float = 0.0) -> dict[str, list[float]]:
    """Position, orientation and spacing of a slice; ``tilt`` shifts slices along their rows."""
    along, down, across = volume.axes
    position = along * (volume.centres_mm[0][index] * 1.0) + down * tilt * index - 100.0
    return {
        "ImagePositionPatient": [round(float(x), 4) for x in position],
        "ImageOrientationPatient": [float(x) for x in (*across, *down)],
        "PixelSpacing": [step_of(volume, 1), step_of(volume, 2)],
    }


def written(found: FileDataset) -> bytes:
    """The object's bytes."""
    target = BytesIO()
    found.save_as(target, enforce_file_format=True)
    return target.getvalue()


def slices(volume: Volume, *, tilt: float = 0.0, start: int = 0, **more: Any) -> list[bytes]:
    """One object for each slice; ``more`` sets attributes."""
    objects = []
    for index, values in enumerate(volume.values):
        found = header(volume, start + index, CLASSES[volume.modality])
        for name, value in {**place(volume, index, tilt), **more}.items():
            setattr(found, name, value)
        found.PixelData = values.tobytes()
        objects.append(written(found))
    return objects


def enhanced(volume: Volume) -> bytes:
    """All slices in one object."""
    found = header(volume, 0, ENHANCED_MR)
    found.NumberOfFrames = len(volume.values)
    shared, frames = Dataset(), []
    for index in range(len(volume.values)):
        where, frame, position = place(volume, index), Dataset(), Dataset()
        position.ImagePositionPatient = where["ImagePositionPatient"]
        frame.PlanePositionSequence = [position]
        frames.append(frame)
        lie, size = Dataset(), Dataset()
        lie.ImageOrientationPatient = where["ImageOrientationPatient"]
        size.PixelSpacing = where["PixelSpacing"]
        shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [lie], [size]
    found.SharedFunctionalGroupsSequence = [shared]
    found.PerFrameFunctionalGroupsSequence = frames
    found.PixelData = volume.values.tobytes()
    return written(found)


def pixels_in(element: tuple[Any, ...], volume: Volume) -> NDArray[Any]:
    """The values of a native pixel element."""
    raw = b"".join(bytes(chunk) for chunk in element)
    assert raw[:4] == b"\xe0\x7f\x10\x00"
    return np.frombuffer(raw[12:], volume.values.dtype)
