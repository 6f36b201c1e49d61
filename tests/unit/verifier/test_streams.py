"""Compressed frames carry the picture and nothing else."""

from __future__ import annotations

from struct import pack

import imagecodecs
import numpy as np
import pytest
from tests.unit.verifier.objects import Elements, ct, encapsulated, image, short

from yushan.domain.verifier import verify
from yushan.domain.verifier.streams import clean_jpeg, clean_jpeg_2000, clean_rle

PICTURE = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
JPEG = bytes(imagecodecs.jpeg_encode(PICTURE))
JPEG_LS = bytes(imagecodecs.jpegls_encode(PICTURE))
J2K = bytes(imagecodecs.jpeg2k_encode(PICTURE, codecformat="j2k"))
JP2 = bytes(imagecodecs.jpeg2k_encode(PICTURE, codecformat="jp2"))
HTJ2K = bytes(imagecodecs.htj2k_encode(PICTURE))
BASELINE = b"1.2.840.10008.1.2.4.50"
RLE = b"1.2.840.10008.1.2.5"
RLE_FRAME = pack("<16L", 1, 64, *([0] * 14)) + b"\x00\x01\x02\x03"


def segment(marker: int, body: bytes) -> bytes:
    """A marker segment."""
    return pack(">HH", marker, len(body) + 2) + body


def with_segment(stream: bytes, marker: int, body: bytes, after: int = 2) -> bytes:
    """The stream with one more segment."""
    return stream[:after] + segment(marker, body) + stream[after:]


def box(kind: bytes, body: bytes) -> bytes:
    """A JP2 box."""
    return pack(">L", len(body) + 8) + kind + body


def grey(frames: int = 1) -> Elements:
    """A 64 by 64 image of bytes."""
    return ct() | image(64, 64, bits=8, stored=8) | {0x00280008: (b"IS", b"%d" % frames)}


@pytest.mark.parametrize("stream", [JPEG, JPEG_LS, JPEG + b"\0", b"\xff\xd8\xff" + JPEG[2:]])
def test_what_encoders_write_is_clean_jpeg(stream: bytes) -> None:
    assert clean_jpeg(stream)


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        JPEG[1:],
        JPEG[:-2],
        JPEG[:-2] + b"WANG\xff",
        JPEG + b"WANG",
        JPEG + b"\0\0",
        JPEG + b"W",
        with_segment(JPEG, 0xFFFE, b"WANG DAMING"),
        with_segment(JPEG_LS, 0xFFFE, b"WANG DAMING"),
        with_segment(JPEG, 0xFFE1, b"Exif\0\0GPS"),
        with_segment(JPEG, 0xFFE0, b"JFXX\0WANG"),
        with_segment(JPEG, 0xFFE0, b"JFIF\0\1\1\0\0\1\0\1\2\2WANGWANGWANG"),
        with_segment(JPEG, 0xFFEE, b"Adobe\0d\0\0\0\0\1WANG"),
        with_segment(JPEG, 0xFFEE, b"AdobeWANGDAM"),
        with_segment(JPEG_LS, 0xFFE8, b"SPIFF\0WANG^DAMING=A123456789.."),
        JPEG[:2] + b"\xff\xe0\x00\x01",
        JPEG[:2] + b"\xff\xdb\xff\xff",
        JPEG[:2] + b"WANG" + JPEG[2:],
        b"\xff\xd8\xff\xd9"[:3],
    ],
)
def test_jpeg_with_anything_else_is_not(stream: bytes) -> None:
    assert not clean_jpeg(stream)


def test_jfif_and_adobe_are_harmless() -> None:
    jfif = with_segment(JPEG, 0xFFE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    assert clean_jpeg(with_segment(jfif, 0xFFEE, b"Adobe\0d\0\0\0\0\1"))


@pytest.mark.parametrize("stream", [J2K, HTJ2K, J2K + b"\0"])
def test_what_encoders_write_is_clean_jpeg_2000(stream: bytes) -> None:
    assert clean_jpeg_2000(stream)


def codestream(*, comment: bytes = b"", tile_length: int | None = None) -> bytes:
    """A codestream without data: SOC, one comment, one tile-part, EOC."""
    body = b"\xff\x93" + bytes(6)
    length = 12 + len(body) if tile_length is None else tile_length
    tile = segment(0xFF90, pack(">HLBB", 0, length, 0, 1)) + body
    return b"\xff\x4f" + (segment(0xFF64, comment) if comment else b"") + tile + b"\xff\xd9"


def test_jpeg_2000_boxes_and_tiles_are_walked() -> None:
    assert clean_jpeg_2000(codestream())
    assert clean_jpeg_2000(codestream(tile_length=0))
    assert clean_jpeg_2000(codestream(comment=b"\0\1Kakadu-v7.6"))
    assert clean_jpeg_2000(codestream(comment=b"\0\1Created by GDCM/OpenJPEG version 2.3.0"))
    boxes = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    boxes += box(b"jp2h", bytes(20))
    assert clean_jpeg_2000(boxes + box(b"jp2c", codestream()))
    assert clean_jpeg_2000(boxes + pack(">L", 0) + b"jp2c" + codestream())
    assert clean_jpeg_2000(JP2)


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        J2K[2:],
        J2K[:-2],
        J2K + b"WANG",
        codestream(comment=b"\0\1WANG DAMING"),
        codestream(tile_length=10**6),
        codestream(tile_length=4),
        JP2 + box(b"xml ", b"<name>WANG</name>"),
        JP2 + box(b"uuid", bytes(20)),
        JP2 + b"WANG",
        JP2[:12] + box(b"uinf", b"WANG") + JP2[12:],
        box(b"jP  ", b"\r\n\x87\n") + box(b"jp2c", b"WANG"),
        box(b"jP  ", b"\r\n\x87\n") + pack(">L", 1) + b"jp2c" + bytes(8),
        b"\xff\x4f" + b"WANGWANG",
    ],
)
def test_jpeg_2000_with_anything_else_is_not(stream: bytes) -> None:
    assert not clean_jpeg_2000(stream)


def test_an_rle_header_must_be_true() -> None:
    assert clean_rle(RLE_FRAME)
    assert not clean_rle(RLE_FRAME[:40])
    assert not clean_rle(pack("<16L", 0, *([0] * 15)))
    assert not clean_rle(pack("<16L", 16, 64, *range(65, 79)))
    assert not clean_rle(pack("<16L", 1, 70, *([0] * 14)) + bytes(70))
    assert not clean_rle(pack("<16L", 2, 64, 10**6, *([0] * 13)))
    assert not clean_rle(pack("<16L", 1, 64, *([0] * 13), 7) + bytes(70))


@pytest.mark.parametrize(
    ("transfer_syntax", "stream"),
    [(b"50", JPEG), (b"80", JPEG_LS), (b"90", J2K), (b"201", HTJ2K)],
)
def test_compressed_objects_pass(transfer_syntax: bytes, stream: bytes) -> None:
    assert verify(encapsulated(grey(), b"1.2.840.10008.1.2.4." + transfer_syntax, stream)) == ()


def test_frames_in_several_fragments_are_put_together() -> None:
    halves = (JPEG[:100], JPEG[100:])
    assert verify(encapsulated(grey(), BASELINE, *halves)) == ()
    two = encapsulated(grey(2), BASELINE, *halves, JPEG, table=pack("<2L", 0, 1000))
    assert verify(two) == ()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (encapsulated(grey(2), BASELINE, JPEG), "verifier.pixel-length"),
        (encapsulated(grey(), BASELINE), "verifier.pixel-length"),
        (encapsulated(grey(), BASELINE, JPEG, table=b"WANG!!!!"), "verifier.pixel-length"),
        (encapsulated(grey(), BASELINE, JPEG + b"WANG"), "verifier.pixel-stream"),
        (encapsulated(grey(), RLE, b"WANG"), "verifier.pixel-stream"),
        (encapsulated(grey(), b"1.2.840.10008.1.2.1", JPEG), "verifier.pixel-stream"),
    ],
)
def test_wrong_frames_are_found(data: bytes, kind: str) -> None:
    assert kind in {finding.kind for finding in verify(data)}


def test_native_pixels_under_a_compressed_syntax_are_found() -> None:
    from tests.unit.verifier.objects import part10

    data = part10(grey() | {0x00280100: short(8)}, BASELINE)
    assert {finding.kind for finding in verify(data)} == {"verifier.pixel-stream"}


def test_a_name_after_an_encoders_name_is_not_let_through() -> None:
    for comment in (b"\0\1Kakadu-v7.6 WANG", b"\0\1OpenJPEG WANG", b"\0\1Creator: WANG DAMING"):
        assert not clean_jpeg_2000(codestream(comment=comment))
