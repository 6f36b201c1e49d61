"""The ledger on both databases: in the transaction or not at all; planted changes are named."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from yushan.base import Absent, ManualClock, Rejected
from yushan.engines.keys import Signer
from yushan.services.ledger import (
    Fault,
    Ledger,
    commitment,
    consistent,
    included,
    leaf_hash,
    verify_export,
)
from yushan.services.ledger.tables import ENTRY, HEAD, NODE, PRIVATE, SIZE
from yushan.services.ledger.values import key_line, read_key, read_note


def make_ledger(database, count=0, seal_at=()):
    clock = ManualClock(datetime(2026, 12, 1, tzinfo=UTC))
    ledger = Ledger(database, clock, Signer(b"\7" * 32))
    for number in range(count):
        with database.begin() as tx:
            ledger.append(tx, "archive.admitted", {"pack": f"p{number}", "instances": number})
        if number + 1 in seal_at:
            ledger.seal()
    return ledger


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
    assert Fault(f"ledger.{code}", 5) in verdict.faults
    assert not verdict.holds


def test_a_change_with_a_mended_tree_contradicts_the_signed_heads(database):
    ledger = make_ledger(database, 9, seal_at=(4, 6, 9))
    change(database, CHANGES["changed-entry"]())
    leaf = leaf_hash_of(database, 5)
    change(
        database,
        sa.update(NODE).where(NODE.c.level == 0, NODE.c.number == 5).values(hash=leaf),
    )
    faults = ledger.verify().faults
    assert Fault("ledger.wrong-root", 6) in faults
    assert Fault("ledger.wrong-root", 4) not in faults


def test_cut_off_entries_are_noticed_by_the_heads(database):
    ledger = make_ledger(database, 9, seal_at=(9,))
    for statement in (
        sa.delete(ENTRY).where(ENTRY.c.number >= 7),
        sa.delete(NODE).where(NODE.c.level == 0, NODE.c.number >= 7),
        sa.update(SIZE).values(size=7),
    ):
        change(database, statement)
    assert Fault("ledger.missing-entry", 9) in ledger.verify().faults


def test_exchanged_entries_are_named(database):
    ledger = make_ledger(database, 3, seal_at=(3,))
    with database.read() as tx:
        body = tx.execute(sa.select(ENTRY.c.body).where(ENTRY.c.number == 0)).scalar_one()
    change(database, sa.update(ENTRY).where(ENTRY.c.number == 1).values(body=body))
    assert {fault.code for fault in ledger.verify().faults if fault.number == 1} == {
        "ledger.changed-entry",
        "ledger.wrong-number",
    }


def test_a_forged_head_is_named(database):
    ledger = make_ledger(database, 4, seal_at=(4,))
    forged = Ledger(database, ledger.clock, Signer(b"\10" * 32))
    change(database, sa.delete(HEAD))
    forged.seal()
    assert ledger.verify().faults == (Fault("ledger.bad-signature", 4),)


def test_a_changed_personal_value_is_named(database):
    ledger = make_ledger(database, 2)
    with database.begin() as tx:
        ledger.append(tx, "archive.admitted", {}, {"subject": "A" * 16})
    change(database, sa.update(PRIVATE).values(value='"BBBBBBBBBBBBBBBB"'))
    assert ledger.verify().faults == (Fault("ledger.changed-opening", 2),)


def test_an_entry_that_is_none_any_more_is_named(database):
    ledger = make_ledger(database, 2)
    with database.begin() as tx:
        ledger.append(tx, "archive.admitted", {}, {"subject": "A" * 16})
    change(database, sa.update(ENTRY).where(ENTRY.c.number == 2).values(body="nonsense"))
    assert {fault.code for fault in ledger.verify().faults} == {
        "ledger.changed-entry",
        "ledger.wrong-number",
        "ledger.changed-opening",
    }


def test_a_head_whose_signature_is_no_base64_is_named(database):
    ledger = make_ledger(database, 1, seal_at=(1,))
    note = ledger.heads()[0].note
    broken = note[: note.rindex(" ") + 1] + "!!!\n"
    change(database, sa.update(HEAD).values(note=broken))
    assert ledger.verify().faults == (Fault("ledger.bad-signature", 1),)


def test_exported_files_are_enough_to_verify(database, tmp_path):
    ledger = make_ledger(database, 9, seal_at=(4, 9))
    folder = tmp_path / "export"
    ledger.export(folder)
    key = key_line(ledger.signer.public)
    verdict = verify_export(folder)
    assert verdict.holds
    assert (verdict.size, verdict.heads, verdict.key) == (9, 2, key)
    assert verdict == ledger.verify() == verify_export(folder, key)
    other = verify_export(folder, key_line(Signer(b"\10" * 32).public))
    assert {fault.code for fault in other.faults} == {"ledger.bad-signature"}


def test_a_change_in_exported_files_is_named(database, tmp_path):
    make_ledger(database, 9, seal_at=(4, 9)).export(tmp_path / "a")
    page = tmp_path / "a" / "entries.jsonl"
    page.write_bytes(page.read_bytes().replace(b'"instances":5', b'"instances":4'))
    assert verify_export(tmp_path / "a").faults == (Fault("ledger.changed-entry", 5),)
    leaves = tmp_path / "a" / "leaves.txt"
    lines = leaves.read_text().splitlines()
    lines[5] = leaf_hash(page.read_bytes().splitlines()[5]).hex()
    leaves.write_text("\n".join(lines) + "\n")
    assert verify_export(tmp_path / "a").faults == (Fault("ledger.wrong-root", 9),)
    leaves.write_text("\n".join(lines[:6]) + "\nnonsense\n")
    codes = {fault.code for fault in verify_export(tmp_path / "a").faults}
    assert codes == {"ledger.changed-entry", "ledger.missing-entry"}


def test_an_unreadable_head_or_key_is_named(database, tmp_path):
    make_ledger(database, 3, seal_at=(3,)).export(tmp_path / "a")
    (tmp_path / "a" / "heads" / "000000000000001.txt").write_text("nonsense")
    assert verify_export(tmp_path / "a").faults == (Fault("ledger.bad-head", -1),)
    for line in ("", "yushan/ledger/1+00+AAAA", "x+y+!"):
        with pytest.raises(Rejected, match=r"ledger\.bad-key"):
            verify_export(tmp_path / "a", line)


def test_the_key_line_is_read_back():
    public = Signer(b"\7" * 32).public
    assert read_key(key_line(public)) == public


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
    verdict = ledger.verify()
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
    verdict = ledger.verify()
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
