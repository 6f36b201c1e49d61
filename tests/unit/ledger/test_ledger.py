"""The ledger on both databases: in the transaction or not at all; planted changes are named."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from yushan.base import Absent, Broken, ManualClock, Rejected
from yushan.engines.keys import Signer
from yushan.services.ledger import Ledger, commitment, consistent, included, leaf_hash, read_note
from yushan.services.ledger.tables import ENTRY, HEAD, NODE, PRIVATE, SIZE


def make_ledger(database, count=0, seal_at=()):
    clock = ManualClock(datetime(2026, 12, 1, tzinfo=UTC))
    ledger = Ledger(database, clock, Signer(b"\7" * 32))
    for number in range(count):
        with database.begin() as tx:
            ledger.append(tx, "archive.admitted", {"pack": f"p{number}", "instances": number})
        if number + 1 in seal_at:
            ledger.seal()
    return ledger


def named(verdicts):
    """What a check found, as (code without its room, number)."""
    return {(fault.code.removeprefix("ledger."), fault.number) for fault in verdicts.faults}


def change(database, statement):
    with database.begin() as tx:
        assert tx.execute(statement).rowcount > 0


def test_an_entry_is_numbered_timed_and_found_by_kind(database):
    ledger = make_ledger(database, 3)
    with database.begin() as tx:
        assert ledger.append(tx, "consent.opted-out", {"count": 2}) == 3
    assert [entry.number for entry in ledger.entries()] == [0, 1, 2, 3]
    [entry] = ledger.entries(kind="consent.opted-out")
    assert (entry.facts, entry.time) == ({"count": 2}, "2026-12-01T00:00:00.000+00:00")
    assert [entry.number for entry in ledger.entries(after=0, limit=2)] == [1, 2]
    assert ledger.size() == 4


def test_an_entry_goes_when_its_fact_goes(database):
    ledger = make_ledger(database, 2)

    def fail_after_appending():
        with database.begin() as tx:
            ledger.append(tx, "archive.admitted", {})
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_appending()
    assert ledger.size() == 2
    with database.begin() as tx:
        assert ledger.append(tx, "archive.admitted", {}) == 2
    assert ledger.verify().holds


def test_a_kind_is_room_and_event(database):
    ledger = make_ledger(database)
    with database.begin() as tx, pytest.raises(ValueError, match="not a kind"):
        ledger.append(tx, "Anything goes", {})


def test_every_entry_is_provable_under_the_newest_head(database):
    ledger = make_ledger(database, 11, seal_at=(4,))
    head = ledger.seal()
    assert head == ledger.seal() == ledger.heads()[-1]
    for number in range(11):
        found = ledger.inclusion(number)
        leaf = leaf_hash_of(database, number)
        assert included(leaf, number, head.size, found.proof, head.root)
        assert found.entry.facts["instances"] == number
    first = ledger.heads()[0]
    assert consistent(4, 11, ledger.consistency(4, 11), first.root, head.root)
    assert ledger.verify().holds


def leaf_hash_of(database, number):
    with database.read() as tx:
        body = tx.execute(sa.select(ENTRY.c.body).where(ENTRY.c.number == number)).scalar_one()
    return leaf_hash(body.encode())


def test_what_is_not_sealed_is_not_proven(database):
    ledger = make_ledger(database, 2)
    with pytest.raises(Absent, match=r"ledger\.not-sealed"):
        ledger.inclusion(0)
    ledger.seal()
    with pytest.raises(Absent, match=r"ledger\.not-sealed"):
        ledger.inclusion(2)
    with pytest.raises(Absent, match=r"ledger\.not-there"):
        ledger.consistency(1, 3)


def test_an_empty_ledger_can_be_sealed_and_verified(database):
    ledger = make_ledger(database)
    assert ledger.seal().size == 0
    assert ledger.verify().holds


def test_personal_fields_stand_as_commitments_and_can_be_destroyed(database, tmp_path):
    ledger = make_ledger(database, 1)
    with database.begin() as tx:
        number = ledger.append(
            tx, "archive.admitted", {"pack": "p"}, {"subject": "ABCDEFGHIJKLMN27", "n": 3}
        )
        ledger.append(tx, "archive.admitted", {"pack": "q"}, {"subject": "ZZZZZZZZZZZZZZZZ"})
    ledger.seal()
    assert ledger.private(number) == {"subject": "ABCDEFGHIJKLMN27", "n": 3}
    entry = ledger.entries(after=0, limit=1)[0]
    with database.read() as tx:
        salt = tx.execute(
            sa.select(PRIVATE.c.salt).where(PRIVATE.c.name == "subject", PRIVATE.c.number == number)
        ).scalar_one()
    assert entry.commitments["subject"] == commitment(bytes(salt), "ABCDEFGHIJKLMN27")
    ledger.export(tmp_path / "out")
    assert b"ABCDEFGHIJKLMN27" not in b"".join(
        page.read_bytes() for page in (tmp_path / "out").rglob("*") if page.is_file()
    )
    with database.begin() as tx:
        assert ledger.destroy(tx, "subject", "ABCDEFGHIJKLMN27") == 1
    assert ledger.private(number) == {}
    assert ledger.private(number + 1) == {"subject": "ZZZZZZZZZZZZZZZZ"}
    assert ledger.verify().holds


CHANGES = {
    "changed-entry": lambda: sa.update(ENTRY).where(ENTRY.c.number == 5).values(
        body=sa.func.replace(ENTRY.c.body, '"instances":5', '"instances":6')
    ),
    "changed-node": lambda: sa.update(NODE).where(NODE.c.level == 1, NODE.c.number == 2).values(
        hash=b"\0" * 32
    ),
    "missing-entry": lambda: sa.delete(ENTRY).where(ENTRY.c.number == 5),
}  # fmt: skip


@pytest.mark.parametrize("code", CHANGES)
def test_a_planted_change_is_found_and_named(database, code):
    ledger = make_ledger(database, 9, seal_at=(4, 9))
    change(database, CHANGES[code]())
    verdict = ledger.verify()
    assert (code, 5) in named(verdict)
    assert not verdict.holds


def test_a_change_with_a_mended_tree_contradicts_the_signed_heads(database):
    ledger = make_ledger(database, 9, seal_at=(4, 6, 9))
    change(database, CHANGES["changed-entry"]())
    leaf = leaf_hash_of(database, 5)
    change(
        database,
        sa.update(NODE).where(NODE.c.level == 0, NODE.c.number == 5).values(hash=leaf),
    )
    verdict = ledger.verify()
    assert ("wrong-root", 6) in named(verdict)
    assert ("wrong-root", 4) not in named(verdict)
    assert [fault.since for fault in verdict.faults if fault.number == 6] == [4]
    with database.begin() as tx:
        ledger.append(tx, "archive.admitted", {})
    change(database, sa.update(NODE).where(NODE.c.level == 3).values(hash=leaf))
    with pytest.raises(Broken, match=r"ledger\.changed-past"):
        ledger.seal()


def test_cut_off_entries_are_noticed_by_the_heads(database):
    ledger = make_ledger(database, 9, seal_at=(9,))
    for statement in (
        sa.delete(ENTRY).where(ENTRY.c.number >= 7),
        sa.delete(NODE).where(NODE.c.level == 0, NODE.c.number >= 7),
        sa.update(SIZE).values(size=7),
    ):
        change(database, statement)
    assert ("missing-entry", 7) in named(ledger.verify())
    with pytest.raises(Broken, match=r"ledger\.changed-past"):
        ledger.seal()


def test_exchanged_entries_are_named(database):
    ledger = make_ledger(database, 3, seal_at=(3,))
    with database.read() as tx:
        body = tx.execute(sa.select(ENTRY.c.body).where(ENTRY.c.number == 0)).scalar_one()
    change(database, sa.update(ENTRY).where(ENTRY.c.number == 1).values(body=body))
    assert named(ledger.verify()) == {("changed-entry", 1)}


def test_a_forged_head_is_named(database):
    ledger = make_ledger(database, 4, seal_at=(4,))
    forged = Ledger(database, ledger.clock, Signer(b"\10" * 32))
    change(database, sa.delete(HEAD))
    with database.begin() as tx:
        forged.restricted.seal(tx, forged.signer)
    assert named(ledger.verify()) == {("bad-signature", 4)}


def test_a_changed_personal_value_is_named(database):
    ledger = make_ledger(database, 2)
    with database.begin() as tx:
        ledger.append(tx, "archive.admitted", {}, {"subject": "A" * 16})
    change(database, sa.update(PRIVATE).values(value='"BBBBBBBBBBBBBBBB"'))
    assert named(ledger.verify()) == {("changed-opening", 2)}


def test_an_entry_that_is_none_any_more_is_named(database):
    ledger = make_ledger(database, 2)
    with database.begin() as tx:
        ledger.append(tx, "archive.admitted", {}, {"subject": "A" * 16})
    change(database, sa.update(ENTRY).where(ENTRY.c.number == 2).values(body="nonsense"))
    assert named(ledger.verify()) == {("changed-entry", 2), ("changed-opening", 2)}


def test_a_head_whose_signature_is_no_base64_is_named(database):
    ledger = make_ledger(database, 1, seal_at=(1,))
    note = ledger.heads()[0].note
    broken = note[: note.rindex(" ") + 1] + "!!!\n"
    change(database, sa.update(HEAD).values(note=broken))
    assert named(ledger.verify()) == {("bad-signature", 1)}


@pytest.mark.parametrize("note", ["", "a\nb\nc\n\n\n\n", "yushan/ledger/1\nx\nAA==\n\n-\n-\n"])
def test_what_is_no_head_is_refused(note):
    with pytest.raises(Rejected, match=r"ledger\.bad-head"):
        read_note(note)


def test_writers_side_by_side_leave_no_gap(database):
    ledger = make_ledger(database)

    def work(name):
        for number in range(10):
            with database.begin() as tx:
                ledger.append(tx, "archive.admitted", {"writer": name, "number": number})

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.seal()
    verdict, _ = ledger.verify().logs
    assert (verdict.size, verdict.faults) == (40, ())
    entries = ledger.entries(limit=100)
    for name in range(4):
        assert [e.facts["number"] for e in entries if e.facts["writer"] == name] == list(range(10))


def test_a_ledger_longer_than_a_page_is_verified(database):
    ledger = make_ledger(database)
    with database.begin() as tx:
        for number in range(1100):
            ledger.append(tx, "archive.admitted", {"number": number})
    ledger.seal()
    verdict, _ = ledger.verify().logs
    assert (verdict.size, verdict.faults) == (1100, ())


def test_a_ledger_that_grows_meanwhile_is_verified_as_of_one_moment(database):
    ledger = make_ledger(database, 3)
    ended = threading.Event()

    def grow():
        while not ended.is_set():
            with database.begin() as tx:
                ledger.append(tx, "archive.admitted", {"instances": 1})
            ledger.seal()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        verdicts = [ledger.verify() for _ in range(25)]
    finally:
        ended.set()
        thread.join()
    assert [verdict.faults for verdict in verdicts] == [()] * 25
