"""Every room of the commons forgets as D15 says; ``tests/house/test_forget.py`` counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.contracts.forget import LEAVER, STAYER, Forgets
from tests.unit.archive.making import NORTH, keep, make_house, series_of, upload
from tests.unit.packs.packing import make_pack

from yushan.base import EVERYTHING, ManualClock, PackId, Pseudonym
from yushan.engines.keys import Signer
from yushan.services.catalogue import Catalogue, SeriesQuery
from yushan.services.ledger import Ledger
from yushan.services.withdrawal import Person, Register

BOTH = (LEAVER, STAYER)


class TestArchive(Forgets):
    by_series = True
    sealed = False

    @pytest.fixture(autouse=True)
    def put_in(self, database, tmp_path):
        self.house = make_house(database, tmp_path, sealed=self.sealed)
        self.kept = {who: keep(self.house, who, subject=who, contents=(who.encode(),))
                     for who in BOTH}  # fmt: skip

    def room(self):
        return self.house.archive

    def found(self):
        self.house.archive.sweep()
        here = {staged.pack for staged in self.house.archive.stored()}
        told = {one.series for one in self.house.archive.changes() if one.pack}
        assert told == {series_of(one) for one in self.kept.values() if one.pack in here}
        return {
            who
            for who, one in self.kept.items()
            if self.house.archive.series_sidecars(series_of(one)) and one.pack in here
        }


class TestSealedArchive(TestArchive):
    sealed = True

    def found(self):
        found = super().found()
        keyring = self.house.archive.keyring
        assert {who for who, one in self.kept.items() if keyring.of(one.pack)} == found
        return found


class TestQuarantine(Forgets):
    @pytest.fixture(autouse=True)
    def put_in(self, database, tmp_path):
        self.house = make_house(database, tmp_path)
        for who in BOTH:
            _, data = make_pack(who.encode(), b"two")
            pack = PackId(upload(self.house, data).pack)
            incoming = self.house.admissions.incoming(NORTH, pack)
            self.house.admissions.set_aside(incoming, who, {"00001.dcm": ["verifier.name"]})

    def room(self):
        return self.house.admissions

    def found(self):
        self.house.admissions.send_off()
        keys = list(self.house.store.keys("quarantine/"))
        rows = self.house.admissions.quarantined()
        assert len(rows) == len(keys)
        return set(BOTH) if len(rows) == 2 else {STAYER}


class TestCatalogue(Forgets):
    by_series = True

    @pytest.fixture(autouse=True)
    def put_in(self, database, tmp_path):
        house, self.catalogue = make_house(database, tmp_path), Catalogue(database)
        for who in BOTH:
            sidecar = keep(house, who, subject=who, contents=(who.encode(),))
            with database.begin() as tx:
                self.catalogue.add(tx, [sidecar])

    def room(self):
        return self.catalogue

    def found(self):
        totals = self.catalogue.totals()
        rows = self.catalogue.series(EVERYTHING, SeriesQuery())
        found = {row.subject for row in rows}
        assert totals.subjects == totals.series == len(found)
        return found


class TestRegister(Forgets):
    @pytest.fixture(autouse=True)
    def put_in(self, database):
        self.register = Register(database)
        with database.begin() as tx:
            for who in BOTH:
                self.register.note(tx, Person(Pseudonym(who), who.encode() * 2, -9))

    def room(self):
        return self.register

    def found(self):
        return {one.subject for one in self.register.among(who.encode() * 2 for who in BOTH)}


class TestLedger(Forgets):
    @pytest.fixture(autouse=True)
    def put_in(self, database):
        clock = ManualClock(datetime(2026, 12, 1, tzinfo=UTC))
        self.ledger = Ledger(database, clock, Signer(b"\7" * 32))
        with database.begin() as tx:
            for who in BOTH:
                self.ledger.append(tx, "archive.admitted", {}, {"subject": who})

    def room(self):
        return self.ledger

    def found(self):
        assert self.ledger.verify().holds
        return {value for at in (0, 1) for value in self.ledger.private(at).values()}
