"""Every instance of a pack finds its one place: admitted, duplicate, quarantined or opted out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from yushan.base import EVERYTHING, PackId, SeriesUID, StudyUID
from yushan.services.catalogue import SeriesQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from yushan.flows.admit.judging import Instance, Judged
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Sorting:
    """Members by what becomes of them; ``failed`` has reasons by member's name."""

    admitted: tuple[tuple[Judged, Instance], ...]
    failed: dict[str, tuple[str, ...]]
    duplicate: int
    opted_out: int

    def instances(self) -> list[Instance]:
        """The admitted instances."""
        return [one for _, one in self.admitted]


@dataclass(slots=True)
class Known:
    """What is here already of the studies and series that a pack touches."""

    #: Study → person, series → study.
    subject_of: dict[str, str] = field(default_factory=dict)
    study_of: dict[str, str] = field(default_factory=dict)
    #: Instance → SHA-256, or a call that finds it out.
    content_of: dict[str, Callable[[], bytes]] = field(default_factory=dict)

    def objection(self, one: Instance, subject: str) -> str | None:
        """Why an instance cannot stand beside what is here; None if it can."""
        study, series = one.study_instance_uid, one.series_instance_uid
        if self.subject_of.setdefault(study, subject) != subject:
            return "archive.study-of-another"
        if self.study_of.setdefault(series, study) != study:
            return "archive.series-of-another"
        content = self.content_of.get(one.sop_instance_uid)
        if content is not None and content() != one.sha256:
            return "archive.instance-conflict"
        return None


def known(archive: Archive, catalogue: Catalogue, instances: Iterable[Instance]) -> Known:
    """Look up what instances may meet."""
    series, studies = touched(instances)
    rows = [
        *catalogue.series(EVERYTHING, SeriesQuery(series=tuple(map(SeriesUID, series)))),
        *catalogue.series(EVERYTHING, SeriesQuery(studies=tuple(map(StudyUID, studies)))),
    ]
    found = Known(
        subject_of={row.study_instance_uid: row.subject for row in rows},
        study_of={row.series_instance_uid: row.study_instance_uid for row in rows},
    )
    for uid in series:
        for sidecar in archive.series_sidecars(SeriesUID(uid)):
            for entry in sidecar.instances:
                place = PackId(sidecar.pack), entry.start, entry.length
                found.content_of[entry.sop_instance_uid] = stored_hash(archive, place)
    return found


def touched(instances: Iterable[Instance]) -> tuple[list[str], list[str]]:
    """The series and studies of instances."""
    pairs = {(one.series_instance_uid, one.study_instance_uid) for one in instances}
    return sorted({series for series, _ in pairs}), sorted({study for _, study in pairs})


def stored_hash(archive: Archive, place: tuple[PackId, int, int]) -> Callable[[], bytes]:
    """A call that hashes stored bytes."""
    return lambda: hashlib.sha256(archive.read(*place)).digest()


def sort(
    judged: Sequence[Judged],
    here: Known,
    subject: str,
    is_allowed: Callable[[Instance | None], bool],
) -> Sorting:
    """Give every member its place, in order; consent comes first, also for one that failed."""
    admitted: list[tuple[Judged, Instance]] = []
    failed: dict[str, tuple[str, ...]] = {}
    duplicate = opted_out = 0
    for member in judged:
        one = member.instance
        if not is_allowed(one):
            opted_out += 1
        elif one is None:
            failed[member.member.name] = member.reasons
        elif (objection := here.objection(one, subject)) is not None:
            failed[member.member.name] = (objection,)
        elif one.sop_instance_uid in here.content_of:
            duplicate += 1
        else:
            here.content_of[one.sop_instance_uid] = one.content
            admitted.append((member, one))
    return Sorting(tuple(admitted), failed, duplicate, opted_out)


def uids_of(one: Instance) -> tuple[str, str]:
    """Series and study of an instance."""
    return one.series_instance_uid, one.study_instance_uid


def true_date(shifted: str, offset_days: int) -> date | None:
    """The day of an examination before it was shifted; None when it is not known."""
    try:
        day = date(int(shifted[:4]), int(shifted[4:6]), int(shifted[6:8]))
        return day - timedelta(days=offset_days)
    except (ValueError, OverflowError):
        return None
