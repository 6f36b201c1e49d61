"""A provider tells that somebody left there: their sessions by it end here too."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from tests.doors.portal.making import make_client, make_commons

from yushan.doors.portal import House, commons_routes
from yushan.engines.oidc import Config, Provider

ISSUER, ADDRESS = "https://uni.example", "/sign-in/provider/uni/left"
EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}
KEY, OTHER = (ECKey.generate_key("P-256", {"kid": name}) for name in ("one", "two"))


class Known(Provider):
    """A provider whose keys are here; it is asked for nothing."""

    def load_keys(self):
        self.keys = KeySet([KEY])


def signed(claims, key=KEY):
    return jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)


def message(**changes):
    said = {"iss": ISSUER, "aud": "yushan", "iat": int(time.time()), "jti": "1", "events": EVENT,
            "sub": "alice"}  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value is not None}


@pytest.fixture
def site(tmp_path):
    made = make_commons(tmp_path)
    config = Config(issuer=ISSUER, client_id="yushan", client_secret="x", redirect="")
    house = House(key="uni", names={"zh-Hant": "大學", "en": "University"}, provider=Known(config))
    rooms = replace(made.rooms, houses=(house,))
    made.client = make_client(commons_routes(made.shell, rooms), made.shell, made.accounts)
    account = made.accounts.by_user("researcher")
    made.accounts.identities.link(account, ISSUER, "alice")
    made.by = {
        sid: made.accounts.sessions.open(
            account, "oidc", proof=f"uni {signed({'sub': 'alice', 'sid': sid})}"
        )
        for sid in ("desk", "phone")
    }
    made.by["password"] = made.accounts.sessions.open(account)
    return made


def still_in(site):
    return {name for name, secret in site.by.items() if site.accounts.by_session(secret)}


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, {"password"}),
        ({"sid": "desk"}, {"phone", "password"}),
        ({"sid": "desk", "sub": None}, {"phone", "password"}),
        ({"sid": "elsewhere"}, {"desk", "phone", "password"}),
        ({"sub": "bob"}, {"desk", "phone", "password"}),
        ({"aud": ["other", "yushan"]}, {"password"}),
    ],
)
def test_sessions_end_whose_person_or_session_the_provider_names(site, changes, left):
    answer = site.client.post(ADDRESS, data={"logout_token": signed(message(**changes))})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert still_in(site) == left


@pytest.mark.parametrize(
    "token",
    [
        "garbage",
        "",
        signed(message(), OTHER),
        signed(message(iss="https://other.example")),
        signed(message(aud="other")),
        signed(message(iat=int(time.time()) - 3600)),
        signed(message(iat="now")),
        signed(message(events=None)),
        signed(message(events={"other": {}})),
        signed(message(nonce="x")),
        signed(message(jti=None)),
        signed(message(sub=None)),
    ],
)
def test_what_the_provider_did_not_say_to_us_now_ends_nothing(site, token):
    answer = site.client.post(ADDRESS, data={"logout_token": token})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert still_in(site) == {"desk", "phone", "password"}


def test_nobody_else_is_asked(site):
    assert site.client.post("/sign-in/provider/other/left").status_code == 400
