"""Compressed frames cut short, nested or bent: refused, never followed past their end."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.spec.deid.test_pixels import j2k, jpeg, segment

from yushan.base import Rejected
from yushan.domain.deid.streams import clean_frame

JPEG = "1.2.840.10008.1.2.4.70"
J2K = "1.2.840.10008.1.2.4.90"
RLE = "1.2.840.10008.1.2.5"


def rle(*offsets: int, count: int | None = None, size: int = 80) -> bytes:
    table = [*offsets, *[0] * (15 - len(offsets))]
    return struct.pack("<16L", len(offsets) if count is None else count, *table).ljust(size, b"\1")


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [
        (b"", JPEG),
        (b"\xff\xd8\x00\x00", JPEG),
        (b"\xff\xd8\xff\xc3", JPEG),
        (b"\xff\xd8\xff\xc3\x00\x01\xff\xd9", JPEG),
        (b"\xff\xd8\xff\xc3\xff\xff\xff\xd9", JPEG),
        (b"\xff\xd8" + segment(0xDA, b"\1\1\0"), JPEG),
        (b"\xff\xd8", JPEG),
        (b"\xff\x4f", J2K),
        (b"\xff\x4f\xff\x93\0\4data\xff\xd9", J2K),
        (b"\xff\x4f\xff\x90\0", J2K),
        (b"\xff\x4f\xff\x90\0\x0a\0\0", J2K),
        (j2k()[:-2], J2K),
        (rle(64)[:60], RLE),
        (rle(64, 64), RLE),
        (rle(60), RLE),
        (rle(64, 900), RLE),
        (rle(64, count=0), RLE),
        (rle(64, 70, count=1), RLE),
    ],
)
def test_a_bent_frame_is_refused(frame: bytes, syntax: str) -> None:
    with pytest.raises(Rejected, match=r"deid\.stream-broken"):
        clean_frame(frame, syntax)


def test_a_comment_inside_a_tile_is_refused() -> None:
    comment = segment(0x64, b"\0\1DaMing")
    tile = b"\xff\x90\0\x0a\0\0" + struct.pack(">L", 12 + len(comment) + 6) + b"\0\1" + comment
    with pytest.raises(Rejected, match=r"deid\.stream-broken"):
        clean_frame(b"\xff\x4f\xff\x51\0\4\0\0" + tile + b"\xff\x93data\xff\xd9", J2K)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.110", "1.2.3"])
def test_an_unknown_codec_is_refused(syntax: str) -> None:
    with pytest.raises(Rejected, match=r"deid\.stream-unknown"):
        clean_frame(jpeg(), syntax)


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [
        (jpeg(), JPEG),
        (jpeg(b"\xff"), JPEG),
        (j2k(), J2K),
        (j2k(segment(0x64, b"\0\1Kakadu-v7.10")), J2K),
        (j2k(segment(0x64, b"\0\1Created by GDCM/OpenJPEG version 2.3.0")), J2K),
        (j2k(tail=b"\0\0"), J2K),
        (rle(64, 70), RLE),
    ],
)
def test_a_clean_frame_is_the_same_object(frame: bytes, syntax: str) -> None:
    kept = clean_frame(frame, syntax)
    assert kept is frame or kept == jpeg()


@given(cut=st.integers(0, 60), bend=st.integers(0, 255))
def test_damage_is_refused_or_leaves_no_word(cut: int, bend: int) -> None:
    frame = bytearray(jpeg(segment(0xE1, b"Exif DaMing"), segment(0xFE, b"DaMing")))
    frame[cut % len(frame)] = bend
    try:
        kept = clean_frame(bytes(frame), JPEG)
    except Rejected:
        return
    assert kept.count(b"DaMing") <= 1  # a bent marker may make one rider a part of the picture
