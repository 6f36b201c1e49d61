"""The list of opt-outs: tokens that say nothing without the consent key, dated and signed."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from typing import Final

import msgspec

from yushan.base import Unavailable, canonical_json
from yushan.engines.keys import Signer, verify
from yushan.services.consent.choices import Choice  # noqa: TC001 - msgspec reads it at run time

PREFIX: Final = b"yushan opt-out list 1\n"


class OptOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person who stopped something: token (32 bytes) and choices as they were recorded."""

    token: bytes
    choices: tuple[Choice, ...]


class OptOutList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everybody who stopped something, by token."""

    issued_at: datetime
    entries: tuple[OptOut, ...]
    format: int = 1


class SignedList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list as it travels: the very bytes that are signed, and the signature (Ed25519)."""

    document: bytes
    signature: bytes


def sign_list(signer: Signer, optouts: OptOutList) -> SignedList:
    """Sign."""
    document = canonical_json(optouts)
    return SignedList(document, signer.sign(PREFIX + document))


def read_list(signed: SignedList, public: bytes) -> OptOutList:
    """The list, its signature checked.

    Raises
    ------
    Unavailable
        ``consent.list-forged``, ``consent.list-unreadable``: as good as no list, so all is held.
    """
    if not verify(public, PREFIX + signed.document, signed.signature):
        raise Unavailable("consent.list-forged")
    try:
        return msgspec.json.decode(signed.document, type=OptOutList)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Unavailable("consent.list-unreadable") from error
