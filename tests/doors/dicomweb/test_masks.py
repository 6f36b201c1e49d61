"""Scopes with names of their own: a whole crawl shows them alone, and they lead back."""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pydicom
import pytest
import requests
import zstandard
from dicomweb_client.api import DICOMwebClient
from starlette.testclient import TestClient
from tests.databases import make_database
from tests.doors.dicomweb.commons import SUBJECTS, FakeCatalogue, Held, app_of, series
from tests.doors.dicomweb.conformance.standing import served
from tests.doors.dicomweb.conftest import admitted
from tests.doors.dicomweb.reading import parts
from tests.unit.dicom.factory import Written, image

from yushan.base import EVERYTHING, Broken
from yushan.doors.dicomweb.finding import Finder, Found
from yushan.engines.keys import Masks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MASKS = Masks(b"a key of the commons" * 2)
NAMES = {"mask-a": MASKS.of("a"), "mask-b": MASKS.of("b")}
SUBJECT = SUBJECTS["north"]
OURS = re.compile(rb"2\.25\.[0-9]{39}")


def uid(number: int) -> str:
    return f"2.25.{10**38 + number * 7919**9}"


STUDY, CT, SEG, FRAME, MENTIONED, PRIVATE, INLINED, LONG = map(uid, range(1, 9))
INSTANCES = [uid(100 + index) for index in range(3)]


def files() -> list[bytes]:
    """A CT of two slices and a segmentation that refers to it, with names in every corner."""
    return [one_file(number, instance) for number, instance in enumerate(INSTANCES)]


def one_file(number: int, instance: str) -> bytes:
    modality, of = ("SEG", SEG) if number == 2 else ("CT", CT)
    reference = (
        Written(0x00081150, "UI", b"1.2.840.10008.5.1.4.1.1.2"),
        Written(0x00081155, "UI", INSTANCES[0].encode()),
    )
    return image(
        more=(
            Written(0x00080018, "UI", instance.encode()),
            Written(0x00080020, "DA", b"20240315"),
            Written(0x00080060, "CS", modality.encode()),
            Written(0x00081140, "SQ", items=(reference,)),
            Written(0x00100010, "PN", SUBJECT.encode()),
            Written(0x00100020, "LO", SUBJECT.encode()),
            Written(0x00187050, "UI", "\\".join([LONG] * 40).encode()),
            Written(0x0020000D, "UI", STUDY.encode()),
            Written(0x0020000E, "UI", of.encode()),
            Written(0x00200013, "IS", str(number).encode()),
            Written(0x00200052, "UI", FRAME.encode()),
            Written(0x00204000, "LT", f"see {MENTIONED} of {SUBJECT}".encode()),
            Written(0x00290010, "LO", b"ACME"),
            Written(0x00291001, "UN", b"\1\2" + INLINED.encode() + b"\0\0"),
            Written(0x00291002, "OB", (b"\1\2" + PRIVATE.encode() + b"\0\0") * 100),
        )
    )


@pytest.fixture(scope="module")
def held() -> Held:
    made = Held()
    made.add(files())
    return made


@pytest.fixture(params=["fake", "rooms"])
def client(request: pytest.FixtureRequest, held: Held, tmp_path: Path) -> Iterator[TestClient]:
    if request.param == "fake":
        yield TestClient(app_of(FakeCatalogue(held), held, masks=MASKS))
        return
    db = make_database(tmp_path / "role.db")
    yield TestClient(app_of(*admitted(held, tmp_path, db), masks=MASKS))
    db.dispose()


def as_(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


XML = 'multipart/related; type="application/dicom+xml"'
JLS_FILES = "multipart/related; type=application/dicom; transfer-syntax=1.2.840.10008.1.2.4.80"
#: What is asked of each address (method, Accept, Accept-Encoding).
ASKED = {
    "": [("GET", "*/*", ""), ("HEAD", "*/*", ""),
         ("GET", "application/zip; transfer-syntax=*", ""),
         ("GET", "multipart/related; type=application/dicom; transfer-syntax=*", ""),
         ("GET", JLS_FILES, ""),
         ("GET", "application/dicom", "")],
    "/metadata": [("GET", "application/json", ""), ("GET", "application/dicom+json", "gzip"),
                  ("GET", "application/dicom+json", "zstd"),
                  ("GET", XML, "")],
    "/rendered": [("GET", "*/*", ""), ("GET", "image/gif", "")],
    "/thumbnail": [("GET", "image/png", "")],
}  # fmt: skip


class Crawl:
    """Goes from what it is told to all there is; ``seen`` is (address, headers, body)."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token
        self.seen: list[tuple[str, bytes, bytes]] = []
        self.searches()
        for place in self.places():
            self.at(place)
        self.ask("OPTIONS", "/dicom-web")

    def ask(self, method: str, address: str, accept: str = "*/*", coding: str = "") -> Any:
        headers = as_(self.token) | {"Accept": accept, "Accept-Encoding": coding or "identity"}
        response = self.client.request(method, address, headers=headers)
        assert response.status_code in (200, 206, 204, 406), (address, response.text)
        raw = repr(response.headers).encode()
        self.seen.append((f"{method} {address}", raw, response.content))
        return response

    def searches(self) -> None:
        for query in ("", "?includefield=all", "?limit=1", "?fuzzymatching=true&PatientID=*2"):
            for level in ("studies", "series", "instances"):
                self.ask("GET", f"/dicom-web/{level}{query}")
                self.ask("GET", f"/dicom-web/{level}{query}", XML)

    def places(self) -> list[str]:
        return [
            one["00081190"]["Value"][0]
            for level in ("studies", "series", "instances")
            for one in self.ask("GET", f"/dicom-web/{level}").json()
        ]

    def at(self, place: str) -> None:
        for end, asked in ASKED.items():
            for method, accept, coding in asked:
                self.ask(method, place + end, accept, coding)
        for one in self.ask("GET", f"{place}/metadata").json():
            for attribute in one.values():
                if "BulkDataURI" in attribute:
                    self.ask("GET", attribute["BulkDataURI"])
        if "/instances/" in place:
            for end in ("/frames/1", "/frames/1/rendered", "/frames/1/thumbnail"):
                self.ask("GET", place + end)
            self.ask("GET", f"{place}/frames/1", 'multipart/related; type="image/jls"')


INLINE = re.compile(rb'InlineBinary(?:":"|>)([A-Za-z0-9+/]+={0,2})')


def opened(body: bytes) -> bytes:
    """All bytes in an answer, also those in a ZIP and in base 64."""
    inside = [body, *map(base64.b64decode, INLINE.findall(body))]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as files:
            assert files.testzip() is None
            inside += map(files.read, files.namelist())
    return b"".join(inside)


def test_a_crawl_shows_the_names_of_its_scope_and_no_other(client: TestClient) -> None:
    own = {STUDY, CT, SEG, FRAME, MENTIONED, PRIVATE, INLINED, LONG, *INSTANCES}
    seen: dict[str, set[bytes]] = {}
    for token in ("all", "mask-a", "mask-b"):
        pages = Crawl(client, token).seen
        assert len(pages) > 60
        assert any(b"InlineBinary" in body for _, _, body in pages)
        everything = b"".join(
            address.encode() + headers + opened(body) for address, headers, body in pages
        )
        seen[token] = set(OURS.findall(everything))
        subject = SUBJECT if token == "all" else NAMES[token].subject(SUBJECT)
        assert subject.encode() in everything
        others = {SUBJECT, *(names.subject(SUBJECT) for names in NAMES.values())} - {subject}
        assert not [other for other in others if other.encode() in everything]
    assert {one.decode() for one in seen["all"]} >= own
    for token, names in NAMES.items():
        assert seen[token] == {names.uid(one.decode()).encode() for one in seen["all"]}
    assert not seen["mask-a"] & seen["mask-b"]
    assert not seen["mask-a"] & seen["all"]


def test_patched_files_are_the_stored_ones_under_other_names(client: TestClient) -> None:
    stored = files()
    names = NAMES["mask-a"]
    address = f"/dicom-web/studies/{names.uid(STUDY)}"
    for got, before in zip(parts(client.get(address, headers=as_("mask-a"))), stored, strict=True):
        assert len(got.body) == len(before)
        back = OURS.sub(lambda found: names.own_uid(found[0].decode()).encode(), got.body)
        assert back.replace(names.subject(SUBJECT).encode(), SUBJECT.encode()) == before
        read = pydicom.dcmread(io.BytesIO(got.body))
        assert read.PatientID == read.PatientName == names.subject(SUBJECT)
        assert read.StudyInstanceUID == names.uid(STUDY)
        assert read.ReferencedImageSequence[0].ReferencedSOPInstanceUID == names.uid(INSTANCES[0])


def test_what_a_scope_calls_things_is_found_and_our_own_names_are_not(client: TestClient) -> None:
    names = NAMES["mask-a"]
    for parameters, count in (
        ({"StudyInstanceUID": names.uid(STUDY)}, 1),
        ({"StudyInstanceUID": STUDY}, 0),
        ({"PatientID": names.subject(SUBJECT)}, 1),
        ({"PatientID": names.subject(SUBJECT)[:5].lower() + "*"}, 1),
        ({"PatientID": SUBJECT}, 0),
        ({"PatientID": SUBJECT[:5] + "*"}, 0),
        ({"SeriesInstanceUID": f"{names.uid(CT)},{names.uid(SEG)}"}, 1),
        ({"FrameOfReferenceUID": names.uid(FRAME)}, 1),
        ({"FrameOfReferenceUID": FRAME}, 0),
        ({"ReferencedImageSequence.ReferencedSOPInstanceUID": names.uid(INSTANCES[0])}, 1),
    ):
        found = client.get("/dicom-web/studies", params=parameters, headers=as_("mask-a")).json()
        assert len(found) == count, parameters
    for address in (STUDY, NAMES["mask-b"].uid(STUDY)):
        response = client.get(f"/dicom-web/studies/{address}", headers=as_("mask-a"))
        assert response.status_code == 404
    place = f"{names.uid(STUDY)}/series/{names.uid(CT)}/instances/{names.uid(INSTANCES[1])}"
    for end in ("", "/metadata", "/frames/1", "/rendered"):
        response = client.get(f"/dicom-web/studies/{place}{end}", headers=as_("mask-a"))
        assert response.status_code == 200


def test_a_range_of_a_patched_file_is_cut_from_the_patched_file(client: TestClient) -> None:
    names = NAMES["mask-a"]
    address = (
        f"/dicom-web/studies/{names.uid(STUDY)}/series/{names.uid(CT)}"
        f"/instances/{names.uid(INSTANCES[0])}"
    )
    headers = as_("mask-a") | {"Accept": "application/dicom; transfer-syntax=*"}
    whole = client.get(address, headers=headers)
    first = whole.content.index(names.uid(INSTANCES[0]).encode())
    for start, end in ((0, first + 3), (first + 5, first + 20), (first + 43, len(whole.content))):
        said = {"Range": f"bytes={start}-{end - 1}"}
        part = client.get(address, headers=headers | said)
        assert part.status_code == 206
        assert part.content == whole.content[start:end]
        assert part.headers["etag"] == whole.headers["etag"]


def test_tags_of_two_scopes_cannot_be_held_against_each_other(client: TestClient) -> None:
    tags = set()
    for token in ("all", "mask-a", "mask-b"):
        name = STUDY if token == "all" else NAMES[token].uid(STUDY)
        for end in ("", "/metadata", "/thumbnail"):
            address = f"/dicom-web/studies/{name}{end}"
            first, again = (client.get(address, headers=as_(token)) for _ in range(2))
            assert first.headers["etag"] == again.headers["etag"]
            assert first.content == again.content
            tags.add(first.headers["etag"])
    assert len(tags) == 9


def test_metadata_is_the_same_in_every_coding(client: TestClient) -> None:
    address = f"/dicom-web/studies/{NAMES['mask-a'].uid(STUDY)}/metadata"
    found = []
    for coding in ("identity", "gzip", "zstd"):
        with client.stream(
            "GET", address, headers=as_("mask-a") | {"Accept-Encoding": coding}
        ) as response:
            raw = b"".join(response.iter_raw())
            assert response.headers.get("content-encoding", "identity") == coding
        if coding == "gzip":
            raw = zlib.decompress(raw, 31)
        found.append(zstandard.decompress(raw) if coding == "zstd" else raw)
    assert found[0] == found[1] == found[2]


def test_nothing_is_shown_where_nobody_knows_the_names() -> None:
    bare = Held()
    bare.add(series("1.2.10", 1, 1))
    row = FakeCatalogue(bare).rows(EVERYTHING)[0]
    entry = bare.sidecars[0].instances[0]
    entry.spots = []
    with pytest.raises(Broken, match=r"dicomweb\.names-unplaced"):
        Finder(FakeCatalogue(bare), bare).read(
            Found(row, bare.sidecars[0].pack, entry), 0, 10, NAMES["mask-a"]
        )
    away = TestClient(app_of(FakeCatalogue(bare), bare))
    assert away.get("/dicom-web/studies", headers=as_("mask-a")).json() == []


def test_a_foreign_client_works_under_names_of_its_own(held: Held) -> None:
    names = NAMES["mask-a"]
    app = app_of(FakeCatalogue(held), held, masks=MASKS)
    with served(app) as url, requests.Session() as session:
        session.trust_env = False
        client = DICOMwebClient(f"{url}/dicom-web", session=session, headers=as_("mask-a"))
        [study] = client.search_for_studies(search_filters={"PatientID": names.subject(SUBJECT)})
        uid_there = study["0020000D"]["Value"][0]
        assert uid_there == names.uid(STUDY)
        whole = client.retrieve_study(uid_there)
        assert {one.SOPInstanceUID for one in whole} == set(map(names.uid, INSTANCES))
        [one, *_] = client.retrieve_series_metadata(uid_there, names.uid(CT))
        bulk = client.retrieve_bulkdata(one["00291002"]["BulkDataURI"])[0]
        assert set(OURS.findall(bulk)) == {names.uid(PRIVATE).encode()}
        place = (uid_there, names.uid(CT), names.uid(INSTANCES[0]))
        assert len(client.retrieve_instance_frames(*place, [1])[0]) == 48
        with pytest.raises(requests.HTTPError, match="404"):
            client.retrieve_study(STUDY)
