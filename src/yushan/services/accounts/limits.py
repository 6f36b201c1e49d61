"""Limits on signing in: tries per account and per address within a window, counted before hashing.

Counted in the database, so that several processes of the commons share one count. A refused try
costs no hash. Names that do not exist are counted like the others, so a limit tells nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yushan.base import Unavailable
from yushan.services.accounts import queries

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tries within ``window_s`` seconds; a success gives its tries back."""

    per_account: int = 10
    per_address: int = 60
    window_s: int = 900


def attempt_keys(user: str, address: str) -> dict[str, str]:
    """Kind of limit to the key it is counted under; hashed, so that no address is stored."""
    values = {"account": user, "address": address}
    return {kind: f"{kind}:{digest(value)}" for kind, value in values.items()}


def digest(value: str) -> str:
    """First 64 hex digits: SHA-256 of the text."""
    return hashlib.sha256(value.encode()).hexdigest()


def count(tx: Connection, limits: Limits, user: str, address: str, now_s: int) -> int:
    """Count one try; seconds to wait when a limit is passed, else 0."""
    bounds = {"account": limits.per_account, "address": limits.per_address}
    waits = [0]
    for kind, key in attempt_keys(user, address).items():
        since_s, tries = queries.count_attempt(tx, key, now_s, limits.window_s)
        if tries > bounds[kind]:
            waits.append(max(1, since_s + limits.window_s - now_s))
    return max(waits)


def refuse(wait_s: int) -> None:
    """Raise ``accounts.too-many-tries`` when there is something to wait for."""
    if wait_s:
        raise Unavailable("accounts.too-many-tries", wait_s=wait_s)
