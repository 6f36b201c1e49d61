"""Released objects for tests, written byte by byte: no reader or writer of the product helps."""

from __future__ import annotations

from struct import pack

Value = bytes | None
Elements = dict[int, tuple[bytes, bytes]]

PSEUDONYM = b"QWERTYUIOPASDF27"
EXPLICIT = b"1.2.840.10008.1.2.1"
CT = b"1.2.840.10008.5.1.4.1.1.2"
LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
BINARY = frozenset(b"OB OW UI".split())
CLAIMS = ("113100", "113105", "113107", "113108", "113109")
MEANINGS = {
    "113100": b"Basic Application Confidentiality Profile",
    "113101": b"Clean Pixel Data Option",
    "113102": b"Clean Recognizable Visual Features Option",
    "113103": b"Clean Graphics Option",
    "113104": b"Clean Structured Content Option",
    "113105": b"Clean Descriptors Option",
    "113106": b"Retain Longitudinal Temporal Information Full Dates Option",
    "113107": b"Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": b"Retain Patient Characteristics Option",
    "113109": b"Retain Device Identity Option",
    "113111": b"Retain Safe Private Option",
}


def uid(number: int) -> bytes:
    """One of our UIDs: 44 characters."""
    return b"2.25.%d" % (10**38 + number)


def even(vr: bytes, value: bytes) -> bytes:
    """The value padded as its VR asks."""
    if len(value) % 2 == 0:
        return value
    return value + (b"\0" if vr in BINARY else b" ")


def element(tag: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """One element in explicit VR little endian; ``length`` may lie."""
    size = len(value) if length is None else length
    head = pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    if vr in LONG:
        return head + pack("<HL", 0, size) + value
    return head + pack("<H", size) + value


def dataset(elements: Elements) -> bytes:
    """Elements in order of their tags, padded."""
    return b"".join(
        element(tag, vr, value if vr == b"SQ" else even(vr, value))
        for tag, (vr, value) in sorted(elements.items())
    )


def items(*contents: bytes) -> bytes:
    """Items of defined length; the value of a sequence."""
    return b"".join(pack("<HHL", 0xFFFE, 0xE000, len(one)) + one for one in contents)


def code(scheme: bytes, value: bytes, meaning: bytes) -> bytes:
    """One code item's elements."""
    return dataset(
        {
            0x00080100: (b"SH", value),
            0x00080102: (b"SH", scheme),
            0x00080104: (b"LO", meaning),
        }
    )


def methods(*codes: str) -> tuple[bytes, bytes]:
    """The value of (0012,0064)."""
    return b"SQ", items(*(code(b"DCM", one.encode(), MEANINGS[one]) for one in codes))


def short(number: int) -> tuple[bytes, bytes]:
    """A US value."""
    return b"US", pack("<H", number)


def head(**changes: Value) -> Elements:
    """The attributes every released object has."""
    return {
        0x00080005: (b"CS", b"ISO_IR 192"),
        0x00080008: (b"CS", b"ORIGINAL\\PRIMARY\\AXIAL"),
        0x00080016: (b"UI", changes.get("sop_class") or CT),
        0x00080018: (b"UI", uid(1)),
        0x00080020: (b"DA", b"20210304"),
        0x00080021: (b"DA", b"20210304"),
        0x00080030: (b"TM", b"101500"),
        0x00080050: (b"SH", b""),
        0x00080060: (b"CS", b"CT"),
        0x00080070: (b"LO", b"SIEMENS"),
        0x00080090: (b"PN", b""),
        0x00081030: (b"LO", b"CT CHEST WITH CONTRAST"),
        0x00081090: (b"LO", b"SOMATOM Definition AS+"),
        0x00100010: (b"PN", PSEUDONYM),
        0x00100020: (b"LO", PSEUDONYM),
        0x00100030: (b"DA", b""),
        0x00100040: (b"CS", b"F"),
        0x00101010: (b"AS", b"067Y"),
        0x00120062: (b"CS", b"YES"),
        0x00120064: methods(*CLAIMS),
        0x00180050: (b"DS", b"1.25"),
        0x00181020: (b"LO", b"syngo CT 2012B"),
        0x0020000D: (b"UI", uid(2)),
        0x0020000E: (b"UI", uid(3)),
        0x00200013: (b"IS", b"7"),
        0x00280303: (b"CS", b"MODIFIED"),
    }


def image(
    rows: int = 4, columns: int = 4, *, bits: int = 16, stored: int = 12, pixels: Value = None
) -> Elements:
    """The attributes of a monochrome image with its pixels."""
    size = rows * columns * bits // 8
    return {
        0x00280002: short(1),
        0x00280004: (b"CS", b"MONOCHROME2"),
        0x00280010: short(rows),
        0x00280011: short(columns),
        0x00280100: short(bits),
        0x00280101: short(stored),
        0x00280102: short(stored - 1),
        0x00280103: short(0),
        0x7FE00010: (b"OW", bytes(size) if pixels is None else pixels),
    }


def ct(changes: dict[int, tuple[bytes, bytes] | None] | None = None) -> Elements:
    """A released CT slice with some attributes changed, added or (None) left out."""
    elements = head() | image()
    for tag, value in (changes or {}).items():
        if value is None:
            elements.pop(tag, None)
        else:
            elements[tag] = value
    return elements


def meta(
    elements: Elements, transfer_syntax: bytes = EXPLICIT, extra: Elements | None = None
) -> bytes:
    """File meta information that agrees with a data set."""
    known: Elements = {
        0x00020001: (b"OB", b"\0\1"),
        0x00020002: (b"UI", elements.get(0x00080016, (b"UI", CT))[1]),
        0x00020003: (b"UI", elements.get(0x00080018, (b"UI", uid(1)))[1]),
        0x00020010: (b"UI", transfer_syntax),
        0x00020012: (b"UI", b"2.25.1234567890"),
        0x00020013: (b"SH", b"YUSHAN"),
        **(extra or {}),
    }
    body = dataset(known)
    return element(0x00020000, b"UL", pack("<L", len(body))) + body


def part10(elements: Elements, transfer_syntax: bytes = EXPLICIT, *, tail: bytes = b"") -> bytes:
    """A whole file."""
    body = dataset(elements)
    return bytes(128) + b"DICM" + meta(elements, transfer_syntax) + body + tail


def encapsulated(
    elements: Elements, transfer_syntax: bytes, *fragments: bytes, table: bytes = b""
) -> bytes:
    """A whole file whose Pixel Data is fragments."""
    body = dataset({tag: value for tag, value in elements.items() if tag != 0x7FE00010})
    padded = [one + bytes(len(one) % 2) for one in fragments]
    pixels = items(table, *padded) + pack("<HHL", 0xFFFE, 0xE0DD, 0)
    frames = element(0x7FE00010, b"OB", pixels, 0xFFFFFFFF)
    return bytes(128) + b"DICM" + meta(elements, transfer_syntax) + body + frames
