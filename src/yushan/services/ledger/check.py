"""Checking the logs in their own database: every row, every column that says something."""

from __future__ import annotations

from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

import msgspec

from yushan.base import YushanError
from yushan.services.ledger import beside, queries
from yushan.services.ledger.auditor import Auditor, Heads, read_entry
from yushan.services.ledger.changes import Change, keys_of
from yushan.services.ledger.notes import LEDGER, Key, read_key, with_lines
from yushan.services.ledger.tables import RESTRICTED
from yushan.services.ledger.values import Verdicts, commitment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Table

    from yushan.services.ledger.log import Log
    from yushan.services.ledger.values import Entry, Verdict


#: Number, name, salt, value.
Opening = tuple[int, str, bytes, str]


def check_tables(tx: Connection, logs: Sequence[Log], publics: Sequence[bytes]) -> Verdicts:
    """Entries, every subtree, openings, heads, cosignatures, what lies beside."""
    return Verdicts(tuple(TableCheck(tx, log, publics).verdict() for log in logs))


class TableCheck:
    """One log in its tables."""

    def __init__(self, tx: Connection, log: Log, publics: Sequence[bytes]) -> None:
        self.tx, self.log, self.tables = tx, log.origin, log.tables
        keys = keys_of(log.origin, publics)
        self.auditor = Auditor(log.origin, keys, list(self.witness_keys()))
        self.accounts = beside.all_accounts(tx) if log.origin == LEDGER else iter(())
        self.told: list[Entry] = []

    def witness_keys(self) -> Iterator[Key]:
        """Those that can be read."""
        for row in beside.witnesses(self.tx):
            try:
                yield read_key(row.key)
            except YushanError:
                continue

    def verdict(self) -> Verdict:
        """Go over everything."""
        auditor, tx = self.auditor, self.tx
        heads = Heads(auditor, self.notes())
        kept: dict[int, Iterator[tuple[int, bytes]]] = {}
        leaves = queries.level_nodes(tx, self.tables, 0)
        for row, leaf in zip_longest(queries.all_rows(tx, self.tables), leaves):
            if row is None or leaf is None or {row[0], leaf[0]} != {auditor.tree.size}:
                auditor.fault("ledger.missing-entry", auditor.tree.size, name(self.tables.entry))
                break
            self.entry(row, leaf[1], kept)
            heads.due()
        heads.rest()
        self.sums()
        if self.log == LEDGER:
            self.account(None)
            check_openings(tx, auditor)
        else:
            self.beside()
        return auditor.verdict()

    def notes(self) -> list[tuple[int, str, str]]:
        """All heads with their cosignatures; one without a head is a fault of its own."""
        found = queries.heads(self.tx, self.tables)
        lines: dict[int, list[str]] = {}
        for size, _, line in beside.all_cosignatures(self.tx, self.log):
            lines.setdefault(size, []).append(line)
        for size in lines.keys() - {size for size, _ in found}:
            self.auditor.fault("ledger.bad-cosignature", size, "ledger_cosignature.size")
        place = name(self.tables.head)
        return [(size, with_lines(note, lines.get(size, [])), place) for size, note in found]

    def entry(
        self, row: tuple[int, str, str], leaf: bytes, kept: dict[int, Iterator[tuple[int, bytes]]]
    ) -> None:
        """One row, its hash, and the subtrees that are complete with it."""
        auditor, number = self.auditor, row[0]
        entry = auditor.entry(row[2].encode(), leaf, f"{name(self.tables.entry)}.body")
        for level, place, found in auditor.grow(leaf)[1:]:
            nodes = kept.setdefault(level, queries.level_nodes(self.tx, self.tables, level))
            if next(nodes, None) != (place, found):
                auditor.fault("ledger.changed-node", number, f"{name(self.tables.node)} {level}")
        if entry is None:
            return
        if entry.kind != row[1]:
            auditor.fault("ledger.changed-entry", number, f"{name(self.tables.entry)}.kind")
        if self.log == LEDGER and "account" in entry.facts:
            self.account((number, str(entry.facts["account"])))
        if entry.kind in {"ledger.key-changed", "witness.joined", "witness.retired"}:
            self.told.append(entry)

    def account(self, expected: tuple[int, str] | None) -> None:
        """The next row that says whose an entry is."""
        found = next(self.accounts, None)
        if found != expected:
            number = min(one[0] for one in (found, expected) if one is not None)
            self.auditor.fault("ledger.changed-index", number, "ledger_account")
            self.accounts = chain(self.later(number))

    def later(self, number: int) -> Iterator[tuple[int, str]]:
        """The rows after a number: one wrong row is one fault."""
        return (row for row in beside.all_accounts(self.tx) if row[0] > number)

    def sums(self) -> None:
        """How many rows there should be."""
        size = self.auditor.tree.size
        if queries.sizes(self.tx, self.tables) != [(1, size)]:
            self.auditor.fault("ledger.missing-entry", size, name(self.tables.size))
        expected = sum(size >> level for level in range(size.bit_length()))
        if queries.node_count(self.tx, self.tables) != expected:
            self.auditor.fault("ledger.changed-node", size, name(self.tables.node))
        if queries.entry_count(self.tx, self.tables) != size:
            self.auditor.fault("ledger.missing-entry", size, name(self.tables.entry))

    def beside(self) -> None:
        """Changes of keys and witnesses are what the public log says."""
        changes = [decoded(one) for one in beside.changes(self.tx)]
        stated = [msgspec.convert(one.facts, Change) for one in self.of("ledger.key-changed")]
        if changes != stated:
            self.auditor.fault("ledger.changed-key", len(stated), "ledger_key")
        for expected, row in zip_longest(self.witnesses(), beside.witnesses(self.tx)):
            said = (row.key, row.site, row.joined, row.retired) if row is not None else None
            if said != expected:
                self.auditor.fault("ledger.changed-witness", -1, "ledger_witness")
                break

    def of(self, kind: str) -> list[Entry]:
        """What the log tells of a kind."""
        return [one for one in self.told if one.kind == kind]

    def witnesses(self) -> list[tuple[str, str, str, str]]:
        """Key, site, since when, until when, as the log says."""
        retired = {one.facts["key"]: one.facts["at"] for one in self.of("witness.retired")}
        joined = [one.facts for one in self.of("witness.joined")]
        found = [
            (one["key"], one["site"], one["at"], retired.get(one["key"], "")) for one in joined
        ]
        return sorted(found, key=lambda one: (one[1], one[2], one[0]))


def check_openings(tx: Connection, auditor: Auditor) -> None:
    """Every personal value that is still there is the one that was committed to."""
    for some in batched(beside.all_openings(tx), queries.PAGE):
        entries = entries_at(tx, sorted({number for number, _, _, _ in some}))
        for number, field, salt, value in some:
            entry = entries.get(number)
            stated = entry.commitments.get(field) if entry is not None else None
            if stated != commitment(salt, msgspec.Raw(value.encode())):
                auditor.fault("ledger.changed-opening", number, f"ledger_private {field}")


def batched(items: Iterator[Opening], size: int) -> Iterator[list[Opening]]:
    """Lists of at most so many."""
    while some := list(islice(items, size)):
        yield some


def entries_at(tx: Connection, numbers: list[int]) -> dict[int, Entry]:
    """The restricted log's entries of these numbers, those that can be read."""
    rows = queries.some_bodies(tx, RESTRICTED, numbers)
    read = {number: read_entry(body.encode()) for number, body in rows}
    return {number: entry for number, entry in read.items() if entry is not None}


def decoded(change: str) -> Change | None:
    """A change of keys, if it can be read."""
    try:
        return msgspec.json.decode(change, type=Change)
    except msgspec.DecodeError:
        return None


def name(table: Table) -> str:
    """A table's name."""
    return str(table.name)
