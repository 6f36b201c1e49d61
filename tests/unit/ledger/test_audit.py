"""What doors say of requests: at once, summed within a minute, never lost silently."""

import threading
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from tests.unit.ledger.test_ledger import make_ledger

from yushan.base import Unavailable
from yushan.services.ledger import Audit, Thing

STUDY = Thing("study", subject="P1", study="2.25.1", series="2.25.2")


@dataclass
class Person:
    id: str = "a1"
    role: str = "researcher"


def told(ledger):
    return [(entry.kind, entry.facts) for entry in ledger.entries()]


def test_the_first_look_is_there_before_the_answer_and_what_it_concerns_is_committed_to(database):
    ledger = make_ledger(database)
    Audit(ledger).at("dicomweb").saw(Person(), "image.read", STUDY, count=3, size=70)
    [entry] = ledger.entries()
    assert entry.facts == {
        "account": "a1", "role": "researcher", "thing": "study", "via": "dicomweb",
        "count": 3, "bytes": 70,
    }  # fmt: skip
    assert set(entry.commitments) == {"subject", "study", "series"}
    assert ledger.private(0) == {"subject": "P1", "study": "2.25.1", "series": "2.25.2"}


def test_further_looks_are_one_sum_and_every_byte_is_counted(database):
    ledger = make_ledger(database)
    audit = Audit(ledger)
    for _ in range(50):
        audit.saw(Person(), "image.read", STUDY, size=10)
    audit.saw(Person("a2"), "image.read", STUDY, size=10)
    assert ledger.size() == 2
    audit.flush()
    audit.flush()
    facts = [entry.facts for entry in ledger.entries()]
    assert [(one["account"], one["count"], one["bytes"]) for one in facts] == [
        ("a1", 1, 10),
        ("a2", 1, 10),
        ("a1", 49, 490),
    ]
    assert facts[2]["over_s"] >= 1


def test_a_window_that_is_over_begins_with_an_entry_again(database):
    ledger = make_ledger(database)
    audit = Audit(ledger, window_s=0.0)
    audit.saw(None, "record.seen", Thing("page", "record"))
    audit.saw(None, "record.seen", Thing("page", "record"))
    assert ledger.size() == 2


def test_an_act_stands_in_the_transaction_that_makes_it_true(database):
    ledger = make_ledger(database)
    audit = Audit(ledger)
    audit.did(Person(), "account.role-changed", Thing("account", "a9"))
    audit.did(Person(), "image.read", STUDY, outcome="refused", reasons=("access.no-consent",))

    def act():
        with database.begin() as tx:
            audit.did(Person(), "account.closed", Thing("account", "a9"), tx=tx)
            raise LookupError

    with pytest.raises(LookupError):
        act()
    assert [(kind, facts["outcome"]) for kind, facts in told(ledger)] == [
        ("account.role-changed", "done"),
        ("image.read", "refused"),
    ]


def test_what_cannot_be_written_is_not_shown_and_its_counts_are_kept(database):
    ledger = make_ledger(database)
    audit = Audit(ledger)
    audit.saw(Person(), "image.read", STUDY)
    audit.saw(Person(), "image.read", STUDY)
    rename(database, "ledger_entry", "ledger_away")
    with pytest.raises(Unavailable, match="not-written"):
        audit.saw(Person("a2"), "image.read", STUDY)
    with pytest.raises(Unavailable, match="not-written"):
        audit.did(Person("a2"), "account.closed", STUDY)
    audit.writer.window_s = 0.0
    audit.tick()
    with pytest.raises(Unavailable, match="not-written"):  # even what would only be counted
        audit.saw(Person(), "image.read", STUDY)
    rename(database, "ledger_away", "ledger_entry")
    audit.saw(Person("a2"), "image.read", STUDY)
    audit.flush()
    counts = [(facts["account"], facts["count"]) for _, facts in told(ledger)]
    assert sorted(counts) == [("a1", 1), ("a1", 1), ("a2", 1)]


def test_many_requests_at_once_share_transactions_and_none_is_lost(database):
    ledger = make_ledger(database)
    audit = Audit(ledger)

    def look(person):
        for number in range(10):
            audit.saw(Person(person), "image.read", Thing("study", study=f"2.25.{number}"))

    threads = [threading.Thread(target=look, args=(f"a{n}",)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert ledger.size() == 60
    assert ledger.verify().holds


def rename(database, old, new):
    with database.begin() as tx:
        tx.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))
