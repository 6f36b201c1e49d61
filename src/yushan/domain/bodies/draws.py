"""Parameters of a body drawn from tables of a population."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Age that the means are of.
MIDDLE_AGE: Final = 58.0


@cache
def rows(table: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of ``data``; lines that begin with # are comments."""
    text = (files(__package__) / "data" / f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def drawn(table: str, seed: int, sex: str, fixed: Mapping[str, float | None]) -> dict[str, float]:
    """One value for each row: normal by sex and age, cut at its limits; wishes stand.

    Parameters
    ----------
    table
        Name of the table.
    seed
        Of chance.
    sex
        ``male`` or ``female``.
    fixed
        Wished values by name; None is no wish.
    """
    found: dict[str, float] = {}
    for number, row in enumerate(rows(table)):
        rng = np.random.default_rng((seed, 5, number))
        value = float(row[f"{sex}_mean"]) + float(row[f"{sex}_sd"]) * rng.standard_normal()
        value += float(row["per_year"]) * (found.get("age_years", MIDDLE_AGE) - MIDDLE_AGE)
        value = min(max(value, float(row["low"])), float(row["high"]))
        wish = fixed.get(row["name"])
        found[row["name"]] = value if wish is None else float(wish)
    return found
