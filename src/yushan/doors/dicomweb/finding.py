"""From an address to what lies in the archive, always by way of the asker's scope.

A study outside the scope and a study that never was take the same way and give the same answer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Broken, PackId, SeriesUID, StudyUID
from yushan.domain.packs import patch_range, widened
from yushan.doors.dicomweb.asking import asker_of
from yushan.doors.dicomweb.ports import NOBODY
from yushan.services.catalogue import Query
from yushan.services.ledger import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request

    from yushan.domain.packs import InstanceEntry, Sidecar
    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.ports import Archive, Beside, Catalogue, Names
    from yushan.services.catalogue import SeriesRow

    Piece = bytes | memoryview

#: Most series of one study.
MAX_SERIES: Final = 10_000
#: Instances whose places are kept at hand, and for how long; what left is not kept any longer.
KEPT_INSTANCES: Final = 50_000
KEPT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """One instance, the series it belongs to and the pack its file lies in."""

    row: SeriesRow
    pack: PackId
    entry: InstanceEntry

    def name(self) -> str:
        """What tells its bytes apart from all others, in whichever pack they lie."""
        return self.entry.sha256 or f"{self.pack} {self.entry.start} {self.entry.length}"


class Finder:
    """Finds instances of what a scope admits, reads them, and notes who was shown what."""

    def __init__(
        self,
        catalogue: Catalogue,
        archive: Archive,
        beside: Beside = NOBODY,
    ) -> None:
        self.catalogue, self.archive, self.masks = catalogue, archive, beside.masks
        self.audit, self.purposes = beside.audit, beside.purposes
        self.places = Places(archive)

    def asker(self, request: Request) -> Asker:
        """Who asks for what."""
        return asker_of(request, self.masks)

    def rows(self, asker: Asker) -> Sequence[SeriesRow]:
        """The series of a target that may be seen.

        Raises
        ------
        Absent
            ``dicomweb.absent``: no such thing, or not visible.
        """
        target = asker.target
        query = Query(
            studies=(StudyUID(target.study),),
            series=(SeriesUID(target.series),) if target.series else (),
        )
        rows = self.catalogue.series(asker.scope, query, MAX_SERIES)
        if not rows:
            raise Absent("dicomweb.absent")
        return rows

    def instances(self, asker: Asker) -> list[Found]:
        """The instances of a target, series by series, in slice order.

        Raises
        ------
        Absent
            ``dicomweb.absent``.
        """
        if asker.target.instance:
            return [self.instance(asker)]
        found = [one for row in self.rows(asker) for one in self.of_series(row)]
        if not found:
            raise Absent("dicomweb.absent")
        return found

    def instance(self, asker: Asker) -> Found:
        """One instance.

        Raises
        ------
        Absent
            ``dicomweb.absent``.
        """
        for row in self.rows(asker):
            held = self.places.of(row).get(asker.target.instance)
            if held is not None:
                return Found(row, *held)
        raise Absent("dicomweb.absent")

    def of_series(self, row: SeriesRow) -> Iterator[Found]:
        """All instances of a series, whichever pack they lie in."""
        for pack, entry in self.places.of(row).values():
            yield Found(row, pack, entry)

    def read(self, found: Found, start: int, length: int, names: Names | None) -> list[Piece]:
        """Bytes of an instance's file under the asker's names.

        Raises
        ------
        Broken
            ``dicomweb.names-unplaced``: nobody knows where names stand, so nothing is shown.
        """
        entry = found.entry
        if names is not None and not entry.spots:
            raise Broken("dicomweb.names-unplaced", pack=found.pack)
        if names is None or start >= entry.spots[-1][0] + 64:
            return [self.bytes_of(found, start, length)]
        first, size = widened(start, length, entry.spots)
        data = self.bytes_of(found, first, size)
        pieces = patch_range(data, first, entry.spots, names)
        if (first, size) == (start, length):
            return list(pieces)
        return [memoryview(b"".join(pieces))[start - first : start - first + length]]

    def bytes_of(self, found: Found, start: int, length: int) -> bytes:
        """Bytes of an instance's file as they lie, also when its pack was joined to another."""
        try:
            return self.archive.read(found.pack, found.entry.start + start, length)
        except Broken:
            pack, entry = self.places.again(found.row)[found.entry.sop_instance_uid]
            if pack == found.pack:
                raise
            return self.archive.read(pack, entry.start + start, length)

    def saw(self, asker: Asker, rows: Sequence[SeriesRow], count: int, size: int = 0) -> None:
        """Note that instances (or frames) of these series are about to be shown.

        Raises
        ------
        Forbidden
            ``accounts.purpose-first``: somebody who must say why has not.
        Unavailable
            ``ledger.not-written``.
        """
        row = rows[0]
        study, subject = row.study_instance_uid, row.subject
        purpose = self.purposes.check(asker.account, study) if self.purposes else ""
        if self.audit is None:
            return
        if len(rows) == 1:
            thing = Thing("series", subject=subject, study=study, series=row.series_instance_uid)
        else:
            thing = Thing("study", subject=subject, study=study)
        self.audit.saw(asker.account, "image.read", thing, count=count, size=size, purpose=purpose)


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
        key, now = (row.series_instance_uid, tuple(row.packs)), time.monotonic()
        with self.lock:
            held = self.kept.get(key)
            if held is not None and now - held[0] < KEPT_S:
                return held[1]
        made = self.read(row)
        with self.lock:
            self.keep(key, now, made)
        return made

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
