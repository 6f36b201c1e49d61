"""The DICOM JSON Model (PS3.18 annex F) of a walked data set; bulk stays where it is."""

from __future__ import annotations

import math
import struct
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from yushan.domain.dicom.dictionary import implicit_vr
from yushan.domain.dicom.pixels import PIXEL_TAGS
from yushan.domain.dicom.text import SPECIFIC_CHARACTER_SET, declared_charset, text_values
from yushan.domain.dicom.values import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.domain.dicom.values import Element, Part10

    Charset = tuple[str, ...]

#: Values longer than this stay in the file and are named by a Bulk Data URI.
INLINE_BYTES: Final = 1024

#: Binary numbers: VR → struct code.
NUMBERS: Final = {
    "FD": "d", "FL": "f", "SL": "i", "SS": "h", "SV": "q", "UL": "I", "US": "H", "UV": "Q",
}  # fmt: skip
#: Bytes: VR → size of one value, for the byte order.
BYTES: Final = {"OB": 1, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2, "UN": 1}
PN_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")


class JsonWriter:
    """Writes one file's data set as JSON values and notes where its bulk lies."""

    def __init__(self, part: Part10) -> None:
        self.part = part
        self.order = ">" if part.big_endian else "<"
        self.bulk: list[tuple[str, int, int]] = []

    def dataset(
        self, elements: tuple[Element, ...], charset: Charset = (), path: str = ""
    ) -> dict[str, Any]:
        """The attributes of a data set or item, keyed by tag, in tag order as in the file.

        Group lengths are left out. ``path`` leads to the item: ``00081140/0/``.
        """
        charset = declared_charset(self.part, elements) or charset
        written = {}
        for element in elements:
            if element.tag & 0xFFFF:
                key = f"{element.tag:08X}"
                written[key] = self.attribute(element, charset, path + key)
        if SPECIFIC_CHARACTER_SET in (element.tag for element in elements[:4]):
            written["00080005"] = {"vr": "CS", "Value": ["ISO_IR 192"]}
        return written

    def attribute(self, element: Element, charset: Charset, path: str) -> dict[str, Any]:
        """One attribute: ``vr`` with ``Value``, ``InlineBinary`` or ``BulkDataURI``, or neither.

        A UN whose tag the dictionary knows is read as what it is.
        """
        if element.items is not None or element.vr == "SQ":
            return self.sequence(element, charset, path)
        if element.vr == "UN":
            element = element._replace(vr=implicit_vr(element.tag))
        vr, length = element.vr, element.end - element.value
        if element.tag in PIXEL_TAGS or element.length == UNDEFINED:
            return self.left_in_file(element, path)
        if not length:
            return {"vr": vr}
        if vr in BYTES or vr in NUMBERS:
            if length > INLINE_BYTES:
                return self.left_in_file(element, path)
            raw = bytes(self.part.buffer[element.value : element.end])
            return {"vr": vr, **(self.inline(vr, raw) if vr in BYTES else self.numbers(vr, raw))}
        value = self.values(element, charset)
        return {"vr": vr, "Value": value} if value else {"vr": vr}

    def sequence(self, element: Element, charset: Charset, path: str) -> dict[str, Any]:
        """A sequence with its items."""
        items = [
            self.dataset(item.elements, charset, f"{path}/{index}/")
            for index, item in enumerate(element.items or ())
        ]
        return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}

    def left_in_file(self, element: Element, path: str) -> dict[str, Any]:
        """A value that stays in the file; the door that serves it fills in the address."""
        self.bulk.append((path, element.value, element.end - element.value))
        return {"vr": element.vr, "BulkDataURI": ""}

    def inline(self, vr: str, raw: bytes) -> dict[str, Any]:
        """Bytes as base 64, little-endian."""
        size = BYTES[vr]
        if self.part.big_endian and size > 1 and len(raw) % size == 0:
            raw = b"".join(raw[at : at + size][::-1] for at in range(0, len(raw), size))
        return {"InlineBinary": b64encode(raw).decode()}

    def numbers(self, vr: str, raw: bytes) -> dict[str, Any]:
        """Binary numbers; what JSON cannot say (NaN, infinity) is a string."""
        code = NUMBERS[vr]
        count = len(raw) // struct.calcsize(code)
        found = struct.unpack_from(f"{self.order}{count}{code}", raw)
        if code in "df":
            found = tuple(x if math.isfinite(x) else str(x).replace("nan", "NaN") for x in found)
        return {"Value": list(found)} if found else {}

    def values(self, element: Element, charset: Charset) -> list[Any]:
        """The values of a character VR or AT; a text nobody can read is left out."""
        if element.vr == "AT":
            raw = bytes(self.part.buffer[element.value : element.end])
            pairs = struct.iter_unpack(f"{self.order}HH", raw[: len(raw) // 4 * 4])
            return [f"{group:04X}{number:04X}" for group, number in pairs]
        texts = text_values(self.part, element, charset) or ()
        write = WRITERS.get(element.vr)
        return [(write(text) if write else text) if text else None for text in texts]


def person_name(text: str) -> dict[str, str]:
    """A PN by its component groups; empty groups are left out."""
    return {name: group for name, group in zip(PN_GROUPS, text.split("="), strict=False) if group}


def whole(text: str) -> int | str:
    """An IS as a number, or as it is when it is none."""
    try:
        return int(text) if len(text) <= 12 and "_" not in text else text
    except ValueError:
        return text


def decimal(text: str) -> float | int | str:
    """A DS as a number, or as it is when it is none."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number) or "_" in text:
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


WRITERS: Final[dict[str, Callable[[str], Any]]] = {
    "PN": person_name,
    "IS": whole,
    "DS": decimal,
}
