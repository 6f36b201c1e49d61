"""What a rule set is: its inputs, its tables of rows, where it comes from.

A file of ``data/`` is one `RuleSet`. A table gives one value: its rows are tried in order, and a
row holds when all its conditions hold. Values of earlier tables are inputs of later ones.
"""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003 - msgspec reads the annotations
from typing import Any, Literal

import msgspec

from yushan.domain.guidelines.conditions import Condition, parse


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A value in both languages, and what the guideline advises for it."""

    en: str
    zh: str
    advice_en: str = ""
    advice_zh: str = ""


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One input.

    Parameters
    ----------
    kind
        ``number``, ``flag``, ``choice``, or ``list`` of numbers or choices.
    unit
        UCUM-like unit of a number; the one in which thresholds are printed.
    least, most
        Range in which the rule may be used, ends included; outside it the rule is not applicable.
    decimals
        Digits to which the guideline rounds (half up) before it compares; ``None``: as given.
    choices
        Values of a choice.
    default
        What stands when nothing is said; without one, a missing input is unknown.
    derived
        Worked out from other inputs; may not be given.
    """

    en: str
    zh: str
    kind: Literal["number", "flag", "choice", "list"] = "number"
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    decimals: int | None = None
    choices: dict[str, tuple[str, str]] = {}
    default: Any = None
    required: bool = False
    derived: bool = False


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row: when all of ``when`` holds, the table's value is ``then``."""

    id: str
    then: str
    when: dict[str, Any] = {}

    def conditions(self) -> tuple[Condition, ...]:
        """The conditions, read."""
        return tuple(parse(name, asked) for name, asked in self.when.items())


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Rows that give one value.

    ``is_ranked``: rows stand from the most to the least severe, so that a row that holds below one
    that cannot be decided means "at least". ``otherwise`` is the value when no row holds.
    ``is_step``: its value serves later tables and is no answer by itself.
    """

    en: str
    zh: str
    is_ranked: bool = False
    is_step: bool = False
    otherwise: str = ""
    values: dict[str, Label] = {}
    rows: tuple[Row, ...] = ()


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A number that a formula gives: its names, unit, and digits printed."""

    en: str
    zh: str
    unit: str = ""
    decimals: int = 2


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A worked example: what is given and what must come out."""

    id: str
    given: dict[str, Any]
    expect: dict[str, Any]


class RuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule set.

    Parameters
    ----------
    checked
        ``verified`` against a second public source, or ``unverified``: written from knowledge of
        the guideline alone, to be checked before clinical use. ``remark_…`` says what is which,
        ``second_source`` names what it was compared with.
    edition_zh
        The edition in Chinese, where it holds words.
    severity
        Name of the table by which findings of one study are ranked, for sets that judge findings.
    derive
        Name of the function (``derivations.py``) that works out derived inputs and numbers.
    parameters
        Coefficients and other numbers that the function works with.
    """

    id: str
    title_en: str
    title_zh: str
    edition: str
    effective_from: str
    source: str
    checked: Literal["verified", "unverified"]
    second_source: str = ""
    edition_zh: str = ""
    remark_en: str
    remark_zh: str
    inputs: dict[str, Input]
    tables: dict[str, Table] = {}
    numbers: dict[str, Number] = {}
    severity: str = ""
    derive: str = ""
    parameters: dict[str, Any] = {}
    examples: tuple[Example, ...] = ()
