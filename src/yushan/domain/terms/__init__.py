"""Terms: the field's words as data. Start at ``modalities.py``."""

from yushan.domain.terms.modalities import CLASSES, ROWS, ModalityClass, ModalityRow, modality_row

__all__ = ["CLASSES", "ROWS", "ModalityClass", "ModalityRow", "modality_row"]
