"""What the archive needs of others: somebody who signs receipts, somebody who wraps keys."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """Holds an Ed25519 key (``engines.keys.Signer``, or a device)."""

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """Signature, 64 bytes."""
        ...


class KeyWrapper(Protocol):
    """Keeps data keys under a key of its own (``engines.keys.Wrapper``, or a device)."""

    @property
    def name(self) -> str:
        """By what its newest key is called, at most 16 characters."""
        ...

    def wrap(self, key: bytes, purpose: str, /) -> bytes:
        """The key, readable only with the newest key and for the same purpose."""
        ...

    def unwrap(self, wrapped: bytes, name: str, purpose: str, /) -> bytes:
        """The key back; ``Rejected("keys.wrap-…")``."""
        ...
