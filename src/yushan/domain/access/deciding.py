"""The one door-keeper: rows of the table asked in order. Pure; what no rule allows is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from yushan.domain.access.conditions import CONDITIONS
from yushan.domain.access.duo import obligations_of
from yushan.domain.access.names import Action
from yushan.domain.access.table import TABLE, rules_for
from yushan.domain.access.values import Decision

if TYPE_CHECKING:
    from datetime import datetime

    from yushan.domain.access.table import Rule, Table
    from yushan.domain.access.values import Actor, Thing

NO_RULE: Final = "access.no-rule"
READS_ONLY: Final = "access.reads-only"


def decide(
    actor: Actor, action: str, thing: Thing, now: datetime, *, table: Table = TABLE
) -> Decision:
    """Whether ``actor`` may do ``action`` to ``thing`` at ``now``, why, and what must be done.

    An actor with several roles may what any of them may; obligations of every rule that allows
    add up. For ``ANYTHING`` only conditions about the actor are asked: whether there could be
    such a thing; whoever acts on one asks again with the thing itself.

    Raises
    ------
    ValueError
        No such action exists (a programmer's error).
    """
    if actor.reads_only and not table.action[Action(action)].reads:
        return Decision(allow=False, reasons=(READS_ONLY,))
    rules = [rule for rule in rules_for(table, Action(action)) if fits(rule, actor, thing)]
    unmet = [lacking(rule, actor, thing, now, table) for rule in rules]
    allowing = [rule for rule, missing in zip(rules, unmet, strict=True) if not missing]
    if allowing:
        reasons = tuple(rule.name for rule in allowing)
        return Decision(allow=True, reasons=reasons, obligations=due(allowing, actor, thing, now))
    return Decision(allow=False, reasons=min(unmet, key=len, default=(NO_RULE,)))


def fits(rule: Rule, actor: Actor, thing: Thing) -> bool:
    """Whether the rule is about somebody like this and something like that."""
    about = thing.kind is None or thing.kind in rule.kinds
    return about and not actor.roles.isdisjoint(rule.roles)


def lacking(rule: Rule, actor: Actor, thing: Thing, now: datetime, table: Table) -> tuple[str, ...]:
    """Codes of the conditions that do not hold, in the rule's order."""
    asked = [
        (name, table.condition[name])
        for name in rule.when
        if thing.kind is not None or table.condition[name].about == "actor"
    ]
    return tuple(row.code for name, row in asked if not CONDITIONS[name](actor, thing, now))


def due(rules: list[Rule], actor: Actor, thing: Thing, now: datetime) -> tuple[str, ...]:
    """Obligations of the rules and of the conditions of use, without those that are met."""
    wanted = {one for rule in rules for one in rule.oblige}
    ordered = [one for one in TABLE.obligation if one in wanted]
    told = [spelled(one, actor) for one in ordered if not is_met(one, actor, thing, now)]
    terms = () if thing.kind is None else obligations_of(thing.terms)
    return tuple(dict.fromkeys([*told, *terms]))


def spelled(obligation: str, actor: Actor) -> str:
    """The obligation with what it is about: ``mask:project-7``."""
    return f"mask:{actor.scope.mask}" if obligation == "mask" else obligation


def is_met(obligation: str, actor: Actor, thing: Thing, now: datetime) -> bool:
    """Whether an obligation is done already, or has nothing to be done to."""
    if obligation == "confirm":
        fresh = timedelta(seconds=TABLE.confirm_s)
        return actor.confirmed_at is not None and now - actor.confirmed_at <= fresh
    if obligation == "purpose":
        return actor.purpose is not None or bool(actor.stated & {"*", thing.study})
    if obligation == "second_person":
        return bool(thing.sealed_by - {actor.id})
    return obligation == "mask" and not actor.scope.mask
