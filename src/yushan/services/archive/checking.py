"""The deep check: every stored byte against its hash, every sidecar against its pack."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, PackId, YushanError
from yushan.domain.packs import (
    Sidecar,
    damages,
    directory_reach,
    member_name,
    read_directory,
)
from yushan.services.archive import archive_queries as queries
from yushan.services.archive import totals
from yushan.services.archive.layout import PACKS, pack_key, pack_of, sidecar_key
from yushan.services.archive.records import records
from yushan.services.archive.values import ArchiveFault, ArchiveReport, Staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yushan.domain.packs import Damage, InstanceEntry
    from yushan.engines.database import Database
    from yushan.engines.store import Store
    from yushan.services.archive.values import PackRecord, PartRecord

PIECE: Final = 4 << 20
#: From so many faults on a pack of which nothing is left is told in one.
MANY: Final = 200
MISSING: Final = frozenset({"store.absent", "archive.key-destroyed"})


def check(
    db: Database, store: Store, packs: Sequence[PackId], tell: Callable[[int, int], None]
) -> ArchiveReport:
    """See `Archive.check`; no transaction is open while bytes are read."""
    with db.read() as tx:
        names = list(packs) or queries.pack_names(tx)
        known = set(names) | queries.intended(tx)
        fit = bool(packs) or totals.read(tx) == totals.counted(tx)
    faults = [] if packs else list(strays(store, known))
    instances = size = 0
    for done, name in enumerate(names, 1):
        record, parts = rows_of(db, name)
        if record is None and packs:
            raise Absent("archive.pack-unknown", pack=name)
        if record is not None:
            faults += check_pack(store, record, parts)
            instances, size = instances + record.instances, size + record.size
        tell(done, len(names))
    if not (faults or fit):  # else what is wrong already says why
        faults.append(ArchiveFault("archive.sums-differ", ""))
    return ArchiveReport(len(names), instances, size, tuple(faults))


def rows_of(db: Database, pack: str) -> tuple[PackRecord | None, list[PartRecord]]:
    """A pack's rows; None if it left meanwhile."""
    with db.read() as tx:
        return queries.pack(tx, pack), queries.parts_of_pack(tx, pack)


def check_pack(store: Store, record: PackRecord, parts: Sequence[PartRecord]) -> list[ArchiveFault]:
    """Everything that is wrong with one pack; where a byte changed, the fault names the place."""
    faults: list[ArchiveFault] = []
    beside = []
    for part in parts:
        sidecar = sidecar_of(store, part)
        if sidecar is None:
            series = part.series_instance_uid
            faults.append(ArchiveFault("archive.sidecar-damaged", part.pack, series=series))
        else:
            beside.append(sidecar)
    try:
        found = check_bytes(store, record, beside)
    except YushanError as error:
        missing = error.code in MISSING
        code = "archive.pack-missing" if missing else "archive.pack-damaged"
        return [*faults, ArchiveFault(code, record.pack)]
    if faults or found:
        return faults + found
    return check_rows(store, record, parts, beside)


def sidecar_of(store: Store, part: PartRecord) -> Sidecar | None:
    """A part's sidecar; None if it is not as it was written."""
    try:
        data = store.get(sidecar_key(part.pack, part.number))
        if part.digest and hashlib.sha256(data).hexdigest() != part.digest:
            return None
        return Sidecar.decode(data)
    except YushanError:
        return None


def check_bytes(store: Store, record: PackRecord, beside: Sequence[Sidecar]) -> list[ArchiveFault]:
    """The pack's own bytes; what is not as it was written is looked for member by member."""
    key = pack_key(record.pack)
    size = store.size(key)
    if size == record.size and hash_of(store, key, size) == record.pack:
        return []
    placed = sorted(
        ((one, side) for side in beside for one in side.instances), key=lambda pair: pair[0].start
    )
    entries = [one for one, _ in placed]
    found = list(damages(lambda at, length: store.read(key, at, length), size, entries))
    lost = len(found) > MANY and len(found) > 2 * len(entries)  # not one byte can be had
    if not found or lost or not covered(entries, record.instances):
        return [ArchiveFault("archive.pack-damaged", record.pack)]
    return [fault_of(record.pack, damage, placed) for damage in found]


def covered(entries: Sequence[InstanceEntry], instances: int) -> bool:
    """Whether every member is known by a sidecar: else places cannot be told."""
    return len(entries) == instances


def hash_of(store: Store, key: str, size: int) -> str:
    """SHA-256 of a file, read in pieces; empty if a piece cannot be had as it was written."""
    digest = hashlib.sha256()
    try:
        for start in range(0, size, PIECE):
            digest.update(store.read(key, start, PIECE))
    except YushanError as error:
        if error.code in MISSING:
            raise
        return ""
    return digest.hexdigest()


def fault_of(
    pack: PackId, damage: Damage, placed: Sequence[tuple[InstanceEntry, Sidecar]]
) -> ArchiveFault:
    """The damage with the names of whom it hit."""
    if damage.place is None:
        return ArchiveFault("archive.pack-damaged", pack, what=damage.what)
    entry, sidecar = placed[damage.place]
    return ArchiveFault(
        "archive.pack-damaged",
        pack,
        damage.what,
        member_name(damage.place),
        sidecar.series_instance_uid,
        entry.sop_instance_uid,
    )


def check_rows(
    store: Store,
    record: PackRecord,
    parts: Sequence[PartRecord],
    beside: Sequence[Sidecar],
) -> list[ArchiveFault]:
    """Every member is in exactly one sidecar, at its place; rows say the same."""
    named = [(one.pack, one.series_instance_uid, one.study_instance_uid) for one in beside]
    rows = [(one.pack, one.series_instance_uid, one.study_instance_uid) for one in parts]
    if not beside or named != rows:
        return [ArchiveFault("archive.index-differs", record.pack)]
    key = pack_key(record.pack)
    reach = directory_reach(sum(len(one.instances) for one in beside), record.size)
    try:
        tail = store.read(key, record.size - reach, reach)
        members = read_directory(tail, record.size)
    except YushanError:
        members = ()
    places = sorted((entry.start, entry.length) for one in beside for entry in one.instances)
    if places != [(member.start, member.length) for member in members]:
        return [ArchiveFault("archive.sidecar-damaged", record.pack)]
    digests = tuple(part.digest for part in parts)
    if records(Staged(record.pack, record.size, tuple(beside), digests)) != (record, list(parts)):
        return [ArchiveFault("archive.index-differs", record.pack)]
    return []


def strays(store: Store, known: set[str]) -> Iterator[ArchiveFault]:
    """Files below ``packs/`` that belong to no pack we know of."""
    for key in store.keys(PACKS):
        if pack_of(key) not in known:
            yield ArchiveFault("archive.stray", PackId(key))
