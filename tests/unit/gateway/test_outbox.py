"""Packs reach the commons once and whole, whatever breaks; receipts are checked and kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.unit.gateway.making import Commons, Hospital, make_object, manifest_of

from yushan.base import Broken, Rejected, Unavailable
from yushan.domain.packs import IncomingState, PackState, PackWriter, read_members
from yushan.services.gateway import Output, Rules, Run, Stage, State

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database

SMALL = Rules(piece_bytes=300, keep_days=1.0)


@pytest.fixture
def hospital(database: Database, tmp_path: Path) -> Hospital:
    return Hospital(database, tmp_path, SMALL)


def seal(hospital: Hospital, *sops: str, series: str = "1.2.3") -> tuple[Run, str]:
    """A batch up to its sealed pack, as the flow does it."""
    hospital.receive(*(make_object(sop, series) for sop in sops))
    hospital.journal.scan()
    hospital.quiet()
    run = next(
        hospital.batches.begin(last)
        for last in hospital.batches.due(sending=0)
        if hospital.batches.members(last, State.READY)
    )
    hospital.batches.allow(run, "A" * 16)
    members = hospital.batches.members(run, State.READY)
    outputs = [Output(one.object, 10, 1, None, None) for one in members]
    hospital.batches.clean(run, outputs, {})
    hospital.batches.link(run, "ZQ==", linked=True)
    buffer = io.BytesIO()
    writer = PackWriter(buffer)
    for member in members:
        writer.add([member.path.read_bytes()])
    made = writer.finish()
    hospital.outbox.draft(run).write_bytes(buffer.getvalue())
    hospital.outbox.accept(run, manifest_of(made.pack, made.size, len(members), run.batch))
    return run, made.pack


def test_a_sealed_pack_is_sent_acknowledged_and_its_file_goes(hospital: Hospital) -> None:
    run, pack = seal(hospital, "1.1", "1.2")
    assert hospital.states() == {"packed": 2}
    assert hospital.outbox.path(pack).is_file()
    receipt = hospital.sender.send(run)
    assert receipt.pack == pack
    assert hospital.states() == {"acknowledged": 2}
    assert not hospital.outbox.path(pack).exists()
    assert len(read_members(bytes(hospital.commons.bytes[pack]))) == 2
    parcel = hospital.outbox.parcel(run.batch)
    assert parcel is not None
    assert parcel.receipt == receipt
    totals = hospital.outbox.totals()
    assert (totals.packs, totals.receipts) == (1, 1)


@pytest.mark.parametrize("lost_answers", [False, True])
def test_a_transfer_goes_on_where_the_line_broke(hospital: Hospital, lost_answers: bool) -> None:
    run, pack = seal(hospital, "1.1", "1.2")
    line = hospital.commons
    for broken in range(1, 30):
        line.up, line.breaks_after, line.lost_answers = True, line.calls + broken, lost_answers
        try:
            hospital.sender.send(run)
            break
        except Unavailable:
            assert hospital.outbox.path(pack).exists()
            assert set(hospital.states()) <= {"packed", "sent"}
            assert hospital.journal.closes()
    assert hospital.states() == {"acknowledged": 2}
    assert len(read_members(bytes(line.bytes[pack]))) == 2


def test_a_commons_that_lost_the_bytes_gets_them_again(hospital: Hospital) -> None:
    run, pack = seal(hospital, "1.1")
    line = hospital.commons
    size = hospital.outbox.path(pack).stat().st_size
    line.breaks_after = 1 + -(-size // SMALL.piece_bytes)
    with pytest.raises(Unavailable):
        hospital.sender.send(run)
    assert hospital.states() == {"sent": 1}
    line.up, line.breaks_after = True, None
    line.bytes[pack] = bytearray()
    hospital.sender.send(run)
    assert hospital.states() == {"acknowledged": 1}


def test_a_line_that_does_not_move_is_broken_off(hospital: Hospital) -> None:
    class Forgetful(Commons):
        def put(self, pack: str, offset: int, piece: bytes) -> PackState:
            return self.tell(pack)

    run, _ = seal(hospital, "1.1")
    hospital.sender.commons = Forgetful()
    with pytest.raises(Unavailable, match="line-stuck"):
        hospital.sender.send(run)


def test_a_forged_receipt_is_not_kept(hospital: Hospital) -> None:
    class Forger(Commons):
        def seal(self, pack: str) -> PackState:
            said = super().seal(pack)
            assert said.receipt is not None
            forged = msgspec.structs.replace(said.receipt, signature="x")
            return msgspec.structs.replace(said, receipt=forged)

    run, pack = seal(hospital, "1.1")
    hospital.sender.commons = Forger()
    with pytest.raises(Broken, match="receipt-wrong"):
        hospital.sender.send(run)
    assert hospital.states() == {"sent": 1}
    assert hospital.outbox.path(pack).exists()


def test_no_receipt_yet_is_asked_for_again(hospital: Hospital) -> None:
    class Slow(Commons):
        def seal(self, pack: str) -> PackState:
            return self.tell(pack)

    run, _ = seal(hospital, "1.1")
    slow = Slow()
    hospital.sender.commons = slow
    with pytest.raises(Unavailable, match="receipt-missing"):
        hospital.sender.send(run)
    Commons.seal(slow, next(iter(slow.packs)))
    hospital.sender.send(run)
    assert hospital.states() == {"acknowledged": 1}


def test_a_damaged_pack_is_told_from_a_wrong_refusal(hospital: Hospital) -> None:
    run, pack = seal(hospital, "1.1")
    path = hospital.outbox.path(pack)
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    with pytest.raises(Rejected, match="pack-damaged"):
        hospital.sender.send(run)
    hospital.batches.start_over(run)
    assert hospital.states() == {"ready": 1}
    assert hospital.outbox.parcel(run.batch) is None
    assert hospital.batches.load(run).stage is Stage.ALLOWED


def test_a_refusal_of_a_good_pack_stays_a_refusal(hospital: Hospital) -> None:
    class Stubborn(Commons):
        def seal(self, pack: str) -> PackState:
            self.bytes[pack] = bytearray()
            return PackState(pack=pack, state=IncomingState.REFUSED, offset=0)

    run, _ = seal(hospital, "1.1")
    hospital.sender.commons = Stubborn()
    with pytest.raises(Rejected, match="pack-refused"):
        hospital.sender.send(run)


def test_a_missing_pack_file_is_damage(hospital: Hospital) -> None:
    run, pack = seal(hospital, "1.1")
    hospital.outbox.discard(pack)
    with pytest.raises(Rejected, match="pack-damaged"):
        hospital.sender.send(run)


def test_start_removes_drafts_and_files_with_receipt_and_keeps_the_rest(
    hospital: Hospital,
) -> None:
    sent, first = seal(hospital, "1.1", series="1.5")
    hospital.sender.send(sent)
    _, second = seal(hospital, "1.2", series="1.6")
    hospital.outbox.path(first).write_bytes(b"left by a crash after the receipt")
    hospital.outbox.draft(Run("c" * 32, 1)).write_bytes(b"half")
    assert hospital.outbox.start() == 2
    assert [path.stem for path in hospital.outbox.folder.iterdir()] == [second]


def test_a_line_that_is_down_gets_one_probe_at_a_time(hospital: Hospital) -> None:
    assert hospital.outbox.may_send() > 100
    hospital.outbox.line_failed("net.unreachable", 0.0)
    assert hospital.outbox.may_send() == 0
    hospital.clock.advance(hospital.rules.backoff_s)
    assert hospital.outbox.may_send() == 1
    hospital.outbox.line_failed("net.unreachable", 0.0)
    assert hospital.outbox.may_send() == 0
    hospital.outbox.line_works()
    assert hospital.outbox.may_send() > 100


def test_what_became_of_a_pack_is_followed_with_growing_pauses(hospital: Hospital) -> None:
    run, _ = seal(hospital, "1.1")
    hospital.sender.send(run)
    line = hospital.commons
    before = line.calls
    hospital.clock.advance(1)
    assert hospital.sender.follow() == 1
    assert hospital.sender.follow() == 0
    hospital.clock.advance(2)
    assert hospital.sender.follow() == 1
    assert line.calls == before + 2
    line.searchable = True
    hospital.clock.advance(400)
    hospital.sender.follow()
    (parcel,) = hospital.outbox.page()
    assert (parcel.remote_state, parcel.searchable) == ("admitted", 1)
    hospital.clock.advance(400)
    assert hospital.sender.follow() == 0
    assert hospital.outbox.totals().searchable == 1


def test_following_a_commons_that_is_down_raises_nothing(hospital: Hospital) -> None:
    run, _ = seal(hospital, "1.1")
    hospital.sender.send(run)
    hospital.commons.up = False
    hospital.clock.advance(400)
    assert hospital.sender.follow() == 0


@pytest.mark.parametrize(
    ("state", "purged"), [(IncomingState.ADMITTED, 3), (IncomingState.REFUSED, 0)]
)
def test_originals_go_when_admitted_and_stay_when_refused(
    hospital: Hospital, state: IncomingState, purged: int
) -> None:
    run, _ = seal(hospital, "1.1", "1.2")
    hospital.receive(make_object("1.1"))
    hospital.journal.scan()
    hospital.sender.send(run)
    hospital.commons.searchable, hospital.commons.admits = True, state
    hospital.clock.advance(2 * 86400)
    hospital.sender.follow()
    hospital.journal.end_association(hospital.associate().name)
    # a duplicate goes with its first, which a refused pack does not have at the commons
    assert hospital.journal.purge() == (purged or 1)
    assert hospital.journal.closes()
    assert hospital.journal.check_files() == 0
    assert hospital.journal.scan() == 0
    if purged:
        assert not hospital.spool.joinpath("20261201", f"{1:032x}").exists()
