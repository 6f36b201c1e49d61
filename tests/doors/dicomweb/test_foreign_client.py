"""A client that is not ours, over a real server on loopback."""

from __future__ import annotations

import io
import socket
import threading
from typing import TYPE_CHECKING

import imagecodecs
import numpy as np
import pydicom
import pytest
import requests
import uvicorn
from dicomweb_client.api import DICOMwebClient
from tests.doors.dicomweb.commons import FakeCatalogue, app_of, ordinary, series

if TYPE_CHECKING:
    from collections.abc import Iterator

RAMP = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32) * 5
JLS, HTJ2K = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.201"


def even(data: bytes) -> bytes:
    return data + b"\0" * (len(data) % 2)


@pytest.fixture
def address() -> Iterator[str]:
    """The service on a port of the system's choice."""
    held = ordinary()
    for number, (syntax, encode) in enumerate(
        ((JLS, imagecodecs.jpegls_encode), (HTJ2K, imagecodecs.htj2k_encode)), start=1
    ):
        pieces = (b"", even(bytes(encode(RAMP))))
        held.add(series("1.2.40", number, 1, syntax=syntax, pieces=pieces, pixels=None,
                        size=RAMP.shape))  # fmt: skip
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    app = app_of(FakeCatalogue(held), held)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", http="httptools")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}/dicom-web"
    finally:
        server.should_exit = True
        thread.join()
        door.close()


@pytest.fixture
def client(address: str) -> Iterator[DICOMwebClient]:
    with requests.Session() as session:
        session.trust_env = False
        yield DICOMwebClient(address, session=session, headers={"Authorization": "Bearer all"})


def test_it_searches(client: DICOMwebClient) -> None:
    assert len(client.search_for_studies()) == 4
    filters = {"StudyDate": "20240101-20241231", "PatientID": "ABCDEFGHIJKLMNO2"}
    assert {
        one["0020000D"]["Value"][0] for one in client.search_for_studies(search_filters=filters)
    } == {
        "1.2.10",
        "1.2.40",
    }
    assert len(client.search_for_studies(limit=1, offset=1, fuzzymatching=True)) == 1
    assert len(client.search_for_series(study_instance_uid="1.2.10")) == 2
    assert len(client.search_for_instances(study_instance_uid="1.2.10")) == 5
    found = client.search_for_instances("1.2.10", "1.2.10.1", fields=["Manufacturer"])
    assert pydicom.Dataset.from_json(found[0]).Manufacturer == "Acme"
    with pytest.raises(requests.HTTPError, match="404"):
        client.search_for_series(study_instance_uid="1.2.99")


def test_it_retrieves(client: DICOMwebClient) -> None:
    files = series("1.2.10", 1, 3)
    [one] = client.retrieve_series_metadata("1.2.40", "1.2.40.1")
    assert pydicom.Dataset.from_json(one, bulk_data_uri_handler=lambda *_: b"").Rows == 24
    assert len(client.retrieve_study_metadata("1.2.10")) == 5
    bulk = client.retrieve_instance_metadata("1.2.10", "1.2.10.1", "1.2.10.1.1")["7FE00010"]
    assert client.retrieve_bulkdata(bulk["BulkDataURI"]) == [bytes((41,)) * 48]
    got = client.retrieve_series("1.2.10", "1.2.10.1")
    assert [one.PixelData for one in got] == [bytes((40 + i,)) * 48 for i in (1, 2, 3)]
    whole = client.retrieve_instance("1.2.10", "1.2.10.1", "1.2.10.1.2")
    out = io.BytesIO()
    whole.save_as(out, enforce_file_format=True)
    assert whole == pydicom.dcmread(io.BytesIO(files[1]))
    assert len(client.retrieve_study("1.2.10")) == 5
    assert len(list(client.iter_study("1.2.10"))) == 5


def test_it_retrieves_frames(client: DICOMwebClient, address: str) -> None:
    place = ("1.2.10", "1.2.10.1", "1.2.10.1.1")
    assert client.retrieve_instance_frames(*place, [1]) == [bytes((41,)) * 48]
    squeezed = ("1.2.40", "1.2.40.1", "1.2.40.1.1")
    [frame] = client.retrieve_instance_frames(*squeezed, [1], media_types=(("image/jls", JLS),))
    assert np.array_equal(imagecodecs.jpegls_decode(frame), RAMP)
    [frame] = client.retrieve_instance_frames(*squeezed, [1])
    assert frame in (RAMP.tobytes(), even(bytes(imagecodecs.jpegls_encode(RAMP))))
    with pytest.raises(requests.HTTPError, match="404"):
        client.retrieve_instance_frames(*place, [2])
    with pytest.raises(requests.HTTPError, match="406"):
        client.retrieve_instance_frames(*place, [1], media_types=("image/jp2",))
    accept = "multipart/related; type=application/octet-stream; transfer-syntax=*"
    response = requests.get(
        f"{address}/studies/1.2.40/series/1.2.40.2/instances/1.2.40.2.1/frames/1",
        headers={"Authorization": "Bearer all", "Accept": accept},
        timeout=10,
    )
    assert (
        b"Content-Type: image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201\r\n" in response.content
    )


def test_it_retrieves_pictures(client: DICOMwebClient) -> None:
    for place in (("1.2.10", "1.2.10.1", "1.2.10.1.1"), ("1.2.40", "1.2.40.2", "1.2.40.2.1")):
        made = client.retrieve_instance_rendered(*place, media_types=("image/png",))
        assert made[:4] == b"\x89PNG"
        made = client.retrieve_instance_frames_rendered(*place, [1], media_types=("image/jpeg",))
        assert made[:2] == b"\xff\xd8"
