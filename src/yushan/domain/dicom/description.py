"""All that an archive writes beside a file: its metadata, its frames, its bulk, its spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yushan.domain.dicom.json_model import JsonWriter
from yushan.domain.dicom.lookup import Lookup
from yushan.domain.dicom.part10 import walk
from yushan.domain.dicom.pixels import frame_ranges
from yushan.domain.dicom.spots import spots_of
from yushan.domain.dicom.summary import summary_of

if TYPE_CHECKING:
    from yushan.domain.dicom.summary import Summary
    from yushan.domain.dicom.values import Buffer


@dataclass(frozen=True, slots=True)
class Description:
    """One instance, described; all offsets count from the first byte of the file.

    ``metadata`` is the DICOM JSON Model without file meta; ``{"vr": …, "BulkDataURI": ""}`` stands
    for what ``bulk`` places: (tag path, start, length), the path as ``54000100/0/54001010``.
    ``frames`` are (start, length), see ``frame_ranges``: of encapsulated pixel data they hold item
    headers, ``fragments`` takes them off. ``spots`` are (offset, kind): ``uid`` 44 bytes, ``pid``
    16, ``date`` 8. For the deflated syntax offsets count in the inflated file.
    """

    summary: Summary
    metadata: dict[str, Any]
    frames: tuple[tuple[int, int], ...]
    bulk: tuple[tuple[str, int, int], ...]
    spots: tuple[tuple[int, str], ...]


def describe(data: Buffer) -> Description:
    """The description of a Part-10 file.

    Raises
    ------
    Rejected
        As ``summarize`` and ``frame_ranges``.
    """
    part = walk(data)
    writer = JsonWriter(part)
    metadata = writer.dataset(part.elements)
    return Description(
        summary=summary_of(part),
        metadata=metadata,
        frames=frame_ranges(Lookup(part, part.elements)),
        bulk=tuple(writer.bulk),
        spots=spots_of(part),
    )
