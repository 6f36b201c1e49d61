"""What hostile and broken peers do, and that it costs them their connection and us nothing."""

from __future__ import annotations

import contextlib
import resource
import struct
import time
from pathlib import Path

import pytest
from tests.doors.dimse.factories import (
    ABORTED,
    ACCEPTED,
    CT,
    DATA,
    EXPLICIT,
    IMPLICIT,
    REJECTED,
    RELEASED,
    VERIFICATION,
    Bare,
    command,
    item,
    pdu,
    proposal,
    receiving,
    request_body,
    value,
)

INVALID_VALUE = 6


def memory_mib() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def test_a_first_pdu_of_four_gigabytes_is_cut_at_once_and_not_read(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        before = memory_mib()
        peer.send(struct.pack(">BxI", 1, 0xFFFFFFF0) + bytes(8 << 20))
        assert peer.read()[0] in {ABORTED, 0}  # 0: the reset overtook it, we read no further
        assert memory_mib() - before < 24  # the peer's own 8 MiB are in this process too
        assert running.outcomes(peer) == {"dimse.pdu-too-long": 1}


@pytest.mark.parametrize(
    "opening",
    [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", pdu(4, bytes(100)), bytes(64), pdu(5, bytes(4))],
    ids=["http", "data", "zeros", "release"],
)
def test_what_is_no_association_is_aborted(tmp_path: Path, opening: bytes) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.send(opening)
        assert peer.read()[0] == ABORTED
        assert peer.read()[0] == 0
        assert running.outcomes(peer) == {"dimse.not-an-association": 1}


def test_a_peer_that_dribbles_its_request_is_cut_in_time(tmp_path: Path) -> None:
    with receiving(tmp_path, opening_s=0.4) as running, Bare(running.port) as peer:
        begun = time.monotonic()
        whole = pdu(1, request_body(proposal(1, CT, EXPLICIT)))
        peer.sock.settimeout(0.02)
        for at in range(len(whole)):
            peer.send(whole[at : at + 1])
            with contextlib.suppress(TimeoutError):
                assert peer.sock.recv(1) == bytes((ABORTED,))
                break
        assert time.monotonic() - begun < 2
        peer.sock.close()
        assert running.outcomes(peer) == {"dimse.too-slow": 1}


def test_idle_connections_from_one_address_do_not_keep_another_out(tmp_path: Path) -> None:
    with receiving(tmp_path, max_associations=64, max_per_peer=8, opening_s=5.0) as running:
        idle = [Bare(running.port, "127.0.0.2") for _ in range(100)]
        begun = time.monotonic()
        with Bare(running.port, "127.0.0.3") as other:
            assert other.associate()[0] == ACCEPTED
            assert other.store(b"\x08\0\x05\0") == 0
            assert other.release() == RELEASED
        assert time.monotonic() - begun < 1
        assert running.receiver.counters().connections <= 17
        for peer in idle:
            peer.sock.close()
        assert running.outcomes(peer)["dimse.too-many-connections"] >= 84


def test_the_associations_of_one_address_are_bounded_with_a_reason(tmp_path: Path) -> None:
    with receiving(tmp_path, max_per_peer=2) as running:
        peers = [Bare(running.port) for _ in range(3)]
        answers = [peer.associate() for peer in peers]
        assert [kind for kind, _ in answers] == [ACCEPTED, ACCEPTED, REJECTED]
        assert answers[2][1][1:] == bytes((2, 3, 2))  # transient, local limit exceeded
        with Bare(running.port, "127.0.0.2") as other:
            assert other.associate()[0] == ACCEPTED
        peers[0].release()
        for peer in peers:
            peer.sock.close()


def test_a_pdu_over_the_agreed_length_is_an_abort(tmp_path: Path) -> None:
    with receiving(tmp_path, max_pdu=4096) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, command())))
        peer.send(pdu(4, value(1, 0, bytes(4096 - 6))))
        peer.send(pdu(4, value(1, 2, bytes(4096 - 5))))
        assert peer.read() == (ABORTED, bytes((0, 0, 2, INVALID_VALUE)))
        assert running.outcomes(peer) == {"dimse.pdu-too-long": 1}
        assert list(tmp_path.rglob("*.*")) == []


def test_a_pdu_of_four_gigabytes_inside_an_association_is_an_abort(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(struct.pack(">BxI", 4, 0xFFFFFFF0))
        assert peer.read()[0] == ABORTED


def test_a_data_set_without_end_is_cut_at_the_cap_and_removed(tmp_path: Path) -> None:
    with receiving(tmp_path, max_object_mib=1, max_pdu=65536) as running:
        with Bare(running.port) as peer:
            peer.associate()
            peer.send(pdu(4, value(1, 3, command())))
            for _ in range(40):
                peer.send(pdu(4, value(1, 0, bytes(65000))))
            assert peer.read()[0] in {ABORTED, 0}
        assert running.outcomes(peer) == {"dimse.object-too-large": 1}
        assert list(tmp_path.rglob("*.*")) == []


def test_a_command_without_end_is_cut(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        for _ in range(10):
            peer.send(pdu(4, value(1, 1, bytes(16000))))
        assert peer.read()[0] in {ABORTED, 0}
        assert running.outcomes(peer) == {"dimse.command-broken": 1}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (value(1, 2, b"data"), "dimse.data-before-command"),
        (value(3, 3, command()), "dimse.context-not-accepted"),
        (value(1, 3, command()) + value(1, 3, command()), "dimse.command-broken"),
        (value(1, 3, b"garbage"), "dimse.command-broken"),
        (value(1, 3, command(0x8001)), "dimse.command-broken"),
        (b"", "dimse.pdu-broken"),
        (b"\0\0\0\1\1", "dimse.pdu-broken"),
        (struct.pack(">IBB", 1, 1, 3), "dimse.pdu-broken"),
        (struct.pack(">IBB", 0xFFFFFFFF, 1, 3), "dimse.pdu-broken"),
        (value(1, 3, command()) + b"\0\0", "dimse.pdu-broken"),
    ],
)
def test_a_broken_message_is_an_abort_and_leaves_nothing(
    tmp_path: Path, sent: bytes, code: str
) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, sent))
        assert peer.read()[0] == ABORTED
        assert running.outcomes(peer) == {code: 1}
        assert list(tmp_path.rglob("*.*")) == []


@pytest.mark.parametrize(
    ("kind", "code"),
    [(1, "dimse.pdu-unexpected"), (2, "dimse.pdu-unexpected"), (6, "dimse.pdu-unexpected"),
     (9, "dimse.pdu-unknown"), (255, "dimse.pdu-unknown")],
)  # fmt: skip
def test_a_pdu_out_of_turn_is_an_abort(tmp_path: Path, kind: int, code: str) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(kind, bytes(80)))
        assert peer.read()[0] == ABORTED
        assert running.outcomes(peer) == {code: 1}


@pytest.mark.parametrize(
    "body",
    [
        bytes(10),
        request_body() + b"\x20",
        request_body() + item(0x20, b"\1"),
        request_body(proposal(2, CT, EXPLICIT)),
        request_body(proposal(1, CT, EXPLICIT), proposal(1, CT, IMPLICIT)),
        request_body(item(0x20, bytes((1, 0, 0, 0)))),
        request_body(item(0x20, bytes((1, 0, 0, 0)) + b"\x30\0\xff\xff1.2")),
    ],
    ids=["short", "cut item", "cut context", "even id", "id twice", "no class", "item over end"],
)
def test_a_broken_request_is_an_abort(tmp_path: Path, body: bytes) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.send(pdu(1, body))
        assert peer.read()[0] == ABORTED
        assert running.outcomes(peer) == {"dimse.pdu-broken": 1}


def test_128_contexts_with_private_classes_are_answered_one_by_one(tmp_path: Path) -> None:
    private = [proposal(2 * n + 1, f"1.3.12.2.1107.5.9.{n}", IMPLICIT) for n in range(126)]
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        kind, body = peer.associate(
            *private, proposal(253, CT, EXPLICIT), proposal(255, VERIFICATION, IMPLICIT)
        )
        assert kind == ACCEPTED
        results = answers(body)
        assert len(results) == 128
        assert {number for number, (result, _) in results.items() if result == 0} == {253, 255}
        assert {result for number, (result, _) in results.items() if number < 253} == {3}
        assert peer.store(b"\x08\0\x05\0", context=253) == 0


def test_unknown_classes_are_taken_where_the_settings_say_so(tmp_path: Path) -> None:
    with receiving(tmp_path, accept_unknown_classes=True) as running, Bare(running.port) as peer:
        _, body = peer.associate(
            proposal(1, "1.3.12.2.1107.5.9.1", IMPLICIT),
            proposal(3, "1.2.840.10008.5.1.4.1.2.2.1", IMPLICIT),  # study root FIND
        )
        assert {number: result for number, (result, _) in answers(body).items()} == {1: 0, 3: 3}
        told = command(sop_class="1.3.12.2.1107.5.9.1")
        assert peer.store(b"\x08\0\x05\0", told) == 0


def test_the_first_standard_syntax_proposed_is_taken(tmp_path: Path) -> None:
    ge, jpeg = "1.2.840.113619.5.2", "1.2.840.10008.1.2.4.70"
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        _, body = peer.associate(
            proposal(1, CT, jpeg, EXPLICIT), proposal(3, CT, ge, IMPLICIT),
            proposal(5, CT, ge), proposal(7, CT),
        )  # fmt: skip
        found = answers(body)
        assert [found[n] for n in (1, 3, 5)] == [(0, jpeg), (0, IMPLICIT), (0, ge)]
        assert found[7][0] == 4


def test_names_that_are_no_uids_are_not_taken(tmp_path: Path) -> None:
    arc = "1.2.840.10008.5.1.4.1.1."
    with receiving(tmp_path, accept_unknown_classes=True) as running, Bare(running.port) as peer:
        _, body = peer.associate(
            proposal(1, arc + "\xff", EXPLICIT), proposal(3, arc + "2" * 60, EXPLICIT),
            proposal(5, "../../etc", EXPLICIT), proposal(7, CT, "\xff\xfe"),
            proposal(9, CT, "1." * 30000), proposal(11, CT, "\xff", EXPLICIT),
        )  # fmt: skip
        assert {number: result for number, (result, _) in answers(body).items()} == {
            1: 3, 3: 3, 5: 3, 7: 4, 9: 4, 11: 0
        }  # fmt: skip
        assert peer.store(b"\x08\0\x05\0", context=11) == 0


def test_nothing_is_stored_under_verification(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate(proposal(1, VERIFICATION, IMPLICIT))
        assert peer.store(b"\x08\0\x05\0", command(sop_class=VERIFICATION)) == 0x0211
        assert peer.store(b"an echo with data", command(0x30)) == 0


def test_items_we_do_not_know_are_passed_over(tmp_path: Path) -> None:
    body = request_body(proposal(1, CT, EXPLICIT), item(0x77, b"new in some edition"))
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.send(pdu(1, body))
        assert peer.read()[0] == ACCEPTED


@pytest.mark.parametrize(
    ("field", "status"), [(0x0020, 0x0211), (0x0021, 0x0211), (0x0130, 0x0211), (0x0140, 0x0211)]
)
def test_other_services_are_refused_and_the_association_stays(
    tmp_path: Path, field: int, status: int
) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        assert peer.store(b"an identifier", command(field)) == status
        assert peer.store(b"\x08\0\x05\0") == 0


@pytest.mark.parametrize(
    ("told", "dataset", "status"),
    [
        (command(sop_class="1.2.840.10008.5.1.4.1.1.4"), b"\x08\0\x05\0", 0x0122),
        (command(instance="../../etc/passwd"), b"\x08\0\x05\0", 0x0117),
        (command(instance="1" * 65), b"\x08\0\x05\0", 0x0117),
        (command(instance=""), b"\x08\0\x05\0", 0x0117),
        (command(), b"", 0xC000),
    ],
    ids=["other class", "path as uid", "long uid", "no uid", "empty"],
)
def test_an_object_that_cannot_be_named_is_refused_and_the_association_stays(
    tmp_path: Path, told: bytes, dataset: bytes, status: int
) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        assert peer.store(dataset, told) == status
        assert peer.store(b"\x08\0\x05\0") == 0
        assert [path.name for path in running.objects()] == ["000001.dcm"]


def test_a_store_without_data_set_is_refused(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, command(data=0x0101))))
        assert peer.status() == 0xC000


def test_a_cancel_gets_no_answer(tmp_path: Path) -> None:
    cancel = command(0x0FFF, data=0x0101).replace(b"\x10\x01\2\0", b"\x20\x01\2\0")
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, cancel)))
        assert peer.store(b"\x08\0\x05\0") == 0


def test_a_silent_association_is_ended(tmp_path: Path) -> None:
    with receiving(tmp_path, idle_s=0.2) as running, Bare(running.port) as peer:
        peer.associate()
        assert peer.read()[0] == ABORTED
        assert running.outcomes(peer) == {"dimse.idle": 1}


def test_silence_in_the_middle_of_an_object_removes_it(tmp_path: Path) -> None:
    with receiving(tmp_path, idle_s=0.2) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, command())) + pdu(4, value(1, 0, bytes(999))))
        assert peer.read()[0] == ABORTED
        assert running.outcomes(peer) == {"dimse.idle": 1}
        assert list(tmp_path.rglob("*.*")) == []


def test_a_connection_lost_in_the_middle_of_an_object_removes_it(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        with Bare(running.port) as peer:
            peer.associate()
            assert peer.store(b"\x08\0\x05\0") == 0
            peer.send(pdu(4, value(1, 3, command())) + pdu(4, value(1, 0, bytes(999))))
        assert running.outcomes(peer) == {"dimse.lost": 1}
        assert [path.name for path in running.objects()] == ["000001.dcm"]


def test_a_connection_lost_before_the_answer_keeps_the_whole_object(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        for _ in range(2):
            with Bare(running.port) as peer:
                peer.associate()
                peer.send(pdu(4, value(1, 3, command())) + pdu(4, value(1, 2, b"\x08\0\x05\0")))
            running.settle()
        assert [path.name for path in running.objects()] == ["000001.dcm"] * 2
        assert all(path.read_bytes().endswith(b"\x08\0\x05\0") for path in running.objects())


def test_an_abort_of_the_peer_removes_the_half_object(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, command())) + pdu(4, value(1, 0, bytes(999))))
        peer.send(pdu(7, bytes(4)))
        assert running.outcomes(peer) == {"dimse.peer-aborted": 1}
        assert list(tmp_path.rglob("*.*")) == []


def test_answers_fit_into_what_the_peer_takes(tmp_path: Path) -> None:
    body = request_body(proposal(1, CT, EXPLICIT)).replace(
        struct.pack(">I", 16384), struct.pack(">I", 64)
    )
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.send(pdu(1, body))
        peer.read()
        peer.send(pdu(4, value(1, 3, command())) + pdu(4, value(1, 2, b"\x08\0\x05\0")))
        kind, first = peer.read()
        assert (kind, first[5]) == (DATA, 1)
        assert len(first) <= 64


def answers(body: bytes) -> dict[int, tuple[int, str]]:
    """Context id → result and syntax of an A-ASSOCIATE-AC."""
    found = {}
    at = 68
    while at < len(body):
        kind, length = struct.unpack_from(">BxH", body, at)
        part = body[at + 4 : at + 4 + length]
        if kind == 0x21:
            found[part[0]] = (part[2], part[8:].decode())
        at += 4 + length
    return found
