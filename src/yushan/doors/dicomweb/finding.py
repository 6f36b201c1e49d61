"""From an address to what lies in the archive, always by way of the asker's scope.

A study outside the scope and a study that never was take the same way and give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Broken, PackId, SeriesUID, StudyUID
from yushan.domain.packs import patch_range, widened
from yushan.doors.dicomweb.asking import asker_of
from yushan.doors.dicomweb.places import Held, Places, Rows
from yushan.doors.dicomweb.ports import NOBODY
from yushan.services.catalogue import Query
from yushan.services.ledger import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request

    from yushan.domain.packs import InstanceEntry
    from yushan.doors.dicomweb.asking import Asker
    from yushan.doors.dicomweb.ports import Archive, Beside, Catalogue, Names
    from yushan.services.catalogue import SeriesRow

    Piece = bytes | memoryview

#: Most series of one study.
MAX_SERIES: Final = 10_000
#: How the record calls it.
READ: Final = "image.read"


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
        self.recent = Rows(beside.writes)

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
        rows = self.recent.get(
            (asker.scope, target.study, target.series), lambda: self.read_rows(asker)
        )
        if not rows:
            raise Absent("dicomweb.absent")
        return rows

    def read_rows(self, asker: Asker) -> Sequence[SeriesRow]:
        """The same from the catalogue; empty where nothing may be seen."""
        target = asker.target
        query = Query(
            studies=(StudyUID(target.study),),
            series=(SeriesUID(target.series),) if target.series else (),
        )
        return self.catalogue.series(asker.scope, query, MAX_SERIES)

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
            held = self.places_of(row).get(asker.target.instance)
            if held is not None:
                return Found(row, *held)
        raise Absent("dicomweb.absent")

    def of_series(self, row: SeriesRow) -> Iterator[Found]:
        """All instances of a series, whichever pack they lie in."""
        for pack, entry in self.places_of(row).values():
            yield Found(row, pack, entry)

    def places_of(self, row: SeriesRow) -> dict[str, Held]:
        """Where the instances of a series lie."""
        return self.places.of(row)

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
        pieces = patch_range(bytes(data), first, entry.spots, names)
        if (first, size) == (start, length):
            return list(pieces)
        return [memoryview(b"".join(pieces))[start - first : start - first + length]]

    def bytes_of(self, found: Found, start: int, length: int) -> Piece:
        """Bytes of an instance's file as they lie, also when its pack was joined to another."""
        try:
            return self.archive.read(found.pack, found.entry.start + start, length)
        except Broken:
            moved = self.places.again(found.row).get(found.entry.sop_instance_uid)
            if moved is None:
                raise Absent("dicomweb.absent") from None
            pack, entry = moved
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
        study = rows[0].study_instance_uid
        purpose = self.purposes.check(asker.account, study) if self.purposes else ""
        if self.audit is not None:
            self.audit.saw(
                asker.account, READ, shown(rows), count=count, size=size, purpose=purpose
            )


def shown(rows: Sequence[SeriesRow]) -> Thing:
    """Series of one study as the record names them."""
    row = rows[0]
    if len(rows) > 1:
        return Thing("study", subject=row.subject, study=row.study_instance_uid)
    series = row.series_instance_uid
    return Thing("series", subject=row.subject, study=row.study_instance_uid, series=series)
