"""Where a study came from: which process did what, when, under which policy, and its proof.

A *lane* is one pack of a hospital on its way: de-identified and verified there, signed for at the
centre, de-identified and verified again, kept. The ledger's entries are looked up and their proofs
checked while the page is drawn, so "verified" is a statement of this moment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, canonical_json
from yushan.services.ledger import included, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yushan.domain.packs import Sidecar
    from yushan.services.ledger import Entry, Ledger

ADMITTED: Final = ("archive.admitted", "archive.stored")
#: Entries of one person that are looked through for a study's packs.
LOOKED_THROUGH: Final = 1000


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry of the ledger; ``holds`` None: no head is signed above it yet."""

    number: int
    time: datetime
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Lane:
    """One pack on its way, and the packs in which its images lie now."""

    source: str
    site: str
    policy: str
    policy_digest: str
    modalities: tuple[str, ...]
    images: int
    received_at: datetime | None
    packs: tuple[str, ...]
    version: int
    entry: Proof | None


def lanes(sidecars: Sequence[Sidecar], entries: Iterable[Entry], ledger: Ledger) -> list[Lane]:
    """The lanes of a study, in the order in which they were received."""
    groups: dict[str, list[Sidecar]] = {}
    for one in sidecars:
        groups.setdefault(one.source or one.pack, []).append(one)
    by_source = {str(entry.facts.get("source", "")): entry for entry in entries}
    found = [lane(source, group, by_source.get(source), ledger) for source, group in groups.items()]
    return sorted(found, key=lambda one: (str(one.received_at or ""), one.source))


def lane(source: str, group: Sequence[Sidecar], entry: Entry | None, ledger: Ledger) -> Lane:
    """One pack's way."""
    first = group[0]
    kinds = Counter(one.modality for one in group)
    return Lane(
        source=source,
        site=first.site,
        policy=first.policy,
        policy_digest=first.policy_digest,
        modalities=tuple(kind for kind, _ in kinds.most_common()),
        images=sum(len(one.instances) for one in group),
        received_at=datetime.fromisoformat(first.received_at) if first.received_at else None,
        packs=tuple(sorted({one.pack for one in group})),
        version=max((one.version for one in group), default=0),
        entry=None if entry is None else proved(entry, ledger),
    )


def proved(entry: Entry, ledger: Ledger) -> Proof:
    """The entry, and whether it stands in the tree of the newest signed head."""
    time = datetime.fromisoformat(entry.time)
    try:
        found = ledger.inclusion(entry.number)
    except Absent:
        return Proof(entry.number, time, None)
    leaf = leaf_hash(canonical_json(found.entry))
    head = found.head
    holds = included(leaf, entry.number, head.size, found.proof, head.root)
    return Proof(entry.number, time, holds)


@dataclass(frozen=True, slots=True)
class Way:
    """All packs of one hospital under one policy, told as one way."""

    site: str
    policy: str
    packs: int
    images: int
    received_at: datetime | None
    entered_at: datetime | None
    entries: tuple[int, ...]


def ways(found: Sequence[Lane]) -> list[Way]:
    """The lanes of a study in short."""
    groups: dict[tuple[str, str], list[Lane]] = {}
    for one in found:
        groups.setdefault((one.site, one.policy), []).append(one)
    return [
        Way(
            site, policy, len(group), sum(one.images for one in group),
            min((one.received_at for one in group if one.received_at), default=None),
            max((one.entry.time for one in group if one.entry), default=None),
            tuple(sorted(one.entry.number for one in group if one.entry)),
        )
        for (site, policy), group in groups.items()
    ]  # fmt: skip
