"""People in a real browser: passkeys, second factors, invitations, purpose, two persons."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyotp
import pytest

from tests.doors.portal.making import PASSWORD, make_commons
from tests.journeys.axe import violations
from tests.journeys.conftest import Served
from yushan.base import EVERYTHING, SystemClock

pytestmark = pytest.mark.peer


@dataclass
class Town:
    """A commons of our own on the name *localhost*, where browsers allow passkeys."""

    url: str
    accounts: object


@pytest.fixture
def town(tmp_path):
    site = make_commons(tmp_path, clock=SystemClock())
    served = Served(site.app)
    yield Town(served.url.replace("127.0.0.1", "localhost"), site.accounts)
    served.stop()


def authenticator(visitor):
    """A platform authenticator in the browser, by the DevTools protocol."""
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("WebAuthn.enable")
    made = line.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    return line, made["authenticatorId"]


def sign_in(page, town, user):
    page.goto(f"{town.url}/sign-in")
    page.fill("#user", user)
    page.fill("#password", PASSWORD)
    page.locator('main form[action="/sign-in"] button').click()
    page.wait_for_load_state()


def arrived(page):
    """Past the forms, at whatever is this role's home."""
    page.wait_for_url(lambda url: not any(one in url for one in ("sign-in", "invitation")))


def sign_out(page):
    page.locator('form[action="/sign-out"] button').click()
    page.wait_for_load_state()


def test_a_passkey_is_made_used_and_of_no_use_to_another(visitors, town):
    visitor = visitors(language="en")
    page = visitor.page
    line, authenticator_id = authenticator(visitor)
    sign_in(page, town, "steward")
    page.goto(f"{town.url}/account/second-factor")
    page.fill("#key-name", "laptop")
    page.locator('form[data-passkey="create"] button').click()
    page.wait_for_url("**/account/recovery")
    made = line.send("WebAuthn.getCredentials", {"authenticatorId": authenticator_id})
    assert [one["rpId"] for one in made["credentials"]] == ["localhost"]
    page.goto(f"{town.url}/account")
    assert page.locator("text=laptop").is_visible()
    sign_out(page)
    page.goto(f"{town.url}/sign-in")
    page.locator('form[data-passkey="get"] button').click()
    arrived(page)
    steward = town.accounts.by_user("steward")
    assert town.accounts.sessions.of(steward)[0].how == "passkey"
    sign_out(page)
    # the password alone leads no further than the second factor, and a passkey opens it
    sign_in(page, town, "steward")
    assert "/sign-in/second" in page.url
    page.locator('form[data-passkey="get"] button').click()
    arrived(page)
    # a copy of the authenticator is found out: its counter has gone back
    line.send("WebAuthn.removeCredential", {
        "authenticatorId": authenticator_id,
        "credentialId": made["credentials"][0]["credentialId"],
    })  # fmt: skip
    copy = made["credentials"][0] | {"signCount": 0}
    line.send("WebAuthn.addCredential", {"authenticatorId": authenticator_id, "credential": copy})
    sign_out(page)
    page.goto(f"{town.url}/sign-in")
    visitor.expected.add(403)
    page.locator('form[data-passkey="get"] button').click()
    page.wait_for_selector("text=accounts.passkey-wrong")
    assert violations(page) == []


def test_an_invited_person_sets_up_an_app_and_signs_in_with_its_codes(visitors, town):
    visitor = visitors(language="en")
    page = visitor.page
    sign_in(page, town, "administrator")
    page.goto(f"{town.url}/people/invite")
    page.select_option("#role", "researcher")
    page.check('input[name="site-hospital-b"]')
    page.fill("#note", "Team 7")
    page.locator('form[action="/people/invite"] button').click()
    link = page.locator("#link").inner_text()
    sign_out(page)
    page.goto(link)
    page.fill("#user", "lin")
    page.fill("#fresh", "a quiet lake in spring")
    page.locator("main form button").click()
    arrived(page)
    page.goto(f"{town.url}/account/second-factor")
    page.locator('form[action="/account/second-factor/begin"] button').click()
    assert page.locator(".qr svg").bounding_box()["width"] > 150
    assert violations(page) == []
    secret = page.locator("ol code").inner_text()
    page.fill("#code", pyotp.TOTP(secret).now())
    page.locator('form[action="/account/second-factor"] button').click()
    page.wait_for_url("**/account/recovery")
    page.locator("main form button").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 8
    sign_out(page)
    page.goto(f"{town.url}/sign-in")
    page.fill("#user", "lin")
    page.fill("#password", "a quiet lake in spring")
    page.locator('main form[action="/sign-in"] button').click()
    page.wait_for_url("**/sign-in/second*")
    assert violations(page) == []
    page.fill("#code", codes[0])
    page.locator('form[action="/sign-in/second"] button').click()
    arrived(page)
    assert town.accounts.by_user("lin").scope.sites == {"hospital-b"}


def test_the_pages_of_people_have_no_barrier_on_a_phone_in_the_dark(visitors, town):
    town.accounts.changes.set_role(town.accounts.by_user("visitor"), "steward", EVERYTHING, "x")
    visitor = visitors(language="zh-Hant", theme="dark", width=390)
    page = visitor.page
    sign_in(page, town, "administrator")
    other = town.accounts.by_user("clinician").id
    found = {}
    for path in ("/account", "/account/password", "/account/second-factor", "/account/recovery",
                 "/people", "/people/invite", f"/people/{other}", "/confirm"):  # fmt: skip
        page.goto(f"{town.url}{path}")
        wrong = violations(page)
        if visitor.overflow() > 0:
            wrong.append(f"scrolls sideways by {visitor.overflow()} px")
        if wrong:
            found[re.sub(other, "ID", path)] = wrong
        visitor.shoot(f"people{re.sub(other, 'one', path).replace('/', '-')}")
    assert found == {}


def test_before_a_session_ends_one_key_keeps_it(visitors, town):
    page = visitors(language="en").page
    page.clock.install()
    sign_in(page, town, "steward")
    warning = page.locator("#session-ends")
    assert not warning.is_visible()
    page.clock.fast_forward("01:58:30")
    warning.wait_for(state="visible")
    with page.expect_response("**/account/stay"):
        warning.locator("button").click()
    warning.wait_for(state="hidden")
