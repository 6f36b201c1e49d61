"""Storing: what is answered as stored is there, what is not leaves nothing, twice is once."""

from __future__ import annotations

import io
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom.data import get_testdata_file
from tests.flows.admitting import Inline, make_file, make_mr, make_scene, release, send

from yushan.base import (
    EVERYTHING,
    Conflict,
    Leaving,
    Rejected,
    Scope,
    SiteName,
    StudyUID,
    Unavailable,
)
from yushan.domain.deid import SiteKeys, load_policy
from yushan.engines.keys import Signer
from yushan.flows.cleaning import PixelWork
from yushan.flows.store import Asking, Desk, Store
from yushan.flows.store import House as Rules
from yushan.services.archive import Stored
from yushan.services.catalogue import Catalogue, Query

if TYPE_CHECKING:
    from tests.unit.archive.making import House

STOW = SiteName("stow")
STEWARD = Asking("account-1", EVERYTHING, STOW)
KEYS = SiteKeys(b"u" * 32, b"p" * 32, b"d" * 32)


@dataclass
class Standing:
    """A store with its rooms."""

    house: House
    catalogue: Catalogue
    store: Store

    def put(self, *objects: bytes, asking: Asking = STEWARD):
        """Store objects as the door does."""
        folder = self.store.begin()
        try:
            files = []
            for number, data in enumerate(objects):
                files.append(folder / f"{number:05d}.part")
                files[-1].write_bytes(data)
            return self.store.run(asking, files)
        finally:
            self.store.end(folder)

    def studies(self):
        return self.catalogue.studies(EVERYTHING)

    def account(self):
        return self.house.admissions.accounting()


def make_store(database, folder, workers=None, scene=None) -> Standing:
    scene = scene or make_scene(database, folder)
    house = scene.house
    catalogue = Catalogue(house.db)
    desk = Desk(
        db=house.db,
        archive=house.archive,
        stored=Stored(Signer(b"\10" * 32)),
        catalogue=catalogue,
        ledger=house.ledger,
        clock=house.clock,
        workers=workers or Inline(),
        house=Rules(load_policy("tw-hospital"), KEYS, PixelWork()),
        folder=folder / "storing",
    )
    return Standing(house, catalogue, Store(desk))


@pytest.fixture
def stands(database, tmp_path):
    return make_store(database, tmp_path)


def by_others(**changes):
    """A CT that another program cleaned."""
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    dataset.PatientName, dataset.PatientID = "ANON", "ANON-1"
    dataset.PatientIdentityRemoved = "YES"
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def reasons(fates):
    return [fate.reasons[:1] for fate in fates]


def test_a_clean_object_is_stored_as_it_is_and_found(stands):
    [fate] = stands.put(release(make_file()))
    assert (fate.reasons, fate.made.coerced, fate.is_duplicate) == ((), False, False)
    [study] = stands.studies()
    assert study.study_instance_uid == fate.made.study_instance_uid
    assert study.sites == (STOW,)
    assert stands.house.archive.check().holds


def test_the_same_again_changes_nothing_and_the_account_closes(stands):
    data = [release(make_file(number=n)) for n in (1, 2)]
    stands.put(*data)
    fates = stands.put(*data, data[0])
    assert [fate.is_duplicate for fate in fates] == [True, True, True]
    [account] = stands.account()
    assert (account.received, account.admitted, account.duplicate) == (5, 2, 3)
    assert account.closes
    assert stands.studies()[0].instances == 2


def test_a_series_that_grows_gets_a_new_version_and_a_change(stands):
    for number in (1, 2):
        stands.put(release(make_file(number=number)))
    [series] = stands.catalogue.series(EVERYTHING)
    found = stands.house.archive.versions(series.series_instance_uid)
    assert [(one.number, one.instances) for one in found] == [(1, 1), (2, 2)]
    kinds = [one.kind.value for one in stands.house.archive.changes()]
    assert kinds == ["created", "replaced"]


def test_objects_of_two_persons_become_two_packs(stands):
    fates = stands.put(
        release(make_file(patient="P1")),
        release(make_file(patient="P2", study="1.2.3.2", series="1.2.3.2.1"), patient="P2"),
    )
    assert reasons(fates) == [(), ()]
    assert stands.house.archive.stats().packs == 2
    [account] = stands.account()
    assert (account.packs, account.closes) == (2, True)


def test_an_original_is_refused_told_of_and_nowhere(stands):
    fates = stands.put(make_file(), b"nothing", release(make_file(number=2)))
    assert reasons(fates) == [("store.not-clean",), ("dicom.not-part10",), ()]
    [account] = stands.account()
    assert (account.received, account.admitted, account.closes) == (1, 1, True)
    kinds = [entry.kind for entry in stands.house.ledger.entries()]
    assert kinds == ["archive.stored", "archive.store-refused"]
    assert [one.name for one in stands.store.desk.folder.iterdir()] == [".lock"]


def test_what_others_cleaned_is_cleaned_again_and_renamed_the_same_way_each_time(stands):
    [one] = stands.put(by_others(SOPInstanceUID="1.2.3.1"))
    [two] = stands.put(by_others(SOPInstanceUID="1.2.3.2"))
    [again] = stands.put(by_others(SOPInstanceUID="1.2.3.1"))
    assert one.made.coerced
    assert one.made.series_instance_uid == two.made.series_instance_uid
    assert one.made.subject == two.made.subject != "ANON-1"
    assert again.is_duplicate
    assert stands.studies()[0].instances == 2


def test_other_bytes_another_person_another_study_are_refused(stands):
    first = release(make_file())
    stands.put(first)
    sent = pydicom.dcmread(io.BytesIO(first))
    variants = []
    for change in (
        {"InstanceNumber": 9},
        {"SOPInstanceUID": f"2.25.{10**38 + 1}", "PatientID": "A" * 16, "PatientName": "A" * 16},
        {"SOPInstanceUID": f"2.25.{10**38 + 2}", "StudyInstanceUID": f"2.25.{10**38 + 3}"},
    ):
        dataset = pydicom.dcmread(io.BytesIO(first))
        for keyword, value in change.items():
            setattr(dataset, keyword, value)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        out = io.BytesIO()
        dataset.save_as(out)
        variants.append(out.getvalue())
    fates = stands.put(*variants)
    assert reasons(fates) == [
        ("store.instance-differs",), ("store.other-person",), ("store.series-elsewhere",),
    ]  # fmt: skip
    wrong = Asking("a", EVERYTHING, STOW, study="1.2.3")
    assert reasons(stands.put(first, asking=wrong)) == [("store.other-study",)]
    right = Asking("a", EVERYTHING, STOW, study=sent.StudyInstanceUID)
    assert stands.put(first, asking=right)[0].is_duplicate


def test_who_sees_a_part_may_add_to_it_and_not_bring_studies(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, [release(make_file())])
    scene.tick()
    stands = make_store(database, tmp_path, scene=scene)
    [series] = stands.catalogue.series(EVERYTHING)
    north = Asking("a", Scope(sites=frozenset({SiteName("north")})), SiteName("north"))
    south = Asking("a", Scope(sites=frozenset({SiteName("south")})), SiteName("south"))
    [sidecar] = scene.house.archive.series_sidecars(series.series_instance_uid)
    entry = sidecar.instances[0]
    data = scene.house.archive.read(sidecar.pack, entry.start, entry.length)
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"2.25.{10**38 + 7}"
    out = io.BytesIO()
    dataset.save_as(out)
    other = release(make_mr(study="1.2.9", series="1.2.9.1"))
    assert reasons(stands.put(out.getvalue(), other, asking=south)) == [
        ("store.study-unknown",), ("store.study-unknown",),
    ]  # fmt: skip
    fates = stands.put(out.getvalue(), other, asking=north)
    assert reasons(fates) == [(), ("store.study-unknown",)]
    assert all(account.closes for account in stands.account())


def test_who_leaves_takes_what_was_stored_about_them_along(stands):
    [fate] = stands.put(release(make_file()))
    leaving = Leaving(subject=fate.made.subject)
    with stands.house.db.begin() as tx:
        stands.catalogue.forget(tx, leaving)
        stands.house.archive.forget(tx, leaving)
        stands.house.ledger.forget(tx, leaving)
    [account] = stands.account()
    assert (account.received, account.opted_out, account.closes) == (1, 1, True)
    assert stands.studies() == []


class Leaves(Inline):
    """Workers during whose work somebody leaves."""

    def __init__(self):
        self.leave = None

    def map(self, function, tasks):
        if function.__name__ == "make" and self.leave is not None:
            leave, self.leave = self.leave, None
            leave()
        return super().map(function, tasks)


def test_a_study_whose_person_leaves_meanwhile_is_not_made_anew(database, tmp_path):
    workers = Leaves()
    stands = make_store(database, tmp_path, workers)
    [fate] = stands.put(release(make_file()))

    def leave():
        leaving = Leaving(subject=fate.made.subject)
        with stands.house.db.begin() as tx:
            stands.catalogue.forget(tx, leaving)
            stands.house.archive.forget(tx, leaving)

    workers.leave = leave
    assert reasons(stands.put(release(make_file(number=2)))) == [("store.study-unknown",)]
    assert stands.studies() == []


def test_a_request_that_is_overtaken_is_placed_anew(database, tmp_path, monkeypatch):
    scene = make_scene(database, tmp_path)
    stands = make_store(database, tmp_path, scene=scene)
    first, second = release(make_file(number=1)), release(make_file(number=2))
    entered = stands.store.enter
    other = make_store(database, tmp_path / "another process", scene=scene)

    def overtaken(asking, fates, seen):
        monkeypatch.setattr(stands.store, "enter", entered)
        other.put(first)
        entered(asking, fates, seen)

    monkeypatch.setattr(stands.store, "enter", overtaken)
    [fate] = stands.put(second)
    assert fate.reasons == ()
    assert stands.studies()[0].instances == 2
    [account] = stands.account()
    assert account.closes


def test_two_at_once_store_each_object_once(stands):
    data = [release(make_file(number=n)) for n in (1, 2, 3)]
    found, faults = [], []

    def run():
        try:
            found.extend(stands.put(*data))
        except Unavailable as fault:
            faults.append(fault.code)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(faults) <= {"store.busy"}
    assert sum(not fate.is_duplicate for fate in found) == 3
    assert stands.studies()[0].instances == 3
    [account] = stands.account()
    assert account.closes


class Dies(Inline):
    """Workers of which some objects kill the child."""

    def run(self, function, *arguments):
        first = arguments[0][0]
        if b"KILLER" in Path(first if isinstance(first, str) else first[0]).read_bytes():
            raise Rejected("sandbox.child-died")
        return super().run(function, *arguments)

    def map(self, function, tasks):
        return [self.run(function, *task) for task in tasks]


def test_an_object_that_kills_the_child_is_refused_alone(database, tmp_path):
    stands = make_store(database, tmp_path, Dies())
    fates = stands.put(b"KILLER", release(make_file()))
    assert reasons(fates) == [("sandbox.child-died",), ()]


def test_nothing_is_there_when_the_transaction_fails_and_the_same_can_be_sent(stands, monkeypatch):
    data = release(make_file())

    def fail(*_arguments):
        raise Unavailable("store.full")

    with monkeypatch.context() as patch:
        patch.setattr(stands.store.desk.stored, "enter", fail)
        with pytest.raises(Unavailable):
            stands.put(data)
    assert stands.studies() == []
    assert stands.account() == []
    assert stands.house.ledger.size() == 0
    assert reasons(stands.put(data)) == [()]
    assert stands.house.archive.check().holds


def test_what_a_dead_process_left_is_swept_after_a_day(stands):
    left = stands.store.begin()
    (left / "00000.part").write_bytes(b"x")
    now = stands.house.clock.now().timestamp()
    os.utime(left, (now, now))
    assert stands.store.sweep() == 0
    os.utime(left, (now - 90_000, now - 90_000))
    assert stands.store.sweep() == 1
    assert not left.exists()


def test_the_same_name_of_a_request_is_entered_once(stands):
    from yushan.services.archive import Outcome

    outcome = Outcome(None, 0, 1)
    with stands.house.db.begin() as tx:
        stands.store.desk.stored.enter(tx, "ab" * 32, STOW, 10, outcome, "2026-12-01T00:00:00Z")
    with pytest.raises(Conflict), stands.house.db.begin() as tx:
        stands.store.desk.stored.enter(tx, "ab" * 32, STOW, 10, outcome, "2026-12-01T00:00:00Z")


MARKS = ("Wang^Hsiao-Ming", "A123456789", "MRN-4711", "Dr^Lin", "STATION-9")


def marked(**changes):
    """An original with marks where hospitals write names and numbers."""
    name, number, other, physician, station = MARKS
    return by_others(
        PatientName=name, PatientID=number, OtherPatientIDs=other, StationName=station,
        ReferringPhysicianName=physician, StudyDescription=f"{name} {other}",
        PatientComments=other, **changes,
    )  # fmt: skip


def test_no_mark_of_a_patient_stays_anywhere(stands, tmp_path, caplog):
    caplog.set_level("DEBUG")
    fates = stands.put(
        marked(PatientIdentityRemoved="NO"),
        marked(PatientIdentityRemoved="YES"),
        b"Wang^Hsiao-Ming",
    )
    assert reasons(fates) == [("store.not-clean",), (), ("dicom.not-part10",)]
    kept = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    told = caplog.text + repr(stands.house.ledger.entries()) + repr(stands.studies())
    packs = [one.pack for one in stands.house.archive.stored()]
    assert len(packs) == 1
    for mark in MARKS:
        assert mark.encode() not in kept
        assert mark not in told


def test_search_finds_what_was_stored_by_study(stands):
    [fate] = stands.put(release(make_file()))
    query = Query(studies=(StudyUID(fate.made.study_instance_uid),))
    assert stands.catalogue.count(EVERYTHING, query) == 1
