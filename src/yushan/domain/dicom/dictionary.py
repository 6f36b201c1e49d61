"""VRs: which exist, how their lengths are written, and which VR a tag has (PS3.6, from pydicom)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import dictionary_VR, tag_for_keyword

PIXEL_REPRESENTATION: Final = 0x00280103

#: VRs whose length field has 16 bits (PS3.5 table 7.1-2).
SHORT_VRS: Final = (
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS",
    "ST", "TM", "UI", "UL", "US",
)  # fmt: skip
#: VRs with two reserved bytes and a length of 32 bits (PS3.5 table 7.1-1).
LONG_VRS: Final = (
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
)  # fmt: skip

SHORT: Final = {vr.encode(): vr for vr in SHORT_VRS}
LONG: Final = {vr.encode(): vr for vr in LONG_VRS}

#: Tag → VR where a walk of Implicit VR has nothing to decide and nothing to open.
PLAIN_VR: Final = {
    tag: row[0]
    for tag, row in DicomDictionary.items()
    if len(row[0]) == 2 and row[0] not in ("SQ", "UN") and tag >> 16 and tag != PIXEL_REPRESENTATION
}

#: What an ambiguous VR is in Implicit VR; ``US or SS`` follows Pixel Representation instead.
IMPLICIT_CHOICE: Final = {
    "OB or OW": "OW",
    "US or OW": "OW",
    "US or SS or OW": "OW",
    "US or SS": "US",
    "NONE": "UN",
}


def follows_sign(tag: int) -> bool:
    """Whether the VR of the tag is ``US or SS``, decided by Pixel Representation."""
    row = DicomDictionary.get(tag)
    return row is not None and row[0] == "US or SS"


@lru_cache(maxsize=4096)
def implicit_vr(tag: int) -> str:
    """The VR of a tag in Implicit VR Little Endian; UN when the dictionary does not know it."""
    group, number = tag >> 16, tag & 0xFFFF
    if group & 1:
        return "LO" if 0x10 <= number <= 0xFF else "UL" if number == 0 else "UN"
    try:
        vr = dictionary_VR(tag)
    except KeyError:
        return "UL" if number == 0 else "UN"
    return IMPLICIT_CHOICE.get(vr, vr)


def tag_of(name: str) -> int | None:
    """The tag of an attribute by its keyword or its eight hex digits; None for neither."""
    if re.fullmatch("[0-9A-Fa-f]{8}", name):
        return int(name, 16)
    return tag_for_keyword(name)


def keyword_of(tag: int) -> str:
    """The keyword of a tag (PS3.6), empty when the dictionary does not know it."""
    row = DicomDictionary.get(tag)
    return row[4] if row is not None else ""
