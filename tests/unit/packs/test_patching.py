"""Other names in bytes that are served: the same length, wherever the range begins and ends."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.packs import patch_range, patch_text, widened


class Turned:
    """Names that are the digits and letters turned around, so that twice is once."""

    def uid(self, uid: str) -> str:
        return "2.25." + uid[:4:-1]

    def subject(self, subject: str) -> str:
        return subject[::-1]


UID = "2.25." + "".join(str(index % 10) for index in range(1, 40))
PID = "ABCDEFGHIJKLMNO2"
SIZES = {"uid": 44, "pid": 16, "date": 8}
TEXT = {"uid": UID.encode(), "pid": PID.encode(), "date": b"20260101"}


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, str]]]:
    """A file with names in it, and where they stand."""
    data, spots = b"", []
    for kind in draw(st.lists(st.sampled_from(sorted(SIZES)), max_size=6)):
        data += draw(st.binary(max_size=30))
        spots.append((len(data), kind))
        data += TEXT[kind]
    return data + draw(st.binary(max_size=100)), spots


@given(files())
def test_patched_twice_is_what_it_was_and_nothing_else_changes(made: Any) -> None:
    data, spots = made
    once = b"".join(patch_range(data, 0, spots, Turned()))
    assert b"".join(patch_range(once, 0, spots, Turned())) == data
    allowed = {at + step for at, kind in spots if kind != "date" for step in range(SIZES[kind])}
    assert {at for at in range(len(data)) if data[at] != once[at]} <= allowed
    assert len(once) == len(data)
    for at, kind in spots:
        if kind != "date":
            assert once[at : at + SIZES[kind]] != TEXT[kind]


@given(files(), st.data())
def test_any_range_of_the_patched_file_is_the_patched_range(made: Any, pick: st.DataObject) -> None:
    data, spots = made
    whole = b"".join(patch_range(data, 0, spots, Turned()))
    start = pick.draw(st.integers(0, len(data)))
    length = pick.draw(st.integers(0, len(data) - start))
    first, size = widened(start, length, spots)
    assert first <= start
    assert first + size >= start + length
    part = b"".join(patch_range(data[first : first + size], first, spots, Turned()))
    assert part[start - first : start - first + length] == whole[start : start + length]


def test_a_text_names_nobody_by_the_old_name() -> None:
    text = f'{{"a":["{UID}"],"b":"x/{UID}/y {PID}","c":"1.2.3","d":"{UID}1"}}'.encode()
    fresh = patch_text(text, PID, Turned())
    turned = Turned().uid(UID)
    said = f'{{"a":["{turned}"],"b":"x/{turned}/y {PID[::-1]}","c":"1.2.3","d":"{UID}1"}}'
    assert fresh == said.encode()
    assert patch_text(b"x", "", Turned()) == b"x"
