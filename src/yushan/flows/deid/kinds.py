"""What a file is by its first bytes: DICOM, an archive, something to digitise, or none of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from yushan.domain.dicom import is_dicom

#: Bytes that are enough to tell.
HEAD: Final = 264

#: (offset, bytes) by which pictures, films and documents begin.
TO_DIGITISE: Final = (
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF8"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"II+\0"),
    (0, b"MM\0+"),
    (0, b"BM"),
    (0, b"%PDF-"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    (0, b"{\\rtf"),
    (0, b"\x00\x00\x00\x0cjP  "),
    (0, b"\x1aE\xdf\xa3"),
    (4, b"ftyp"),
    (8, b"WEBP"),
    (8, b"AVI "),
)
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
#: Archives that are not opened: gzip, bzip2, xz, zstd, 7z, RAR.
OTHER_ARCHIVES: Final = (
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
)
#: Names under which DICOM files go about.
DICOM_NAMES: Final = frozenset({".dcm", ".dicom", ".dic", ".ima", ".img"})


class Kind(StrEnum):
    """What becomes of a file."""

    DICOM = "dicom"
    EMPTY = "empty"
    ZIP = "zip"
    ARCHIVE = "archive"
    TO_DIGITISE = "to-digitise"
    FALSE_NAME = "false-name"
    OTHER = "other"


def kind_of(head: bytes, name: str) -> Kind:
    """The kind of a file that begins with ``head`` (``HEAD`` bytes, or all it has).

    DICOM's own mark counts before all others: a preamble may look like a picture (PS3.10 7.1).
    """
    if not head:
        return Kind.EMPTY
    if head[128:132] == b"DICM":
        return Kind.DICOM
    if (marked := kind_by_mark(head)) is not None:
        return marked
    if is_dicom(head):
        return Kind.DICOM
    return Kind.FALSE_NAME if has_dicom_name(name) else Kind.OTHER


def kind_by_mark(head: bytes) -> Kind | None:
    """The kind of a file that is not DICOM by its mark."""
    if head.startswith(ZIP):
        return Kind.ZIP
    if head.startswith(OTHER_ARCHIVES) or head[257:262] == b"ustar":
        return Kind.ARCHIVE
    is_picture = any(head[at : at + len(mark)] == mark for at, mark in TO_DIGITISE)
    return Kind.TO_DIGITISE if is_picture else None


def has_dicom_name(name: str) -> bool:
    """Whether a file is called as DICOM files are."""
    path = PurePosixPath(name.lower())
    return path.suffix in DICOM_NAMES or path.name == "dicomdir"
