"""From an address to what lies in the archive, always by way of the asker's scope.

A study outside the scope and a study that never was take the same way and give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import NOTHING, Absent, PackId, Scope, SeriesUID, StudyUID
from yushan.services.accounts import may
from yushan.services.catalogue import Query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request

    from yushan.domain.packs import InstanceEntry
    from yushan.doors.dicomweb.ports import Archive, Catalogue
    from yushan.services.catalogue import SeriesRow


#: Most series of one study.
MAX_SERIES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """One instance, the series it belongs to and the pack its file lies in."""

    row: SeriesRow
    pack: PackId
    entry: InstanceEntry


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names: a study, a series of it, an instance of that."""

    study: str
    series: str = ""
    instance: str = ""


def target_of(request: Request) -> Target:
    """The target of a request's path."""
    path = request.path_params
    return Target(path.get("study", ""), path.get("series", ""), path.get("instance", ""))


def base_of(request: Request) -> str:
    """The address of the service as the client knows it, without slash at the end.

    A client that names our own address and forgets the port (dicomweb-client does) gets it back.
    """
    url = request.base_url
    host, port = request.scope.get("server") or ("", None)
    if url.port is None and url.hostname in (host, "localhost") and port not in (None, 80, 443):
        url = url.replace(port=port)
    return f"{str(url).rstrip('/')}/dicom-web"


def scope_of(request: Request) -> Scope:
    """What the asker may see; nothing for a role that may not see images."""
    account = request.state.account
    scope: Scope = account.scope if may(account, "see_images") else NOTHING
    return scope


class Finder:
    """Finds instances of what a scope admits."""

    def __init__(self, catalogue: Catalogue, archive: Archive) -> None:
        self.catalogue = catalogue
        self.archive = archive

    def rows(self, scope: Scope, target: Target) -> Sequence[SeriesRow]:
        """The series of a target that may be seen.

        Raises
        ------
        Absent
            ``dicomweb.absent``: no such thing, or not visible.
        """
        query = Query(
            studies=(StudyUID(target.study),),
            series=(SeriesUID(target.series),) if target.series else (),
        )
        rows = self.catalogue.series(scope, query, MAX_SERIES)
        if not rows:
            raise Absent("dicomweb.absent")
        return rows

    def instances(self, scope: Scope, target: Target) -> list[Found]:
        """The instances of a target, series by series, in slice order.

        Raises
        ------
        Absent
            ``dicomweb.absent``.
        """
        found = [
            one for row in self.rows(scope, target) for one in self.of_series(row, target.instance)
        ]
        if not found:
            raise Absent("dicomweb.absent")
        return found

    def instance(self, scope: Scope, target: Target) -> Found:
        """One instance.

        Raises
        ------
        Absent
            ``dicomweb.absent``.
        """
        return self.instances(scope, target)[0]

    def of_series(self, row: SeriesRow, instance: str = "") -> Iterator[Found]:
        """All instances of a series, or the one that is named, whichever pack it lies in."""
        for sidecar in self.archive.series_sidecars(SeriesUID(row.series_instance_uid)):
            if sidecar.study_instance_uid == row.study_instance_uid:
                for entry in sidecar.instances:
                    if instance in ("", entry.sop_instance_uid):
                        yield Found(row, PackId(sidecar.pack), entry)

    def read(self, found: Found, start: int, length: int) -> bytes:
        """Bytes of an instance's file."""
        return self.archive.read(found.pack, found.entry.start + start, length)
