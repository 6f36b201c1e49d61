"""Secrets that stand for an account: session ids and API tokens; only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

PREFIX: Final = "ysh_"
LONGEST_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Token:
    """An API token as its owner sees it in a list: never the secret."""

    id: str
    name: str
    created: datetime
    expires: datetime
    used: datetime | None
    reads_only: bool = False


def new_session() -> str:
    """256 random bits, for a cookie."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """``ysh_`` and 256 random bits: found by secret scanners, shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def new_id() -> str:
    """An opaque id, 16 hex digits."""
    return secrets.token_hex(8)


def fingerprint(secret: str) -> str:
    """What is stored: SHA-256 in hex. Enough without salt, because the secret is random."""
    return hashlib.sha256(secret.encode()).hexdigest()
