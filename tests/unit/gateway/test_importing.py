"""A folder is taken in carefully: every file is taken or left out with a reason."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.unit.gateway.making import Hospital, make_object

from yushan.base import Rejected, Unavailable
from yushan.services.gateway import AssociationHead, Rules, State
from yushan.services.gateway.importing import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.engines.database import Database

OLD = (1_700_000_000, 1_700_000_000)


@pytest.fixture
def hospital(database: Database, tmp_path: Path) -> Hospital:
    return Hospital(database, tmp_path / "gateway")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "disc"


def put(folder: Path, name: str, data: bytes, *, old: bool = True) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if old:
        os.utime(path, OLD)
    return path


def test_a_folder_becomes_an_association_and_its_names_stay_in_the_journal(
    hospital: Hospital, folder: Path
) -> None:
    put(folder, "IM0001", make_object("1.1"))
    put(folder, "deep/王小明 CT.dcm", make_object("1.2"))
    put(folder, "scan.jpg", b"\xff\xd8\xff" + b"x" * 600)
    report = hospital.journal.import_folder(folder)
    assert (report.taken, dict(report.left_out)) == (3, {})
    assert hospital.states() == {"held": 2, "to-digitise": 1}
    place = next(hospital.spool.glob("*/*"))
    head = msgspec.json.decode((place / "association.json").read_bytes(), type=AssociationHead)
    assert (head.kind, head.id) == ("import", report.association)
    assert sorted(path.name for path in place.iterdir()) == [
        "000001.dcm", "000002.dcm", "000003.dcm", "association.json",
    ]  # fmt: skip
    origins = {entry.origin for entry in hospital.journal.page(State.HELD)}
    assert origins == {"IM0001", "deep/王小明 CT.dcm"}
    hospital.clock.advance(hospital.rules.quiet_released_s)
    assert hospital.batches.freeze() == 1


def test_importing_twice_gives_duplicates(hospital: Hospital, folder: Path) -> None:
    put(folder, "a", make_object("1.1"))
    hospital.journal.import_folder(folder)
    hospital.journal.import_folder(folder)
    assert hospital.states() == {"held": 1, "duplicate": 1}


def test_links_pipes_and_tables_of_contents_are_left_out(hospital: Hospital, folder: Path) -> None:
    put(folder, "a", make_object("1.1"))
    put(folder, "dicomdir", b"x")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "linked").symlink_to(folder.parent)
    os.mkfifo(folder / "pipe")
    report = hospital.journal.import_folder(folder)
    assert report.taken == 1
    assert dict(report.left_out) == {"gateway.import-special": 3, "gateway.dicomdir": 1}
    assert ("pipe", "gateway.import-special") in report.examples


def test_a_file_over_the_limit_is_left_out(
    database: Database, tmp_path: Path, folder: Path
) -> None:
    hospital = Hospital(database, tmp_path / "gateway", Rules(import_bytes=100))
    put(folder, "big", b"x" * 101)
    report = hospital.journal.import_folder(folder)
    assert dict(report.left_out) == {"gateway.import-too-large": 1}


def test_a_fresh_file_is_looked_at_twice(hospital: Hospital, folder: Path) -> None:
    put(folder, "fresh", make_object("1.1"), old=False)
    before = hospital.clock.monotonic()
    report = hospital.journal.import_folder(folder)
    assert report.taken == 1
    assert hospital.clock.monotonic() - before == hospital.rules.stable_s


def test_a_file_that_grows_is_left_out(hospital: Hospital, folder: Path) -> None:
    growing = put(folder, "growing", make_object("1.1"), old=False)
    put(folder, "still", make_object("1.2"))
    really_sleep = hospital.clock.sleep

    def sleep(seconds: float) -> None:
        with growing.open("ab") as file:
            file.write(b"more")
        really_sleep(seconds)

    hospital.clock.sleep = sleep  # type: ignore[method-assign]
    report = hospital.journal.import_folder(folder)
    assert report.taken == 1
    assert report.examples == [("growing", "gateway.import-growing")]
    assert list(hospital.spool.rglob("*.part")) == []


def test_names_of_any_bytes_are_kept_escaped(hospital: Hospital, folder: Path) -> None:
    folder.mkdir()
    for name in (b"bad\xff\xfe", b"new\nline", "bidi\u202egnp".encode(), b"n" * 255):
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        path.write_bytes(make_object(f"1.{len(name)}"))
        os.utime(path, OLD)
    report = hospital.journal.import_folder(folder)
    assert report.taken == 4
    names = {entry.origin or "" for entry in hospital.journal.page(State.HELD)}
    assert {"bad\\xff\\xfe", "new\\nline", "bidi\\u202egnp"} <= names
    assert escaped(b"\x1b[2J") == "\\x1b[2J"


def test_the_folder_must_be_there_and_outside_the_spool(hospital: Hospital, folder: Path) -> None:
    with pytest.raises(Rejected, match="import-no-folder"):
        hospital.journal.import_folder(folder)
    for inside in (hospital.spool, hospital.associate(), hospital.base):
        with pytest.raises(Rejected, match="import-from-spool"):
            hospital.journal.import_folder(inside)


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Files cannot grow beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    hospital: Hospital, folder: Path
) -> None:
    put(folder, "a", b"x" * 2_000_000)
    with disk_of(1_500_000), pytest.raises(Unavailable, match="disk-full"):
        hospital.journal.import_folder(folder)
    assert list(hospital.spool.rglob("*.part")) == []
    assert list(hospital.spool.rglob("*.dcm")) == []
    report = hospital.journal.import_folder(folder)
    assert report.taken == 1
