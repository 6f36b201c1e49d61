"""What the archive needs of others: somebody who signs receipts."""

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
