"""Codes of structures for segmentations: SNOMED CT, with laterality."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Code3(NamedTuple):
    """What a structure is called in coded terms.

    Parameters
    ----------
    scheme, value, meaning
        The anatomic structure (Segmented Property Type).
    category
        Code value and meaning of the category (SCT).
    laterality
        Code value and meaning of left or right (SCT), both empty for neither.
    rgb
        A colour usual for it, 0 to 255.
    """

    scheme: str
    value: str
    meaning: str
    category: tuple[str, str]
    laterality: tuple[str, str]
    rgb: tuple[int, int, int]


@cache
def table() -> dict[str, Code3]:
    """All structures with codes, by name."""
    text = (files(__package__) / "data" / "organs.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["structure"]: code(row) for row in rows}


def code(row: dict[str, str]) -> Code3:
    """One row of the table."""
    red, green, blue = (int(part) for part in row["rgb"].split())
    return Code3(
        row["scheme"],
        row["value"],
        row["meaning"],
        (row["category"], row["category_meaning"]),
        (row["laterality"], row["laterality_meaning"]),
        (red, green, blue),
    )


def code_of(name: str) -> Code3 | None:
    """The code of a structure by its name, or None where the table has none.

    A number at the end (``lung_nodule_2``) is left away where the table has no such name.
    """
    return table().get(name) or table().get(name.rstrip("0123456789").rstrip("_"))
