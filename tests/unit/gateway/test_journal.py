"""What lies in the spool is journaled once, judged rightly, and always accounted for."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from pydicom.data import get_testdata_file
from tests.unit.gateway.making import NOON, Hospital, make_object

from yushan.base import Broken
from yushan.services.gateway import Period, Rules, State
from yushan.services.gateway.reading import Kind, content_start, kind_of, read_arrival
from yushan.services.gateway.tables import OBJECT

if TYPE_CHECKING:
    from yushan.engines.database import Database


@pytest.fixture
def hospital(database: Database, tmp_path: Path) -> Hospital:
    return Hospital(database, tmp_path)


def test_an_object_is_journaled_once_and_waits_for_its_series(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"), make_object("1.2"))
    assert hospital.journal.scan() == 2
    assert hospital.journal.scan() == 0
    assert hospital.states() == {"held": 2}
    assert hospital.journal.closes()


def test_a_file_that_comes_later_into_the_same_folder_is_found(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.receive(make_object("1.2"))
    assert hospital.journal.scan() == 1


def test_an_unchanged_old_folder_is_not_listed_again(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    folder = hospital.associate()
    os.utime(folder, (1_700_000_000, 1_700_000_000))
    hospital.journal.scan()
    assert list(hospital.journal.spool.changed()) == []
    hospital.receive(make_object("1.2"))
    assert [one.association for one in hospital.journal.spool.changed()] == [folder.name]


def test_a_folder_without_head_still_counts(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"))
    (hospital.associate() / "association.json").write_text("{broken")
    assert hospital.journal.scan() == 1
    (share,) = hospital.journal.accounting().by_device
    assert share.name == ("", "CT1", "Modell")


def test_same_bytes_are_a_duplicate(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"), make_object("1.1"))
    hospital.receive(make_object("1.1"), association=2)
    hospital.journal.scan()
    assert hospital.states() == {"held": 1, "duplicate": 2}


def test_the_same_object_under_another_writers_meta_is_a_duplicate(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"), make_object("1.1", writer="OTHER PACS"))
    hospital.journal.scan()
    assert hospital.states() == {"held": 1, "duplicate": 1}


def test_other_bytes_of_the_same_uid_are_a_conflict_and_the_first_stays(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1", pixel=1))
    hospital.journal.scan()
    hospital.receive(make_object("1.1", pixel=2), make_object("1.1", pixel=1))
    hospital.journal.scan()
    assert hospital.states() == {"held": 1, "conflict": 1, "duplicate": 1}
    (first,) = hospital.journal.page(State.HELD)
    assert first.file == "000001.dcm"


@pytest.mark.parametrize(
    ("data", "state", "reason"),
    [
        (b"", "refused", "gateway.empty-file"),
        (b"\xff\xd8\xff\xe0" + b"x" * 600, "to-digitise", "gateway.not-dicom"),
        (b"%PDF-1.7 " + b"x" * 600, "to-digitise", "gateway.not-dicom"),
        (b"\0\0\0\x20ftypmp42" + b"x" * 600, "to-digitise", "gateway.not-dicom"),
        (b"PK\x03\x04" + b"x" * 600, "refused", "gateway.archive-file"),
        (b"hello, I am a text\n" * 50, "refused", "gateway.not-an-image"),
        (make_object("1.9")[:-100], "refused", "dicom.truncated"),
        (make_object("1.9")[132:], "quarantined", "dicom.no-preamble"),
    ],
)
def test_what_is_no_whole_dicom_object_gets_its_state_and_reason(
    hospital: Hospital, data: bytes, state: str, reason: str
) -> None:
    hospital.receive(data)
    hospital.journal.scan()
    assert hospital.states() == {state: 1}
    (one,) = hospital.journal.accounting().reasons
    assert (one.state, one.reason, one.count) == (state, reason, 1)


def test_a_dicomdir_is_refused(hospital: Hospital) -> None:
    hospital.receive(Path(get_testdata_file("DICOMDIR")).read_bytes())
    hospital.journal.scan()
    (one,) = hospital.journal.accounting().reasons
    assert (one.state, one.reason) == ("refused", "gateway.dicomdir")


def test_more_than_one_transaction_full_is_taken(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yushan.services.gateway.scanning.CHUNK", 3)
    hospital.receive(*(make_object(f"1.{n}") for n in range(1, 9)))
    assert hospital.journal.scan() == 8
    assert hospital.states() == {"held": 8}


def test_files_found_at_start_are_taken_and_leftovers_of_imports_removed(
    hospital: Hospital,
) -> None:
    hospital.receive(make_object("1.1"))
    left = hospital.associate(2, kind="import") / "000001.part"
    left.write_bytes(b"half")
    os.utime(left, (1_700_000_000, 1_700_000_000))
    fresh = hospital.associate(2) / "000002.part"
    fresh.write_bytes(b"half")
    theirs = hospital.associate(1) / "000009.part"
    theirs.write_bytes(b"half")
    os.utime(theirs, (1_700_000_000, 1_700_000_000))
    assert hospital.journal.start(1_750_000_000) == 1
    assert not left.exists()
    assert fresh.exists()
    assert theirs.exists()


def test_a_row_without_file_is_an_alarm_until_the_file_is_back(hospital: Hospital) -> None:
    (name,) = hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    path = hospital.associate() / name
    data = path.read_bytes()
    path.unlink()
    assert hospital.journal.check_files() == 1
    assert hospital.journal.check_files() == 0
    (alarm,) = hospital.journal.alarms()
    assert (alarm.code, alarm.file) == ("gateway.file-missing", name)
    assert hospital.journal.accounting().alarms == 1
    path.write_bytes(data)
    hospital.journal.check_files()
    assert hospital.journal.alarms() == ()
    path.unlink()
    assert hospital.journal.check_files() == 1


def test_sums_are_shown_by_association_day_device_class_and_hour(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1", station="CT1"), make_object("1.2", station="CT2"))
    hospital.receive(make_object("1.3", series="1.4", modality="MR"), association=2)
    for path in hospital.spool.rglob("*.dcm"):
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    hospital.journal.scan()
    said = hospital.journal.accounting()
    assert said.received == 3
    assert said.closes
    assert [share.received for share in said.by_association] == [2, 1]
    assert [share.name for share in said.by_day] == [("20261201",)]
    assert {share.name[1]: share.received for share in said.by_device} == {"CT1": 2, "CT2": 1}
    assert {share.name[0]: share.received for share in said.by_modality} == {"CT": 2, "MR": 1}
    assert said.hourly == (("2026120112", 3),)


def test_a_period_counts_only_its_hours(hospital: Hospital) -> None:
    (early,) = hospital.receive(make_object("1.1"))
    (late,) = hospital.receive(make_object("1.2"))
    hour = 3600.0
    os.utime(hospital.associate() / early, (NOON.timestamp(), NOON.timestamp()))
    os.utime(hospital.associate() / late, (NOON.timestamp() + hour, NOON.timestamp() + hour))
    hospital.journal.scan()
    first = hospital.journal.accounting(Period(NOON, NOON + timedelta(minutes=90)))
    assert (first.received, first.closes, first.states[State.HELD]) == (1, True, 1)
    both = hospital.journal.accounting(Period(NOON))
    assert (both.received, both.closes) == (2, True)


def test_a_row_that_vanishes_breaks_the_sum(hospital: Hospital) -> None:
    hospital.receive(make_object("1.1"), make_object("1.2"))
    hospital.journal.scan()
    with hospital.db.begin() as tx:
        tx.execute(sa.delete(OBJECT).where(OBJECT.c.sop_instance_uid == "1.1"))
    said = hospital.journal.accounting()
    assert not said.closes
    assert not hospital.journal.closes()
    assert said.difference == 1
    assert said.lost_associations == (f"{1:032x}",)
    hospital.receive(make_object("1.3"))
    with pytest.raises(Broken, match="sum-broken"):
        hospital.journal.scan()


def test_originals_go_only_after_the_commons_admitted_them(
    database: Database, tmp_path: Path
) -> None:
    hospital = Hospital(database, tmp_path, Rules(keep_days=1.0))
    hospital.receive(make_object("1.1"), make_object("1.1"))
    hospital.journal.scan()
    hospital.clock.advance(3 * 86400)
    assert hospital.journal.purge() == 0
    assert len(list(hospital.spool.rglob("*.dcm"))) == 2


def test_nothing_is_purged_by_default(hospital: Hospital) -> None:
    assert hospital.rules.keep_days is None
    assert hospital.journal.purge() == 0


def test_kinds_are_told_by_first_bytes() -> None:
    assert kind_of(make_object()[:512]) is Kind.DICOM
    assert kind_of(b"RIFF\0\0\0\0AVI LIST") is Kind.PICTURE
    assert kind_of(b"GIF89a") is Kind.PICTURE
    assert kind_of(b"") is Kind.EMPTY


def test_content_begins_after_the_meta_group() -> None:
    data = make_object()
    start = content_start(data[:512])
    assert data[start : start + 4] == b"\x08\x00\x08\x00"
    assert content_start(b"\0" * 512) == 0


def test_a_large_file_is_mapped_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.dcm"
    path.write_bytes(make_object())
    small = read_arrival(path)
    monkeypatch.setattr("yushan.services.gateway.reading.MAPPED_FROM", 0)
    assert read_arrival(path) == small
