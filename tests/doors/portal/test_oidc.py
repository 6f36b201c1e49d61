"""Signing in by a real identity provider: out, through its pages, back; what is not believed."""

import base64
import json
import re
import time
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient
from tests.doors.portal.making import (
    PASSWORD,
    csrf_of,
    make_client,
    make_commons,
)
from tests.doors.portal.oidc_provider.running import SECRET, as_person, running

from yushan.base import Forbidden, Unavailable
from yushan.doors.portal import House, commons_routes
from yushan.engines.oidc import Config, Proven, Provider

HOST = "http://127.0.0.1"
BACK = f"{HOST}/sign-in/provider/uni/back"
ROLES = {"keepers": "steward", "research": "researcher"}


@pytest.fixture(scope="module")
def issuer():
    with running(BACK, f"{HOST}/") as address:
        yield address


def config(issuer, **changes):
    values = {"issuer": issuer, "client_id": "yushan", "client_secret": SECRET, "redirect": BACK}
    return Config(**values | changes)


def make(tmp_path, issuer, **about):
    """A commons with the provider; its client."""
    site = make_commons(tmp_path)
    house = House(key="uni", names={"zh-Hant": "大學", "en": "University"}, roles=ROLES,
                  provider=Provider(config(issuer)), **about)  # fmt: skip
    rooms = replace(site.rooms, houses=(house,))
    site.client = make_client(commons_routes(site.shell, rooms), site.shell, site.accounts)
    site.client.headers["accept"] = "text/html"
    return site


def post(site, path, page, **data):
    return site.client.post(path, data={"csrf": csrf_of(site.client.get(page)), **data})


def begin(site, page="/sign-in", **data):
    """Press the button; where the page leads to."""
    answer = post(site, "/sign-in/provider", page, provider="uni", **data)
    assert answer.status_code == 200, answer.text
    return unescape(re.search(r"0;url=([^\"]+)", answer.text).group(1))


def come_back(site, address):
    """What our side answers to the browser that was sent back."""
    return site.client.get(address.removeprefix(HOST))


def in_as(site, name, **data):
    return come_back(site, as_person(begin(site, **data), name))


def here(site):
    return site.accounts.by_session(site.client.cookies.get(site.shell.place.session_cookie) or "")


@pytest.mark.peer
def test_the_address_asks_for_a_code_with_pkce_state_and_nonce(tmp_path, issuer):
    site = make(tmp_path, issuer)
    assert "大學" in site.client.get("/sign-in").text
    asked = dict(parse_qsl(urlsplit(begin(site)).query))
    assert (asked["response_type"], asked["scope"], asked["redirect_uri"]) == (
        "code",
        "openid",
        BACK,
    )
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43


@pytest.mark.peer
def test_claims_give_a_role_and_an_account_of_its_own(tmp_path, issuer):
    site = make(tmp_path, issuer)
    answer = in_as(site, "alice", next="/statistics")
    assert (answer.status_code, answer.headers["location"]) == (303, "/statistics")
    first = here(site)
    assert (first.role, first.how, first.scope.is_empty()) == ("researcher", "oidc", True)
    in_as(site, "alice")
    assert here(site).id == first.id
    in_as(site, "carol")
    assert here(site).role == "steward"
    assert here(site).id != first.id


@pytest.mark.peer
def test_somebody_whose_claims_give_nothing_is_told_so(tmp_path, issuer):
    site = make(tmp_path, issuer)
    answer = in_as(site, "bob")
    assert answer.status_code == 403
    assert "oidc.no-account" in answer.text
    assert here(site) is None


@pytest.mark.peer
def test_who_loses_the_group_loses_the_way_in(tmp_path, issuer):
    site = make(tmp_path, issuer)
    in_as(site, "alice")
    lost = site.accounts.identities.account(issuer, "alice")
    site.accounts.identities.follow(lost, "ministry")
    assert in_as(site, "alice").status_code == 303
    assert here(site).role == "researcher"


@pytest.mark.peer
def test_an_account_is_linked_and_then_opened_by_the_provider(tmp_path, issuer):
    site = make(tmp_path, issuer)
    post(site, "/sign-in", "/sign-in", user="ministry", password=PASSWORD)
    answer = in_as(site, "bob", page="/account", aim="link", next="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert issuer in site.client.get("/account").text
    post(site, "/sign-out", "/account")
    in_as(site, "bob")
    assert here(site).user == "ministry"
    found = site.accounts.identities.of(here(site).id)[0]
    post(site, "/account/identities/end", "/account", identity=found.id)
    assert site.accounts.identities.of(here(site).id) == ()


@pytest.mark.peer
def test_signing_out_ends_the_session_at_the_provider_too(tmp_path, issuer):
    site = make(tmp_path, issuer)
    in_as(site, "alice")
    answer = post(site, "/sign-out", "/account")
    leads = unescape(re.search(r"0;url=([^\"]+)", answer.text).group(1))
    asked = dict(parse_qsl(urlsplit(leads).query))
    assert leads.startswith(f"{issuer}/session/end?")
    assert asked["post_logout_redirect_uri"] == f"{HOST}/"
    assert here(site) is None


@pytest.mark.peer
def test_who_comes_by_a_provider_proves_again_there(tmp_path, issuer):
    site = make(tmp_path, issuer)
    in_as(site, "carol")
    site.clock.advance(700)
    assert (
        post(site, "/account/sessions/end", "/account", all="1")
        .headers["location"]
        .startswith("/confirm?next=")
    )
    page = site.client.get("/confirm?next=/account").text
    assert 'name="password"' not in page
    other = in_as(site, "alice", page="/confirm?next=/account", aim="confirm", next="/account")
    assert other.status_code == 403
    again = in_as(site, "carol", page="/confirm?next=/account", aim="confirm", next="/account")
    assert (again.status_code, again.headers["location"]) == (303, "/account")
    assert here(site).confirmed_at == site.clock.now()


@pytest.mark.peer
def test_our_own_second_factor_is_asked_unless_the_provider_asked_for_one(tmp_path, issuer):
    site = make(tmp_path, issuer)
    in_as(site, "alice")
    account = here(site)
    setup = site.accounts.factors.begin_totp(account, "Yushan")
    import pyotp

    code = pyotp.TOTP(setup.secret).at(site.clock.now())
    site.accounts.factors.finish_totp(account, code)
    assert in_as(site, "alice").headers["location"].startswith("/sign-in/second")
    house = House(key="x", names={}, provider=None, factor=frozenset({"mfa"}))
    for claims, said in (({"amr": ["pwd", "mfa"]}, True), ({"acr": "mfa"}, True),
                         ({"amr": ["pwd"]}, False), ({"amr": 7}, False), ({}, False)):  # fmt: skip
        assert house.has_factor(Proven(issuer, "x", claims, "")) is said


@pytest.mark.peer
@pytest.mark.parametrize(
    "how", ["twice", "other browser", "other state", "no code", "other issuer"]
)
def test_a_way_back_that_is_not_ours_opens_nothing(tmp_path, issuer, how):
    site = make(tmp_path, issuer)
    address = as_person(begin(site), "alice")
    if how == "twice":
        assert come_back(site, address).status_code == 303
        post(site, "/sign-out", "/account")
    elif how == "other browser":
        site.client = TestClient(site.client.app, base_url=HOST, follow_redirects=False)
    elif how == "other state":
        address = re.sub(r"state=[^&]+", "state=made-up", address)
    elif how == "no code":
        address = re.sub(r"code=[^&]+", "error=access_denied", address)
    else:
        address = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Felsewhere.example", address)
    assert come_back(site, address).status_code in {403, 401}
    assert here(site) is None


@pytest.mark.peer
def test_a_code_works_once_and_only_with_its_verifier(issuer):
    provider = Provider(config(issuer))
    for spoil in ("", "verifier", "nonce"):
        address, begun = provider.begin()
        came = dict(parse_qsl(urlsplit(as_person(address, "alice")).query))
        kept = begun if not spoil else begun.__class__(
            **{name: getattr(begun, name) for name in ("state", "nonce", "verifier")}
            | {spoil: "another one, but long enough to be taken for one 123"}
        )  # fmt: skip
        if not spoil:
            assert provider.finish(kept, came).subject == "alice"
        with pytest.raises(Forbidden) as refused:
            provider.finish(kept, came)
        assert refused.value.code == "oidc.not-believed"


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.peer
def test_tokens_that_the_provider_did_not_sign_for_us_now_are_not_believed(issuer):
    provider = Provider(config(issuer))
    address, begun = provider.begin()
    came = dict(parse_qsl(urlsplit(as_person(address, "alice")).query))
    good = provider.exchange(begun, came["code"])
    assert provider.proven(good, begun.nonce).subject == "alice"
    head, body, sign = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    kid = json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]
    forged = {
        "unsigned": f"{encoded({'alg': 'none'})}.{body}.",
        "other body": f"{head}.{encoded(claims | {'sub': 'carol'})}.{sign}",
        "shared secret": f"{encoded({'alg': 'HS256', 'kid': kid})}.{body}.{sign}",
        "no token": "garbage",
    }
    for token in forged.values():
        with pytest.raises(Forbidden):
            provider.proven(token, begun.nonce)
    for other in (
        Provider(config(issuer, client_id="somebody-else")),
        Provider(config(issuer), now=lambda: time.time() + 7200),
    ):
        with pytest.raises(Forbidden):
            other.proven(good, begun.nonce)


@pytest.mark.peer
@pytest.mark.parametrize(
    "wrong", ["http://localhost:{port}", "http://127.0.0.1:9", "https://127.0.0.1:{port}"]
)
def test_another_issuer_than_that_of_the_settings_is_unreachable(issuer, wrong):
    address = wrong.format(port=urlsplit(issuer).port)
    with pytest.raises(Unavailable) as refused:
        Provider(config(address)).begin()
    assert refused.value.code == "oidc.unreachable"


def test_plain_http_is_asked_on_this_machine_only():
    provider = Provider(config("http://127.0.0.1:1"))
    for address, allowed in (("http://127.0.0.1/x", True), ("http://10.0.0.1/x", False),
                             ("file:///etc/passwd", False), ("https://elsewhere.example", True),
                             ("", False), (None, False)):  # fmt: skip
        assert provider.asker.is_allowed(address) is allowed
    assert not Provider(config("https://a.example")).asker.is_allowed("http://127.0.0.1/x")


def test_a_secret_is_in_no_description():
    assert SECRET not in repr(config("https://a.example"))
