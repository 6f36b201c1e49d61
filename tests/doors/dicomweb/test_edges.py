"""What happens when things fail, fill up or are not there."""

from __future__ import annotations

import msgspec
from starlette.testclient import TestClient
from tests.doors.dicomweb.commons import FakeCatalogue, Held, app_of, ordinary, series
from tests.unit.dicom.factory import Written, us

from yushan.base import EVERYTHING, Unavailable
from yushan.doors.dicomweb.asking import Asker, Target
from yushan.doors.dicomweb.finding import Finder
from yushan.doors.dicomweb.keeping import Kept
from yushan.doors.dicomweb.metadata import Shelf
from yushan.doors.dicomweb.picture import look_of, table_of

INSTANCE = "/dicom-web/studies/1.2.10/series/1.2.10.1/instances/1.2.10.1.1"
ALL = {"Authorization": "Bearer all"}


class Closed(FakeCatalogue):
    """A catalogue whose database is away."""

    def series(self, *_args, **_more):
        raise Unavailable("archive.disk-failed")


def test_a_house_that_is_away_says_when_to_come_back() -> None:
    held = ordinary()
    client = TestClient(app_of(Closed(held), held), headers=ALL)
    response = client.get("/dicom-web/series")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.headers["content-type"] == "application/problem+json"


def test_a_search_for_instances_says_where_it_ended(monkeypatch) -> None:
    monkeypatch.setattr("yushan.doors.dicomweb.matching.MAX_OPENED", 2)
    held = ordinary()
    client = TestClient(app_of(FakeCatalogue(held), held), headers=ALL)
    for parameters in ({}, {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, {"Rows": "4"}):
        response = client.get("/dicom-web/instances", params=parameters)
        assert len(response.json()) == 5
        assert "Only the first 2 series" in response.headers["warning"]
        assert "additional results" in response.headers["warning"]


def test_a_search_by_patterns_says_where_it_ended(monkeypatch) -> None:
    monkeypatch.setattr("yushan.doors.dicomweb.matching.MAX_SCAN", 2)
    monkeypatch.setattr("yushan.doors.dicomweb.matching.PAGE_ROWS", 1)
    held = ordinary()
    client = TestClient(app_of(FakeCatalogue(held), held), headers=ALL)
    response = client.get("/dicom-web/studies", params={"PatientID": "Z*"})
    assert response.json() == []
    assert "additional results" in response.headers["warning"]


def test_the_shelf_knows_a_new_pack_and_each_clients_address() -> None:
    held = ordinary()
    finder = Finder(FakeCatalogue(held), held)
    shelf = Shelf(finder)

    def found(base: str) -> bytes:
        asker = Asker(None, EVERYTHING, None, base, Target("1.2.10", "1.2.10.1"))
        return shelf.answer(finder.rows(asker), asker, "")

    before = found("http://x")
    assert found("http://x") is before
    held.add([series("1.2.10", 1, 4)[3]])
    assert (len(msgspec.json.decode(before)), len(msgspec.json.decode(found("http://x")))) == (3, 4)
    assert found("http://y") == found("http://x").replace(b"http://x/", b"http://y/")


def test_what_is_kept_is_bounded_in_size_and_time() -> None:
    made = []

    def make(size: int) -> bytes:
        made.append(size)
        return bytes(size)

    kept = Kept(limit=100)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda: make(40))
    assert (len(made), kept.size, list(kept.held)) == (3, 80, ["b", "c"])
    kept.get("d", lambda: make(101))
    assert (kept.size, list(kept.held)) == (80, ["b", "c"])
    short = Kept(limit=100, seconds=0.0)
    assert [len(short.get("a", lambda: make(5))) for _ in range(2)] == [5, 5]
    assert made[-2:] == [5, 5]


def test_the_metadata_in_the_archive_stays_as_it_is() -> None:
    held = ordinary()
    before = msgspec.json.encode(held.sidecars)
    client = TestClient(app_of(FakeCatalogue(held), held), headers=ALL)
    client.get("/dicom-web/studies/1.2.10/metadata")
    client.get("/dicom-web/studies/1.2.10/instances", params={"includefield": "all"})
    assert msgspec.json.encode(held.sidecars) == before


def test_a_table_that_is_too_large_or_lost_is_not_read() -> None:
    huge = Written(0x00283006, "OW", bytes(300_000))
    item = (us(0x00283002, 4096, 0, 16), huge)
    held = Held()
    held.add(series("1.2.10", 1, 1, more=(Written(0x00283010, "SQ", items=(item,)),)))
    client = TestClient(app_of(FakeCatalogue(held), held), headers=ALL)
    assert client.get(INSTANCE + "/rendered").status_code == 404
    assert table_of({}, "00283002", "00283006", ("", lambda _: b"")) is None
    numbers = {"00283002": {"vr": "US", "Value": [2, 0, 16]},
               "00283006": {"vr": "US", "Value": [1, 65535]}}  # fmt: skip
    table = table_of(numbers, "00283002", "00283006", ("", lambda _: b""))
    assert table is not None
    assert table.data == b"\x01\x00\xff\xff"


def test_nothing_said_is_shown_plainly() -> None:
    look = look_of({}, 0, lambda _: b"")
    assert (look.slope, look.intercept, look.window, look.inverse) == (1.0, 0.0, None, False)
