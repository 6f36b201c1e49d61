"""What can be seen: nothing by a visitor, all by a steward, hidden names and the true pixels."""

from __future__ import annotations

from collections import Counter
from io import BytesIO

import numpy as np
import pydicom
import pytest

from tests.doors.dicomweb.reading import parts
from tests.journeys.house import SITES, House
from yushan.base import EVERYTHING
from yushan.domain.dicom import summarize
from yushan.domain.population import PEOPLE
from yushan.domain.verifier import verify

pytestmark = pytest.mark.slow

WHOLE = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def test_a_visitor_finds_nothing_and_the_steward_all(house: House) -> None:
    sidecar, entry = house.instances()[0]
    place = f"/dicom-web/studies/{sidecar.study_instance_uid}"
    series = f"{place}/series/{sidecar.series_instance_uid}"
    instance = f"{series}/instances/{entry.sop_instance_uid}"
    with house.web("visitor") as web:
        for address in ("studies", "series", "instances"):
            answer = web.get(f"/dicom-web/{address}")
            assert answer.status_code == 200
            assert answer.json() == []
        for address in (place, series, instance, f"{instance}/frames/1", f"{series}/metadata",
                        f"{instance}/rendered", f"{series}/thumbnail"):  # fmt: skip
            refused = web.get(address, headers={"Accept": "*/*"})
            assert refused.status_code == 404, address
            assert refused.headers["content-type"] == "application/problem+json"
    with house.web() as web:
        assert web.get("/dicom-web/studies").status_code == 401
        assert web.get(instance).status_code == 401
    with house.web("steward") as web:
        studies = web.get("/dicom-web/studies", params={"limit": 1000}).json()
        assert {one["0020000D"]["Value"][0] for one in studies} == {
            row.study_instance_uid for row in house.catalogue.studies(EVERYTHING, limit=1000)
        }
        counted = sum(one["00201208"]["Value"][0] for one in studies)
        assert counted == house.reader.commons().instances


def test_a_foreign_client_sees_the_pixels_that_the_scanner_made(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    compared = Counter()
    with house.dicomweb("steward") as client:
        for site in SITES:
            name = house.names(site).uid
            for uid, data in some_of_each_class(originals[site]).items():
                true = pydicom.dcmread(BytesIO(data))
                place = (name(true.StudyInstanceUID), name(true.SeriesInstanceUID), name(uid))
                if not client.search_for_instances(search_filters={"SOPInstanceUID": place[2]}):
                    continue
                said = pydicom.Dataset.from_json(
                    client.retrieve_instance_metadata(*place),
                    bulk_data_uri_handler=lambda _, __, uri: uri.encode(),
                )
                assert said.SOPClassUID == true.SOPClassUID
                shown = client.retrieve_instance(*place)
                assert (shown.SOPInstanceUID, shown.SOPClassUID) == (place[2], true.SOPClassUID)
                assert shown.PatientIdentityRemoved == "YES"
                if "PixelData" in true:
                    (frame,) = client.retrieve_instance_frames(*place, [1])
                    assert is_as_it_was(shown, true, frame)
                    assert said.Rows == true.Rows
                compared[str(true.SOPClassUID)] += 1
    assert len(compared) >= 4  # CT, MR, SEG and what has no pixels


def is_as_it_was(shown: pydicom.Dataset, true: pydicom.Dataset, frame: bytes) -> bool:
    """Whether pixels are the scanner's, but for text filled where pictures were read."""
    codes = {item.CodeValue for item in shown.DeidentificationMethodCodeSequence}
    if "113101" not in codes:
        return shown.PixelData == true.PixelData and frame == first_frame(true)
    if true.file_meta.TransferSyntaxUID.is_encapsulated:  # written anew without loss
        return len(frame) > 0
    equal = np.frombuffer(frame, np.uint8) == np.frombuffer(first_frame(true), np.uint8)
    return bool(np.mean(equal) > 0.9)


def some_of_each_class(files: dict[str, bytes]) -> dict[str, bytes]:
    """Two objects of each SOP class."""
    seen: Counter[str] = Counter()
    found = {}
    for uid, data in files.items():
        sop_class = summarize(data).sop_class_uid
        seen[sop_class] += 1
        if seen[sop_class] <= 2:
            found[uid] = data
    return found


def first_frame(dataset: pydicom.Dataset) -> bytes:
    """The first native frame, padded to an even length as it travels."""
    bits = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel * dataset.BitsAllocated
    frame = bytes(dataset.PixelData[: (bits + 7) // 8])
    return frame + b"\0" * (len(frame) % 2)


def test_all_that_can_be_retrieved_passes_the_verifier_under_new_names(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    old, people = set(), set()
    for files in originals.values():
        for data in files.values():
            known = summarize(data)
            old |= {known.sop_instance_uid, known.series_instance_uid, known.study_instance_uid}
    for person in PEOPLE:
        people |= {*person.charts.values(), person.identity, person.name} - {None, ""}
    seen = 0
    with house.web("steward") as web:
        for row in house.catalogue.studies(EVERYTHING, limit=1000):
            answer = web.get(
                f"/dicom-web/studies/{row.study_instance_uid}", headers={"Accept": WHOLE}
            )
            assert answer.status_code == 200
            for got in parts(answer):
                known = summarize(got.body)
                assert not {
                    known.sop_instance_uid, known.series_instance_uid, known.study_instance_uid
                } & old  # fmt: skip
                assert known.patient_id == row.subject
                assert verify(
                    got.body, harvested=frozenset(people), subject=row.subject
                ) == ()  # fmt: skip
                seen += 1
    assert seen == house.reader.commons().instances
