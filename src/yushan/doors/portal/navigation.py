"""Navigation as data (``data/navigation.toml``): who sees which entry."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.services.accounts import may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yushan.base import Language
    from yushan.doors.portal.place import Place
    from yushan.services.accounts import Account


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the strip."""

    key: str
    href: str
    en: str
    zh: str
    needs: str = ""
    waits: str = ""
    demo: bool = False
    signed_in: bool = False

    def is_for(self, account: Account | None, place: Place) -> bool:
        """Whether this person sees the entry here."""
        if self.demo and not place.demo:
            return False
        if self.signed_in and account is None:
            return False
        return not self.needs or may(account, self.needs)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as drawn."""

    key: str
    href: str
    word: str
    waiting: int


def load() -> dict[str, list[Entry]]:
    """Kind of portal -> its entries in order."""
    text = (files("yushan.doors.portal") / "data" / "navigation.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, list[Entry]])


ENTRIES: Final = load()


def strip(
    place: Place, account: Account | None, language: Language, waiting: Mapping[str, int]
) -> tuple[Link, ...]:
    """The entries this person sees, with what waits beside them."""
    return tuple(
        Link(
            entry.key,
            entry.href,
            entry.en if language == "en" else entry.zh,
            waiting.get(entry.waits, 0),
        )
        for entry in ENTRIES[place.kind]
        if entry.is_for(account, place)
    )
