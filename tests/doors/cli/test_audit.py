"""``yushan audit``: export, verify, receipts, checks, a new key; planted changes are named."""

import json

import msgspec
import pytest
import sqlalchemy as sa
from tests.commands import yushan

from yushan.assembly.demo.plan import lay_out
from yushan.assembly.parts import open_database
from yushan.assembly.recording import open_ledger
from yushan.base import SystemClock
from yushan.services.ledger import Receipts
from yushan.services.ledger.tables import ENTRY


def run(*arguments):
    said = yushan("audit", *map(str, arguments), "--json")
    assert said.stdout, said.stderr
    return said.returncode, json.loads(said.stdout)


@pytest.fixture
def house(tmp_path):
    folder = tmp_path / "house"
    plan = lay_out(folder, 0, folder, SystemClock())
    plan.processes()
    return plan, folder / "config" / "commons.toml"


def read(ledger, count=5):
    """Some looks, and some totals for everybody."""
    with ledger.db.begin() as tx:
        for number in range(count):
            private = {"subject": "ABCDEFGHIJKLMN27"}
            ledger.append(tx, "image.read", {"account": "a1", "count": number}, private)
            ledger.publish(tx, "record.counted", {"totals": {"images": number}})


@pytest.fixture
def ledger(house):
    plan, _ = house
    database = open_database(plan.commons)
    yield open_ledger(database, SystemClock(), plan.commons.signing_key)
    database.dispose()


def test_the_ledger_is_exported_verified_and_told_as_events(house, ledger, tmp_path):
    _, config = house
    read(ledger)
    code, made = run("export", "--config", config, tmp_path / "out")
    assert code == 0
    assert made["entries"] == {"yushan/ledger/1": 5, "yushan/record/1": 5}
    code, said = run("verify", tmp_path / "out", "--key", made["key"])
    assert (code, said["holds"], [one["size"] for one in said["logs"]]) == (0, True, [5, 5])
    code, _ = run("export", "--config", config, tmp_path / "public", "--public")
    assert (code, (tmp_path / "public" / "ledger").exists()) == (0, False)
    code, events = run("export", "--config", config, tmp_path / "fhir", "--format", "fhir")
    lines = (tmp_path / "fhir" / "audit-events.ndjson").read_text().splitlines()
    assert (code, events["events"], len(lines)) == (0, 5, 5)
    assert json.loads(lines[0])["resourceType"] == "AuditEvent"
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(msgspec.json.encode(Receipts(ledger).make(ledger.public, 3)))
    code, said = run("receipt", receipt, "--key", made["key"])
    assert (code, said["holds"], said["number"]) == (0, True, 3)
    receipt.write_text(receipt.read_text().replace('\\"images\\":3', '\\"images\\":4'))
    code, said = run("receipt", receipt)
    assert (code, said["faults"]) == (1, ["ledger.not-included"])


def test_a_new_key_signs_and_the_old_one_still_verifies(house, ledger, tmp_path):
    plan, config = house
    with ledger.db.begin() as tx:
        ledger.publish(tx, "record.counted", {"totals": {"images": 9}})
    old = ledger.public_key
    code, said = run("rotate-key", "--config", config)
    assert code == 0
    assert said["key"] != old
    run("export", "--config", config, tmp_path / "out")
    for key in (old, said["key"]):
        code, found = run("verify", tmp_path / "out", "--key", key)
        assert (code, found["holds"]) == (0, True)
    again = open_ledger(ledger.db, SystemClock(), plan.commons.signing_key)
    assert again.public_key == said["key"]
    code, found = run("check", "--config", config)
    assert (code, found["holds"]) == (0, True)


def test_what_was_changed_in_the_tables_is_named_from_there_and_from_the_files(
    house, ledger, tmp_path
):
    _, config = house
    read(ledger)
    ledger.seal()
    with ledger.db.begin() as tx:
        body = tx.execute(sa.select(ENTRY.c.body).where(ENTRY.c.number == 2)).scalar_one()
        changed = sa.update(ENTRY).where(ENTRY.c.number == 2)
        tx.execute(changed.values(body=body.replace('"count":2', '"count":7')))
    code, said = run("check", "--config", config)
    assert code == 1
    [fault] = said["logs"][0]["faults"]
    assert (fault["code"], fault["number"], fault["place"]) == (
        "ledger.changed-entry", 2, "ledger_entry.body",
    )  # fmt: skip
    run("export", "--config", config, tmp_path / "out")
    code, said = run("verify", tmp_path / "out")
    faults = [fault for log in said["logs"] for fault in log["faults"]]
    assert (code, [(one["code"], one["number"]) for one in faults]) == (
        1, [("ledger.changed-entry", 2)],
    )  # fmt: skip


def test_sums_are_held_against_the_archive_s_accounting(house, ledger):
    _, config = house
    with ledger.db.begin() as tx:
        ledger.append(tx, "archive.received", {"site": "hospital-a", "instances": 3})
    code, said = run("reconcile", "--config", config)
    assert (code, said["differences"]) == (1, {"hospital-a received": [3, 0]})
    assert ledger.entries(kind="record.reconciled")[-1].facts["closes"] is False


def test_a_gateway_begins_anew_as_a_witness(house):
    _, config = house
    said = yushan("audit", "retire-witness", "--config", str(config.parent / "hospital-a.toml"),
                  "--yes", "--json")  # fmt: skip
    found = json.loads(said.stdout)
    assert found["retired"] != found["key"]
    assert (
        yushan("audit", "rotate-key", "--config", str(config.parent / "hospital-a.toml")).returncode
        == 1
    )
