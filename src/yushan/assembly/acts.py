"""Acts of an operator on a role's tables, beside the running role."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.parts import open_database
from yushan.base import Rejected, SystemClock
from yushan.engines.keys import Signer, load_secret
from yushan.services.gateway import Handling, Journal, State
from yushan.services.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.settings import Commons, Role
    from yushan.base import Clock


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
