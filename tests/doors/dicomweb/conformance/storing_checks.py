"""Store (STOW-RS, PS3.18 10.5)."""

from __future__ import annotations

import io
import warnings
from xml.etree import ElementTree

import highdicom
import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.sr.codedict import codes
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


@check("STOW", "an original that names somebody is refused with its reason, and never stored")
def identified(server: Server) -> None:
    server.need_ours()
    answer = server.post([original()])
    status(answer, 409)
    [item] = values(answer.json(), FAILED)
    comments = [value(one, "00000902") for one in values(item, "00741048")]
    assert any(one.startswith("store.not-clean") for one in comments), comments
    assert not server.found("/studies", {"PatientID": "A123456789"})
    assert b"Wang" not in answer.content


@check("STOW", "what another program cleaned is cleaned again, renamed, and says so (B000)")
def coerced(server: Server) -> None:
    server.need_ours()
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    dataset.PatientName, dataset.PatientID = "ANON", "ANON-1"
    dataset.PatientIdentityRemoved = "YES"
    answer = server.post([written(dataset)])
    status(answer, 202)
    [item] = values(answer.json(), STORED)
    assert value(item, "00081196") == 0xB000
    [before] = values(values(item, "04000561")[0], "04000550")
    assert value(before, "00080018") == dataset.SOPInstanceUID
    [found] = files_of(server.ask(value(item, "00081190"), "application/dicom"))
    assert len(found.PatientID) == 16
    assert found.StudyInstanceUID.startswith("2.25.")


@check("STOW", "references stay whole when UIDs are renamed, also over requests")
def whole_references(server: Server) -> None:
    server.need_ours()
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    dataset.PatientID, dataset.PatientIdentityRemoved = "ANON-2", "YES"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.4.76", "1.2.3.4.77"
    sent = {}
    for number in (1, 2):
        dataset.SOPInstanceUID = f"1.2.3.4.77.{number}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.InstanceNumber = number
        [item] = values(server.post([written(dataset)]).json(), STORED)
        sent[number] = value(item, "00081190").split("/instances/")[0]
    assert sent[1] == sent[2]


def segmentation(source: pydicom.Dataset) -> pydicom.Dataset:
    """A segment drawn in a slice, as highdicom writes it."""
    mask = np.zeros((1, source.Rows, source.Columns), dtype=bool)
    mask[0, 20:40, 20:40] = True
    about = highdicom.seg.SegmentDescription(
        1, "Lesion", codes.SCT.Tissue, codes.SCT.Tissue,
        highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
    )  # fmt: skip
    warnings.simplefilter("ignore", UserWarning)  # a pseudonym is no person's name
    return highdicom.seg.Segmentation(
        [source], mask, highdicom.seg.SegmentationTypeValues.BINARY, [about], highdicom.UID(), 90,
        highdicom.UID(), 1, "Maker", "Model", "1", "SERIAL-7",
        content_creator_name="Lee^Mei-Ling",
    )  # fmt: skip


@check("STOW", "a segmentation of a study that is here joins it, without its author's name")
def derived(server: Server) -> None:
    server.need_ours()
    data, study = fresh(server)
    [item] = values(server.post([data]).json(), STORED)
    [source] = files_of(server.ask(value(item, "00081190"), "application/dicom"))
    answer = server.post([written(segmentation(source))], f"/studies/{study}")
    status(answer, 202)
    [item] = values(answer.json(), STORED)
    [found] = files_of(server.ask(value(item, "00081190"), "application/dicom"))
    assert found.StudyInstanceUID == study
    assert found.PatientID == source.PatientID
    assert found.FrameOfReferenceUID == source.FrameOfReferenceUID
    reference = found.ReferencedSeriesSequence[0]
    assert reference.SeriesInstanceUID == source.SeriesInstanceUID
    [referenced] = reference.ReferencedInstanceSequence
    assert referenced.ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert "Lee" not in str(found)
    assert "SERIAL-7" not in str(found)
    again = server.post([written(pydicom.dcmread(io.BytesIO(written(found))))])
    status(again, 200)


@check("STOW", "an object of a known study under another person is refused")
def other_person(server: Server) -> None:
    server.need_ours()
    data = changed(
        server.one("ct").sample, SOPInstanceUID=ours(), PatientID="A" * 16, PatientName="A" * 16
    )
    answer = server.post([data])
    status(answer, 409)
    assert values(answer.json(), FAILED)


@check("STOW", "a known series cannot move to another study")
def other_parent(server: Server) -> None:
    server.need_ours()
    data = changed(server.one("ct").sample, SOPInstanceUID=ours(), StudyInstanceUID=ours())
    status(server.post([data]), 409)


@check("STOW", "who may not store is refused, the same for any study")
def not_allowed(server: Server) -> None:
    server.need_ours()
    data, _ = fresh(server)
    for who in ("visitor", "south", "auditor"):
        answers = [
            server.post([data], path, who=who)
            for path in ("/studies", f"/studies/{server.one('ct').study}", f"/studies/{NOWHERE}")
        ]
        assert {one.status_code for one in answers} == {403}
        assert len({one.content for one in answers}) == 1


@check("STOW", "nobody signed in is 401, before anything is read")
def not_signed_in(server: Server) -> None:
    server.need_ours()
    answer = server.post([], who="nobody", content=b"x")
    status(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@check("STOW", "into a study one may not see is like into one that is not there")
def unseen(server: Server) -> None:
    server.need_ours()
    said = set()
    for study in (server.one("ct").study, ours()):
        data = changed(
            server.one("ct").sample, SOPInstanceUID=NOWHERE, SeriesInstanceUID=NOWHERE,
            StudyInstanceUID=study,
        )  # fmt: skip
        answer = server.post([data], who="limited")
        status(answer, 409)
        said.add(answer.content)
    assert len(said) == 1


@check("STOW", "the account of what was stored closes")
def closes(server: Server) -> None:
    server.need_ours()
    assert server.places
    accounts = server.role.admissions.accounting()
    assert [one.site for one in accounts] == ["stow"]
    assert all(one.closes for one in accounts)


@check("STOW", "PUT and DELETE are 405")
def methods(server: Server) -> None:
    for method in ("PUT", "DELETE"):
        status(server.ask(f"/studies/{NOWHERE}/series", JSON, method=method), 405)
