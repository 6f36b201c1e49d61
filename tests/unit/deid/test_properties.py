"""Random data sets with planted tokens: none comes out, what comes out is whole and repeatable."""

from __future__ import annotations

import struct
from typing import Final

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.spec.deid.objects import (
    ENCODINGS,
    EXPLICIT,
    IMPLICIT,
    Elements,
    ct,
    output,
    part10,
    read,
    stage1,
)

from yushan.domain.deid import Harvest, Released, load_policy
from yushan.domain.deid.plan import Action, Plan, root_plan
from yushan.domain.dicom import UNDEFINED, Element, walk

#: Planted where nobody harvests: only the rules can keep them in.
TOKENS: Final = ("Zqxwvorth", "QZ87351962", "葛鵬飛")
#: Chinese bytes in a number can be known only when the name is.
HARVESTED: Final = Harvest(frozenset({"葛鵬飛"}))
TAGS: Final = tuple(
    tag
    for tag, row in pydicom.datadict.DicomDictionary.items()
    if 0x0008 <= tag >> 16 < 0x7FE0 and tag & 0xFFFF and row[0] not in ("SQ", "NONE", "")
)
SEQUENCES: Final = tuple(
    tag for tag, row in pydicom.datadict.DicomDictionary.items() if row[0] == "SQ" and tag >> 16 > 8
)
VRS: Final = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF"),
    *("OL", "OV", "OW", "PN", "SH", "SL", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR"),
    *("US", "UT", "UV"),
)
STRUCTURE: Final = {0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x7FE00010}
STRUCTURE_GROUPS: Final = {0x0028, 0x7FE0}


@st.composite
def values(draw: st.DrawFn) -> bytes:
    """A value that holds a token in some encoding, or numbers."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=12))
    token = draw(st.sampled_from(TOKENS)).encode(draw(st.sampled_from(ENCODINGS)), "ignore")
    around = draw(st.sampled_from([b"", b"chest ", b"1.2.840.", b"20190725", b"\\", b"^"]))
    return around + token + draw(st.sampled_from([b"", b" mm", b"\\A", around]))


@st.composite
def levels(draw: st.DrawFn, depth: int = 5) -> Elements:
    """A data set of random attributes under random VRs, sequences among them."""
    found: dict[int, tuple[str, object]] = {}
    for _ in range(draw(st.integers(0, 6))):
        tag = draw(st.sampled_from(TAGS))
        vr = pydicom.datadict.dictionary_VR(tag)[:2]
        vr = draw(st.sampled_from(VRS)) if draw(st.integers(0, 3)) == 0 else vr
        found[tag] = (vr, draw(values()))
    for _ in range(draw(st.integers(0, 2)) if depth else 0):
        found[draw(st.sampled_from(SEQUENCES))] = ("SQ", [draw(levels(depth - 1))])
    return dict(sorted(found.items()))  # type: ignore[arg-type]


def objects(extra: Elements) -> dict[int, tuple[str, object]]:
    kept = {
        tag: one
        for tag, one in extra.items()
        if tag not in STRUCTURE and tag >> 16 not in STRUCTURE_GROUPS
    }
    return ct(ImageType=None) | kept  # type: ignore[return-value]


def holds(data: bytes, token: str) -> bool:
    low = data.lower()
    return any(
        token.encode(code, "ignore").lower() in low
        for code in ENCODINGS
        if token.encode(code, "ignore")
    )


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(extra=levels())
def test_no_planted_token_comes_out(syntax: str, extra: Elements) -> None:
    data = part10(objects(extra), syntax=syntax)  # type: ignore[arg-type]
    made = stage1(data, harvested=HARVESTED)
    if not isinstance(made, Released):
        return
    out = b"".join(made.chunks)
    assert not [token for token in TOKENS if holds(out, token)]
    again = stage1(data, harvested=HARVESTED)
    assert isinstance(again, Released)
    assert b"".join(again.chunks) == out
    part = walk(out)
    assert part.elements[-1].end == len(out)
    assert bytes(out[part.elements[-1].value :]) == ct()[0x7FE00010][1]


def leaves(
    elements: tuple[Element, ...], plan: Plan, path: tuple[int, ...] = ()
) -> dict[tuple[int, ...], Element]:
    found = {}
    for element in elements:
        if element.items is None:
            found[*path, element.tag] = element
        for number, item in enumerate(element.items or ()):
            found |= leaves(item.elements, plan.below(element.tag), (*path, element.tag, number))
    return found


NUMBERS: Final = {
    "US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d",
}  # fmt: skip


@given(
    numbers=st.lists(st.integers(0, 255), min_size=6, max_size=6),
    decimals=st.lists(
        st.floats(-1e6, 1e6).map(lambda number: f"{number:.6g}"), min_size=2, max_size=2
    ),
)
def test_allowed_numbers_come_out_as_they_went_in(numbers: list[int], decimals: list[str]) -> None:
    object_ = ct(
        WindowCenter=("DS", decimals[0]),
        WindowWidth=("DS", decimals[1]),
        InstanceNumber=("IS", str(numbers[0])),
        SmallestImagePixelValue=("US", struct.pack("<H", numbers[1])),
        SpiralPitchFactor=("FD", struct.pack("<d", numbers[2])),
    )
    made, was = read(output(part10(object_))), read(part10(object_))
    plan = root_plan(load_policy("tw-hospital"), "ct-image")
    for one in was:
        rule = plan[int(one.tag)]
        numeric = one.VR in (*NUMBERS, "DS", "IS")
        if rule.action is Action.KEEP and numeric:
            assert made[one.tag].value == one.value, one.keyword


def test_the_output_has_no_open_lengths() -> None:
    out = output(part10(ct(RequestAttributesSequence=("SQ", [{0x0008103E: ("LO", "chest")}]))))
    assert all(element.length != UNDEFINED for element in walk(out).elements)
