"""Sums of the ledger held against those who counted otherwise."""

import pytest
from tests.doors.portal.making import FakeAdmissions, make_site_account
from tests.unit.ledger.test_audit import Person
from tests.unit.ledger.test_ledger import make_ledger

from yushan.assembly.reconciling import Reconciling
from yushan.services.ledger import Audit, Thing

STUDY = Thing("series", subject="S", study="2.25.1", series="2.25.2")


class Door:
    """Counts what it answered, by itself."""

    answered = 7

    def count(self):
        return self.answered


@pytest.fixture
def parts(database):
    ledger = make_ledger(database)
    with database.begin() as tx:
        ledger.append(tx, "archive.received", {"site": "hospital-a", "instances": 60})
        ledger.append(tx, "archive.admitted",
                      {"site": "hospital-a", "instances": 60, "duplicate": 0})  # fmt: skip
    return ledger, Audit(ledger, "dicomweb"), Door()


def reconciling(parts, account):
    ledger, audit, door = parts
    return Reconciling(ledger, FakeAdmissions([account]), audit, door.count)


def test_all_that_was_counted_is_told(parts):
    ledger, audit, door = parts
    account = make_site_account("hospital-a", 60, duplicate=0, quarantined=0)
    one = reconciling(parts, account)
    for _ in range(9):
        audit.saw(Person(), "image.read", STUDY, count=3)
        door.answered += 1
    found = one.round()
    assert (found.differences, found.answered, found.told) == ({}, 9, 9)
    assert ledger.entries(kind="record.reconciled")[0].facts["closes"] is True


def test_a_request_that_nobody_told_of_is_noticed(parts):
    _, audit, door = parts
    account = make_site_account("hospital-a", 60, duplicate=0, quarantined=0)
    one = reconciling(parts, account)
    audit.saw(Person(), "image.read", STUDY)
    door.answered += 2
    assert one.round().differences == {"requests": (1, 2)}
    audit.saw(Person(), "image.read", STUDY)
    assert one.round().closes  # told late is told


@pytest.mark.parametrize(("received", "expected"), [(59, "received"), (61, "received")])
def test_a_site_whose_sums_differ_is_named(parts, received, expected):
    account = make_site_account("hospital-a", received, duplicate=0, quarantined=0)
    found = reconciling(parts, account).round()
    assert f"hospital-a {expected}" in found.differences
    assert found.differences[f"hospital-a {expected}"] == (60, received)
