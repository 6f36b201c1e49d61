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

    from yushan.domain.packs import InstanceEntry
    from yushan.flows.admit.judging import Instance, Judged
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Sorting:
    """Members by what becomes of them; ``failed`` has reasons by member's name.

    ``replaced`` are instances among the admitted of which another policy made a version before.
    """

    admitted: tuple[tuple[Judged, Instance], ...]
    failed: dict[str, tuple[str, ...]]
    duplicate: int
    opted_out: int
    replaced: frozenset[str] = frozenset()

    def instances(self) -> list[Instance]:
        """The admitted instances."""
        return [one for _, one in self.admitted]


@dataclass(frozen=True, slots=True)
class Copy:
    """An instance that is here: what finds out its SHA-256, and the policy of its first stage."""

    sha256: Callable[[], bytes]
    policy_digest: str


@dataclass(slots=True)
class Known:
    """What is here already of the studies and series that a pack touches."""

    #: Study → person, series → study.
    subject_of: dict[str, str] = field(default_factory=dict)
    study_of: dict[str, str] = field(default_factory=dict)
    #: Instance → all its copies, replaced ones too.
    copies_of: dict[str, list[Copy]] = field(default_factory=dict)

    def objection(self, one: Instance, subject: str, policy_digest: str) -> str | None:
        """Why an instance cannot stand beside what is here; None if it can."""
        study, series = one.study_instance_uid, one.series_instance_uid
        if self.subject_of.setdefault(study, subject) != subject:
            return "archive.study-of-another"
        if self.study_of.setdefault(series, study) != study:
            return "archive.series-of-another"
        copies = self.copies_of.get(one.sop_instance_uid, [])
        seen_before = any(copy.policy_digest == policy_digest for copy in copies)
        if seen_before and not self.is_duplicate(one):
            return "archive.instance-conflict"
        return None

    def is_duplicate(self, one: Instance) -> bool:
        """Whether these very bytes came before, be they replaced since or not."""
        copies = self.copies_of.get(one.sop_instance_uid, [])
        return any(copy.sha256() == one.sha256 for copy in copies)


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
        for sidecar in archive.series_sidecars(SeriesUID(uid), replaced=True):
            for entry in sidecar.instances:
                copy = Copy(stored_hash(archive, sidecar.pack, entry), sidecar.policy_digest)
                found.copies_of.setdefault(entry.sop_instance_uid, []).append(copy)
    return found


def touched(instances: Iterable[Instance]) -> tuple[list[str], list[str]]:
    """The series and studies of instances."""
    pairs = {(one.series_instance_uid, one.study_instance_uid) for one in instances}
    return sorted({series for series, _ in pairs}), sorted({study for _, study in pairs})


def stored_hash(archive: Archive, pack: str, entry: InstanceEntry) -> Callable[[], bytes]:
    """A call that says what the file was when it came: by the sidecar, else by its bytes."""
    if known := entry.original_sha256 or entry.sha256:
        return lambda: bytes.fromhex(known)
    place = PackId(pack), entry.start, entry.length
    return lambda: hashlib.sha256(archive.read(*place)).digest()


def sort(
    judged: Sequence[Judged],
    here: Known,
    person: tuple[str, str],
    is_allowed: Callable[[Instance | None], bool],
) -> Sorting:
    """Give every member its place, in order; consent comes first, also for one that failed.

    ``person`` is the pseudonym and the digest of the policy that made the members. Another policy
    than ever before makes a new version of an instance; the same one never makes two.
    """
    subject, policy_digest = person
    admitted: list[tuple[Judged, Instance]] = []
    failed: dict[str, tuple[str, ...]] = {}
    duplicate = opted_out = 0
    replaced: set[str] = set()
    for member in judged:
        one = member.instance
        if not is_allowed(one):
            opted_out += 1
        elif one is None:
            failed[member.member.name] = member.reasons
        elif (objection := here.objection(one, subject, policy_digest)) is not None:
            failed[member.member.name] = (objection,)
        elif here.is_duplicate(one):
            duplicate += 1
        else:
            copies = here.copies_of.setdefault(one.sop_instance_uid, [])
            if copies:
                replaced.add(one.sop_instance_uid)
            copies.append(Copy(one.content, policy_digest))
            admitted.append((member, one))
    return Sorting(tuple(admitted), failed, duplicate, opted_out, frozenset(replaced))


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
