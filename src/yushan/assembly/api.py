"""The API of the commons: its rooms, handed to its door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yushan.doors import api

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from yushan.assembly.recording import Recording
    from yushan.base import SystemClock
    from yushan.engines.keys import Masks
    from yushan.services.accounts import Accounts
    from yushan.services.archive import Admissions, Archive
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Ledger


class Role(Protocol):
    """What the role has that the API asks."""

    accounts: Accounts
    admissions: Admissions
    archive: Archive
    catalogue: Catalogue
    clock: SystemClock
    ledger: Ledger
    masks: Masks
    recording: Recording


def api_routes(role: Role) -> list[BaseRoute]:
    """Everything below ``/api``."""
    rooms = api.Rooms(
        accounts=role.accounts,
        admissions=role.admissions,
        archive=role.archive,
        audit=role.recording.audit.at("api"),
        catalogue=role.catalogue,
        clock=role.clock,
        ledger=role.ledger,
        masks=role.masks,
    )
    return [*api.routes(rooms)]
