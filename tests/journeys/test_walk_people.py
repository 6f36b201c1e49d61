"""Whose images came in: one person of two hospitals is one subject; who left is nowhere."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from tests.journeys.house import SITES, House, rows_of
from yushan.base import EVERYTHING
from yushan.domain.dicom import summarize
from yushan.domain.population import OPTED_OUT, SHARED
from yushan.services.catalogue import Query
from yushan.services.gateway import State

pytestmark = pytest.mark.slow


def of_person(files: dict[str, bytes], chart: str) -> dict[str, bytes]:
    return {uid: data for uid, data in files.items() if summarize(data).patient_id == chart}


def test_the_person_of_two_hospitals_is_one_subject(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    studies = {
        site: {
            house.names(site).uid(summarize(data).study_instance_uid)
            for data in of_person(originals[site], SHARED.charts[site]).values()
        }
        for site in SITES
    }
    assert all(studies.values())
    wanted = set().union(*studies.values())
    rows = house.catalogue.studies(EVERYTHING, Query(studies=tuple(wanted)))
    assert {row.study_instance_uid for row in rows} == wanted
    (subject,) = {row.subject for row in rows}
    assert {site for row in rows for site in row.sites} == set(SITES)
    others = {row.subject for row in house.catalogue.studies(EVERYTHING)} - {subject}
    assert len(others) >= 3  # they are not all one
    with house.dicomweb("steward") as client:
        found = client.search_for_studies(search_filters={"PatientID": subject})
        assert {one["0020000D"]["Value"][0] for one in found} == wanted
        for study in wanted:
            (one,) = client.search_for_studies(search_filters={"StudyInstanceUID": study})
            assert one["00100020"]["Value"] == [subject]


def test_their_exams_keep_the_distance_in_time(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    dates = []
    for site in SITES:
        data = next(iter(of_person(originals[site], SHARED.charts[site]).values()))
        true = pydicom.dcmread(BytesIO(data), stop_before_pixels=True)
        uid = house.names(site).uid(true.StudyInstanceUID)
        (row,) = house.catalogue.studies(EVERYTHING, Query(studies=(uid,)))
        dates.append((day(true.StudyDate), day(row.study_date)))
        assert true.StudyDate != row.study_date
    (true_a, a), (true_b, b) = dates
    assert b - a == true_b - true_a


def day(value: str) -> int:
    """The number of a day given as DA."""
    return date.fromisoformat(value).toordinal()


def test_of_the_person_who_opted_out_nothing_is_at_the_commons(
    house: House, originals: dict[str, dict[str, bytes]]
) -> None:
    theirs = {site: of_person(originals[site], OPTED_OUT.charts[site]) for site in SITES}
    assert [len(files) for files in theirs.values()] == [10, 8]
    for site, files in theirs.items():
        entries = house.entries(site)
        gone = [entry for entry in entries if entry.state is State.OPTED_OUT]
        assert len(gone) == len(
            files
        )  # counted on, though the journal may not know whose they were
        assert not {entry.sop_instance_uid for entry in entries if entry not in gone} & set(files)
        assert not list((Path(house.gateway(site).data) / "outbox").iterdir())
    here = {entry.sop_instance_uid for _, entry in house.instances()}
    mine = {middle(data) for files in theirs.values() for data in files.values()}
    others = {middle(data) for site in SITES for uid, data in originals[site].items()
              if uid not in theirs[site]}  # fmt: skip
    marks = sorted(mine - others)  # some phantoms are the same body under another name
    assert len(marks) > 10
    new = {house.names(site).uid(uid) for site, files in theirs.items() for uid in files}
    assert not here & new
    commons = Path(house.plan.commons.data)
    assert not found_below(commons, marks)
    # The log may know that somebody asked for such a name; nothing else does.
    uids = [uid.encode() for uid in new]
    assert {name.partition("-")[0] for name in found_below(commons, uids)} <= {"role.db"}
    assert not new & set(re.findall(r"2\.25\.\d{39}", repr(rows_of(commons))))
    assert found_below(commons, sorted(others - {b""})[-20:])  # the search does find


def middle(data: bytes) -> bytes:
    """A piece of the pixels."""
    pixels = pydicom.dcmread(BytesIO(data)).get("PixelData", b"")
    at = len(pixels) // 2
    return bytes(pixels[at : at + 256])


def found_below(folder: Path, marks: list[bytes]) -> list[str]:
    """Files in which one of the marks stands."""
    wanted = re.compile(b"|".join(map(re.escape, marks)))
    return [
        path.name for path in folder.rglob("*")
        if path.is_file() and wanted.search(path.read_bytes())
    ]  # fmt: skip
