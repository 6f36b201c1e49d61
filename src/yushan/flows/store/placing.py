"""Each object beside what is here already: new, the same again, or in conflict."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from yushan.base import EVERYTHING, PackId, SeriesUID, StudyUID
from yushan.flows.store.values import Fate, Made
from yushan.services.catalogue import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from yushan.domain.packs import InstanceEntry
    from yushan.flows.store.values import Sent
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue


class Here:
    """What is here of the studies and series that a request touches."""

    def __init__(self, archive: Archive, catalogue: Catalogue, made: Iterable[Made]) -> None:
        good = [one for one in made if not one.reasons]
        self.series = sorted({one.series_instance_uid for one in good})
        self.studies = sorted({one.study_instance_uid for one in good})
        rows = [
            *catalogue.series(EVERYTHING, Query(series=tuple(map(SeriesUID, self.series)))),
            *catalogue.series(EVERYTHING, Query(studies=tuple(map(StudyUID, self.studies)))),
        ] if good else []  # fmt: skip
        self.subject_of = {str(row.study_instance_uid): str(row.subject) for row in rows}
        self.study_of = {str(row.series_instance_uid): str(row.study_instance_uid) for row in rows}
        self.content_of: dict[str, Callable[[], bytes]] = {}
        for uid in self.series:
            for sidecar in archive.series_sidecars(SeriesUID(uid)):
                for entry in sidecar.instances:
                    self.content_of[entry.sop_instance_uid] = content(
                        archive, PackId(sidecar.pack), entry
                    )

    def place(self, sent: Sent, made: Made) -> Fate:
        """The fate of one object; those placed before it count as here."""
        if made.reasons:
            return Fate(sent, made)
        if (objection := self.objection(made)) is not None:
            return Fate(sent, Made((objection,)))
        if made.sop_instance_uid in self.content_of:
            return Fate(sent, made, is_duplicate=True)
        self.content_of[made.sop_instance_uid] = lambda: made.sha256
        return Fate(sent, made)

    def objection(self, made: Made) -> str | None:
        """Why an object cannot stand beside what is here; None if it can."""
        study = made.study_instance_uid
        if made.known and study not in self.subject_of:  # its person left meanwhile
            return "store.study-unknown"
        if self.subject_of.setdefault(study, made.subject) != made.subject:
            return "store.other-person"
        if self.study_of.setdefault(made.series_instance_uid, study) != study:
            return "store.series-elsewhere"
        content = self.content_of.get(made.sop_instance_uid)
        if content is not None and content() != made.sha256:
            return "store.instance-differs"
        return None


def content(archive: Archive, pack: PackId, entry: InstanceEntry) -> Callable[[], bytes]:
    """A call that tells what the file of an instance was when it came; old packs are read."""
    if known := entry.original_sha256 or entry.sha256:
        return lambda: bytes.fromhex(known)
    return lambda: hashlib.sha256(archive.read(pack, entry.start, entry.length)).digest()


def by_subject(fates: Sequence[Fate]) -> dict[str, list[Fate]]:
    """What is stored or was, person by person, in the order of its series and instances."""
    found: dict[str, list[Fate]] = {}
    for fate in sorted((one for one in fates if not one.reasons), key=order):
        found.setdefault(fate.made.subject, []).append(fate)
    return found


def order(fate: Fate) -> tuple[str, str, int, str]:
    """The place of an instance in its pack."""
    made = fate.made
    number = made.instance_number if made.instance_number is not None else 1 << 31
    return made.study_instance_uid, made.series_instance_uid, number, made.sop_instance_uid
