"""Witnesses: they cosign what goes on from what they saw, refuse forks for ever, never forget."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from tests.databases import make_database
from tests.unit.ledger.test_ledger import make_ledger, named

from yushan.base import Absent, Conflict, Rejected
from yushan.engines.database import Database
from yushan.engines.keys import Signer
from yushan.services.ledger import (
    LEDGER,
    RECORD,
    Cosigned,
    Cosigners,
    Ledger,
    Witness,
    verify_export,
)
from yushan.services.ledger.changes import trusted

SIGNER = Signer(b"\7" * 32)


def grow(ledger, count=3):
    with ledger.db.begin() as tx:
        for number in range(count):
            ledger.append(tx, "image.read", {"count": number})
            ledger.publish(tx, "record.counted", {"totals": {"images": number}})
    ledger.seal()


def at_hospital(folder, ledger, site="hospital-a", public=SIGNER.public):
    database = make_database(folder / f"{site}.db", "services.ledger")
    return Witness(database, ledger.clock, site, folder / f"{site}.key", public)


def look(witness, cosigners, origin=RECORD):
    """One round, as the flow does it."""
    known = witness.sighting(origin)
    offer = cosigners.offer(witness.site, origin, max(known.size, 0))
    try:
        line = witness.examine(offer)
    except Conflict as error:
        said = Cosigned(origin=origin, size=0, key=witness.key.line, refusal=error.code)
        cosigners.take(witness.site, said)
        raise
    size = witness.sighting(origin).size
    said = Cosigned(origin=origin, size=size, key=witness.key.line, line=line)
    cosigners.take(witness.site, said)
    return said


def test_heads_get_cosignatures_that_files_alone_prove(database, tmp_path):
    ledger = make_ledger(database)
    cosigners = Cosigners(ledger)
    with pytest.raises(Absent, match=r"ledger\.not-sealed"):
        cosigners.offer("hospital-a", RECORD, 0)
    grow(ledger)
    witnesses = [at_hospital(tmp_path, ledger, site) for site in ("hospital-a", "hospital-b")]
    for _ in range(3):
        for witness in witnesses:
            for origin in (RECORD, LEDGER):
                look(witness, cosigners, origin)
        grow(ledger)
    for witness in witnesses:
        look(witness, cosigners)
    assert [(one.site, one.retired, one.refusal) for one in cosigners.standing()] == [
        ("hospital-a", "", ""),
        ("hospital-b", "", ""),
    ]
    head = ledger.public.head()
    assert {one.size for one in cosigners.standing()} == {head.size}
    assert head.note.count("yushan/witness/") == 2
    assert ledger.verify().holds
    ledger.export(tmp_path / "out")
    record, restricted = verify_export(tmp_path / "out").logs
    assert (record.holds, record.witnesses, record.cosigned) == (True, 2, 2)
    assert (restricted.holds, restricted.cosigned) == (True, 0)  # the newest is not yet cosigned


def copied(database, path):
    """A whole copy of an embedded database, as a backup makes it."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("VACUUM INTO ?", (str(path),))


def fork(database, tmp_path, drop):
    """The same house with another past: entries from a copy that went another way."""
    path = tmp_path / "fork.db"
    copied(database, path)
    other = Database(f"sqlite:///{path}")
    ledger = Ledger(other, make_ledger(database).clock, SIGNER)
    if drop:
        return ledger
    with other.begin() as tx:
        ledger.publish(tx, "record.counted", {"totals": {"images": 99}})
    ledger.seal()
    return ledger


@pytest.fixture
def house(tmp_path):
    database = make_database(tmp_path / "role.db", "services.ledger")
    yield database
    database.dispose()


@pytest.mark.parametrize(
    ("drop", "more", "code"),
    [(False, 0, "ledger.forked"), (False, 4, "ledger.forked"), (True, 0, "ledger.head-older")],
)
def test_a_fork_is_refused_for_ever_and_everybody_is_told(house, tmp_path, drop, more, code):
    ledger = make_ledger(house)
    grow(ledger)
    witness = at_hospital(tmp_path, ledger)
    look(witness, Cosigners(ledger))
    forked = fork(house, tmp_path, drop)
    grow(ledger, 1)
    look(witness, Cosigners(ledger))
    before = witness.sighting(RECORD)
    if more:
        grow(forked, more)
    cosigners = Cosigners(forked)
    for _ in range(2):
        with pytest.raises(Conflict, match=code.replace(".", r"\.")):
            look(witness, cosigners)
    again = at_hospital(tmp_path, ledger)
    with pytest.raises(Conflict, match=code.replace(".", r"\.")):  # even of the right one
        look(again, Cosigners(ledger))
    seen = again.sighting(RECORD)
    assert (seen.note, seen.alarm) == (before.note, code)
    assert seen.evidence == forked.public.heads()[-1].note
    [one] = Cosigners(forked).standing()
    assert (one.refusal, one.site) == (code, "hospital-a")
    look(again, Cosigners(ledger), LEDGER)  # the other log is judged by itself
    again.retire()
    assert look(again, Cosigners(ledger)).key != before.note
    assert [bool(one.retired) for one in Cosigners(ledger).standing()] == [False, True]


def test_a_head_of_another_key_is_refused_and_one_of_a_changed_key_is_not(house, tmp_path):
    ledger = make_ledger(house)
    grow(ledger)
    witness = at_hospital(tmp_path, ledger)
    look(witness, Cosigners(ledger))
    second, third = Signer(b"\1" * 32), Signer(b"\2" * 32)
    ledger.rotate(second)
    change = ledger.rotate(third)
    look(witness, Cosigners(ledger))
    assert ledger.verify().holds
    assert set(ledger.publics()) == {one.public for one in (SIGNER, second, third)}
    assert trusted([SIGNER.public], [change]) == (SIGNER.public,)  # a link is missing
    forged = type(change)(**{**msgspec_fields(change), "by_old": change.by_new})
    assert len(trusted([second.public], [forged])) == 1
    stranger = at_hospital(tmp_path, ledger, "hospital-b", Signer(b"\3" * 32).public)
    with pytest.raises(Conflict, match=r"ledger\.head-unsigned"):
        look(stranger, Cosigners(ledger))


def msgspec_fields(change):
    return {name: getattr(change, name) for name in change.__struct_fields__}


def test_a_witness_that_lost_its_memory_is_retired_not_reset(house, tmp_path):
    ledger = make_ledger(house)
    grow(ledger)
    cosigners = Cosigners(ledger)
    first = at_hospital(tmp_path, ledger)
    look(first, cosigners)
    assert at_hospital(tmp_path, ledger).key == first.key
    first.db.dispose()
    (tmp_path / "hospital-a.db").unlink()
    second = at_hospital(tmp_path, ledger)
    assert second.key != first.key
    look(second, cosigners)
    states = {one.key: bool(one.retired) for one in cosigners.standing()}
    assert states == {first.key.line: True, second.key.line: False}
    kinds = [entry.kind for entry in ledger.public.entries() if entry.kind.startswith("witness")]
    assert kinds == ["witness.joined", "witness.retired", "witness.joined"]
    old = Cosigned(origin=RECORD, size=3, key=first.key.line, line="x")
    with pytest.raises(Rejected, match=r"ledger\.bad-cosignature"):
        cosigners.take("hospital-a", old)
    assert ledger.verify().holds


def test_a_memory_from_an_old_copy_gets_another_key(house, tmp_path):
    ledger = make_ledger(house)
    grow(ledger)
    cosigners = Cosigners(ledger)
    witness = at_hospital(tmp_path, ledger)
    look(witness, cosigners)
    copied(witness.db, tmp_path / "kept.db")
    grow(ledger)
    look(witness, cosigners)
    witness.db.dispose()
    for path in tmp_path.glob("hospital-a.db*"):
        path.unlink()
    shutil.copy(tmp_path / "kept.db", tmp_path / "hospital-a.db")
    restored = at_hospital(tmp_path, ledger)
    assert restored.key == witness.key
    look(restored, cosigners)
    assert restored.key != witness.key
    assert [bool(one.retired) for one in cosigners.standing()] == [False, True]


def test_only_a_site_s_own_line_for_a_head_that_exists_is_kept(house, tmp_path):
    ledger = make_ledger(house)
    grow(ledger)
    cosigners = Cosigners(ledger)
    witness = at_hospital(tmp_path, ledger)
    good = look(witness, cosigners)
    with pytest.raises(Rejected, match=r"ledger\.not-its-key"):
        cosigners.take("hospital-b", good)
    with pytest.raises(Absent, match=r"ledger\.not-there"):
        cosigners.take("hospital-a", Cosigned(origin=RECORD, size=2, key=good.key, line=good.line))
    with pytest.raises(Absent, match=r"ledger\.no-such-log"):
        cosigners.take("hospital-a", Cosigned(origin="other", size=3, key=good.key, line=""))
    for line in (good.line + "\n" + good.line, good.line[:-4] + "AAA=", ""):
        with pytest.raises(Rejected, match=r"ledger\.bad-cosignature"):
            cosigners.take("hospital-a", Cosigned(origin=RECORD, size=3, key=good.key, line=line))
    with pytest.raises(Rejected, match=r"ledger\.bad-cosignature"):
        cosigners.take(
            "hospital-a", Cosigned(origin=RECORD, size=3, key=good.key, refusal="anything")
        )
    assert len(cosigners.standing()) == 1


@pytest.mark.parametrize(
    "spoil",
    [{"note": "nonsense"}, {"proof": ("!",)}, {"note": None}],
)
def test_an_offer_that_cannot_be_read_is_an_alarm(house, tmp_path, spoil):
    ledger = make_ledger(house)
    grow(ledger)
    witness = at_hospital(tmp_path, ledger)
    offer = Cosigners(ledger).offer("hospital-a", RECORD, 0)
    spoil = spoil if spoil != {"note": None} else {"note": offer.note.replace("\n3\n", "\n03\n")}
    spoiled = type(offer)(**{**msgspec_fields(offer), **spoil})
    with pytest.raises(Conflict, match=r"ledger\.bad-head"):
        witness.examine(spoiled)
    assert [(one.alarm, one.size) for one in witness.sightings()] == [("ledger.bad-head", -1)]


def test_a_planted_change_beside_the_logs_is_named(database, tmp_path):
    import sqlalchemy as sa

    from yushan.services.ledger.tables import COSIGNATURE, KEY, WITNESS

    ledger = make_ledger(database)
    grow(ledger)
    look(at_hospital(tmp_path, ledger), Cosigners(ledger))
    ledger.rotate(Signer(b"\1" * 32))
    assert ledger.verify().holds
    plants = [
        (COSIGNATURE, {"line": "x"}, "bad-cosignature"),
        (COSIGNATURE, {"size": 4}, "bad-cosignature"),
        (COSIGNATURE, {"key": "x"}, None),
        (COSIGNATURE, {"origin": LEDGER}, "bad-cosignature"),
        (WITNESS, {"site": "hospital-b"}, "changed-witness"),
        (WITNESS, {"joined": "2026-12-01T00:00:01+00:00"}, "changed-witness"),
        (WITNESS, {"retired": "2026-12-01T00:00:01+00:00"}, "changed-witness"),
        (WITNESS, {"key": "x"}, "changed-witness"),
        (KEY, {"change": "{}"}, "changed-key"),
    ]
    for table, values, code in plants:
        with database.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(sa.update(table).values(**values))
            found = named(verdict_in(connection, ledger))
            transaction.rollback()
        assert code is None or code in {one for one, _ in found}, (table.name, values, found)
    assert ledger.verify().holds


def verdict_in(connection, ledger):
    """What a check finds inside a transaction that is taken back."""
    from yushan.services.ledger.check import check_tables
    from yushan.services.ledger.ledger import changes_in

    try:
        publics = trusted([ledger.signer.public], changes_in(connection))
    except ValueError:
        publics = ledger.publics()
    return check_tables(connection, ledger.logs, publics)


def test_a_day_later_the_clock_has_moved(house, tmp_path):
    ledger = make_ledger(house)
    grow(ledger)
    cosigners = Cosigners(ledger)
    witness = at_hospital(tmp_path, ledger)
    look(witness, cosigners)
    [before] = cosigners.standing()
    ledger.clock.advance(86400)
    look(witness, cosigners)
    [after] = cosigners.standing()
    assert (after.size, after.at_s - before.at_s) == (before.size, 86400)
