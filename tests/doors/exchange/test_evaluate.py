"""Key holders and the consent office over HTTP, in process and on loopback."""

from __future__ import annotations

import socket
from base64 import b64decode, b64encode
from contextlib import contextmanager
from hashlib import sha256
from threading import Thread
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.databases import make_database
from tests.unit.consent.offices import PERSON, Scene, stop
from tests.unit.linkage.parties import PUBLIC, Parties

from yushan.base import Forbidden, Unavailable, YushanError, problem
from yushan.domain.packs import envelope_aad
from yushan.doors.exchange import holder_routes, office_routes
from yushan.engines.keys import PAIR_SIZE, blind
from yushan.engines.net import Peer
from yushan.services.consent import ConsentClient, PeerOffice
from yushan.services.linkage import BATCH, LinkageClient, PeerEvaluator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send

    from yushan.engines.database import Database

SITES = {"token-a": "site-a", "token-b": "site-b"}
ELEMENT = blind(b"person").element


class BySite:
    """Sets ``request.state.site`` from the bearer token."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            said = dict(scope["headers"]).get(b"authorization", b"").decode()
            scope.setdefault("state", {})["site"] = SITES.get(said.removeprefix("Bearer "))
        await self.app(scope, receive, send)


async def refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, YushanError)
    body = msgspec.json.encode(problem(error, "en"))
    return Response(body, error.status, media_type="application/problem+json")


def application(routes: Sequence[Route]) -> Starlette:
    return Starlette(
        routes=list(routes),
        middleware=[Middleware(BySite)],
        exception_handlers={YushanError: refuse},
    )


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Database]:
    database = make_database(
        tmp_path / "role.db", "services.linkage", "services.consent", "services.ledger"
    )
    yield database
    database.dispose()


def holder_at(base: Database, **settings: int) -> TestClient:
    return TestClient(application(holder_routes(Parties(base, **settings).holder(2))))


def office_at(base: Database) -> TestClient:
    return TestClient(application(office_routes(Scene(base).office)))


def ask(client: TestClient, body: Any, token: str = "token-a") -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return client.post("/exchange/v1/evaluate", content=content, headers=headers)


def question(site: str = "site-a", count: int = 1) -> dict[str, Any]:
    return {"site": site, "blinded": [b64encode(ELEMENT).decode()] * count}


def test_a_key_holder_answers_by_index_with_a_part_per_element(base: Database) -> None:
    reply = ask(holder_at(base), question(count=3))
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json()["index"] == 2
    parts = msgspec.json.decode(reply.content)["parts"]
    assert [len(msgspec.convert(part, bytes)) for part in parts] == [PAIR_SIZE] * 3


def test_the_office_answers_alone_with_proofs(base: Database) -> None:
    reply = ask(office_at(base), question(count=2))
    assert reply.status_code == 200
    assert reply.json()["index"] == 0
    assert [len(msgspec.convert(part, bytes)) for part in reply.json()["parts"]] == [96, 96]


@pytest.mark.parametrize("token", ["", "token-x"])
def test_who_has_no_token_of_a_site_gets_nothing(base: Database, token: str) -> None:
    for client in (holder_at(base), office_at(base)):
        reply = ask(client, question(), token)
        assert (reply.status_code, reply.json()["code"]) == (403, "linkage.site-unknown")
    listed = office_at(base).get("/exchange/v1/opt-outs", headers={"Authorization": token})
    assert listed.status_code == 403


def test_a_site_cannot_ask_in_anothers_name(base: Database) -> None:
    for client in (holder_at(base), office_at(base)):
        reply = ask(client, question("site-b"))
        assert (reply.status_code, reply.json()["code"]) == (403, "linkage.site-mismatch")


BROKEN = {
    "empty": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "unknown field": msgspec.json.encode({**question(), "more": 1}),
    "no site": msgspec.json.encode({"blinded": []}),
    "nothing asked": msgspec.json.encode({"site": "site-a", "blinded": []}),
    "too many": msgspec.json.encode(question(count=BATCH + 1)),
    "no base64": msgspec.json.encode({"site": "site-a", "blinded": ["%"]}),
    "text": msgspec.json.encode({"site": "site-a", "blinded": "x"}),
    "deep": b"[" * 5000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_question_is_refused(base: Database, body: bytes) -> None:
    for client in (holder_at(base), office_at(base)):
        reply = ask(client, body)
        assert (reply.status_code, reply.json()["code"]) == (400, "linkage.request-malformed")


def test_a_question_without_end_is_not_read_to_its_end(base: Database) -> None:
    reply = ask(holder_at(base), b" " * (16 * 1024 + 1))
    assert (reply.status_code, reply.json()["code"]) == (400, "linkage.request-too-large")


def test_a_full_batch_fits_the_bound(base: Database) -> None:
    assert len(ask(office_at(base), question(count=BATCH)).json()["parts"]) == BATCH


def test_what_is_no_element_is_refused(base: Database) -> None:
    body = {"site": "site-a", "blinded": [b64encode(bytes(32)).decode()]}
    reply = ask(holder_at(base), body)
    assert (reply.status_code, reply.json()["code"]) == (400, "keys.element-invalid")


def test_a_used_up_quota_is_try_again_later(base: Database) -> None:
    client = holder_at(base, daily_limit=1)
    assert ask(client, question()).status_code == 200
    reply = ask(client, question())
    assert (reply.status_code, reply.json()["code"]) == (503, "linkage.quota")


def test_the_list_is_sent_whole_or_as_a_stamp(base: Database) -> None:
    client, headers = office_at(base), {"Authorization": "Bearer token-a"}
    whole = client.get("/exchange/v1/opt-outs", headers=headers)
    digest = sha256(b64decode(whole.json()["entries"])).hexdigest()
    stamp = client.get(f"/exchange/v1/opt-outs?known={digest}", headers=headers)
    assert (stamp.status_code, stamp.json()["entries"]) == (200, None)
    for wrong in ("", "x", digest.upper() + "0"):
        refused = client.get(f"/exchange/v1/opt-outs?known={wrong}", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "linkage.request-malformed")


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """A real server on loopback; connections wait in the backlog until it is up."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def test_a_gateway_links_over_http_and_a_lost_holder_does_not_matter(base: Database) -> None:
    parties = Parties(base)
    aad = envelope_aad("site-a", "A" * 16)
    first, third = (application(holder_routes(parties.holder(index))) for index in (1, 3))
    with served(first) as one, served(third) as three:
        peers = [
            Peer(one, token="token-a"),
            Peer("http://127.0.0.1:9"),
            Peer(three, token="token-a"),
        ]
        holders = [PeerEvaluator(peer, "site-a", timeout_s=5) for peer in peers]
        client = LinkageClient(holders, PUBLIC, parties.dealt.public)
        envelope = client.envelope("A123456789", 7, None, aad)
        assert parties.commons().subject(envelope, aad) == parties.commons().subject(
            parties.client().envelope("A123456789", 7, None, aad), aad
        )
        with pytest.raises(Forbidden, match=r"linkage\.site-mismatch"):
            PeerEvaluator(peers[0], "site-b").evaluate([ELEMENT])
        for peer in peers:
            peer.close()


def test_a_gateway_learns_over_http_who_left(base: Database) -> None:
    scene = Scene(base)
    scene.office.record(PERSON, stop())
    with served(application(office_routes(scene.office))) as url:
        peer = Peer(url, token="token-a")
        client = ConsentClient(
            PeerOffice(peer, "site-a"), scene.clock, 3600, scene.office.public, "site-a"
        )
        token = client.token(PERSON)
        assert client.check(token, "CT") == "opted-out"
        assert client.check(client.token("B123456780"), "CT") == "allowed"
        scene.clock.advance(61)
        assert client.check(token, "CT") == "opted-out"
        peer.close()
    gone = Peer(url)
    stranger = ConsentClient(
        PeerOffice(gone, "site-a"), scene.clock, 3600, scene.office.public, "site-a"
    )
    with pytest.raises(Unavailable, match=r"consent\.office-unreachable"):
        stranger.check(token, "CT")
    gone.close()
