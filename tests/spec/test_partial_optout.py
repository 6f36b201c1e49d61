"""Opt-out in part (F05): exactly the objects that a choice covers are stopped, at both stages.

The office, its signed list, the hospital's client and the commons' list are the real ones; the
commons admits real files.
"""

from __future__ import annotations

import base64
from datetime import date

import pytest
from tests.databases import make_database
from tests.flows.admitting import (
    PERSON,
    make_mr,
    make_scene,
    release,
    send,
    series,
    site_keys,
)
from tests.unit.consent.offices import KEY, SIGNER, stop

from yushan.base import EVERYTHING, PackId, SiteName
from yushan.domain.deid import site_offset_days, site_pseudonym
from yushan.domain.packs import envelope_aad
from yushan.flows.withdraw import Desk, Withdraw
from yushan.services.consent import (
    Channel,
    ConsentClient,
    ConsentList,
    ConsentOffice,
    Decision,
    Use,
    Wish,
)
from yushan.services.ledger import Ledger
from yushan.services.withdrawal import Cases

#: CT_small.dcm and MR_small.dcm are of these days.
CT_DAY, MR_DAY = date(2004, 1, 19), date(2004, 8, 26)

#: What is stopped -> which of (CT north, MR north, CT south) are stopped.
PARTS = {
    "everything": ({}, (True, True, True)),
    "one modality": ({"modality": "MR"}, (False, True, False)),
    "one hospital": ({"site": "north"}, (True, True, False)),
    "one hospital's modality": ({"site": "south", "modality": "CT"}, (False, False, True)),
    "a period": ({"examined_until": date(2004, 5, 1)}, (True, False, True)),
    "a later period": ({"examined_from": date(2004, 1, 20)}, (False, True, False)),
    "one day": ({"examined_from": CT_DAY, "examined_until": CT_DAY}, (True, False, True)),
    "the day before": ({"examined_until": date(2004, 1, 18)}, (False, False, False)),
    "one kind of use": ({"use": Use.INDUSTRY}, (False, False, False)),
    "nothing of theirs": ({"modality": "US"}, (False, False, False)),
}


class Scene:
    """An office, two hospitals, a commons."""

    def __init__(self, database, folder):
        self.scene = make_scene(database, folder)
        clock = self.scene.house.clock
        self.office = ConsentOffice(Ledger(database, clock, SIGNER), KEY)
        self.list = ConsentList(self.office.at("commons"), clock, 1e9, self.office.public,
                                refresh_s=0.0)  # fmt: skip
        object.__setattr__(self.scene.admit.desk, "consent", self.list)
        self.clients = {
            site: ConsentClient(self.office.at(site), clock, 1e9, self.office.public, site)
            for site in ("north", "south")
        }
        self.token = self.clients["north"].token(PERSON)
        desk = self.scene.admit.desk
        self.withdraw = Withdraw(Desk(
            db=desk.db, register=desk.register, cases=Cases(desk.db, clock),
            catalogue=desk.catalogue, archive=desk.archive, admissions=desk.admissions,
            ledger=desk.ledger, linker=desk.linker, consent=self.list, folder=folder / "work",
        ))  # fmt: skip

    def send(self):
        """A CT and an MR from the north, a CT from the south."""
        files = {
            ("CT", "north"): series(1),
            ("MR", "north"): [release(make_mr())],
            ("CT", "south"): series(1, "south", study="1.2.9", series="1.2.9.1"),
        }
        for (_, site), data in files.items():
            self.send_one(site, data)
        self.scene.tick()

    def send_one(self, site, data):
        keys = site_keys(site)
        subject = site_pseudonym(keys, "P1")
        offset_days = site_offset_days(keys, subject)
        envelope = self.scene.parties.client(site).envelope(
            PERSON, offset_days, self.token, envelope_aad(site, subject)
        )
        return PackId(send(self.scene, data, site, envelope=base64.b64encode(envelope).decode()))

    def here(self):
        """Which of the three can be found."""
        rows = self.scene.catalogue.series(EVERYTHING)
        found = {(row.modality, row.site) for row in rows}
        return tuple(one in found for one in (("CT", "north"), ("MR", "north"), ("CT", "south")))

    def at_hospital(self):
        """What the hospitals' gateways would hold back."""
        asked = (("north", "CT", CT_DAY), ("north", "MR", MR_DAY), ("south", "CT", CT_DAY))
        return tuple(
            self.clients[site].check(self.token, modality, examined_on=day) == "opted-out"
            for site, modality, day in asked
        )

    def choose(self, part):
        self.scene.house.clock.advance(70)
        return self.office.record(PERSON, stop(**part))


@pytest.mark.parametrize("name", PARTS)
def test_f05_exactly_the_named_part_is_stopped_at_both_stages(database, tmp_path, name):
    part, stopped = PARTS[name]
    scene = Scene(database, tmp_path)
    scene.choose(part)
    assert scene.at_hospital() == stopped
    scene.send()
    assert scene.here() == tuple(not one for one in stopped)
    assert sum(one.opted_out for one in scene.scene.house.admissions.accounting()) == sum(stopped)


@pytest.mark.parametrize("name", PARTS)
def test_f05_exactly_the_named_part_leaves_when_it_is_here_already(embedded, tmp_path, name):
    part, stopped = PARTS[name]
    scene = Scene(embedded, tmp_path)
    scene.send()
    assert scene.here() == (True, True, True)
    scene.choose(part)
    assert scene.withdraw.notice() == bool(any(stopped))
    scene.withdraw.go_on()
    assert scene.here() == tuple(not one for one in stopped)
    assert all(one.closes for one in scene.scene.house.admissions.accounting())


def test_who_takes_an_opt_out_back_is_collected_again(embedded, tmp_path):
    scene = Scene(embedded, tmp_path)
    receipt = scene.choose({})
    scene.send()
    assert scene.here() == (False, False, False)
    scene.scene.house.clock.advance(70)
    scene.office.withdraw(PERSON, receipt.receipt, Channel.COUNTER)
    assert scene.at_hospital() == (False, False, False)
    late = scene.send_one("south", series(1, "south", study="1.2.7", series="1.2.7.1"))
    scene.scene.tick()
    assert scene.scene.house.uploads.state(SiteName("south"), late).searchable == 1


def test_a_choice_holds_from_its_own_time_on(embedded, tmp_path):
    scene = Scene(embedded, tmp_path)
    now = scene.scene.house.clock.now()
    later = now.replace(year=now.year + 1)
    scene.office.record(PERSON, Wish(decision=Decision.STOP, effective_at=later))
    assert scene.at_hospital() == (False, False, False)
    scene.scene.house.clock.advance(366 * 86400)
    assert scene.at_hospital() == (True, True, True)


@pytest.fixture
def embedded(tmp_path):
    rooms = ("archive", "catalogue", "consent", "ledger", "linkage", "withdrawal")
    base = make_database(tmp_path / "role.db", *(f"services.{room}" for room in rooms))
    yield base
    base.dispose()
