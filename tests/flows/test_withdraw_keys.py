"""In a sealed archive an opt-out destroys keys, and the ledger says which, without a name."""

import hashlib

import sqlalchemy as sa
from tests.flows.admitting import OTHER, PERSON, make_scene, send, series
from tests.flows.test_withdraw import withdrawing

from yushan.services.archive.tables import KEY


def rows_of(database):
    with database.read() as tx:
        return list(tx.execute(sa.select(KEY)))


def test_an_opt_out_destroys_the_keys_and_the_ledger_proves_which(database, tmp_path):
    scene = make_scene(database, tmp_path, sealed=True)
    send(scene, series(2))
    send(scene, series(1, patient="P2", study="1.2.9", series="1.2.9.1"), patient="P2",
         identity=OTHER)  # fmt: skip
    scene.tick()
    before = rows_of(database)
    assert len(before) == 2
    scene.gate.stopped |= {(PERSON.encode(), "*"), (PERSON.encode(), "CT")}
    flow = withdrawing(scene, tmp_path)
    flow.notice()
    assert flow.go_on() == 1
    [stays] = rows_of(database)
    [gone] = [row for row in before if row.name != stays.name]
    [entry] = [one for one in scene.house.ledger.entries() if one.kind == "withdrawal.hidden"]
    said = entry.facts["rooms"]["archive"]
    line = f"{gone.name} {hashlib.sha256(gone.wrapped).hexdigest()}\n"
    assert said["keys"] == 1
    assert said["keys_digest"] == hashlib.sha256(line.encode()).hexdigest()
    assert gone.name not in str(entry)
    assert scene.house.archive.check().holds
