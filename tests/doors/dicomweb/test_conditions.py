"""Searches beyond the index: any attribute, any depth, what comes back, and pages that stay."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.doors.dicomweb.commons import FakeCatalogue, Held, app_of, ordinary, series
from tests.unit.dicom.factory import Written, us

from yushan.base import Forbidden, Unavailable
from yushan.doors.dicomweb.conditions import Condition, condition_of, path_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Opened = Callable[[Held], TestClient]


def rich() -> Held:
    """The ordinary commons and a fourth study whose header says more."""
    held = ordinary()
    request = (Written(0x00400009, "SH", b"STEP-7"), Written(0x00401001, "SH", b"PROC-1"))
    code = (Written(0x00080100, "SH", b"T-D3000"), Written(0x00080104, "LO", b"Chest"))
    more = (
        Written(0x00080005, "CS", b"ISO_IR 192"),
        Written(0x0008002A, "DT", b"20240315101500.5"),
        Written(0x00080080, "LO", "台大醫院".encode()),
        Written(0x00082218, "SQ", items=(code,)),
        Written(0x00101010, "AS", b"063Y"),
        Written(0x00101030, "DS", b"71.5"),
        Written(0x00180050, "DS", b"1.25"),
        Written(0x00180060, "DS", b"120"),
        Written(0x00400275, "SQ", items=(request,)),
        us(0x00280030, 1),
    )
    held.add(series("1.2.50", 1, 2, more=more[:-1], date="20240901"))
    return held


@pytest.fixture
def client(opened: Opened) -> TestClient:
    return opened(rich())


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"PatientWeight": "71.5"}, True),
        ({"PatientWeight": "71.50"}, True),
        ({"PatientWeight": "72"}, False),
        ({"SliceThickness": "1,1.25"}, True),
        ({"PatientAge": "063?"}, True),
        ({"AcquisitionDateTime": "20240315-20240316"}, True),
        ({"AcquisitionDateTime": "202403151015"}, True),
        ({"AcquisitionDateTime": "20240316-"}, False),
        ({"AcquisitionDateTime": "-20240314"}, False),
        ({"RequestAttributesSequence.ScheduledProcedureStepID": "STEP-7"}, True),
        ({"00400275.00400009": "STEP-*"}, True),
        ({"RequestAttributesSequence.ScheduledProcedureStepID": "STEP-8"}, False),
        ({"AnatomicRegionSequence.CodeValue": "T-D3000", "KVP": "120"}, True),
        ({"InstitutionName": "台大醫院"}, True),
        ({"InstitutionName": "台大*"}, True),
        ({"InstitutionName": "榮總*"}, False),
        ({"SOPInstanceUID": "1.2.50.1.2"}, True),
        ({"InstanceNumber": "2", "StudyInstanceUID": "1.2.50"}, True),
        ({"InstanceNumber": "9", "StudyInstanceUID": "1.2.50"}, False),
        ({"KVP": "120", "StudyDate": "20240901", "PatientID": "A*"}, True),
        ({"KVP": "120", "StudyDate": "20240902"}, False),
        ({"KVP": "120", "PatientID": "Z*"}, False),
    ],
)
def test_any_attribute_is_matched_at_every_level(client, parameters, found: bool) -> None:
    for level in ("studies", "series", "instances"):
        response = client.get(f"/dicom-web/{level}", params=parameters)
        assert response.status_code == 200, response.text
        studies = {one["0020000D"]["Value"][0] for one in response.json()}
        assert studies == ({"1.2.50"} if found else set()), level


def test_what_was_asked_for_comes_back(client) -> None:
    def first(level: str, **parameters: str) -> dict:
        asked = {"StudyInstanceUID": "1.2.50"} | parameters
        return client.get(f"/dicom-web/{level}", params=asked).json()[0]

    assert "00101030" not in first("studies")
    assert first("studies", PatientWeight="71.5")["00101030"]["Value"] == [71.5]
    assert first("studies", PatientWeight="")["00101030"]["Value"] == [71.5]
    assert first("studies", includefield="PatientAge")["00101010"]["Value"] == ["063Y"]
    assert "00180050" not in first("studies", includefield="SliceThickness")
    assert first("series", includefield="00080080,PatientAge")["00080080"]["Value"] == ["台大醫院"]
    step = first("series", includefield="RequestAttributesSequence.ScheduledProcedureStepID")
    assert step["00400275"]["Value"][0]["00400009"]["Value"] == ["STEP-7"]
    everything = first("series", includefield="all")
    assert {"00101010", "00400275", "00080080"} <= everything.keys()
    assert "00180060" not in everything
    assert "00180060" in first("instances", includefield="all")
    assert first("studies", includefield="all")["00201208"]["Value"] == [2]


def test_an_end_of_the_search_is_said(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    client = opened(rich())
    monkeypatch.setattr("yushan.doors.dicomweb.matching.MAX_OPENED", 2)
    monkeypatch.setattr("yushan.doors.dicomweb.qido.MAX_ENRICHED", 1)
    response = client.get("/dicom-web/series", params={"KVP": "120"})
    assert "Only the first 2 series" in response.headers["warning"]
    response = client.get("/dicom-web/studies", params={"includefield": "all"})
    assert "Only 1 results hold all attributes" in response.headers["warning"]


def test_pages_stay_where_they_are_while_studies_come_in() -> None:
    held = Held()
    for number in range(9):
        held.add(series(f"1.2.{100 + number}", 1, 1, date=f"2024010{number + 1}"))
    client = TestClient(app_of(FakeCatalogue(held), held), headers={"Authorization": "Bearer all"})
    before = {one["0020000D"]["Value"][0] for one in client.get("/dicom-web/studies").json()}
    seen: list[str] = []
    for page in range(4):
        asked = {"limit": "3", "offset": str(3 * page), "ModalitiesInStudy": "CT"}
        found = client.get("/dicom-web/studies", params=asked).json()
        seen += [one["0020000D"]["Value"][0] for one in found]
        held.add(series(f"1.2.{200 + page}", 1, 1, date=f"2025010{page + 1}"))
    assert len(seen) == len(set(seen))
    assert set(seen) == before
    direct = client.get("/dicom-web/studies", params={"limit": "3", "offset": "5"}).json()
    assert len(direct) == 3


def test_instances_are_counted_over_series_that_are_not_opened(client) -> None:
    whole = [one["00080018"]["Value"][0] for one in client.get("/dicom-web/instances").json()]
    assert len(whole) == 10
    for offset in range(11):
        asked = {"limit": "2", "offset": str(offset)}
        response = client.get("/dicom-web/instances", params=asked)
        got = [one["00080018"]["Value"][0] for one in response.json()]
        assert got == whole[offset : offset + 2]
        assert ("warning" in response.headers) == (offset < 8)


def test_values_at_every_depth() -> None:
    assert path_of("00100020") == (0x00100020,)
    assert path_of("PatientID.") is None
    assert path_of(".".join(["00400275"] * 9)) is None
    name = Condition(("00100010",), "PN", ("王*",))
    assert name.holds({"00100010": {"vr": "PN", "Value": [{"Ideographic": "王小明"}]}})
    assert not name.holds({"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Wang"}, None]}})
    assert not name.holds({"00100010": {"vr": "PN"}})
    private = condition_of((0x00291001,), "x*")
    assert private.holds({"00291001": {"vr": "LO", "Value": ["XYZ"]}})
    number = condition_of((0x00180060,), "120")
    assert number.holds({"00180060": {"vr": "DS", "Value": ["120.0"]}})
    assert not number.holds({"00180060": {"vr": "DS", "Value": ["high"]}})
    deep = condition_of((0x00400275, 0x00400009), "A")
    assert not deep.holds({"00400275": {"vr": "SQ", "Value": ["not an item"]}})


class Book:
    """Notes as the ledger's audit does; or refuses to."""

    def __init__(self) -> None:
        self.seen: list[tuple] = []
        self.away = False

    def saw(self, account, action, thing, *, count=1, size=0, purpose="") -> None:
        if self.away:
            raise Unavailable("ledger.not-written")
        self.seen.append((account.id, action, thing, count, purpose))

    def saw_again(self, *_looked: object) -> bool:
        return False


class Reasons:
    """Purposes as accounts keep them: one study has none."""

    def check(self, account, study: str) -> str:
        if study == "1.2.20":
            raise Forbidden("accounts.purpose-first")
        return "care"

    def are_asked(self, _account) -> bool:
        return True


def test_every_look_is_noted_before_it_is_answered() -> None:
    held, book = ordinary(), Book()
    app = app_of(FakeCatalogue(held), held, audit=book, purposes=Reasons())
    client = TestClient(app, headers={"Authorization": "Bearer mask-less"})
    study = "/dicom-web/studies/1.2.10"
    instance = study + "/series/1.2.10.1/instances/1.2.10.1.1"
    looks = {
        study: ("study", 5), study + "/metadata": ("study", 5),
        study + "/series/1.2.10.1": ("series", 3), instance + "/metadata": ("series", 1),
        instance + "/frames/1": ("series", 1), instance + "/rendered": ("series", 1),
        instance + "/bulkdata/7FE00010": ("series", 1), study + "/thumbnail": ("series", 1),
    }  # fmt: skip
    for address, (kind, count) in looks.items():
        response = client.get(address)
        assert response.status_code == 200
        [(account, action, thing, told, purpose)] = book.seen
        assert (account, action, thing.kind, told, purpose) == (
            "noted", "image.read", kind, count, "care",
        )  # fmt: skip
        assert (thing.study, thing.subject) == ("1.2.10", "ABCDEFGHIJKLMNO2")
        book.seen.clear()
        again = client.get(address, headers={"If-None-Match": response.headers["etag"]})
        assert (again.status_code, book.seen) == (304, [])
    client.get("/dicom-web/studies", params={"PatientID": "A*"})
    [(_, action, thing, count, _)] = book.seen
    assert (action, thing.kind, thing.query, count) == (
        "image.searched", "search", "PatientID=…", 2,
    )  # fmt: skip
    book.seen.clear()
    refused = client.get("/dicom-web/studies/1.2.20/metadata")
    assert (refused.status_code, refused.json()["code"]) == (403, "accounts.purpose-first")
    assert client.get("/dicom-web/studies/1.2.77").status_code == 404
    assert book.seen == []
    book.away = True
    for address in (*looks, "/dicom-web/studies"):
        assert client.get(address).status_code == 503


def test_a_search_is_noted_in_our_own_names() -> None:
    held, book = ordinary(), Book()
    names = SimpleNamespace(
        uid=lambda uid: uid, own_uid=lambda uid: uid[::-1], subject=str, own_subject=str, tag=repr
    )
    masks = SimpleNamespace(of=lambda name: names if name else None)
    client = TestClient(app_of(FakeCatalogue(held), held, audit=book, masks=masks))
    asked = "2.25." + "123456789" * 4 + "123"
    client.get(f"/dicom-web/studies?StudyInstanceUID={asked}",
               headers={"Authorization": "Bearer mask-a"})  # fmt: skip
    assert book.seen[0][2].query == "StudyInstanceUID=…"  # neither the asker's name nor another's
