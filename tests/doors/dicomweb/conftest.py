"""The door over a fake and over the real rooms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.databases import make_database
from tests.doors.dicomweb.commons import FakeCatalogue, Held, app_of, ordinary

from yushan.base import ManualClock, PackId
from yushan.engines.store import FolderStore
from yushan.services.archive import Archive
from yushan.services.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from yushan.engines.database import Database

    Opened = Callable[[Held], TestClient]


def admitted(held: Held, folder: Path, db: Database) -> tuple[Catalogue, Archive]:
    """The same packs in the real rooms."""
    archive = Archive(
        db, FolderStore(folder / "store"), ManualClock(datetime(2026, 12, 1, tzinfo=UTC))
    )
    catalogue = Catalogue(db)
    for pack, data in held.packs.items():
        file = folder / "work.zip"
        file.write_bytes(data)
        sidecars = [one for one in held.sidecars if one.pack == pack]
        archive.put(PackId(pack), file, sidecars)
        staged = archive.staged(PackId(pack), len(sidecars))
        with db.begin() as tx:
            archive.admit(tx, staged)
            catalogue.add(tx, sidecars)
    return catalogue, archive


@pytest.fixture(params=["fake", "rooms"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Open the door over packs, as somebody who sees all unless a request says else."""
    bases: list[Database] = []

    def opening(held: Held) -> TestClient:
        if request.param == "fake":
            app = app_of(FakeCatalogue(held), held)
        else:
            db = make_database(tmp_path / "role.db")
            bases.append(db)
            app = app_of(*admitted(held, tmp_path, db))
        return TestClient(app, headers={"Authorization": "Bearer all"})

    yield opening
    for db in bases:
        db.dispose()


@pytest.fixture
def client(opened: Opened) -> TestClient:
    """The door over the ordinary commons."""
    return opened(ordinary())
