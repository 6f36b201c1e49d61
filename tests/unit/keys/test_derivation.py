"""Derived keys, names, signatures, seals and persons' inputs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.engines.keys import (
    Domain,
    Sealer,
    Signer,
    derive,
    fingerprint,
    mac,
    person_input,
    seal,
    short_name,
    verify,
)

SECRET = bytes(range(32))


def test_derivation_is_hkdf_as_published() -> None:
    # RFC 5869 appendix A.3: no salt, no info.
    published = (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )
    assert derive(b"\x0b" * 22, "", 42).hex() == published


def test_two_purposes_give_two_keys() -> None:
    assert derive(SECRET, "yushan/a/1") != derive(SECRET, "yushan/b/1")
    assert derive(SECRET, "yushan/a/1", 64)[:32] == derive(SECRET, "yushan/a/1")


def test_mac_is_hmac_as_published() -> None:
    # RFC 4231 test case 2.
    published = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert mac(b"Jefe", b"what do ya want for nothing?").hex() == published


@given(data=st.binary(max_size=64), characters=st.integers(1, 48))
def test_a_short_name_has_its_length_and_alphabet(data: bytes, characters: int) -> None:
    name = short_name(SECRET, data, characters)
    assert len(name) == characters
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_a_signature_holds_for_its_bytes_and_key_only() -> None:
    signer, other = Signer(SECRET), Signer(bytes(32))
    signature = signer.sign(b"head")
    assert verify(signer.public, b"head", signature)
    assert not verify(signer.public, b"tail", signature)
    assert not verify(other.public, b"head", signature)
    assert not verify(signer.public, b"head", signature[:-1])
    assert not verify(b"short", b"head", signature)


@given(plaintext=st.binary(max_size=300), aad=st.binary(max_size=100))
@settings(max_examples=30, deadline=None)
def test_a_seal_opens_beside_its_aad(plaintext: bytes, aad: bytes) -> None:
    sealer = Sealer(SECRET)
    sealed = seal(sealer.public, plaintext, aad)
    assert len(sealed) == len(plaintext) + 48
    assert sealer.unseal(sealed, aad) == plaintext


def test_a_seal_does_not_open_otherwise() -> None:
    sealer = Sealer(SECRET)
    sealed = seal(sealer.public, b"offset", b"site-a/1")
    damaged = bytes([*sealed[:-1], sealed[-1] ^ 1])
    tries = [
        (sealer, sealed, b"site-b/1"),
        (sealer, damaged, b"site-a/1"),
        (sealer, sealed[:20], b"site-a/1"),
        (sealer, b"", b"site-a/1"),
        (Sealer(bytes(32)), sealed, b"site-a/1"),
    ]
    for opener, data, aad in tries:
        with pytest.raises(Rejected, match=r"keys\.seal-broken"):
            opener.unseal(data, aad)


def test_a_fingerprint_is_eight_bytes() -> None:
    assert len(fingerprint(SECRET)) == 8


@pytest.mark.parametrize(
    "spelled", ["a123456789", " A123-456-789 ", "Ａ１２３４５６７８９", "A123456789"]
)
def test_one_person_is_one_input_however_spelled(spelled: str) -> None:
    assert person_input(Domain.LINKAGE, spelled) == b"yushan/linkage/1/A123456789"


def test_domains_are_kept_apart() -> None:
    inputs = {person_input(domain, "A123456789") for domain in Domain}
    assert len(inputs) == len(Domain)


@pytest.mark.parametrize("nothing", ["", "   ", "--"])
def test_no_number_is_no_input(nothing: str) -> None:
    with pytest.raises(Rejected, match=r"keys\.identity-empty"):
        person_input(Domain.CONSENT, nothing)
