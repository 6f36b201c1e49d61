"""What the archive hands out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.base import PackId, Pseudonym, SeriesUID, SiteName, StudyUID
    from yushan.domain.packs import IncomingState, Manifest, Receipt, Sidecar


@dataclass(frozen=True, slots=True)
class Incoming:
    """A pack of a site, with the file that holds its bytes and what admission found."""

    site: SiteName
    pack: PackId
    state: IncomingState
    manifest: Manifest
    receipt: Receipt | None
    path: Path
    attempt: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the instances of an incoming pack; ``result`` is the pack they are in now."""

    result: PackId | None
    admitted: int
    duplicate: int = 0
    quarantined: int = 0
    opted_out: int = 0


@dataclass(frozen=True, slots=True)
class PackRecord:
    """A pack of the archive; ``source`` is the pack it was made of."""

    pack: PackId
    size: int
    site: SiteName
    subject: Pseudonym
    source: PackId
    policy: str
    policy_digest: str
    received_at: str
    instances: int


@dataclass(frozen=True, slots=True)
class PartRecord:
    """A series' part of a pack; ``number`` places its sidecar."""

    pack: PackId
    number: int
    series_instance_uid: SeriesUID
    study_instance_uid: StudyUID
    received_at: str
    instances: int
    bytes: int
    version: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Staged:
    """A pack in the store, its size in bytes, a sidecar per series and the SHA-256 of each."""

    pack: PackId
    size: int
    sidecars: tuple[Sidecar, ...]
    digests: tuple[str, ...] = ()


class ChangeKind(StrEnum):
    """What happened to a series. ``gone`` stands where a series was that is forgotten since."""

    CREATED = "created"
    REPLACED = "replaced"
    DELETED = "deleted"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the change feed, numbered from 1 without gaps in the order of commits.

    ``replaced`` with the version known before: the same instances lie in another pack now.
    """

    sequence: int
    kind: ChangeKind
    series: SeriesUID
    study: StudyUID
    pack: PackId
    version: int
    at: str


@dataclass(frozen=True, slots=True)
class SeriesVersion:
    """A series as it stood once a part of it had come.

    ``id`` (64 hex digits) follows from its instances alone: to be cited. ``instances`` are all of
    this version; ``added`` and ``replaced`` say in what it differs from the one before.
    """

    series: SeriesUID
    number: int
    id: str
    at: str
    pack: PackId
    instances: int
    added: int
    replaced: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An instance of an incoming pack that is not admitted, by its member's name."""

    site: SiteName
    source: PackId
    member: str
    reasons: tuple[str, ...]
    size: int
    at: str


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """How much there is; ``parts`` counts series by pack, so a series in two packs twice."""

    packs: int
    series: int
    instances: int
    subjects: int
    bytes: int
    studies: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class ArchiveFault:
    """Something wrong with a stored pack: a code and the pack (or the key of a stray file).

    Where bytes changed ``what`` is ``content``, ``header`` (both of ``member``, which is the file
    of ``instance``) or ``directory``; empty, with ``member``, if the place cannot be told.
    """

    code: str
    pack: str
    what: str = ""
    member: str = ""
    series: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What a deep check found; ``bytes`` were read and hashed."""

    packs: int
    instances: int
    bytes: int
    faults: tuple[ArchiveFault, ...]

    @property
    def holds(self) -> bool:
        """Every byte is as it was."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """How far the scrubber is: each pack is read again within its period.

    ``oldest_at`` is when the pack read longest ago was read (ISO 8601 UTC, empty: never, or there
    is none), ``newest_at`` when any was read last. ``orphans`` are packs of the store that have no
    row; they stand among the faults.
    """

    packs: int
    oldest_at: str
    newest_at: str
    faults: tuple[ArchiveFault, ...]
    orphans: int


@dataclass(frozen=True, slots=True)
class SiteAccount:
    """A site's instances at the commons. ``archived`` is counted from the packs themselves.

    ``announced`` are instances of packs that are not whole yet: the site answers for them.
    """

    site: SiteName
    received: int
    admitted: int
    duplicate: int
    quarantined: int
    opted_out: int
    in_work: int
    announced: int
    archived: int
    packs: int

    @property
    def closes(self) -> bool:
        """Every instance we gave a receipt for has exactly one place, and the packs agree."""
        placed = self.admitted + self.duplicate + self.quarantined + self.opted_out + self.in_work
        return self.received == placed and self.admitted == self.archived
