"""The walker on data sets whose every byte the test wrote."""

from __future__ import annotations

import mmap
import random
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dicom.factory import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    Written,
    image,
    part10,
    refused,
)

from yushan.base import Rejected, codes
from yushan.domain.dicom import UNDEFINED, Bounds, Element, describe, is_dicom, walk

if TYPE_CHECKING:
    from pathlib import Path

SYNTAXES = (EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED)

PLAIN = {
    0x00080008: "CS", 0x00080020: "DA", 0x00080030: "TM", 0x00081030: "LO", 0x00100010: "PN",
    0x00100040: "CS", 0x00180050: "DS", 0x00189073: "FD", 0x00200013: "IS", 0x00204000: "LT",
    0x00280010: "US", 0x00281201: "OW", 0x00420011: "OB", 0x00720083: "UV",
}  # fmt: skip
SEQUENCES = (0x00081110, 0x00081140, 0x00400275, 0x52009229)


def one_level(inner: st.SearchStrategy[tuple[Written, ...]]) -> st.SearchStrategy:
    plain = st.builds(
        lambda tag, raw: Written(tag, PLAIN[tag], raw),
        st.sampled_from(sorted(PLAIN)),
        st.binary(max_size=20),
    )
    sequence = st.builds(
        lambda tag, items, open_end: Written(tag, "SQ", items=tuple(items), open_end=open_end),
        st.sampled_from(SEQUENCES),
        st.lists(inner, max_size=3),
        st.booleans(),
    )
    return st.lists(plain | sequence, max_size=6, unique_by=lambda one: one.tag).map(
        lambda found: tuple(sorted(found, key=lambda one: one.tag))
    )


DATASETS = st.recursive(st.just(()), one_level, max_leaves=12)


def assert_found(data: object, found: tuple[Element, ...], written: tuple[Written, ...]) -> None:
    assert [element.tag for element in found] == [one.tag for one in written]
    for element, one in zip(found, written, strict=True):
        assert element.vr == one.vr
        if one.items is None:
            assert element.items is None
            padded = one.raw + b"\0" * (len(one.raw) % 2)
            assert data[element.value : element.end] == padded
            continue
        assert element.items is not None
        assert (element.length == UNDEFINED) == one.open_end
        for item, inside in zip(element.items, one.items, strict=True):
            assert element.value <= item.start < item.value <= item.end <= element.end
            assert_found(data, item.elements, inside)


@settings(max_examples=120, deadline=None)
@given(written=DATASETS, syntax=st.sampled_from(SYNTAXES))
def test_every_element_is_found_where_it_was_written(written: tuple, syntax: str) -> None:
    part = walk(part10(written, syntax))
    assert_found(part.buffer, part.elements, written)
    assert part.implicit == (syntax == IMPLICIT)
    assert part.big_endian == (syntax == BIG_ENDIAN)
    assert part.flags == frozenset()


@settings(max_examples=60, deadline=None)
@given(written=DATASETS, syntax=st.sampled_from((EXPLICIT, IMPLICIT, BIG_ENDIAN)))
def test_elements_cover_the_file_without_gap(written: tuple, syntax: str) -> None:
    data = part10(written, syntax)
    part = walk(data)
    at = 132
    for element in (*part.meta, *part.elements):
        assert element.start == at
        at = element.end
    assert at == len(data)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_cut_at_any_place_is_refused(syntax: str) -> None:
    nested = Written(0x00081140, "SQ", items=((Written(0x00081150, "UI", b"1.2"),),), open_end=True)
    data = image(syntax=syntax, more=(nested,))
    for length in range(len(data)):
        with pytest.raises(Rejected):
            describe(data[:length])


def test_a_cut_of_encapsulated_pixels_at_any_place_is_refused() -> None:
    data = image(
        syntax=JPEG, pieces=(b"", b"\xff\xd8\xff\xe0abcd", b"\xff\xd8\xff\xe0ef"), frames=2
    )
    assert len(describe(data).frames) == 2
    for length in range(len(data)):
        with pytest.raises(Rejected):
            describe(data[:length])


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN, JPEG])
def test_damaged_bytes_give_a_value_or_a_refusal_and_nothing_else(syntax: str) -> None:
    nested = Written(0x00081140, "SQ", items=((Written(0x00081150, "UI", b"1.2"),),) * 2)
    blob = Written(0x00091010, "UN", items=((Written(0x00100020, "LO", b"X"),),))
    pieces = (b"", b"\xff\xd8\xff\xe0abcd") if syntax == JPEG else None
    seed = image(syntax=syntax, more=(nested, blob), pieces=pieces)
    dice = random.Random(7)
    outcomes = {"read": 0, "refused": 0}
    for _ in range(1000):
        data = bytearray(seed)
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(132, len(data))
            data[at] = dice.choice((0, 0xFF, 0x7F, 0x80, dice.randrange(256)))
        try:
            describe(data)
            outcomes["read"] += 1
        except Rejected as refusal:
            outcomes["refused"] += refusal.code in codes()
    assert sum(outcomes.values()) == 1000
    assert min(outcomes.values()) > 50


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_behind_a_header_give_a_value_or_a_refusal(tail: bytes) -> None:
    for syntax in SYNTAXES:
        data = part10((), syntax)
        with suppress(Rejected):
            walk(data + tail)


def test_un_of_undefined_length_is_implicit_inside() -> None:
    inner = (Written(0x00100020, "LO", b"ID"), Written(0x00280010, "US", b"\1\0"))
    unknown = Written(0x00091010, "UN", items=(inner, ()), open_end=True)
    part = walk(part10((unknown, Written(0x00100040, "CS", b"F"))))
    element = part.elements[0]
    assert element.vr == "UN"
    assert element.items is not None
    assert_found(part.buffer, element.items[0].elements, inner)
    assert part.elements[1].tag == 0x00100040


@pytest.mark.parametrize("inside", [EXPLICIT, IMPLICIT])
def test_un_of_known_length_is_opened_when_it_is_a_sequence_to_its_end(inside: str) -> None:
    sequence = part10((Written(0x00081140, "SQ", items=((Written(0x00081150, "UI", b"1.2"),),)),),
                      inside)  # fmt: skip
    value = sequence[sequence.index(b"\xfe\xff\x00\xe0") :]
    part = walk(part10((Written(0x00091010, "UN", value),)))
    assert part.elements[0].items is not None
    assert part.elements[0].items[0].elements[0].tag == 0x00081150
    almost = walk(part10((Written(0x00091010, "UN", value + b"ab"),)))
    assert almost.elements[0].items is None
    assert almost.elements[0].end - almost.elements[0].value == len(value) + 2


def test_us_or_ss_follows_pixel_representation_in_implicit_vr() -> None:
    for sign, vr in ((0, "US"), (1, "SS")):
        written = (
            Written(0x00280103, "US", struct.pack("<H", sign)),
            Written(0x00280106, vr, b"\1\0"),
        )
        assert walk(part10(written, IMPLICIT)).elements[1].vr == vr


def test_depth_is_bounded_without_a_recursion_error() -> None:
    written: tuple[Written, ...] = ()
    for _ in range(40):
        written = (Written(0x00081140, "SQ", items=(written,), open_end=True),)
    with refused("dicom.too-deep"):
        walk(part10(written))
    header = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    with refused("dicom.too-deep"):
        walk(part10(()) + header * 20_000)


def test_the_number_of_elements_is_bounded_over_all_items() -> None:
    item = tuple(Written(0x00090010 + index, "LO") for index in range(50))
    written = (Written(0x00081140, "SQ", items=(item,) * 4),)
    assert walk(part10(written), Bounds(max_elements=205))
    with refused("dicom.too-many-elements"):
        walk(part10(written), Bounds(max_elements=204))
    with refused("dicom.too-many-elements"):
        walk(part10(item), Bounds(max_elements=49))


def test_empty_items_count_as_well() -> None:
    written = (Written(0x00081140, "SQ", items=((),) * 300),)
    with refused("dicom.too-many-elements"):
        walk(part10(written), Bounds(max_elements=200))


def test_the_number_of_fragments_is_bounded() -> None:
    data = image(syntax=JPEG, pieces=(b"",) * 30)
    with refused("dicom.too-many-fragments"):
        walk(data, Bounds(max_fragments=20))


def test_a_deflate_bomb_is_refused_at_the_bound() -> None:
    zeros = Written(0x7FE00010, "OB", bytes(4 << 20))
    bomb = part10((zeros,), DEFLATED)
    assert len(bomb) < 10_000
    with refused("dicom.inflate-too-large"):
        walk(bomb, Bounds(max_inflated=1 << 20))
    assert walk(bomb).elements[0].length == 4 << 20


def test_nested_blobs_that_almost_are_sequences_cost_bounded_time() -> None:
    value = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + b"\x08\x00\x18\x00UN\0\0"
    data = part10((Written(0x00091010, "UN", value * 60_000),))
    began = time.perf_counter()
    walk(data)
    assert time.perf_counter() - began < 10


def test_tags_out_of_order_are_flagged_and_a_tag_twice_is_refused() -> None:
    first, second = Written(0x00100040, "CS", b"F"), Written(0x00080060, "CS", b"CT")
    assert walk(part10((first, second))).flags == {"dicom.out-of-order"}
    for twice in ((first, first), (second, first, second)):
        with refused("dicom.duplicate-tag"):
            walk(part10(twice))


def test_a_file_without_preamble_or_header_has_a_reason_of_its_own() -> None:
    data = image()
    bare = data[data.index(b"\x08\x00\x16\x00") :]
    for content, code in (
        (bare, "dicom.no-preamble"),
        (data[132:], "dicom.no-preamble"),
        (b"\0" * 128 + b"DICM" + bare, "dicom.no-meta"),
        (b"%PDF-1.7 and so on" * 20, "dicom.not-part10"),
        (b"", "dicom.not-part10"),
    ):
        with refused(code):
            walk(content)
        assert is_dicom(content[:132]) == (code != "dicom.not-part10")
    assert is_dicom(data)


def test_an_unknown_or_missing_transfer_syntax_is_refused() -> None:
    with refused("dicom.transfer-syntax-unknown"):
        walk(part10((), "1.2.840.113619.5.2"))
    with refused("dicom.transfer-syntax-unknown"):
        walk(part10((), "../../etc"))


def test_a_wrong_group_length_of_the_header_is_flagged_only() -> None:
    data = bytearray(image())
    data[140] ^= 2
    assert walk(data).flags == {"dicom.meta-length-wrong"}
    without = bytes(data[:132]) + bytes(data[144:])
    assert walk(without).flags == {"dicom.meta-length-missing"}


def test_zeros_behind_the_content_are_flagged_and_other_bytes_refused() -> None:
    data = image()
    assert walk(data + bytes(512)).flags == {"dicom.trailing-padding"}
    with pytest.raises(Rejected):
        walk(data + bytes(511) + b"\1")


def test_a_memory_map_and_a_view_are_walked_as_they_are(tmp_path: Path) -> None:
    data = image()
    path = tmp_path / "a.dcm"
    path.write_bytes(data)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert walk(mapped).elements == walk(data).elements
    assert walk(memoryview(data)).elements == walk(bytearray(data)).elements
