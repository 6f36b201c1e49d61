"""The parser of bodies in parts: whatever the pieces in which a body comes, it says the same."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.doors.dicomweb.stow_parts import Closed, Content, Opened, Parts

BOUNDARY = "b0und'ary"
MARK = b"--" + BOUNDARY.encode()


def body(parts, head=b"Content-Type: application/dicom\r\n"):
    written = [MARK + b"\r\n" + head + b"\r\n" + part + b"\r\n" for part in parts]
    return b"".join([*written, MARK, b"--\r\n"])


def read(pieces):
    """The parts as (headers, bytes)."""
    parser, found = Parts(BOUNDARY), []
    for piece in pieces:
        for event in parser.feed(piece):
            if isinstance(event, Opened):
                found.append([event.headers, b"", False])
            elif isinstance(event, Content):
                found[-1][1] += event.data
            elif isinstance(event, Closed):
                found[-1][2] = True
    parser.finish()
    assert all(ended for *_, ended in found)
    return [(headers, data) for headers, data, _ in found]


def cut(data, places):
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(edges)]


#: Bytes that look like delimiters more often than chance would have it.
NASTY = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\r\n", b"-", b"--", MARK, b"\r\n" + MARK[:5], b"\0", b"x" * 40]
    )
).map(b"".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(NASTY, max_size=4), st.lists(st.integers(0, 10_000), max_size=12))
def test_a_body_says_the_same_in_whatever_pieces_it_comes(contents, places):
    good = [one for one in contents if b"\r\n" + MARK not in b"\r\n" + one + b"\r\n"]
    whole = body(good)
    wanted = [({"content-type": "application/dicom"}, one) for one in good]
    assert read([whole]) == wanted
    assert read(cut(whole, places)) == wanted
    assert read([bytes([byte]) for byte in whole]) == wanted


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
def test_any_bytes_are_parts_or_a_refusal(data, places):
    with suppress(Rejected):
        assert all(
            isinstance(headers, dict) for headers, _ in read(cut(body([])[:-4] + data, places))
        )


@pytest.mark.parametrize(
    "data",
    [
        b"", MARK, MARK + b"--", b"x" * 9000 + MARK + b"--", MARK + b"x\r\n\r\n",
        MARK + b" --\r\n", body([b"x"])[:-5], MARK + b"\r\nNo colon\r\n\r\n",
        MARK + b"\r\nA b: c\r\n\r\n", MARK + b"\r\nA: \x00\r\n\r\n",
        MARK + b"\r\n" + b"A: b\r\n" * 2000,
    ],
)  # fmt: skip
def test_a_body_that_breaks_the_grammar_is_refused_or_empty(data):
    if data == MARK + b"--":
        assert read([data]) == []
        return
    with pytest.raises(Rejected) as refusal:
        read([data])
    assert refusal.value.code == "dicomweb.body-malformed"


@pytest.mark.parametrize(
    "boundary", ["", "a" * 71, "ends with blank ", "ünrestricted", "a\r\nb", "a;b"]
)
def test_a_boundary_that_cannot_be_one_is_refused(boundary):
    with pytest.raises(Rejected):
        Parts(boundary)


def test_little_is_held_while_a_large_part_comes():
    parser = Parts(BOUNDARY)
    list(parser.feed(MARK + b"\r\n\r\n"))
    for _ in range(100):
        list(parser.feed(b"z" * 65_536))
        assert len(parser.held) <= len(parser.delimiter)
