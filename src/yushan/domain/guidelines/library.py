"""All rule sets of the house, read once."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from yushan.base import Absent
from yushan.domain.guidelines.definitions import RuleSet

FOLDER: Final = "data"


@cache
def rule_sets() -> dict[str, RuleSet]:
    """Rule sets by identifier, in the order of their names.

    Raises
    ------
    ValueError
        A file is not a rule set: a fault of the house.
    """
    folder = files("yushan.domain.guidelines") / FOLDER
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    found = [read((folder / name).read_text("utf-8")) for name in names]
    return {one.id: one for one in found}


def read(text: str) -> RuleSet:
    """A rule set from its file; numbers with a point keep all their digits."""
    return msgspec.convert(tomllib.loads(text, parse_float=Decimal), RuleSet)


def rule_set(name: str) -> RuleSet:
    """One rule set.

    Raises
    ------
    Absent
        ``guidelines.no-such-rule``.
    """
    found = rule_sets().get(name)
    if found is None:
        raise Absent("guidelines.no-such-rule", rule=name[:60])
    return found
