"""Conditions of use in GA4GH DUO codes and our own, and whether a purpose fits them.

A condition is a code, with a value where it needs one: ``DUO:0000042``, ``DUO:0000007=I63``
(diseases as prefixes of ICD-10-CM), ``DUO:0000024=2027-06-30``, ``YS:NO-REID``.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from yushan.domain.access.values import Purpose

    Test = Callable[[Purpose, str, datetime], bool]


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One condition of use: what it is called, how it is tested, what it obliges to."""

    kind: Literal["permission", "modifier"]
    short: str
    en: str
    zh: str
    test: str = "always"
    oblige: str = ""


def load() -> dict[str, Term]:
    """Code → condition."""
    text = (files("yushan.domain.access") / "data" / "duo.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text)["term"], dict[str, Term])


def is_disease(purpose: Purpose, value: str) -> bool:
    """Whether the purpose is about the disease or one below it."""
    asked, wanted = purpose.disease.replace(".", "").upper(), value.replace(".", "").upper()
    return bool(wanted) and asked.startswith(wanted)


#: The tests that rows name; each answers whether the purpose meets the condition.
TESTS: Final[dict[str, Test]] = {
    "always": lambda _p, _v, _now: True,
    "unknown": lambda _p, _v, _now: False,
    "medical": lambda p, _v, _now: p.aim != "ancestry",
    "disease": lambda p, v, _now: p.aim == "methods" or is_disease(p, v),
    "ancestry": lambda p, _v, _now: p.aim == "ancestry",
    "care": lambda p, _v, _now: p.aim == "care",
    "focus": lambda p, v, _now: v in p.focus,
    "genetic": lambda p, _v, _now: "genetic" in p.focus,
    "not-methods": lambda p, v, _now: p.aim != "methods" or is_disease(p, v),
    "no-profit": lambda p, _v, _now: not p.commercial and not p.body_for_profit,
    "no-profit-use": lambda p, _v, _now: not p.commercial,
    "no-profit-body": lambda p, _v, _now: not p.body_for_profit,
    "not-ancestry": lambda p, _v, _now: p.aim != "ancestry",
    "irb": lambda p, _v, _now: "irb" in p.evidence,
    "collaboration": lambda p, _v, _now: "collaboration" in p.evidence,
    "region": lambda p, v, _now: p.region == v,
    "until": lambda _p, v, now: now.date().isoformat() <= v,
    "institution": lambda p, v, _now: bool(v) and p.institution == v,
    "project": lambda p, v, _now: bool(v) and p.project == v,
    "user": lambda p, v, _now: bool(v) and p.user == v,
}

TERMS: Final = load()


def split(term: str) -> tuple[str, str]:
    """Code and value of a condition."""
    code, _, value = term.partition("=")
    return code, value


def unmet_terms(terms: Iterable[str], purpose: Purpose, now: datetime) -> tuple[str, ...]:
    """Conditions that the purpose does not meet, sorted; ``permission`` if nothing permits at all.

    Several permissions widen (one that fits is enough), every modifier must be met. A code that
    is not in the table is never met. Methods that a disease's data were not given for need the
    disease (``DUO:0000015`` takes the disease of the permission).
    """
    split_up = [split(term) for term in terms]
    permissions = [one for one in split_up if one[0] in TERMS and permits(one[0])]
    diseases = [value for code, value in permissions if code == "DUO:0000007"]
    unmet = {
        code
        for code, value in split_up
        if (code, value) not in permissions
        and not meets(code, value or next(iter(sorted(diseases)), ""), purpose, now)
    }
    if not any(meets(code, value, purpose, now) for code, value in permissions):
        unmet |= {code for code, _ in permissions} or {"permission"}
    return tuple(sorted(unmet))


def permits(code: str) -> bool:
    """Whether a known code is a permission."""
    return TERMS[code].kind == "permission"


def meets(code: str, value: str, purpose: Purpose, now: datetime) -> bool:
    """Whether a purpose meets one condition."""
    term = TERMS.get(code)
    return term is not None and TESTS[term.test](purpose, value, now)


def obligations_of(terms: Iterable[str]) -> tuple[str, ...]:
    """What conditions oblige to, in the table's order."""
    held = {split(term)[0] for term in terms}
    return tuple(term.oblige for code, term in TERMS.items() if code in held and term.oblige)
