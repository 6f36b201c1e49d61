"""What the ledger hands out: entries, proofs, verdicts."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.base import canonical_json

if TYPE_CHECKING:
    from yushan.services.ledger.notes import Head


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fact. Its canonical JSON is the leaf of the tree."""

    number: int
    #: ISO 8601 UTC.
    time: str
    #: ``room.event``.
    kind: str
    #: Nothing personal.
    facts: dict[str, Any]
    #: Name of a personal field → HMAC-SHA256 of its canonical JSON under a salt of its own, hex.
    commitments: dict[str, str] = {}
    #: 16 random bytes, hex, in the restricted log: its hashes may be shown, nobody can try facts.
    salt: str | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact that is to be entered."""

    kind: str
    facts: dict[str, Any]
    private: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an entry is number ``entry.number`` of the tree whose head is given."""

    entry: Entry
    head: Head
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was: a code, and the entry or head (by size) it concerns.

    ``log`` is the first line of the log's heads; ``place`` the table, column or file. A wrong root
    concerns an entry from ``since`` on.
    """

    code: str
    number: int
    log: str = ""
    place: str = ""
    since: int = -1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a whole log found; no faults means every byte is as it was.

    ``keys`` are the lines of the log's keys that were trusted; ``cosigned`` counts witnesses
    (known ones) of the newest head.
    """

    log: str
    size: int
    heads: int
    root: bytes
    keys: tuple[str, ...]
    faults: tuple[Fault, ...]
    witnesses: int = 0
    cosigned: int = 0

    @property
    def holds(self) -> bool:
        """Nothing was changed, left out or put in."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a check of all logs found."""

    logs: tuple[Verdict, ...]

    @property
    def holds(self) -> bool:
        """Nothing was changed, left out or put in."""
        return not self.faults

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Of all logs."""
        return tuple(fault for log in self.logs for fault in log.faults)


def commitment(salt: bytes, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """What the tree knows of a personal field; without the salt it says nothing."""
    return hmac.new(salt, canonical_json(value), hashlib.sha256).hexdigest()
