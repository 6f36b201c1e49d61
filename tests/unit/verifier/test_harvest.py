"""The patient's own identifiers are found wherever and however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.verifier.objects import ct, dataset, encapsulated, items, part10, uid

from yushan.domain.verifier import verify

TOKENS = frozenset(
    {"王大明", "大明", "Wang", "DaMing", "A123456789", "1234567", "王", "w", "chest"}
)
ENCODINGS = ("utf-8", "cp950", "gb18030", "utf-16-le", "utf-16-be")
LUT = 0x00283006
DESCRIPTION = 0x00081030


def is_found(tag: int, vr: bytes, value: bytes, tokens: frozenset[str] = TOKENS) -> bool:
    """Whether a harvested token is found in a CT with one element more."""
    findings = verify(part10(ct({tag: (vr, value)})), harvested=tokens)
    return any(finding.kind == "verifier.harvested" for finding in findings)


def test_an_object_without_the_tokens_passes() -> None:
    assert verify(part10(ct()), harvested=TOKENS) == ()
    assert verify(part10(ct()), harvested=frozenset({"x"})) == ()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("token", ["王大明", "A123456789", "DaMing"])
def test_every_encoding_is_searched(token: str, encoding: str) -> None:
    planted = b"\x07\x01" + token.encode(encoding) + b"\x02\x09"
    assert is_found(LUT, b"OW", planted + bytes(len(planted) % 2))


@pytest.mark.parametrize(
    "text",
    [
        "王大明",
        "CT王大明CHEST",
        "大明",
        "WANG",
        "wang^daming",
        "Ｗａｎｇ",
        "D a M i n g",
        "A-123-456-789",
        "ａ１２３４５６７８９",
        "no.1234567.",
        "123 45-67",
    ],
)
def test_texts_are_folded(text: str) -> None:
    assert is_found(DESCRIPTION, b"LO", text.encode())


@pytest.mark.parametrize("text", ["CHEST", "WANGEN", "王水", "w", "心臟", "1 234"])
def test_chance_is_no_evidence(text: str) -> None:
    assert not is_found(DESCRIPTION, b"LO", text.encode())


def test_numbers_and_uids_count_as_a_whole() -> None:
    assert is_found(0x00200012, b"IS", b"1234567")
    assert is_found(0x00180050, b"DS", b"1.5\\1234567")
    assert not is_found(0x00180050, b"DS", b"0.1234567")
    old = frozenset({uid(4).decode()})
    assert is_found(0x00200052, b"UI", uid(4), old)
    assert not is_found(0x00200052, b"UI", uid(5), old)


def test_items_and_the_file_header_are_searched() -> None:
    inner = dataset({0x00081155: (b"UI", uid(9)), 0x00081030: (b"LO", b"WANG")})
    deep = items(dataset({0x0040A170: (b"SQ", items(inner))}))
    assert is_found(0x00089215, b"SQ", deep)


def test_the_ends_of_frames_are_searched() -> None:
    frame = b"\xff\xd8" + bytes(900) + "王大明".encode("cp950")
    data = encapsulated(ct(), b"1.2.840.10008.1.2.4.50", frame)
    kinds = {finding.kind for finding in verify(data, harvested=TOKENS)}
    assert kinds == {"verifier.harvested", "verifier.pixel-stream"}


def test_words_of_the_field_are_no_names() -> None:
    assert not is_found(DESCRIPTION, b"LO", b"CHEST", frozenset({"Chest", "CT", "AX"}))


names = st.text("王陳林黃張李大明美玲志", min_size=3, max_size=4)
numbers = st.from_regex(r"[A-Z][12][0-9]{8}", fullmatch=True)


@given(st.one_of(names, numbers), st.sampled_from(ENCODINGS), st.binary(max_size=40))
def test_a_planted_token_is_always_found(token: str, encoding: str, around: bytes) -> None:
    planted = b"\0\1" + around + b"\0\1" + token.encode(encoding) + b"\0\1" + around
    planted += bytes(len(planted) % 2)
    assert is_found(LUT, b"OW", planted, frozenset({token}))
    nested = items(dataset({LUT: (b"OW", planted)}))
    assert is_found(0x00283010, b"SQ", nested, frozenset({token}))
