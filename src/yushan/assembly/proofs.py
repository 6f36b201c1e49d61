"""What proves that a restored role is the one that was backed up."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yushan.assembly.backing import ledger_of
from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.parts import open_database
from yushan.assembly.settings import Citizen, Commons
from yushan.base import SystemClock
from yushan.services.ledger import read_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.settings import Role
    from yushan.engines.database import Database
    from yushan.flows.backup import Manifest


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that was looked at."""

    what: str
    holds: bool
    detail: str = ""


def proofs(settings: Role, manifest: Manifest) -> list[Proof]:
    """All proofs of a role's kind, on its restored tables and files."""
    with opened(settings) as database:
        found = list(log_proofs(settings, database, manifest))
        if isinstance(settings, Commons):
            found += commons_proofs(settings, database)
        elif isinstance(settings, Gateway):
            found += gateway_proofs(settings, database)
        elif isinstance(settings, Citizen):
            found += office_proofs(settings)
        return found


@contextmanager
def opened(settings: Role) -> Iterator[Database]:
    """The role's database."""
    database = open_database(settings)
    try:
        yield database
    finally:
        database.dispose()


def log_proofs(settings: Role, database: Database, manifest: Manifest) -> Iterator[Proof]:
    """Every entry and node of the logs; the heads that the backup was made at are in them."""
    ledger = ledger_of(settings, database)
    if ledger is None:
        return
    verdicts = ledger.verify()
    sizes = {log.log: log.size for log in verdicts.logs}
    faults = [str(fault) for fault in verdicts.faults]
    detail = faults or [f"{log}: {size}" for log, size in sizes.items()]
    yield Proof("the logs hold", verdicts.holds, ", ".join(detail))
    for log in ledger.logs:
        if note := manifest.heads.get(log.origin):
            told = read_note(note)
            kept = {(head.size, head.root) for head in log.newest_heads(10)}
            yield Proof(f"head of {log.origin}", (told.size, told.root) in kept, str(told.size))


def commons_proofs(settings: Commons, database: Database) -> Iterator[Proof]:
    """Packs, sums, and the index from the packs alone."""
    from yushan.assembly.keeping import open_shelves  # noqa: PLC0415 - a commons' rooms
    from yushan.flows.rebuild import compare_index  # noqa: PLC0415
    from yushan.services.catalogue import Catalogue  # noqa: PLC0415

    shelves = open_shelves(settings, database, SystemClock())
    ledger = ledger_of(settings, database)
    if ledger is None:
        raise TypeError
    archive = shelves.archive()
    report = archive.check()
    yield Proof("every byte of every pack", report.holds, f"{report.packs} packs, {report.bytes} B")
    sums = shelves.admissions(Path(settings.data) / "incoming").accounting()
    yield Proof("every hospital's sum closes", all(one.closes for one in sums), f"{len(sums)}")
    index = compare_index(database, archive, Catalogue(database), ledger)
    yield Proof("index made again is the same", index.holds, f"{index.lines} lines")


def gateway_proofs(settings: Gateway, database: Database) -> Iterator[Proof]:
    """The sum, every file of the journal, every pack of the outbox."""
    from yushan.services.gateway import Journal  # noqa: PLC0415

    journal = Journal(database, SystemClock(), Path(settings.data) / "spool", settings.rules)
    found = journal.accounting()
    yield Proof("the sum closes", found.closes, f"{found.received} received")
    journal.check_files()
    yield Proof("every journaled file is there", not journal.alarms())


def office_proofs(settings: Citizen) -> Iterator[Proof]:
    """Every receipt is genuine, and the list can be signed."""
    from yushan.assembly.citizen import open_office  # noqa: PLC0415 - an office's rooms
    from yushan.services.consent import is_genuine  # noqa: PLC0415

    database, office, ledger = open_office(settings)
    try:
        rows = office.choices(0, 1_000_000)
        genuine = all(is_genuine(receipt, office.public[32:]) for _, receipt in rows)
        yield Proof("every receipt is genuine", genuine, f"{len(rows)} receipts")
        yield Proof("every entry of the office's ledger is as it was", ledger.verify().holds)
        yield Proof("the list can be signed", bool(office.optout_list().signature))
    finally:
        database.dispose()
