"""Receipts prove an entry by themselves, and nothing else."""

import msgspec
import pytest
from tests.unit.ledger.test_ledger import make_ledger
from tests.unit.ledger.test_witness import at_hospital, grow, look

from yushan.base import Absent, Rejected
from yushan.engines.keys import Signer
from yushan.services.ledger import (
    LEDGER,
    Cosigners,
    Receipts,
    read_receipt,
    verify_receipt,
)


@pytest.fixture
def ledger(database):
    ledger = make_ledger(database)
    with database.begin() as tx:
        private = {"subject": "ABCDEFGHIJKLMN27", "study": "2.25.1"}
        ledger.append(tx, "image.read", {"account": "a1"}, private)
    grow(ledger)
    return ledger


def written(receipt):
    return msgspec.json.encode(receipt)


def test_a_receipt_proves_its_entry_and_opens_what_was_asked(ledger, tmp_path):
    look(at_hospital(tmp_path, ledger), Cosigners(ledger), LEDGER)
    grow(ledger)  # newer, but nobody has cosigned it yet
    receipt = Receipts(ledger).make(ledger.restricted, 0, ["subject"])
    judged = verify_receipt(read_receipt(written(receipt)), ledger.key)
    assert (judged.holds, judged.kind, judged.number, judged.size) == (True, "image.read", 0, 4)
    assert judged.cosigned == ("yushan/witness/hospital-a",)
    assert [one.value for one in receipt.opened] == ["ABCDEFGHIJKLMN27"]
    assert b"2.25.1" not in written(receipt)
    public = Receipts(ledger).make(ledger.public, 2)
    assert verify_receipt(public, ledger.public_key).holds
    with pytest.raises(Absent, match=r"ledger\.not-sealed"):
        Receipts(ledger).make(ledger.public, 99)


def test_a_receipt_outlives_the_key_that_signed_it(ledger):
    old = ledger.key
    receipt = Receipts(ledger).make(ledger.restricted, 0)
    ledger.rotate(Signer(b"\1" * 32))
    later = Receipts(ledger).make(ledger.restricted, 0)
    assert verify_receipt(later, old).holds
    assert verify_receipt(receipt, old).holds
    assert verify_receipt(later, ledger.key).holds


def spoiled(receipt, **values):
    return msgspec.structs.replace(receipt, **values)


def test_whatever_is_changed_in_a_receipt_is_named(ledger):
    receipt = Receipts(ledger).make(ledger.restricted, 0, ["subject"])
    [opened] = receipt.opened
    other = Receipts(ledger).make(ledger.restricted, 1)
    cases = [
        ({"entry": receipt.entry.replace("a1", "a2")}, "ledger.not-included"),
        ({"number": 1}, "ledger.wrong-number"),
        ({"proof": receipt.proof[1:]}, "ledger.not-included"),
        ({"proof": other.proof}, "ledger.not-included"),
        ({"head": receipt.head.replace("\n4\n", "\n5\n")}, "ledger.bad-signature"),
        ({"log": "yushan/record/1"}, "ledger.bad-signature"),
        ({"opened": (spoiled(opened, value="X"),)}, "ledger.changed-opening"),
        ({"opened": (spoiled(opened, salt="zz"),)}, "ledger.changed-opening"),
        ({"opened": (spoiled(opened, name="study"),)}, "ledger.changed-opening"),
    ]
    for values, code in cases:
        assert code in verify_receipt(spoiled(receipt, **values), ledger.key).faults, values
    stranger = ledger.restricted.key(Signer(b"\1" * 32).public).line
    assert verify_receipt(receipt, stranger).faults == ("ledger.bad-signature",)
    assert verify_receipt(spoiled(receipt, witnesses=("x",)), ledger.key).cosigned == ()


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"format":"x"}', b"[1]"])
def test_what_is_no_receipt_is_refused(ledger, data):
    with pytest.raises(Rejected, match=r"ledger\.bad-receipt"):
        read_receipt(data)
    receipt = Receipts(ledger).make(ledger.restricted, 0)
    for values in ({"entry": "x"}, {"proof": ("!",)}):
        with pytest.raises(Rejected, match=r"ledger\.bad-receipt"):
            verify_receipt(spoiled(receipt, **values))
    with pytest.raises(Rejected, match=r"ledger\.bad-receipt"):
        read_receipt(written(spoiled(receipt, format="yushan-receipt/2")))
