"""From sorted members to the commons' own pack and its sidecars."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar
from yushan.flows.admit.judging import patched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.base import Pseudonym
    from yushan.domain.packs import MemberRange, PackSummary
    from yushan.flows.admit.judging import Instance, Judged
    from yushan.services.archive import Incoming


def write_pack(
    source: Path, target: Path, admitted: Sequence[tuple[Judged, Instance]]
) -> PackSummary:
    """Write the members under their new names, in order; nothing is parsed on the way."""
    with source.open("rb") as file, target.open("wb") as out:
        writer = PackWriter(out)
        for judged, instance in admitted:
            if instance.file:
                writer.add([Path(instance.file).read_bytes()])
                continue
            file.seek(judged.member.start)
            writer.add(patched(file.read(judged.member.length), instance.patches))
        return writer.finish()


@dataclass(frozen=True, slots=True)
class Origin:
    """What all sidecars of a new pack say alike.

    ``parts`` counts the parts that a series has already, ``replaced`` names instances that are
    here in an older version.
    """

    incoming: Incoming
    subject: Pseudonym
    parts: Mapping[str, int]
    replaced: frozenset[str] = frozenset()

    def sidecar(self, pack: str, one: Instance) -> Sidecar:
        """An empty sidecar for the series of an instance."""
        manifest, receipt = self.incoming.manifest, self.incoming.receipt
        return Sidecar(
            pack=pack,
            site=self.incoming.site,
            subject=self.subject,
            study_instance_uid=one.study_instance_uid,
            series_instance_uid=one.series_instance_uid,
            modality=one.modality,
            received_at=receipt.received_at if receipt is not None else "",
            source=self.incoming.pack,
            policy=manifest.policy,
            policy_digest=manifest.policy_digest,
            version=self.parts.get(one.series_instance_uid, 0) + 1,
            replaces=[],
            instances=[],
        )


def sidecars(
    origin: Origin, summary: PackSummary, admitted: Sequence[tuple[Judged, Instance]]
) -> list[Sidecar]:
    """A sidecar per series, in order of first appearance."""
    series: dict[str, Sidecar] = {}
    for member, (_, one) in zip(summary.members, admitted, strict=True):
        uid = one.series_instance_uid
        if uid not in series:
            series[uid] = origin.sidecar(summary.pack, one)
        series[uid].instances.append(entry(member, one))
        if one.sop_instance_uid in origin.replaced:
            series[uid].replaces.append(one.sop_instance_uid)
    return list(series.values())


def entry(member: MemberRange, one: Instance) -> InstanceEntry:
    """An instance at its place in the new pack."""
    return InstanceEntry(
        sop_instance_uid=one.sop_instance_uid,
        sop_class_uid=one.sop_class_uid,
        transfer_syntax_uid=one.transfer_syntax_uid,
        instance_number=one.instance_number,
        start=member.start,
        length=member.length,
        sha256=(one.kept_sha256 or one.sha256).hex(),
        original_sha256=one.sha256.hex() if one.file else "",
        frames=list(one.frames),
        bulk=list(one.bulk),
        spots=list(one.spots),
        metadata=one.metadata,
    )
