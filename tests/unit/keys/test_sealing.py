"""Sealing is RFC 9180's: a second implementation, written here, gives the RFC's own bytes."""

from __future__ import annotations

import hmac
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from yushan.base import Rejected
from yushan.engines.keys import Sealer, seal

#: Appendix A.2.1 (base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305), sequence 0.
SECRET = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
ENCAPSULATED = bytes.fromhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
PLAIN = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
CIPHER = bytes.fromhex(
    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
)
KEM = b"KEM" + (0x0020).to_bytes(2, "big")
SUITE = b"HPKE" + (0x0020).to_bytes(2, "big") + (1).to_bytes(2, "big") + (3).to_bytes(2, "big")


def extract(suite: bytes, salt: bytes, label: bytes, data: bytes) -> bytes:
    """LabeledExtract, section 4."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + data, sha256)


def expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand, section 4; at most one block."""
    said = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, said + b"\1", sha256)[:length]


def opened(secret: bytes, encapsulated: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce of SetupBaseR."""
    private = X25519PrivateKey.from_private_bytes(secret)
    shared = private.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    context = encapsulated + private.public_key().public_bytes_raw()
    found = expand(KEM, extract(KEM, b"", b"eae_prk", shared), b"shared_secret", context, 32)
    schedule = b"\0" + extract(SUITE, b"", b"psk_id_hash", b"")
    schedule += extract(SUITE, b"", b"info_hash", info)
    secret = extract(SUITE, found, b"secret", b"")
    return (expand(SUITE, secret, b"key", schedule, 32),
            expand(SUITE, secret, b"base_nonce", schedule, 12))  # fmt: skip


def test_the_second_implementation_opens_the_published_message() -> None:
    key, nonce = opened(SECRET, ENCAPSULATED, INFO)
    assert ChaCha20Poly1305(key).decrypt(nonce, CIPHER, b"Count-0") == PLAIN


def test_what_we_seal_the_second_implementation_opens_and_the_reverse() -> None:
    sealer = Sealer(SECRET)
    sealed = seal(sealer.public, b"offset and token", INFO)
    key, nonce = opened(SECRET, sealed[:32], INFO)
    assert ChaCha20Poly1305(key).decrypt(nonce, sealed[32:], None) == b"offset and token"
    key, nonce = opened(SECRET, ENCAPSULATED, INFO)
    theirs = ENCAPSULATED + ChaCha20Poly1305(key).encrypt(nonce, PLAIN, None)
    assert sealer.unseal(theirs, INFO) == PLAIN


@pytest.mark.parametrize("place", [0, 31, 32, 60, -1])
def test_a_damaged_or_moved_message_does_not_open(place: int) -> None:
    sealed = bytearray(seal(Sealer(SECRET).public, PLAIN, INFO))
    with pytest.raises(Rejected, match=r"keys\.seal-broken"):
        Sealer(SECRET).unseal(bytes(sealed), INFO + b"x")
    sealed[place] ^= 1
    with pytest.raises(Rejected, match=r"keys\.seal-broken"):
        Sealer(SECRET).unseal(bytes(sealed), INFO)
