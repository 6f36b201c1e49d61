"""What is kept holds: every byte, the ledger, and an index that can be made again."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests import commands
from tests.journeys.house import SITES, House, rows_of
from yushan.base import SystemClock, write_settings
from yushan.engines.database import Database
from yushan.services.catalogue import Catalogue
from yushan.services.gateway import Outbox
from yushan.services.ledger import read_export

pytestmark = pytest.mark.slow


def yushan(*arguments: object) -> tuple[int, dict]:
    """A command's exit code and JSON."""
    done = commands.yushan(*arguments, "--json")
    return done.returncode, json.loads(done.stdout)


def test_every_byte_of_the_archive_holds(house: House) -> None:
    code, said = yushan("archive", "check", "--config", house.config("commons"))
    assert code == 0, said
    assert said["holds"]
    assert said["faults"] == []
    assert said["instances"] == house.reader.commons().instances
    code, stats = yushan("archive", "stats", "--config", house.config("commons"))
    assert code == 0
    assert stats["instances"] == said["instances"]


def test_the_ledger_knows_every_pack_and_anybody_can_verify_it(
    house: House, tmp_path: Path
) -> None:
    code, made = yushan("audit", "export", "--config", house.config("commons"), tmp_path / "l")
    assert code == 0
    key = made["key"]
    code, said = yushan("audit", "verify", tmp_path / "l", "--key", key)
    assert (code, said["holds"]) == (0, True)
    assert {log["log"]: log["size"] for log in said["logs"]} == made["entries"]
    entries = list(read_export(tmp_path / "l", "ledger"))
    facts = {
        kind: [entry.facts for entry in entries if entry.kind == kind]
        for kind in ("archive.received", "archive.admitted")
    }
    sent = {
        parcel.manifest.pack: parcel.manifest.instances
        for site in SITES for parcel in parcels(house, site)
    }  # fmt: skip
    assert {one["pack"]: one["instances"] for one in facts["archive.received"]} == sent
    assert len(facts["archive.received"]) == len(sent)  # each once
    here = {sidecar.pack for sidecar in house.sidecars()}
    assert here <= {one.get("pack") for one in facts["archive.admitted"]}
    damaged = min((tmp_path / "l" / "ledger" / "tile" / "entries").rglob("000*"))
    damaged = min(damaged.iterdir()) if damaged.is_dir() else damaged
    damaged.write_bytes(damaged.read_bytes().replace(b'"hospital-a"', b'"hospital-b"', 1))
    code, said = yushan("audit", "verify", tmp_path / "l", "--key", key)
    assert (code, said["holds"]) == (1, False)


def parcels(house: House, site: str):
    """All packs that a hospital has a receipt for."""
    gateway = house.gateway(site)
    outbox = Outbox(
        house.reader.databases[site], SystemClock(), Path(gateway.data) / "outbox", gateway.rules
    )
    found = outbox.page(limit=10_000)
    assert all(parcel.receipt is not None for parcel in found)
    assert all(parcel.remote_state == "admitted" for parcel in found)
    return found


def test_an_index_made_again_from_the_packs_is_the_same(house: House, tmp_path: Path) -> None:
    live = Path(house.plan.commons.data)
    copy = tmp_path / "commons"
    shutil.copytree(live / "store", copy / "store", copy_function=link)
    with (
        closing(sqlite3.connect(live / "role.db")) as source,
        closing(sqlite3.connect(copy / "role.db")) as target,
    ):
        source.backup(target)
    before = rows_of(copy)
    assert all(before.values())
    with closing(sqlite3.connect(copy / "role.db")) as damage, damage:
        damage.execute("DELETE FROM catalogue_series")
        damage.execute("UPDATE catalogue_study SET instances = 0")
        damage.execute("DELETE FROM archive_part")
    config = tmp_path / "copy.toml"
    config.write_text(write_settings(replace(house.plan.commons, data=str(copy))), "utf-8")
    code, said = yushan("archive", "rebuild-index", "--config", config)
    assert code == 0
    assert said["instances"] == house.reader.commons().instances
    assert rows_of(copy) == before
    database = Database(f"sqlite:///{copy / 'role.db'}")
    assert Catalogue(database).totals() == house.catalogue.totals()
    database.dispose()


def link(source: str, target: str) -> None:
    """Packs never change: a second name is a copy."""
    Path(target).hardlink_to(source)
