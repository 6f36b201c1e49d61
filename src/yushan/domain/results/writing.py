"""Part-10 files out of data sets, with long parts put in as bytes; the same every time."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import dcmwrite, write_dataset
from pydicom.uid import UID, ExplicitVRLittleEndian

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yushan.domain.results.source import SourceSeries
    from yushan.domain.results.values import Output

#: VRs whose length takes four bytes, after two of nothing (PS3.5 7.1.2).
LONG: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UC", "UN", "UR", "UT"})


def element(tag: int, vr: str, value: bytes) -> bytes:
    """One element in Explicit VR Little Endian, padded to even length."""
    if len(value) % 2:
        value += b"\0" if vr in {"UI", "OB"} else b" "
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in LONG:
        return head + struct.pack("<HL", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def item(*elements: bytes) -> bytes:
    """One item of a sequence, of defined length."""
    value = b"".join(elements)
    return b"\xfe\xff\x00\xe0" + struct.pack("<L", len(value)) + value


def sequence(tag: int, items: Iterable[bytes]) -> bytes:
    """A sequence of defined length."""
    return element(tag, "SQ", b"".join(items))


def laid(dataset: Dataset, charset: str | list[str] | None = None) -> bytes:
    """A data set's elements in Explicit VR Little Endian, texts in ``charset``."""
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, dataset, charset or "iso8859")
    return out.getvalue()


def written(dataset: Dataset, long: Mapping[int, bytes] | None = None) -> bytes:
    """A Part-10 file; ``long`` are whole elements by tag that are not in the data set."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    head = Dataset()
    head.file_meta = meta
    head.SOPClassUID, head.SOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    out = BytesIO()
    dcmwrite(out, head, enforce_file_format=True)
    parts = [out.getvalue()[: -len(laid(head))]]
    charset = dataset.get("SpecificCharacterSet")
    at = 0
    for tag in sorted(long or ()):
        parts += [laid(between(dataset, at, tag), charset), (long or {})[tag]]
        at = tag
    parts.append(laid(between(dataset, at, 0xFFFFFFFF), charset))
    return b"".join(parts)


def between(dataset: Dataset, first: int, last: int) -> Dataset:
    """Elements of tags from ``first`` up to before ``last``."""
    part, tags = Dataset(), dataset.keys()
    part.update({tag: dataset.get_item(tag) for tag in tags if first <= tag < last})
    return part


def started(source: SourceSeries, output: Output, sop_class: str, modality: str) -> Dataset:
    """Patient, study, series, equipment and SOP common modules of a result."""
    made = source.patient_and_study()
    date, time = output.moment.strftime("%Y%m%d"), output.moment.strftime("%H%M%S")
    made.SOPClassUID, made.SOPInstanceUID = UID(sop_class), UID(output.sop_instance_uid)
    made.Modality = modality
    made.SeriesInstanceUID = UID(output.series_instance_uid)
    made.SeriesNumber, made.InstanceNumber = output.series_number, 1
    made.SeriesDescription = output.description
    made.SeriesDate = made.ContentDate = made.InstanceCreationDate = date
    made.SeriesTime = made.ContentTime = made.InstanceCreationTime = time
    maker = output.maker
    made.Manufacturer, made.ManufacturerModelName = maker.manufacturer, maker.model
    made.DeviceSerialNumber, made.SoftwareVersions = maker.serial, maker.software
    return made
