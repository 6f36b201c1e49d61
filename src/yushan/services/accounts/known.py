"""Browsers in which an account was opened before: their tries are counted apart.

So whoever guesses at a name from elsewhere cannot keep its owner out (OWASP: device cookies). A
mark proves no identity; it only says under which count a try falls.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def mark(key: bytes, user: str) -> str:
    """A mark for a browser in which ``user`` has signed in."""
    device = secrets.token_hex(8)
    return f"{device}.{proof(key, user, device)}"


def device_of(key: bytes, user: str, marked: str) -> str:
    """The device of a mark that was made for this user; empty for any other."""
    device, _, shown = marked.partition(".")
    return device if hmac.compare_digest(shown.encode(), proof(key, user, device).encode()) else ""


def proof(key: bytes, user: str, device: str) -> str:
    """What only this house can make."""
    said = f"known browser {user} {device}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()
