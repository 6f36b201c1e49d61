"""A study's tabs and the steward's pages: provenance with proofs, uses, quarantine, opt-outs."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.doors.portal.making import EXAMPLES, NOON, make_commons, make_sidecar, sign_in, uid

from yushan.base import Forgotten, Leaving, PackId, SiteName
from yushan.domain.packs import IncomingState
from yushan.services.archive import Quarantined
from yushan.services.archive.standing import Standing
from yushan.services.ledger import Thing
from yushan.services.ledger.tables import ENTRY
from yushan.services.withdrawal import Cases

STUDY = f"/studies/{uid('chest')}"
HTML = {"accept": "text/html"}


@pytest.fixture
def site(tmp_path):
    return make_commons(tmp_path)


def admit(site, sidecar, **facts):
    """The ledger's entry of a pack's admission, as admission writes it."""
    entry = {"site": sidecar.site, "source": sidecar.source, "pack": sidecar.pack,
             "instances": len(sidecar.instances)} | facts  # fmt: skip
    with site.database.begin() as tx:
        return site.ledger.append(tx, "archive.admitted", entry, {"subject": sidecar.subject})


def get(site, path):
    return site.client.get(path, headers=HTML).text


def test_provenance_names_the_entry_and_proves_it_once_a_head_is_signed(site):
    sign_in(site)
    number = admit(site, EXAMPLES[0])
    assert f"entry {number}, not sealed yet" in get(site, f"{STUDY}/provenance?lang=en")
    site.ledger.seal()
    page = get(site, f"{STUDY}/provenance?lang=en")
    assert f"entry {number}, proved" in page
    assert "no entry found" in page  # the coronal series came in another pack
    assert 'class="flow' in page
    assert EXAMPLES[0].source[:-6] in page
    assert EXAMPLES[0].pack[:-6] in page


def test_provenance_of_a_changed_entry_does_not_hold(site):
    sign_in(site)
    number = admit(site, EXAMPLES[0])
    site.ledger.seal()
    here = ENTRY.c.number == number
    with site.database.begin() as tx:
        body = tx.execute(sa.select(ENTRY.c.body).where(here)).scalar_one()
        changed = body.replace('"instances":40', '"instances":41')
        tx.execute(sa.update(ENTRY).where(here).values(body=changed))
    assert f"entry {number}: the proof does not hold" in get(site, f"{STUDY}/provenance?lang=en")


def test_every_look_is_in_the_ledger_and_on_the_page_of_uses(site):
    sign_in(site)
    get(site, STUDY)
    entries = site.ledger.about("study", uid("chest"), kinds=("study.seen",))
    assert len(entries) == 1
    page = get(site, f"{STUDY}/uses?lang=en")
    assert "Page of the study seen" in page
    assert "Data steward" in page
    assert entries[0].facts["account"] not in page


def test_only_who_audits_is_told_the_accounts(site):
    sign_in(site, "auditor")
    assert site.client.get(f"{STUDY}/uses", headers=HTML).status_code == 403


def test_reads_by_programs_stand_beside_looks_at_pages(site):
    sign_in(site)
    reader = site.accounts.by_user("researcher")
    thing = Thing("series", subject="P" * 16, study=uid("chest"), series=uid("chest", "axial"))
    site.rooms.audit.at("dicomweb").saw(reader, "image.read", thing, count=40)
    page = get(site, f"{STUDY}/uses?lang=en")
    assert "Images read" in page
    assert "Research team" in page


def test_the_series_are_told_in_figures(site):
    sign_in(site)
    page = get(site, f"{STUDY}/series?lang=en")
    assert "Explicit VR Little Endian" in page
    assert "lossless" in page
    assert f"{STUDY}/view?series={uid('chest', 'coronal')}" in page


@pytest.mark.parametrize("tab", ["", "/series", "/provenance", "/tags", "/uses", "/view"])
def test_nobody_sees_more_of_a_study_than_their_scope(site, tab):
    sign_in(site, "north")
    assert site.client.get(f"{STUDY}{tab}", headers=HTML).status_code == 404
    assert site.ledger.about("study", uid("chest")) == []


def test_a_clinician_says_first_what_for(site):
    sign_in(site, "clinician")
    answer = site.client.get(f"{STUDY}/view", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/purpose?study={uid('chest')}&next=%2Fstudies")


def test_the_viewer_opens_at_the_series_and_only_at_one_of_the_study(site):
    sign_in(site)
    page = get(site, f"{STUDY}/view?series={uid('chest', 'axial')}")
    assert f"initialSeriesInstanceUID={uid('chest', 'axial')}" in page
    assert "<iframe" in page
    other = f"{STUDY}/view?series={uid('head', 't1')}"
    assert site.client.get(other, headers=HTML).status_code == 404
    answer = site.client.get(f"{STUDY}/view", headers=HTML)
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"


def test_what_was_drawn_upon_images_opens_over_them(tmp_path):
    drawn = make_sidecar("chest", "organs", modality="SEG", number=7, instances=1)
    site = make_commons(tmp_path, sidecars=(*EXAMPLES, drawn))
    sign_in(site)
    series = uid("chest", "organs")
    for tab in ("", "/series"):
        assert f"{STUDY}/view?series={series}" in get(site, f"{STUDY}{tab}")
    page = get(site, f"{STUDY}/view?series={series}")
    assert f"overlay={series}" in page
    assert "initialSeriesInstanceUID" not in page


def stop(site):
    """Two images that failed and a pack that waits."""
    failed = [
        Quarantined(SiteName("hospital-b"), PackId("a" * 64), f"{n:08d}.dcm",
                    ("verifier.age",) if n else ("verifier.age", "verifier.content-unread"), 9000,
                    NOON.isoformat())
        for n in range(2)
    ]  # fmt: skip
    site.rooms.admissions.stopped[:] = failed
    site.rooms.admissions.waiting[:] = [
        Standing(SiteName("hospital-a"), PackId("b" * 64), IncomingState.HELD, 7, 70_000,
                 NOON.isoformat(), 3, ("linkage.holders-unreachable",)),
    ]  # fmt: skip


def test_the_steward_sees_what_failed_and_what_waits_with_what_to_do(site):
    sign_in(site)
    stop(site)
    page = get(site, "/steward?lang=en")
    assert "An age over 90 years was not pooled" in page
    assert "linkage.holders-unreachable" in page
    assert "3 attempts" in page
    assert 'href="/quarantine?reason=verifier.age">2</a>' in page


def test_each_number_of_the_quarantine_leads_to_what_it_counts(site):
    sign_in(site)
    stop(site)
    for reason, n in (("verifier.age", 2), ("verifier.content-unread", 1)):
        page = get(site, f"/quarantine?reason={reason}&lang=en")
        assert f">{n} image{'s' if n > 1 else ''}</h2>" in page
    rows = list(
        csv.DictReader(io.StringIO(site.client.get("/quarantine.csv").text.lstrip("\ufeff")))
    )
    assert [row["member"] for row in rows] == ["00000000.dcm", "00000001.dcm"]
    found = site.client.get("/quarantine.json").json()
    assert found["packs"][0]["reasons"] == ["linkage.holders-unreachable"]
    assert len(found["images"]) == 2


@pytest.mark.parametrize("path", ["/steward", "/quarantine", "/quarantine.csv", "/quarantine.json"])
@pytest.mark.parametrize("user", ["engineer", "researcher", "ministry"])
def test_what_failed_at_the_centre_is_for_the_steward_alone(site, path, user):
    sign_in(site, user)
    assert site.client.get(path).status_code == 403


def test_opt_outs_are_told_with_their_deadlines_and_never_by_whom(tmp_path):
    site = make_commons(tmp_path)
    cases = Cases(site.database, site.clock)
    with site.database.begin() as tx:
        first = cases.open(tx, Leaving(subject="P" * 16))
        second = cases.open(tx, Leaving(subject="Q" * 16))
        cases.hide(tx, first, {"catalogue": Forgotten(removed=3), "archive": Forgotten(files=2)})
    site.clock.advance(timedelta(minutes=20).total_seconds())
    sign_in(site)
    page = get(site, "/withdrawals?lang=en")
    assert "1 case is late" in page
    assert first[:8] in page
    assert "removed 3, files 0" in page
    assert "P" * 16 not in page
    rows = list(
        csv.DictReader(io.StringIO(site.client.get("/withdrawals.csv").text.lstrip("\ufeff")))
    )
    assert {row["case"]: row["stage"] for row in rows} == {first: "hidden", second: "open"}


def test_home_tells_what_changed_since_the_last_visit(site):
    sign_in(site)
    assert "your first visit" in get(site, "/steward?lang=en")
    site.clock.advance(60)
    admit(site, EXAMPLES[0])
    site.clock.advance(60)
    assert "1 pack came in" in get(site, "/steward?lang=en")
    site.clock.advance(60)
    assert "Nothing has changed" in get(site, "/steward?lang=en")
