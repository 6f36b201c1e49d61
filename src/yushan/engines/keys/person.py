"""A person's number as input of a keyed function, kept apart by what the result is for."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from yushan.base import Rejected


class Domain(StrEnum):
    """What a token is for; tokens of two domains cannot be compared."""

    LINKAGE = "linkage"
    CONSENT = "consent"
    CLAIMS = "claims"


def folded(identity: str) -> str:
    """One spelling: full width made half width, upper case, letters and digits only."""
    wide = unicodedata.normalize("NFKC", identity).upper()
    return "".join(character for character in wide if character.isalnum())


def person_input(domain: Domain, identity: str) -> bytes:
    """The bytes that are hashed to the group for one person in one domain.

    Raises
    ------
    Rejected
        ``keys.identity-empty``.
    """
    if not (spelled := folded(identity)):
        raise Rejected("keys.identity-empty")
    return f"yushan/{domain}/1/{spelled}".encode()
