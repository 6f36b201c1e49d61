"""The decision table (``data/access.toml``) as values."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from yushan.domain.access.names import Action, Kind


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in both languages."""

    en: str
    zh: str


class ActionRow(Wording, frozen=True, forbid_unknown_fields=True):
    """An action: ``reads`` ones change nothing."""

    reads: bool = False


class RoleRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role: ``powerful`` ones are granted by two persons, ``person`` ones can be given."""

    en: str
    zh: str
    powerful: bool = False
    person: bool = True


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition: what it asks about, the code that says it is not met, its sentence."""

    about: Literal["actor", "thing"]
    code: str
    en: str
    zh: str


class Duty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An obligation: done ``before`` the act, or ``while`` it is done."""

    when: Literal["before", "while"]
    en: str
    zh: str


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table: these roles may do this to things of these kinds, when all holds."""

    name: str
    roles: tuple[str, ...]
    action: Action
    kinds: tuple[Kind, ...]
    when: tuple[str, ...] = ()
    oblige: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    confirm_s: int
    role: dict[str, RoleRow]
    action: dict[Action, ActionRow]
    kind: dict[Kind, Wording]
    condition: dict[str, Row]
    obligation: dict[str, Duty]
    rule: tuple[Rule, ...]


def load() -> Table:
    """The table; an unknown action, kind or key in it is an error at import."""
    text = (files("yushan.domain.access") / "data" / "access.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Table)


TABLE: Final = load()


def split_up(table: Table) -> dict[Action, tuple[Rule, ...]]:
    """Action → its rules in the table's order."""
    return {one: tuple(rule for rule in table.rule if rule.action == one) for one in Action}


OWN: Final = split_up(TABLE)


def rules_for(table: Table, action: Action) -> tuple[Rule, ...]:
    """The rules of one action in the table's order."""
    return (OWN if table is TABLE else split_up(table))[action]


@cache
def actions_of(role: str) -> frozenset[Action]:
    """Everything that a role may do to something, under whatever conditions."""
    return frozenset(rule.action for rule in TABLE.rule if role in rule.roles)


def kept(when: Literal["before", "while"], obligations: tuple[str, ...]) -> tuple[str, ...]:
    """The obligations that are done before, or while, the act."""
    return tuple(
        one
        for one in obligations
        if (row := TABLE.obligation.get(one.partition(":")[0])) is not None and row.when == when
    )
