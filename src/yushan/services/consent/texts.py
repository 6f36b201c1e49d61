"""The words for kinds of use, from ``data/uses.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from yushan.services.consent.choices import Use


class UseText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of use in both languages."""

    en: str
    zh: str


@cache
def use_texts() -> dict[Use, UseText]:
    """Every kind of use with its words."""
    page = files("yushan.services.consent") / "data" / "uses.toml"
    return msgspec.convert(tomllib.loads(page.read_text("utf-8")), dict[Use, UseText])
