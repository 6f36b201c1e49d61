"""In which forms things are given: ZIP, transfer syntaxes, stretches, tags, XML, moving GIF."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import imagecodecs
import numpy as np
import pydicom
import pytest
import zstandard
from PIL import Image
from starlette.testclient import TestClient
from tests.doors.dicomweb.commons import FakeCatalogue, Held, app_of, ordinary, series
from tests.doors.dicomweb.reading import parts
from tests.unit.dicom.factory import Written, us

from yushan.domain.dicom import walk
from yushan.domain.packs import read_members

if TYPE_CHECKING:
    from collections.abc import Callable

STUDY = "/dicom-web/studies/1.2.10"
SERIES = STUDY + "/series/1.2.10.1"
INSTANCE = SERIES + "/instances/1.2.10.1.1"
EXPLICIT, JLS, HTJ2K, RLE, JPEG = (
    "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50",
)  # fmt: skip
RAMP = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32) * 5
GRADES = np.arange(768).reshape(24, 32)
COLOUR = np.stack([GRADES % 251, GRADES * 0 + 9, GRADES[::-1] % 199], axis=-1).astype(np.uint8)
DECODE: dict[str, Callable[[bytes], Any]] = {
    JLS: imagecodecs.jpegls_decode, HTJ2K: imagecodecs.htj2k_decode,
}  # fmt: skip


def opened(*held: list[bytes]) -> TestClient:
    commons = Held()
    for files in held:
        commons.add(files)
    return TestClient(
        app_of(FakeCatalogue(commons), commons), headers={"Authorization": "Bearer all"}
    )


def even(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


def packed(
    syntax: str, encode: Callable[[Any], bytes], frames: int = 1, **more: Any
) -> list[bytes]:
    pieces = tuple(even(bytes(encode(RAMP + frame))) for frame in range(frames))
    return series("1.2.10", 1, 1, syntax=syntax, pieces=(b"", *pieces), pixels=None,
                  frames=frames if frames > 1 else None, size=RAMP.shape, **more)  # fmt: skip


@pytest.fixture
def client() -> TestClient:
    held = ordinary()
    return TestClient(app_of(FakeCatalogue(held), held), headers={"Authorization": "Bearer all"})


def test_a_study_as_zip_opens_and_is_spelled_like_a_pack(client: TestClient) -> None:
    response = client.get(STUDY, headers={"Accept": "application/zip"})
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"].startswith("attachment")
    assert int(response.headers["content-length"]) == len(response.content)
    files = [*series("1.2.10", 1, 3), *series("1.2.10", 2, 2)]
    with zipfile.ZipFile(io.BytesIO(response.content)) as inside:
        assert inside.testzip() is None
        assert [inside.read(name) for name in inside.namelist()] == files
    assert len(read_members(response.content)) == 5


@pytest.mark.parametrize("stored", [JLS, HTJ2K])
def test_files_without_a_wish_are_explicit_little_endian(stored: str) -> None:
    encode = imagecodecs.jpegls_encode if stored == JLS else imagecodecs.htj2k_encode
    client = opened(packed(stored, encode, frames=2))
    for address in (INSTANCE, SERIES):
        accept = 'multipart/related; type="application/dicom"'
        [part] = parts_of(client.get(address, headers={"Accept": accept}))
        read = pydicom.dcmread(io.BytesIO(part))
        assert read.file_meta.TransferSyntaxUID == EXPLICIT
        assert read.PixelData == RAMP.tobytes() + (RAMP + 1).tobytes()
        accept += "; transfer-syntax=*"
        [part] = parts_of(client.get(address, headers={"Accept": accept}))
        assert pydicom.dcmread(io.BytesIO(part)).file_meta.TransferSyntaxUID == stored
    alone = client.get(INSTANCE, headers={"Accept": "application/dicom"})
    assert alone.headers["content-type"] == f"application/dicom; transfer-syntax={EXPLICIT}"
    zipped = client.get(STUDY, headers={"Accept": "application/zip"})
    with zipfile.ZipFile(io.BytesIO(zipped.content)) as inside:
        assert inside.read("00000.dcm") == alone.content


def parts_of(response: Any) -> list[bytes]:
    """Bodies of parts, also of those whose length nobody knew beforehand."""
    assert response.status_code == 200, response.text
    if "content-length" in response.headers:
        return [one.body for one in parts(response)]
    boundary = response.headers["content-type"].rsplit("boundary=", 1)[1].encode()
    pieces = response.content.split(b"--" + boundary)[1:-1]
    return [piece.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n") for piece in pieces]


@pytest.mark.parametrize("wanted", [JLS, HTJ2K])
@pytest.mark.parametrize("colour", [False, True])
def test_files_and_frames_are_encoded_without_loss_for_who_asks(wanted: str, colour: bool) -> None:
    if colour:
        more = (us(0x00280002, 3), us(0x00280006, 0), Written(0x00280004, "CS", b"RGB"))
        made = series("1.2.10", 1, 1, bits=8, size=(24, 32), pixels=COLOUR.tobytes(), more=more)
    else:
        made = series("1.2.10", 1, 1, size=(24, 32), pixels=RAMP.tobytes())
    values, client = COLOUR if colour else RAMP, opened(made)
    accept = f"application/dicom; transfer-syntax={wanted}"
    response = client.get(INSTANCE, headers={"Accept": accept})
    assert response.status_code == 200, response.text
    read = pydicom.dcmread(io.BytesIO(response.content))
    assert read.file_meta.TransferSyntaxUID == wanted
    if colour:
        assert read.PhotometricInterpretation == ("YBR_RCT" if wanted == HTJ2K else "RGB")
    [frame] = pydicom.encaps.generate_frames(read.PixelData, number_of_frames=1)
    assert np.array_equal(DECODE[wanted](frame), values)
    walk(response.content)
    kind = "image/jls" if wanted == JLS else "image/jphc"
    [part] = parts(client.get(INSTANCE + "/frames/1",
                              headers={"Accept": f'multipart/related; type="{kind}"'}))  # fmt: skip
    assert part.media_type == f"{kind}; transfer-syntax={wanted}"
    assert np.array_equal(DECODE[wanted](part.body), values)


def test_lossy_pixels_are_never_encoded_anew_and_go_out_as_they_are() -> None:
    smooth = (RAMP >> 4).astype(np.uint8)
    stream = even(bytes(imagecodecs.jpeg_encode(smooth, level=90)))
    files = series("1.2.10", 1, 1, syntax=JPEG, pieces=(b"", stream), pixels=None, bits=8,
                   size=RAMP.shape)  # fmt: skip
    client = opened(files)
    plain = client.get(INSTANCE, headers={"Accept": "application/dicom"})
    assert plain.content == files[0]
    asked = client.get(INSTANCE, headers={"Accept": f"application/dicom; transfer-syntax={JLS}"})
    assert asked.status_code == 406
    asked = client.get(INSTANCE + "/frames/1",
                       headers={"Accept": 'multipart/related; type="image/jls"'})  # fmt: skip
    assert asked.status_code == 406
    decoded = client.get(
        INSTANCE, headers={"Accept": f"application/dicom; transfer-syntax={EXPLICIT}"}
    )
    shown = pydicom.dcmread(io.BytesIO(decoded.content)).PixelData
    assert shown == imagecodecs.jpeg_decode(stream).tobytes()


def test_a_file_that_cannot_be_decoded_goes_out_as_it_is_among_others() -> None:
    broken = packed(JLS, imagecodecs.jpegls_encode)[0]
    at = broken.rindex(b"\xff\xda")
    broken = broken[: at + 12] + bytes(20) + broken[at + 32 :]
    client = opened([broken])
    [part] = parts_of(client.get(SERIES, headers={"Accept": "multipart/related"}))
    assert part == broken
    alone = client.get(INSTANCE, headers={"Accept": "application/dicom"})
    assert alone.status_code == 406


def test_an_object_without_pixels_is_what_it_is_in_every_wish() -> None:
    report = (Written(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.66"),)
    files = series("1.2.10", 1, 1, size=(0, 0), pixels=b"ab", more=report)
    client = opened(files)
    for syntax in ("", f"; transfer-syntax={EXPLICIT}", f"; transfer-syntax={JLS}"):
        response = client.get(INSTANCE, headers={"Accept": "application/dicom" + syntax})
        assert response.content == files[0]


@pytest.mark.parametrize("address", [INSTANCE, INSTANCE + "/bulkdata/7FE00010"])
@pytest.mark.parametrize(
    ("said", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=40-999999999", 206, slice(40, None)),
        ("bytes=999999999-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=5-2", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
    ],
)
def test_a_stretch_is_given(
    client: TestClient, address: str, said: str, status: int, part: Any
) -> None:
    accept = {"Accept": "application/dicom" if address == INSTANCE else "*/*"}
    whole = client.get(address, headers=accept)
    assert whole.headers["accept-ranges"] == "bytes"
    response = client.get(address, headers=accept | {"Range": said})
    assert response.status_code == status
    size = len(whole.content)
    if status == 416:
        assert response.headers["content-range"] == f"bytes */{size}"
        return
    assert response.content == whole.content[part]
    if status == 206:
        start, stop, _ = part.indices(size)
        assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
    other = client.get(address, headers=accept | {"Range": said, "If-Range": '"old"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("address", "accept"),
    [
        (STUDY, "*/*"),
        (INSTANCE, "application/dicom"),
        (STUDY, "application/zip"),
        (SERIES + "/metadata", "application/json"),
        (INSTANCE + "/frames/1", "*/*"),
        (INSTANCE + "/bulkdata/7FE00010", "*/*"),
        (SERIES + "/thumbnail", "image/png"),
        (INSTANCE + "/rendered", "image/jpeg"),
        (SERIES + "/rendered", 'multipart/related; type="image/png"'),
    ],
)
def test_what_has_not_changed_is_not_sent_again(
    client: TestClient, address: str, accept: str
) -> None:
    first = client.get(address, headers={"Accept": accept})
    tag = first.headers["etag"]
    assert "private" in first.headers["cache-control"]
    for said in (tag, f'"other", W/{tag}', "*"):
        again = client.get(address, headers={"Accept": accept, "If-None-Match": said})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = client.get(address, headers={"Accept": accept, "If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    head = client.head(address, headers={"Accept": accept})
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    assert head.headers["content-length"] == first.headers["content-length"]


def test_xml_says_what_json_says(client: TestClient) -> None:
    accept = {"Accept": 'multipart/related; type="application/dicom+xml"'}
    for address, count in (("/dicom-web/studies", 3), (SERIES + "/metadata", 3)):
        told = client.get(address).json()
        found = parts(client.get(address, headers=accept))
        assert len(found) == count
        for one, part in zip(told, found, strict=True):
            assert part.media_type.startswith("application/dicom+xml")
            tree = ElementTree.fromstring(part.body)
            name = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
            read = {child.get("tag"): child for child in tree}
            assert list(read) == list(one)
            uid = read["0020000D"]
            assert (uid.get("vr"), uid.get("keyword")) == ("UI", "StudyInstanceUID")
            assert uid.find(f"{name}Value").text == one["0020000D"]["Value"][0]
            person = read["00100010"].find(f"{name}PersonName/{name}Alphabetic/{name}FamilyName")
            assert person.text == one["00100010"]["Value"][0]["Alphabetic"]
    pixels = read["7FE00010"].find(f"{name}BulkData").get("uri")
    assert pixels == one["7FE00010"]["BulkDataURI"]
    nothing = client.get("/dicom-web/studies?StudyDate=18000101", headers=accept)
    assert (nothing.status_code, nothing.content) == (204, b"")


def test_moving_pictures_and_pictures_in_parts() -> None:
    time = (Written(0x00181063, "DS", b"40"),)
    frames = b"".join(np.roll(RAMP, 9 * index).tobytes() for index in range(3))
    client = opened(
        series("1.2.10", 1, 1, frames=3, size=(24, 32), pixels=frames, more=time),
        [
            series("1.2.10", 2, index + 1, size=(24, 32), pixels=np.roll(RAMP, index).tobytes())[-1]
            for index in range(2)
        ],
    )
    for address, count in ((INSTANCE, 3), (STUDY + "/series/1.2.10.2", 2), (STUDY, 5)):
        response = client.get(address + "/rendered", headers={"Accept": "image/gif"})
        assert response.headers["content-type"] == "image/gif"
        with Image.open(io.BytesIO(response.content)) as moving:
            assert (moving.n_frames, moving.size) == (count, (32, 24))
            assert address != INSTANCE or moving.info["duration"] == 40
    accept = 'multipart/related; type="image/png"'
    for address, count in ((STUDY, 3), (SERIES, 1), (INSTANCE + "/frames/3,1", 2)):
        got = parts(client.get(address + "/rendered", headers={"Accept": accept}))
        assert [one.media_type for one in got] == ["image/png"] * count
        assert Image.open(io.BytesIO(got[0].body)).size == (32, 24)
    several = client.get(INSTANCE + "/frames/1,2/rendered", headers={"Accept": "image/png"})
    assert several.status_code == 406


def test_a_part_of_the_image_is_shown_and_what_is_not_done_is_said() -> None:
    client = opened(series("1.2.10", 1, 1, size=(24, 32), pixels=RAMP.tobytes()))
    window = {"window": "2000,4000,linear"}

    def shown(**more: str) -> Any:
        response = client.get(
            INSTANCE + "/rendered", params=window | more, headers={"Accept": "image/png"}
        )
        return np.asarray(Image.open(io.BytesIO(response.content))), response.headers

    whole, headers = shown()
    assert "warning" not in headers
    cut, _ = shown(viewport="8,6,4,3,8,6")
    assert np.array_equal(cut, whole[3:9, 4:12])
    to_the_edge, _ = shown(viewport="28,21,4,3,,")
    assert np.array_equal(to_the_edge, whole[3:, 4:])
    same, headers = shown(annotation="patient,technique", iccprofile="srgb")
    assert np.array_equal(same, whole)
    assert headers["warning"].count("299") == 2
    _, headers = shown(iccprofile="no")
    assert "warning" not in headers


def test_options_tell_what_can_be_asked(client: TestClient) -> None:
    for address, name in (
        ("", "search"),
        ("/studies", "search"),
        ("/studies/1/metadata", "metadata"),
        ("/studies/1/series/2/instances/3/frames/1", "frames"),
    ):
        response = client.options("/dicom-web" + address)
        assert response.status_code == 200
        assert response.headers["allow"] == "GET, HEAD, OPTIONS"
        assert name in response.json()["transactions"]
        accept = {"Accept": "application/vnd.sun.wadl+xml"}
        tree = ElementTree.fromstring(
            client.options("/dicom-web" + address, headers=accept).content
        )
        named = {one.get("id") for one in tree.iter("{http://wadl.dev.java.net/2009/02}method")}
        assert name in named
    assert client.options("/dicom-web", headers={"Accept": "text/html"}).status_code == 406
    assert client.options("/dicom-web", headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize(
    ("said", "coding"),
    [("", ""), ("gzip", "gzip"), ("zstd, gzip", "zstd"), ("zstd;q=0.5, gzip", "gzip"),
     ("gzip;q=0", ""), ("*", "zstd"), ("br", ""), ("identity", ""), ("*;q=0", ""),
     ("gzip;q=bad", "gzip")],
)  # fmt: skip
def test_metadata_comes_in_the_coding_the_client_likes_best(
    client: TestClient, said: str, coding: str
) -> None:
    response = client.get(SERIES + "/metadata", headers={"Accept-Encoding": said})
    assert response.headers.get("content-encoding", "") == coding
    body = response.content
    if body.startswith(b"\x28\xb5\x2f\xfd"):  # the client at hand leaves Zstandard to us
        body = zstandard.decompress(body)
    assert len(json.loads(body)) == 3
    assert "Accept-Encoding" in response.headers["vary"]


def test_quality_values_decide_before_what_is_cheap() -> None:
    client = opened(packed(JLS, imagecodecs.jpegls_encode))
    octets = 'multipart/related; type="application/octet-stream"'
    stored = 'multipart/related; type="image/jls"'
    for accept, kind in (
        (f"{octets}, {stored}", "image/jls"),
        (f"{octets}; q=0.9, {stored}; q=0.5", "application/octet-stream"),
        (f"{octets}; q=0.1, {stored}; q=0.5", "image/jls"),
        ('multipart/related; type="image/jphc"', "image/jphc"),
        ('multipart/related; type="image/jphc", */*;q=0.1', "image/jphc"),
    ):
        [part] = parts(client.get(INSTANCE + "/frames/1", headers={"Accept": accept}))
        assert part.media_type.split(";")[0] == kind


def test_offsets_of_another_encoding_are_left_out() -> None:
    stream = even(bytes(imagecodecs.jpegls_encode(RAMP)))
    offsets = (Written(0x7FE00001, "OV", struct.pack("<Q", 0)),
               Written(0x7FE00002, "OV", struct.pack("<Q", len(stream))))  # fmt: skip
    files = series("1.2.10", 1, 1, syntax=JLS, pieces=(b"", stream), pixels=None, size=RAMP.shape,
                   more=offsets)  # fmt: skip
    response = opened(files).get(INSTANCE, headers={"Accept": "application/dicom"})
    read = pydicom.dcmread(io.BytesIO(response.content))
    assert "ExtendedOffsetTable" not in read
    assert read.PixelData == RAMP.tobytes()
