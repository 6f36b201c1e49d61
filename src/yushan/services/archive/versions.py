"""Versions of a series: every part that comes makes one; the newest of an instance counts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from yushan.base import Absent
from yushan.services.archive.values import SeriesVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yushan.base import SeriesUID
    from yushan.domain.packs import InstanceEntry, Sidecar
    from yushan.services.archive.values import PartRecord


def up_to(parts: Sequence[PartRecord], version: int | None) -> Sequence[PartRecord]:
    """The parts of a version (None: the newest); ``Absent("archive.no-such-version")``."""
    if version is None:
        return parts
    if not 1 <= version <= len(parts):
        raise Absent("archive.no-such-version", version=version)
    return parts[:version]


def current(sidecars: Sequence[Sidecar]) -> list[Sidecar]:
    """The parts without the instances that later ones replace."""
    if not any(sidecar.replaces for sidecar in sidecars):
        return list(sidecars)
    gone: set[str] = set()
    found: list[Sidecar] = []
    for sidecar in reversed(sidecars):
        stay = [one for one in sidecar.instances if one.sop_instance_uid not in gone]
        gone.update(sidecar.replaces)
        if len(stay) == len(sidecar.instances):
            found.append(sidecar)
        elif stay:
            found.append(msgspec.structs.replace(sidecar, instances=stay))
    return found[::-1]


def listed(series: SeriesUID, sidecars: Sequence[Sidecar]) -> Iterator[SeriesVersion]:
    """All versions, oldest first."""
    for number, newest in enumerate(sidecars, 1):
        here = [(one.pack, entry) for one in current(sidecars[:number]) for entry in one.instances]
        yield SeriesVersion(
            series=series,
            number=number,
            id=name_of(here),
            at=newest.received_at,
            pack=newest.pack,  # type: ignore[arg-type]  # a sidecar's words are plain strings
            instances=len(here),
            added=len(newest.instances) - len(newest.replaces),
            replaced=len(newest.replaces),
        )


def name_of(instances: Sequence[tuple[str, InstanceEntry]]) -> str:
    """SHA-256 over the instances' UIDs and the SHA-256 of what each was when it came."""
    lines = (
        f"{one.sop_instance_uid} {one.original_sha256 or one.sha256 or f'{pack}:{one.start}'}\n"
        for pack, one in instances
    )
    return hashlib.sha256("".join(sorted(lines)).encode("ascii")).hexdigest()
