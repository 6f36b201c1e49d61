"""The whole house on loopback for tests: two hospitals, key holders, office, commons.

Real processes, folders, databases and keys, laid out as the demo lays them out. Whoever adds
objects settles the house again before leaving it, so that the next test finds nothing moving.
"""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import httpx
import requests
import sqlalchemy as sa
from dicomweb_client.api import DICOMwebClient

from yushan.assembly.demo.feed import sample_loads, send, tls_context
from yushan.assembly.demo.plan import HOSPITALS, lay_out
from yushan.assembly.demo.processes import Processes
from yushan.assembly.demo.report import Reader
from yushan.assembly.demo.story import Demo, Wanted
from yushan.assembly.gateway import site_keys
from yushan.assembly.imports import import_folder
from yushan.base import EVERYTHING, SystemClock
from yushan.domain.deid import replace_uid
from yushan.domain.dicom import summarize
from yushan.engines.database import Database
from yushan.engines.keys import derive, load_secret
from yushan.engines.net import send_files
from yushan.engines.store import open_store
from yushan.services.archive import Archive
from yushan.services.catalogue import Catalogue
from yushan.services.gateway import Entry, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.assembly.demo.feed import Delivered, Load
    from yushan.assembly.gateway_settings import Gateway
    from yushan.domain.deid import SiteKeys
    from yushan.domain.packs import InstanceEntry, Sidecar
    from yushan.engines.net import SendReport
    from yushan.services.gateway import ImportReport

ROOT = Path(__file__).parents[2]
VIEWER = ROOT / ".cache" / "viewer"
#: A machine that does much else may take this long to start seven processes, or to take objects in.
PATIENCE_S = float(os.environ.get("YUSHAN_TEST_PATIENCE_S", "300"))
LOOK_S = 0.4
SITES = tuple(hospital.name for hospital in HOSPITALS)

#: Tables that a rebuilt index must give again, all columns and rows.
INDEX = ("archive_pack", "archive_part", "catalogue_series", "catalogue_study",
         "catalogue_subject", "catalogue_cube")  # fmt: skip


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Names:
    """What one hospital's identifiers become at the commons, computed from the demo's keys."""

    site: SiteKeys
    commons: bytes

    def uid(self, original: str) -> str:
        """The commons' UID for an original one."""
        return replace_uid(self.commons, replace_uid(self.site.uid, original))


@dataclass
class House:
    """The running roles, and all that tests ask of them."""

    folder: Path
    loads: list[Load] = field(default_factory=list)
    delivered: dict[str, Delivered] = field(default_factory=dict)
    imports: int = 0
    #: Originals that a hospital gave up since, because their person left.
    left: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plan = lay_out(self.folder, free_port(), VIEWER, SystemClock())
        self.processes = Processes(self.plan.processes())

    def start(self) -> None:
        """Start everybody, as the demo does."""
        Demo(Wanted(), self.plan, self.processes, Event()).begin(PATIENCE_S)

    def stop(self) -> None:
        """Stop everybody."""
        self.processes.stop()
        if "reader" in self.__dict__:
            for database in self.reader.databases.values():
                database.dispose()

    def feed_samples(self) -> None:
        """Both hospitals send their sample studies; returns when nothing moves any more."""
        self.loads = sample_loads(self.folder / "feed", lambda *_: None)
        for load in self.loads:
            self.delivered[load.hospital.name] = send(self.plan, load, lambda _: None)
        self.settle()

    # what is there

    @cached_property
    def reader(self) -> Reader:
        """Reads all roles' tables; there once everybody answers."""
        return Reader(self.plan, self.processes)

    def gateway(self, site: str) -> Gateway:
        """A hospital's settings."""
        return next(one for one in self.plan.gateways if one.name == site)

    def config(self, role: str) -> Path:
        """A role's settings file."""
        return self.folder / "config" / f"{role}.toml"

    def url(self) -> str:
        """Where the commons answers."""
        return str(self.plan.commons.http.url())

    def token(self, role: str) -> str:
        """A demo account's token for programs."""
        return next(one.token for one in self.reader.people if one.role == role)

    def names(self, site: str) -> Names:
        """A hospital's names at the commons."""
        commons = load_secret(self.plan.commons.commons_key)
        return Names(
            site_keys(load_secret(self.gateway(site).site_key)),
            derive(commons, "yushan/deid/uid/2"),
        )

    def spooled(self, site: str) -> int:
        """Files that a hospital's gateway has answered for; those of who opted out are gone."""
        gone = self.reader.journals[site].accounting().states.get(State.OPTED_OUT, 0)
        return self.originals(site) + gone + self.left.get(site, 0)

    def originals(self, site: str) -> int:
        """Originals that lie in a hospital's spool."""
        return sum(1 for _ in Path(self.gateway(site).data).glob("spool/*/*/*.dcm"))

    def entries(self, site: str, *states: State) -> list[Entry]:
        """All objects of a hospital in some states (any, if none is named)."""
        journal, found = self.reader.journals[site], []
        for state in states or tuple(State):
            after = 0
            while page := journal.page(state, after=after, limit=500):
                found += page
                after = page[-1].id
        return found

    @cached_property
    def archive(self) -> Archive:
        """The commons' packs, read beside the running role."""
        store = open_store(self.plan.commons.store_url())
        return Archive(self.reader.databases["commons"], store, SystemClock())

    @cached_property
    def catalogue(self) -> Catalogue:
        """The commons' catalogue, read beside the running role."""
        return Catalogue(self.reader.databases["commons"])

    def sidecars(self) -> list[Sidecar]:
        """Every sidecar of every series at the commons."""
        return [
            sidecar
            for row in self.catalogue.series(EVERYTHING)
            for sidecar in self.archive.series_sidecars(row.series_instance_uid)
        ]

    def instances(self) -> list[tuple[Sidecar, InstanceEntry]]:
        """Every instance at the commons."""
        return [(one, entry) for one in self.sidecars() for entry in one.instances]

    # talking to it

    @contextmanager
    def web(self, role: str | None = None, url: str = "") -> Iterator[httpx.Client]:
        """A client of the commons (or of ``url``), as a demo account or as nobody."""
        headers = {"Authorization": f"Bearer {self.token(role)}"} if role else {}
        with httpx.Client(
            base_url=url or self.url(), headers=headers, trust_env=False, timeout=60
        ) as client:
            yield client

    @contextmanager
    def dicomweb(self, role: str) -> Iterator[DICOMwebClient]:
        """A foreign client of the commons' DICOMweb."""
        with requests.Session() as session:
            session.trust_env = False
            yield DICOMwebClient(
                f"{self.url()}/dicom-web",
                session=session,
                headers={"Authorization": f"Bearer {self.token(role)}"},
            )

    def store(self, site: str, files: list[Path]) -> SendReport:
        """Send files to a hospital's gateway by C-STORE."""
        door = self.gateway(site).dimse[0]
        context = tls_context(self.plan) if door.tls_cert else None
        return send_files(
            door.host, door.port, files, calling="TEST_PACS", called=door.ae_title,
            tls_context=context,
        )  # fmt: skip

    def take(self, site: str, folder: Path) -> ImportReport:
        """Import a folder at a hospital's gateway."""
        return import_folder(self.gateway(site), folder)

    # waiting for it

    def is_still(self) -> bool:
        """All that was spooled is journaled, and nothing moves by itself any more."""
        spooled = sum(map(self.spooled, SITES))
        received, moving = self.reader.movement()
        return received == spooled and not moving

    def settle(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until nothing moves any more."""
        end = time.monotonic() + timeout_s
        while not self.is_still():
            if time.monotonic() > end:
                raise TimeoutError(self.standing())
            time.sleep(LOOK_S)

    def standing(self) -> str:
        """How things stand, for a failure's message; codes and counts only."""
        lines = []
        for site, found in self.reader.accounting().items():
            states = {str(state): count for state, count in found.states.items() if count}
            reasons = {row.reason: row.count for row in found.reasons}
            lines.append(f"{site}: {self.spooled(site)} spooled, {states}, {reasons}")
        commons = self.reader.commons()
        lines.append(f"commons: {commons.received} received, {commons.states}")
        return "; ".join(lines)


def uid_of(path: Path) -> str:
    """The SOP Instance UID of a file."""
    return summarize(path.read_bytes()).sop_instance_uid


def rows_of(folder: Path) -> dict[str, Counter]:
    """All rows of the index; order and row numbers of the database do not count."""
    database = Database(f"sqlite:///{folder / 'role.db'}")
    found = {}
    with database.read() as tx:
        for table in INDEX:
            found[table] = Counter(map(tuple, tx.execute(sa.text(f"SELECT * FROM {table}"))))
    database.dispose()
    return found
