"""Receipts: that an entry stands in a log, in one file that proves it without us.

It holds the leaf as it was hashed, the path to the root, the signed head with cosignatures, and the
keys. Personal fields are opened only for whom they concern: value and salt fit the commitment.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.base import Absent, Rejected, YushanError
from yushan.services.ledger import beside, queries
from yushan.services.ledger.auditor import read_entry
from yushan.services.ledger.changes import Change, spelled, trusted
from yushan.services.ledger.merkle import included, leaf_hash
from yushan.services.ledger.notes import (
    Key,
    cosigned_at,
    is_signed,
    read_key,
    read_note,
    with_lines,
)
from yushan.services.ledger.values import commitment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from yushan.services.ledger.ledger import Ledger
    from yushan.services.ledger.log import Log
    from yushan.services.ledger.notes import Head

FORMAT: Final = "yushan-receipt/1"
#: Among so many newest heads the one with most cosignatures is taken.
HEADS: Final = 24


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A personal field: HMAC-SHA256(salt, value as canonical JSON) is the entry's commitment."""

    name: str
    salt: str
    value: Any


class Proven(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A receipt as it lies in its file. Hashes are base64, ``entry`` is the leaf as hashed."""

    format: str = FORMAT
    log: str
    number: int
    entry: str
    proof: tuple[str, ...]
    head: str
    key: str
    changes: tuple[Change, ...] = ()
    witnesses: tuple[str, ...] = ()
    opened: tuple[Opened, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a receipt proves; ``faults`` are codes, none means all of it fits.

    ``cosigned`` are the witnesses (names) whose cosignature fits; ``key`` is the line of the key
    that signed the head: compare it with the one you were given.
    """

    number: int
    size: int
    kind: str
    time: str
    key: str
    cosigned: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether all of it fits."""
        return not self.faults


class Receipts:
    """Makes receipts of both logs."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def make(self, log: Log, number: int, names: Sequence[str] = ()) -> Proven:
        """The receipt of an entry, with those personal fields opened.

        Raises
        ------
        Absent
            ``ledger.not-sealed``: no such entry, or no head over it yet.
        """
        changes = self.ledger.changes()
        with self.ledger.db.read() as tx:
            head = best_head(tx, log, number)
            rows = queries.some_bodies(tx, log.tables, [number])
            if head is None or not rows:
                raise Absent("ledger.not-sealed", number=number)
            proof = log.path(tx, number, head.size)
            cosigned = beside.cosignatures(tx, log.origin, head.size)
            opened = opened_in(tx, number, names) if log is self.ledger.restricted else ()
        return Proven(
            log=log.origin,
            number=number,
            entry=rows[0][1],
            proof=tuple(map(spelled, proof)),
            head=with_lines(head.note, [line for _, line in cosigned]),
            key=log.key(self.ledger.signer.public).line,
            changes=changes,
            witnesses=tuple(key for key, _ in cosigned),
            opened=opened,
        )


def best_head(tx: Connection, log: Log, number: int) -> Head | None:
    """Of the newest heads over an entry the one with most cosignatures, the newest of those."""
    heads = [read_note(note) for note in queries.newest_heads(tx, log.tables, HEADS)]
    over = [head for head in heads if head.size > number]
    cosigned = beside.cosigned_sizes(tx, log.origin, min((one.size for one in over), default=0))
    return max(over, key=lambda head: (cosigned.get(head.size, 0), head.size), default=None)


def opened_in(tx: Connection, number: int, names: Sequence[str]) -> tuple[Opened, ...]:
    """The personal fields of these names that are still there."""
    return tuple(
        Opened(name=name, salt=salt.hex(), value=msgspec.json.decode(value))
        for name, salt, value in beside.openings(tx, number)
        if name in names
    )


def read_receipt(data: bytes) -> Proven:
    """A receipt from its file; ``Rejected("ledger.bad-receipt")``."""
    try:
        found = msgspec.json.decode(data, type=Proven)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Rejected("ledger.bad-receipt") from error
    if found.format != FORMAT:
        raise Rejected("ledger.bad-receipt")
    return found


def verify_receipt(receipt: Proven, key: str | None = None) -> Judged:
    """Check a receipt by itself; ``key`` is a verifier key of the log from a source you trust.

    Raises
    ------
    Rejected
        ``ledger.bad-receipt``, ``ledger.bad-head``, ``ledger.bad-key``: it cannot be read.
    """
    head, body = read_note(receipt.head), receipt.entry.encode()
    entry = read_entry(body)
    try:
        proof = [base64.b64decode(one, validate=True) for one in receipt.proof]
    except ValueError as error:
        raise Rejected("ledger.bad-receipt") from error
    if entry is None:
        raise Rejected("ledger.bad-receipt")
    known = read_key(key if key is not None else receipt.key)
    keys = [Key(receipt.log, one) for one in trusted([known.public], receipt.changes)]
    signing = next((one for one in keys if is_signed(head.note, one)), None)
    checks = {
        "ledger.wrong-number": entry.number == receipt.number,
        "ledger.not-included": included(
            leaf_hash(body), receipt.number, head.size, proof, head.root
        ),
        "ledger.bad-signature": signing is not None and head.origin == receipt.log,
        "ledger.changed-opening": all(
            fits(one, entry.commitments.get(one.name)) for one in receipt.opened
        ),
    }
    return Judged(
        entry.number,
        head.size,
        entry.kind,
        entry.time,
        (signing or known).line,
        tuple(cosigners(receipt, head)),
        tuple(code for code, good in checks.items() if not good),
    )


def fits(opened: Opened, stated: str | None) -> bool:
    """Whether a value is the one that was committed to."""
    try:
        return commitment(bytes.fromhex(opened.salt), opened.value) == stated
    except ValueError:
        return False


def cosigners(receipt: Proven, head: Head) -> list[str]:
    """Names of the witnesses whose cosignature fits."""
    found = set()
    for line in receipt.witnesses:
        try:
            key = read_key(line)
        except YushanError:
            continue
        if cosigned_at(head.note, key) is not None:
            found.add(key.name)
    return sorted(found)
