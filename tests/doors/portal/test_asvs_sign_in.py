"""ASVS 5.0 chapter 6 by pages: passwords, second factors, links. Numbers: docs/security/asvs.md."""

import contextlib
import re
from datetime import timedelta

import pyotp
import pytest
from tests.doors.portal.making import CHEAP, PASSWORD, csrf_of, make_database
from tests.doors.portal.people import (
    OTHER,
    enter,
    generator,
    here,
    leave,
    make,
    post,
    secret_of,
)

from yushan.base import Forbidden, Rejected, SystemClock, Unavailable
from yushan.services.accounts import CONSOLE, Accounts, Wish


def test_a_password_is_changed_with_the_present_one_and_other_sessions_end(tmp_path):
    site = make(tmp_path)
    account = site.accounts.by_user("researcher")
    elsewhere = site.accounts.open_session(account)
    token = site.accounts.issue_token(account, "nightly", 7)
    enter(site, "researcher")
    wrong = post(site, "/account/password", present=OTHER, fresh=OTHER)
    assert (wrong.status_code, "accounts.wrong" in wrong.text) == (422, True)
    assert OTHER not in wrong.text
    done = post(site, "/account/password", present=PASSWORD, fresh=OTHER)
    assert done.headers["location"] == "/account"
    assert here(site).user == "researcher"
    assert site.accounts.by_session(elsewhere) is None
    assert site.accounts.by_token(token) is None
    assert site.accounts.authenticate("researcher", OTHER)


@pytest.mark.parametrize(("password", "code"), [
    ("short", "accounts.password-short"), ("qwerty123456", "accounts.password-common"),
    ("yushan-yushan-2026", "accounts.password-common"), ("x" * 300, "accounts.password-long"),
])  # fmt: skip
def test_common_breached_and_guessed_passwords_are_refused_where_they_are_set(
    tmp_path, password, code
):
    site = make(tmp_path)
    _, secret = site.accounts.invitations.invite(Wish("visitor"), CONSOLE)
    asked = post(site, f"/invitation/{secret}", user="lin", password=password)
    assert (asked.status_code, code in asked.text) == (422, True)
    enter(site, "researcher")
    changed = post(site, "/account/password", present=PASSWORD, fresh=password)
    assert (changed.status_code, code in changed.text) == (422, True)


def test_fields_for_passwords_are_masked_and_let_managers_and_paste_in(tmp_path):
    site = make(tmp_path)
    _, secret = site.accounts.invitations.invite(Wish("visitor"), CONSOLE)
    pages = [site.client.get(f"/invitation/{secret}").text, site.client.get("/sign-in").text]
    enter(site, "researcher")
    pages += [site.client.get(path).text for path in ("/account/password", "/confirm")]
    for page in pages:
        fields = re.findall(r"<input[^>]*name=\"(?:password|present|fresh)\"[^>]*>", page)
        assert fields
        for one in fields:
            assert 'type="password"' in one
            assert re.search(r'autocomplete="(current|new)-password"', one)
        assert "onpaste" not in page


def test_a_password_counts_exactly_as_it_was_typed(tmp_path):
    site = make(tmp_path)
    _, secret = site.accounts.invitations.invite(Wish("visitor"), CONSOLE)
    spaced = "  Quiet Lake  in Spring  "
    post(site, f"/invitation/{secret}", user="lin", password=spaced)
    leave(site)
    for wrong in (spaced.strip(), spaced.lower(), spaced[:-1]):
        assert enter(site, "lin", wrong).status_code == 422
    assert enter(site, "lin", spaced).status_code == 303


def test_a_house_has_no_account_until_somebody_makes_one(tmp_path):
    assert Accounts(make_database(tmp_path), SystemClock(), hasher=CHEAP).people() == ()


def test_without_the_second_factor_that_is_asked_for_nothing_opens(tmp_path):
    site = make(tmp_path, "everyone")
    answer = enter(site, "steward")
    assert answer.headers["location"] == "/account/second-factor"
    assert here(site).restricted
    assert site.client.get("/studies").status_code == 403
    assert site.client.get("/accounting").status_code == 403
    assert site.client.get("/account").status_code == 200
    post(site, "/account/second-factor/begin", "/account/second-factor")
    secret = re.search(r'class="free">(\w{32})<', site.client.get("/account/second-factor").text)
    code = pyotp.TOTP(secret.group(1)).at(site.clock.now())
    assert post(site, "/account/second-factor", code=code).headers["location"].endswith("recovery")
    assert site.client.get("/studies").status_code == 200


def test_no_way_in_goes_round_the_second_factor(tmp_path):
    site = make(tmp_path, "everyone")
    code = generator(site, "researcher")
    assert enter(site, "researcher").headers["location"].startswith("/sign-in/second")
    assert here(site) is None
    _, secret = site.accounts.invitations.reset(site.accounts.by_user("researcher"), "admin")
    answer = post(site, f"/invitation/{secret}", password=OTHER)
    assert answer.headers["location"].startswith("/sign-in/second")
    assert here(site) is None
    assert post(site, "/sign-in/second", code=code()).status_code == 303
    assert here(site).user == "researcher"


def test_a_code_by_time_works_once_at_the_door(tmp_path):
    site = make(tmp_path)
    code = generator(site, "researcher")
    enter(site, "researcher")
    once = code()
    assert post(site, "/sign-in/second", code=once).status_code == 303
    leave(site)
    enter(site, "researcher")
    again = post(site, "/sign-in/second", code=once)
    assert (again.status_code, "accounts.code-wrong" in again.text) == (422, True)
    assert here(site) is None


def test_after_five_wrong_codes_the_password_is_asked_again(tmp_path):
    site = make(tmp_path)
    code = generator(site, "researcher")
    enter(site, "researcher")
    page = site.client.get("/sign-in/second")
    for _ in range(5):
        data = {"csrf": csrf_of(page), "code": "000000"}
        assert site.client.post("/sign-in/second", data=data).status_code == 422
    data = {"csrf": csrf_of(page), "code": code()}
    assert site.client.post("/sign-in/second", data=data).status_code == 403
    assert here(site) is None


def test_the_step_to_the_second_factor_is_over_after_ten_minutes(tmp_path):
    site = make(tmp_path)
    generator(site, "researcher")
    enter(site, "researcher")
    site.clock.advance(600)
    answer = site.client.get("/sign-in/second")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=")


def test_a_link_is_random_works_once_and_is_over_in_time(tmp_path):
    site = make(tmp_path)
    link, secret = site.accounts.invitations.invite(Wish("visitor", days=1), CONSOLE)
    other = site.accounts.invitations.invite(Wish("visitor"), CONSOLE)[1]
    assert len(secret) >= 43
    assert secret != other
    assert link.expires - link.created == timedelta(days=1)
    assert post(site, f"/invitation/{secret}", user="lin", password=OTHER).status_code == 303
    leave(site)
    answer = site.client.get(f"/invitation/{secret}")
    assert (answer.status_code, "accounts.link-over" in answer.text) == (404, True)
    site.clock.advance(7 * 86400)
    assert site.client.get(f"/invitation/{other}").status_code == 404


def test_whoever_manages_accounts_starts_a_reset_and_never_learns_a_password(tmp_path):
    site = make(tmp_path)
    enter(site, "administrator")
    person = site.accounts.by_user("researcher")
    page = f"/people/{person.id}"
    assert 'type="password"' not in site.client.get(page).text
    shown = post(site, f"{page}/reset", page)
    secret = re.search(r"/invitation/([\w-]+)", shown.text).group(1)
    assert secret not in site.client.get("/people").text
    leave(site)
    post(site, f"/invitation/{secret}", password=OTHER)
    assert here(site).user == "researcher"


def test_lost_factors_are_taken_away_only_after_a_proof_of_who_does_it(tmp_path):
    site = make(tmp_path)
    generator(site, "researcher")
    person = site.accounts.by_user("researcher")
    enter(site, "administrator")
    site.clock.advance(601)
    away = post(site, f"/people/{person.id}/factors", "/account")
    assert away.headers["location"].startswith("/confirm")
    assert len(site.accounts.factors.of(person.id)) == 1
    post(site, "/confirm", password=PASSWORD)
    post(site, f"/people/{person.id}/factors", f"/people/{person.id}")
    assert site.accounts.factors.of(person.id) == ()


def test_challenges_for_passkeys_are_long_and_never_the_same(tmp_path):
    site = make(tmp_path)
    found = [site.accounts.passkeys.begin_use("localhost")[1] for _ in range(20)]
    challenges = {one["publicKey"]["challenge"] for one in found}
    assert len(challenges) == 20
    assert min(map(len, challenges)) >= 43
    assert found[0]["publicKey"]["userVerification"] == "required"


def test_passkeys_are_for_a_name_over_tls_and_what_is_made_up_proves_nothing(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    refused = post(site, "/account/passkeys/begin", "/account")
    assert refused.status_code == 404
    for answer in ("", "[]", "nonsense"):
        secret, _ = site.accounts.passkeys.begin_use("localhost")
        with pytest.raises(Rejected):
            site.accounts.passkeys.finish_use("localhost", secret, answer)
    for answer in ("{}", '{"id": "x", "rawId": "eA", "response": {}, "type": "public-key"}'):
        secret, _ = site.accounts.passkeys.begin_use("localhost")
        with pytest.raises(Forbidden):
            site.accounts.passkeys.finish_use("localhost", secret, answer)


def test_tries_and_changes_are_told_to_the_ledger_without_names(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher", OTHER)
    enter(site, "researcher")
    post(site, "/account/password", present=PASSWORD, fresh=OTHER)
    leave(site)
    entries = [entry for entry in site.ledger.entries() if entry.kind.startswith("account.")]
    kinds = {entry.kind for entry in entries}
    assert {"account.signed-in", "account.sign-in-failed", "account.password-changed",
            "account.signed-out"} <= kinds  # fmt: skip
    assert "researcher" not in {str(entry.facts.get("name")) for entry in entries}
    assert secret_of(site) not in repr(entries) or not secret_of(site)


def test_strangers_cannot_make_us_keep_more_than_a_bound(tmp_path):
    site = make(tmp_path)
    site.client.base_url = "http://localhost"
    page = site.client.get("/sign-in")
    data = {"csrf": csrf_of(page)}
    answers = [site.client.post("/sign-in/passkey/begin", data=data) for _ in range(61)]
    assert {one.status_code for one in answers[:60]} == {200}
    assert answers[60].status_code == 503


def test_somebody_who_was_here_before_gets_in_while_others_guess(tmp_path):
    site = make(tmp_path)
    enter(site, "researcher")
    leave(site)
    for _ in range(11):
        with contextlib.suppress(Forbidden, Unavailable):
            site.accounts.authenticate("researcher", OTHER, "198.51.100.7")
    assert enter(site, "researcher").status_code == 303
    leave(site)
    site.client.cookies.clear()
    assert enter(site, "researcher").status_code == 503
