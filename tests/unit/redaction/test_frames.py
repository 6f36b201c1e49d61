"""Frames decoded and shown; what cannot be looked at is refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from tests.spec.deid.objects import BIG_ENDIAN, ct, part10, us
from tests.spec.deid.pictures import CAPTURE, image, stored

from yushan.base import Rejected
from yushan.domain.redaction import Box, frames_of, redacted
from yushan.domain.redaction.filling import encapsulate, native

RAMP = np.arange(30 * 7, dtype=np.uint8).reshape(30, 7)


def made(frame: np.ndarray, **changes: object) -> bytes:
    return image(*stored([frame]), SOPClassUID=("UI", CAPTURE), **changes)  # type: ignore[arg-type]


def test_single_bits_are_shown_and_filled_across_bytes() -> None:
    bits = np.random.default_rng(2).integers(0, 2, (3, 5, 7)).astype(np.uint8)
    packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
    shape, _ = stored([bits[0]], bits_allocated=1, bits_stored=1)
    elements = {"NumberOfFrames": ("IS", "3"), "RescaleIntercept": None, "RescaleSlope": None}
    data = image(shape, [packed], SOPClassUID=("UI", CAPTURE), **elements)  # type: ignore[arg-type]
    frames = frames_of(data)
    assert all(np.array_equal(frames.picture(n), bits[n] * 255) for n in range(3))
    new = redacted(data, [Box(1, 1, 3, 2, frame=1)])
    bits[1, 1:3, 1:4] = 0
    value = b"".join(bytes(one) for one in new.element)[12:]
    assert value[: len(packed)] == np.packbits(bits.ravel(), bitorder="little").tobytes()


def test_a_big_endian_palette_is_applied() -> None:
    table = (np.arange(256) * 256).astype(">u2")
    about = struct.pack(">3H", 256, 0, 16)
    tags = dict.fromkeys((2625793, 2625794, 2625795), ("US", about))
    tags |= {tag: ("OW", table.tobytes()) for tag in (0x00281201, 0x00281202, 0x00281203)}
    little = ct(PixelData=None, PhotometricInterpretation=("CS", "PALETTE COLOR")) | tags
    shorts = {0x00280002: 1, 0x00280010: 30, 0x00280011: 7, 0x00280100: 8, 0x00280101: 8,
              0x00280102: 7, 0x00280103: 0}  # fmt: skip
    little |= {tag: ("US", struct.pack(">H", number)) for tag, number in shorts.items()}
    little[0x7FE00010] = ("OB", RAMP.tobytes())
    data = part10(little)
    at = data.index(b"\x08\x00\x05\x00CS")
    swapped = big_endian(data[at:])
    head = part10({0x00080016: ("UI", CAPTURE)}, syntax=BIG_ENDIAN)
    data = head[: head.index(b"\x08\x00\x16\x00UI")] + swapped
    assert np.array_equal(frames_of(data).picture(0), np.repeat(RAMP[..., None], 3, 2))
    words = data.replace(b"\x7f\xe0\0\x10OB", b"\x7f\xe0\0\x10OW")[: -RAMP.size]
    words += RAMP.reshape(-1, 2)[:, ::-1].tobytes()
    assert np.array_equal(frames_of(words).picture(0), np.repeat(RAMP[..., None], 3, 2))


def big_endian(body: bytes) -> bytes:
    """Elements with tags and lengths turned round; values stay as written."""
    out, at = [], 0
    while at < len(body):
        group, number, vr = struct.unpack_from("<HH2s", body, at)
        if vr in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
            [length] = struct.unpack_from("<L", body, at + 8)
            out.append(struct.pack(">HH2sHL", group, number, vr, 0, length))
            at += 12
        else:
            [length] = struct.unpack_from("<H", body, at + 6)
            out.append(struct.pack(">HH2sH", group, number, vr, length))
            at += 8
        out.append(body[at : at + length])
        at += length
    return b"".join(out)


def test_windows_of_a_frame_come_from_its_functional_groups() -> None:
    values = np.arange(30 * 7, dtype="<u2").reshape(30, 7) * 20
    window = {0x00281050: ("DS", "100"), 0x00281051: ("DS", "2")}
    groups = {0x52009230: ("SQ", [{0x00289132: ("SQ", [window])}])}
    shape, streams = stored([values])
    data = image(shape, streams, SOPClassUID=("UI", CAPTURE), RescaleIntercept=None,
                 x52009230=groups[0x52009230])  # fmt: skip
    assert set(np.unique(frames_of(data).picture(0))) == {0, 255}
    broken = made(values, WindowCenter=("DS", "x"), WindowWidth=("DS", "0"))
    assert len(np.unique(frames_of(broken).picture(0))) > 100


def test_what_cannot_be_looked_at_is_refused() -> None:
    for data, code in (
        (part10(ct(PixelData=None, Rows=None, Columns=None)), "redaction.no-picture"),
        (made(RAMP, BitsAllocated=("US", us(64))), "dicom.pixel-data-short"),
        (made(RAMP, SamplesPerPixel=("US", us(2)), Rows=("US", us(15))), "redaction.no-picture"),
    ):
        with pytest.raises(Rejected, match=code):
            frames_of(data)
    with pytest.raises(Rejected, match=r"redaction\.high-bits"):
        redacted(made(RAMP, HighBit=("US", us(6))), [Box(0, 0, 2, 2)])


def test_more_than_can_be_held_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yushan.domain.redaction.frames.MAX_BYTES", 100)
    with pytest.raises(Rejected, match=r"redaction\.too-large"):
        frames_of(made(RAMP))


def test_elements_are_even_and_tables_full() -> None:
    shape, _ = stored([RAMP])
    assert b"".join(native([b"123"], shape))[-4:] == b"123\0"
    pieces = encapsulate([b"abc", b"defg"])
    assert pieces[1][8:] == struct.pack("<2L", 0, 12)
    assert b"".join(pieces)[-8:] == b"\xfe\xff\xdd\xe0\0\0\0\0"
