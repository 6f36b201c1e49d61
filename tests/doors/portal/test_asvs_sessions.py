"""ASVS 5.0 chapters 7 and 8 by pages: sessions, fresh proofs, access. Numbers: docs/security."""

import re

import pytest
from starlette.testclient import TestClient
from tests.doors.portal.making import EXAMPLES, PASSWORD, make_gateway
from tests.doors.portal.people import (
    HTML,
    enter,
    generator,
    here,
    leave,
    make,
    over_tls,
    post,
    secret_of,
)

from yushan.base import EVERYTHING, NOTHING
from yushan.doors.portal.devices import device_words
from yushan.services.accounts import EASY, may


def test_a_session_is_256_random_bits_known_to_the_server_only_by_hash(tmp_path):
    site = make(tmp_path)
    secrets = set()
    for _ in range(5):
        enter(site, "researcher")
        secrets.add(secret_of(site))
    assert len(secrets) == 5
    assert min(map(len, secrets)) >= 43
    stored = (tmp_path / "portal.db").read_bytes()
    assert not [one for one in secrets if one.encode() in stored]


def test_cookies_are_out_of_reach_of_script_other_sites_and_plain_lines(tmp_path):
    site = over_tls(make(tmp_path))
    site.client.base_url = "https://commons.example"
    cookie = enter(site, "researcher").headers["set-cookie"].split(",")[0]
    assert cookie.startswith("__Host-yushan_session=")
    for flag in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_a_fresh_proof_changes_the_secret_and_ends_the_old(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    before = secret_of(site)
    assert post(site, "/confirm", password=PASSWORD).status_code == 303
    after = [one.value for one in site.client.cookies.jar
             if one.name == site.shell.place.session_cookie][-1]  # fmt: skip
    assert after != before
    assert site.accounts.by_session(before) is None
    assert site.accounts.by_session(after).user == "researcher"


def test_a_session_ends_two_hours_after_its_last_use_and_after_twelve_in_any_case(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    site.clock.advance(EASY.idle_s + 1)
    assert site.client.get("/account").headers["location"].startswith("/sign-in")
    enter(site, "researcher")
    for _ in range(12):
        assert site.client.get("/account").status_code == 200
        site.clock.advance(3600)
    assert site.client.get("/account").status_code == 303


def test_what_a_page_asks_by_itself_keeps_no_session_alive(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    for _ in range(3):
        site.clock.advance(EASY.idle_s // 2 - 60)
        answer = site.client.get("/account", headers={"hx-request": "true"})
    assert answer.status_code == 303


def test_every_page_of_somebody_signed_in_offers_the_way_out(tmp_path):
    site = make(tmp_path)
    enter(site, "steward")
    for path in ("/account", "/studies", "/accounting", "/help", "/account/password"):
        assert 'action="/sign-out"' in site.client.get(path).text, path


def test_signing_out_clears_what_the_browser_keeps(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    secret = secret_of(site)
    assert leave(site).headers["clear-site-data"] == '"cache", "storage"'
    assert site.accounts.by_session(secret) is None


def test_one_sees_ones_sessions_and_ends_them_after_a_fresh_proof(tmp_path):
    site = make(tmp_path)
    account = site.accounts.by_user("researcher")
    elsewhere = site.accounts.sessions.open(account, device="Firefox, Windows")
    enter(site, "researcher")
    page = site.client.get("/account").text
    assert "Firefox, Windows" in page
    other = site.accounts.by_session(elsewhere).session
    site.clock.advance(601)
    late = post(site, "/account/sessions/end", "/account", session=other)
    assert late.headers["location"].startswith("/confirm")
    assert site.accounts.by_session(elsewhere)
    post(site, "/confirm", password=PASSWORD)
    post(site, "/account/sessions/end", "/account", session=other)
    assert site.accounts.by_session(elsewhere) is None
    assert here(site).user == "researcher"
    stranger = site.accounts.sessions.open(site.accounts.by_user("steward"))
    theirs = site.accounts.by_session(stranger).session
    assert post(site, "/account/sessions/end", "/account", session=theirs).status_code == 404
    assert site.accounts.by_session(stranger)


@pytest.mark.parametrize("act", ["close", "sign-out"])
def test_whoever_manages_accounts_ends_sessions_of_one_person_at_once(tmp_path, act):
    site = make(tmp_path)
    person = site.accounts.by_user("researcher")
    session, token = site.accounts.open_session(person), site.accounts.issue_token(person, "x", 7)
    enter(site, "administrator")
    post(site, f"/people/{person.id}/{act}", f"/people/{person.id}")
    assert site.accounts.by_session(session) is None
    assert (site.accounts.by_token(token) is None) is (act == "close")


@pytest.mark.parametrize("path", [
    "/account/second-factor", "/account/recovery", "/account/factors/remove", "/account/tokens",
    "/account/sessions/end",
])  # fmt: skip
def test_what_changes_how_one_proves_oneself_needs_a_fresh_proof(tmp_path, path):
    site = make(tmp_path)
    code = generator(site, "researcher")
    enter(site, "researcher")
    post(site, "/sign-in/second", code=code())
    site.clock.advance(601)
    fields = {"name": "x", "days": "7", "factor": "x", "code": "000000"}
    answer = post(site, path, "/account", **fields)
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/confirm")
    wrong = post(site, "/confirm", code="000000")
    assert (wrong.status_code, "accounts.code-wrong" in wrong.text) == (422, True)
    assert post(site, "/confirm", code=code()).headers["location"] == "/"


def test_a_password_is_no_fresh_proof_for_somebody_with_a_second_factor(tmp_path):
    site = make(tmp_path)
    code = generator(site, "researcher")
    enter(site, "researcher")
    post(site, "/sign-in/second", code=code())
    assert 'name="password"' not in site.client.get("/confirm").text
    assert post(site, "/confirm", password=PASSWORD).status_code == 422


def test_a_powerful_role_is_given_by_two_at_the_door(tmp_path):
    site = make(tmp_path)
    person = site.accounts.by_user("visitor")
    enter(site, "administrator")
    page = f"/people/{person.id}"
    post(site, page, role="steward", extent="everything", note="night shift")
    assert site.accounts.by_user("visitor").role == "visitor"
    change = site.accounts.changes.waiting()[0]
    own = post(site, f"/people/changes/{change.id}", "/people", decision="agree")
    assert own.status_code == 403
    assert "access.same-person" in own.text
    leave(site)
    enter(site, "auditor")
    assert "visitor" in site.client.get("/people").text
    assert (
        post(site, f"/people/changes/{change.id}", "/people", decision="agree").status_code == 303
    )
    found = site.accounts.by_user("visitor")
    assert (found.role, found.scope) == ("steward", EVERYTHING)


def test_an_invitation_for_a_powerful_role_works_after_a_second_person(tmp_path):
    site = make(tmp_path)
    enter(site, "administrator")
    shown = post(site, "/people/invite", role="auditor", days="7")
    secret = re.search(r"/invitation/([\w-]+)", shown.text).group(1)
    link = site.accounts.invitations.all()[0]
    leave(site)
    assert site.client.get(f"/invitation/{secret}").status_code == 403
    enter(site, "steward")
    post(site, f"/people/invitations/{link.id}", "/people", decision="agree")
    leave(site)
    assert site.client.get(f"/invitation/{secret}").status_code == 200


def test_nobody_changes_their_own_account_as_its_manager(tmp_path):
    site = make(tmp_path)
    enter(site, "administrator")
    own = site.accounts.by_user("administrator")
    assert site.client.get(f"/people/{own.id}").status_code == 403
    answer = post(site, f"/people/{own.id}", "/account", role="steward")
    assert (answer.status_code, "access.own" in answer.text) == (403, True)


@pytest.mark.parametrize("role", ["visitor", "researcher", "steward", "auditor", "citizen"])
@pytest.mark.parametrize("path", ["/people/invite", "/people/x", "/people/x/close"])
def test_pages_of_managing_are_closed_to_all_others(tmp_path, role, path):
    site = make(tmp_path)
    enter(site, role)
    answer = post(site, path, "/account") if path.endswith("close") else site.client.get(path)
    assert answer.status_code == 403
    assert "accounts.not-allowed" in answer.text


def test_a_changed_scope_counts_from_the_next_request_on(tmp_path):
    site = make(tmp_path, sidecars=EXAMPLES)
    enter(site, "researcher")
    assert "CT chest" in site.client.get("/studies?lang=en").text
    site.accounts.changes.set_role(site.accounts.by_user("researcher"), "researcher", NOTHING, "x")
    assert "CT chest" not in site.client.get("/studies?lang=en").text


@pytest.mark.parametrize("fields", [
    {"studies": "not a uid"}, {"studies": "1.2 " * 300}, {"mask": "Not A Name"},
    {"home": "hospital-z"}, {"days": "0"}, {"days": "x"}, {"role": "emperor"}, {"role": "public"},
])  # fmt: skip
def test_a_form_about_people_takes_only_what_it_offers(tmp_path, fields):
    site = make(tmp_path)
    enter(site, "administrator")
    answer = post(site, "/people/invite", **{"role": "visitor", "days": "7"} | fields)
    assert answer.status_code == 422
    assert site.accounts.invitations.all() == ()


def test_a_token_is_shown_once_and_needs_a_name(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    assert post(site, "/account/tokens", "/account", name="", days="7").status_code == 422
    shown = post(site, "/account/tokens", "/account", name="nightly", days="7")
    token = re.search(r"ysh_[\w-]+", shown.text).group(0)
    assert site.accounts.by_token(token).user == "researcher"
    assert token not in site.client.get("/account").text
    found = site.accounts.tokens(site.accounts.by_user("researcher"))[0]
    post(site, "/account/tokens/end", "/account", token=found.id)
    assert site.accounts.by_token(token) is None


@pytest.mark.parametrize("extent", ["reads", "everything", ""])
def test_a_token_may_only_read_unless_its_owner_says_otherwise(tmp_path, extent):
    site = make(tmp_path)
    enter(site, "steward")
    shown = post(site, "/account/tokens", "/account", name="x", days="7", extent=extent)
    found = site.accounts.by_token(re.search(r"ysh_[\w-]+", shown.text).group(0))
    assert may(found, "see_images")
    assert may(found, "store") is (extent == "everything")
    assert not may(found, "manage_own_account") or extent == "everything"


def test_a_clinician_says_what_a_look_up_is_for_and_it_is_written_down(tmp_path):
    site = make(tmp_path)
    enter(site, "clinician")
    page = "/purpose?study=2.25.7&next=/studies"
    assert post(site, "/purpose", page, study="2.25.7", purpose="curiosity").status_code == 422
    done = post(site, "/purpose", page, study="2.25.7", purpose="care", next="/studies")
    assert done.headers["location"] == "/studies"
    assert site.accounts.purposes.check(here(site), "2.25.7") == "care"
    entries = [entry for entry in site.ledger.entries() if entry.kind == "purpose.given"]
    assert entries[0].facts["name"] == "care"
    assert "2.25.7" not in repr(entries[0].facts)


def test_a_gateway_has_the_same_doors_without_a_ledger(tmp_path):
    site = make_gateway(tmp_path, demo=False)
    site.client.headers.update(HTML)
    enter(site, "engineer")
    assert site.client.get("/account").status_code == 200
    assert post(site, "/confirm", password=PASSWORD).status_code == 303


def test_two_browsers_of_one_person_have_sessions_of_their_own(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    first = secret_of(site)
    site.client = TestClient(site.app, base_url="http://127.0.0.1", follow_redirects=False)
    site.client.headers.update(HTML)
    enter(site, "researcher")
    assert site.accounts.by_session(first)
    assert secret_of(site) != first


@pytest.mark.parametrize(("agent", "words"), [
    ("Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0 Safari/537.36", "Chrome, Linux"),
    ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) Safari/604.1", "Safari, iPhone"),
    ("<script>alert(1)</script>", ""), ("", ""),
])  # fmt: skip
def test_a_browser_is_told_in_two_words_of_ours(agent, words):
    assert device_words(agent) == words
