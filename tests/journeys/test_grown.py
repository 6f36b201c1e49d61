"""The same house grown: the commons on PostgreSQL and an S3 server, carried by two processes.

They share the work; one of them is killed in the middle and the other ends what it had begun.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest
from msgspec import structs

from tests.journeys.house import House, free_port
from tests.postgres import Postgres
from tests.seaweed import ACCESS, SECRET, Seaweed
from yushan.assembly.demo.processes import Process, Processes
from yushan.assembly.settings import Http
from yushan.base import write_settings
from yushan.domain.phantoms import load_series
from yushan.engines.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = "hospital-a"
SLICES = 20
WAIT_S = 120.0


class Grown(House):
    """A house whose commons stands on servers; a second process of it has another port."""

    def grow(self, postgres: Postgres, seaweed: Seaweed) -> None:
        """Change the plan before anybody starts."""
        keys = self.folder / "s3-keys"
        keys.write_text(f"{ACCESS}\n{SECRET}\n")
        keys.chmod(0o600)
        commons = structs.replace(
            self.plan.commons,
            database=postgres.create("grown"),
            flows=postgres.create("grown_flows"),
            store=f"{seaweed.url('grown')}&key_file={keys}",
        )
        self.plan = replace(self.plan, commons=commons)
        self.processes = Processes(self.plan.processes())
        self.second = self.second_process()

    def second_process(self) -> Process:
        """Another process of the same role: same databases, store, keys and folder."""
        settings = structs.replace(self.plan.commons, http=Http(port=free_port()))
        config = self.folder / "config" / "commons-2.toml"
        config.write_text(write_settings(settings), "utf-8")
        log = self.folder / "log" / "commons-2.jsonl"
        return Process("commons-2", config, settings.http.url(), log)

    def runs(self) -> list[tuple[str, str]]:
        """(executor, status) of every run of the commons."""
        flows = Database(self.plan.commons.flows_url())
        with flows.read() as tx:
            told = "select executor_id, status from dbos.workflow_status"
            rows = tx.exec_driver_sql(told).all()
        flows.dispose()
        return [(str(row[0]), str(row[1])) for row in rows]

    def send_load(self, count: int, seed: int) -> None:
        """Send so many instances from one hospital."""
        folder = self.folder / f"load-{seed}"
        folder.mkdir()
        files = []
        for index, sample in enumerate(load_series(count, seed)):
            files.append(folder / f"{index:04d}.dcm")
            files[-1].write_bytes(sample.data)
        assert self.store(SITE, files).sent == count


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    postgres, seaweed = Postgres.start(), Seaweed.start()
    house = Grown(tmp_path_factory.mktemp("grown"))
    house.grow(postgres, seaweed)
    try:
        house.start()
        house.second.start()
        wait_for(house.second.answers)
        yield house
    finally:
        if house.second.running is not None and house.second.is_alive():
            house.second.running.kill()
            house.second.running.wait(20)
        house.stop()
        seaweed.stop()
        postgres.stop()


def wait_for(true: object, timeout_s: float = WAIT_S) -> None:
    end = time.monotonic() + timeout_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


def ended(grown: Grown) -> Counter[str]:
    """How many runs each process has ended."""
    return Counter(executor for executor, status in grown.runs() if status == "SUCCESS")


def test_two_processes_share_the_work_and_both_answer_for_all_of_it(grown: Grown) -> None:
    before, done = grown.reader.commons().instances, ended(grown)
    grown.send_load(8 * SLICES, seed=1)
    grown.settle()
    commons = grown.reader.commons()
    assert commons.closes
    assert (commons.instances - before, commons.states["quarantined"]) == (8 * SLICES, 0)
    assert grown.archive.check().holds
    assert list(grown.archive.store.keys("packs/"))
    assert len(shares := ended(grown) - done) == 2, shares
    token = {"Authorization": f"Bearer {grown.token('steward')}"}
    for url in (grown.url(), grown.second.url):
        with httpx.Client(base_url=url, headers=token, trust_env=False, timeout=60) as web:
            assert web.get("/health").json()["state"] == "ok"
            studies = web.get("/dicom-web/studies").json()
            assert len(studies) == commons.studies
            series = web.get("/dicom-web/series").json()[0]
            study, one = series["0020000D"]["Value"][0], series["0020000E"]["Value"][0]
            got = web.get(f"/dicom-web/studies/{study}/series/{one}")
            assert got.content.count(b"DICM") == SLICES
            figures = web.get("/metrics").text
            assert 'yushan_health_part{code="",part="store"} 0.0' in figures
            assert "yushan_clock_offset_seconds" in figures


def test_what_a_killed_process_had_begun_another_ends(grown: Grown) -> None:
    before = grown.reader.commons().instances
    second = grown.second.running
    assert second is not None

    def begun_by_second() -> bool:
        return any(f"-{second.pid}-" in who for who, status in grown.runs() if status == "PENDING")

    grown.send_load(10 * SLICES, seed=2)
    wait_for(begun_by_second)
    os.kill(second.pid, signal.SIGKILL)
    second.wait(20)
    grown.settle()
    commons = grown.reader.commons()
    assert commons.closes
    assert commons.instances == before + 10 * SLICES
    assert grown.archive.check().holds
    assert not [who for who, status in grown.runs() if status not in {"SUCCESS", "ERROR"}]
    grown.second.start()
    wait_for(grown.second.answers)
