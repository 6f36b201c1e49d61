"""Reasons in words: codes as people of one language read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import codes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.base import Language, YushanError

#: Field of a form that a refusal speaks of; the others are said above the form alone.
FIELDS: Final = {
    "accounts.token-name": "token-name",
    "accounts.token-days": "days",
    "accounts.invitation-days": "days",
    "accounts.role-unknown": "role",
    "accounts.user-invalid": "user",
    "accounts.user-taken": "user",
    "accounts.password-short": "fresh",
    "accounts.password-long": "fresh",
    "accounts.password-is-name": "fresh",
    "accounts.password-common": "fresh",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A code with what happened and what to do."""

    code: str
    detail: str
    remedy: str


def field_of(error: YushanError | None) -> str:
    """The field that a refused form went wrong at; empty if it is none alone."""
    if error is None:
        return ""
    return str(error.facts.get("field", "")) or FIELDS.get(error.code, "")


def tell(code: str, language: Language) -> Told:
    """The texts of a code; one that has none is its own text."""
    texts = codes().get(code)
    if texts is None:
        return Told(code, code, "")
    if language == "en":
        return Told(code, texts.en, texts.remedy_en)
    return Told(code, texts.zh, texts.remedy_zh)


def tell_all(reasons: Iterable[str], language: Language) -> tuple[Told, ...]:
    """The texts of several codes."""
    return tuple(tell(code, language) for code in reasons)
