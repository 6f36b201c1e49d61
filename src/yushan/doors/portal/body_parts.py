"""Body parts in words (``data/body_parts.csv``); a code without a row is its own word."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yushan.base import Language


def load() -> dict[str, tuple[str, str]]:
    """Code -> (English, zh-Hant)."""
    text = (files("yushan.doors.portal") / "data" / "body_parts.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {row["code"]: (row["en"], row["zh"]) for row in csv.DictReader(lines)}


PARTS: Final = load()


def body_part(code: str, language: Language) -> str:
    """The body part's word."""
    found = PARTS.get(code.replace(" ", "").upper())
    if found is None:
        return code
    return found[0] if language == "en" else found[1]
