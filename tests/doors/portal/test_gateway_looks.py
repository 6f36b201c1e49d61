"""A gateway records what its own people look at; its auditors read it, and it cannot be changed."""

from types import SimpleNamespace

import msgspec
import pytest
import sqlalchemy as sa
from tests.doors.portal.making import make_gateway, sign_in

from yushan.services.ledger import Place, Question, audit_event

ITEM = 111  # a number that the factory puts in quarantine
LOOKS = {
    f"/quarantine/{ITEM}": ("gateway.object-seen", "object", str(ITEM)),
    f"/quarantine/{ITEM}/picture.png": ("gateway.picture-seen", "object", str(ITEM)),
    "/accounting/quarantined": ("gateway.list-seen", "list", "quarantined"),
    "/accounting/quarantined.csv": ("gateway.list-exported", "list", "quarantined"),
}


@pytest.fixture
def site(tmp_path):
    pictures = SimpleNamespace(png=lambda *_: b"png", sheet=lambda _: None)
    made = make_gateway(tmp_path, pictures=pictures)
    sign_in(made, "engineer")
    return made


def told(site):
    return [
        (one.entry.kind, one.entry.facts["thing"], one.entry.facts["name"])
        for one in site.ledger.search.all(Question())
    ]


@pytest.mark.parametrize("address", LOOKS)
def test_each_look_is_an_entry_before_anything_is_shown(site, address):
    assert site.client.get(address).status_code == 200
    assert told(site) == [LOOKS[address]]
    assert site.client.get(address).status_code == 200
    assert len(told(site)) == (2 if address.endswith(".csv") else 1)  # a sum, entered later


@pytest.mark.parametrize("address", LOOKS)
def test_what_cannot_be_recorded_is_not_shown(site, address):
    with site.database.begin() as tx:
        tx.execute(sa.text("drop table ledger_private"))
        tx.execute(sa.text("drop table ledger_entry"))
    answer = site.client.get(address)
    assert (answer.status_code, answer.content == b"png") == (503, False)


def test_an_auditor_of_the_hospital_reads_it_and_nobody_else(site):
    site.client.get(f"/quarantine/{ITEM}/picture.png")
    assert site.client.get("/audit").status_code in (403, 404)
    sign_in(site, "auditor")
    page = site.client.get("/audit?lang=en").text
    assert "Picture looked at in the hospital" in page
    assert "engineer" in page
    assert f'<span class="quiet">object</span> {ITEM}' in page
    assert "MARKED" not in page
    entry = site.client.get("/audit/0?lang=en")
    assert entry.status_code == 200
    assert "/record/verify" not in entry.text
    lines = site.client.get("/audit.ndjson").text.splitlines()
    events = [msgspec.json.decode(one) for one in lines]
    assert {one["resourceType"] for one in events} == {"AuditEvent"}
    [found] = [one for one in site.ledger.search.all(Question()) if one.entry.number == 0]
    assert events[0]["entity"] == audit_event(found, Place("gateway", "x"))["entity"]
    site.ledger.seal()
    assert site.ledger.verify().holds
