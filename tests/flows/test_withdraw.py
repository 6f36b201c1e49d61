"""A new opt-out reaches every copy at the commons, in whatever life."""

from datetime import date

import pytest
from tests.databases import make_database
from tests.flows.admitting import (
    OTHER,
    PERSON,
    commons_uid,
    make_mr,
    make_scene,
    read_back,
    release,
    send,
    series,
)
from tests.flows.test_admit_deaths import Killed, mortal

from yushan.base import EVERYTHING, SiteName, Unavailable
from yushan.flows.withdraw import REMAINS, Desk, Ticker, Withdraw
from yushan.services.withdrawal import Cases, Stage

TOKEN, OTHERS = PERSON.encode(), OTHER.encode()
CT, MR = "1.2.3.1.1", "1.2.3.1.2"


def withdrawing(scene, folder):
    """The flow over a scene's rooms."""
    house = scene.house
    return Withdraw(
        Desk(
            db=scene.admit.desk.db,
            register=scene.admit.desk.register,
            cases=Cases(scene.admit.desk.db, house.clock),
            catalogue=scene.catalogue,
            archive=house.archive,
            admissions=house.admissions,
            ledger=house.ledger,
            linker=scene.admit.desk.linker,
            consent=scene.gate,
            folder=folder / "work",
        )
    )


def two_persons(database, folder):
    """Each with one series; the second is somebody else."""
    scene = make_scene(database, folder)
    send(scene, series(2))
    send(scene, series(1, patient="P2", study="1.2.9", series="1.2.9.1"), patient="P2",
         identity=OTHER)  # fmt: skip
    scene.tick()
    return scene


def kinds(scene):
    return [e.kind for e in scene.house.ledger.entries() if e.kind.startswith("withdrawal.")]


def test_an_opt_out_takes_every_image_and_name_of_the_person(database, tmp_path):
    scene = two_persons(database, tmp_path)
    flow = withdrawing(scene, tmp_path)
    assert flow.notice() == 0
    [mine] = [row for row in scene.catalogue.series(EVERYTHING) if row.instances == 2]
    scene.gate.stopped.add((TOKEN, "*"))
    scene.gate.stopped.add((TOKEN, "CT"))
    assert (flow.notice(), flow.notice()) == (1, 0)
    assert flow.go_on() == 1
    assert read_back(scene, CT) == []
    assert [row.subject == mine.subject for row in scene.catalogue.series(EVERYTHING)] == [False]
    assert scene.admit.desk.register.find(mine.subject) is None
    assert not any(mine.packs[0] in key for key in scene.house.store.keys("packs/"))
    account = scene.account()
    assert (account.admitted, account.opted_out, account.closes) == (1, 2, True)
    assert scene.house.archive.check().holds
    [case] = flow.desk.cases.page()
    assert (case.stage, case.leaving, case.whole) == (Stage.ENDED, None, True)
    assert case.rooms["archive"].removed == case.rooms["catalogue"].removed == 1
    assert (flow.notice(), flow.go_on()) == (0, 0)


def test_the_ledger_proves_it_and_names_what_stays_and_nobody(database, tmp_path):
    scene = two_persons(database, tmp_path)
    scene.gate.stopped |= {(TOKEN, "*"), (TOKEN, "CT")}
    subject = scene.admit.desk.register.among([TOKEN]).__next__().subject
    flow = withdrawing(scene, tmp_path)
    flow.notice()
    flow.go_on()
    assert kinds(scene) == ["withdrawal.opened", "withdrawal.hidden", "withdrawal.ended"]
    ledger = scene.house.ledger
    [hidden] = ledger.entries(kind="withdrawal.hidden")
    assert hidden.facts["rooms"]["archive"] == {"removed": 1, "files": 2}
    [ended] = ledger.entries(kind="withdrawal.ended")
    assert ended.facts["remains"] == list(REMAINS)
    entries = ledger.entries()
    assert subject not in repr(entries)
    assert all(subject not in ledger.private(e.number).values() for e in entries)
    assert ledger.verify().holds


def test_one_modality_leaves_and_the_other_stays_readable(database, tmp_path):
    scene = make_scene(database, tmp_path)
    both = [*series(2), release(make_mr())]
    pack = send(scene, both)  # one pack, two series
    scene.tick()
    before = [one.SOPInstanceUID for one in read_back(scene, MR)]
    scene.gate.stopped.add((TOKEN, "CT"))
    flow = withdrawing(scene, tmp_path)
    assert (flow.notice(), flow.go_on()) == (1, 1)
    assert read_back(scene, CT) == []
    assert [one.SOPInstanceUID for one in read_back(scene, MR)] == before
    [row] = scene.catalogue.series(EVERYTHING)
    assert (row.modality, row.series_instance_uid) == ("MR", commons_uid(MR))
    [study] = scene.catalogue.studies(EVERYTHING)
    assert (study.series, study.instances, study.modalities) == (1, 1, ("MR",))
    account = scene.account()
    assert (account.admitted, account.opted_out, account.closes) == (1, 2, True)
    assert scene.house.archive.check().holds
    assert scene.state(pack).searchable == 1
    assert flow.notice() == 0
    assert not flow.desk.cases.page()[0].whole


def test_what_was_drawn_on_images_leaves_with_them(database, tmp_path):
    scene = make_scene(database, tmp_path)
    drawn = {"Modality": "SEG", "series": "1.2.3.1.9"}
    elsewhere = {"study": "1.2.3.7", "series": "1.2.3.7.9", "Modality": "SR"}
    kept = release(make_mr(study="1.2.3.7", series="1.2.3.7.2"))
    send(scene, [*series(1), *series(1, **drawn), kept, *series(1, **elsewhere)])
    scene.tick()
    scene.gate.stopped.add((TOKEN, "CT"))
    flow = withdrawing(scene, tmp_path)
    assert (flow.notice(), flow.go_on()) == (1, 1)
    assert sorted(row.modality for row in scene.catalogue.series(EVERYTHING)) == ["MR", "SR"]


def test_a_period_and_a_hospital_are_asked_with_true_dates(database, tmp_path):
    scene = two_persons(database, tmp_path)
    scene.gate.stopped.add((TOKEN, "nothing"))
    withdrawing(scene, tmp_path).notice()
    token, modality, site, day = scene.gate.asked[-1]
    assert (token, modality, site) == (TOKEN, "CT", "north")
    assert day == date(2004, 1, 19)  # as the original says


def test_packs_on_their_way_end_with_the_person(database, tmp_path):
    scene = two_persons(database, tmp_path)
    late = send(scene, series(1, study="1.2.7", series="1.2.7.1"))
    others = send(scene, series(1, patient="P2", study="1.2.8", series="1.2.8.1"), patient="P2",
                  identity=OTHER)  # fmt: skip
    scene.gate.stopped |= {(TOKEN, "*"), (TOKEN, "CT")}
    flow = withdrawing(scene, tmp_path)
    flow.notice()
    flow.go_on()
    assert not scene.house.admissions.incoming(SiteName("north"), late).path.exists()
    assert scene.house.admissions.incoming(SiteName("north"), others).path.exists()
    scene.tick()
    account = scene.account()
    assert (account.admitted, account.opted_out, account.in_work, account.closes) == (2, 3, 0, True)


def test_f04_a_person_stopped_between_the_stages_is_destroyed_with_an_entry(database, tmp_path):
    """F04."""
    scene = make_scene(database, tmp_path)
    pack = send(scene, series(2))
    scene.gate.stopped |= {(TOKEN, "*"), (TOKEN, "CT")}
    scene.tick()
    state = scene.state(pack)
    assert (state.state, state.searchable) == ("admitted", 0)
    assert not scene.house.admissions.incoming(SiteName("north"), pack).path.exists()
    assert list(scene.house.store.keys()) == []
    [entry] = scene.house.ledger.entries(kind="consent.stopped")
    assert entry.facts == {"site": "north", "source": pack, "instances": 2}
    assert list(scene.admit.desk.register.among([TOKEN])) == []


def test_what_failed_of_a_person_who_left_is_not_kept_either(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, [b"no image", b"nor this"])
    scene.gate.stopped.add((TOKEN, None))
    scene.tick()
    assert scene.house.admissions.quarantined() == []
    assert scene.account().opted_out == 2


def test_without_a_list_nothing_leaves_and_what_began_goes_on(database, tmp_path):
    scene = two_persons(database, tmp_path)
    scene.gate.stopped |= {(TOKEN, "*"), (TOKEN, "CT")}
    flow = withdrawing(scene, tmp_path)
    flow.notice()
    scene.gate.failing = Unavailable("consent.list-stale")
    assert Ticker(flow).round() == 1


def test_while_the_store_is_away_the_case_waits_hidden(database, tmp_path, monkeypatch):
    scene = two_persons(database, tmp_path)
    scene.gate.stopped |= {(TOKEN, "*"), (TOKEN, "CT")}
    flow = withdrawing(scene, tmp_path)
    flow.notice()

    def away(_key):
        raise Unavailable("store.unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(scene.house.store, "delete", away)
        assert flow.go_on() == 0
    [case] = flow.desk.cases.pending()
    assert (case.stage, case.reason) == (Stage.HIDDEN, "store.unreachable")
    assert read_back(scene, CT) == []
    assert flow.go_on() == 1


def test_a_death_at_any_durable_act_is_made_good_by_the_next_life(embedded, tmp_path):
    """A commons that dies at every commit, put and delete in turn, with two series in one pack."""
    scene = make_scene(embedded, tmp_path)
    send(scene, [*series(1), release(make_mr())])
    scene.tick()
    scene.gate.stopped.add((TOKEN, "CT"))
    deaths = 0
    for left in range(1, 60):
        again = make_scene(embedded, tmp_path, gate=scene.gate, dealt=scene.parties.dealt)
        mortal(again, [left])
        again.admit.desk.register.db = again.admit.desk.db
        flow = withdrawing(again, tmp_path)
        try:
            flow.notice()
            flow.go_on()
        except Killed:
            deaths += 1
            continue
        break
    assert deaths > 3
    assert kinds(scene) == ["withdrawal.opened", "withdrawal.hidden", "withdrawal.ended"]
    assert [row.modality for row in scene.catalogue.series(EVERYTHING)] == ["MR"]
    assert len(read_back(scene, MR)) == 1
    assert read_back(scene, CT) == []
    scene.house.archive.sweep()
    assert scene.house.archive.check().holds
    assert scene.account().closes
    assert len(list(scene.house.store.keys("packs/"))) == 2


def test_an_image_that_came_in_while_the_list_was_read_leaves_at_the_next_look(database, tmp_path):
    scene = two_persons(database, tmp_path)
    flow = withdrawing(scene, tmp_path)
    scene.gate.stopped |= {(OTHERS, "*"), (OTHERS, "CT")}
    flow.notice()
    flow.go_on()
    scene.gate.stopped.clear()
    send(scene, series(1, patient="P2", study="1.2.6", series="1.2.6.1"), patient="P2",
         identity=OTHER)  # fmt: skip
    scene.tick()
    scene.gate.stopped |= {(OTHERS, "*"), (OTHERS, "CT")}
    assert (flow.notice(), flow.go_on()) == (1, 1)
    assert scene.account().admitted == 2


@pytest.fixture
def embedded(tmp_path):
    rooms = ("archive", "catalogue", "ledger", "linkage", "withdrawal")
    base = make_database(tmp_path / "role.db", *(f"services.{room}" for room in rooms))
    yield base
    base.dispose()
