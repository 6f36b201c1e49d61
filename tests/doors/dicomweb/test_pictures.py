"""Rendered frames and decoded frames: every codec, every window, and hostile codestreams."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient
from tests.doors.dicomweb.commons import FakeCatalogue, Held, app_of, series
from tests.doors.dicomweb.reading import parts
from tests.unit.dicom.factory import Written, us

from yushan.domain.imaging import jpeg2000_size, jpeg_size
from yushan.engines.sandbox import Children

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTANCE = "/dicom-web/studies/1.2.10/series/1.2.10.1/instances/1.2.10.1.1"
NATIVE = 'multipart/related; type="application/octet-stream"'
RAMP = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32) * 5
GRADES = np.arange(768).reshape(24, 32)
COLOUR = np.stack([GRADES % 251, GRADES * 0 + 9, GRADES[::-1] % 199], axis=-1).astype(np.uint8)


def opened(children: Any = None, **about: Any) -> TestClient:
    held = Held()
    about.setdefault("size", (24, 32))
    held.add(series("1.2.10", 1, 1, **about))
    return TestClient(
        app_of(FakeCatalogue(held), held, children), headers={"Authorization": "Bearer all"}
    )


def picture(client: TestClient, address: str = "/rendered", **parameters: str) -> np.ndarray:
    response = client.get(INSTANCE + address, params=parameters, headers={"Accept": "image/png"})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(response.content)))


def texts(**values: str) -> tuple[Written, ...]:
    tags = {"center": 0x00281050, "width": 0x00281051, "intercept": 0x00281052, "slope": 0x00281053,
            "function": 0x00281056, "photometric": 0x00280004, "lut": 0x20500020}  # fmt: skip
    vrs = {"function": "CS", "photometric": "CS", "lut": "CS"}
    return tuple(
        Written(tags[name], vrs.get(name, "DS"), value.encode()) for name, value in values.items()
    )


def rle(planes: list[bytes]) -> bytes:
    """RLE Lossless by literal runs, from the definition (PS3.5 annex G)."""
    segments = []
    for plane in planes:
        runs = [plane[at : at + 128] for at in range(0, len(plane), 128)]
        segment = b"".join(bytes((len(run) - 1,)) + run for run in runs)
        segments.append(segment + b"\0" * (len(segment) % 2))
    offsets, at = [], 64
    for segment in segments:
        offsets.append(at)
        at += len(segment)
    return struct.pack("<16I", len(planes), *offsets, *[0] * (15 - len(planes))) + b"".join(
        segments
    )


def squeezed(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(data) + squeeze.flush()


GREY = {
    "1.2.840.10008.1.2.4.57": lambda a: imagecodecs.ljpeg_encode(a, bitspersample=16),
    "1.2.840.10008.1.2.4.70": lambda a: imagecodecs.ljpeg_encode(a, bitspersample=16),
    "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_encode,
    "1.2.840.10008.1.2.4.90": lambda a: imagecodecs.jpeg2k_encode(a, reversible=True),
    "1.2.840.10008.1.2.4.201": imagecodecs.htj2k_encode,
    "1.2.840.10008.1.2.4.110": lambda a: imagecodecs.jpegxl_encode(a, lossless=True),
    "1.2.840.10008.1.2.5": lambda a: rle(
        [(a >> 8).astype("u1").tobytes(), a.astype("u1").tobytes()]
    ),
    "1.2.840.10008.1.2.8.1": lambda a: squeezed(a.astype("<u2").tobytes()),
    "1.2.840.10008.1.2.1.98": lambda a: a.astype("<u2").tobytes(),
}


def even(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


@pytest.mark.parametrize("syntax", GREY)
@pytest.mark.parametrize("signed", [False, True])
def test_every_codec_gives_the_stored_values_back(syntax: str, signed: bool) -> None:
    values = RAMP.astype("<i2") - 2000 if signed else RAMP
    stream = even(bytes(GREY[syntax](values.view(np.uint16))))
    client = opened(syntax=syntax, pieces=(b"", stream), pixels=None,
                    more=(us(0x00280103, int(signed)),))  # fmt: skip
    response = client.get(INSTANCE + "/frames/1", headers={"Accept": NATIVE})
    assert response.status_code == 200, response.text
    [part] = parts(response)
    assert part.media_type.endswith("transfer-syntax=1.2.840.10008.1.2.1")
    assert np.array_equal(np.frombuffer(part.body, "<i2" if signed else "<u2"), values.ravel())


RGB = {
    "1.2.840.10008.1.2.4.80": (imagecodecs.jpegls_encode, "RGB"),
    "1.2.840.10008.1.2.4.90": (lambda a: imagecodecs.jpeg2k_encode(a, reversible=True), "YBR_RCT"),
    "1.2.840.10008.1.2.4.201": (imagecodecs.htj2k_encode, "YBR_RCT"),
    "1.2.840.10008.1.2.5": (lambda a: rle([a[..., i].tobytes() for i in range(3)]), "RGB"),
}


@pytest.mark.parametrize("syntax", RGB)
def test_colour_comes_back_as_it_was(syntax: str) -> None:
    encode, photometric = RGB[syntax]
    client = opened(syntax=syntax, pieces=(b"", even(bytes(encode(COLOUR)))), pixels=None, bits=8,
                    more=(us(0x00280002, 3), *texts(photometric=photometric)))  # fmt: skip
    assert np.array_equal(picture(client), COLOUR)


def test_lossy_jpeg_is_shown_in_its_colours() -> None:
    smooth = np.zeros((24, 32, 3), np.uint8)
    smooth[:, :16], smooth[:, 16:] = (200, 40, 40), (30, 60, 220)
    for kind, photometric in (("YCBCR", "YBR_FULL_422"), ("RGB", "RGB")):
        stream = imagecodecs.jpeg_encode(smooth, level=98, colorspace="RGB", outcolorspace=kind)
        more = (us(0x00280002, 3), *texts(photometric=photometric))
        pieces = (b"", even(bytes(stream)))
        client = opened(
            syntax="1.2.840.10008.1.2.4.50", pieces=pieces, bits=8, pixels=None, more=more
        )
        shown = picture(client).astype(int)
        assert np.abs(shown[:, 4:12] - (200, 40, 40)).max() < 12
        assert np.abs(shown[:, 20:28] - (30, 60, 220)).max() < 12


def ybr(colour: np.ndarray) -> np.ndarray:
    """Y, Cb, Cr of full range by the standard's numbers."""
    red, green, blue = (colour[..., i].astype(float) for i in range(3))
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    both = np.stack([y, 128 + 0.5643 * (blue - y), 128 + 0.7133 * (red - y)], axis=-1)
    return np.clip(np.rint(both), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("planar", [0, 1])
def test_native_colour_by_pixel_and_by_plane(planar: int) -> None:
    for stored, photometric, near in ((COLOUR, "RGB", 0), (ybr(COLOUR), "YBR_FULL", 3)):
        raw = stored.transpose(2, 0, 1).tobytes() if planar else stored.tobytes()
        client = opened(bits=8, pixels=raw, more=(us(0x00280002, 3), us(0x00280006, planar),
                                                  *texts(photometric=photometric)))  # fmt: skip
        assert np.abs(picture(client).astype(int) - COLOUR).max() <= near


def test_subsampled_native_colour_is_spread() -> None:
    flat = np.zeros((24, 32, 3), np.uint8)
    flat[:] = (10, 120, 230)
    full = ybr(flat)
    raw = bytearray()
    for row in full:
        for left, right in zip(row[::2], row[1::2], strict=True):
            raw += bytes((left[0], right[0], left[1], left[2]))
    client = opened(bits=8, pixels=bytes(raw),
                    more=(us(0x00280002, 3), *texts(photometric="YBR_FULL_422")))  # fmt: skip
    assert np.abs(picture(client).astype(int) - flat).max() <= 3


@pytest.mark.parametrize(
    ("function", "grey"),
    [
        ("LINEAR", lambda x: (x - 1999.5) / 1999 + 0.5),
        ("LINEAR_EXACT", lambda x: (x - 2000) / 2000 + 0.5),
        ("SIGMOID", lambda x: 1 / (1 + np.exp(-4 * (x - 2000) / 2000))),
    ],
)
def test_the_window_is_the_standards_formula(function: str, grey) -> None:
    client = opened(pixels=RAMP.tobytes(),
                    more=texts(center="2000", width="2000", function=function))  # fmt: skip
    expected = np.rint(np.clip(grey(RAMP.astype(float)), 0, 1) * 255)
    assert np.abs(picture(client).astype(int) - expected).max() <= 1
    named = function.lower().replace("_", "-")
    plain = opened(pixels=RAMP.tobytes())
    assert np.array_equal(picture(plain, window=f"2000,2000,{named}"), picture(client))


def test_rescale_comes_before_the_window() -> None:
    shifted = texts(slope="2", intercept="-1000", center="1000", width="2")
    shown = picture(opened(pixels=RAMP.tobytes(), more=shifted))
    assert np.array_equal(shown > 127, RAMP.astype(int) * 2 - 1000 >= 1000)


def test_functional_groups_of_the_frame_are_used() -> None:
    def group(center: str) -> tuple[Written, ...]:
        return (Written(0x00289132, "SQ", items=(texts(center=center, width="1"),)),)

    rescale = (Written(0x00289145, "SQ", items=(texts(slope="2", intercept="0"),)),)
    more = (
        Written(0x52009229, "SQ", items=(rescale,)),
        Written(0x52009230, "SQ", items=(group("1000"), group("3000"))),
    )
    client = opened(frames=2, pixels=RAMP.tobytes() * 2, more=more)
    for frame, center in ((1, 1000), (2, 3000)):
        shown = picture(client, f"/frames/{frame}/rendered")
        assert np.array_equal(shown > 0, center - 0.5 < RAMP * 2)


def test_without_a_window_nearly_all_values_are_shown_and_padding_is_not() -> None:
    padded = RAMP.copy()
    padded[0] = 60000
    shown = picture(opened(pixels=padded.tobytes(), more=(us(0x00280120, 60000),)))
    assert shown[1, 0] < 15
    assert shown[-1, -1] > 240
    assert 100 < shown[12, 0] < 155
    assert picture(opened(pixels=bytes(24 * 32 * 2))).max() <= 255


def test_monochrome1_is_turned_over() -> None:
    client = opened(pixels=RAMP.tobytes(), more=texts(photometric="MONOCHROME1"))
    other = opened(pixels=RAMP.tobytes())
    assert np.array_equal(picture(client), 255 - picture(other))


def test_a_palette_gives_colours() -> None:
    index = (np.arange(768).reshape(24, 32) % 256).astype(np.uint8)
    curves = [np.arange(256) * 257, np.full(256, 0x8000), np.arange(256)[::-1] * 257]
    more = [*texts(photometric="PALETTE COLOR")]
    for place, curve in enumerate(curves):
        more += [us(0x00281101 + place, 256, 0, 16),
                 Written(0x00281201 + place, "OW", curve.astype("<u2").tobytes())]  # fmt: skip
    shown = picture(opened(bits=8, pixels=index.tobytes(), more=tuple(more)))
    assert np.array_equal(shown, np.stack([curve[index] >> 8 for curve in curves], axis=-1))


def test_a_voi_table_in_the_file_is_used() -> None:
    curve = (np.arange(4096)[::-1] * 16).astype("<u2")
    item = (us(0x00283002, 4096, 0, 16), Written(0x00283006, "OW", curve.tobytes()))
    more = (Written(0x00283010, "SQ", items=(item,)),)
    shown = picture(opened(pixels=RAMP.tobytes(), more=more))
    assert np.array_equal(shown, curve[RAMP] >> 8)


def test_single_bits_are_shown() -> None:
    bits = np.random.default_rng(1).integers(0, 2, (24, 32), dtype=np.uint8)
    raw = np.packbits(bits, bitorder="little").tobytes()
    shown = picture(opened(bits=1, pixels=raw), window="0.5,1,linear-exact")
    assert np.array_equal(shown > 127, bits.astype(bool))


def test_type_quality_and_size_are_the_clients() -> None:
    client = opened(pixels=RAMP.tobytes())
    default = client.get(INSTANCE + "/rendered")
    assert default.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(default.content)).size == (32, 24)
    rough = client.get(INSTANCE + "/rendered", params={"quality": "5"})
    assert len(rough.content) < len(default.content)
    assert picture(client, viewport="64,64").shape == (48, 64)
    assert picture(client, "/thumbnail").shape == (96, 128)
    assert picture(client, "/frames/1/thumbnail", viewport="8,8").shape == (6, 8)
    for level in ("/dicom-web/studies/1.2.10", "/dicom-web/studies/1.2.10/series/1.2.10.1"):
        small = client.get(level + "/thumbnail", headers={"Accept": "image/*"})
        assert Image.open(io.BytesIO(small.content)).size == (128, 96)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"window": "1,2,3"}, 400),
        ({"window": "a,b"}, 400),
        ({"quality": "0"}, 400),
        ({"quality": "101"}, 400),
        ({"viewport": "5000,10"}, 400),
        ({"viewport": "10"}, 400),
        ({"viewport": ",10"}, 400),
        ({"viewport": "10,10,1"}, 400),
        ({"annotation": "everything"}, 400),
        ({"iccprofile": "none"}, 400),
        ({"accept": "image/jp2"}, 406),
        ({"accept": "image/png;q=0.5, image/jp2"}, 200),
    ],
)
def test_what_cannot_be_done_is_refused(parameters: dict[str, str], status: int) -> None:
    client = opened(pixels=RAMP.tobytes())
    assert client.get(INSTANCE + "/rendered", params=parameters).status_code == status


def test_a_codestream_that_asks_for_more_than_its_tags_is_not_decoded() -> None:
    huge = bytearray(imagecodecs.jpeg2k_encode(RAMP, reversible=True))
    at = huge.index(b"\xff\x4f\xff\x51")
    huge[at + 8 : at + 16] = struct.pack(">II", 60000, 60000)
    jls = bytearray(imagecodecs.jpegls_encode(RAMP))
    at = jls.index(b"\xff\xf7")
    jls[at + 5 : at + 9] = struct.pack(">HH", 60000, 60000)
    broken = even(bytes(imagecodecs.jpegls_encode(RAMP)))[:60]
    for syntax, stream in (
        ("1.2.840.10008.1.2.4.90", bytes(huge)),
        ("1.2.840.10008.1.2.4.80", bytes(jls)),
        ("1.2.840.10008.1.2.4.80", broken),
        ("1.2.840.10008.1.2.4.90", b"\xff\x4f\xff\x51 short"),
        ("1.2.840.10008.1.2.4.50", b"\xff\xd8\xff\xd9 none"),
        ("1.2.840.10008.1.2.5", b"not RLE at all"),
        ("1.2.840.10008.1.2.8.1", squeezed(b"few")),
        ("1.2.840.10008.1.2.4.110", b"\xff\x0a no"),
    ):
        client = opened(syntax=syntax, pieces=(b"", even(stream)), pixels=None)
        for address in ("/rendered", "/frames/1"):
            headers = {"Accept": NATIVE if "frames" in address else "image/png"}
            response = client.get(INSTANCE + address, headers=headers)
            assert response.status_code == 406
            assert response.json()["code"] == "imaging.frame-undecodable"


def test_a_syntax_without_decoder_is_said_to_have_none() -> None:
    client = opened(syntax="1.2.840.10008.1.2.4.92", pieces=(b"", b"\xff\x4f\xff\x51"), pixels=None)
    response = client.get(INSTANCE + "/rendered")
    assert response.json()["code"] == "imaging.syntax-not-decoded"


def test_sizes_are_read_from_codestreams() -> None:
    assert jpeg2000_size(bytes(imagecodecs.jpeg2k_encode(RAMP))) == (32, 24, 1)
    assert jpeg2000_size(bytes(imagecodecs.htj2k_encode(COLOUR))) == (32, 24, 3)
    assert jpeg_size(bytes(imagecodecs.jpegls_encode(RAMP))) == (32, 24, 1)
    assert jpeg_size(bytes(imagecodecs.jpeg_encode(COLOUR))) == (32, 24, 3)
    assert jpeg_size(b"\xff\xd8") is None
    assert jpeg_size(b"\xff\xd8\xff\xff\xff\xc0\x00\x0b\x08\x00\x18\x00\x20\x01") == (32, 24, 1)


@pytest.fixture
def children() -> Iterator[Children]:
    made = Children(1, seconds=30.0)
    yield made
    made.close()


def test_pictures_are_made_in_a_child(children: Children) -> None:
    stream = even(bytes(imagecodecs.htj2k_encode(RAMP)))
    syntax = "1.2.840.10008.1.2.4.201"
    inside = opened(syntax=syntax, pieces=(b"", stream), pixels=None)
    outside = opened(children, syntax=syntax, pieces=(b"", stream), pixels=None)
    assert np.array_equal(picture(inside), picture(outside))
    broken = opened(children, syntax=syntax, pieces=(b"", stream[:50]), pixels=None)
    assert broken.get(INSTANCE + "/rendered").status_code == 406
