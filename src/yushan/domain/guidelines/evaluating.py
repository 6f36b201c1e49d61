"""A case under a rule set: inputs checked, rows tried in order, reasons kept.

Three-valued: a missing input makes a condition unknown. In a ranked table a row that holds below
one that is unknown means "at least"; elsewhere an unknown row means that nothing can be said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from yushan.domain.guidelines.conditions import all_of
from yushan.domain.guidelines.derivations import derived
from yushan.domain.guidelines.inputs import checked, rounded
from yushan.domain.guidelines.results import Asked, Outcome, Reason, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from yushan.domain.guidelines.definitions import Row, RuleSet, Table

#: A row whose value is this: the guideline leaves a gap here.
READER = "needs_reader"
#: A row whose value is this: the rule is not made for this case.
NOT_FOR = "not_applicable"


class Finding(NamedTuple):
    """The value of one table, if any, the rows that could not be decided, and why."""

    value: str | None
    missing: tuple[str, ...]
    reason: Reason | None


def evaluate(rule: RuleSet, given: Mapping[str, Any]) -> Result:
    """What the rule set says of a case.

    Parameters
    ----------
    rule
        One of ``rule_sets()``.
    given
        Input -> number, ``{"value": …, "unit": …}``, text of a choice, flag or list.

    Raises
    ------
    Rejected
        As ``inputs.checked``: a case that is written wrongly is refused, not evaluated.
    """
    case = checked(rule, given)
    values, numbers = derived(rule, case.values)
    used = {name: value for name, value in values.items() if value is not None}
    if case.outside:
        return Result(
            rule.id, rule.edition, Outcome.NOT_APPLICABLE, {}, {}, (), used, outside=case.outside
        )
    lacking = tuple(
        name for name, one in rule.inputs.items() if one.required and values[name] is None
    )
    if lacking:
        return Result(rule.id, rule.edition, Outcome.NOT_EVALUABLE, {}, {}, (), used, lacking)
    return concluded(rule, values, printed(rule, numbers), used)


def printed(rule: RuleSet, numbers: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Numbers with the digits that are printed."""
    return {name: rounded(value, rule.numbers[name].decimals) for name, value in numbers.items()}


def concluded(
    rule: RuleSet, values: dict[str, Any], numbers: dict[str, Decimal], used: dict[str, Any]
) -> Result:
    """All tables in order; each one's value is an input of the next ones."""
    known, found = {**values, **numbers}, dict[str, Finding]()
    for name, table in rule.tables.items():
        found[name] = finding(name, table, known)
        known[name] = found[name].value
    missing = tuple(dict.fromkeys(each for one in found.values() for each in one.missing))
    told = {name: one.value for name, one in found.items() if one.value is not None}
    because = tuple(one.reason for one in found.values() if one.reason is not None)
    lacking = tuple(name for name in missing if name not in rule.tables)
    kind = outcome(rule, found, has_numbers=bool(numbers))
    return Result(rule.id, rule.edition, kind, told, numbers, because, used, lacking)


def outcome(rule: RuleSet, found: Mapping[str, Finding], *, has_numbers: bool) -> Outcome:
    """What kind of answer it is."""
    told = {one.value for one in found.values() if one.value is not None}
    if NOT_FOR in told:
        return Outcome.NOT_APPLICABLE
    if READER in told:
        return Outcome.NEEDS_READER
    answers = [one.value for name, one in found.items() if not rule.tables[name].is_step]
    if not has_numbers and not any(answers):
        return Outcome.NOT_EVALUABLE
    is_bound = any(one.value is not None and one.missing for one in found.values())
    return Outcome.AT_LEAST if is_bound else Outcome.DECIDED


def finding(name: str, table: Table, known: Mapping[str, Any]) -> Finding:
    """The first row that holds, unless an undecided one may stand before it."""
    undecided: list[str] = []
    for row in table.rows:
        truth = all_of(row.conditions(), known)
        if truth is None:
            undecided += unknown(row, known)
        elif truth:
            if undecided and not table.is_ranked:
                return Finding(None, tuple(undecided), None)
            return Finding(row.then, tuple(undecided), reason(name, row, known))
    if undecided or not table.otherwise:
        return Finding(None, tuple(undecided), None)
    return Finding(table.otherwise, (), Reason(name, "otherwise", table.otherwise, ()))


def unknown(row: Row, known: Mapping[str, Any]) -> list[str]:
    """The inputs that a row needs and that are not known."""
    return [one.name for one in row.conditions() if known.get(one.name) is None]


def reason(name: str, row: Row, known: Mapping[str, Any]) -> Reason:
    """The row with what it asked and what was there."""
    asked = tuple(Asked(one, known[one.name]) for one in row.conditions())
    return Reason(name, row.id, row.then, asked)


def highest(rule: RuleSet, results: Iterable[Result]) -> Result | None:
    """The most severe of the findings of one study; ``None`` of none.

    Raises
    ------
    ValueError
        The rule set does not judge findings: a fault of the caller.
    """
    if not rule.severity:
        raise ValueError(f"{rule.id} does not rank findings")
    ranks = list(dict.fromkeys(row.then for row in rule.tables[rule.severity].rows))
    decided = [one for one in results if one.values.get(rule.severity) in ranks]
    return min(decided, key=lambda one: ranks.index(one.values[rule.severity]), default=None)
