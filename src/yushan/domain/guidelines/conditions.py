"""Conditions of a row, and whether they hold: yes, no, or not known.

In a file: ``"solid"`` or ``["solid", "ggn"]`` is one of these values, ``true`` a flag,
``">= 6 < 8"`` compares numbers, each part must hold. ``"has x"`` asks whether a list holds a value.
"""

from __future__ import annotations

import operator
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

OPERATORS: Final = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
PART: Final = re.compile(r"(>=|<=|>|<|=)\s*(-?\d+(?:\.\d+)?)\s*")
SIGNS: Final = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


class Bound(NamedTuple):
    """One comparison with a number."""

    sign: str
    number: Decimal

    def __str__(self) -> str:
        """As people write it."""
        return f"{SIGNS[self.sign]} {self.number}"


class Condition(NamedTuple):
    """What is asked of one input: one of ``values``, all ``bounds``, or that a list holds."""

    name: str
    values: tuple[Any, ...] = ()
    bounds: tuple[Bound, ...] = ()
    holds: str = ""

    def truth(self, given: Mapping[str, Any]) -> bool | None:
        """Whether it holds; ``None`` when the input is not known."""
        value = given.get(self.name)
        if value is None:
            return None
        if self.holds:
            return self.holds in value
        if self.bounds:
            return all(OPERATORS[bound.sign](value, bound.number) for bound in self.bounds)
        return value in self.values


def parse(name: str, asked: object) -> Condition:
    """A condition as a file writes it.

    Raises
    ------
    ValueError
        It is none of the forms above: a fault of the file.
    """
    if isinstance(asked, str) and asked.startswith("has "):
        return Condition(name, holds=asked.removeprefix("has "))
    if isinstance(asked, str) and asked[:1] in "<>=":
        bounds = tuple(Bound(sign, Decimal(number)) for sign, number in PART.findall(asked))
        if not bounds or PART.sub("", asked).strip():
            raise ValueError(f"not a comparison: {asked}")
        return Condition(name, bounds=bounds)
    if isinstance(asked, list):
        return Condition(name, values=tuple(asked))
    if isinstance(asked, (bool, str)):
        return Condition(name, values=(asked,))
    raise ValueError(f"not a condition: {asked!r}")


def all_of(conditions: tuple[Condition, ...], given: Mapping[str, Any]) -> bool | None:
    """Whether all hold: no as soon as one does not, unknown if one is unknown (Kleene)."""
    truths = [condition.truth(given) for condition in conditions]
    if False in truths:
        return False
    return None if None in truths else True
