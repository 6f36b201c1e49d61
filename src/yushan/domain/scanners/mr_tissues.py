"""Relaxation of tissues, read from ``data/mr_tissues.toml``. Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Field strengths of the table's columns, T.
FIELDS: Final = (1.5, 3.0)
#: T2* of a gradient echo as a share of T2, by field: shim and iron (plausible, not measured).
T2_STAR: Final = (0.8, 0.65)


class Relaxation(NamedTuple):
    """One tissue at one field.

    ``pd`` relative to water; ``t1_ms``, ``t2_ms``, ``t2s_ms``; ``adc_mm2_s``; ``uptake_mm``: mM of
    the agent; ``spread``: share of the mean; ``flow``: empty, ``slow`` or ``fast``; ``is_fat``.
    """

    pd: float
    t1_ms: float
    t2_ms: float
    t2s_ms: float
    adc_mm2_s: float
    uptake_mm: float
    spread: float
    flow: str
    is_fat: bool


@cache
def table() -> Mapping[str, Mapping[str, object]]:
    """The rows of the file by tissue."""
    page = files("yushan.domain.scanners") / "data" / "mr_tissues.toml"
    return tomllib.loads(page.read_text("utf-8"))


def between(pair: object, field_t: float) -> float:
    """A value at a field, along the line through those at 1.5 and 3 T."""
    if not isinstance(pair, list):
        raise TypeError("a pair of numbers is wanted")
    share = (field_t - FIELDS[0]) / (FIELDS[1] - FIELDS[0])
    return float(pair[0] + (pair[1] - pair[0]) * share)


@cache
def relaxation(field_t: float) -> Mapping[str, Relaxation]:
    """All tissues at a field between 1 and 3.5 T.

    Raises
    ------
    ValueError
        The field lies outside.
    """
    if not 1 <= field_t <= 3.5:
        raise ValueError(f"no relaxation times for {field_t} T")
    return {name: read(row, field_t) for name, row in table().items()}


def read(row: Mapping[str, object], field_t: float) -> Relaxation:
    """One row of the table at one field."""
    number = {key: float(str(row[key])) for key in ("pd", "adc", "uptake", "spread")}
    t2 = between(row["t2"], field_t)
    return Relaxation(
        number["pd"],
        between(row["t1"], field_t),
        t2,
        t2 * between(list(T2_STAR), field_t),
        number["adc"] / 1000,
        number["uptake"],
        number["spread"],
        str(row.get("flow", "")),
        bool(row.get("fat", False)),
    )
