"""Backups of a running house, drilled; and that nobody who left comes back by a restore."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from tests import commands
from tests.journeys.house import LOOK_S, PATIENCE_S, SITES, free_port
from yushan.assembly.citizen import open_office
from yushan.assembly.demo.processes import Process
from yushan.assembly.settings import Http
from yushan.base import EVERYTHING, write_settings
from yushan.domain.dicom import summarize
from yushan.domain.phantoms import load_series
from yushan.domain.population import load_person
from yushan.engines.database import Database
from yushan.services.catalogue import Catalogue
from yushan.services.consent import Channel, Decision, Wish

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.house import House

ROLES = ("commons", "hospital-a", "citizen", "keyholder-1")
PROVEN = {
    "commons": {
        "every byte of every pack", "every hospital's sum closes", "index made again is the same",
        "the logs hold", "head of yushan/ledger/1",
    },
    "hospital-a": {"the sum closes", "every journaled file is there"},
    "citizen": {"every receipt is genuine", "the list can be signed"},
    "keyholder-1": {"the logs hold", "head of yushan/ledger/1"},
}  # fmt: skip


def yushan(*arguments: object, expected: int | None = 0) -> Any:
    """What a command says."""
    done = commands.yushan(*arguments, "--json")
    assert expected in {None, done.returncode}, (done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout else done.stderr


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Private and public key of the people who may open backups."""
    folder = tmp_path_factory.mktemp("people")
    opener, recipient = folder / "opener", folder / "recipient"
    recipient.write_text(yushan("backup", "recipient", opener)["recipient"])
    return opener, recipient


@pytest.mark.parametrize("role", ROLES)
def test_a_running_role_is_backed_up_and_the_drill_proves_it(
    house: House, keys: tuple[Path, Path], tmp_path: Path, role: str
) -> None:
    opener, recipient = keys
    config, place = house.config(role), tmp_path / "backups"
    made = yushan("backup", "--config", config, place, "--recipient", recipient)
    report = yushan("backup", "drill", "--config", config, place, "--opener", opener, expected=None)
    failed = [one for one in report["proofs"] if not one["holds"]]
    assert failed == []
    assert report["set"] == made["set"]
    assert PROVEN[role] <= {one["what"] for one in report["proofs"]}
    if role == "commons":
        assert made["files"] > 20


def test_who_left_after_the_backup_is_gone_before_a_restored_commons_opens(
    house: House, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    opener, recipient = keys
    files = []
    for number, sample in enumerate(load_series(6, seed=77)):
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(sample.data)
    told = summarize(files[0].read_bytes())
    series = house.names(SITES[0]).uid(told.series_instance_uid)
    assert house.store(SITES[0], files).sent == len(files)
    house.settle()
    assert series in {row.series_instance_uid for row in house.catalogue.series(EVERYTHING)}
    place = tmp_path / "backups"
    yushan("backup", "--config", house.config("commons"), place, "--recipient", recipient)
    originals = house.originals(SITES[0])
    leave(house, load_person(77 * 31 % 1000, "load").identity or "")

    commons = structs.replace(
        house.plan.commons, data=str(tmp_path / "again"), http=Http(port=free_port())
    )
    config = tmp_path / "again.toml"
    config.write_text(write_settings(commons), "utf-8")
    yushan("restore", "--config", config, place, "--opener", opener)
    refused = yushan("restore", "--config", config, place, "--opener", opener, expected=1)
    assert "backup.target-not-empty" in refused
    assert series in seen(commons.database_url())

    office = structs.replace(commons.citizen, url=f"http://127.0.0.1:{free_port()}")
    config.write_text(write_settings(structs.replace(commons, citizen=office)), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "yushan", "up", "--config", config],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "backup.list-needed" in done.stderr
    assert done.returncode != 0

    config.write_text(write_settings(commons), "utf-8")
    process = Process("again", config, commons.http.url(), tmp_path / "log.jsonl")
    process.start()
    try:
        end = time.monotonic() + 120
        while not process.answers():
            assert process.is_alive(), (tmp_path / "log.jsonl").read_text()[-2000:]
            assert time.monotonic() < end
            time.sleep(0.05)
        assert series not in seen(commons.database_url())
    finally:
        assert process.running is not None
        process.running.send_signal(signal.SIGTERM)
        process.running.wait(30)
        shutil.rmtree(tmp_path / "again")
    while house.originals(SITES[0]) > originals - len(files):
        assert time.monotonic() < end + PATIENCE_S
        time.sleep(LOOK_S)
    house.left[SITES[0]] = house.left.get(SITES[0], 0) + len(files)


def leave(house: House, identity: str) -> None:
    """One person stops everything, at the office; the running commons lets go of it as well."""
    database, office, _ = open_office(house.plan.citizen)
    office.record(identity, Wish(decision=Decision.STOP, channel=Channel.COUNTER))
    database.dispose()


def seen(url: str) -> set[str]:
    """Series in a commons' catalogue."""
    database = Database(url)
    found = {str(row.series_instance_uid) for row in Catalogue(database).series(EVERYTHING)}
    database.dispose()
    return found
