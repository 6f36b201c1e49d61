"""A gateway's own record by command: checked in its database, exported, verified from files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from yushan.assembly.audit_acts import AuditActs
from yushan.assembly.demo.plan import lay_out
from yushan.assembly.parts import open_database
from yushan.assembly.recording import OwnRecord, site_ledger
from yushan.base import SystemClock, write_settings
from yushan.services.ledger import Thing

if TYPE_CHECKING:
    from pathlib import Path


def test_looks_inside_the_hospital_are_proved_by_command(tmp_path: Path) -> None:
    settings = lay_out(tmp_path, 0, tmp_path / "viewer", SystemClock()).gateways[0]
    config = tmp_path / "gateway.toml"
    config.write_text(write_settings(settings), "utf-8")
    database = open_database(settings)
    record = OwnRecord(site_ledger(database, SystemClock(), settings.site_key))
    account = SimpleNamespace(id="a1", role="engineer")
    for _ in range(3):
        record.audit.saw(account, "gateway.picture-seen", Thing("object", "7"))
    record.stop()  # enters the sum of the second and third look
    acts = AuditActs()
    assert acts.check(config)["holds"]
    assert acts.export(config, tmp_path / "fhir", "fhir", public=False)["events"] == 2
    told = acts.export(config, tmp_path / "files", "tiles", public=False)
    assert acts.verify(tmp_path / "files", None)["holds"]
    assert sum(told["entries"].values()) == 2
    with database.begin() as tx:
        tx.execute(sa.text("update ledger_entry set body = replace(body, '\"7\"', '\"8\"')"))
    assert not acts.check(config)["holds"]
    database.dispose()
