"""Storing by DICOMweb at the commons: the flow with its own keys, and the routes of its door."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from yushan.domain.deid import SiteKeys, signed_policy
from yushan.engines.keys import derive, verify
from yushan.flows.cleaning import PixelWork
from yushan.flows.store import Desk, House, Store
from yushan.services.archive import Stored

if TYPE_CHECKING:
    from yushan.assembly.settings import Commons
    from yushan.base import SystemClock
    from yushan.engines.database import Database
    from yushan.engines.sandbox import Children
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Ledger, Signer

#: What is handed over directly is held to what hospitals are held to.
POLICY = "tw-hospital"


class Role(Protocol):
    """What the role has that storing works with."""

    archive: Archive
    catalogue: Catalogue
    children: Children
    clock: SystemClock
    database: Database
    ledger: Ledger
    settings: Commons


def make_store(role: Role, commons_key: bytes, signer: Signer) -> Store:
    """The flow of this role."""
    keys = SiteKeys(
        derive(commons_key, "yushan/store/uid"),
        derive(commons_key, "yushan/store/pseudonym"),
        derive(commons_key, "yushan/store/date"),
    )
    pixels = PixelWork(read=True, seed=derive(commons_key, "yushan/store/faces"))
    return Store(
        Desk(
            db=role.database,
            archive=role.archive,
            stored=Stored(signer),
            catalogue=role.catalogue,
            ledger=role.ledger,
            clock=role.clock,
            workers=role.children,
            house=House(signed_policy(POLICY, verify), keys, pixels),
            folder=Path(role.settings.data) / "storing",
        )
    )
