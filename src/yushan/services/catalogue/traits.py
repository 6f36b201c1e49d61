"""What a series is found by, read from its attributes and grouped into few values. Pure."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from yushan.domain.terms import modality_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yushan.services.catalogue.values import Cell, Counts, SeriesRow

#: Edition of the rules in this file; series with another one are read again at the next start.
EDITION: Final = 1
AGE: Final = re.compile(r"(\d{1,3})([DWMY])")
OLDEST: Final = 90
#: Upper ends of the bands of slice thickness, µm, and their names.
BANDS: Final = ((1_000, "0-1"), (2_000, "1-2"), (3_000, "2-3"), (5_000, "3-5"), (10_000, "5-10"))
THICKEST: Final = "10+"
SEXES: Final = frozenset("MFO")
LONGEST: Final = 256


def load() -> tuple[tuple[str, str], ...]:
    """How makers begin, folded, and their one name."""
    text = (files("yushan.services.catalogue") / "data" / "makers.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple((row["begins"], row["name"]) for row in csv.DictReader(lines))


MAKERS: Final = load()


def maker(text: str) -> str:
    """The one name of a maker; one that is not known keeps its own."""
    folded = text.casefold()
    return next((name for begins, name in MAKERS if folded.startswith(begins)), text)


def years(text: str) -> int | None:
    """An age (AS) in whole years, ``090Y`` and older as 90; None if it says nothing."""
    found = AGE.fullmatch(text)
    if found is None:
        return None
    per_year = {"D": 365, "W": 52, "M": 12, "Y": 1}[found[2]]
    return min(int(found[1]) // per_year, OLDEST)


def micrometres(text: str) -> int | None:
    """A thickness (DS, mm) in µm; None if it is none between 1 µm and 1 m."""
    try:
        value = float(text) * 1000
    except ValueError:
        return None
    return round(value) if 1 <= value <= 1_000_000 else None


def age_band(age_years: int | None) -> str:
    """Ten years: ``0-9`` … ``80-89``, ``90+``; empty if it is not known."""
    if age_years is None:
        return ""
    first = age_years // 10 * 10
    return f"{first}-{first + 9}" if first < OLDEST else f"{OLDEST}+"


def slice_band(slice_um: int | None) -> str:
    """A band of thickness in mm, its upper end included; empty if it is not known."""
    if slice_um is None:
        return ""
    return next((name for end, name in BANDS if slice_um <= end), THICKEST)


def found_by(row: SeriesRow) -> dict[str, str]:
    """Kind → value of one series; an empty value is none."""
    return {
        "row": modality_row(row.modality).code,
        "modality": row.modality,
        "body_part": row.body_part,
        "manufacturer": maker(row.manufacturer),
        "model": row.model,
        "year": row.study_date[:4],
        "site": str(row.site),
        "sex": row.sex if row.sex in SEXES else "",
        "age": age_band(row.age_years),
        "slice": slice_band(row.slice_um),
        "contrast": row.contrast,
    }


def profile_of(series: Iterable[SeriesRow], cells: Mapping[Cell, Counts]) -> set[tuple[str, str]]:
    """What a study is found by: (kind, value); also its texts, and the cells that count it."""
    found, rows = set(), list(series)
    for row in rows:
        found |= set(found_by(row).items())
        found.add(("trio", trio(row.modality, row.body_part, row.site)))
        texts = (row.description, row.study_description)
        found |= {("text", text.casefold()[:LONGEST]) for text in texts}
    about = study_description(rows)
    found.add(("about", about.casefold()[:LONGEST]))
    found |= {("cell", cell_word(cell)) for cell, counts in cells.items() if counts.studies}
    return {(kind, value[:LONGEST]) for kind, value in found if value}


def arrival(row: SeriesRow) -> tuple[str, str]:
    """What decides which part came first."""
    return row.received_at, row.first_pack


def study_description(series: Iterable[SeriesRow]) -> str:
    """The description of a study: that of the series received first that has one."""
    ordered = sorted(series, key=lambda row: (*arrival(row), row.series_instance_uid))
    return next((row.study_description for row in ordered if row.study_description), "")


def trio(modality: str, body_part: str, site: str) -> str:
    """What one and the same series has."""
    return "|".join(part.replace("|", " ") for part in (modality, body_part, site))


def cell_word(cell: Cell) -> str:
    """A cell of the cube as a value."""
    return "|".join((cell.site, cell.row, cell.month, cell.body_part))


def cell_of(word: str) -> tuple[str, str, str, str]:
    """The value as (site, row, month, body part)."""
    site, row, month, part = word.split("|", 3)
    return site, row, month, part
