"""WADO-RS: instances, metadata, frames and bulk, byte for byte."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.doors.dicomweb.commons import Held, series
from tests.doors.dicomweb.reading import parts
from tests.unit.dicom.factory import JPEG, Written

if TYPE_CHECKING:
    from starlette.testclient import TestClient

JLS, HTJ2K, J2K, RLE = (
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.5",
)
SERIES = "/dicom-web/studies/1.2.10/series/1.2.10.1"
INSTANCE = SERIES + "/instances/1.2.10.1.1"


def one_series(opened, **about) -> TestClient:
    held = Held()
    held.add(series("1.2.10", 1, about.pop("slices", 1), **about))
    return opened(held)


def test_whole_files_come_back_as_they_were_stored(client) -> None:
    files = [*series("1.2.10", 1, 3), *series("1.2.10", 2, 2)]
    assert [one.body for one in parts(client.get("/dicom-web/studies/1.2.10"))] == files
    got = parts(
        client.get(SERIES, headers={"Accept": 'multipart/related; type="application/dicom"'})
    )
    assert [one.body for one in got] == files[:3]
    assert {one.media_type for one in got} == {
        "application/dicom; transfer-syntax=1.2.840.10008.1.2.1"
    }
    assert [one.body for one in parts(client.get(INSTANCE))] == files[:1]
    alone = client.get(INSTANCE, headers={"Accept": "application/dicom"})
    assert alone.headers["content-type"].startswith("application/dicom;")
    assert alone.content == files[0]


def test_a_head_request_has_no_body(client) -> None:
    response = client.head(INSTANCE)
    assert response.status_code == 200
    assert response.content == b""
    assert int(response.headers["content-length"]) > 800


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ('multipart/related; type="application/dicom"; transfer-syntax=*', 200),
        ("multipart/related;type=application/dicom;transfer-syntax=1.2.840.10008.1.2.1", 200),
        (
            'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.90',
            406,
        ),
        ("application/dicom", 406),
        ("application/zip", 200),
        ("image/png, multipart/related;q=0.2", 200),
        ("*/*;q=0", 406),
    ],
)
def test_a_series_answers_who_takes_it_as_it_is(client, accept: str, status: int) -> None:
    assert client.get(SERIES, headers={"Accept": accept}).status_code == status


def test_metadata_names_where_the_bulk_is_and_it_is_there(opened) -> None:
    lut = bytes(range(256)) * 8
    inner = (Written(0x54001010, "OW", lut),)
    more = (Written(0x54000100, "SQ", items=((), inner)),)
    client = one_series(opened, slices=2, more=more)
    for address, count in (
        ("/dicom-web/studies/1.2.10", 2),
        (SERIES, 2),
        (INSTANCE, 1),
    ):
        response = client.get(address + "/metadata")
        assert response.headers["content-type"] == "application/dicom+json"
        found = response.json()
        assert len(found) == count
        assert found[0]["00080018"]["Value"] == ["1.2.10.1.1"]
        assert found[0]["00083002"]["Value"] == ["1.2.840.10008.1.2.1"]
        assert list(found[0]) == sorted(found[0])
        pixels = found[0]["7FE00010"]["BulkDataURI"]
        assert pixels == f"http://testserver{INSTANCE}/bulkdata/7FE00010"
        assert client.get(pixels).content == bytes((41,)) * 48
        table = found[0]["54000100"]["Value"][1]["54001010"]["BulkDataURI"]
        assert client.get(table).content == lut
        assert parts(client.get(table, headers={"Accept": "multipart/related"}))[0].body == lut
    assert client.get(INSTANCE + "/bulkdata/54001010").status_code == 404


def test_metadata_is_addressed_as_each_client_knows_the_service(client) -> None:
    for host in ("a.example", "b.example:8080"):
        [first, *_] = client.get(SERIES + "/metadata", headers={"Host": host}).json()
        assert first["7FE00010"]["BulkDataURI"].startswith(f"http://{host}/dicom-web/studies/")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "multipart/related; type=application/octet-stream; transfer-syntax=*",
        'multipart/related; type="application/octet-stream"',
        'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1',
        'multipart/related; type="image/jls", multipart/related; type="application/octet-stream"',
    ],
)
def test_native_frames_are_octets(client, accept: str) -> None:
    response = client.get(INSTANCE + "/frames/1", headers={"Accept": accept})
    [part] = parts(response)
    assert part.body == bytes((41,)) * 48
    assert part.media_type == "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
    assert 'type="application/octet-stream"' in response.headers["content-type"]


def test_one_frame_alone_is_given_without_parts_when_asked(client) -> None:
    response = client.get(INSTANCE + "/frames/1", headers={"Accept": "application/octet-stream"})
    assert response.content == bytes((41,)) * 48
    assert response.headers["content-type"].startswith("application/octet-stream")


@pytest.mark.parametrize(
    ("syntax", "media_type"),
    [
        (JLS, "image/jls"),
        (HTJ2K, "image/jphc"),
        (J2K, "image/jp2"),
        (JPEG, "image/jpeg"),
        (RLE, "image/dicom-rle"),
        ("1.2.840.10008.1.2.4.110", "image/jxl"),
    ],
)
def test_compressed_frames_are_given_as_they_are(opened, syntax: str, media_type: str) -> None:
    first, second = b"\xff\xd8\xff\xe0first!", b"\xff\xd8\xff\xe0second"
    client = one_series(opened, syntax=syntax, frames=2, pieces=(b"", first, second), pixels=None)
    for accept in (
        "*/*",
        "multipart/related; type=application/octet-stream; transfer-syntax=*",
        f'multipart/related; type="{media_type}"; transfer-syntax={syntax}',
        f'multipart/related; type="{media_type}"',
        'multipart/related; type="image/*"',
    ):
        response = client.get(INSTANCE + "/frames/1,2", headers={"Accept": accept})
        got = parts(response)
        assert [one.body for one in got] == [first, second]
        assert {one.media_type for one in got} == {f"{media_type}; transfer-syntax={syntax}"}
    [part] = parts(client.get(INSTANCE + "/frames/2"))
    assert part.body == second
    alone = client.get(INSTANCE + "/frames/1", headers={"Accept": media_type})
    assert alone.content == first
    bulk = parts(client.get(INSTANCE + "/bulkdata/7FE00010"))
    assert [one.body for one in bulk] == [first, second]
    for accept in ('multipart/related; type="image/png"', "text/plain"):
        response = client.get(INSTANCE + "/frames/1", headers={"Accept": accept})
        assert response.status_code == 406


def test_a_frame_of_many_fragments_is_joined(opened) -> None:
    a, b, c = b"\xff\xd8\xff\xe0one ", b"and two ", b"\xff\xd8\xff\xe0three "
    table = struct.pack("<2I", 0, 16 + len(a) + len(b))
    client = one_series(opened, syntax=JPEG, frames=2, pieces=(table, a, b, c), pixels=None)
    assert [one.body for one in parts(client.get(INSTANCE + "/frames/1,2"))] == [a + b, c]


@pytest.mark.parametrize(
    ("frames", "status"),
    [("1", 200), ("3,1,1", 200), ("4", 404), ("1,4", 404), ("0", 400), ("x", 400), ("1,", 400),
     ("-1", 400), ("1" * 30, 400), (",".join(["1"] * 1001), 400)],
)  # fmt: skip
def test_a_list_of_frames_is_read_with_care(opened, frames: str, status: int) -> None:
    client = one_series(opened, frames=3, pixels=bytes(range(144)))
    response = client.get(f"{INSTANCE}/frames/{frames}")
    assert response.status_code == status
    if status == 200:
        wanted = [int(one) - 1 for one in frames.split(",")]
        assert [part.body for part in parts(response)] == [
            bytes(range(144))[48 * one : 48 * one + 48] for one in wanted
        ]


def test_frames_of_single_bits_start_on_a_byte(opened) -> None:
    pixels = int("110000011" + "101010101" + "000111000", 2).to_bytes(4, "little")
    client = one_series(opened, frames=3, bits=1, size=(3, 3), pixels=pixels)
    got = [
        int.from_bytes(one.body, "little") for one in parts(client.get(INSTANCE + "/frames/1,2,3"))
    ]
    assert got == [0b000111000, 0b101010101, 0b110000011]


def test_more_than_fits_at_hand_is_read_while_it_is_sent(opened, monkeypatch) -> None:
    monkeypatch.setattr("yushan.doors.dicomweb.frames.AT_HAND", 100)
    monkeypatch.setattr("yushan.doors.dicomweb.frames.CHUNK", 10)
    monkeypatch.setattr("yushan.doors.dicomweb.wado.CHUNK", 100)
    client = one_series(opened, frames=3, pixels=bytes(range(144)))
    got = parts(client.get(INSTANCE + "/frames/1,2,3"))
    assert b"".join(one.body for one in got) == bytes(range(144))
    assert client.get(INSTANCE + "/bulkdata/7FE00010").content == bytes(range(144))
    assert parts(client.get(INSTANCE))[0].body[128:132] == b"DICM"


def test_an_object_without_frames_has_none(opened) -> None:
    report = (Written(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.66"),)
    client = one_series(opened, size=(0, 0), pixels=b"ab", more=report)
    assert client.get(INSTANCE + "/frames/1").status_code == 404
    assert client.get(INSTANCE + "/thumbnail").status_code == 406
    assert client.get(INSTANCE + "/rendered").json()["code"] == "dicomweb.no-picture"
