"""Keys from keys, and short names from digests."""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NAME_CHARACTERS: Final = 16


def derive(secret: bytes, purpose: str, length: int = 32) -> bytes:
    """A key of ``length`` bytes for one purpose (HKDF-SHA256, RFC 5869).

    ``purpose`` reads ``yushan/<room>/<what>/<version>``; two purposes give unrelated keys.
    """
    return HKDF(SHA256(), length, salt=None, info=purpose.encode()).derive(secret)


def mac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.digest(key, data, sha256)


def short_name(key: bytes, data: bytes, characters: int = NAME_CHARACTERS) -> str:
    """A keyed name of up to 48 characters A-Z 2-7; 16 carry 80 bits."""
    return b32encode(mac(key, data)).decode("ascii")[:characters]


def fingerprint(public: bytes) -> bytes:
    """Eight bytes by which a public key is called."""
    return sha256(public).digest()[:8]
