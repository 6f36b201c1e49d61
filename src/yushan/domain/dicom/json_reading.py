"""From the DICOM JSON Model (PS3.18 annex F) to a data set in Explicit VR Little Endian. Pure.

Nothing is believed of what comes in: an attribute whose value is not what its VR says makes the
whole a refusal. Texts are written in UTF-8 whatever character set was said.
"""

from __future__ import annotations

import re
import struct
from base64 import b64decode
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected
from yushan.domain.dicom.dictionary import implicit_vr
from yushan.domain.dicom.json_model import BYTES, NUMBERS, PN_GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yushan.domain.dicom.values import Buffer

    #: What a Bulk Data URI stands for: its pieces, or fragments of compressed pixels.
    Bulk = Callable[[str], "BulkValue"]

TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")
TEXTS: Final = frozenset(
    {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI",
     "UR", "UT"}
)  # fmt: skip
#: VRs with a length of 32 bits (PS3.5 table 7.1-1).
LONG: Final = frozenset(
    {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}
)
KNOWN: Final = TEXTS | LONG | NUMBERS.keys() | {"AT"}
SPECIFIC_CHARACTER_SET: Final = 0x00080005
UTF_8: Final = {"vr": "CS", "Value": ["ISO_IR 192"]}
MAX_DEPTH: Final = 16
ITEM: Final = b"\xfe\xff\x00\xe0"
UNDEFINED: Final = 0xFFFFFFFF
END: Final = b"\xfe\xff\xdd\xe0" + bytes(4)


class BulkValue:
    """Bytes beside the metadata: one value, or the fragments of compressed pixel data."""

    def __init__(self, parts: Sequence[Buffer], *, encapsulated: bool = False) -> None:
        self.parts, self.encapsulated = parts, encapsulated


def no_bulk(_uri: str) -> BulkValue:
    """Nothing lies beside the metadata; ``Rejected("dicom.bulk-missing")``."""
    raise Rejected("dicom.bulk-missing")


def encode_dataset(dataset: dict[str, Any], bulk: Bulk = no_bulk) -> list[Buffer]:
    """The pieces of a data set, without file meta information.

    Parameters
    ----------
    dataset
        One instance: tag in 8 hex digits → attribute. Group 0002 and group lengths are left out.
    bulk
        What a Bulk Data URI stands for; ``Rejected("dicom.bulk-missing")`` if nothing.

    Raises
    ------
    Rejected
        ``dicom.json-malformed`` with the ``tag``; what ``bulk`` raises.
    """
    return dataset_of(dataset, bulk, 0)


def dataset_of(dataset: object, bulk: Bulk, depth: int) -> list[Buffer]:
    """A data set or an item, in the order of tags."""
    if not isinstance(dataset, dict) or depth > MAX_DEPTH:
        raise Rejected("dicom.json-malformed", tag="")
    found: dict[int, Any] = {}
    for key, attribute in dataset.items():
        if not isinstance(key, str) or not TAG.fullmatch(key) or not isinstance(attribute, dict):
            raise Rejected("dicom.json-malformed", tag="")
        tag = int(key, 16)
        if tag >> 16 > 2 and tag & 0xFFFF:
            found[tag] = attribute
    if SPECIFIC_CHARACTER_SET in found or not depth:
        found[SPECIFIC_CHARACTER_SET] = UTF_8
    return list(chain.from_iterable(element(tag, found[tag], bulk, depth) for tag in sorted(found)))


def element(tag: int, attribute: dict[str, Any], bulk: Bulk, depth: int) -> list[Buffer]:
    """One attribute as an element."""
    vr = attribute.get("vr") or implicit_vr(tag)
    if not isinstance(vr, str) or vr not in KNOWN:
        raise Rejected("dicom.json-malformed", tag=f"{tag:08X}")
    try:
        if "BulkDataURI" in attribute and vr not in ("SQ", "AT"):
            return beside(tag, vr, bulk(str(attribute["BulkDataURI"])))
        value = value_of(vr, attribute, bulk, depth)
        return [head(tag, vr, sum(map(len, value))), *value]
    except (ValueError, TypeError, OverflowError, AttributeError, struct.error) as error:
        raise Rejected("dicom.json-malformed", tag=f"{tag:08X}") from error


def head(tag: int, vr: str, length: int) -> bytes:
    """Tag, VR and length."""
    begin = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode("ascii"))
    if vr in LONG:
        return begin + struct.pack("<HI", 0, length)
    return begin + struct.pack("<H", length)


def beside(tag: int, vr: str, found: BulkValue) -> list[Buffer]:
    """An element whose value lies beside the metadata."""
    if found.encapsulated:
        items = chain.from_iterable(item(one) for one in found.parts)
        return [head(tag, "OB", UNDEFINED), ITEM, bytes(4), *items, END]
    size = sum(map(len, found.parts))
    return [head(tag, vr, size + size % 2), *found.parts, bytes(size % 2)]


def item(fragment: Buffer) -> tuple[Buffer, ...]:
    """A fragment as an item of even length."""
    size = len(fragment)
    return ITEM, struct.pack("<I", size + size % 2), fragment, bytes(size % 2)


def value_of(vr: str, attribute: dict[str, Any], bulk: Bulk, depth: int) -> list[Buffer]:
    """The bytes of a value, of even length."""
    if vr in BYTES:
        raw = b64decode(attribute.get("InlineBinary", ""), validate=True)
        return [raw + bytes(len(raw) % 2)]
    values = attribute.get("Value", [])
    if not isinstance(values, list):
        raise TypeError
    if vr == "SQ":
        return list(chain.from_iterable(items_of(one, bulk, depth) for one in values))
    if vr in NUMBERS:
        code, read = NUMBERS[vr], float if vr in ("FD", "FL") else whole_number
        return [struct.pack(f"<{len(values)}{code}", *map(read, values))]
    if vr == "AT":
        tags = [int(one, 16) for one in values]
        return [b"".join(struct.pack("<HH", one >> 16, one & 0xFFFF) for one in tags)]
    raw = "\\".join(text_of(vr, one) for one in values).encode()
    return [raw + (b"\0" if vr == "UI" else b" ") * (len(raw) % 2)]


def whole_number(value: Any) -> int:  # noqa: ANN401 - any JSON value
    """An integer; large ones come as strings."""
    if isinstance(value, (bool, float)):
        raise TypeError
    return int(value)


def items_of(dataset: object, bulk: Bulk, depth: int) -> list[Buffer]:
    """An item of a sequence; an empty one may be null."""
    inner = [] if dataset is None else dataset_of(dataset, bulk, depth + 1)
    return [ITEM + struct.pack("<I", sum(map(len, inner))), *inner]


def text_of(vr: str, value: object) -> str:
    """One value of a character VR; null is empty."""
    if value is None:
        return ""
    if vr == "PN":
        if not isinstance(value, dict) or value.keys() - set(PN_GROUPS):
            raise TypeError
        return "=".join(str(value.get(group, "")) for group in PN_GROUPS).rstrip("=")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError
    if vr == "DS" and isinstance(value, float):
        return decimal_text(value)
    return str(value)


def decimal_text(value: float) -> str:
    """A number in 16 characters at most (PS3.5 table 6.2-1), as exactly as these allow."""
    for digits in range(17, 0, -1):
        if len(said := f"{value:.{digits}g}") <= 16:
            return said
    raise ValueError
