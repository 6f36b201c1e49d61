"""Instances of packs into a pack of their own, byte for byte as they were; only places change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yushan.base import PackId
from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from yushan.domain.packs import PackSummary


def write_together(
    read: Callable[[PackId, int, int], bytes], sidecars: Sequence[Sidecar], target: Path
) -> tuple[PackSummary, list[Sidecar]]:
    """Write the instances of some series, of one pack or several, as one pack.

    ``read`` gives bytes of a pack by start and length. Packs follow each other as they first
    appear, instances of one as they lay in it.
    """
    packs = {pack: order for order, pack in enumerate(dict.fromkeys(one.pack for one in sidecars))}
    entries = [(packs[side.pack], one.start, number, one) for number, side in enumerate(sidecars)
               for one in side.instances]  # fmt: skip
    parts: list[list[InstanceEntry]] = [[] for _ in sidecars]
    with target.open("wb") as out:
        writer = PackWriter(out)
        for _, start, number, one in sorted(entries, key=lambda entry: entry[:2]):
            member = writer.add([read(PackId(sidecars[number].pack), start, one.length)])
            parts[number].append(msgspec.structs.replace(one, start=member.start))
        summary = writer.finish()
    made = [
        msgspec.structs.replace(side, pack=summary.pack, instances=instances)
        for side, instances in zip(sidecars, parts, strict=True)
    ]
    return summary, made
