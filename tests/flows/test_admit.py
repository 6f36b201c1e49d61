"""Admission on real files: what a hospital sent is found again under the commons' names."""

from __future__ import annotations

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

from yushan.base import EVERYTHING, Leaving, SiteName, Unavailable
from yushan.domain.deid import site_pseudonym
from yushan.domain.verifier import verify
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


def test_what_was_drawn_on_images_is_judged_by_them(database, tmp_path):
    """By those of its study that are here; without any, by what nobody knows."""
    drawn = {"Modality": "SEG", "series": "1.2.3.1.9"}
    scene = make_scene(database, tmp_path, gate=Gate({(PERSON.encode(), None)}))
    send(scene, series(1, **drawn))
    scene.tick()
    assert scene.account().opted_out == 1
    scene.gate.stopped = {(PERSON.encode(), "MR")}
    send(scene, [release(make_mr(series="1.2.3.1.4")), *series(1)])
    scene.tick()
    send(scene, series(2, **drawn)[1:])
    scene.tick()
    assert {row.modality for row in scene.catalogue.series(EVERYTHING)} == {"CT", "SEG"}


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
