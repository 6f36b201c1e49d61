"""DICOM objects written byte by byte, so that they can be as wrong as real ones.

All people are invented.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence

import pydicom
from pydicom.tag import Tag

from yushan.domain.deid import (
    Harvest,
    Policy,
    Quarantined,
    Released,
    SiteKeys,
    deidentify,
    harvest,
    load_policy,
    site_pseudonym,
)
from yushan.domain.verifier import verify

Value = bytes | str | Sequence["Elements"]
Elements = Mapping[int, tuple[str, Value]]

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
PET = "1.2.840.10008.5.1.4.1.1.128"
EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
LONG = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
NUL = frozenset(("UI", "OB", "UN"))
OPEN = 0xFFFFFFFF

KEYS = SiteKeys(uid=b"u" * 32, pseudonym=b"p" * 32, date=b"d" * 32)
SUBJECT = site_pseudonym(KEYS, "A123456789")
OFFSET = -411
ENCODINGS = ("utf-8", "cp950", "gb18030", "utf-16-le")


def us(*numbers: int) -> bytes:
    """US values."""
    return struct.pack(f"<{len(numbers)}H", *numbers)


def raw(vr: str, value: Value, *, is_implicit: bool = False) -> bytes:
    """A value in bytes, padded."""
    if isinstance(value, str):
        value = value.encode()
    if not isinstance(value, bytes):
        value = b"".join(item(one, is_implicit=is_implicit) for one in value)
    return value if len(value) % 2 == 0 else value + (b"\0" if vr in NUL else b" ")


def item(elements: Elements, *, is_implicit: bool = False, is_open: bool = False) -> bytes:
    """An item of known or undefined length."""
    content = level(elements, is_implicit=is_implicit)
    if is_open:
        return struct.pack("<HHI", 0xFFFE, 0xE000, OPEN) + content + b"\xfe\xff\x0d\xe0\0\0\0\0"
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


def element(tag: int, vr: str, value: Value, *, is_implicit: bool = False) -> bytes:
    """One element."""
    content = raw(vr, value, is_implicit=is_implicit)
    group, number = tag >> 16, tag & 0xFFFF
    if is_implicit:
        return struct.pack("<HHI", group, number, len(content)) + content
    if vr in LONG:
        return struct.pack("<HH2sHI", group, number, vr.encode(), 0, len(content)) + content
    return struct.pack("<HH2sH", group, number, vr.encode(), len(content)) + content


def level(elements: Elements, *, is_implicit: bool = False) -> bytes:
    """Elements in the order given."""
    return b"".join(
        element(tag, vr, value, is_implicit=is_implicit) for tag, (vr, value) in elements.items()
    )


def part10(
    elements: Elements,
    *,
    syntax: str = EXPLICIT,
    preamble: bytes = bytes(128),
    meta: Elements | None = None,
    tail: bytes = b"",
) -> bytes:
    """A whole file; elements are written in the order of their tags, ``tail`` behind them."""
    head: dict[int, tuple[str, Value]] = {
        0x00020002: ("UI", elements.get(0x00080016, ("UI", CT))[1]),
        0x00020003: ("UI", elements.get(0x00080018, ("UI", "1.2.3"))[1]),
        0x00020010: ("UI", syntax),
        0x00020012: ("UI", "1.2.826.0.1.3680043.8.498.1"),
    } | dict(meta or {})
    information = level(dict(sorted(head.items())))
    size = element(0x00020000, "UL", struct.pack("<L", len(information)))
    body = level(dict(sorted(elements.items())), is_implicit=syntax == IMPLICIT)
    return preamble + b"DICM" + size + information + body + tail


def ct(**changes: tuple[str, Value] | None) -> dict[int, tuple[str, Value]]:
    """A CT slice of 4 × 4 pixels of an invented patient; keywords change, ``None`` removes."""
    elements: dict[int, tuple[str, Value]] = {
        0x00080005: ("CS", "ISO_IR 192"),
        0x00080008: ("CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        0x00080016: ("UI", CT),
        0x00080018: ("UI", "1.2.826.0.1.3680043.10.99.1.1.1"),
        0x00080020: ("DA", "20190725"),
        0x00080021: ("DA", "20190725"),
        0x00080023: ("DA", "20190725"),
        0x00080030: ("TM", "140322"),
        0x00080050: ("SH", "ACC20190725X9"),
        0x00080060: ("CS", "CT"),
        0x00080070: ("LO", "SIEMENS"),
        0x00080080: ("LO", "Yuanshan Riverside Hospital"),
        0x00080090: ("PN", "Kao^MeiLing"),
        0x00081010: ("SH", "CTROOM07X"),
        0x0008103E: ("LO", "Chest 5.0 B30f"),
        0x00081090: ("LO", "SOMATOM Definition"),
        0x00100010: ("PN", "Wang^DaMing=王^大明"),
        0x00100020: ("LO", "A123456789"),
        0x00100030: ("DA", "19560312"),
        0x00100040: ("CS", "M"),
        0x00101010: ("AS", "063Y"),
        0x00180050: ("DS", "5"),
        0x00180060: ("DS", "120"),
        0x00181210: ("SH", "B30f"),
        0x0020000D: ("UI", "1.2.826.0.1.3680043.10.99.1"),
        0x0020000E: ("UI", "1.2.826.0.1.3680043.10.99.1.1"),
        0x00200010: ("SH", "ST20190725"),
        0x00200011: ("IS", "2"),
        0x00200013: ("IS", "7"),
        0x00200032: ("DS", "-10\\-20\\30.5"),
        0x00200037: ("DS", "1\\0\\0\\0\\1\\0"),
        0x00200052: ("UI", "1.2.826.0.1.3680043.10.99.1.9"),
        0x00201040: ("LO", ""),
        0x00280002: ("US", us(1)),
        0x00280004: ("CS", "MONOCHROME2"),
        0x00280010: ("US", us(4)),
        0x00280011: ("US", us(4)),
        0x00280030: ("DS", "0.7\\0.7"),
        0x00280100: ("US", us(16)),
        0x00280101: ("US", us(12)),
        0x00280102: ("US", us(11)),
        0x00280103: ("US", us(0)),
        0x00281052: ("DS", "-1024"),
        0x00281053: ("DS", "1"),
        0x7FE00010: ("OW", us(*range(100, 116))),
    }
    return changed(elements, changes)


def changed(
    elements: dict[int, tuple[str, Value]], changes: Mapping[str, tuple[str, Value] | None]
) -> dict[int, tuple[str, Value]]:
    """Elements with changes by keyword."""
    for keyword, change in changes.items():
        tag = int(Tag(keyword))
        if change is None:
            elements.pop(tag, None)
        else:
            elements[tag] = change
    return elements


def stage1(
    data: bytes,
    *,
    policy: str | Policy = "tw-hospital",
    harvested: Harvest | None = None,
    offset: int = OFFSET,
) -> Released | Quarantined:
    """Stage 1 with the test's keys."""
    return deidentify(
        data,
        policy=load_policy(policy) if isinstance(policy, str) else policy,
        keys=KEYS,
        subject=SUBJECT,
        offset_days=offset,
        harvested=harvested or Harvest(),
    )


def output(data: bytes, **options: object) -> bytes:
    """The bytes released; fails when the object is quarantined."""
    made = stage1(data, **options)  # type: ignore[arg-type]
    assert isinstance(made, Released), made
    return b"".join(made.chunks)


def read(data: bytes) -> pydicom.Dataset:
    """The object as another reader sees it, every value decoded."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.walk(lambda level, one: one.value)
    return dataset


def released(data: bytes, *secrets: str, **options: object) -> pydicom.Dataset:
    """The object released, after a search for secrets and the verifier's consent."""
    out = output(data, **options)
    assert not leaks(out, *secrets)
    found = verify(out, harvested=harvest(data).tokens, subject=SUBJECT)
    assert not found, found
    return read(out)


def leaks(data: bytes, *secrets: str) -> list[str]:
    """The secrets that stand in the bytes in any encoding, whatever the case and the separators."""
    low = data.lower()
    squeezed = bytes(byte for byte in low if byte not in b" ^=-_/.\\,:")
    found = []
    for secret in secrets:
        for spelling in (secret, secret.lower()):
            for encoding in ENCODINGS:
                code = spelling.encode(encoding, "ignore").lower()
                if len(code) > 1 and (code in low or (len(code) > 5 and code in squeezed)):
                    found.append(f"{secret} in {encoding}")
    return found


def reasons(data: bytes, **options: object) -> tuple[str, ...]:
    """The reasons of a quarantine."""
    made = stage1(data, **options)  # type: ignore[arg-type]
    assert isinstance(made, Quarantined), "released"
    return made.reasons
