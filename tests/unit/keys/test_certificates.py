from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from yushan.engines.keys import Authority

if TYPE_CHECKING:
    from pathlib import Path


def server_context(folder: Path, authority: Authority) -> ssl.SSLContext:
    certificate, key = authority.issue("gateway", ("127.0.0.1",))
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def shake(server: ssl.SSLContext, client: ssl.SSLContext) -> str | None:
    left, right = socket.socketpair()

    def answer() -> None:
        try:
            server.wrap_socket(right, server_side=True).close()
        except OSError:
            right.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with client.wrap_socket(left, server_hostname="127.0.0.1") as talk:
            return talk.version()
    finally:
        left.close()
        thread.join()


def test_whoever_knows_the_authority_trusts_its_certificates(tmp_path: Path) -> None:
    authority = Authority("demo", datetime.now(UTC))
    trusting = ssl.create_default_context(cadata=authority.certificate.decode())
    assert shake(server_context(tmp_path, authority), trusting) == "TLSv1.3"


def test_whoever_knows_another_authority_does_not(tmp_path: Path) -> None:
    authority, other = (Authority(name, datetime.now(UTC)) for name in ("one", "two"))
    wary = ssl.create_default_context(cadata=other.certificate.decode())
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(server_context(tmp_path, authority), wary)
