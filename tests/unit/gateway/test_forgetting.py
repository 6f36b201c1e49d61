"""What a gateway keeps of a person who opted out goes, wherever it waits; the sums close."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from tests.contracts.forget import Forgets
from tests.flows.intaking import ANNA, BEN, World
from tests.unit.gateway.making import make_object

from yushan.base import Conflict, Unavailable
from yushan.flows.withdraw import AtHospital
from yushan.services.gateway import Forgetting, Rules, State
from yushan.services.gateway.tables import BATCH, METADATA, OBJECT

TOKENS = {who: (b"token of " + who.encode()).hex() for who in (ANNA, BEN)}


def world(database, tmp_path, **rules):
    """A hospital that has sent one series of Anna and one of Ben."""
    made = World(database, tmp_path, Rules(**rules))
    for person, series in ((ANNA, "1.2.3"), (BEN, "1.2.4")):
        made.receive(*(scan(person, series, number) for number in (1, 2)))
    return made


def scan(person, series, number=1, modality="CT", study="1.2"):
    return make_object(f"{series}.{number}", series, patient=person, number=number, study=study,
                       modality=modality, other=person)  # fmt: skip


def leaving_story(made):
    forgetting = Forgetting(made.journal, made.outbox)
    return AtHospital(forgetting, made.office, made.shop_clear)


@pytest.fixture
def hospital(database, tmp_path):
    made = world(database, tmp_path)
    cleared = []
    made.shop_clear = cleared.append
    made.cleared = cleared
    return made


def bytes_of(made):
    """Everything that the hospital's gateway keeps, files and rows."""
    files = [path.read_bytes() for path in made.base.rglob("*.dcm")]
    files += [path.read_bytes() for path in made.base.rglob("*.zip")]
    with made.db.read() as tx:
        rows = [repr(row) for table in METADATA.sorted_tables for row in
                tx.execute(sa.select(table))]  # fmt: skip
    return b"".join(files) + "".join(rows).encode()


class TestGateway(Forgets):
    by_series = True
    leaver, stayer = TOKENS[ANNA], TOKENS[BEN]

    @pytest.fixture(autouse=True)
    def put_in(self, database, tmp_path):
        self.world = world(database, tmp_path)
        self.world.settle()
        assert self.world.states() == {"acknowledged": 4}

    def room(self):
        return Forgetting(self.world.journal, self.world.outbox)

    def found(self):
        self.room().sweep()
        kept = bytes_of(self.world)
        return {token for who, token in TOKENS.items() if who.encode() in kept}


def test_what_waits_for_the_commons_ends_and_its_pack_is_gone(hospital):
    hospital.commons.up = False
    hospital.settle(6)
    assert hospital.states() == {"packed": 4}
    hospital.office.against.add(bytes.fromhex(TOKENS[ANNA]))
    assert leaving_story(hospital).notice() == 1
    assert hospital.states() == {"opted-out": 2, "packed": 2}
    assert len(list((hospital.base / "outbox").glob("*.zip"))) == 1
    assert ANNA.encode() not in bytes_of(hospital)
    assert len(hospital.cleared) == 1
    hospital.commons.up = True
    hospital.settle()
    assert hospital.states() == {"opted-out": 2, "acknowledged": 2}
    assert hospital.journal.closes()
    assert len(hospital.commons.receipts) == 1
    assert hospital.journal.alarms() == ()


def test_what_was_sent_stays_acknowledged_without_anybodys_name(hospital):
    hospital.settle()
    hospital.office.against.add(bytes.fromhex(TOKENS[ANNA]))
    story = leaving_story(hospital)
    assert (story.notice(), story.notice()) == (1, 0)
    assert hospital.states() == {"acknowledged": 4}
    kept = bytes_of(hospital)
    assert ANNA.encode() not in kept
    assert BEN.encode() in kept
    assert hospital.journal.closes()
    assert hospital.journal.check_files() == 0


def test_what_was_stopped_at_the_door_is_not_kept_either(hospital):
    hospital.office.against.add(bytes.fromhex(TOKENS[ANNA]))
    hospital.settle()
    assert hospital.states() == {"opted-out": 2, "acknowledged": 2}
    story = leaving_story(hospital)
    story.notice()
    story.go_on()
    assert ANNA.encode() not in bytes_of(hospital)
    assert hospital.handling.retry_all(State.OPTED_OUT, None, who="a", reason="b") == 0
    with pytest.raises(Conflict, match=r"gateway\.not-to-retry"):
        hospital.handling.retry([1], who="a", reason="b")


def test_only_the_stopped_series_leaves(hospital, monkeypatch):
    """F05 at the gateway."""
    hospital.receive(scan(ANNA, "1.2.5", modality="MR"))
    hospital.settle()

    def check(token, modality, *, examined_on=None):
        stopped = token.hex() == TOKENS[ANNA] and modality == "MR"
        return "opted-out" if stopped else "allowed"

    monkeypatch.setattr(hospital.office, "check", check)
    assert leaving_story(hospital).notice() == 1
    with hospital.db.read() as tx:
        left = set(tx.scalars(sa.select(OBJECT.c.series_instance_uid)))
        assert set(tx.scalars(sa.select(BATCH.c.series_instance_uid))) == {"1.2.3", "1.2.4", ""}
    assert left == {"1.2.3", "1.2.4", None}


def test_a_copy_that_was_set_aside_goes_too(hospital):
    hospital.settle()
    hospital.receive(scan(ANNA, "1.2.3", 1))
    hospital.settle(3)
    assert hospital.states() == {"acknowledged": 4, "duplicate": 1}
    hospital.office.against.add(bytes.fromhex(TOKENS[ANNA]))
    leaving_story(hospital).notice()
    assert ANNA.encode() not in bytes_of(hospital)
    assert hospital.journal.closes()


def test_a_death_between_rows_and_files_is_made_good(hospital, monkeypatch):
    hospital.commons.up = False
    hospital.settle(6)
    hospital.office.against.add(bytes.fromhex(TOKENS[ANNA]))

    def dies(_self, _pack):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(hospital.outbox), "discard", dies)
        with pytest.raises(KeyboardInterrupt):
            leaving_story(hospital).notice()
    assert ANNA.encode() in bytes_of(hospital)
    hospital.outbox.start()
    leaving_story(hospital).go_on()
    assert ANNA.encode() not in bytes_of(hospital)
    assert len(list((hospital.base / "outbox").glob("*.zip"))) == 1


def test_without_a_list_nothing_is_touched(hospital):
    hospital.settle()
    hospital.office.fresh = False
    assert leaving_story(hospital).notice() == 0
    assert ANNA.encode() in bytes_of(hospital)
    with pytest.raises(Unavailable):
        hospital.office.check(b"", "CT", examined_on=date(2026, 1, 1))
