"""Acts of an operator on a role's tables, beside the running role."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.keeping import open_shelves
from yushan.assembly.parts import open_database
from yushan.assembly.settings import Commons
from yushan.base import Rejected, SystemClock
from yushan.engines.keys import Signer, load_secret
from yushan.flows.rebuild import rebuild_index as flow
from yushan.services.catalogue import Catalogue
from yushan.services.gateway import Handling, Journal, State
from yushan.services.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.settings import Role
    from yushan.base import Clock
    from yushan.services.archive import Archive


@contextmanager
def with_gateway(settings: Role) -> Iterator[tuple[Journal, Handling]]:
    """A gateway's journal and what can be done by hand."""
    if not isinstance(settings, Gateway):
        raise Rejected("assembly.other-role", role=settings.name)
    database, clock = open_database(settings), SystemClock()
    try:
        spool = Path(settings.data) / "spool"
        yield Journal(database, clock, spool, settings.rules), Handling(database, clock)
    finally:
        database.dispose()


def state_named(name: str) -> State:
    """A state by its name; ``Rejected("assembly.no-such-state")``."""
    try:
        return State(name)
    except ValueError as error:
        raise Rejected("assembly.no-such-state") from error


@contextmanager
def with_archive(settings: Role) -> Iterator[Archive]:
    """A commons' archive."""
    if not isinstance(settings, Commons):
        raise Rejected("assembly.other-role", role=settings.name)
    database = open_database(settings)
    try:
        yield open_shelves(settings, database, SystemClock()).archive()
    finally:
        database.dispose()


def export_ledger(settings: Commons, folder: Path, clock: Clock) -> dict[str, Any]:
    """Seal and write the ledger as files."""
    database = open_database(settings)
    try:
        ledger = Ledger(database, clock, Signer(load_secret(settings.signing_key)))
        ledger.seal()
        ledger.export(folder)
        sizes = {log.origin: log.size() for log in ledger.logs}
        return {"folder": str(folder), "entries": sizes, "key": ledger.public_key}
    finally:
        database.dispose()


def rebuild_index(settings: Role) -> dict[str, Any]:
    """Make the index of a stopped commons again from its packs alone."""
    if not isinstance(settings, Commons):
        raise Rejected("assembly.other-role", role=settings.name)
    database, clock = open_database(settings), SystemClock()
    try:
        archive = open_shelves(settings, database, clock).archive()
        ledger = Ledger(database, clock, Signer(load_secret(settings.signing_key)))
        return dict(msgspec.to_builtins(flow(database, archive, Catalogue(database), ledger)))
    finally:
        database.dispose()
