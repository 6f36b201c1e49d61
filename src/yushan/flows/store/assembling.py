"""Metadata in JSON with bulk data beside it becomes whole files (PS3.18 10.5.1). In a child.

What was sent in parts is judged like everything else: as a file. Nothing is fetched from anywhere:
a Bulk Data URI stands for the parts of the request that bear it as their location, or for nothing.
"""

from __future__ import annotations

import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.base import Rejected
from yushan.domain.deid import file_head
from yushan.domain.dicom import TRANSFER_SYNTAXES, BulkValue, encode_dataset
from yushan.flows.store.values import Sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yushan.domain.dicom import Buffer

EXPLICIT: Final = "1.2.840.10008.1.2.1"
PIXELS: Final = ("7FE00010", "7FE00008", "7FE00009")
UID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
MAX_INSTANCES: Final = 10_000
#: Media type -> transfer syntax where none is said (PS3.18 table 8.7.3-5).
IMPLIED: Final = {
    "application/octet-stream": EXPLICIT,
    "image/jpeg": "1.2.840.10008.1.2.4.70",
    "image/dicom-rle": "1.2.840.10008.1.2.5",
    "image/jls": "1.2.840.10008.1.2.4.80",
    "image/jp2": "1.2.840.10008.1.2.4.90",
    "image/jpx": "1.2.840.10008.1.2.4.92",
    "image/jphc": "1.2.840.10008.1.2.4.201",
}


@dataclass(frozen=True, slots=True)
class BulkPart:
    """A part of the request: where it says that it lies, its type, and the file with its bytes."""

    location: str
    media_type: str
    syntax: str
    path: str

    def transfer_syntax(self) -> str:
        """As it says, or what its type implies; ``Rejected("dicom.transfer-syntax-unknown")``."""
        found = self.syntax or IMPLIED.get(self.media_type, "")
        if found not in TRANSFER_SYNTAXES:
            raise Rejected("dicom.transfer-syntax-unknown")
        return found


@dataclass(frozen=True, slots=True)
class Apart:
    """Metadata apart from bulk data: the file of the JSON, and the parts beside it."""

    metadata: str
    parts: tuple[BulkPart, ...]


@dataclass(frozen=True, slots=True)
class Assembled:
    """One instance as a file, or (``path`` empty) why it could not be made one."""

    path: str = ""
    sent: Sent = field(default_factory=Sent)


class Beside:
    """What lies beside the metadata, by location; the parts of one location in order."""

    def __init__(self, parts: Iterable[BulkPart]) -> None:
        self.parts: dict[str, list[BulkPart]] = {}
        for part in parts:
            self.parts.setdefault(part.location, []).append(part)

    def syntax(self, dataset: dict[str, Any]) -> str:
        """The transfer syntax of an instance: that of its pixels."""
        for tag in PIXELS:
            uri = str(dataset.get(tag, {}).get("BulkDataURI", ""))
            if uri in self.parts:
                return self.parts[uri][0].transfer_syntax()
        return EXPLICIT

    def value(self, uri: str) -> BulkValue:
        """The bytes of a location; ``Rejected("dicom.bulk-missing")``."""
        found = self.parts.get(uri)
        if not found:
            raise Rejected("dicom.bulk-missing")
        syntax = TRANSFER_SYNTAXES[found[0].transfer_syntax()]
        return BulkValue([mapped(one.path) for one in found], encapsulated=syntax.encapsulated)


def mapped(path: str) -> Buffer:
    """The bytes of a file, without reading them before they are needed."""
    with Path(path).open("rb") as file:
        if not file.seek(0, 2):
            return b""
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def assemble(apart: Apart) -> list[Assembled]:
    """Every instance of the metadata as a file beside it.

    Raises
    ------
    Rejected
        ``store.metadata-unreadable``: no JSON, no list, or one of too many.
    """
    source = Path(apart.metadata)
    try:
        found = msgspec.json.decode(source.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected("store.metadata-unreadable") from error
    instances = [found] if isinstance(found, dict) else found
    if not isinstance(instances, list) or not 0 < len(instances) <= MAX_INSTANCES:
        raise Rejected("store.metadata-unreadable")
    beside = Beside(apart.parts)
    return [
        assembled(one, beside, source.with_name(f"{number:05d}.whole"))
        for number, one in enumerate(instances)
    ]


def assembled(dataset: Any, beside: Beside, target: Path) -> Assembled:  # noqa: ANN401 - any JSON value
    """One instance."""
    try:
        named = uid(dataset, "00080016"), uid(dataset, "00080018")
        pieces = encode_dataset(dataset, beside.value)
        write(target, [file_head(*named, beside.syntax(dataset)), *pieces])  # tags are sound now
    except Rejected as error:
        return Assembled(sent=refused(dataset, error.code))
    return Assembled(str(target))


def write(target: Path, pieces: Sequence[Buffer]) -> None:
    """All pieces into a new file."""
    with target.open("xb") as out:
        out.writelines(pieces)


def uid(dataset: Any, tag: str) -> str:  # noqa: ANN401 - any JSON value
    """A UID that every object has; ``Rejected("dicom.json-malformed")``."""
    found = said(dataset, tag)
    if not found or len(found) > 64:
        raise Rejected("dicom.json-malformed", tag=tag)
    return found


def said(dataset: Any, tag: str) -> str:  # noqa: ANN401 - any JSON value
    """A UID, if there is one."""
    attribute = dataset.get(tag) if isinstance(dataset, dict) else None
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    first = values[0] if isinstance(values, list) and values else ""
    return first if isinstance(first, str) and UID.fullmatch(first) else ""


def refused(dataset: Any, code: str) -> Sent:  # noqa: ANN401 - any JSON value
    """What is told of an instance that is none."""
    return Sent(
        sop_class_uid=said(dataset, "00080016")[:64],
        sop_instance_uid=said(dataset, "00080018")[:64],
        series_instance_uid=said(dataset, "0020000E")[:64],
        study_instance_uid=said(dataset, "0020000D")[:64],
        reasons=(code,),
    )
