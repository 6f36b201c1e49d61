"""Faults, races and deaths at any effect: nothing is lost, nothing is twice."""

from __future__ import annotations

import shutil

from tests.flows.admitting import (
    make_mr,
    make_scene,
    release,
    send,
    series,
)

from yushan.base import EVERYTHING, SiteName
from yushan.flows.admit import Ticker


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
            tx.exec_driver_sql("update archive_total set value = 0")
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
