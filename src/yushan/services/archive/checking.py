"""The deep check: every stored byte against its hash, every sidecar against its pack."""

from __future__ import annotations

import hashlib
import mmap
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yushan.base import YushanError
from yushan.domain.packs import MemberRange, Sidecar, damaged_members, read_members
from yushan.services.archive.layout import PACKS, pack_key, pack_of, sidecar_key
from yushan.services.archive.values import ArchiveFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.engines.store import Store
    from yushan.services.archive.values import PackRecord, PartRecord


def check_pack(store: Store, record: PackRecord, parts: Sequence[PartRecord]) -> list[ArchiveFault]:
    """Everything that is wrong with one pack."""
    try:
        with opened(store, pack_key(record.pack)) as data:
            codes = check_bytes(data, record)
            members = read_members(data) if not codes else ()
    except YushanError as error:
        missing = error.code == "store.absent"
        code = "archive.pack-missing" if missing else "archive.pack-damaged"
        return [ArchiveFault(code, record.pack)]
    if not codes:
        codes = check_sidecars(store, record, parts, members)
    return [ArchiveFault(code, record.pack) for code in codes]


@contextmanager
def opened(store: Store, key: str) -> Iterator[bytes | mmap.mmap]:
    """The stored bytes, mapped where there is a file."""
    path = store.local_path(key)
    if path is None or not path.is_file() or not path.stat().st_size:
        yield store.get(key)
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def check_bytes(data: bytes | mmap.mmap, record: PackRecord) -> list[str]:
    """Hash, size, members and their CRCs."""
    if len(data) != record.size or hashlib.sha256(data).hexdigest() != record.pack:
        return ["archive.pack-damaged"]
    members = read_members(data)
    if damaged_members(data, members):
        return ["archive.pack-damaged"]
    return [] if len(members) == record.instances else ["archive.index-differs"]


def check_sidecars(
    store: Store,
    record: PackRecord,
    parts: Sequence[PartRecord],
    members: Sequence[MemberRange],
) -> list[str]:
    """Every member is in exactly one sidecar, at its place; rows say the same."""
    places: list[tuple[int, int]] = []
    for part in parts:
        try:
            sidecar = Sidecar.decode(store.get(sidecar_key(record.pack, part.number)))
        except YushanError:
            return ["archive.sidecar-damaged"]
        places += [(entry.start, entry.length) for entry in sidecar.instances]
        named = (sidecar.pack, sidecar.series_instance_uid, sidecar.study_instance_uid)
        if named != (part.pack, part.series_instance_uid, part.study_instance_uid):
            return ["archive.index-differs"]
        if len(sidecar.instances) != part.instances:
            return ["archive.index-differs"]
    if sorted(places) != [(member.start, member.length) for member in members]:
        return ["archive.sidecar-damaged"]
    return []


def strays(store: Store, known: set[str]) -> list[ArchiveFault]:
    """Files below ``packs/`` that belong to no pack we know of."""
    keys = store.keys(PACKS)
    return [ArchiveFault("archive.stray", key) for key in keys if pack_of(key) not in known]
