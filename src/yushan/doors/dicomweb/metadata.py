"""Metadata (PS3.18 10.4.1.1.2): written once per series, kept as bytes, addressed when sent."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.packs import InstanceEntry
    from yushan.doors.dicomweb.finding import Finder, Found
    from yushan.services.catalogue import SeriesRow

    Key = tuple[str, tuple[str, ...]]

#: Bytes of metadata kept at hand.
KEPT_BYTES: Final = 64 << 20


class Shelf:
    """The metadata of the series asked for last; another set of packs is another series."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self.limit = limit
        self.size = 0
        self.lock = threading.Lock()
        self.kept: OrderedDict[Key, list[bytes]] = OrderedDict()
        #: Stands for the address of the service, which each client knows by its own name.
        self.base = secrets.token_hex(16).encode()

    def series(self, row: SeriesRow, finder: Finder) -> list[bytes]:
        """Each instance of a series as JSON, with the base still to be put in."""
        key = (row.series_instance_uid, tuple(row.packs))
        with self.lock:
            if (held := self.kept.get(key)) is not None:
                self.kept.move_to_end(key)
                return held
        made = [self.written(one) for one in finder.of_series(row)]
        with self.lock:
            self.keep(key, made)
        return made

    def keep(self, key: Key, made: list[bytes]) -> None:
        """Put on the shelf and take off the oldest."""
        self.size += sum(map(len, made)) - sum(map(len, self.kept.pop(key, [])))
        self.kept[key] = made
        while self.size > self.limit and self.kept:
            self.size -= sum(map(len, self.kept.popitem(last=False)[1]))

    def written(self, found: Found) -> bytes:
        """One instance as JSON."""
        row, entry = found.row, found.entry
        place = (
            f"{self.base.decode()}/studies/{row.study_instance_uid}/series/"
            f"{row.series_instance_uid}/instances/{entry.sop_instance_uid}/bulkdata/"
        )
        return msgspec.json.encode(addressed(entry, place))

    def joined(self, made: Sequence[bytes], base: str) -> bytes:
        """The JSON array for a client that knows the service by ``base``."""
        address = msgspec.json.encode(base)[1:-1]
        return b"[" + b",".join(made).replace(self.base, address) + b"]"


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
