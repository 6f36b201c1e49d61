"""Sealing to a public key: HPKE base mode (RFC 9180), X25519, HKDF-SHA256, ChaCha20-Poly1305."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from yushan.base import Rejected

SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def seal(public: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Bytes that only the owner of ``public`` opens, and only beside the same ``aad``.

    ``aad`` enters as HPKE's ``info``: it is bound, not carried. Adds 48 bytes.
    """
    return SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public), aad)


class Sealer:
    """Opens what was sealed to the public key of a 32-byte secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(secret)
        self.public: bytes = self._key.public_key().public_bytes_raw()

    def unseal(self, sealed: bytes, aad: bytes) -> bytes:
        """The plaintext.

        Raises
        ------
        Rejected
            ``keys.seal-broken``: for another key, beside other ``aad``, or damaged.
        """
        try:
            return SUITE.decrypt(sealed, self._key, aad)
        except (InvalidTag, ValueError) as error:
            raise Rejected("keys.seal-broken") from error
