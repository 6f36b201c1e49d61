"""Data keys wrapped under a key-encryption key (AES-256-GCM), bound to what they are for."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yushan.base import Rejected
from yushan.engines.keys.derivation import derive, fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

NONCE: Final = 12


class Wrapper:
    """Wraps under the first of its secrets, unwraps under any: the others are being left."""

    def __init__(self, secrets_: Sequence[bytes]) -> None:
        if not secrets_:
            raise ValueError("at least one secret")
        derived = [derive(one, "yushan/archive/wrap/1") for one in secrets_]
        self._ciphers = {name_of(key): AESGCM(key) for key in derived}
        #: By what the first secret is called, 16 hex digits; it says nothing of the secret.
        self.name = name_of(derived[0])

    @property
    def names(self) -> tuple[str, ...]:
        """By what all secrets are called."""
        return tuple(self._ciphers)

    def wrap(self, key: bytes, purpose: str) -> bytes:
        """The key, readable only with the first secret and for the same purpose."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._ciphers[self.name].encrypt(nonce, key, bound(self.name, purpose))

    def unwrap(self, wrapped: bytes, name: str, purpose: str) -> bytes:
        """The key back from what was wrapped under the secret called ``name``.

        Raises
        ------
        Rejected
            ``keys.wrap-unknown`` (no such secret here), ``keys.wrap-broken``.
        """
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise Rejected("keys.wrap-unknown", name=name)
        try:
            return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], bound(name, purpose))
        except (InvalidTag, ValueError) as error:
            raise Rejected("keys.wrap-broken", name=name) from error


def name_of(key: bytes) -> str:
    """By what a wrapping key is called."""
    return fingerprint(derive(key, "yushan/archive/wrap/name/1")).hex()


def bound(name: str, purpose: str) -> bytes:
    """What a wrapped key is bound to."""
    return f"yushan wrapped key 1\n{name}\n{purpose}".encode()
