"""What a peer is made of before it is asked."""

from __future__ import annotations

import ssl

import pytest

from yushan.base import Unavailable
from yushan.engines.net import Peer


def context_of(peer: Peer) -> ssl.SSLContext:
    return peer.client._transport._pool._ssl_context  # type: ignore[attr-defined]


def test_a_peer_without_tls_reads_no_authorities_and_trusts_nobody() -> None:
    peer = Peer("http://127.0.0.1:1")
    assert context_of(peer).get_ca_certs() == []
    assert context_of(peer).verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(Unavailable, match=r"net\.unreachable"):
        peer.call("GET", "/health", timeout_s=2)
    peer.close()


def test_a_peer_with_tls_trusts_the_authorities_of_the_system() -> None:
    peer = Peer("https://127.0.0.1:1")
    assert len(context_of(peer).get_ca_certs()) > 10
    assert context_of(peer).verify_mode is ssl.CERT_REQUIRED
    peer.close()
