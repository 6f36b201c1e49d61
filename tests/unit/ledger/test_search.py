"""Looking into the restricted log."""

from datetime import timedelta

import pytest
from tests.unit.ledger.test_audit import Person
from tests.unit.ledger.test_ledger import make_ledger

from yushan.base import Leaving
from yushan.services.ledger import Audit, Question, Thing


@pytest.fixture
def ledger(database):
    """Six looks by two people at three persons, a minute apart."""
    ledger = make_ledger(database)
    audit = Audit(ledger, "portal")
    for number in range(6):
        thing = Thing(
            "study", subject=f"S{number % 3}", study=f"2.25.{number % 3}", series=f"2.25.9{number}"
        )
        audit.did(Person(f"a{number % 2}"), "image.read" if number < 4 else "study.seen", thing)
        ledger.clock.advance(60)
    return ledger


def numbers(found):
    return [one.entry.number for one in found]


def test_entries_are_found_by_all_that_people_ask_for(ledger):
    noon = ledger.clock.now()
    asked = [
        (Question(), [5, 4, 3, 2, 1, 0]),
        (Question(subject="S1"), [4, 1]),
        (Question(study="2.25.2"), [5, 2]),
        (Question(series="2.25.93"), [3]),
        (Question(account="a1"), [5, 3, 1]),
        (Question(account="a1", subject="S0"), [3]),
        (Question(kinds=("study.seen",)), [5, 4]),
        (Question(since=noon - timedelta(minutes=3)), [5, 4, 3]),
        (Question(until=noon - timedelta(minutes=3)), [2, 1, 0]),
        (Question(since=noon), []),
        (Question(before=2), [1, 0]),
        (Question(subject="S9"), []),
    ]
    for question, expected in asked:
        found = ledger.search.newest(question)
        assert numbers(found) == expected, question
        assert ledger.search.count(question) == len(expected)
        assert numbers(ledger.search.all(question)) == expected[::-1]
    assert numbers(ledger.search.newest(Question(), 2)) == [5, 4]
    assert ledger.search.kinds() == ["image.read", "study.seen"]
    assert [entry.number for entry in ledger.about("subject", "S0")] == [3, 0]


def test_whoever_left_is_found_no_more_but_the_looks_remain(ledger):
    with ledger.db.begin() as tx:
        assert ledger.forget(tx, Leaving(subject="S1")).removed == 2
        gone = ledger.forget(tx, Leaving(subject="S2", series=frozenset({"2.25.92"})))
        assert gone.removed == 1
    assert ledger.search.newest(Question(subject="S1")) == []
    assert numbers(ledger.search.newest(Question(study="2.25.2"))) == [5]
    every = ledger.search.newest(Question())
    assert [one.entry.number for one in every if one.is_forgotten] == [4, 2, 1]
    assert every[0].private == {"subject": "S2", "study": "2.25.2", "series": "2.25.95"}
    assert ledger.verify().holds
