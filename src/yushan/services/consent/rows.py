"""Choices as rows and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from yushan.services.consent.choices import Choice, Decision, Part, Use
from yushan.services.consent.receipts import Channel, Receipt

if TYPE_CHECKING:
    from sqlalchemy import Row


def whole_second(moment: datetime) -> datetime:
    """UTC, without fractions."""
    return moment.astimezone(UTC).replace(microsecond=0)


def row_of(receipt: Receipt, token: bytes) -> dict[str, object]:
    """A choice as a row."""
    part = receipt.part
    return {
        "receipt": receipt.receipt,
        "token": token,
        "decision": receipt.decision.value,
        "use": part.use and part.use.value,
        "site": part.site,
        "modality": part.modality,
        "examined_from": part.examined_from,
        "examined_until": part.examined_until,
        "channel": receipt.channel.value,
        "effective_s": int(receipt.effective_at.timestamp()),
        "recorded_s": int(receipt.recorded_at.timestamp()),
    }


def choice_of(row: Row[Any]) -> Choice:
    """A row as decisions need it."""
    part = Part(
        use=None if row.use is None else Use(row.use),
        site=row.site,
        modality=row.modality,
        examined_from=row.examined_from,
        examined_until=row.examined_until,
    )
    effective_at = datetime.fromtimestamp(row.effective_s, UTC)
    return Choice(decision=Decision(row.decision), part=part, effective_at=effective_at)


def receipt_of(row: Row[Any], handle: str) -> Receipt:
    """A row as the person's record, not yet signed."""
    choice = choice_of(row)
    return Receipt(
        receipt=row.receipt,
        handle=handle,
        decision=choice.decision,
        part=choice.part,
        channel=Channel(row.channel),
        effective_at=choice.effective_at,
        recorded_at=datetime.fromtimestamp(row.recorded_s, UTC),
    )
