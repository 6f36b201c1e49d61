"""The error tree. Doors translate it once; rooms add codes, never classes.

YushanError
├── Rejected      input is wrong; the sender can repair it     HTTP 400  DIMSE A900
├── Forbidden     known person, not allowed                    HTTP 403  DIMSE 0124
├── Absent        no such thing, or not visible to you         HTTP 404  DIMSE 0112
├── Conflict      true a moment ago, no longer                 HTTP 409  DIMSE 0111
├── Unavailable   try again later; nothing was changed         HTTP 503  DIMSE A700
└── Broken        our fault: an invariant does not hold        HTTP 500  DIMSE 0110
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

import msgspec

Fact = str | int | float


class YushanError(Exception):
    """Any refusal or failure of ours: a stable ``code`` and facts without patient data."""

    status: ClassVar[int] = 500
    dimse: ClassVar[int] = 0x0110
    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code: Final = code
        self.facts: Final = facts

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({details})" if details else self.code


class Rejected(YushanError):
    """Input is wrong; the sender can repair it."""

    status = 400
    dimse = 0xA900


class Forbidden(YushanError):
    """Known person, not allowed."""

    status = 403
    dimse = 0x0124


class Absent(YushanError):
    """No such thing, or not visible to you."""

    status = 404
    dimse = 0x0112


class Conflict(YushanError):
    """True a moment ago, no longer."""

    status = 409
    dimse = 0x0111


class Unavailable(YushanError):
    """Try again later; nothing was changed."""

    status = 503
    dimse = 0xA700
    exit_code = 3


class Broken(YushanError):
    """Our fault: an invariant does not hold."""


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The texts of one code in both languages: what happened, and what to do."""

    en: str
    zh: str
    remedy_en: str
    remedy_zh: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One error as people and ``application/problem+json`` (RFC 9457) see it."""

    code: str
    title: str
    status: int
    detail: str
    remedy: str
    facts: dict[str, Fact] = {}


@cache
def codes() -> dict[str, Code]:
    """Every error and reason code of the product with its texts, from ``data/codes/*.toml``."""
    found: dict[str, Code] = {}
    folder = files("yushan.base") / "data" / "codes"
    for page in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not page.name.endswith(".toml"):
            continue
        for room, rows in tomllib.loads(page.read_text("utf-8")).items():
            for reason, texts in rows.items():
                found[f"{room}.{reason}"] = msgspec.convert(texts, Code)
    return found


def problem(error: YushanError, language: str = "zh-Hant") -> Problem:
    """The error in a person's language; an unlisted code still gives its code."""
    texts = codes().get(error.code)
    english = language.startswith("en")
    detail = (texts.en if english else texts.zh) if texts else error.code
    remedy = (texts.remedy_en if english else texts.remedy_zh) if texts else ""
    title = type(error).__name__
    return Problem(error.code, title, error.status, detail, remedy, dict(error.facts))
