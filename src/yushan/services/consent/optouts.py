"""The list of opt-outs: tokens that say nothing without the consent key, dated and signed.

What is signed is a small stamp, issued anew at each asking, over the digest of the entries; so
whoever has the entries already fetches the stamp alone.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from yushan.base import Unavailable, canonical_json
from yushan.engines.keys import verify
from yushan.services.consent.choices import Choice  # noqa: TC001 - msgspec reads it at run time

if TYPE_CHECKING:
    from yushan.services.consent.receipts import Signs

T = TypeVar("T")

PREFIX: Final = b"yushan opt-out list 2\n"


class OptOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person who stopped something: the token's element (32 bytes), choices as recorded."""

    token: bytes
    choices: tuple[Choice, ...]


class Stamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the list was issued, the SHA-256 of its entries, the public element of its token key.

    By that, signed, everybody learns of a new key.
    """

    issued_at: datetime
    digest: bytes
    key: bytes
    format: int = 2


class SignedList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list as it travels: the very bytes of the stamp, their signature (Ed25519), the entries.

    ``entries`` is None when the asker said that it has those of this digest.
    """

    stamp: bytes
    signature: bytes
    entries: bytes | None = None


def spell_entries(entries: tuple[OptOut, ...]) -> bytes:
    """The entries as they travel."""
    return canonical_json(entries)


def sign_list(
    signer: Signs, issued_at: datetime, entries: bytes, key: bytes, known: bytes | None = None
) -> SignedList:
    """Stamp and sign; entries whose digest is ``known`` are left out."""
    digest = sha256(entries).digest()
    stamp = canonical_json(Stamp(issued_at, digest, key))
    sent = None if digest == known else entries
    return SignedList(stamp, signer.sign(PREFIX + stamp), sent)


def read_stamp(signed: SignedList, public: bytes) -> Stamp:
    """The stamp, its signature checked.

    Raises
    ------
    Unavailable
        ``consent.list-forged``, ``consent.list-unreadable``: as good as no list, so all is held.
    """
    if not verify(public, PREFIX + signed.stamp, signed.signature):
        raise Unavailable("consent.list-forged")
    return decoded(signed.stamp, Stamp)


def read_entries(signed: SignedList, stamp: Stamp) -> tuple[OptOut, ...]:
    """The entries, their digest checked against the stamp; raises like `read_stamp`."""
    if signed.entries is None or sha256(signed.entries).digest() != stamp.digest:
        raise Unavailable("consent.list-forged")
    return decoded(signed.entries, tuple[OptOut, ...])


def decoded(data: bytes, kind: type[T]) -> T:
    """Signed bytes as a value."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise Unavailable("consent.list-unreadable") from error
