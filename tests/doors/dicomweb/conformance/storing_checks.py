"""Store (STOW-RS, PS3.18 10.5)."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pydicom
from pydicom.data import get_testdata_file
from tests.doors.dicomweb.conformance.checking import (
    JSON,
    NOWHERE,
    Server,
    changed,
    check,
    files_of,
    ours,
    status,
    uids,
    value,
    values,
)

STORED, FAILED, OTHERS = "00081199", "00081198", "0008119A"


UNREAD = b"not an object at all"


def fresh(server: Server, **changes: str) -> tuple[bytes, str]:
    """A new object in a new study; its bytes and its study as sent."""
    study = ours()
    made = {"SOPInstanceUID": ours(), "SeriesInstanceUID": ours(), "StudyInstanceUID": study}
    return changed(server.one("ct").sample, **(made | changes)), study


def original() -> bytes:
    """A CT as a hospital has it, with names and numbers."""
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    dataset.PatientName, dataset.PatientID = "Wang^Hsiao-Ming", "A123456789"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = ours()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = ours(), ours()  # of nobody else's study
    return written(dataset)


def written(dataset: pydicom.Dataset) -> bytes:
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@check("STOW", "an object is stored, answered for, and found at once")
def stored(server: Server) -> None:
    data, study = fresh(server)
    answer = server.post([data])
    status(answer, 200)
    [item] = values(answer.json(), STORED)
    assert value(item, "00081150") == "1.2.840.10008.5.1.4.1.1.2"
    assert study in uids(server.found("/studies", {"StudyInstanceUID": study}), "0020000D")


@check("STOW", "the retrieve URL of the answer gives the object")
def retrieve_url(server: Server) -> None:
    data, _ = fresh(server)
    [item] = values(server.post([data]).json(), STORED)
    [found] = files_of(server.ask(value(item, "00081190"), "application/dicom"))
    assert found.SOPInstanceUID == value(item, "00081155")


@check("STOW", "the answer as XML")
def xml(server: Server) -> None:
    data, _ = fresh(server)
    answer = server.post([data], accept="application/dicom+xml")
    status(answer, 200)
    assert answer.headers["content-type"].startswith("application/dicom+xml")
    tags = {one.get("tag") for one in ElementTree.fromstring(answer.content).iter()}
    assert {STORED, "00081155", "00081190"} <= tags


@check("STOW", "an answer in a type nobody has is 406, and nothing is stored")
def no_type(server: Server) -> None:
    data, study = fresh(server)
    status(server.post([data], accept="image/png"), 406)
    assert not server.found("/studies", {"StudyInstanceUID": study})


@check("STOW", "the same object again is a success and changes nothing")
def again(server: Server) -> None:
    data, study = fresh(server)
    for _ in range(2):
        status(server.post([data]), 200)
    [found] = server.found("/studies", {"StudyInstanceUID": study})
    assert int(value(found, "00201208")) == 1


@check("STOW", "the same object twice in one request is a success and one object")
def twice(server: Server) -> None:
    data, study = fresh(server)
    status(server.post([data, data]), 200)
    [found] = server.found("/studies", {"StudyInstanceUID": study})
    assert int(value(found, "00201208")) == 1


@check("STOW", "other bytes under a known UID are refused as duplicate, and nothing changes")
def other_bytes(server: Server) -> None:
    data, study = fresh(server)
    status(server.post([data]), 200)
    sent = pydicom.dcmread(io.BytesIO(data))
    sent.InstanceNumber = 77
    answer = server.post([written(sent)])
    status(answer, 409)
    assert value(values(answer.json(), FAILED)[0], "00081197") in (0x0110, 0x0111)
    [found] = server.found(f"/studies/{study}/instances")
    assert value(found, "00200013") == 1


@check("STOW", "some stored and some not is 202, each told apart")
def partly(server: Server) -> None:
    data, _ = fresh(server)
    answer = server.post([data, UNREAD])
    status(answer, 202)
    assert len(values(answer.json(), STORED)) == 1
    assert len(values(answer.json(), FAILED) + values(answer.json(), OTHERS)) == 1


@check("STOW", "what is no object is refused")
def unread(server: Server) -> None:
    answer = server.post([UNREAD])
    status(answer, 400, 409)


@check("STOW", "a truncated object is refused")
def truncated(server: Server) -> None:
    data, study = fresh(server)
    status(server.post([data[:-1000]]), 400, 409)
    assert not server.found("/studies", {"StudyInstanceUID": study})


@check("STOW", "objects of several studies in one request")
def several(server: Server) -> None:
    (one, first), (two, second) = fresh(server), fresh(server)
    answer = server.post([one, two])
    status(answer, 200)
    found = server.found("/studies", {"StudyInstanceUID": f"{first},{second}"})
    assert uids(found, "0020000D") == {first, second}


@check("STOW", "into the study of the address")
def into_study(server: Server) -> None:
    data, study = fresh(server)
    answer = server.post([data], f"/studies/{study}")
    status(answer, 200)
    assert value(answer.json(), "00081190").endswith(f"/studies/{study}")


@check("STOW", "an object of another study than the address is a failure")
def other_study(server: Server) -> None:
    data, study = fresh(server)
    answer = server.post([data], f"/studies/{ours()}")
    status(answer, 409)
    assert values(answer.json(), FAILED)
    assert not server.found("/studies", {"StudyInstanceUID": study})


@check("STOW", "one of two belongs to the address: 202")
def half_of_study(server: Server) -> None:
    (one, study), (two, _) = fresh(server), fresh(server)
    answer = server.post([one, two], f"/studies/{study}")
    status(answer, 202)
    assert len(values(answer.json(), STORED)) == len(values(answer.json(), FAILED)) == 1


@check("STOW", "a single object as application/dicom")
def single(server: Server) -> None:
    data, study = fresh(server)
    answer = server.post([], kind="application/dicom", content=data)
    status(answer, 200)
    assert server.found("/studies", {"StudyInstanceUID": study})


@check("STOW", "the foreign client stores several objects")
def foreign(server: Server) -> None:
    made = [pydicom.dcmread(io.BytesIO(fresh(server)[0])) for _ in range(3)]
    answer = server.client.store_instances(made)
    assert len(answer.ReferencedSOPSequence) == 3


@check("STOW", "PUT and DELETE are 405")
def methods(server: Server) -> None:
    for method in ("PUT", "DELETE"):
        status(server.ask(f"/studies/{NOWHERE}/series", JSON, method=method), 405)
