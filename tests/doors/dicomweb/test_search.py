"""QIDO-RS: what is found, what is refused, what is said about the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.dicomweb.commons import Held, series

from yushan.base import Rejected
from yushan.doors.dicomweb.conditions import form
from yushan.doors.dicomweb.search import page_of, search_of


def found(client, address: str, **parameters) -> list[str]:
    """UIDs of what an address answers, at the level it answers."""
    response = client.get(f"/dicom-web{address}", params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/dicom+json"
    level = {"studies": "0020000D", "series": "0020000E", "instances": "00080018"}
    tag = level[address.rsplit("/", 1)[-1]]
    return [one[tag]["Value"][0] for one in response.json()]


@pytest.mark.parametrize(
    ("parameters", "studies"),
    [
        ({}, ["1.2.20", "1.2.10", "1.2.30"]),
        ({"StudyInstanceUID": "1.2.10"}, ["1.2.10"]),
        ({"0020000D": "1.2.10,1.2.30"}, ["1.2.10", "1.2.30"]),
        ({"StudyInstanceUID": "1.2.10\\1.2.20"}, ["1.2.20", "1.2.10"]),
        ({"StudyInstanceUID": "1.2.99"}, []),
        ({"StudyDate": "20240315"}, ["1.2.10"]),
        ({"StudyDate": "20240101-20250101"}, ["1.2.20", "1.2.10"]),
        ({"StudyDate": "-20240101"}, ["1.2.30"]),
        ({"StudyDate": "20240316-"}, ["1.2.20"]),
        ({"StudyTime": "0900-0930"}, ["1.2.20"]),
        ({"StudyTime": "10"}, ["1.2.10", "1.2.30"]),
        ({"PatientID": "ABCDEFGHIJKLMNO2"}, ["1.2.20", "1.2.10"]),
        ({"PatientName": "zyxwvutsrqponml3"}, ["1.2.30"]),
        ({"PatientID": "ABC*"}, ["1.2.20", "1.2.10"]),
        ({"PatientID": "*ML?"}, ["1.2.30"]),
        ({"ModalitiesInStudy": "MR"}, ["1.2.20"]),
        ({"ModalitiesInStudy": "MR,CT", "StudyDate": "20240101-"}, ["1.2.20", "1.2.10"]),
        ({"ModalitiesInStudy": "C?"}, ["1.2.10", "1.2.30"]),
        ({"BodyPartExamined": "BRAIN"}, ["1.2.20"]),
        ({"BodyPartExamined": "*"}, ["1.2.20", "1.2.10", "1.2.30"]),
        ({"StudyDescription": "*ct"}, ["1.2.10", "1.2.30"]),
        ({"StudyDescription": "head ct"}, ["1.2.30"]),
        ({"StudyDescription": "head"}, []),
        ({"StudyDescription": "100%"}, []),
        ({"SeriesInstanceUID": "1.2.20.1"}, ["1.2.20"]),
        ({"AccessionNumber": "A1"}, []),
        ({"AccessionNumber": "*"}, ["1.2.20", "1.2.10", "1.2.30"]),
        ({"PatientID": ""}, ["1.2.20", "1.2.10", "1.2.30"]),
        ({"limit": "1", "offset": "1"}, ["1.2.10"]),
        ({"limit": "0"}, []),
        ({"offset": "3"}, []),
    ],
)
def test_studies_are_found(client, parameters: dict[str, str], studies: list[str]) -> None:
    assert found(client, "/studies", **parameters) == studies


@pytest.mark.parametrize(
    ("address", "parameters", "uids"),
    [
        ("/studies/1.2.10/series", {}, ["1.2.10.1", "1.2.10.2"]),
        ("/studies/1.2.10/series", {"SeriesNumber": "2"}, ["1.2.10.2"]),
        ("/studies/1.2.10/series", {"Modality": "MR"}, []),
        ("/series", {}, ["1.2.10.1", "1.2.10.2", "1.2.20.1", "1.2.30.1"]),
        ("/series", {"Manufacturer": "oth*"}, ["1.2.20.1"]),
        ("/series", {"SeriesDescription": "AXIAL ?", "Modality": "CT", "limit": "1"}, ["1.2.10.1"]),
        ("/series", {"PatientID": "ZY*"}, ["1.2.30.1"]),
        ("/studies/1.2.10/series", {"StudyInstanceUID": "1.2.20"}, []),
        ("/studies/1.2.10/instances", {"limit": "2", "offset": "2"}, ["1.2.10.1.3", "1.2.10.2.1"]),
        (
            "/studies/1.2.10/series/1.2.10.1/instances",
            {},
            ["1.2.10.1.1", "1.2.10.1.2", "1.2.10.1.3"],
        ),
        ("/studies/1.2.10/series/1.2.10.1/instances", {"InstanceNumber": "2"}, ["1.2.10.1.2"]),
        ("/instances", {"SOPInstanceUID": "1.2.20.1.2,1.2.30.1.1"}, ["1.2.20.1.2", "1.2.30.1.1"]),
        ("/instances", {"SOPClassUID": "1.2.3"}, []),
        ("/instances", {"Modality": "MR"}, ["1.2.20.1.1", "1.2.20.1.2"]),
    ],
)
def test_series_and_instances_are_found(client, address, parameters, uids) -> None:
    assert found(client, address, **parameters) == uids


def test_a_study_answers_what_a_viewer_needs(client) -> None:
    [study] = client.get("/dicom-web/studies", params={"StudyInstanceUID": "1.2.10"}).json()
    assert study["00080061"] == {"vr": "CS", "Value": ["CT"]}
    assert study["00201206"]["Value"] == [2]
    assert study["00201208"]["Value"] == [5]
    assert study["00100010"]["Value"] == [{"Alphabetic": "ABCDEFGHIJKLMNO2"}]
    assert study["00081190"]["Value"] == ["http://testserver/dicom-web/studies/1.2.10"]
    assert study["00080050"] == {"vr": "SH"}
    assert list(study) == sorted(study)


def test_an_instance_answers_its_syntax_and_what_is_to_be_included(client) -> None:
    address = "/dicom-web/studies/1.2.10/series/1.2.10.1/instances"
    [first, *_] = client.get(address, params={"includefield": "00080070,BodyPartExamined"}).json()
    assert first["00083002"]["Value"] == ["1.2.840.10008.1.2.1"]
    assert first["00280010"]["Value"] == [4]
    assert first["00080070"]["Value"] == ["Acme"]
    assert first["00180015"]["Value"] == ["CHEST"]
    assert "0020000D" in first
    [first, *_] = client.get(address, params={"includefield": "all"}).json()
    assert first["00081030"]["Value"] == ["CHEST CT"]
    assert "7FE00010" not in first


def test_what_is_left_is_said(client) -> None:
    response = client.get("/dicom-web/studies", params={"limit": "1"})
    assert 'additional results that can be requested"' in response.headers["warning"]
    assert response.headers["warning"].startswith("299 http://testserver/dicom-web ")
    for address in ("/series", "/instances", "/studies"):
        response = client.get(f"/dicom-web{address}", params={"limit": "1", "PatientID": "A*"})
        assert "additional results" in response.headers["warning"]
    assert "warning" not in client.get("/dicom-web/studies").headers


def test_fuzzy_matching_is_not_done_and_that_is_said(client) -> None:
    response = client.get("/dicom-web/studies", params={"fuzzymatching": "true", "PatientID": "Z*"})
    assert "Only literal matching" in response.headers["warning"]
    assert len(response.json()) == 1


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"StudyDate": "2024"}, "dicomweb.value-invalid"),
        ({"StudyDate": "-"}, "dicomweb.value-invalid"),
        ({"StudyDate": "20240101-20240102-20240103"}, "dicomweb.value-invalid"),
        ({"StudyTime": "1"}, "dicomweb.value-invalid"),
        ({"StudyInstanceUID": "1.2'; drop table"}, "dicomweb.value-invalid"),
        ({"SeriesNumber": "one"}, "dicomweb.value-invalid"),
        ({"SeriesNumber": "9999999999"}, "dicomweb.value-invalid"),
        ({"PatientID": "a\0b"}, "dicomweb.value-invalid"),
        ({"Nonsense": "1"}, "dicomweb.parameter-unknown"),
        ({"includefield": "Nonsense"}, "dicomweb.parameter-unknown"),
        ({"PatientWeight": "heavy"}, "dicomweb.value-invalid"),
        ({"PixelData": "1"}, "dicomweb.value-invalid"),
        ({"AcquisitionDateTime": "today"}, "dicomweb.value-invalid"),
        ({"RequestAttributesSequence.Nonsense": "1"}, "dicomweb.parameter-unknown"),
        ({"limit": "-1"}, "dicomweb.page-invalid"),
        ({"limit": "ten"}, "dicomweb.page-invalid"),
        ({"offset": "10001"}, "dicomweb.page-invalid"),
        ({"PatientID": "x" * 5000}, "dicomweb.query-too-long"),
        ({f"{0x00100000 + index:08X}": "*" for index in range(101)}, "dicomweb.query-too-long"),
    ],
)
def test_a_query_that_means_nothing_is_refused(client, parameters, code) -> None:
    response = client.get("/dicom-web/studies", params=parameters)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == code


def test_results_in_another_form_than_json_are_refused(client) -> None:
    for accept in ("application/dicom+xml", "text/html", "image/png"):
        response = client.get("/dicom-web/studies", headers={"Accept": accept})
        assert (response.status_code, response.json()["code"]) == (406, "dicomweb.not-acceptable")
    response = client.get("/dicom-web/studies", headers={"Accept": "text/html, */*;q=0.1"})
    assert response.status_code == 200
    response = client.get("/dicom-web/studies", headers={"Accept": "application/json"})
    assert response.headers["content-type"] == "application/json"
    response = client.get("/dicom-web/studies", params={"accept": "application/json"},
                          headers={"Accept": "text/html"})  # fmt: skip
    assert response.status_code == 200
    assert client.get("/dicom-web/studies", headers={"Accept": "a;q=x"}).status_code == 400


def test_a_series_in_two_packs_is_one_series(opened) -> None:
    held = Held()
    first, second, third = series("1.2.10", 1, 3)
    held.add([first, third])
    held.add([second])
    client = opened(held)
    [one] = client.get("/dicom-web/studies/1.2.10/series").json()
    assert one["00201209"]["Value"] == [3]
    uids = found(client, "/studies/1.2.10/series/1.2.10.1/instances")
    assert sorted(uids) == ["1.2.10.1.1", "1.2.10.1.2", "1.2.10.1.3"]


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=30)), max_size=6))
def test_any_parameters_give_a_search_or_a_refusal(parameters: list[tuple[str, str]]) -> None:
    for read in (search_of, page_of):
        try:
            read(parameters)
        except Rejected as refusal:
            assert refusal.code.startswith("dicomweb.")  # noqa: PT017 - either is right


@given(st.text("ab", max_size=8), st.text("ab*?", max_size=8))
def test_patterns_match_as_the_standard_says(value: str, pattern: str) -> None:
    def slow(value: str, pattern: str) -> bool:
        if not pattern:
            return not value
        if pattern[0] == "*":
            return slow(value, pattern[1:]) or bool(value and slow(value[1:], pattern))
        return bool(value) and pattern[0] in ("?", value[0]) and slow(value[1:], pattern[1:])

    assert bool(form(pattern)(value)) == slow(value, pattern)


def test_a_pattern_of_many_stars_costs_no_time() -> None:
    assert not form("*a" * 60 + "b")("a" * 250)
