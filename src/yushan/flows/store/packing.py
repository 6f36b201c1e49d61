"""From objects in files to a pack and its sidecars."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar
from yushan.flows.cleaning import content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.packs import MemberRange, PackSummary
    from yushan.flows.store.values import Made


def write_pack(target: Path, made: Sequence[Made]) -> PackSummary:
    """Write the objects one after the other."""
    with target.open("wb") as out:
        writer = PackWriter(out)
        for one in made:
            with content(Path(one.path)) as data:
                writer.add([data])
        return writer.finish()


def sidecars(
    bare: Sidecar, summary: PackSummary, made: Sequence[Made], parts: Mapping[str, int]
) -> list[Sidecar]:
    """A sidecar per series in order of first appearance; ``bare`` holds what all share.

    ``parts`` are those that each series has already: the next version has one more.
    """
    series: dict[str, Sidecar] = {}
    shared = {name: getattr(bare, name) for name in
              ("site", "subject", "received_at", "source", "policy", "policy_digest")}  # fmt: skip
    for member, one in zip(summary.members, made, strict=True):
        beside = series.setdefault(
            one.series_instance_uid,
            Sidecar(
                pack=summary.pack,
                study_instance_uid=one.study_instance_uid,
                series_instance_uid=one.series_instance_uid,
                modality=one.modality,
                version=parts.get(one.series_instance_uid, 0) + 1,
                instances=[],
                **shared,
            ),
        )
        beside.instances.append(entry(member, one))
    return list(series.values())


def entry(member: MemberRange, one: Made) -> InstanceEntry:
    """An instance at its place in the pack."""
    return InstanceEntry(
        sop_instance_uid=one.sop_instance_uid,
        sop_class_uid=one.sop_class_uid,
        transfer_syntax_uid=one.transfer_syntax_uid,
        instance_number=one.instance_number,
        start=member.start,
        length=member.length,
        sha256=one.sha256.hex(),
        frames=list(one.frames),
        bulk=list(one.bulk),
        spots=list(one.spots),
        metadata=one.metadata,
    )
