"""The modality rows and classes of the national statistics (B9): 18 rows in 15 classes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class ModalityClass:
    """One of the 15 classes, with its names."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ModalityRow:
    """One of the 18 rows: a code of the published table and the DICOM modalities it counts."""

    code: str
    group: ModalityClass
    modalities: tuple[str, ...]


def load() -> tuple[ModalityRow, ...]:
    """The rows in the published order."""
    text = (files("yushan.domain.terms") / "data" / "modality_rows.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(
        ModalityRow(
            line["row"],
            ModalityClass(line["class"], line["zh"], line["en"]),
            tuple(line["modalities"].split()),
        )
        for line in csv.DictReader(lines)
    )


ROWS: Final = load()
CLASSES: Final = tuple(dict.fromkeys(row.group for row in ROWS))
OTHER: Final = ROWS[-1]
BY_MODALITY: Final = {modality: row for row in ROWS for modality in row.modalities}


def modality_row(modality: str) -> ModalityRow:
    """The row that counts a DICOM modality; what no row names is *other*."""
    return BY_MODALITY.get(modality.strip().upper(), OTHER)
