"""Looking at one spooled file: its hashes, and what its header says."""

from __future__ import annotations

import hashlib
import mmap
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.dicom import is_dicom, summarize

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.domain.dicom import Summary

#: Files up to this size are read, larger ones are mapped.
MAPPED_FROM: Final = 32 << 20
#: Media Storage SOP Class of a DICOMDIR (PS3.4 I), as its file meta group has it.
MEDIA_DIRECTORY: Final = b"\x02\x00\x02\x00UI\x14\x001.2.840.10008.1.3.10"


class Kind(StrEnum):
    """What a file is by its first bytes."""

    DICOM = "dicom"
    DIRECTORY = "directory"
    PICTURE = "picture"
    ARCHIVE = "archive"
    EMPTY = "empty"
    OTHER = "other"


#: (offset, bytes, kind) of what is not DICOM; pictures, films and documents can be digitised.
MAGIC: Final = (
    (0, b"\xff\xd8\xff", Kind.PICTURE),
    (0, b"\x89PNG\r\n\x1a\n", Kind.PICTURE),
    (0, b"II*\x00", Kind.PICTURE),
    (0, b"MM\x00*", Kind.PICTURE),
    (0, b"GIF8", Kind.PICTURE),
    (0, b"BM", Kind.PICTURE),
    (0, b"\x00\x00\x00\x0cjP  ", Kind.PICTURE),
    (0, b"%PDF-", Kind.PICTURE),
    (4, b"ftyp", Kind.PICTURE),
    (8, b"AVI ", Kind.PICTURE),
    (8, b"WEBP", Kind.PICTURE),
    (0, b"PK\x03\x04", Kind.ARCHIVE),
    (0, b"\x1f\x8b", Kind.ARCHIVE),
    (0, b"7z\xbc\xaf", Kind.ARCHIVE),
    (257, b"ustar", Kind.ARCHIVE),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A spooled file as it was found; exactly one of ``summary`` and ``fault`` is set for DICOM."""

    file: str
    size: int
    sha256: str
    content_sha256: str
    received_at: float
    kind: Kind
    summary: Summary | None = None
    fault: str | None = None


def kind_of(head: bytes) -> Kind:
    """What a file is by its first 512 bytes."""
    if is_dicom(head):
        return Kind.DIRECTORY if MEDIA_DIRECTORY in head else Kind.DICOM
    if not head:
        return Kind.EMPTY
    found = (kind for at, magic, kind in MAGIC if head[at : at + len(magic)] == magic)
    return next(found, Kind.OTHER)


def content_start(head: bytes) -> int:
    """Offset after the file meta group (PS3.10 §7.1), 0 where there is none.

    The meta group names who wrote the file; the same object sent twice may differ in it alone.
    """
    if head[128:140] == b"DICM\x02\x00\x00\x00UL\x04\x00" and len(head) >= 144:
        length: int = struct.unpack_from("<L", head, 140)[0]
        return 144 + length
    return 0


def digests(data: bytes | mmap.mmap, start: int) -> tuple[str, str]:
    """SHA-256 of the whole and of what begins at ``start``."""
    whole = hashlib.sha256(data).hexdigest()
    with memoryview(data) as view:
        return whole, hashlib.sha256(view[start:]).hexdigest() if start else whole


def read_arrival(path: Path) -> Arrival:
    """Hash a spooled file and read its header.

    Raises
    ------
    FileNotFoundError
        The file is gone.
    """
    size = path.stat().st_size
    if size < MAPPED_FROM:
        return look(path, path.read_bytes())
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return look(path, data)


def look(path: Path, data: bytes | mmap.mmap) -> Arrival:
    """The arrival of a file whose bytes are at hand."""
    head = data[:512]
    kind, start = kind_of(head), content_start(head)
    whole, content = digests(data, start if start < len(data) else 0)
    summary, fault = None, None
    if kind is Kind.DICOM:
        try:
            summary = summarize(data)
        except Rejected as error:
            fault = error.code
    return Arrival(path.name, len(data), whole, content, path.stat().st_mtime, kind, summary, fault)
