"""Two processes of the commons over one database and one store: either one may answer."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from tests.doors.dicomweb.commons import Held, app_of, ordinary, series
from tests.doors.dicomweb.conftest import admitted

from yushan.base import EVERYTHING, Leaving, Pseudonym
from yushan.engines.database import Database
from yushan.services.catalogue import Query, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QIDO = "/dicom-web"


class Process:
    """A commons' rooms and its door, with a memory of their own."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder = db, folder
        self.catalogue, self.archive = admitted(Held(), folder, db)
        app = app_of(self.catalogue, self.archive, writes=lambda: db.writes)
        self.client = TestClient(app, headers={"Authorization": "Bearer all"})

    def take_in(self, study: str, date: str) -> None:
        """One more study."""
        held = Held()
        held.add(series(study, 1, 1, date=date))
        admitted(held, self.folder, self.db)

    def forget(self, subject: str) -> None:
        """Somebody leaves."""
        leaving = Leaving(subject=Pseudonym(subject))
        with self.db.begin() as tx:
            self.catalogue.forget(tx, leaving)
            self.archive.forget(tx, leaving)

    def uids(self, address: str, tag: str) -> list[str]:
        """What an answer names."""
        return [one[tag]["Value"][0] for one in self.client.get(QIDO + address).json()]


@pytest.fixture
def two(database: Database, tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    admitted(ordinary(), tmp_path, database)
    other = Database(database.url)
    yield Process(database, tmp_path), Process(other, tmp_path)
    other.dispose()


@pytest.mark.parametrize(
    ("address", "tag", "uids"),
    [
        ("/studies?limit=1", "0020000D", ["1.2.20", "1.2.10", "1.2.30"]),
        ("/studies?limit=1&ModalitiesInStudy=CT", "0020000D", ["1.2.10", "1.2.30"]),
        ("/series?limit=1&Modality=CT", "0020000E", ["1.2.10.1", "1.2.10.2", "1.2.30.1"]),
        ("/studies/1.2.10/series?limit=1", "0020000E", ["1.2.10.1", "1.2.10.2"]),
        ("/series?limit=1&BitsAllocated=16", "0020000E", ["1.2.10.1", "1.2.10.2", "1.2.20.1",
                                                           "1.2.30.1"]),
    ],
)  # fmt: skip
def test_pages_go_on_in_the_other_process_while_studies_come_in(
    two: tuple[Process, Process], address: str, tag: str, uids: list[str]
) -> None:
    found, link, turns = [], QIDO + address, cycle(two)
    while link:
        process = next(turns)
        answer = process.client.get(link)
        found += [one[tag]["Value"][0] for one in answer.json()]
        link = answer.links.get("next", {}).get("url", "")
        two[0].take_in(f"1.1.{len(found)}", "20991231")  # before all that was shown
    assert found == uids


def test_what_one_takes_in_or_lets_go_the_other_knows(two: tuple[Process, Process]) -> None:
    one, other = two

    def counts() -> list[int]:
        return [at.catalogue.search.count(EVERYTHING, Wanted()) for at in two]

    assert counts() == [3, 3]
    other.take_in("1.2.40", "20260101")
    assert counts() == [4, 4]
    for process in (one, other):
        assert process.uids("/studies?StudyDate=20260101", "0020000D") == ["1.2.40"]
    one.forget("ZYXWVUTSRQPONML3")
    assert counts() == [3, 3]
    for process in (other, one):
        assert process.client.get(f"{QIDO}/studies/1.2.30/metadata").status_code == 404
        assert process.catalogue.series(EVERYTHING, Query(body_parts=("HEAD",))) == []


def test_a_cursor_is_a_place_and_no_right(two: tuple[Process, Process]) -> None:
    client = two[0].client
    north = {"Authorization": "Bearer north"}
    answer = client.get(f"{QIDO}/studies?after=20200101~1.2.99", headers=north)
    assert answer.json() == []  # what follows is another hospital's
    for said in ("x", "20240101", "2024~", "~1.2~3", "20240101~1.2'"):
        refused = client.get(f"{QIDO}/studies", params={"after": said})
        assert (refused.status_code, refused.json()["code"]) == (400, "dicomweb.cursor-invalid")
