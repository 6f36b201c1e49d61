"""What gateway and commons say to each other about a pack: manifest, state, receipt."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from yushan.base import canonical_json

Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Site = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\Z")]
Base32 = Annotated[str, msgspec.Meta(pattern=r"^[A-Z2-7]{16}\Z")]
Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}\Z")]
Base64 = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]*={0,2}\Z", max_length=16_384)]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
#: Bytes of a pack; the upper bound is 1 TiB.
Size = Annotated[int, msgspec.Meta(ge=1, le=1 << 40)]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a gateway says of a pack before its bytes: one person's instances of one batch."""

    format: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1
    pack: Sha256
    size: Size
    site: Site
    batch: Word
    instances: Count
    policy: Word
    policy_digest: Word
    #: The person as the site sees them.
    subject: Base32
    #: Whether the envelope names a person across sites.
    linked: bool
    #: Sealed to the commons under ``envelope_aad``: token, offsets, consent token (base64).
    envelope: Base64


def envelope_aad(site: str, subject: str) -> bytes:
    """What an envelope is bound to: it cannot be moved to another site or another person."""
    return f"yushan envelope 1\n{site}\n{subject}".encode("ascii")


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The commons' word that a pack is whole and on its disk: the gateway may forget the bytes.

    ``signature`` is base64 Ed25519 over ``receipt_message``; ``received_at`` is ISO 8601 UTC.
    """

    pack: Sha256
    site: Site
    size: Size
    instances: Count
    received_at: str
    signature: str


def receipt_message(receipt: Receipt) -> bytes:
    """The bytes that a receipt's signature covers."""
    return b"yushan receipt 1\n" + canonical_json(msgspec.structs.replace(receipt, signature=""))


class IncomingState(StrEnum):
    """Life of a pack that a site sends: bytes come, are whole, then are admitted or refused."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    HELD = "held"
    ADMITTED = "admitted"
    REFUSED = "refused"


class PackState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a pack stands at the commons, as its site is told."""

    pack: str
    state: IncomingState
    #: Bytes that are safely on disk; sending goes on from here.
    offset: int
    receipt: Receipt | None = None
    reasons: tuple[str, ...] = ()
    #: Instances of this pack that can be found.
    searchable: int = 0
