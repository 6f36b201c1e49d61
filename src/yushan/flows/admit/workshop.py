"""Members of a pack to children and back: in batches, one by one where a child did not survive."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.packs import read_members
from yushan.flows.admit.judging import Judged, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from yushan.domain.packs import MemberRange
    from yushan.flows.admit.judging import Stage2
    from yushan.flows.admit.ports import Workers

#: A child gets at most so many members, or so many bytes, at a time.
MEMBERS: Final = 32
BYTES: Final = 32 << 20


def batches(members: Sequence[MemberRange]) -> Iterator[tuple[MemberRange, ...]]:
    """Members in order, cut so that no batch is large (a large member is alone)."""
    batch: list[MemberRange] = []
    size = 0
    for member in members:
        if batch and (len(batch) == MEMBERS or size + member.length > BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(member)
        size += member.length
    if batch:
        yield tuple(batch)


def judge_all(
    workers: Workers, path: Path, members: Sequence[MemberRange], how: Stage2
) -> list[Judged]:
    """Verdicts on all members, in order."""
    cut = list(batches(members))
    try:
        found = workers.map(judge, [(str(path), batch, how) for batch in cut])
    except Rejected:
        return [judge_alone(workers, path, member, how) for member in members]
    return [judged for batch in found for judged in batch]


def judge_alone(workers: Workers, path: Path, member: MemberRange, how: Stage2) -> Judged:
    """One member in a child of its own; what kills the child is quarantined."""
    try:
        return workers.run(judge, str(path), (member,), how)[0]
    except Rejected as error:
        return Judged(member, None, (error.code,))


def members_of(path: Path) -> tuple[MemberRange, ...]:
    """The members of a site's pack."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return read_members(data)
