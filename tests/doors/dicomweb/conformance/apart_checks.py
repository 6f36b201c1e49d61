"""Store with metadata apart from bulk data (PS3.18 10.5.1.1), written by pydicom."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pydicom
from pydicom.encaps import generate_frames
from tests.doors.dicomweb.conformance.checking import (
    BOUNDARY,
    JSON,
    Server,
    check,
    files_of,
    ours,
    status,
    uids,
    value,
    values,
)
from tests.doors.dicomweb.conformance.storing_checks import FAILED, STORED, original

if TYPE_CHECKING:
    import httpx

POSTED = f'multipart/related; type="{JSON}"; boundary={BOUNDARY}'
OCTETS = "application/octet-stream"
Part = tuple[str, str, bytes]


def apart(dataset: pydicom.Dataset, name: str = "bulk") -> tuple[dict[str, Any], list[Part]]:
    """A data set as JSON and its large values as parts: location, type, bytes."""
    parts: list[Part] = []
    syntax = dataset.file_meta.TransferSyntaxUID

    def beside(element: pydicom.DataElement) -> str:
        location = f"{name}/{len(parts)}"
        if element.tag == 0x7FE00010 and syntax.is_compressed:
            frames = generate_frames(element.value, number_of_frames=1)
            kind = f"image/jp2; transfer-syntax={syntax}"
            parts.extend((location, kind, frame) for frame in frames)
        else:
            parts.append((location, OCTETS, element.value))
        return location

    return dataset.to_json_dict(1024, beside), parts


def body_of(metadata: Any, parts: list[Part]) -> bytes:
    """The request's body."""
    mark = f"--{BOUNDARY}\r\n"
    told = f"{mark}Content-Type: {JSON}\r\n\r\n{json.dumps(metadata)}\r\n".encode()
    for location, kind, data in parts:
        head = f"{mark}Content-Type: {kind}\r\nContent-Location: {location}\r\n\r\n"
        told += head.encode() + data + b"\r\n"
    return told + f"--{BOUNDARY}--\r\n".encode()


def post(
    server: Server, metadata: Any, parts: list[Part], path: str = "/studies"
) -> httpx.Response:
    return server.post([], path, kind=POSTED, content=body_of(metadata, parts))


def sample(server: Server, kind: str = "ct") -> pydicom.Dataset:
    """A new object in a new study, of the kind of a sample."""
    dataset = server.one(kind).sample.dataset
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = ours()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = ours(), ours()
    return dataset


def same(sent: pydicom.Dataset, found: pydicom.Dataset) -> None:
    """Every attribute came through; the character set is the server's choice."""
    for one in (sent, found):
        one.pop("SpecificCharacterSet", None)
    assert sent == found


@check("STOW", "metadata and bulk data apart are one object, the same in every attribute")
def whole(server: Server) -> None:
    dataset = sample(server)
    told, parts = apart(dataset)
    answer = post(server, [told], parts)
    status(answer, 200)
    [item] = values(answer.json(), STORED)
    [found] = files_of(server.ask(value(item, "00081190"), "application/dicom; transfer-syntax=*"))
    same(dataset, found)


@check("STOW", "metadata of several objects with the bulk data of each")
def several(server: Server) -> None:
    made = [apart(sample(server, kind), kind) for kind in ("ct", "mr", "dose")]
    answer = post(server, [told for told, _ in made], [one for _, parts in made for one in parts])
    status(answer, 200)
    assert len(values(answer.json(), STORED)) == 3


@check("STOW", "compressed frames beside metadata keep their transfer syntax")
def compressed(server: Server) -> None:
    dataset = sample(server, "jpeg2000")
    told, parts = apart(dataset)
    answer = post(server, [told], parts)
    status(answer, 200)
    [item] = values(answer.json(), STORED)
    [found] = files_of(server.ask(value(item, "00081190"), "application/dicom; transfer-syntax=*"))
    assert found.file_meta.TransferSyntaxUID == dataset.file_meta.TransferSyntaxUID
    assert (found.pixel_array == dataset.pixel_array).all()


@check("STOW", "metadata alone, with all values inline")
def alone(server: Server) -> None:
    dataset = sample(server, "report")
    answer = server.post([], kind=JSON, content=json.dumps([dataset.to_json_dict()]).encode())
    status(answer, 200)
    found = server.found("/studies", {"StudyInstanceUID": str(dataset.StudyInstanceUID)})
    assert uids(found, "0020000D") == {dataset.StudyInstanceUID}


@check("STOW", "bulk data that did not come fails that object alone, with its reason")
def missing(server: Server) -> None:
    (good, parts), (bad, _) = apart(sample(server), "a"), apart(sample(server), "b")
    answer = post(server, [good, bad], parts)
    status(answer, 202)
    assert len(values(answer.json(), STORED)) == 1
    [item] = values(answer.json(), FAILED)
    assert value(item, "00081155") == value(bad, "00080018")
    assert "bulk-missing" in answer.text or not server.is_ours


@check("STOW", "metadata of an original is judged like the file: refused, and never stored")
def identified(server: Server) -> None:
    server.need_ours()
    told, parts = apart(pydicom.dcmread(io.BytesIO(original())))
    answer = post(server, [told], parts)
    status(answer, 409)
    assert b"Wang" not in answer.content


@check("STOW", "into the study of the address, also apart")
def other_study(server: Server) -> None:
    told, parts = apart(sample(server))
    status(post(server, [told], parts, f"/studies/{ours()}"), 409)


#: What is no metadata, and the statuses.
WRONG: dict[str, tuple[Any, list[Part], tuple[int, ...]]] = {
    "an empty list": ([], [], (400,)),
    "a list of words": (["CT"], [], (400, 409)),
    "an object without UIDs": ([{"00080060": {"vr": "CS", "Value": ["CT"]}}], [], (400, 409)),
    "a VR that is none": ([{"00080018": {"vr": "??", "Value": ["1.2"]}}], [], (400, 409)),
    "a part that says no location": ([{}], [("", OCTETS, b"x")], (400,)),
    "XML beside it": ([{}], [("x", "application/dicom+xml", b"<x/>")], (400, 415)),
}


def enter_wrong(name: str) -> None:
    @check("STOW", f"metadata: {name} is refused")
    def wrong(server: Server) -> None:
        metadata, parts, wanted = WRONG[name]
        status(post(server, metadata, parts), *wanted)


for _name in WRONG:
    enter_wrong(_name)
