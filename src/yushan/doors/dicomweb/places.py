"""What was found a moment ago, kept in memory: rows for a second, places for a minute.

A viewer asks for hundreds of frames of one series, each an address of its own.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from yushan.base import PackId, SeriesUID

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from yushan.domain.packs import InstanceEntry, Sidecar
    from yushan.doors.dicomweb.ports import Archive
    from yushan.services.catalogue import SeriesRow

#: Instances whose places are kept at hand, and for how long; what left is not kept any longer.
KEPT_INSTANCES: Final = 50_000
KEPT_S: Final = 60.0
#: How long somebody who may see a series may go on without being looked up again, at most: as soon
#: as this process writes anything, it is looked up.
ROWS_S: Final = 1.0
MOST_ROWS: Final = 1024


class Rows:
    """What may be seen, for a moment; nothing is kept of what may not."""

    def __init__(self, writes: Callable[[], int] | None) -> None:
        self.writes = writes
        self.lock = threading.Lock()
        self.known: dict[Hashable, tuple[float, int, Sequence[SeriesRow]]] = {}

    def get(self, key: Hashable, read: Callable[[], Sequence[SeriesRow]]) -> Sequence[SeriesRow]:
        """The rows, read again when they are old or anything was written since."""
        if self.writes is None:
            return read()
        now, written = time.monotonic(), self.writes()
        held = self.known.get(key)
        if held is not None and held[1] == written and now - held[0] < ROWS_S:
            return held[2]
        rows = read()
        if rows:
            with self.lock:
                if len(self.known) >= MOST_ROWS:
                    self.known.clear()
                self.known[key] = (now, written, rows)
        return rows


Held = tuple[PackId, "InstanceEntry"]


class Places:
    """Where the instances of the series asked for last lie; another set of packs is read anew."""

    def __init__(self, archive: Archive, limit: int = KEPT_INSTANCES) -> None:
        self.archive, self.limit = archive, limit
        self.lock = threading.Lock()
        self.kept: OrderedDict[tuple[str, tuple[str, ...]], tuple[float, dict[str, Held]]]
        self.kept = OrderedDict()
        self.count = 0

    def of(self, row: SeriesRow) -> dict[str, Held]:
        """SOP Instance UID → pack and entry, in slice order; to be looked at only."""
        now = time.monotonic()
        if (held := self.known(row)) is not None:
            return held
        made = self.read(row)
        with self.lock:
            self.keep((row.series_instance_uid, tuple(row.packs)), now, made)
        return made

    def known(self, row: SeriesRow) -> dict[str, Held] | None:
        """The same, if it is at hand."""
        key = (row.series_instance_uid, tuple(row.packs))
        with self.lock:
            held = self.kept.get(key)
        if held is None or time.monotonic() - held[0] >= KEPT_S:
            return None
        return held[1]

    def again(self, row: SeriesRow) -> dict[str, Held]:
        """The same, not from memory."""
        with self.lock:
            if (
                held := self.kept.pop((row.series_instance_uid, tuple(row.packs)), None)
            ) is not None:
                self.count -= len(held[1])
        return self.of(row)

    def read(self, row: SeriesRow) -> dict[str, Held]:
        """From the archive."""
        sidecars: Sequence[Sidecar] = self.archive.series_sidecars(
            SeriesUID(row.series_instance_uid)
        )
        return {
            entry.sop_instance_uid: (PackId(sidecar.pack), entry)
            for sidecar in sidecars
            if sidecar.study_instance_uid == row.study_instance_uid
            for entry in sidecar.instances
        }

    def keep(self, key: tuple[str, tuple[str, ...]], now: float, made: dict[str, Held]) -> None:
        """Put on, and take off what is old or too much."""
        before = self.kept.pop(key, None)
        self.count += len(made) - (len(before[1]) if before else 0)
        self.kept[key] = (now, made)
        while self.kept:
            oldest = next(iter(self.kept))
            at, places = self.kept[oldest]
            if self.count <= self.limit and now - at < KEPT_S:
                break
            del self.kept[oldest]
            self.count -= len(places)
