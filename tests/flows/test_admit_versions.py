"""Versions of a series: what is added or made again by another policy stands beside the old."""

import io

import pydicom
import pytest
from tests.flows.admitting import (
    commons_uid,
    make_file,
    make_scene,
    read_back,
    release,
    send,
    series,
)

from yushan.base import Absent, Leaving
from yushan.domain.deid import load_policy
from yushan.flows.rebuild import rebuild_index

SERIES = "1.2.3.1.1"
TW, BASIC = "tw-hospital", "basic"


def read_version(scene, number):
    """Series numbers of all instances of a version, read from the packs."""
    found = []
    archive = scene.house.archive
    for sidecar in archive.series_sidecars(commons_uid(SERIES), number):
        for entry in sidecar.instances:
            data = archive.read(sidecar.pack, entry.start, entry.length)
            found.append(int(pydicom.dcmread(io.BytesIO(data)).SeriesNumber))
    return found


def test_added_instances_make_a_version_and_the_old_one_stays_addressable(database, tmp_path):
    scene = make_scene(database, tmp_path)
    files = series(3)
    send(scene, files[:2])
    scene.tick()
    send(scene, files[2:])
    scene.tick(1)
    first, second = scene.house.archive.versions(commons_uid(SERIES))
    assert (first.number, first.instances, first.added, first.replaced) == (1, 2, 2, 0)
    assert (second.number, second.instances, second.added, second.replaced) == (2, 3, 1, 0)
    assert len(read_version(scene, 1)) == 2
    assert len(read_version(scene, None)) == len(read_version(scene, 2)) == 3
    with pytest.raises(Absent, match=r"archive\.no-such-version"):
        read_version(scene, 3)
    assert [one.kind.value for one in scene.house.archive.changes()] == ["created", "replaced"]


def test_another_policy_replaces_instances_and_the_same_never_does(database, tmp_path):
    scene = make_scene(database, tmp_path)
    old, new = (release(make_file(SeriesNumber=n), policy=p) for n, p in ((1, TW), (2, BASIC)))
    other = release(make_file(number=2, SeriesNumber=1))
    send(scene, [old, other])
    scene.tick()
    send(scene, [new], policy=BASIC, policy_digest=load_policy(BASIC).digest)
    scene.tick(1)
    assert read_version(scene, None) == [1, 2]
    assert read_version(scene, 1) == [1, 1]
    first, second = scene.house.archive.versions(commons_uid(SERIES))
    assert (second.instances, second.added, second.replaced) == (2, 0, 1)
    assert first.id != second.id
    assert scene.account().admitted == 3
    assert scene.account().closes
    send(scene, [old])  # these very bytes came before
    send(scene, [new], policy=BASIC, policy_digest=load_policy(BASIC).digest, batch="b2")
    send(scene, [release(make_file(SeriesNumber=3))])
    scene.tick(1)
    assert len(scene.house.archive.versions(commons_uid(SERIES))) == 2
    assert (scene.account().duplicate, scene.account().quarantined) == (1, 1)
    assert len(read_back(scene, SERIES)) == 2


def test_a_version_is_called_the_same_wherever_it_lies(database, tmp_path):
    scene = make_scene(database, tmp_path)
    files = series(2)
    send(scene, files[:1])
    scene.tick()
    send(scene, files[1:])
    scene.tick(1)
    before = scene.house.archive.versions(commons_uid(SERIES))
    rebuild_index(database, scene.house.archive, scene.catalogue, scene.house.ledger)
    assert scene.house.archive.versions(commons_uid(SERIES)) == before
    [subject] = {one.subject for one in scene.house.archive.series_sidecars(commons_uid(SERIES))}
    with database.begin() as tx:
        scene.house.archive.forget(tx, Leaving(subject=subject))
    assert scene.house.archive.versions(commons_uid(SERIES)) == ()
