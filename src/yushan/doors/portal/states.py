"""The table of states (``data/states.toml``): which badge a state has, in words."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from yushan.base import Language


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One state as people see it."""

    badge: Literal["done", "work", "wait", "stop", "away", "calm"] = msgspec.field(name="class")
    en: str
    zh: str
    note_en: str
    note_zh: str

    def word(self, language: Language) -> str:
        """The state's word."""
        return self.en if language == "en" else self.zh

    def note(self, language: Language) -> str:
        """One line of meaning."""
        return self.note_en if language == "en" else self.note_zh


def load() -> dict[str, dict[str, Row]]:
    """Kind of thing -> state -> row."""
    text = (files("yushan.doors.portal") / "data" / "states.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[str, Row]])


STATES: Final = load()
