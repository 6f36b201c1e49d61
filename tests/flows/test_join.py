"""Small packs of one study become one; who reads, forgets or proves the index never minds."""

import pytest
import sqlalchemy as sa
from tests.flows.admitting import commons_uid, make_mr, make_scene, read_back, release, send, series

from yushan.base import Conflict, Leaving, StudyUID
from yushan.flows.join import Join
from yushan.flows.rebuild import compare_index
from yushan.services.archive import Joining, totals

STUDY, SERIES, OTHER = "1.2.3.1", "1.2.3.1.1", "1.2.3.1.2"
HOUR_S = 3600


class Scene:
    """A study of two series in three packs, of two versions."""

    def __init__(self, database, folder, *, sealed=False):
        self.scene = make_scene(database, folder, sealed=sealed)
        files = series(2)
        for pack in (files[:1], [release(make_mr())], files[1:]):
            send(self.scene, pack)
            self.scene.tick(1)
        self.archive, self.clock = self.scene.house.archive, self.scene.house.clock
        self.joining = Joining(self.archive, folder / "work")
        self.join = Join(database, self.joining, self.scene.house.ledger)

    def subject(self):
        [first, *_] = self.archive.series_sidecars(commons_uid(SERIES))
        return first.subject

    def proves(self, database):
        house = self.scene.house
        return compare_index(database, house.archive, self.scene.catalogue, house.ledger).holds


@pytest.mark.parametrize("sealed", [False, True])
def test_a_study_at_rest_becomes_one_pack_and_reads_as_before(database, tmp_path, sealed):
    found = Scene(database, tmp_path, sealed=sealed)
    before = [data.to_json() for uid in (SERIES, OTHER) for data in read_back(found.scene, uid)]
    versions = [(one.number, one.id) for one in found.archive.versions(commons_uid(SERIES))]
    assert found.join.round() == 0  # it may still grow
    found.clock.advance(HOUR_S + 2)
    assert found.join.round() == 3
    assert found.join.round() == 0
    assert found.archive.stats().packs == 1
    with found.archive.db.read() as tx:
        assert found.archive.stats() == totals.counted(tx)
    assert (found.archive.stats().parts, found.archive.stats().instances) == (3, 3)
    after = [data.to_json() for uid in (SERIES, OTHER) for data in read_back(found.scene, uid)]
    assert after == before
    assert [(one.number, one.id) for one in found.archive.versions(commons_uid(SERIES))] == versions
    assert found.scene.account().closes
    assert found.archive.check().holds
    assert found.proves(database)
    told = found.archive.changes(3)
    assert [(one.kind.value, one.version) for one in told] == [("replaced", 1)] * 2 + [
        ("replaced", 2)
    ]
    assert {one.pack for one in told} == {found.archive.series_sidecars(commons_uid(OTHER))[0].pack}


def test_the_old_packs_stay_for_readers_under_way_and_leave_after(database, tmp_path):
    found = Scene(database, tmp_path)
    [old, *_] = found.archive.series_sidecars(commons_uid(SERIES))
    found.clock.advance(HOUR_S + 2)
    found.join.round()
    found.archive.sweep()
    assert found.archive.read(old.pack, old.instances[0].start, 4)
    found.clock.advance(601)
    assert found.archive.sweep() == 3
    assert len(list(found.archive.store.keys("packs/"))) == 4  # one pack, three sidecars
    assert found.archive.check().holds


@pytest.mark.parametrize("sealed", [False, True])
def test_a_person_who_leaves_takes_everything_along_at_once(database, tmp_path, sealed):
    found = Scene(database, tmp_path, sealed=sealed)
    found.clock.advance(HOUR_S + 2)
    found.join.round()
    with database.begin() as tx:
        forgotten = found.archive.forget(tx, Leaving(subject=found.subject()))
    assert forgotten.keys == (4 if sealed else 0)
    found.archive.sweep()  # also the old packs, whoever may still read them
    assert list(found.archive.store.keys("packs/")) == []
    assert found.scene.account().opted_out == 3
    assert found.scene.account().closes


def test_a_series_that_leaves_is_cut_out_and_the_sums_close(database, tmp_path):
    found = Scene(database, tmp_path)
    found.clock.advance(HOUR_S + 2)
    found.join.round()
    gone = commons_uid(OTHER)
    leaving = Leaving(subject=found.subject(), series=frozenset({gone}))
    apart = found.archive.set_apart(leaving, tmp_path / "work")
    with database.begin() as tx:
        found.archive.forget(tx, leaving, apart)
        found.scene.catalogue.forget(tx, leaving)
    assert found.archive.series_sidecars(gone) == []
    assert len(read_back(found.scene, SERIES)) == 2
    account = found.scene.account()
    assert (account.admitted, account.opted_out, account.closes) == (2, 1, True)
    assert found.proves(database)


def test_a_withdrawal_in_between_wins_and_nothing_comes_back(database, tmp_path):
    found = Scene(database, tmp_path)
    found.clock.advance(HOUR_S + 2)
    [joined] = found.joining.prepare(StudyUID(commons_uid(STUDY)))
    with database.begin() as tx:
        found.archive.forget(tx, Leaving(subject=found.subject()))
    with pytest.raises(Conflict, match=r"archive\.overtaken"), database.begin() as tx:
        found.joining.commit(tx, joined)
    assert found.join.commit(joined) == 0
    found.archive.sweep()
    assert list(found.archive.store.keys("packs/")) == []


def test_a_death_at_any_step_is_made_good_by_the_next_round(database, tmp_path):
    found = Scene(database, tmp_path)
    found.clock.advance(HOUR_S + 2)
    [joined] = found.joining.prepare(StudyUID(commons_uid(STUDY)))  # and the process dies

    def die():
        with database.begin() as tx:
            found.joining.commit(tx, joined)
            raise LookupError

    with pytest.raises(LookupError):
        die()
    assert found.archive.stats().packs == 3
    assert found.join.commit(joined) == 3  # before the feed was read on
    assert found.join.round() == 0
    assert found.archive.check().holds


def test_large_packs_and_other_sites_stay_as_they_are(database, tmp_path):
    found = Scene(database, tmp_path)
    with database.begin() as tx:
        tx.execute(sa.text("update archive_pack set size = size + 100000000"))
    found.clock.advance(HOUR_S + 2)
    assert found.join.round() == 0
    assert found.archive.stats().packs == 3
