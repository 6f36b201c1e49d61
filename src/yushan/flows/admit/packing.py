"""From sorted members to the commons' own pack and its sidecars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar
from yushan.flows.admit.judging import patched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
            file.seek(judged.member.start)
            writer.add(patched(file.read(judged.member.length), instance.patches))
        return writer.finish()


def sidecars(
    incoming: Incoming,
    subject: Pseudonym,
    summary: PackSummary,
    admitted: Sequence[tuple[Judged, Instance]],
) -> list[Sidecar]:
    """A sidecar per series, in order of first appearance."""
    series: dict[str, Sidecar] = {}
    manifest, receipt = incoming.manifest, incoming.receipt
    for member, (_, one) in zip(summary.members, admitted, strict=True):
        if one.series_instance_uid not in series:
            series[one.series_instance_uid] = Sidecar(
                pack=summary.pack,
                site=incoming.site,
                subject=subject,
                study_instance_uid=one.study_instance_uid,
                series_instance_uid=one.series_instance_uid,
                modality=one.modality,
                received_at=receipt.received_at if receipt is not None else "",
                source=incoming.pack,
                policy=manifest.policy,
                policy_digest=manifest.policy_digest,
                instances=[],
            )
        series[one.series_instance_uid].instances.append(entry(member, one))
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
        frames=list(one.frames),
        bulk=list(one.bulk),
        spots=list(one.spots),
        metadata=one.metadata,
    )
