"""Acts of an operator on a role's tables, beside the running role."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from yushan.assembly.gateway_settings import Gateway
from yushan.assembly.parts import open_database
from yushan.base import Rejected, SystemClock
from yushan.services.gateway import Handling, Journal, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.settings import Role


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
