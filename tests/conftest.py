"""What all tests share: databases of both kinds, and no way off this machine."""

from __future__ import annotations

import gc
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.databases import Lent, make_database
from tests.postgres import Postgres
from yushan.engines.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xdist.remote import Producer

#: Examples of a property whose test names no number; more of them with YUSHAN_EXAMPLES.
EXAMPLES = int(os.environ.get("YUSHAN_EXAMPLES", "50"))
settings.register_profile("suite", max_examples=EXAMPLES, deadline=None)
settings.load_profile("suite")

#: Where a machine has so much memory to spare, files of tests lie in it: a disk makes each of
#: thousands of commits wait. Somebody's own choice stands.
MEMORY, SPARE = Path("/dev/shm"), 8 << 30
TEMPORARY = "PYTEST_DEBUG_TEMPROOT"


def has_memory() -> bool:
    """Whether files may lie in memory, and programs among them be run."""
    with suppress(OSError):
        told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        disk = os.statvfs(MEMORY)
        spare = min(int(told["MemAvailable"].split()[0]) << 10, disk.f_bavail * disk.f_frsize)
        return spare > SPARE and not disk.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK)
    return False


if TEMPORARY not in os.environ and has_memory():
    os.environ[TEMPORARY] = str(MEMORY)

JOURNEYS = "tests/journeys/"
#: Journeys over two portals of the test's own process, in one browser.
PAGES = ("every_page", "people", "record_checked", "stories")
#: Journeys with roles of their own; all others share one running house.
APART = ("grown", "installation", "linkage_roles", "marked_commands")
#: The longest first, so that no process waits for another at the end; then what has no name here.
LONGEST = (
    "tests/journeys/", "tests/flows/", "tests/doors/cli/", "tests/unit/bodies/",
    "tests/spec/deid/", "tests/unit/faces/", "tests/doors/portal/",
)  # fmt: skip


def together(nodeid: str) -> str:
    """What one process runs whole: a file, or the journeys that share what is dear to start."""
    file = nodeid.partition("::")[0]
    if not file.startswith(JOURNEYS):
        return file
    name = file.removeprefix(f"{JOURNEYS}test_").removesuffix(".py")
    if name in APART:
        return file
    return f"{JOURNEYS}pages" if name in PAGES else f"{JOURNEYS}house"


def length(nodeid: str) -> tuple[bool, int]:
    """Sorts by how long a test's group takes: the house's journeys first."""
    place = (at for at, start in enumerate(LONGEST) if nodeid.startswith(start))
    return not together(nodeid).endswith("house"), next(place, len(LONGEST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> object:
    """Files stay whole, so that what a module makes is made once; see `together`.

    Marks cannot say it: pytest 9 keeps ids in a place where xdist 3.8 does not look for groups.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False  # the order is that of `pytest_collection_modifyitems`
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; within a file nothing changes."""
    items.sort(key=lambda item: length(item.nodeid))


def pytest_collection_finish() -> None:
    """What stays to the end need not be looked through for garbage again and again."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Libraries look at the end for what was not let go."""
    gc.unfreeze()


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
