"""Small data sets as pydicom makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from tests.doors.dimse.factories import CT

if TYPE_CHECKING:
    from pathlib import Path


def make_ct(rows: int = 64, syntax: str = ExplicitVRLittleEndian, sop_class: str = CT) -> Dataset:
    """A CT slice of ``rows`` x ``rows`` pixels with its file meta information."""
    ct = Dataset()
    ct.file_meta = FileMetaDataset()
    ct.file_meta.TransferSyntaxUID = syntax
    ct.SOPClassUID = ct.file_meta.MediaStorageSOPClassUID = sop_class
    ct.SOPInstanceUID = ct.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ct.StudyInstanceUID, ct.SeriesInstanceUID = generate_uid(), generate_uid()
    ct.PatientName, ct.PatientID, ct.Modality = "Wang^Xiaoming", "A123456789", "CT"
    ct.Rows = ct.Columns = rows
    ct.BitsAllocated, ct.BitsStored, ct.HighBit, ct.PixelRepresentation = 16, 12, 11, 0
    ct.SamplesPerPixel, ct.PhotometricInterpretation = 1, "MONOCHROME2"
    ct.PixelData = bytes(range(256)) * (rows * rows * 2 // 256)
    return ct


def write_ct(path: Path, **changes: object) -> Path:
    """A CT as a file."""
    make_ct(**changes).save_as(path, enforce_file_format=True)  # type: ignore[arg-type]
    return path
