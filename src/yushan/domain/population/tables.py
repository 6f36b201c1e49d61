"""The tables of this room, read once."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA: Final = files("yushan.domain.population") / "data"


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of ``data/<name>.csv``, each by the names of the columns."""
    lines = (DATA / f"{name}.csv").read_text("utf-8").splitlines()
    return tuple(csv.DictReader(lines))


@cache
def tree(name: str) -> Mapping[str, Any]:
    """The content of ``data/<name>.toml``."""
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))
