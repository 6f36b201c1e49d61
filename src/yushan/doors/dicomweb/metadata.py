"""Metadata (PS3.18 10.4.1.1.2): written once per series, named and addressed once per asker.

What is sent lies ready in memory, compressed as the client takes it. It is told apart by packs and
places alone, so a question whether it has changed is answered without making it.
"""

from __future__ import annotations

import secrets
import zlib
from typing import TYPE_CHECKING, Any, Final

import msgspec
import zstandard

from yushan.domain.packs import patch_text
from yushan.doors.dicomweb.keeping import Kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.packs import InstanceEntry
    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.finding import Finder
    from yushan.services.catalogue import SeriesRow

#: Bytes kept at hand: as written, and as sent.
PLAIN_BYTES: Final = 48 << 20
SENT_BYTES: Final = 48 << 20
#: Compression is worth its time for what is asked for again; 6 is gzip's own choice.
GZIP_LEVEL: Final = 6
ZSTD_LEVEL: Final = 6


class Shelf:
    """The metadata of the series asked for last."""

    def __init__(self, finder: Finder, plain: int = PLAIN_BYTES, sent: int = SENT_BYTES) -> None:
        self.finder = finder
        self.plain, self.sent = Kept(plain), Kept(sent)
        #: Stands for the address of the service, which each client knows by its own name.
        self.base = secrets.token_hex(16)

    def answer(self, rows: Sequence[SeriesRow], asker: Asker, coding: str) -> bytes:
        """The JSON array of these series (or one instance) for an asker, compressed as said."""
        key = (version(rows, asker), coding)
        return self.sent.get(key, lambda: compressed(self.array(rows, asker), coding))

    def array(self, rows: Sequence[SeriesRow], asker: Asker) -> bytes:
        """The JSON array under the asker's names and address."""
        subject = rows[0].subject
        made = b",".join(self.series(row, asker.target.instance) for row in rows)
        if asker.names is not None:
            made = patch_text(made, subject, asker.names)
        address = msgspec.json.encode(asker.base)[1:-1]
        return b"[" + made.replace(self.base.encode(), address) + b"]"

    def series(self, row: SeriesRow, instance: str) -> bytes:
        """The instances of a series (or one) as JSON between commas, under our own names."""
        if instance:
            return self.written(row, self.finder.places.of(row)[instance][1])
        key = (row.series_instance_uid, tuple(row.packs))
        return self.plain.get(key, lambda: self.all_of(row))

    def all_of(self, row: SeriesRow) -> bytes:
        """All instances of a series."""
        return b",".join(self.written(row, one.entry) for one in self.finder.of_series(row))

    def written(self, row: SeriesRow, entry: InstanceEntry) -> bytes:
        """One instance as JSON."""
        place = (
            f"{self.base}/studies/{row.study_instance_uid}/series/"
            f"{row.series_instance_uid}/instances/{entry.sop_instance_uid}/bulkdata/"
        )
        return msgspec.json.encode(addressed(entry, place))


def version(rows: Sequence[SeriesRow], asker: Asker) -> str:
    """What tells one answer from all others: the packs, the names, the address."""
    packs = " ".join(f"{row.series_instance_uid}:{','.join(row.packs)}" for row in rows)
    return "\n".join((asker.scope.mask, asker.base, asker.target.instance, packs))


def compressed(data: bytes, coding: str) -> bytes:
    """Bytes in a content coding: ``gzip``, ``zstd`` or as they are."""
    if coding == "gzip":
        squeeze = zlib.compressobj(GZIP_LEVEL, wbits=31)
        return squeeze.compress(data) + squeeze.flush()
    return zstandard.ZstdCompressor(ZSTD_LEVEL).compress(data) if coding == "zstd" else data


def addressed(entry: InstanceEntry, place: str) -> dict[str, Any]:
    """The metadata with an address for each value that stayed in the file."""
    syntax = {"00083002": {"vr": "UI", "Value": [entry.transfer_syntax_uid]}}
    nested = any("/" in path for path, _, _ in entry.bulk)
    found = filled(entry.metadata, place, nested=nested) | syntax
    return {tag: found[tag] for tag in sorted(found)}


def filled(dataset: dict[str, Any], place: str, *, nested: bool) -> dict[str, Any]:
    """A copy with addresses; the original is shared and stays as it is."""
    found = dict(dataset)
    for tag, attribute in dataset.items():
        if attribute.get("BulkDataURI") == "":
            found[tag] = {**attribute, "BulkDataURI": place + tag}
        elif nested and attribute.get("vr") == "SQ" and attribute.get("Value"):
            items = [
                filled(item, f"{place}{tag}/{index}/", nested=True)
                for index, item in enumerate(attribute["Value"])
            ]
            found[tag] = {"vr": "SQ", "Value": items}
    return found
