"""Coded concepts of results (PS3.16), each as value, scheme and meaning."""

from __future__ import annotations

from typing import Final, NamedTuple

from pydicom.dataset import Dataset


class Code(NamedTuple):
    """One coded concept.

    Parameters
    ----------
    value
        Code Value, e.g. ``39607008``.
    scheme
        Coding Scheme Designator: ``SCT``, ``DCM``, ``UCUM``, ``99YUSHAN`` …
    meaning
        Code Meaning in English, at most 64 characters.
    """

    value: str
    scheme: str
    meaning: str

    def item(self) -> Dataset:
        """The code as an item of a code sequence; long values go where PS3.3 8.1 puts them."""
        made = Dataset()
        if len(self.value) > 16:
            made.LongCodeValue = self.value
        else:
            made.CodeValue = self.value
        made.CodingSchemeDesignator, made.CodeMeaning = self.scheme, self.meaning
        return made


def code_of(item: Dataset) -> Code:
    """The code in an item of a code sequence."""
    value = item.get("CodeValue") or item.get("LongCodeValue") or item.get("URNCodeValue") or ""
    return Code(
        str(value), str(item.get("CodingSchemeDesignator", "")), str(item.get("CodeMeaning", ""))
    )


LEFT: Final = Code("7771000", "SCT", "Left")
RIGHT: Final = Code("24028007", "SCT", "Right")
ANATOMY: Final = Code("123037004", "SCT", "Anatomical Structure")
ABNORMAL: Final = Code("49755003", "SCT", "Morphologically Abnormal Structure")
TISSUE: Final = Code("85756007", "SCT", "Body tissue structure")

MM: Final = Code("mm", "UCUM", "mm")
MM2: Final = Code("mm2", "UCUM", "mm2")
MM3: Final = Code("mm3", "UCUM", "mm3")
ML: Final = Code("mL", "UCUM", "mL")
HU: Final = Code("[hnsf'U]", "UCUM", "Hounsfield Unit")
ONE: Final = Code("1", "UCUM", "no units")
PERCENT: Final = Code("%", "UCUM", "Percent")
#: Units by their UCUM symbol, with the meaning that is written beside.
UNITS: Final = {unit.value: unit for unit in (MM, MM2, MM3, ML, HU, ONE, PERCENT)}


def unit_of(symbol: str) -> Code:
    """A UCUM unit; its symbol stands for the meaning where we have no better."""
    return UNITS.get(symbol, Code(symbol, "UCUM", symbol))
