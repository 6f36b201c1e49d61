"""Every worked example of every rule set, and what must hold of all of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yushan.domain.guidelines import Outcome, evaluate, rule_sets
from yushan.domain.guidelines.conditions import all_of
from yushan.domain.guidelines.derivations import FUNCTIONS

RULES = rule_sets()
CASES = [
    pytest.param(rule, example, id=example.id)
    for rule in RULES.values()
    for example in rule.examples
]
#: Numbers agree to half of the last digit printed, unless a file says that its source is coarser.
HALF_A_DIGIT = "0.005"
#: How many examples the page of rules gives, by the letters of their numbers.
WORKED = {"LR": 25, "FL": 12, "CA": 12, "PT": 5, "CD": 12, "NP": 12, "RB": 12, "RE": 14, "PC": 12,
          "S2": 12, "PV": 12, "ME": 12, "BR": 10, "MS": 10, "EG": 10, "PA": 12, "CX": 12,
          "SM": 14}  # fmt: skip


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_worked_example_comes_out_as_printed(rule, example):
    result = evaluate(rule, example.given)
    assert example.expect
    for name, wanted in example.expect.items():
        if name == "outcome":
            assert result.outcome == wanted
        elif name in rule.numbers:
            near = Decimal(rule.parameters.get("tolerance", HALF_A_DIGIT))
            assert abs(result.numbers[name] - wanted) <= near, result
        else:
            assert result.values.get(name) == wanted, result
    if result.values:
        assert {reason.table for reason in result.because} == set(result.values)


def test_all_examples_are_there():
    ids = [example.id for rule in RULES.values() for example in rule.examples]
    assert len(ids) == len(set(ids))
    found = {letters: sum(one.startswith(letters) for one in ids) for letters in WORKED}
    assert found == WORKED


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_set_is_whole(rule):
    """Names that rows use exist, every value has both languages, every derivation is there."""
    assert not rule.derive or rule.derive in FUNCTIONS
    assert not rule.severity or rule.severity in rule.tables
    known = set(rule.inputs) | set(rule.numbers)
    for name, table in rule.tables.items():
        ids = [row.id for row in table.rows]
        assert len(ids) == len(set(ids)), name
        for row in table.rows:
            assert {condition.name for condition in row.conditions()} <= known, (name, row.id)
        results = {row.then for row in table.rows} | ({table.otherwise} - {""})
        assert results == set(table.values), name
        assert all(label.en and label.zh for label in table.values.values())
        known.add(name)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_rows_ask_for_choices_that_exist(rule):
    rows = [row for table in rule.tables.values() for row in table.rows]
    for one in (condition for row in rows for condition in row.conditions()):
        choices = rule.inputs[one.name].choices if one.name in rule.inputs else {}
        if choices:
            assert {one.holds, *one.values} - {""} <= set(choices), one


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_with_nothing_given_nothing_is_said(rule):
    result = evaluate(rule, {})
    if result.outcome is Outcome.DECIDED:
        # Only what the defaults say may be concluded, and it is named.
        assert all(all_of(tuple(one.condition for one in reason.asked), result.used)
                   for reason in result.because)  # fmt: skip
    else:
        assert result.outcome is Outcome.NOT_EVALUABLE
        assert result.missing
