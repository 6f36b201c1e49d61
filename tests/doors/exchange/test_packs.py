"""Packs over HTTP: what a site may do, what it is told, what others see of it."""

from __future__ import annotations

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.unit.archive.making import make_house, make_manifest
from tests.unit.packs.packing import make_pack

from yushan.base import YushanError, problem
from yushan.domain.packs import PackState
from yushan.doors.exchange import pack_routes

SUMMARY, DATA = make_pack(b"one" * 100, b"two" * 50)
HERE = f"/exchange/v1/packs/{SUMMARY.pack}"


class BySite:
    """Sets ``request.state.site`` from the bearer token, which is the site's name here."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            said = dict(scope["headers"]).get(b"authorization", b"").decode()
            scope.setdefault("state", {})["site"] = said.removeprefix("Bearer ") or None
        await self.app(scope, receive, send)


async def refuse(_request, error):
    body = msgspec.json.encode(problem(error, "en"))
    return Response(body, error.status, media_type="application/problem+json")


def commons(database, folder):
    """The door, its house, and how often admission was woken."""
    house, woken = make_house(database, folder), []
    app = Starlette(
        routes=pack_routes(house.uploads, lambda: woken.append(1)),
        middleware=[Middleware(BySite)],
        exception_handlers={YushanError: refuse},
    )
    return TestClient(app), house, woken


def north(name="north"):
    return {"Authorization": f"Bearer {name}"}


def state_of(answer):
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=PackState)


def offer(client, site="north", **changes):
    body = msgspec.json.encode(make_manifest(DATA, site, **changes))
    return client.post("/exchange/v1/packs", content=body, headers=north(site))


def test_a_site_hands_over_a_pack_and_gets_its_receipt(database, tmp_path):
    client, _, woken = commons(database, tmp_path)
    assert state_of(offer(client)).offset == 0
    first = client.put(f"{HERE}?offset=0", content=DATA[:100], headers=north())
    assert state_of(first).offset == 100
    wrong = client.put(f"{HERE}?offset=0", content=DATA[:100], headers=north())
    assert (wrong.status_code, wrong.json()["facts"]["offset"]) == (409, 100)
    early = client.post(f"{HERE}/seal", headers=north())
    assert (early.status_code, early.json()["code"]) == (409, "archive.incomplete")
    client.put(f"{HERE}?offset=100", content=DATA[100:], headers=north())
    sealed = state_of(client.post(f"{HERE}/seal", headers=north()))
    assert (sealed.state, sealed.receipt.instances) == ("received", 2)
    assert state_of(client.get(HERE, headers=north())) == sealed
    assert woken == [1]


def test_what_is_not_the_sites_own_is_absent(database, tmp_path):
    client, _, _ = commons(database, tmp_path)
    offer(client)
    calls = (("GET", HERE), ("PUT", f"{HERE}?offset=0"), ("POST", f"{HERE}/seal"))
    for method, path in calls:
        others = client.request(method, path, headers=north("south"))
        nothing = client.request(method, path.replace(SUMMARY.pack, "0" * 64), headers=north())
        strange = client.request(method, path.replace(SUMMARY.pack, "..%2f"), headers=north())
        assert {others.status_code, nothing.status_code, strange.status_code} == {404}
    assert offer(client, "south").status_code == 200
    body = msgspec.json.encode(make_manifest(DATA, "north"))
    claimed = client.post("/exchange/v1/packs", content=body, headers=north("south"))
    assert (claimed.status_code, claimed.json()["code"]) == (403, "archive.other-site")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/exchange/v1/packs"),
        ("GET", HERE),
        ("PUT", f"{HERE}?offset=0"),
        ("POST", f"{HERE}/seal"),
    ],
)
def test_nobody_without_a_site_is_heard(database, tmp_path, method, path):
    client, _, _ = commons(database, tmp_path)
    answer = client.request(method, path, content=b"{}" if method != "GET" else None)
    assert (answer.status_code, answer.json()["code"]) == (403, "exchange.site-unknown")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"pack":1}'])
def test_an_unreadable_manifest_is_refused(database, tmp_path, body):
    client, _, _ = commons(database, tmp_path)
    answer = client.post("/exchange/v1/packs", content=body, headers=north())
    assert (answer.status_code, answer.json()["code"]) == (400, "exchange.manifest-malformed")


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3", "9" * 16, "٣"])
def test_a_piece_without_a_place_is_refused(database, tmp_path, offset):
    client, _, _ = commons(database, tmp_path)
    offer(client)
    answer = client.put(HERE, params={"offset": offset}, content=b"x", headers=north())
    assert (answer.status_code, answer.json()["code"]) == (400, "exchange.offset-malformed")


def test_a_body_is_read_no_further_than_its_bound(database, tmp_path):
    client, house, _ = commons(database, tmp_path)
    offer(client)
    sent = []

    def endless():
        while len(sent) < 1000:
            sent.append(1)
            yield bytes(1 << 20)

    answer = client.put(f"{HERE}?offset=0", content=endless(), headers=north())
    assert (answer.status_code, answer.json()["code"]) == (400, "exchange.too-large")
    assert house.uploads.state("north", SUMMARY.pack).offset == 0
    large = client.post("/exchange/v1/packs", content=bytes(70_000), headers=north())
    assert large.json()["code"] == "exchange.too-large"


def test_other_bytes_are_refused_at_the_seal_and_may_come_again(database, tmp_path):
    client, _, woken = commons(database, tmp_path)
    offer(client)
    client.put(f"{HERE}?offset=0", content=bytes(len(DATA)), headers=north())
    sealed = client.post(f"{HERE}/seal", headers=north())
    assert (sealed.status_code, sealed.json()["code"]) == (400, "archive.wrong-hash")
    assert state_of(client.get(HERE, headers=north())).state == "refused"
    assert woken == []
    assert state_of(offer(client)).offset == 0
    client.put(f"{HERE}?offset=0", content=DATA, headers=north())
    assert state_of(client.post(f"{HERE}/seal", headers=north())).state == "received"
