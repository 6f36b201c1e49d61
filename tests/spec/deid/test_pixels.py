"""Pixels: what may stay is byte-identical; what rides along is cut; what cannot be seen is held."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from tests.spec.deid.objects import (
    BIG_ENDIAN,
    ct,
    element,
    leaks,
    output,
    part10,
    read,
    reasons,
    stage1,
    us,
)

from yushan.domain.deid import Released

JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
J2K = "1.2.840.10008.1.2.4.90"
RLE = "1.2.840.10008.1.2.5"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(*extra: bytes, tail: bytes = b"") -> bytes:
    frame = segment(0xC3, b"\x0c\0\4\0\4\1\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\1\0\0") + b"\x12\x34\xff\0\x56"
    return b"\xff\xd8" + b"".join(extra) + frame + scan + b"\xff\xd9" + tail


def j2k(*extra: bytes, tail: bytes = b"") -> bytes:
    size = b"\xff\x51\0\4\0\0"
    tile = b"\xff\x90\0\x0a\0\0" + struct.pack(">L", 12 + 2 + 4) + b"\0\1" + b"\xff\x93data"
    return b"\xff\x4f" + size + b"".join(extra) + tile + b"\xff\xd9" + tail


def compressed(frame: bytes, syntax: str, **changes: object) -> bytes:
    pixels = ct(PixelData=None, **changes)  # type: ignore[arg-type]
    value = encapsulate([frame + b"\0" * (len(frame) % 2)], has_bot=False)
    tail = (
        struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
        + value
        + b"\xfe\xff\xdd\xe0\0\0\0\0"
    )
    return part10(pixels, syntax=syntax, tail=tail)


def test_native_pixels_are_views_of_the_input() -> None:
    data = part10(ct())
    made = stage1(data)
    assert isinstance(made, Released)
    views = [chunk for chunk in made.chunks if isinstance(chunk, memoryview)]
    assert [bytes(view) for view in views] == [us(*range(100, 116))]
    assert views[0].obj is data


def test_bytes_behind_the_last_frame_go() -> None:
    out = output(part10(ct(PixelData=("OW", us(*range(100, 116)) + b"DaMing Wang "))))
    assert not leaks(out, "DaMing")
    assert out.endswith(us(*range(100, 116)))


def test_odd_pixels_get_a_zero() -> None:
    object_ = ct(
        Rows=("US", us(3)),
        Columns=("US", us(3)),
        BitsAllocated=("US", us(8)),
        BitsStored=("US", us(8)),
        HighBit=("US", us(7)),
        PixelData=("OB", b"123456789X"),
    )
    assert output(part10(object_)).endswith(b"123456789\0")


def test_missing_pixels_are_held() -> None:
    assert reasons(part10(ct(PixelData=("OW", b"12")))) == ("deid.pixels-short",)
    assert reasons(part10(ct(NumberOfFrames=("IS", "DaMing")))) == ("deid.frames-unclear",)


def test_a_plane_in_the_spare_bits_is_masked_when_declared_and_held_when_not() -> None:
    pixels = us(*(value | 0x8000 for value in range(100, 116)))
    plane = {
        0x60000010: ("US", us(4)),
        0x60000011: ("US", us(4)),
        0x60000040: ("CS", "G"),
        0x60000050: ("SS", us(1, 1)),
        0x60000100: ("US", us(16)),
        0x60000102: ("US", us(15)),
    }
    assert reasons(part10(ct(PixelData=("OW", pixels)))) == ("deid.high-bits",)
    made = read(output(part10(ct(PixelData=("OW", pixels)) | plane)))
    assert made.pixel_array.ravel().tolist() == list(range(100, 116))
    assert 0x60000102 not in made


def test_the_sign_in_the_spare_bits_is_no_plane() -> None:
    values = np.array([-2048, -1, 0, 2047] * 4, "<i2")
    object_ = ct(PixelRepresentation=("US", us(1)), PixelData=("OW", values.tobytes()))
    assert output(part10(object_)).endswith(values.tobytes())
    plane = values.view("<u2") ^ 0x4000
    assert reasons(part10(ct(PixelRepresentation=("US", us(1)), PixelData=("OW", plane.tobytes()))))


def test_left_aligned_pixels_are_held() -> None:
    assert reasons(part10(ct(HighBit=("US", us(15))))) == ("deid.high-bits",)


def big_endian(elements: dict[int, tuple[str, object]]) -> bytes:
    body = b""
    for tag, (vr, value) in sorted(elements.items()):
        raw = value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
        if vr in ("US", "OW"):
            raw = np.frombuffer(raw, "<u2").astype(">u2").tobytes()
        raw += (b"\0" if vr == "UI" else b" ") * (len(raw) % 2)
        head = struct.pack(">HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
        head += struct.pack(">HI", 0, len(raw)) if vr == "OW" else struct.pack(">H", len(raw))
        body += head + raw
    return part10({}, syntax=BIG_ENDIAN, tail=body)


def test_big_endian_pixels_come_out_little_endian() -> None:
    made = read(output(big_endian(ct())))  # type: ignore[arg-type]
    assert made.Rows == 4
    assert made.pixel_array.ravel().tolist() == list(range(100, 116))


def test_pairs_of_bytes_that_big_endian_wrote_as_words_come_out_in_order() -> None:
    eight = {"BitsAllocated": ("US", us(8)), "BitsStored": ("US", us(8)), "HighBit": ("US", us(7))}
    pixels = bytes(range(100, 116))
    made = read(output(big_endian(ct(**eight, PixelData=("OW", pixels)))))  # type: ignore[arg-type]
    assert made.pixel_array.ravel().tolist() == list(range(100, 116))


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [
        (jpeg(), JPEG_LOSSLESS),
        (j2k(), J2K),
        (jpeg(segment(0xEE, b"Adobe" + bytes(7))), JPEG_LOSSLESS),
    ],
)
def test_clean_compressed_frames_stay_as_they_are(frame: bytes, syntax: str) -> None:
    data = compressed(frame, syntax)
    made = stage1(data)
    assert isinstance(made, Released)
    assert frame in b"".join(made.chunks)
    assert any(isinstance(chunk, memoryview) for chunk in made.chunks)
    assert read(b"".join(made.chunks)).file_meta.TransferSyntaxUID == syntax


@pytest.mark.parametrize(
    ("frame", "bare", "syntax"),
    [
        (jpeg(segment(0xFE, b"DaMing")), jpeg(), JPEG_LOSSLESS),
        (jpeg(segment(0xE1, b"Exif\0\0GPS DaMing")), jpeg(), JPEG_LOSSLESS),
        (jpeg(segment(0xE0, b"JFIF\0" + bytes(9) + b"DaMing")), jpeg(), JPEG_LOSSLESS),
        (jpeg(tail=b"DaMing"), jpeg(), JPEG_LOSSLESS),
        (j2k(segment(0x64, b"\0\1DaMing")), j2k(), J2K),
        (j2k(tail=b"DaMing"), j2k(), J2K),
    ],
)
def test_riders_of_compressed_frames_are_cut(frame: bytes, bare: bytes, syntax: str) -> None:
    out = output(compressed(frame, syntax))
    assert not leaks(out, "DaMing")
    assert bare in out


@pytest.mark.parametrize(
    ("frame", "syntax", "reason"),
    [
        (b"DaMing", JPEG_LOSSLESS, "deid.stream-broken"),
        (jpeg()[:-4], JPEG_LOSSLESS, "deid.stream-broken"),
        (b"DaMing", J2K, "deid.stream-broken"),
        (struct.pack("<16L", 1, 999, *[0] * 14), RLE, "deid.stream-broken"),
        (b"\xff\x0a", "1.2.840.10008.1.2.4.110", "deid.stream-unknown"),
        (b"anything", "1.2.840.10008.1.2.4.102", "deid.video-unread"),
    ],
)
def test_frames_that_cannot_be_followed_are_held(frame: bytes, syntax: str, reason: str) -> None:
    assert reasons(compressed(frame, syntax)) == (reason,)


def test_frames_and_fragments_that_do_not_agree_are_held() -> None:
    assert reasons(compressed(jpeg(), JPEG_LOSSLESS, NumberOfFrames=("IS", "3"))) == (
        "deid.frames-unclear",
    )


def test_a_frame_over_several_fragments_is_followed() -> None:
    frame = jpeg()
    value = encapsulate([frame], fragments_per_frame=2, has_bot=False)
    head = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
    data = part10(
        ct(PixelData=None), syntax=JPEG_LOSSLESS, tail=head + value + b"\xfe\xff\xdd\xe0\0\0\0\0"
    )
    assert isinstance(stage1(data), Released)


def test_a_picture_inside_a_sequence_goes() -> None:
    inner = {0x00280010: ("US", us(2)), 0x7FE00010: ("OW", b"DaMing Wang ")}
    out = output(part10(ct(ReferencedImageSequence=("SQ", [inner]))))
    assert not leaks(out, "DaMing")
    assert element(0x7FE00010, "OW", b"") not in out
