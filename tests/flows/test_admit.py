"""Admission on real files: what a hospital sent is found again under the commons' names."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa
from tests.flows.admitting import (
    OTHER,
    PERSON,
    Gate,
    commons_uid,
    make_file,
    make_mr,
    make_scene,
    read_back,
    release,
    send,
    series,
    site_keys,
)

from yushan.assembly.parts import accepted_policies
from yushan.base import EVERYTHING, Leaving, Rejected, SiteName, Unavailable
from yushan.domain.deid import load_policy, site_pseudonym, with_options
from yushan.domain.verifier import verify
from yushan.engines.sandbox import Children
from yushan.flows.admit import Ticker, judging
from yushan.flows.admit.story import FIRST_WAIT_S
from yushan.flows.rebuild import rebuild_index
from yushan.services.catalogue import Query
from yushan.services.catalogue.tables import METADATA as CATALOGUE

STUDY, SERIES = "1.2.3.1", "1.2.3.1.1"


#: Tables in which numbers stand that a new index counts anew.
NUMBERED = {"catalogue_profile", "catalogue_state", "catalogue_word"}


def dump(database):
    with database.read() as tx:
        return {
            table.name: sorted(map(repr, tx.execute(sa.select(table))))
            for table in CATALOGUE.sorted_tables
            if table.name not in NUMBERED
        }


def test_a_pack_becomes_searchable_and_readable(database, tmp_path):
    scene = make_scene(database, tmp_path)
    files = series(3)
    pack = send(scene, files)
    assert scene.tick() == 1
    state = scene.state(pack)
    assert (state.state, state.searchable, state.reasons) == ("admitted", 3, ())
    study = scene.catalogue.study(EVERYTHING, commons_uid(STUDY))
    assert (study.series, study.instances, study.modalities) == (1, 3, ("CT",))
    assert study.sites == ("north",)
    found = read_back(scene, SERIES)
    assert [one.InstanceNumber for one in found] == [1, 2, 3]
    original = site_pseudonym(site_keys("north"), "P1")
    for one in found:
        assert one.PatientID == one.PatientName == study.subject != original
        assert one.StudyInstanceUID == commons_uid(STUDY)
    account = scene.account()
    assert (account.received, account.admitted, account.closes) == (3, 3, True)
    assert not scene.house.admissions.incoming(SiteName("north"), pack).path.exists()
    assert list((tmp_path / "work").iterdir()) == []


def test_what_is_stored_passes_the_verifier_and_keeps_its_pixels(database, tmp_path):
    scene = make_scene(database, tmp_path)
    files = series(1)
    send(scene, files)
    scene.tick()
    [sidecar] = scene.house.archive.series_sidecars(commons_uid(SERIES))
    [entry] = sidecar.instances
    data = scene.house.archive.read(sidecar.pack, entry.start, entry.length)
    assert verify(data, subject=sidecar.subject) == ()
    assert len(data) == len(files[0])
    [one] = read_back(scene, SERIES)
    before = make_file()
    [(start, length)] = entry.frames
    assert data[start : start + length] in before
    assert one.PixelData == data[start : start + length]
    for at, kind in entry.spots:
        if kind == "uid":
            assert data[at : at + 5] == b"2.25."
        if kind == "pid":
            assert data[at : at + 16] == sidecar.subject.encode()
    assert entry.metadata["00100020"]["Value"] == [sidecar.subject]


def test_one_person_is_one_subject_across_hospitals_with_one_shift(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1), "north", identity=PERSON)
    send(scene, series(1, "south", "Q7"), "south", patient="Q7", identity=PERSON)
    send(scene, series(1, "east", "R3"), "east", patient="R3", identity=OTHER)
    scene.tick()
    rows = scene.catalogue.studies(EVERYTHING)
    assert len(rows) == 3
    by_site = {row.sites[0]: row for row in rows}
    assert by_site["north"].subject == by_site["south"].subject != by_site["east"].subject
    assert by_site["north"].study_date == by_site["south"].study_date
    assert scene.catalogue.totals().subjects == 2


def test_a_person_without_a_number_stays_unlinked(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1), "north", identity=None)
    send(scene, series(1, "south"), "south", identity=None)
    scene.tick()
    assert scene.catalogue.totals().subjects == 2
    assert {token for token, *_ in scene.gate.asked} == {None}


def test_the_ledger_tells_what_happened_without_names(database, tmp_path):
    scene = make_scene(database, tmp_path)
    pack = send(scene, series(2))
    scene.tick()
    [entry] = scene.house.ledger.entries(kind="archive.admitted")
    [sidecar] = scene.house.archive.series_sidecars(commons_uid(SERIES))
    assert entry.facts == {
        "site": "north",
        "source": pack,
        "pack": sidecar.pack,
        "instances": 2,
        "duplicate": 0,
        "quarantined": 0,
        "opted_out": 0,
    }
    assert scene.house.ledger.private(entry.number) == {"subject": sidecar.subject}
    assert scene.house.ledger.verify().holds


def test_the_consent_list_is_asked_with_the_true_day(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1))
    scene.tick()
    token, modality, site, day = scene.gate.asked[-1]
    assert (token, modality, site) == (PERSON.encode(), "CT", "north")
    assert day.strftime("%Y%m%d") == "20040119"


def test_without_a_fresh_list_everything_is_held_and_tried_again(database, tmp_path):
    scene = make_scene(database, tmp_path)
    scene.gate.failing = Unavailable("consent.list-stale")
    pack = send(scene, series(2))
    scene.tick()
    state = scene.state(pack)
    assert (state.state, state.reasons) == ("held", ("consent.list-stale",))
    assert (scene.account().in_work, scene.account().closes) == (2, True)
    assert scene.catalogue.totals().studies == 0
    assert scene.tick() == 0
    scene.gate.failing = None
    assert scene.tick(31) == 1
    assert scene.state(pack).state == "admitted"


def test_who_opted_out_leaves_nothing_but_a_count(database, tmp_path):
    scene = make_scene(database, tmp_path, gate=Gate({(PERSON.encode(), "*")}))
    pack = send(scene, series(2))
    scene.tick()
    assert (scene.state(pack).state, scene.state(pack).searchable) == ("admitted", 0)
    assert (scene.account().opted_out, scene.account().closes) == (2, True)
    assert list(scene.house.store.keys()) == []
    assert not scene.house.admissions.incoming(SiteName("north"), pack).path.exists()
    [entry] = scene.house.ledger.entries(kind="archive.admitted")
    assert (entry.facts["opted_out"], entry.commitments) == (2, {})


def test_who_stopped_one_modality_keeps_the_others(database, tmp_path):
    scene = make_scene(database, tmp_path, gate=Gate({(PERSON.encode(), "MR")}))
    mixed = [*series(1), release(make_mr())]
    send(scene, mixed)
    scene.tick()
    assert [row.modality for row in scene.catalogue.series(EVERYTHING)] == ["CT"]
    assert (scene.account().admitted, scene.account().opted_out) == (1, 1)


def test_one_pack_may_hold_several_series(database, tmp_path):
    scene = make_scene(database, tmp_path)
    mixed = [*series(2), release(make_mr())]
    send(scene, mixed)
    scene.tick()
    rows = scene.catalogue.series(EVERYTHING)
    assert sorted((row.modality, row.instances) for row in rows) == [("CT", 2), ("MR", 1)]
    assert len({row.packs for row in rows}) == 1
    assert scene.house.archive.check().holds


def test_late_instances_join_their_series_and_known_ones_count_once(database, tmp_path):
    scene = make_scene(database, tmp_path)
    first = series(3)
    send(scene, first[:2])
    scene.tick()
    scene.house.clock.advance(1)
    late = send(scene, first[1:])
    scene.tick(1)
    assert scene.state(late).searchable == 2
    account = scene.account()
    assert (account.admitted, account.duplicate, account.received) == (3, 1, 4)
    assert account.closes
    [row] = scene.catalogue.series(EVERYTHING)
    assert (row.instances, len(row.packs)) == (3, 2)
    assert [one.InstanceNumber for one in read_back(scene, SERIES)] == [1, 2, 3]
    again = send(scene, [first[0], first[0]])
    scene.tick(1)
    assert scene.state(again).state == "admitted"
    assert (scene.account().duplicate, scene.account().closes) == (3, True)
    assert scene.house.archive.stats().instances == 3


def test_an_instance_with_other_content_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1))
    scene.tick()
    other = send(scene, [release(make_file(SeriesNumber=77))])
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert (found.source, found.reasons) == (other, ("archive.instance-conflict",))
    assert (scene.account().quarantined, scene.account().closes) == (1, True)
    assert scene.catalogue.totals().instances == 1


def test_a_file_that_fails_the_verifier_is_set_aside_with_its_reason(database, tmp_path):
    scene = make_scene(database, tmp_path)
    good, bad = series(2)
    leak = bad.replace(b"CT_small", b"CT_small")
    place = bad.index(b"GE MEDICAL") if b"GE MEDICAL" in bad else 0
    leak = bad[:place] + b"WANG^DAWEI" + bad[place + 10 :] if place else leak
    leak = b"\1" + leak[1:]  # and the preamble speaks
    pack = send(scene, [good, leak])
    scene.tick()
    assert scene.state(pack).searchable == 1
    [found] = scene.house.admissions.quarantined()
    assert found.member == "00001.dcm"
    assert "verifier.preamble" in found.reasons
    assert (scene.account().admitted, scene.account().quarantined) == (1, 1)
    assert scene.account().closes


def test_a_file_that_is_no_dicom_or_not_of_stage_one_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, [b"not DICOM at all", make_file(), *series(1)])
    scene.tick()
    reasons = {one.member: one.reasons for one in scene.house.admissions.quarantined()}
    assert set(reasons) == {"00000.dcm", "00001.dcm"}
    assert reasons["00001.dcm"] == ("deid.not-stage-one",)
    assert (scene.account().admitted, scene.account().closes) == (1, True)


def test_another_persons_file_in_the_pack_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    strange = release(make_file(patient="P2", series="1.2.3.9"), patient="P2")
    send(scene, [*series(1), strange])
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert found.reasons == ("archive.another-person",)
    assert scene.account().closes


def test_a_study_under_two_persons_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1))
    scene.tick()
    send(scene, series(1, patient="P2", series="1.2.3.1.7"), patient="P2", identity=OTHER)
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert found.reasons == ("archive.study-of-another",)
    assert scene.catalogue.totals().subjects == 1


def test_a_series_in_two_studies_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1))
    scene.tick()
    send(scene, [release(make_file(study="1.2.3.2", number=5))])
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert found.reasons == ("archive.series-of-another",)
    assert scene.account().closes


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [("AAAA", "keys.seal-broken"), ("A", "linkage.envelope-malformed")],
)
def test_an_envelope_that_does_not_open_refuses_the_pack_and_keeps_its_bytes(
    database, tmp_path, envelope, reason
):
    scene = make_scene(database, tmp_path)
    files = series(2)
    pack = send(scene, files, envelope=envelope)
    scene.tick()
    state = scene.state(pack)
    assert (state.state, state.reasons) == ("refused", (reason,))
    assert (scene.account().quarantined, scene.account().closes) == (2, True)
    assert scene.house.admissions.incoming(SiteName("north"), pack).path.exists()
    [entry] = scene.house.ledger.entries(kind="archive.refused")
    assert (entry.facts["instances"], entry.facts["reason"]) == (2, reason)
    assert scene.tick(10_000) == 0
    assert send(scene, files) == pack
    scene.tick(1)
    assert scene.state(pack).state == "admitted"
    assert (scene.account().admitted, scene.account().received) == (2, 2)
    assert scene.account().closes


def test_an_envelope_of_another_person_does_not_open(database, tmp_path):
    scene = make_scene(database, tmp_path)
    pack = send(scene, series(1), subject="Z" * 16)
    scene.tick()
    assert scene.state(pack).reasons == ("keys.seal-broken",)


def test_children_do_the_work_and_one_that_dies_takes_one_file(database, tmp_path):
    workers = Children(2)
    try:
        scene = make_scene(database, tmp_path, workers=workers)
        send(scene, series(2))
        scene.tick()
        assert scene.account().admitted == 2
    finally:
        workers.close()


def test_a_file_that_kills_its_child_is_set_aside_alone(database, tmp_path, monkeypatch):
    files = series(3)
    real = judging.judge

    class Fragile:
        """Workers whose child dies on one member."""

        def run(self, function, path, members, how):
            if any(member.name == "00001.dcm" for member in members):
                raise Rejected("sandbox.child-died")
            return real(path, members, how)

        def map(self, function, tasks):
            return [self.run(function, *task) for task in tasks]

    scene = make_scene(database, tmp_path, workers=Fragile())
    send(scene, files)
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert (found.member, found.reasons) == ("00001.dcm", ("sandbox.child-died",))
    assert (scene.account().admitted, scene.account().closes) == (2, True)


def test_a_fault_of_ours_holds_the_pack_longer_each_time(database, tmp_path):
    class Broken:
        def map(self, function, tasks):
            raise RuntimeError("planted")

    scene = make_scene(database, tmp_path, workers=Broken())
    pack = send(scene, series(1))
    waits = []
    for _ in range(4):
        waited = 0
        while not scene.tick(15 if waited else 0):
            waited += 15
        waits.append(waited)
        assert scene.state(pack).reasons == ("archive.admission-failed",)
        scene.house.clock.advance(15)
    assert waits == sorted(waits)
    assert waits[-1] > waits[1]


def test_an_attempt_overtaken_by_another_pack_of_the_study_is_made_anew(database, tmp_path):
    scene = make_scene(database, tmp_path)
    files = series(3)
    slow = send(scene, files[:2])
    prepared = scene.admit.prepare(SiteName("north"), slow)
    fast = send(scene, files[1:])
    assert scene.admit.run(SiteName("north"), fast)
    assert not scene.admit.enter(SiteName("north"), slow, prepared)
    assert scene.state(slow).reasons == ("archive.overtaken",)
    scene.tick(2)
    account = scene.account()
    assert (account.admitted, account.duplicate, account.closes) == (3, 1, True)
    [row] = scene.catalogue.series(EVERYTHING)
    assert row.instances == 3
    assert scene.house.archive.check().holds


def test_two_attempts_at_once_admit_once(database, tmp_path):
    scene = make_scene(database, tmp_path)
    pack = send(scene, series(2))
    north = SiteName("north")
    first, second = (scene.admit.prepare(north, pack) for _ in range(2))
    assert scene.admit.enter(north, pack, first)
    assert scene.admit.enter(north, pack, second)
    assert scene.admit.prepare(north, pack) is None
    assert scene.house.archive.stats().packs == 1
    assert scene.catalogue.totals().instances == 2
    assert len(scene.house.ledger.entries(kind="archive.admitted")) == 1


def test_the_index_is_rebuilt_from_packs_alone(database, tmp_path):
    scene = make_scene(database, tmp_path)
    first = series(3)
    send(scene, first[:2])
    send(scene, series(1, "south", "Q7"), "south", patient="Q7")
    scene.tick()
    send(scene, first[2:])
    scene.tick(1)
    before = dump(database)
    rebuilt = rebuild_index(database, scene.house.archive, scene.catalogue, scene.house.ledger)
    assert (rebuilt.packs, rebuilt.instances) == (3, 4)
    assert dump(database) == before
    assert scene.house.archive.check().holds
    assert scene.account().closes


def test_a_forgotten_person_is_gone_from_archive_and_catalogue(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(2))
    send(
        scene,
        series(1, patient="P2", study="1.2.9", series="1.2.9.1"),
        patient="P2",
        identity=OTHER,
    )
    scene.tick()
    gone = scene.catalogue.study(EVERYTHING, commons_uid(STUDY)).subject
    with database.begin() as tx:
        assert scene.house.archive.forget(tx, Leaving(subject=gone)).removed == 1
        assert scene.catalogue.forget(tx, Leaving(subject=gone)).removed == 1
        assert scene.house.ledger.forget(tx, Leaving(subject=gone)).removed == 1
    assert scene.house.archive.sweep() == 1
    assert scene.catalogue.studies(EVERYTHING, Query(subjects=(gone,))) == []
    account = scene.account()
    assert (account.admitted, account.opted_out, account.received) == (1, 2, 3)
    assert account.closes
    assert scene.house.archive.check().holds
    assert scene.house.ledger.verify().holds


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """Wraps a database or a store and dies at the n-th durable act."""

    def __init__(self, inner, life):
        self.inner, self.life = inner, life

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def act(self):
        self.life[0] -= 1
        if self.life[0] == 0:
            raise Killed


class MortalStore(Mortal):
    def put(self, key, source):
        self.act()
        self.inner.put(key, source)
        self.act()


class MortalDatabase(Mortal):
    def begin(self):
        return MortalTransaction(self)


class MortalTransaction:
    def __init__(self, db):
        self.db, self.real = db, db.inner.begin()

    def __enter__(self):
        self.db.act()
        return self.real.__enter__()

    def __exit__(self, kind, error, trace):
        if kind is None:
            try:
                self.db.act()  # dies before the commit
            except Killed as killed:
                self.real.__exit__(type(killed), killed, killed.__traceback__)
                raise
        done = self.real.__exit__(kind, error, trace)
        if kind is None:
            self.db.act()  # dies after it
        return done


def mortal(scene, life):
    """The same rooms over a database and a store that die."""
    db = MortalDatabase(scene.house.db, life)
    store = MortalStore(scene.house.store, life)
    for room in (scene.house.admissions, scene.house.archive, scene.catalogue, scene.house.ledger):
        room.db = db
    for room in (scene.house.admissions, scene.house.archive):
        room.store = store
    object.__setattr__(scene.admit.desk, "db", db)
    return scene


def test_an_admission_begun_by_a_process_that_died_at_once_runs_in_the_next_life(
    database, tmp_path
):
    scene = make_scene(database, tmp_path)
    pack = send(scene, series(2))
    died = Ticker(scene.admit.desk, lambda *_: None)  # begun, and never came to run
    assert died.tick(0.0) == 1
    assert scene.tick() == 0  # it is taken to be under way
    begun: list[tuple[str, int]] = []
    again = Ticker(scene.admit.desk, lambda site, found, attempt: begun.append((found, attempt)))
    again.round()
    assert begun == [(pack, 1)]
    again.round()
    assert len(begun) == 1
    assert scene.ticker.resume() == 1
    assert scene.state(pack).state == "admitted"
    assert scene.ticker.resume() == 0


def test_a_process_killed_at_any_point_loses_and_doubles_nothing(database, tmp_path):
    files = [*series(1), release(make_mr()), b"not DICOM"]
    survived, at = False, 0
    while not survived:
        at += 1
        folder = tmp_path / str(at)
        scene = make_scene(database, folder)
        with database.begin() as tx:
            for table in ("incoming", "pack", "part", "intent", "quarantine"):
                tx.exec_driver_sql(f"delete from archive_{table}")
            scene.catalogue.clear(tx)
        pack = send(scene, files)
        try:
            mortal(make_scene(database, folder, dealt=scene.parties.dealt), [at]).tick()
            survived = True
        except Killed:
            pass
        assert scene.house.archive.check().holds, at
        assert scene.account().closes, at
        for _ in range(3):
            scene.tick(1000)
        assert scene.state(pack).state == "admitted", at
        account = scene.account()
        assert (account.admitted, account.quarantined, account.closes) == (2, 1, True), at
        assert scene.catalogue.totals().instances == 2, at
        scene.house.clock.advance(100_000)
        scene.house.archive.sweep()
        assert len(list(scene.house.store.keys("packs/"))) == 3, at
        assert scene.house.archive.check().holds, at
        shutil.rmtree(folder)
    assert at > 15
    assert scene.house.ledger.verify().holds


def test_a_pack_under_a_policy_that_is_not_accepted_is_held_until_it_is(database, tmp_path):
    scene = make_scene(database, tmp_path)
    wider = load_policy("research-full")
    pack = send(scene, [release(make_file(), policy="research-full")], policy=wider.name,
                policy_digest=wider.digest)  # fmt: skip
    scene.tick()
    assert scene.state(pack).reasons == ("archive.policy-unaccepted",)
    assert (scene.account().in_work, scene.account().closes) == (1, True)
    scene.admit.desk.accepted.update(accepted_policies(["research-full"]))
    scene.tick(4 * FIRST_WAIT_S)
    assert (scene.account().admitted, scene.account().closes) == (1, True)


def test_what_a_policy_lets_objects_say_is_asked_of_its_own_packs_only(database, tmp_path):
    scene = make_scene(database, tmp_path)
    wider = with_options(load_policy("tw-hospital"), ["+retain_uids"])
    kept = release(make_file(), policy=wider)
    send(scene, [kept])
    scene.tick()
    assert (scene.account().quarantined, scene.account().admitted) == (1, 0)
