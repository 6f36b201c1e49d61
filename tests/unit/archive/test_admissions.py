"""Packs we answer for: tried until they end, accounted to the last instance."""

import pytest
from tests.unit.archive.making import NORTH, SOUTH, keep, make_house, make_manifest, upload
from tests.unit.packs.packing import make_pack

from yushan.base import Conflict, Leaving, PackId
from yushan.services.archive import Outcome

SUMMARY, DATA = make_pack(b"one" * 100, b"two" * 50)
PACK = PackId(SUMMARY.pack)


def account(house, site=NORTH):
    return next(found for found in house.admissions.accounting() if found.site == site)


def close(house, pack=PACK, **counts):
    incoming = house.admissions.incoming(NORTH, pack)
    with house.db.begin() as tx:
        house.admissions.close(tx, incoming, Outcome(**({"result": None, "admitted": 0} | counts)))


def test_a_received_pack_is_due_once_until_its_attempt_is_given_up(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    assert house.admissions.due(lease_s=900) == [(NORTH, PACK, 1)]
    assert house.admissions.due(lease_s=900) == []
    house.clock.advance(901)
    assert house.admissions.due(lease_s=900) == [(NORTH, PACK, 2)]


def test_a_held_pack_says_why_and_is_due_again(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    house.admissions.due()
    house.admissions.hold(NORTH, PACK, "consent.list-stale", again_s=60)
    state = house.uploads.state(NORTH, PACK)
    assert (state.state, state.reasons) == ("held", ("consent.list-stale",))
    assert house.admissions.due() == []
    assert account(house).in_work == 2
    house.clock.advance(61)
    assert house.admissions.due() == [(NORTH, PACK, 2)]


def test_what_is_not_whole_is_never_due(database, tmp_path):
    house = make_house(database, tmp_path)
    house.uploads.offer(NORTH, make_manifest(DATA))
    assert house.admissions.due() == []
    assert (account(house).announced, account(house).received) == (2, 0)
    assert account(house).closes


def test_a_pack_is_closed_once(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    close(house, quarantined=1, opted_out=1)
    with pytest.raises(Conflict, match=r"archive\.closed-before"):
        close(house, quarantined=2)
    with house.db.begin() as tx, pytest.raises(Conflict, match=r"archive\.closed-before"):
        house.admissions.refuse(tx, house.admissions.incoming(NORTH, PACK), "x.y")
    found = account(house)
    assert (found.quarantined, found.opted_out, found.in_work, found.closes) == (1, 1, 0, True)
    house.admissions.hold(NORTH, PACK, "consent.list-stale")
    assert house.uploads.state(NORTH, PACK).state == "admitted"


def test_a_sum_that_does_not_close_is_seen(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    close(house, quarantined=1)
    assert not account(house).closes


def test_instances_that_no_pack_holds_are_seen(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    close(house, admitted=2)
    found = account(house)
    assert (found.admitted, found.archived, found.closes) == (2, 0, False)
    keep(house, site="north")
    assert account(house).closes


def test_a_refused_pack_counts_as_quarantined_and_may_come_again(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    incoming = house.admissions.incoming(NORTH, PACK)
    with house.db.begin() as tx:
        house.admissions.refuse(tx, incoming, "keys.seal-broken")
    found = account(house)
    assert (found.received, found.quarantined, found.closes) == (2, 2, True)
    assert incoming.path.exists()
    house.admissions.discard(NORTH, PACK)
    assert house.admissions.sweep() == 0
    assert incoming.path.exists()
    assert upload(house, DATA).state == "received"
    found = account(house)
    assert (found.received, found.in_work, found.quarantined, found.closes) == (2, 2, 0, True)


def test_accounts_are_kept_by_site(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    upload(house, DATA, SOUTH)
    assert [found.site for found in house.admissions.accounting()] == [NORTH, SOUTH]
    assert house.admissions.accounting()[1].received == 2


def test_failed_instances_are_set_aside_with_their_bytes(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    incoming = house.admissions.incoming(NORTH, PACK)
    for _ in range(2):
        house.admissions.set_aside(incoming, "P" * 16, {"00001.dcm": ["verifier.name"]})
    [found] = house.admissions.quarantined(NORTH, PACK)
    assert (found.member, found.reasons, found.size) == ("00001.dcm", ("verifier.name",), 150)
    assert house.admissions.quarantined() == [found]
    assert house.admissions.quarantined(SOUTH) == []
    [key] = house.store.keys("quarantine/")
    assert house.store.get(key) == b"two" * 50
    with house.db.begin() as tx:
        assert house.admissions.forget(tx, Leaving(subject="P" * 16)).files == 1
    assert house.admissions.send_off() == 1
    assert list(house.store.keys("quarantine/")) == []
    assert house.admissions.quarantined() == []


def test_bytes_go_when_the_pack_has_come_to_its_end(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    path = house.admissions.incoming(NORTH, PACK).path
    house.admissions.discard(NORTH, PACK)
    assert path.exists()
    close(house, opted_out=2)
    house.admissions.discard(NORTH, PACK)
    assert not path.exists()


def test_the_sweep_takes_what_nobody_needs_and_nothing_else(database, tmp_path):
    house = make_house(database, tmp_path)
    upload(house, DATA)
    stale, data = make_pack(b"stale")
    house.uploads.offer(NORTH, make_manifest(data, instances=1))
    house.uploads.write(NORTH, PackId(stale.pack), 0, data[:9])
    orphan = tmp_path / "incoming" / "north" / ("00" * 32 + ".part")
    orphan.write_bytes(b"no row")
    assert house.admissions.sweep() == 1
    house.clock.advance(15 * 86_400)
    assert house.admissions.sweep() == 1
    assert [found.name for found in (tmp_path / "incoming" / "north").iterdir()] == [f"{PACK}.part"]
    close(house, opted_out=2)
    assert house.admissions.sweep() == 1
