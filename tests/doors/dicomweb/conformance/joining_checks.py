"""Store (STOW-RS): under which names objects join what is here, and who may not store at all."""

from __future__ import annotations

import io
import warnings

import highdicom
import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.sr.codedict import codes
from tests.doors.dicomweb.conformance.checking import (
    NOWHERE,
    Server,
    changed,
    check,
    files_of,
    ours,
    status,
    value,
    values,
)
from tests.doors.dicomweb.conformance.storing_checks import (
    FAILED,
    STORED,
    fresh,
    original,
    written,
)


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
