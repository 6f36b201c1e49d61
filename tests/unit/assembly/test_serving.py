"""A role on the wire: bounds of time, size and number, TLS, certificates, drain."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient
from tests.unit.assembly.small import TOKEN, Small, up

from yushan.assembly import serve
from yushan.assembly.certificates import CertificateActs
from yushan.assembly.standing import Standing
from yushan.assembly.web import application
from yushan.base import Conflict, Rejected, Unavailable
from yushan.engines.database import Database
from yushan.engines.net import Peer, server_tls

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[list[Small]]:
    """Roles that a test starts; all are stopped."""
    running: list[Small] = []
    yield running
    for one in running:
        one.stop()


def answer(line: socket.socket) -> bytes:
    """Everything until the other side closes."""
    got = b""
    while chunk := line.recv(65536):
        got += chunk
    line.close()
    return got


HEAD = b"POST /exchange/v1/echo HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b"408"),
        (b"GET /who HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"408"),
        (HEAD + b"Content-Length: 100\r\n\r\nonly this", b"408"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", b"408"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 33000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 120 + b"\r\n", b"431"),
        (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
    ],
)
def test_whoever_exceeds_a_bound_is_answered_and_cut(
    served: list[Small], tmp_path: Path, sent: bytes, status: bytes
) -> None:
    role = up(served, tmp_path, header_s=0.3, body_s=0.3)
    said = answer(role.raw(sent))
    assert not said or said.startswith(b"HTTP/1.1 " + status)
    assert said or status == b"408"  # a request that is being read is cut without an answer
    assert httpx.get(f"{role.url()}/who", trust_env=False).status_code == 200


def test_one_address_holds_so_many_connections_and_no_more(
    served: list[Small], tmp_path: Path
) -> None:
    role = up(served, tmp_path, per_address=3, header_s=5.0)
    lines = [role.raw() for _ in range(3)]
    time.sleep(0.1)
    said = answer(role.raw())
    assert said.startswith(b"HTTP/1.1 503")
    assert b"Retry-After" in said
    for line in lines:
        line.close()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if httpx.get(f"{role.url()}/who", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    pytest.fail("closed connections are still counted")


def test_more_requests_than_are_answered_at_once_are_sent_away_until_there_is_room(
    served: list[Small], tmp_path: Path
) -> None:
    role = up(served, tmp_path, at_once=1)
    line = role.raw(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert role.began.wait(10)
    said = answer(role.raw(b"GET /who HTTP/1.1\r\nHost: x\r\n\r\n"))
    assert said.startswith(b"HTTP/1.1 503")
    assert b"Retry-After" in said
    role.go.set()
    assert b"last" in answer(line)
    assert httpx.get(f"{role.url()}/who", trust_env=False).status_code == 200


def test_what_is_being_answered_when_the_role_is_told_to_stop_is_answered_whole(
    served: list[Small], tmp_path: Path
) -> None:
    role = up(served, tmp_path, drain_s=10.0)
    line = role.raw(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    assert role.began.wait(10)
    role.server.should_exit = True
    time.sleep(0.3)
    role.go.set()
    assert b"last" in answer(line)
    role.thread.join(10)
    assert not role.thread.is_alive()


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a foreign one, and certificates by the product's own command."""
    folder, acts = tmp_path_factory.mktemp("pki"), CertificateActs()
    for name in ("ours", "foreign"):
        acts.authority(folder / name, name)
    for name in ("centre", "north", "south"):
        acts.issue(folder / "ours", name, ("127.0.0.1", "localhost"), folder / "out", 30)
    acts.issue(folder / "foreign", "north", ("127.0.0.1",), folder / "out-foreign", 30)
    return folder


def mutual(served: list[Small], tmp_path: Path, pki: Path) -> Small:
    out = pki / "out"
    return up(
        served, tmp_path, certificate=str(out / "centre.pem"), key=str(out / "centre.key"),
        client_ca=str(pki / "ours" / "authority.pem"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "name", "code"),
    [
        ("out", "north", ""),
        ("out", "south", "assembly.certificate-foreign"),
        ("", "", "assembly.certificate-needed"),
    ],
)
def test_between_roles_a_certificate_of_the_pinned_authority_is_asked_for(
    served: list[Small], tmp_path: Path, pki: Path, folder: str, name: str, code: str
) -> None:
    role = mutual(served, tmp_path, pki)
    shown = (str(pki / folder / f"{name}.pem"), str(pki / folder / f"{name}.key"))
    peer = Peer(
        role.url(), token=TOKEN, ca=str(pki / "ours" / "authority.pem"),
        certificate=shown if name else None,
    )  # fmt: skip
    reply = peer.call("POST", "/exchange/v1/echo", body=b"x" * 10)
    if code:
        assert reply.status == 403
        assert code.encode() in reply.body
    else:
        assert reply.body == b"north 10"
    assert peer.call("GET", "/who").status == 200  # pages need none
    assert "max-age=31536000" in peer.call("GET", "/who").headers["strict-transport-security"]
    peer.close()


def test_foreign_authorities_and_old_protocols_are_refused_on_both_sides(
    served: list[Small], tmp_path: Path, pki: Path
) -> None:
    role = mutual(served, tmp_path, pki)
    ours, foreign = (str(pki / name / "authority.pem") for name in ("ours", "foreign"))
    shown = (str(pki / "out-foreign" / "north.pem"), str(pki / "out-foreign" / "north.key"))
    for peer in (
        Peer(role.url(), ca=foreign),
        Peer(role.url(), ca=ours, certificate=shown),
        Peer(role.url()),
    ):
        with pytest.raises(Unavailable, match=r"net\.unreachable"):
            peer.call("GET", "/who")
        peer.close()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError, match=r"(?i)ssl|reset|version"), role.raw() as line:
        old.wrap_socket(line)


def test_a_renewed_certificate_holds_without_a_restart_and_a_broken_one_does_not(
    served: list[Small], tmp_path: Path, pki: Path
) -> None:
    acts, out = CertificateActs(), tmp_path / "own"
    acts.issue(pki / "ours", "centre", ("127.0.0.1",), out, 30)
    role = up(served, tmp_path, certificate=str(out / "centre.pem"), key=str(out / "centre.key"))

    def serial() -> str:
        context = ssl.create_default_context(cafile=str(pki / "ours" / "authority.pem"))
        with context.wrap_socket(role.raw(), server_hostname="127.0.0.1") as line:
            return str(line.getpeercert()["serialNumber"])  # type: ignore[index]

    first = serial()
    assert role.tls is not None
    assert not role.tls.renew()
    (out / "centre.pem").write_text("no certificate")
    assert not role.tls.renew()
    assert serial() == first
    acts.issue(pki / "ours", "centre", ("127.0.0.1",), out, 30)
    assert role.tls.renew()
    assert serial() != first


def test_certificates_are_issued_shown_and_never_made_twice(pki: Path) -> None:
    acts = CertificateActs()
    found = acts.show([pki / "out" / "north.pem", pki / "ours" / "authority.pem"])
    assert found["well"]
    told = found["certificates"][str(pki / "out" / "north.pem")]
    assert (told["names"], round(told["days_left"])) == (["localhost", "north"], 30)
    with pytest.raises(Conflict, match=r"keys\.secret-exists"):
        acts.authority(pki / "ours", "again")
    assert (pki / "out" / "north.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Rejected, match=r"net\.certificate-unusable"):
        server_tls(str(pki / "out" / "north.pem"), str(pki / "out" / "south.key"))


@pytest.mark.parametrize(
    ("proxies", "headers", "told"),
    [
        ((), {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}, "http 127.0.0.1"),
        (("127.0.0.0/8",), {}, "http 127.0.0.1"),
        (
            ("127.0.0.0/8",),
            {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https"},
            "https 203.0.113.9",
        ),
        (
            ("127.0.0.0/8", "203.0.113.0/24"),
            {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"},
            "http 198.51.100.1",
        ),
    ],
)
def test_only_named_proxies_are_believed(
    tmp_path: Path, proxies: tuple[str, ...], headers: dict[str, str], told: str
) -> None:
    role = Small(tmp_path, proxies=proxies)
    client = TestClient(role.app, client=("127.0.0.1", 5))
    assert client.get("/who", headers=headers).text == told
    role.door.close()


def test_a_certificate_told_by_a_proxy_counts_and_by_anybody_else_does_not(
    tmp_path: Path, pki: Path
) -> None:
    from urllib.parse import quote

    shown = quote((pki / "out" / "north.pem").read_text())
    headers = {
        "Authorization": f"Bearer {TOKEN}", "X-Client-Cert": shown, "X-Client-Verify": "SUCCESS",
    }  # fmt: skip
    for client, status in (("127.0.0.1", 200), ("203.0.113.9", 403)):
        role = Small(
            tmp_path, proxies=("127.0.0.1/32",), client_ca=str(pki / "ours" / "authority.pem")
        )
        got = TestClient(role.app, client=(client, 5)).get("/exchange/v1/echo", headers=headers)
        assert got.status_code == status
        role.door.close()


def test_a_copy_that_only_reads_refuses_to_change_anything(tmp_path: Path) -> None:
    from msgspec import structs

    role = Small(tmp_path)
    settings = structs.replace(role.settings, read_only=True)
    app = application(
        [Route("/who", role.who, methods=["GET", "POST"])],
        standing=Standing(settings, Database("sqlite://")),
    )
    client = TestClient(app, client=("127.0.0.1", 5))
    assert client.get("/who").status_code == 200
    refused = client.post("/who")
    assert (refused.status_code, refused.json()["code"]) == (403, "assembly.read-only")
    role.door.close()


def test_a_folder_is_held_by_one_process_at_a_time(tmp_path: Path) -> None:
    role = Small(tmp_path)
    with (
        serve.held_alone(role.settings),
        pytest.raises(Conflict, match=r"assembly\.folder-in-use"),
        serve.held_alone(role.settings),
    ):
        pass
    with serve.held_alone(role.settings):
        pass
    role.door.close()


def test_a_body_over_the_bound_is_refused_by_its_size_declared_or_not(
    served: list[Small], tmp_path: Path
) -> None:
    role = up(served, tmp_path)

    def parts() -> Iterator[bytes]:
        yield from [b"x" * (1 << 20)] * 12

    for content in (b"x" * (12 << 20), parts()):
        got = httpx.post(f"{role.url()}/exchange/v1/echo", content=content, trust_env=False)
        assert (got.status_code, got.json()["code"]) == (413, "assembly.body-too-large")


def test_clocks_of_peers_are_compared() -> None:
    from yushan.engines.net.peer import offset_s

    now = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC).timestamp()
    for date, off in (
        ("Thu, 01 Jan 2026 12:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 11:50:00 GMT", 599.0),
        ("Thu, 01 Jan 2026 12:10:00 GMT", -600.0),
        ("yesterday", None),
        (None, None),
    ):
        assert offset_s(date, now) == off
