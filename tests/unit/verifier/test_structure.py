"""The strict reader: order, lengths, delimiters, the file header, and never an exception."""

from __future__ import annotations

import mmap
from struct import pack
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.verifier.objects import (
    EXPLICIT,
    ct,
    dataset,
    element,
    encapsulated,
    items,
    meta,
    part10,
)

from yushan.domain.verifier import verify

if TYPE_CHECKING:
    from pathlib import Path

GOOD = part10(ct())
START = GOOD.index(b"\x08\x00\x05\x00CS")
ITEM_END = pack("<HHL", 0xFFFE, 0xE00D, 0)
SEQUENCE_END = pack("<HHL", 0xFFFE, 0xE0DD, 0)
UNDEFINED = 0xFFFFFFFF


def kinds(data: bytes) -> set[str]:
    return {finding.kind for finding in verify(data)}


def inserted(extra: bytes, before: bytes) -> bytes:
    """The good object with bytes put in before the element that starts so."""
    at = GOOD.index(before, START)
    return GOOD[:at] + extra + GOOD[at:]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "verifier.unreadable"),
        (b"DICM", "verifier.unreadable"),
        (GOOD[:140], "verifier.unreadable"),
        (GOOD[:-1], "verifier.unreadable"),
        (GOOD + b"WANG", "verifier.unreadable"),
        (GOOD + b"\0", "verifier.unreadable"),
        (GOOD + element(0xFFFCFFFC, b"OB", b"WANG"), "verifier.forbidden-group"),
        (GOOD + element(0xFFFAFFFA, b"SQ", b""), "verifier.forbidden-group"),
        (GOOD + element(0x00100010, b"PN", b"WANG"), "verifier.order"),
        (GOOD + element(0x7FE00010, b"OW", b"WANG"), "verifier.duplicate"),
        (
            inserted(element(0x00080000, b"UL", bytes(4)), b"\x08\x00\x05\x00"),
            "verifier.group-length",
        ),
        (
            inserted(element(0x00100010, b"PN", b"WANG"), b"\x10\x00\x10\x00"),
            "verifier.duplicate",
        ),
        (inserted(element(0x00101000, b"LO", b"ODD"), b"\x10\x00\x10\x10"), "verifier.odd-length"),
        (inserted(element(0x00101000, b"XX", b"EVEN"), b"\x10\x00\x10\x10"), "verifier.unreadable"),
        (
            inserted(element(0x00101000, b"UN", b"", UNDEFINED), b"\x10\x00\x10\x10"),
            "verifier.unreadable",
        ),
        (inserted(ITEM_END, b"\x10\x00\x10\x00"), "verifier.unreadable"),
        (b"W" + GOOD[1:], "verifier.preamble"),
        (GOOD[:127] + b"W" + GOOD[128:], "verifier.preamble"),
    ],
)
def test_a_break_of_structure_is_found(data: bytes, kind: str) -> None:
    assert kind in kinds(data)


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ({0x00020016: (b"AE", b"HOSPITAL")}, "verifier.meta"),
        ({0x00020102: (b"OB", b"WANG")}, "verifier.meta"),
        ({0x00020013: (b"SH", b"PACS OF WANG")}, "verifier.meta"),
        ({0x00020012: (b"UI", b"1.2.840.113619.6.1")}, "verifier.meta"),
        ({0x00020001: (b"OB", b"WANG")}, "verifier.meta"),
        ({0x00020003: (b"UI", b"1.2.3")}, "verifier.uid-mismatch"),
        ({0x00020002: (b"UI", b"1.2.3")}, "verifier.uid-mismatch"),
        ({0x00020010: (b"UI", b"1.2.840.10008.1.2")}, "verifier.transfer-syntax"),
        ({0x00020010: (b"UI", b"1.2.840.10008.1.2.4.100")}, "verifier.transfer-syntax"),
    ],
)
def test_the_file_header_is_rebuilt(extra: dict[int, tuple[bytes, bytes]], kind: str) -> None:
    data = bytes(128) + b"DICM" + meta(ct(), EXPLICIT, extra) + dataset(ct())
    assert kind in kinds(data)


def test_a_header_without_transfer_syntax_is_found() -> None:
    header = meta(ct())
    short = header[12 : header.index(b"\x02\0\x10\0UI")]
    data = bytes(128) + b"DICM" + element(0x00020000, b"UL", pack("<L", len(short))) + short
    assert {"verifier.missing", "verifier.transfer-syntax"} <= kinds(data + dataset(ct()))


def sequence(value: bytes, length: int | None = None) -> bytes:
    """The good object with a kept sequence of that value."""
    return inserted(element(0x00081140, b"SQ", value, length), b"\x10\x00\x10\x00")


INNER = dataset({0x00081150: (b"UI", b"1.2.840.10008.5.1.4.1.1.2")})
OPEN_ITEM = pack("<HHL", 0xFFFE, 0xE000, UNDEFINED)


@pytest.mark.parametrize(
    "data",
    [
        sequence(b""),
        sequence(items(b"")),
        sequence(items(INNER, b"", INNER)),
        sequence(SEQUENCE_END, UNDEFINED),
        sequence(OPEN_ITEM + INNER + ITEM_END + items(INNER) + SEQUENCE_END, UNDEFINED),
        sequence(OPEN_ITEM + ITEM_END),
    ],
)
def test_sequences_of_both_kinds_of_length_are_read(data: bytes) -> None:
    assert verify(data) == ()


@pytest.mark.parametrize(
    "data",
    [
        sequence(b"WANG"),
        sequence(INNER),
        sequence(items(INNER)[:-2]),
        sequence(items(INNER), UNDEFINED),
        sequence(OPEN_ITEM + INNER),
        sequence(OPEN_ITEM + INNER + SEQUENCE_END, UNDEFINED),
        sequence(items(INNER + ITEM_END)),
        sequence(items(INNER), 10**6),
        sequence(pack("<HHL", 0xFFFE, 0xE000, 10**6)),
    ],
)
def test_a_broken_sequence_is_unreadable(data: bytes) -> None:
    assert kinds(data) == {"verifier.unreadable"}


def test_a_name_in_an_item_after_its_delimiter_is_not_read_over() -> None:
    data = sequence(OPEN_ITEM + INNER + ITEM_END + b"WANGDAMING" + SEQUENCE_END, UNDEFINED)
    assert kinds(data) == {"verifier.unreadable"}


def test_deep_nesting_is_bounded() -> None:
    value = b""
    for _ in range(30):
        value = items(element(0x00081140, b"SQ", value))
    assert kinds(sequence(value)) == {"verifier.unreadable"}


def test_every_kind_of_buffer_gives_the_same_answer(tmp_path: Path) -> None:
    bad = part10(ct({0x00081070: (b"PN", b"WANG")}))
    path = tmp_path / "object"
    path.write_bytes(bad)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        answers = {verify(form) for form in (bad, bytearray(bad), memoryview(bad), mapped)}
    assert len(answers) == 1


def test_findings_are_bounded_and_name_no_values() -> None:
    names = items(*(dataset({0x00081070: (b"PN", b"WANG")}) for _ in range(900)))
    findings = verify(part10(ct({0x00081140: (b"SQ", names)})))
    assert len(findings) == 500
    assert not any("WANG" in finding.place + finding.kind for finding in findings)


RLE_FRAME = pack("<16L", 1, 64, *([0] * 14)) + bytes(8)
OBJECTS = (
    GOOD,
    sequence(OPEN_ITEM + INNER + ITEM_END + items(INNER) + SEQUENCE_END, UNDEFINED),
    encapsulated(ct(), b"1.2.840.10008.1.2.5", RLE_FRAME),
)


@given(st.sampled_from(OBJECTS), st.data())
def test_no_changed_byte_raises(good: bytes, data: st.DataObject) -> None:
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good) - 1))
        changed[at] = data.draw(st.integers(0, 255))
    verify(bytes(changed), harvested=frozenset({"王大明", "wang"}))


@given(st.binary(max_size=400))
def test_no_bytes_raise(tail: bytes) -> None:
    verify(tail)
    assert verify(GOOD[:START] + tail)
    if tail:
        assert verify(GOOD + tail)


@given(st.integers(0, len(GOOD) - 1))
def test_no_truncated_object_passes(size: int) -> None:
    assert verify(GOOD[:size])
