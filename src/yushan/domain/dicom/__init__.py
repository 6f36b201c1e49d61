"""DICOM: what a file is, read by our own bounded walker; nothing is decoded that nobody asked for.

Owns no tables and no folders; pure. Promises: any bytes give a value or ``Rejected``, in time and
memory that the bounds fix; offsets are exact to the byte. Tags and VRs are those of PS3.6.
Start at ``part10.py``, then ``walker.py``.
"""

from yushan.domain.dicom.description import Description, describe
from yushan.domain.dicom.dictionary import attribute_of, implicit_vr, keyword_of, tag_of
from yushan.domain.dicom.json_reading import BulkValue, encode_dataset
from yushan.domain.dicom.lookup import Lookup
from yushan.domain.dicom.part10 import is_dicom, walk
from yushan.domain.dicom.pixels import fragments, frame_ranges
from yushan.domain.dicom.summary import Summary, summarize, summary_of
from yushan.domain.dicom.tables import (
    REGISTERED_UIDS,
    STORAGE_CLASSES,
    TRANSFER_SYNTAXES,
    TransferSyntax,
)
from yushan.domain.dicom.text import declared_charset, decode, is_standard_charset, text_values
from yushan.domain.dicom.values import (
    DEFAULT,
    UNDEFINED,
    Bounds,
    Buffer,
    Element,
    Item,
    Part10,
)

__all__ = [
    "DEFAULT",
    "REGISTERED_UIDS",
    "STORAGE_CLASSES",
    "TRANSFER_SYNTAXES",
    "UNDEFINED",
    "Bounds",
    "Buffer",
    "BulkValue",
    "Description",
    "Element",
    "Item",
    "Lookup",
    "Part10",
    "Summary",
    "TransferSyntax",
    "attribute_of",
    "declared_charset",
    "decode",
    "describe",
    "encode_dataset",
    "fragments",
    "frame_ranges",
    "implicit_vr",
    "is_dicom",
    "is_standard_charset",
    "keyword_of",
    "summarize",
    "summary_of",
    "tag_of",
    "text_values",
    "walk",
]
