"""When some series of a pack leave: the pack of those that stay, byte for byte as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yushan.domain.packs import InstanceEntry, PackWriter, Sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from yushan.domain.packs import PackSummary


def write_remainder(
    read: Callable[[int, int], bytes], staying: Sequence[Sidecar], target: Path
) -> tuple[PackSummary, list[Sidecar]]:
    """Write the instances of ``staying`` as a pack of their own, in the old order.

    ``read`` gives bytes of the old pack by start and length; only places within it change.
    """
    entries = [(one.start, number, one) for number, side in enumerate(staying)
               for one in side.instances]  # fmt: skip
    parts: list[list[InstanceEntry]] = [[] for _ in staying]
    with target.open("wb") as out:
        writer = PackWriter(out)
        for start, number, one in sorted(entries, key=lambda entry: entry[0]):
            member = writer.add([read(start, one.length)])
            parts[number].append(msgspec.structs.replace(one, start=member.start))
        summary = writer.finish()
    made = [
        msgspec.structs.replace(side, pack=summary.pack, instances=instances)
        for side, instances in zip(staying, parts, strict=True)
    ]
    return summary, made
