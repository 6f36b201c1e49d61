"""What all tests share: databases of both kinds, and no way off this machine."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.databases import Lent, make_database
from tests.postgres import Postgres
from yushan.engines.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xdist.remote import Producer

JOURNEYS = "tests/journeys/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> object:
    """All journeys go to one process, where they share a running house; others go where they may.

    Marks cannot say it: pytest 9 keeps ids in a place where xdist 3.8 does not look for groups.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid

    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process."""
    server = Postgres.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def lent(postgres: Postgres) -> Iterator[Lent]:
    """The database of that server which every test gets empty."""
    found = Lent(postgres)
    yield found
    found.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        base = make_database(tmp_path / "role.db")
        yield base
        base.dispose()
        return
    lent: Lent = request.getfixturevalue("lent")
    base = Database(lent.url)
    yield base
    base.dispose()
    lent.take_back()


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection to another machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and self.family in {socket.AF_INET, socket.AF_INET6}:
            host = str(address[0])
            if not (host.startswith("127.") or host in {"::1", "localhost"}):
                raise AssertionError(f"test wants to leave the machine: {host}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
