"""What the public log is told: totals in steps, when a batch is over or an hour has passed."""

from tests.unit.ledger.test_ledger import make_ledger

from yushan.services.ledger import Audit, Counting, Thing, tell_policies


def admit(ledger, instances):
    with ledger.db.begin() as tx:
        facts = {"instances": instances, "duplicate": 0, "site": "hospital-a"}
        ledger.append(tx, "archive.admitted", facts, {"subject": "S"})


def told(ledger):
    return [entry.facts["totals"] for entry in ledger.public.entries()]


def test_a_batch_is_told_when_it_is_over_and_heads_are_signed(database):
    ledger = make_ledger(database)
    counting = Counting(ledger, quiet_s=10.0)
    assert counting.round()  # a role that starts signs what it finds
    admit(ledger, 100)
    assert not counting.round()
    ledger.clock.advance(5)
    admit(ledger, 23)
    ledger.clock.advance(9)
    assert not counting.round()
    ledger.clock.advance(1)
    assert counting.round()
    assert told(ledger) == [{"images": 120}]
    facts = ledger.public.entries()[0].facts
    assert set(facts) == {"totals", "ledger"}
    assert facts["ledger"]["size"] == 3
    with database.read() as tx:
        assert ledger.restricted.root(tx, 3).hex() == facts["ledger"]["root"]
    assert ledger.entries(kind="record.counted")[0].facts["totals"] == {
        "images": 123,
    }
    assert ledger.public.head().size == 1
    assert ledger.restricted.head().size == 3
    assert not counting.round()


def test_small_numbers_are_told_only_with_others(database):
    ledger = make_ledger(database)
    counting = Counting(ledger, quiet_s=0.0)
    for expected in ([], [], [], [], [{"opt_outs": 5}]):
        with database.begin() as tx:
            ledger.append(tx, "withdrawal.ended", {"case": "c"})
        assert counting.round()
        assert told(ledger) == expected


def test_looks_wait_for_the_hour(database):
    ledger = make_ledger(database)
    counting = Counting(ledger, quiet_s=1.0, hour_s=3600.0)
    counting.round()
    audit = Audit(ledger, window_s=0.0)
    for number in range(6):
        audit.saw(None, "image.read", Thing("series", series=f"2.25.{number}"))
    ledger.clock.advance(1800)
    assert not counting.round()
    ledger.clock.advance(1800)
    assert counting.round()
    assert told(ledger) == [{"looks": 5}]
    ledger.clock.advance(3600)
    assert counting.round()
    assert (len(told(ledger)), ledger.verify().holds) == (1, True)


def test_a_policy_is_told_once_and_again_when_it_changes(database):
    ledger = make_ledger(database)
    assert tell_policies(ledger, {"basic": "d1", "tw-nhi": "d2"}) == 2
    assert tell_policies(ledger, {"basic": "d1", "tw-nhi": "d2"}) == 0
    assert tell_policies(ledger, {"basic": "d3"}) == 1
    told = [entry.facts for entry in ledger.public.entries()]
    assert told[-1] == {"name": "basic", "digest": "d3"}
    assert (ledger.public.head().size, ledger.verify().holds) == (3, True)
