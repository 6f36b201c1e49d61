"""The rows of a pack, from its sidecars alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import PackId, Pseudonym, SeriesUID, SiteName, StudyUID
from yushan.services.archive.values import PackRecord, PartRecord

if TYPE_CHECKING:
    from yushan.services.archive.values import Staged


def records(staged: Staged) -> tuple[PackRecord, list[PartRecord]]:
    """The rows of a pack, from its sidecars alone."""
    first = staged.sidecars[0]
    digests = staged.digests or [""] * len(staged.sidecars)
    parts = [
        PartRecord(
            staged.pack,
            number,
            SeriesUID(sidecar.series_instance_uid),
            StudyUID(sidecar.study_instance_uid),
            sidecar.received_at,
            len(sidecar.instances),
            sum(entry.length for entry in sidecar.instances),
            sidecar.version,
            digest,
        )
        for number, (sidecar, digest) in enumerate(zip(staged.sidecars, digests, strict=True))
    ]
    record = PackRecord(
        pack=staged.pack,
        size=staged.size,
        site=SiteName(first.site),
        subject=Pseudonym(first.subject),
        source=PackId(first.source),
        policy=first.policy,
        policy_digest=first.policy_digest,
        received_at=first.received_at,
        instances=sum(part.instances for part in parts),
    )
    return record, parts
