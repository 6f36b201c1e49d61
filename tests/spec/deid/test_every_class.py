"""An object of every storage class with every attribute of its IOD filled: nothing planted leaves.

What is released passes the verifier; what is held says why.
"""

from __future__ import annotations

import struct

import pytest
from pydicom.datadict import DicomDictionary
from tests.spec.deid.objects import (
    KEYS,
    OFFSET,
    SUBJECT,
    Elements,
    ct,
    leaks,
    part10,
    us,
)

from yushan.domain.deid import (
    CleanedPixels,
    Harvest,
    Quarantined,
    Released,
    deidentify,
    harvest,
    load_policy,
)
from yushan.domain.deid.classes import PORTRAITS, StorageClass, classes, routes
from yushan.domain.deid.tables import iod_nodes, node
from yushan.domain.verifier import verify

SECRETS = ("DaMing", "A123456789", "1.2.3.4.5.6.7.8.99999")
READ = CleanedPixels(done=frozenset({"clean_pixel_data", "clean_recognizable_visual_features"}))
#: A value of each VR that should not leave as it is, or a number.
VALUES: dict[str, bytes | str] = {
    "PN": "Wang^DaMing", "LO": "DaMing scan", "SH": "DaMing", "ST": "A123456789 DaMing",
    "LT": "DaMing", "UT": "DaMing", "UC": "DaMing", "UR": "http://h/DaMing", "AE": "DAMING",
    "CS": "DAMING", "AS": "045Y", "DA": "20190725", "DT": "20190725101010", "TM": "101010",
    "DS": "1.5", "IS": "3", "UI": "1.2.3.4.5.6.7.8.99999", "US": us(1), "SS": us(1),
    "UL": struct.pack("<L", 1), "SL": struct.pack("<L", 1), "FL": struct.pack("<f", 1),
    "FD": struct.pack("<d", 1), "AT": us(0x10, 0x10), "OB": b"DaMing Wang!", "OW": b"DaMing Wang!",
    "OF": struct.pack("<ff", 1, 2), "OD": struct.pack("<d", 1), "OL": struct.pack("<L", 1),
    "OV": struct.pack("<Q", 1), "UV": struct.pack("<Q", 1), "SV": struct.pack("<q", 1),
    "UN": b"DaMing Wang!",
}  # fmt: skip
DEEPEST = 4
IDENTITY = (0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00100010, 0x00100020)
#: What would hold any object, or takes the place of its pixels.
HELD = (0x00280301, 0x00280302, 0x00080064, 0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009)


def filled(nodes: tuple[int, ...], depth: int = 0) -> Elements:
    """Every attribute of some nodes."""
    below: dict[int, set[int]] = {}
    for number in nodes:
        for tag, (_, inner) in node(number).items():
            below.setdefault(tag, set()).update(() if inner is None else (inner,))
    known = {tag: inner for tag, inner in below.items() if tag in DicomDictionary}
    return {
        tag: one(tag, tuple(sorted(inner)), depth)
        for tag, inner in sorted(known.items())
        if tag >> 16 != 2 and DicomDictionary[tag][0] not in ("NONE", "")
    }


def one(tag: int, inner: tuple[int, ...], depth: int) -> tuple[str, object]:
    """One attribute with as many values as it must have."""
    vr, least = DicomDictionary[tag][0].split(" or ")[0], DicomDictionary[tag][1].split("-")[0]
    if vr == "SQ":
        return "SQ", [filled(inner, depth + 1)] if inner and depth < DEEPEST else []
    value, times = VALUES[vr], int(least) if least.isdigit() else 1
    if vr[0] == "O":
        return vr, value
    return vr, value * times if isinstance(value, bytes) else "\\".join([value] * times)


def whole(row: StorageClass) -> bytes:
    """An object of a class."""
    base, pixels = ct(SOPClassUID=("UI", row.uid)), {}
    elements = dict(filled(iod_nodes(row.iod))) | {tag: base[tag] for tag in IDENTITY}
    if 0x7FE00010 in elements or 0x7FE00008 in elements:
        is_float = 0x7FE00010 not in elements
        elements |= {tag: two for tag, two in base.items() if tag >> 16 == 0x28}
        pixels = {0x7FE00008: ("OF", bytes(64))} if is_float else {0x7FE00010: base[0x7FE00010]}
        elements |= {0x00080008: base[0x00080008], 0x00280008: ("IS", "1")}
    if 0x0040A730 in elements:
        elements[0x0040A730] = ("SQ", [finding(elements), *elements[0x0040A730][1]])  # type: ignore[misc]
    kept = {tag: two for tag, two in elements.items() if tag not in HELD}
    return part10(kept | pixels)  # type: ignore[arg-type]


def finding(elements: Elements) -> Elements:
    """The report's own first item under a concept that stays."""
    concept = {0x00080100: ("SH", "121071"), 0x00080102: ("SH", "DCM"), 0x00080104: ("LO", "x")}
    first = dict(elements[0x0040A730][1][0])  # type: ignore[arg-type, index]
    first |= {0x0040A040: ("CS", "TEXT"), 0x0040A043: ("SQ", [concept])}
    return dict(sorted(first.items()))  # type: ignore[return-value]


@pytest.mark.parametrize("row", classes().values(), ids=lambda row: row.name)
def test_nothing_planted_leaves_in_an_object_of_any_class(row: StorageClass) -> None:
    data = whole(row)
    made = deidentify(
        data, policy=load_policy("tw-hospital"), keys=KEYS, subject=SUBJECT, offset_days=OFFSET,
        harvested=Harvest(), pixels=READ,
    )  # fmt: skip
    if isinstance(made, Quarantined):
        why = "deid.face-visible" if row.uid in PORTRAITS else routes()[row.route].reason
        assert made.reasons == (why,)
        return
    assert isinstance(made, Released)
    out = b"".join(made.chunks)
    assert leaks(out, *SECRETS) == []
    assert verify(out, harvested=harvest(data).tokens, subject=SUBJECT) == ()
