"""The public record, its files, the check of receipts, and the pages of whoever audits."""

import json

import msgspec
import pytest
from tests.databases import make_database
from tests.doors.portal.making import FakeWatch, make_commons, make_gateway, sign_in

from yushan.base import Leaving
from yushan.doors.portal.record_verify import Verifying
from yushan.engines.keys import Signer
from yushan.flows.witness import Agreement
from yushan.services.ledger import (
    CONSENT,
    Cosigned,
    Cosigners,
    Ledger,
    Receipts,
    Sighting,
    Thing,
    Witness,
    leaf_hash,
    read_note,
    read_receipt,
    verify_receipt,
)
from yushan.services.ledger.merkle import Frontier
from yushan.services.ledger.tiles import hashes, unbundle

STUDY = Thing("study", subject="ABCDEFGHIJKLMN27", study="2.25.1")


@pytest.fixture
def site(tmp_path):
    site = make_commons(tmp_path)
    witness = Witness(
        site.database, site.clock, "hospital-a", tmp_path / "witness.key", Signer(b"\7" * 32).public
    )
    cosigners = Cosigners(site.ledger)
    offer = cosigners.offer("hospital-a", "yushan/record/1", 0)
    line = witness.examine(offer)
    said = Cosigned(origin=offer.origin, size=3, key=witness.key.line, line=line)
    cosigners.take("hospital-a", said)
    return site


def looked(site):
    """Somebody looked at a study; heads cover it."""
    site.rooms.audit.saw(site.accounts.by_user("researcher"), "study.seen", STUDY)
    site.ledger.seal()
    return site.ledger.size() - 1


def test_everybody_reads_totals_and_who_keeps_watch(site):
    page = site.client.get("/record?lang=en").text
    assert "images admitted" in page
    assert "3,600" in page
    assert "1 of 1 agree" in page
    assert "Up to then: images admitted 3,600." in page
    assert "1,200 images" not in page  # single packs are not told
    assert "累計至此：收載影像 3,600。" in site.client.get("/record?lang=zh-Hant").text


def test_the_record_is_verified_from_its_files_alone(site):
    get = site.client.get
    head = read_note(get("/record/tiles/checkpoint").text)
    assert head.note.count("\N{EM DASH} ") == 2
    tile = get(f"/record/tiles/tile/0/000.p/{head.size}")
    entries = unbundle(get(f"/record/tiles/tile/entries/000.p/{head.size}").content)
    tree = Frontier()
    for body, leaf in zip(entries, hashes(tile.content), strict=True):
        assert leaf_hash(body) == leaf
        tree.add(leaf)
    assert tree.root() == head.root
    assert "immutable" in tile.headers["cache-control"]
    keys = get("/record/keys.json").json()
    assert keys["key"] in site.ledger.public_key or keys["changes"] == []
    assert "yushan/witness/hospital-a" in get("/record/witnesses.txt").text


def test_of_the_restricted_log_only_hashes_are_published(site):
    number = looked(site)
    get = site.client.get
    head = read_note(get("/record/ledger/checkpoint").text)
    tile = get(f"/record/ledger/tile/0/000.p/{head.size}").content
    receipt = Receipts(site.ledger).make(site.ledger.restricted, number)
    assert leaf_hash(receipt.entry.encode()) == hashes(tile)[number]
    for path in (
        f"/record/ledger/tile/entries/000.p/{head.size}",
        "/record/ledger/tile/0/000",
        "/record/tiles/tile/0/000.p/9",
        "/record/tiles/tile/9/000",
        "/record/tiles/tile/0/../x",
    ):
        assert get(path).status_code == 404, path


def paste(site, text):
    page = site.client.get("/record/verify?lang=en").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    return site.client.post("/record/verify?lang=en", data={"csrf": token, "receipt": text})


def test_a_receipt_is_checked_without_script(site):
    receipt = Receipts(site.ledger).make(site.ledger.public, 1)
    text = msgspec.json.encode(receipt).decode()
    answer = paste(site, text)
    assert answer.status_code == 200
    assert '<p data-holds><span class="badge done">' in answer.text
    assert "<dd data-cosigned>yushan/witness/hospital-a</dd>" in answer.text
    spoiled = text.replace("1200", "9900").replace("2400", "9900")
    assert '<p data-fails><span class="badge stop">' in paste(site, spoiled).text
    for nonsense in ("{}", "x", json.dumps({"format": "yushan-receipt/1"})):
        refused = paste(site, nonsense)
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text


def test_a_receipt_of_another_log_does_not_fit(site, tmp_path):
    (tmp_path / "other").mkdir()
    other = make_commons(tmp_path / "other")
    with other.database.begin() as tx:
        other.ledger.publish(tx, "record.counted", {"totals": {"images": 1}})
    other.ledger.seal()
    receipt = Receipts(other.ledger).make(other.ledger.public, 3)
    page = paste(site, msgspec.json.encode(receipt).decode()).text
    assert '<p data-fails><span class="badge stop">' in page


@pytest.mark.parametrize("role", ["steward", "researcher", "ministry", "visitor"])
@pytest.mark.parametrize("path", ["/audit", "/audit.csv", "/audit.ndjson", "/audit/0"])
def test_only_who_audits_sees_the_restricted_log(site, role, path):
    sign_in(site, role)
    assert site.client.get(path).status_code in {403, 404}


def test_every_look_at_the_audit_is_recorded_as_well(site):
    looked(site)
    sign_in(site, "auditor")
    before = site.ledger.size()
    page = site.client.get("/audit?lang=en&subject=ABCDEFGHIJKLMN27").text
    assert "ABCDEFGHIJKLMN27" in page
    assert "researcher" in page
    assert "Study looked at" in page
    newest = site.ledger.entries(after=before - 1)[-1]
    assert (newest.kind, newest.facts["thing"]) == ("audit.searched", "ledger")
    assert site.ledger.private(newest.number)["query"] == "lang=en&subject=ABCDEFGHIJKLMN27"
    assert "檢視檢查" in site.client.get("/audit?lang=zh-Hant&kind=study.seen").text


def test_entries_are_found_by_account_kind_and_day(site):
    looked(site)
    sign_in(site, "auditor")
    get = site.client.get
    named = get("/audit.csv?account=researcher").text.splitlines()
    assert [line.split(",")[2] for line in named[1:]] == ["study.seen"]
    assert get("/audit.csv?kind=archive.received").text.count("archive.received") == 3
    day = site.clock.now().date().isoformat()
    assert "study.seen" in get(f"/audit.csv?since={day}&until={day}").text
    assert get("/audit.csv?since=2030-01-01").text.count("\n") == 1
    assert "No entry fits" in get("/audit?lang=en&subject=nobody").text


def test_the_log_pages_back_and_entries_are_events_for_others(site):
    site.rooms.audit.writer.window_s = 0.0
    for _ in range(60):
        site.rooms.audit.saw(None, "study.seen", STUDY)
    sign_in(site, "auditor")
    page = site.client.get("/audit?lang=en&kind=study.seen").text
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "kind=study.seen" in older
    assert "Newest first page" in site.client.get(f"{older}&lang=en").text
    lines = site.client.get("/audit.ndjson?kind=study.seen").text.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["resourceType"] for event in events] == ["AuditEvent"] * 60
    assert len(site.client.get("/audit.json?kind=study.seen").json()["entries"]) == 50


def test_an_entry_has_a_page_and_a_receipt_that_opens_what_is_asked(site):
    number = looked(site)
    sign_in(site, "auditor")
    page = site.client.get(f"/audit/{number}?lang=en").text
    assert "ABCDEFGHIJKLMN27" in page
    assert f"/audit/{number}/receipt.json" in page
    closed = read_receipt(site.client.get(f"/audit/{number}/receipt.json").content)
    opened = read_receipt(site.client.get(f"/audit/{number}/receipt.json?subject").content)
    assert (closed.opened, [one.value for one in opened.opened]) == ((), [STUDY.subject])
    assert verify_receipt(opened, site.ledger.key).holds
    with site.database.begin() as tx:
        site.ledger.forget(tx, Leaving(subject=STUDY.subject))
    page = site.client.get(f"/audit/{number}?lang=en").text
    assert "ABCDEFGHIJKLMN27" not in page
    assert "personal fields destroyed" in page
    assert site.client.get("/audit/9999").status_code == 404


SEEN = Sighting("yushan/record/1", 7, "the old head", "2026-11-25T11:00:00+00:00", "", "", "")
FORKED = Sighting(
    "yushan/ledger/1", 9, "the head that was seen", "2026-11-25T11:00:00+00:00", "ledger.forked",
    "2026-11-25T11:30:00+00:00", "the head that was shown",
)  # fmt: skip


def test_a_gateway_says_that_the_ledger_fits(tmp_path):
    site = make_gateway(tmp_path, watch=FakeWatch(Agreement("our-key", (SEEN,))))
    sign_in(site, "engineer")
    page = site.client.get("/witness?lang=en").text
    assert "everything that was seen here is still there" in page
    assert "our-key" in page
    assert "notice-bar stop" not in site.client.get("/accounting").text
    (tmp_path / "quiet").mkdir()
    quiet = make_gateway(tmp_path / "quiet")
    sign_in(quiet, "engineer")
    assert "Nothing was seen yet" in quiet.client.get("/witness?lang=en").text


def test_a_fork_is_on_every_page_of_the_gateway_with_evidence(tmp_path):
    forked = Agreement("our-key", (FORKED, SEEN), "ledger.forked", "ledger.forked")
    site = make_gateway(tmp_path, watch=FakeWatch(forked))
    assert "notice-bar stop" in site.client.get("/sign-in").text
    sign_in(site, "engineer")
    for path in ("/accounting", "/quarantine", "/connections", "/help"):
        assert "does not fit what was seen here before" in site.client.get(f"{path}?lang=en").text
    page = site.client.get("/witness?lang=zh-Hant").text
    for said in ("ledger.forked", "the head that was seen", "the head that was shown", "不符"):
        assert said in page


def test_a_receipt_of_the_consent_office_is_checked_against_its_own_key(tmp_path):
    site = make_commons(tmp_path)
    database = make_database(tmp_path / "office.db", "services.ledger")
    office = Ledger(database, site.clock, Signer(b"\x09" * 32), CONSENT)
    with database.begin() as tx:
        number = office.append(tx, "consent.recorded", {"receipt": "R"}, {"choice": {"use": None}})
    office.seal()
    text = msgspec.json.encode(Receipts(office).make(office.restricted, number, ("choice",)))
    ours = Verifying(site.shell, site.ledger, office.key).result(text.decode())
    assert ours.holds
    assert set(ours.checks) == {"included", "signed", "opened", "number"}
    strange = Verifying(site.shell, site.ledger).result(text.decode())
    assert strange.checks["signed"] is False
    forged = text.replace(b'"use":null', b'"use":"industry"')
    assert Verifying(site.shell, site.ledger, office.key).result(forged.decode()).holds is False
    database.dispose()
