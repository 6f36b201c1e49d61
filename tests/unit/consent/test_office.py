"""The consent office: records, receipts, history, tokens."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.databases import make_database
from tests.unit.consent.offices import NOON, OTHER, PERSON, SIGNER, Scene, allow, stop

from yushan.base import Absent, Rejected, Unavailable, canonical_json
from yushan.engines.keys import multiply_generator, random_scalar
from yushan.services.consent import (
    BATCH,
    Channel,
    ConsentOffice,
    Decision,
    Part,
    Receipt,
    SignedList,
    Use,
    Wish,
    checked_identity,
    is_genuine,
    read_entries,
    read_stamp,
)
from yushan.services.consent.receipts import message
from yushan.services.consent.tables import CHOICE
from yushan.services.ledger import Receipts, verify_receipt

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def test_a_choice_gives_a_signed_receipt(scene: Scene) -> None:
    receipt = scene.office.record(PERSON, stop(use=Use.INDUSTRY))
    assert receipt.decision is Decision.STOP
    assert receipt.part == Part(use=Use.INDUSTRY)
    assert receipt.effective_at == receipt.recorded_at == NOON
    assert is_genuine(receipt, SIGNER.public)
    changed = msgspec.structs.replace(receipt, part=Part())
    assert not is_genuine(changed, SIGNER.public)
    assert msgspec.json.decode(msgspec.json.encode(receipt), type=type(receipt)) == receipt


def test_the_history_shows_every_choice_and_where_each_use_stands(scene: Scene) -> None:
    first = scene.office.record(PERSON, stop())
    scene.clock.advance(60)
    wish = Wish(
        decision=Decision.ALLOW,
        part=Part(
            use=Use.ACADEMIC,
            site="site-a",
            modality="CT",
            examined_from=date(2020, 1, 1),
            examined_until=date(2024, 12, 31),
        ),
        channel=Channel.PAPER,
        effective_at=NOON + timedelta(days=1),
    )
    second = scene.office.record(PERSON, wish)
    third = scene.office.record(PERSON, allow(use=Use.PUBLIC_HEALTH))
    scene.office.record(OTHER, stop())
    history = scene.office.show(" a123456789 ")
    assert history.receipts == (first, second, third)
    assert history.handle == first.handle
    assert history.standing == {
        Use.ACADEMIC: Decision.STOP,
        Use.PUBLIC_HEALTH: Decision.ALLOW,
        Use.INDUSTRY: Decision.STOP,
    }


def test_a_person_without_choices_has_an_empty_history(scene: Scene) -> None:
    history = scene.office.show(PERSON)
    assert history.receipts == ()
    assert set(history.standing.values()) == {Decision.ALLOW}


def test_no_number_is_kept_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "office.db"
    base = make_database(path, "services.consent", "services.ledger")
    Scene(base).office.record(PERSON, stop())
    signed = Scene(base).office.optout_list()
    base.dispose()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir()) + (signed.entries or b"")
    assert PERSON.encode() not in kept
    assert PERSON[1:].encode() not in kept


def test_another_consent_key_is_refused_where_nobody_said_how_it_belongs(scene: Scene) -> None:
    scene.office.record(PERSON, stop())
    with pytest.raises(Unavailable, match=r"consent\.key-unknown"):
        ConsentOffice(scene.ledger, b"k" * 32)
    assert len(scene.office.show(PERSON).receipts) == 1


def test_a_choice_is_taken_back_by_its_receipt(scene: Scene) -> None:
    first = scene.office.record(PERSON, stop(modality="CT"))
    scene.clock.advance(1)
    back = scene.office.withdraw(PERSON, first.receipt, Channel.PHONE)
    assert (back.decision, back.part, back.channel) == (Decision.ALLOW, first.part, Channel.PHONE)
    client = scene.client()
    assert client.check(client.token(PERSON), "CT") == "allowed"
    with pytest.raises(Absent, match=r"consent\.receipt-unknown"):
        scene.office.withdraw(OTHER, first.receipt, Channel.PHONE)


def test_everybodys_choices_are_listed_by_handle(scene: Scene) -> None:
    scene.office.record(PERSON, stop())
    scene.office.record(OTHER, allow())
    scene.office.record(PERSON, allow())
    rows = scene.office.choices()
    assert [number for number, _ in rows] == [1, 2, 3]
    assert rows[0][1].handle == rows[2][1].handle != rows[1][1].handle
    assert scene.office.choices(after=2) == rows[2:]
    assert all(is_genuine(receipt, SIGNER.public) for _, receipt in rows)


WRONG = [
    "A123456788",
    "A12345678",
    "A1234567890",
    "1123456789",
    "AE23456789",
    "王小明",
    "A323456789",
]


@pytest.mark.parametrize("wrong", ["", *WRONG])
def test_a_mistyped_number_is_refused(scene: Scene, wrong: str) -> None:
    with pytest.raises(Rejected, match=r"consent\.identity-invalid"):
        scene.office.record(wrong, stop())
    with pytest.raises(Rejected, match=r"consent\.identity-invalid"):
        scene.office.show(wrong)


@pytest.mark.parametrize("right", ["A123456789", "B123456780", "A800000014", "AC01234567"])
def test_valid_numbers_of_every_kind_are_taken(right: str) -> None:
    assert checked_identity(right.lower()) == right


@pytest.mark.parametrize("place", [2, 6, 8, 9])  # weights 7, 3, 1, 1: prime to ten
def test_a_wrong_digit_at_a_weight_prime_to_ten_is_always_noticed(place: int) -> None:
    for digit in set("0123456789") - {PERSON[place]}:
        with pytest.raises(Rejected, match=r"consent\.identity-invalid"):
            checked_identity(PERSON[:place] + digit + PERSON[place + 1 :])


def test_a_choice_cannot_begin_in_the_past_but_later(scene: Scene) -> None:
    early = Wish(decision=Decision.STOP, effective_at=NOON - timedelta(seconds=1))
    with pytest.raises(Rejected, match=r"consent\.effective-in-past"):
        scene.office.record(PERSON, early)
    taipei = timezone(timedelta(hours=8))
    later = Wish(
        decision=Decision.STOP, effective_at=datetime(2026, 12, 1, 20, 0, 1, tzinfo=taipei)
    )
    assert scene.office.record(PERSON, later).effective_at == NOON + timedelta(seconds=1)
    assert scene.office.show(PERSON).standing[Use.ACADEMIC] is Decision.ALLOW
    scene.clock.advance(1)
    assert scene.office.show(PERSON).standing[Use.ACADEMIC] is Decision.STOP


def test_the_list_holds_those_who_stopped_something_with_all_their_choices(scene: Scene) -> None:
    scene.office.record(PERSON, stop())
    scene.office.record(PERSON, allow(use=Use.ACADEMIC))
    scene.office.record(OTHER, allow())
    signed = scene.office.optout_list()
    stamp = read_stamp(signed, SIGNER.public)
    assert stamp.issued_at == NOON
    [entry] = read_entries(signed, stamp)
    assert entry.token == scene.client().token(PERSON)[8:]
    assert [choice.decision for choice in entry.choices] == [Decision.STOP, Decision.ALLOW]


def test_entries_that_are_known_are_not_sent_again(scene: Scene) -> None:
    office = scene.office
    digest = read_stamp(office.optout_list(), SIGNER.public).digest
    scene.clock.advance(60)
    again = office.optout_list(digest)
    assert again.entries is None
    assert read_stamp(again, SIGNER.public).issued_at > NOON
    office.record(PERSON, stop())
    changed = office.optout_list(digest)
    assert len(read_entries(changed, read_stamp(changed, SIGNER.public))) == 1


def test_a_changed_stamp_or_changed_entries_are_not_read(scene: Scene) -> None:
    scene.office.record(PERSON, stop())
    signed = scene.office.optout_list()
    dated = msgspec.structs.replace(signed, stamp=signed.stamp.replace(b"2026", b"2027"))
    with pytest.raises(Unavailable, match=r"consent\.list-forged"):
        read_stamp(dated, SIGNER.public)
    stamp = read_stamp(signed, SIGNER.public)
    for entries in (b"[]", None):
        emptied = msgspec.structs.replace(signed, entries=entries)
        with pytest.raises(Unavailable, match=r"consent\.list-forged"):
            read_entries(emptied, stamp)


def test_a_signature_of_a_receipt_is_none_of_a_list(scene: Scene) -> None:
    receipt = scene.office.record(PERSON, stop())
    lifted = SignedList(message(receipt), receipt.signature)
    with pytest.raises(Unavailable, match=r"consent\.list-forged"):
        read_stamp(lifted, SIGNER.public)


def test_a_site_over_its_quota_waits_until_tomorrow(database: Database) -> None:
    scene = Scene(database, daily_limit=2)
    element = multiply_generator(random_scalar())
    scene.office.evaluate("site-a", [element, element])
    with pytest.raises(Unavailable, match=r"consent\.quota"):
        scene.office.evaluate("site-a", [element])
    with pytest.raises(Unavailable, match=r"consent\.quota"):
        scene.client().token(PERSON)
    assert len(scene.office.evaluate("site-b", [element])) == 1
    assert [row.evaluations for row in scene.office.usage(NOON.date())] == [2, 1]
    scene.clock.advance(12 * 3600)
    assert len(scene.office.evaluate("site-a", [element])) == 1


def test_what_is_no_question_is_refused(scene: Scene) -> None:
    with pytest.raises(Rejected, match=r"keys\.element-invalid"):
        scene.office.evaluate("site-a", [bytes(32)])
    with pytest.raises(Rejected, match=r"consent\.batch-too-large"):
        scene.office.evaluate("site-a", [bytes(32)] * (BATCH + 1))


def test_a_choice_stands_in_the_ledger_as_a_commitment_and_its_file_proves_it(scene: Scene) -> None:
    receipt = scene.office.record(PERSON, stop(use=Use.INDUSTRY))
    scene.office.record(OTHER, stop())
    ledger = scene.ledger
    [entry, _] = ledger.entries(kind="consent.recorded")
    assert entry.facts == {"receipt": receipt.receipt}
    assert receipt.handle.encode() not in canonical_json(entry)
    ledger.seal()
    number = scene.office.entry(PERSON, receipt.receipt)
    made = Receipts(ledger).make(ledger.restricted, number, ("choice",))
    assert verify_receipt(made, ledger.key).holds
    [opened] = made.opened
    said = msgspec.convert(opened.value | {"signature": b""}, Receipt)
    assert said == msgspec.structs.replace(receipt, signature=b"")
    other = msgspec.structs.replace(opened, value=opened.value | {"decision": "allow"})
    changed = msgspec.structs.replace(made, opened=(other,))
    assert verify_receipt(changed, ledger.key).faults == ("ledger.changed-opening",)
    with pytest.raises(Absent, match=r"consent\.receipt-unknown"):
        scene.office.entry(OTHER, receipt.receipt)


def test_a_choice_of_before_the_ledger_is_entered_when_its_proof_is_asked_for(
    scene: Scene,
) -> None:
    receipt = scene.office.record(PERSON, stop())
    with scene.database.begin() as tx:
        tx.execute(CHOICE.update().values(entry=None))
    number = scene.office.entry(PERSON, receipt.receipt)
    assert number == 1
    assert scene.office.entry(PERSON, receipt.receipt) == number
