"""Limits on signing in: tries per account and per address within a window, counted before hashing.

Counted in the database, so that several processes of the commons share one count. A refused try
costs no hash. Names that do not exist are counted like the others, so a limit tells nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
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


def attempt_keys(user: str, address: str, device: str = "") -> dict[str, str]:
    """Kind of limit to the key it is counted under; hashed, so that no address is stored.

    Tries from a browser in which the account was opened before are counted apart (``device``).
    """
    values = {"account": f"{user} {device}".rstrip(), "address": network(address)}
    return {kind: f"{kind}:{digest(value)}" for kind, value in values.items()}


def network(address: str) -> str:
    """What one asker can change at will is one: the first 64 bits of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))


def digest(value: str) -> str:
    """First 64 hex digits: SHA-256 of the text."""
    return hashlib.sha256(value.encode()).hexdigest()


def count(tx: Connection, limits: Limits, keys: dict[str, str], now_s: int) -> int:
    """Count one try under its keys; seconds to wait when a limit is passed, else 0."""
    bounds = {"account": limits.per_account, "address": limits.per_address}
    waits = [0]
    for kind, key in keys.items():
        since_s, tries = queries.count_attempt(tx, key, now_s, limits.window_s)
        if tries > bounds[kind]:
            waits.append(max(1, since_s + limits.window_s - now_s))
        if kind == "address" and tries == 1:
            queries.sweep_attempts(tx, now_s - limits.window_s)
    return max(waits)


def code_key(account: str) -> str:
    """Under what tries at an account's second factor are counted."""
    return f"code:{digest(account)}"


def count_code(tx: Connection, limits: Limits, account: str, now_s: int) -> int:
    """Count one try at a second factor of an account; seconds to wait, else 0."""
    since_s, tries = queries.count_attempt(tx, code_key(account), now_s, limits.window_s)
    return max(1, since_s + limits.window_s - now_s) if tries > limits.per_account else 0


def count_begin(tx: Connection, limits: Limits, address: str, now_s: int) -> int:
    """Count one way in that was begun from an address; seconds to wait, else 0."""
    key = f"begin:{digest(network(address))}"
    since_s, tries = queries.count_attempt(tx, key, now_s, limits.window_s)
    return max(1, since_s + limits.window_s - now_s) if tries > limits.per_address else 0


def refuse(wait_s: int) -> None:
    """Raise ``accounts.too-many-tries`` when there is something to wait for."""
    if wait_s:
        raise Unavailable("accounts.too-many-tries", wait_s=wait_s)
