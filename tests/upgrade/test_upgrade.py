"""Databases of the first release, filled by its own demo, are upgraded with all they hold."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import sqlalchemy as sa
import zstandard
from msgspec import structs
from tests.commands import yushan

from yushan.assembly.demo.plan import lay_out
from yushan.assembly.parts import ROOMS, open_database
from yushan.assembly.upgrading import bring_up, rows_of, upgrade
from yushan.base import Broken, Conflict, SystemClock, write_settings
from yushan.engines.database import Database, lay, load, migrate, pending, read_head, revisions_of
from yushan.engines.keys import Signer
from yushan.engines.store import MemoryStore
from yushan.services.accounts import Accounts
from yushan.services.archive import Archive
from yushan.services.catalogue import Catalogue
from yushan.services.consent import ConsentOffice, is_genuine
from yushan.services.gateway import Journal, Rules
from yushan.services.ledger import Ledger
from yushan.services.linkage import holder_signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Postgres

FIRST = Path(__file__).parent / "first"
FACTS = json.loads((FIRST / "facts.json").read_text())
KINDS = {
    "commons": "Commons", "hospital-a": "Gateway", "citizen": "Citizen", "keyholder-1": "KeyHolder",
}  # fmt: skip


def rooms_of(role: str) -> list[str]:
    return [f"services.{room}" for room in ROOMS[KINDS[role]]]


def documents(role: str) -> Iterator[bytes]:
    data = zstandard.ZstdDecompressor().decompress(
        (FIRST / f"{role}.dump.zst").read_bytes(), max_output_size=1 << 24
    )
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def fill(role: str, database: Database) -> dict[str, int]:
    """The database as the first release left it; rows by table."""
    rows = documents(role)
    head = read_head(next(rows))
    with database.begin() as tx:
        lay(tx, head)
        return load(tx, head, rows)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, of both kinds."""
    if request.param == "sqlite":
        (tmp_path / "data").mkdir()
        base = Database(f"sqlite:///{tmp_path}/data/role.db")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        base = Database(server.create(f"upgrade{server.made}"))
    yield base
    base.dispose()


def check_commons(database: Database) -> None:
    clock, told = SystemClock(), FACTS["commons"]
    stats = Archive(database, MemoryStore(), clock).stats()
    assert (stats.packs, stats.instances) == (told["packs"], told["instances"])
    totals = Catalogue(database).totals()
    assert (totals.studies, totals.series) == (told["studies"], told["series"])
    ledger = Ledger(database, clock, Signer(bytes.fromhex(FACTS["keys"]["commons-signing"])))
    verdicts = ledger.verify()
    assert verdicts.holds, verdicts.faults
    assert ledger.size() >= 30
    with database.begin() as tx:
        ledger.append(tx, "pack.received", {"pack": "0" * 64})
    assert ledger.verify().holds
    account = FACTS["account"]
    people = Accounts(database, clock)
    assert people.authenticate(account["user"], account["password"]).role == "steward"


def check_gateway(database: Database) -> None:
    journal = Journal(database, SystemClock(), Path("/nowhere"), Rules())
    found = journal.accounting()
    assert found.closes
    assert found.received == FACTS["gateway"]["received"]
    assert {str(s): n for s, n in found.states.items() if n} == FACTS["gateway"]["states"]


def check_office(database: Database) -> None:
    keys = FACTS["keys"]
    signer = Signer(bytes.fromhex(keys["consent-signing"]))
    ledger = Ledger(database, SystemClock(), signer)
    office = ConsentOffice(ledger, bytes.fromhex(keys["consent"]))
    [(_, receipt)] = office.choices()
    assert is_genuine(receipt, office.public[32:])
    assert len(msgspec.json.decode(office.optout_list().entries or b"[]")) == 1


def check_holder(database: Database) -> None:
    ledger = Ledger(database, SystemClock(), holder_signer(bytes.fromhex(FACTS["keys"]["holder"])))
    assert ledger.verify().holds
    with database.read() as tx:
        assert tx.scalar(sa.text("select count(*) from linkage_quota")) == 2


CHECKS = {
    "commons": check_commons, "hospital-a": check_gateway, "citizen": check_office,
    "keyholder-1": check_holder,
}  # fmt: skip


@pytest.mark.parametrize("role", KINDS)
def test_a_filled_database_of_the_first_release_is_upgraded_whole(
    role: str, empty: Database, tmp_path: Path
) -> None:
    before = fill(role, empty)
    assert sum(before.values()) > 3
    told = upgrade(empty, rooms_of(role), tmp_path / "data")
    assert pending(empty, rooms_of(role)) == []
    after = rows_of(empty)
    lost = {name for name, count in before.items() if after.get(name, count) < count}
    assert lost == set()
    assert bool(told["copy"]) == (empty.embedded and bool(told["applied"]))
    CHECKS[role](empty)
    assert upgrade(empty, rooms_of(role), tmp_path / "data")["applied"] == []


def test_a_start_upgrades_sqlite_after_a_copy_and_leaves_postgresql_to_the_operator(
    empty: Database, tmp_path: Path
) -> None:
    before = fill("commons", empty)
    data = tmp_path / "data"
    if not empty.embedded:
        with pytest.raises(Conflict, match=r"assembly\.upgrade-needed"):
            bring_up(empty, rooms_of("commons"), data)
        assert pending(empty, rooms_of("commons"))
        return
    bring_up(empty, rooms_of("commons"), data)
    [copy] = data.glob("role.db.before-*")
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as old:
        count = old.execute("select count(*) from archive_pack").fetchone()[0]
    old.close()
    assert count == before["archive_pack"]
    bring_up(empty, rooms_of("commons"), data)
    assert len(list(data.glob("role.db.before-*"))) == 1  # nothing was pending


def test_an_older_program_never_opens_newer_tables(empty: Database, tmp_path: Path) -> None:
    migrate(empty, rooms_of("commons"))
    with empty.begin() as tx:
        tx.execute(
            sa.text("update alembic_version set version_num = 'archive_9999' "
                    "where version_num like 'archive_%'")
        )  # fmt: skip
    for act in (bring_up, upgrade):
        with pytest.raises(Conflict, match=r"database\.newer"):
            act(empty, rooms_of("commons"), tmp_path)
    with empty.read() as tx:
        assert "archive_9999" in revisions_of(tx)


def test_an_upgrade_that_loses_rows_is_an_alarm(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill("citizen", empty)
    counts = iter([{"consent_choice": 2}, {"consent_choice": 1}])
    monkeypatch.setattr("yushan.assembly.upgrading.rows_of", lambda _: next(counts))
    with pytest.raises(Broken, match=r"assembly\.upgrade-lost-rows"):
        upgrade(empty, rooms_of("citizen"), tmp_path)


def test_the_command_backs_up_then_upgrades_a_role_on_postgresql(
    postgres: Postgres, tmp_path: Path
) -> None:
    plan = lay_out(tmp_path, 0, tmp_path / "viewer", SystemClock())
    url = postgres.create(f"upgrade{postgres.made}")
    settings = structs.replace(plan.citizen, database=url, flows=url)
    config = tmp_path / "citizen.toml"
    config.write_text(write_settings(settings), "utf-8")
    database = Database(url)
    migrate(database, ["services.consent"], ("consent_0001",))
    database.dispose()

    def upgraded(*arguments: object) -> tuple[int, Any, str]:
        done = yushan("upgrade", "--config", config, *arguments, "--json")
        return done.returncode, json.loads(done.stdout or "null"), done.stderr

    status, told, _ = upgraded("--plan")
    assert status == 0
    assert "consent_0002" in told["pending"]
    status, _, said = upgraded()
    assert status == 1
    assert "assembly.upgrade-needs-backup" in said
    status, told, said = upgraded("--backup", tmp_path / "backups")
    assert status == 0, said
    assert told["backup"]
    assert "consent_0002" in told["applied"]
    opened = open_database(settings)
    assert pending(opened, ["services.consent", "services.ledger"]) == []
    opened.dispose()
