"""Canonical JSON: one value, one spelling, for what is hashed, signed or compared."""

from __future__ import annotations

from typing import Any

import msgspec

ENCODER = msgspec.json.Encoder(order="sorted")


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any value of its kind passes here
    """UTF-8 JSON without blanks, keys sorted (the spirit of RFC 8785, ASCII keys only)."""
    return ENCODER.encode(value)
