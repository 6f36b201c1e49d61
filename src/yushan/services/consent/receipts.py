"""What a person gets back: a signed receipt per choice, and the history of all of them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from yushan.base import canonical_json
from yushan.engines.keys import verify
from yushan.services.consent.choices import Choice, Decision, Part, Use

PREFIX: Final = b"yushan consent receipt 1\n"


class Signs(Protocol):
    """Holds the office's Ed25519 key (``engines.keys.Signer``, or a device)."""

    def sign(self, message: bytes, /) -> bytes:
        """Signature, 64 bytes."""
        ...


class Channel(StrEnum):
    """How a choice came in; all give the same record."""

    PORTAL = "portal"
    PHONE = "phone"
    COUNTER = "counter"
    PAPER = "paper"


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person asks for; without ``effective_at`` it holds at once."""

    decision: Decision
    part: Part = Part()
    channel: Channel = Channel.COUNTER
    effective_at: datetime | None = None


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The record of one choice. ``handle`` calls the person without a name: ``ABCD-EFGH``."""

    receipt: str
    handle: str
    decision: Decision
    part: Part
    channel: Channel
    effective_at: datetime
    recorded_at: datetime
    signature: bytes = b""

    def choice(self) -> Choice:
        """What decisions are made from."""
        return Choice(decision=self.decision, part=self.part, effective_at=self.effective_at)


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person's choices in the order they were recorded, and where each kind of use stands.

    ``standing`` is for an image of which nothing else is known, so that a stop of a part counts.
    """

    handle: str
    receipts: tuple[Receipt, ...]
    standing: dict[Use, Decision]


def signed_receipt(signer: Signs, receipt: Receipt) -> Receipt:
    """The receipt with the office's signature (Ed25519, the same bytes give the same one)."""
    return msgspec.structs.replace(receipt, signature=signer.sign(message(receipt)))


def spelled(receipt: Receipt) -> dict[str, Any]:
    """What the ledger commits to: all of the receipt but its signature, as JSON values."""
    told: dict[str, Any] = msgspec.json.decode(message(receipt).removeprefix(PREFIX))
    return {name: value for name, value in told.items() if name != "signature"}


def is_genuine(receipt: Receipt, public: bytes) -> bool:
    """Whether the office signed this receipt."""
    return verify(public, message(receipt), receipt.signature)


def message(receipt: Receipt) -> bytes:
    """What is signed: the receipt without its signature."""
    return PREFIX + canonical_json(msgspec.structs.replace(receipt, signature=b""))
