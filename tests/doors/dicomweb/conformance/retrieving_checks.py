"""Retrieve (WADO-RS, PS3.18 10.4): objects, metadata, bulk data."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pydicom
from tests.doors.dicomweb.conformance.checking import (
    DICOM_PARTS,
    JSON,
    NOWHERE,
    Server,
    Skipped,
    check,
    files_of,
    parts_of,
    status,
    value,
)

if TYPE_CHECKING:
    import httpx

ANY_SYNTAX = f"{DICOM_PARTS}; transfer-syntax=*"


@check("WADO", "a study comes as parts, one for each instance")
def study(server: Server) -> None:
    answer = server.ask(f"/studies/{server.one('ct').study}", ANY_SYNTAX)
    found = {one.SOPInstanceUID for one in files_of(answer)}
    assert found == {one.instance for kind in ("ct", "mr") for one in server.places[kind]}


@check("WADO", "a series comes as parts")
def series(server: Server) -> None:
    found = {one.SOPInstanceUID for one in
             files_of(server.ask(server.one("ct").series_path, ANY_SYNTAX))}  # fmt: skip
    assert found == {one.instance for one in server.places["ct"]}


@check("WADO", "an instance comes as a part")
def instance(server: Server) -> None:
    [found] = files_of(server.ask(server.one("ct").path, ANY_SYNTAX))
    assert found.SOPInstanceUID == server.one("ct").instance


@check("WADO", "the type of the answer names the type of its parts")
def type_of_parts(server: Server) -> None:
    answer = server.ask(server.one("ct").path, DICOM_PARTS)
    status(answer, 200)
    kind = answer.headers["content-type"].replace('"', "")
    assert "type=application/dicom" in kind
    assert parts_of(answer)[0][0]["content-type"].startswith("application/dicom")


@check("WADO", "what was stored comes back with the same pixels")
def same_pixels(server: Server) -> None:
    place = server.one("ct")
    [found] = files_of(server.ask(place.path, ANY_SYNTAX))
    assert found.PixelData == place.sample.dataset.PixelData


@check("WADO", "an instance comes alone for who asks for application/dicom")
def alone(server: Server) -> None:
    answer = server.ask(server.one("ct").path, "application/dicom")
    status(answer, 200)
    assert answer.headers["content-type"].startswith("application/dicom")
    assert answer.content[128:132] == b"DICM"


@check("WADO", "a compressed instance comes as it is for any transfer syntax")
def compressed(server: Server) -> None:
    place = server.one("jpeg2000")
    [found] = files_of(server.ask(place.path, ANY_SYNTAX))
    assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.90"


@check("WADO", "a transfer syntax that cannot be had is 406")
def impossible_syntax(server: Server) -> None:
    accept = f"{DICOM_PARTS}; transfer-syntax=1.2.840.10008.1.2.4.106"
    status(server.ask(server.one("jpeg2000").path, accept), 406)


@check("WADO", "a type that nobody has is 406")
def impossible_type(server: Server) -> None:
    status(server.ask(server.one("ct").path, "video/mpeg2"), 406)


@check("WADO", "no Accept is answered")
def without_accept(server: Server) -> None:
    status(server.ask(server.one("ct").path, "*/*"), 200)


def enter_absent(name: str, path: str, accept: str) -> None:
    @check("WADO", f"404 for {name}")
    def absent(server: Server) -> None:
        place, other = server.one("ct"), server.one("dose")
        address = path.format(place=place, other=other, nowhere=NOWHERE)
        status(server.ask(address, accept), 404)


ABSENT = {
    "an unknown study": ("/studies/{nowhere}", DICOM_PARTS),
    "an unknown series": ("/studies/{place.study}/series/{nowhere}", DICOM_PARTS),
    "an unknown instance": ("{place.series_path}/instances/{nowhere}", DICOM_PARTS),
    "a series of another study": ("/studies/{other.study}/series/{place.series}", DICOM_PARTS),
    "an instance of another series":
        ("{other.series_path}/instances/{place.instance}", DICOM_PARTS),
    "metadata of an unknown study": ("/studies/{nowhere}/metadata", JSON),
    "metadata of an unknown series": ("/studies/{place.study}/series/{nowhere}/metadata", JSON),
    "metadata of an unknown instance":
        ("{place.series_path}/instances/{nowhere}/metadata", JSON),
    "a resource that the standard does not know": ("{place.path}/nonsense", "*/*"),
}  # fmt: skip
for _name, (_path, _accept) in ABSENT.items():
    enter_absent(_name, _path, _accept)


@check("WADO", "404 or 400 for a UID that is none")
def no_uid(server: Server) -> None:
    status(server.ask("/studies/not-a-uid", DICOM_PARTS), 400, 404)


@check("WADO", "metadata of a study, series and instance")
def metadata(server: Server) -> None:
    place = server.one("ct")
    for path, count in ((f"/studies/{place.study}", 6), (place.series_path, 4), (place.path, 1)):
        answer = server.ask(f"{path}/metadata", JSON)
        status(answer, 200)
        assert len(answer.json()) == count


@check("WADO", "metadata holds what the object holds")
def metadata_values(server: Server) -> None:
    place = server.one("ct")
    sent = place.sample.dataset
    [found] = server.ask(f"{place.path}/metadata", JSON).json()
    assert value(found, "00280010") == sent.Rows
    assert [float(one) for one in found["00280030"]["Value"]] == [
        float(x) for x in sent.PixelSpacing
    ]
    assert value(found, "0020000D") == place.study
    assert value(found, "00081030") == "胸部 CT"


@check("WADO", "metadata keeps file meta and pixels out")
def metadata_lean(server: Server) -> None:
    [found] = server.ask(f"{server.one('ct').path}/metadata", JSON).json()
    assert not [tag for tag in found if tag.startswith("0002")]
    assert "InlineBinary" not in found.get("7FE00010", {})


@check("WADO", "metadata names the transfer syntax that can be had")
def metadata_syntax(server: Server) -> None:
    [found] = server.ask(f"{server.one('jpeg2000').path}/metadata", JSON).json()
    assert value(found, "00083002") == "1.2.840.10008.1.2.4.90"


@check("WADO", "metadata by the foreign client")
def metadata_foreign(server: Server) -> None:
    place = server.one("ct")
    assert len(server.client.retrieve_series_metadata(place.study, place.series)) == 4


@check("WADO", "metadata as an image is 406")
def metadata_type(server: Server) -> None:
    status(server.ask(f"{server.one('ct').path}/metadata", "image/jpeg"), 406)


@check("WADO", "metadata is sent compressed to who takes gzip")
def metadata_gzip(server: Server) -> None:
    answer = server.ask(
        f"/studies/{server.one('ct').study}/metadata", JSON, headers={"Accept-Encoding": "gzip"}
    )
    status(answer, 200)
    assert len(answer.json()) == 6


def bulk_of(server: Server, kind: str) -> str:
    [found] = server.ask(f"{server.one(kind).path}/metadata", JSON).json()
    address = found.get("7FE00010", {}).get("BulkDataURI")
    if not address:
        raise Skipped("pixel data has no address")
    if address.startswith("http"):
        return str(address)
    return f"{server.one(kind).path}/{address}".replace("/./", "/")


@check("bulk data", "the address in the metadata gives the pixels")
def bulk(server: Server) -> None:
    answer = server.ask(bulk_of(server, "ct"), "application/octet-stream")
    status(answer, 200)
    body = (
        parts_of(answer)[0][1] if "multipart" in answer.headers["content-type"] else answer.content
    )
    assert body == server.one("ct").sample.dataset.PixelData


@check("bulk data", "comes as parts for who asks for parts")
def bulk_parts(server: Server) -> None:
    answer = server.ask(bulk_of(server, "ct"), 'multipart/related; type="application/octet-stream"')
    status(answer, 200)
    assert parts_of(answer)[0][1] == server.one("ct").sample.dataset.PixelData


@check("bulk data", "an unknown value is 404")
def bulk_unknown(server: Server) -> None:
    address = bulk_of(server, "ct")
    status(server.ask(address.replace("7FE00010", "00091001") + "/x", "*/*"), 404)


@check("bulk data", "comes in ranges")
def bulk_range(server: Server) -> None:
    answer = server.ask(
        bulk_of(server, "ct"), "application/octet-stream", headers={"Range": "bytes=100-199"}
    )
    status(answer, 206)
    assert answer.content == server.one("ct").sample.dataset.PixelData[100:200]
    assert answer.headers["content-range"].startswith("bytes 100-199/")


@check("bulk data", "a range beyond the end is 416")
def bulk_no_range(server: Server) -> None:
    answer = server.ask(
        bulk_of(server, "ct"), "application/octet-stream",
        headers={"Range": "bytes=99999999-"},
    )  # fmt: skip
    status(answer, 416)


def enter_tag(name: str, path: str, accept: str) -> None:
    @check("caching", f"{name} has an ETag, and the same again is 304")
    def tagged(server: Server) -> None:
        address = path.format(place=server.one("ct"))
        first = server.ask(address, accept)
        status(first, 200)
        assert first.headers.get("etag"), dict(first.headers)
        again = server.ask(address, accept, headers={"If-None-Match": first.headers["etag"]})
        status(again, 304)
        assert again.content == b""
        other = server.ask(address, accept, headers={"If-None-Match": '"other"'})
        status(other, 200)


for _name, _path, _accept in (
    ("metadata of a series", "{place.series_path}/metadata", JSON),
    ("an instance", "{place.path}", "application/dicom"),
    ("a frame", "{place.path}/frames/1", "application/octet-stream"),
    ("a rendered picture", "{place.path}/rendered", "image/jpeg"),
):
    enter_tag(_name, _path, _accept)


@check("caching", "HEAD of an instance says its size and sends nothing")
def head(server: Server) -> None:
    path = server.one("ct").path
    answer = server.ask(path, "application/dicom", method="HEAD")
    status(answer, 200)
    assert answer.content == b""
    size = len(server.ask(path, "application/dicom").content)
    assert int(answer.headers["content-length"]) == size


@check("caching", "an instance comes in ranges")
def instance_range(server: Server) -> None:
    answer = server.ask(
        server.one("ct").path, "application/dicom", headers={"Range": "bytes=128-131"}
    )
    status(answer, 206)
    assert answer.content == b"DICM"


@check("caching", "answers about people are not for caches on the way")
def private(server: Server) -> None:
    answer = server.ask(f"{server.one('ct').path}/metadata", JSON)
    said = answer.headers.get("cache-control", "")
    assert "private" in said or "no-store" in said, said


XML_PARTS = 'multipart/related; type="application/dicom+xml"'


def models(answer: httpx.Response) -> list[ElementTree.Element]:
    """The data sets of an answer in XML."""
    status(answer, 200)
    found = [ElementTree.fromstring(body) for _, body in parts_of(answer)]
    assert {one.tag.rsplit("}", 1)[-1] for one in found} == {"NativeDicomModel"}
    return found


def enter_xml(name: str, path: str, count: int) -> None:
    @check("XML", name)
    def xml(server: Server) -> None:
        found = models(server.ask(path.format(place=server.one("ct")), XML_PARTS))
        assert len(found) == count
        tags = {one.get("tag") for one in found[0].iter()}
        assert "0020000D" in tags


for _name, _path, _count in (
    ("a search for series", "/studies/{place.study}/series", 2),
    ("metadata of a series", "{place.series_path}/metadata", 4),
    ("metadata of an instance", "{place.path}/metadata", 1),
):
    enter_xml(_name, _path, _count)


@check("WADO", "a series comes as ZIP for who asks for it")
def zipped(server: Server) -> None:
    answer = server.ask(server.one("ct").series_path, "application/zip")
    status(answer, 200)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = [name for name in archive.namelist() if not name.endswith("/")]
        read = [pydicom.dcmread(io.BytesIO(archive.read(name))) for name in files]
    assert {one.SOPInstanceUID for one in read} == {p.instance for p in server.places["ct"]}


@check("WADO", "without a transfer syntax compressed files come uncompressed (PS3.18 8.7.3.3)")
def default_syntax(server: Server) -> None:
    place = server.one("jpeg2000")
    [found] = files_of(server.ask(place.path, DICOM_PARTS))
    assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert np.array_equal(found.pixel_array, place.sample.dataset.pixel_array)


@check("general", "OPTIONS says which methods an address takes")
def options(server: Server) -> None:
    answer = server.ask("/studies", JSON, method="OPTIONS")
    status(answer, 200, 204)
    assert "GET" in answer.headers.get("allow", "") or answer.content
