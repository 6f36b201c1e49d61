"""Every row is decided as it says; what no row of the table allows is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spec.access.rows import NOW, rows

from yushan.base import codes
from yushan.domain.access import (
    ANYTHING,
    TABLE,
    TERMS,
    Action,
    Actor,
    Kind,
    Purpose,
    Rule,
    Thing,
    actions_of,
    decide,
    kept,
)
from yushan.domain.access.conditions import CONDITIONS
from yushan.domain.access.duo import TESTS

ROWS = rows()
NAMES = sorted(TABLE.role)
some_roles = st.frozensets(st.sampled_from(NAMES))
some_case = st.sampled_from(ROWS)
actions = st.sampled_from(list(Action))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row.line.values()))
def test_the_row_is_decided_as_it_says(row):
    decision = decide(row.actor, row.line["action"], row.thing, NOW)
    told = "yes" if decision.allow else " ".join(decision.reasons)
    assert (told, " ".join(decision.obligations)) == (row.line["answer"], row.line["obliges"])


def test_there_are_enough_rows_and_each_rule_allows_and_each_condition_refuses_one():
    assert len(ROWS) >= 100
    decided = [decide(row.actor, row.line["action"], row.thing, NOW) for row in ROWS]
    allowed = {reason for one in decided if one.allow for reason in one.reasons}
    refused = {reason for one in decided if not one.allow for reason in one.reasons}
    assert allowed == {rule.name for rule in TABLE.rule}
    assert refused == {row.code for row in TABLE.condition.values()} | {
        "access.no-rule", "access.reads-only"
    }  # fmt: skip


def test_the_table_is_whole_and_has_nothing_that_nothing_uses():
    assert set(TABLE.action) == set(Action) == {rule.action for rule in TABLE.rule}
    assert set(TABLE.kind) == set(Kind) == {kind for rule in TABLE.rule for kind in rule.kinds}
    assert set(TABLE.condition) == set(CONDITIONS)
    assert set(CONDITIONS) == {name for rule in TABLE.rule for name in rule.when}
    used = {one for rule in TABLE.rule for one in rule.oblige}
    used |= {term.oblige for term in TERMS.values() if term.oblige}
    assert used | {"embargo", "return-data"} == set(TABLE.obligation)
    assert set(TABLE.role) == {role for rule in TABLE.rule for role in rule.roles}
    assert {term.test for term in TERMS.values()} | {"unknown"} == set(TESTS)
    assert len({rule.name for rule in TABLE.rule}) == len(TABLE.rule)
    assert {row.code for row in TABLE.condition.values()} <= codes().keys()


def test_no_role_decides_on_what_it_makes():
    for role in NAMES:
        may = actions_of(role)
        assert not {Action.APPLY_FOR_DATA, Action.REVIEW_APPLICATIONS} <= may
        assert not {Action.REQUEST_OUTPUT, Action.CHECK_OUTPUT} <= may
        assert not {Action.MANAGE_ACCOUNTS, Action.SEE_IMAGES} <= may
        assert not {Action.SUBMIT_MODELS, Action.RELEASE_MODEL} <= may


@given(some_roles, actions, some_case)
def test_without_a_rule_nothing_is_allowed(roles, action, case):
    empty = TABLE.__class__(**{name: getattr(TABLE, name) for name in TABLE.__struct_fields__
                               if name != "rule"}, rule=())  # fmt: skip
    actor = replace(case.actor, roles=roles)
    for thing in (case.thing, ANYTHING):
        decision = decide(actor, action, thing, NOW, table=empty)
        assert not decision.allow  # a token that only reads is refused before any rule is asked
        assert decision.reasons in {("access.no-rule",), ("access.reads-only",)}


@given(some_roles, some_roles, actions, some_case)
def test_a_further_role_never_takes_a_right_away(roles, more, action, case):
    few, many = (replace(case.actor, roles=some) for some in (roles, roles | more))
    for thing in (case.thing, ANYTHING):
        if decide(few, action, thing, NOW).allow:
            assert decide(many, action, thing, NOW).allow


@given(st.sampled_from(sorted(TABLE.obligation)), actions, some_roles, some_case)
def test_a_further_obligation_never_widens(obligation, action, roles, case):
    rules = tuple(
        Rule(rule.name, rule.roles, rule.action, rule.kinds, rule.when, (*rule.oblige, obligation))
        for rule in TABLE.rule
    )
    heavier = TABLE.__class__(**{name: getattr(TABLE, name) for name in TABLE.__struct_fields__
                                 if name != "rule"}, rule=rules)  # fmt: skip
    actor = replace(case.actor, roles=roles)
    plain = decide(actor, action, case.thing, NOW)
    burdened = decide(actor, action, case.thing, NOW, table=heavier)
    assert burdened.allow == plain.allow
    assert set(plain.obligations) <= set(burdened.obligations)


@given(st.sampled_from([row for row in ROWS if row.line["answer"] == "yes"]),
       st.sampled_from(sorted(TABLE.condition)))  # fmt: skip
def test_a_further_condition_never_widens(case, condition):
    rules = tuple(
        Rule(rule.name, rule.roles, rule.action, rule.kinds, (*rule.when, condition), rule.oblige)
        for rule in TABLE.rule
    )
    stricter = TABLE.__class__(**{name: getattr(TABLE, name) for name in TABLE.__struct_fields__
                                  if name != "rule"}, rule=rules)  # fmt: skip
    if decide(case.actor, case.line["action"], case.thing, NOW, table=stricter).allow:
        assert decide(case.actor, case.line["action"], case.thing, NOW).allow


@given(some_roles, actions, st.sampled_from(list(Kind)))
def test_what_is_allowed_for_a_thing_is_allowed_at_all(roles, action, kind):
    actor = Actor(roles=roles, id="u")
    if decide(actor, action, Thing(kind=kind, owner="u"), NOW).allow:
        assert decide(actor, action, ANYTHING, NOW).allow


def test_a_misspelt_action_is_a_programmers_error():
    with pytest.raises(ValueError, match="see_image"):
        decide(Actor(), "see_image", ANYTHING, NOW)


def test_obligations_are_told_apart_by_when_they_are_done():
    told = ("confirm", "purpose", "record", "mask:p7", "unheard-of")
    assert kept("before", told) == ("confirm", "purpose")
    assert kept("while", told) == ("record", "mask:p7")


def test_an_embargo_and_the_return_of_data_come_as_obligations():
    purpose = Purpose(aim="health")
    terms = frozenset({"DUO:0000042", "DUO:0000024=2027-06-30", "DUO:0000029", "YS:NO-LINKAGE"})
    actor = Actor(roles=frozenset({"steward"}), id="u", purpose=purpose)
    thing = Thing(kind=Kind.DATASET, owner="v", terms=terms, facts=frozenset({"export-agreed"}))
    duties = decide(actor, "export_data", thing, NOW).obligations
    assert {"embargo", "return-data", "no-linkage"} <= set(duties)
