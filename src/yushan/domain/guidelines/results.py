"""What an evaluation answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from yushan.domain.guidelines.conditions import Condition


class Outcome(StrEnum):
    """Whether there is an answer."""

    DECIDED = "decided"
    #: A more severe row could not be decided: the true value is this one or a more severe one.
    AT_LEAST = "at-least"
    #: An input is missing without which nothing can be said.
    NOT_EVALUABLE = "not-evaluable"
    #: The rule is not made for this case.
    NOT_APPLICABLE = "not-applicable"
    #: The guideline has no row for this case; a person must decide.
    NEEDS_READER = "needs-reader"


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition, and the value of the input that met it."""

    condition: Condition
    value: Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a table has its value: the row, and what it asked."""

    table: str
    row: str
    value: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule set says of one case.

    ``values`` by table, ``numbers`` by name (rounded as they are printed), ``missing`` inputs
    without which more could not be said, ``outside`` the inputs that are out of the rule's range.
    """

    rule: str
    edition: str
    outcome: Outcome
    values: dict[str, str]
    numbers: dict[str, Decimal]
    because: tuple[Reason, ...]
    used: dict[str, Any]
    missing: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
