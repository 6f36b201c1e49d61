"""The decision table as a page of Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.domain.access.duo import TERMS
from yushan.domain.access.names import Action
from yushan.domain.access.table import TABLE, actions_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def drawn() -> str:
    """Roles × actions, the rules, their conditions and obligations, the conditions of use."""
    return "\n\n".join([matrix(), rules(), conditions(), obligations(), terms()]) + "\n"


def lines(head: str, rows: Iterable[str]) -> str:
    """A Markdown table."""
    bar = "|" + "---|" * (head.count("|") - 1)
    return "\n".join([head, bar, *rows])


def matrix() -> str:
    """Which role may which action at all."""
    marks = (
        f"| `{one}` {TABLE.action[one].zh} | "
        + " | ".join("●" if one in actions_of(role) else "" for role in TABLE.role)
        + " |"
        for one in Action
    )
    head = "| action | " + " | ".join(TABLE.role) + " |"
    return "## Who may what at all\n\n" + lines(head, marks)


def rules() -> str:
    """Every row of the table."""
    rows = (
        f"| {one.name} | {spoken(one.roles)} | `{one.action}` | {spoken(one.kinds)} "
        f"| {spoken(one.when)} | {spoken(one.oblige)} |"
        for one in TABLE.rule
    )
    head = "| rule | roles | action | things | all must hold | obliges to |"
    return "## The rules\n\n" + lines(head, rows)


def conditions() -> str:
    """What conditions mean."""
    rows = (
        f"| `{name}` | {row.about} | {row.en} | {row.zh} | `{row.code}` |"
        for name, row in TABLE.condition.items()
    )
    head = "| condition | about | holds when | 意義 | else |"
    return "## Conditions\n\n" + lines(head, rows)


def obligations() -> str:
    """What obligations mean."""
    rows = (
        f"| `{name}` | {row.when} | {row.en} | {row.zh} |" for name, row in TABLE.obligation.items()
    )
    return "## Obligations\n\n" + lines("| obligation | when | means | 意義 |", rows)


def terms() -> str:
    """The conditions of use."""
    rows = (
        f"| `{code}` | {one.short} | {one.kind} | {one.en} | {one.zh} | {one.test} | {one.oblige} |"
        for code, one in TERMS.items()
    )
    head = "| code | short | kind | means | 意義 | test | obliges to |"
    return "## Conditions of use\n\n" + lines(head, rows)


def spoken(names: Iterable[str]) -> str:
    """Names one after the other."""
    return ", ".join(names)
