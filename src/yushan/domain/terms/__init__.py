"""Terms: the field's words as data. Start at ``modalities.py``."""

from yushan.domain.terms.derived import asked_about, referenced_series
from yushan.domain.terms.modalities import CLASSES, ROWS, ModalityClass, ModalityRow, modality_row

__all__ = [
    "CLASSES",
    "ROWS",
    "ModalityClass",
    "ModalityRow",
    "asked_about",
    "modality_row",
    "referenced_series",
]
