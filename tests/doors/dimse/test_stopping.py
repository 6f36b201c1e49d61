"""Stopping, counting, calling back."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.doors.dimse.factories import (
    ABORTED,
    Bare,
    command,
    make_settings,
    pdu,
    receiving,
    value,
)

from yushan.base import SystemClock
from yushan.doors.dimse import Ended, Receiver

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def test_a_stop_ends_idle_associations_with_an_abort(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        stopping = threading.Thread(target=running.receiver.stop)
        stopping.start()
        assert peer.read()[0] == ABORTED
        peer.sock.close()
        stopping.join(5)
        assert running.outcomes() == {"dimse.stopping": 1}
        with pytest.raises(ConnectionRefusedError):
            Bare(running.port)


def test_a_stop_lets_an_object_on_its_way_arrive(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, command())) + pdu(4, value(1, 0, bytes(50_000 // 4))))
        (conversation,) = running.receiver.present().values()
        while conversation.intake.is_between_messages:
            pass
        stopping = threading.Thread(target=running.receiver.stop)
        stopping.start()
        running.receiver.premises.stopping.wait(5)
        peer.send(pdu(4, value(1, 2, b"the end.")))
        assert peer.status() == 0
        assert peer.read()[0] == ABORTED
        peer.sock.close()
        stopping.join(5)
        assert running.objects()[0].read_bytes().endswith(b"the end.")


def test_a_stop_cuts_what_does_not_finish(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, command())) + pdu(4, value(1, 0, bytes(999))))
        (conversation,) = running.receiver.present().values()
        while conversation.intake.is_between_messages:
            pass
        running.receiver.stop(grace_s=0.1)
        assert running.outcomes() == {"dimse.lost": 1}
        assert list(tmp_path.rglob("*.*")) == []


def test_a_receiver_that_never_started_stops(tmp_path: Path) -> None:
    receiver = Receiver(make_settings(), tmp_path, SystemClock())
    receiver.stop()
    assert receiver.present() == {}


def test_a_callback_that_fails_harms_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Ended) -> None:
        raise RuntimeError("patient Wang")

    receiver = Receiver(make_settings(), tmp_path, SystemClock(), fail)
    port = receiver.start()
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            with Bare(port) as peer:
                peer.associate()
                assert peer.store(b"\x08\0\x05\0") == 0
                assert peer.release() == 6
    receiver.stop()
    errors = [record.msg for record in caplog.records if record.levelname == "ERROR"]
    assert errors == ["dimse.callback-failed"] * 2


def test_logs_and_counts_carry_nothing_of_what_was_sent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mark = "WANGXIAOMING"
    with caplog.at_level(logging.DEBUG), receiving(tmp_path) as running:
        with Bare(running.port) as peer:
            peer.associate(calling=mark)
            peer.store(mark.encode() * 9, command(instance="1.2.3"))
            peer.store(mark.encode(), command(instance=mark))
            peer.send(pdu(4, value(1, 3, mark.encode())))
        with Bare(running.port) as peer:
            peer.associate(called=mark)
        running.settle()
        seen = [*caplog.records, running.receiver.counters()]
        assert mark not in " ".join(f"{vars(r) if hasattr(r, 'msg') else r}" for r in seen)
        assert {record.facts["code"] for record in caplog.records if "code" in record.facts} == {
            "dimse.command-broken", "dimse.called-unknown"
        }  # fmt: skip
        assert not [path for path in tmp_path.rglob("*") if mark in path.name]


def test_trouble_from_one_address_is_logged_once_a_minute(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), receiving(tmp_path) as running:
        for _ in range(5):
            with Bare(running.port) as peer:
                peer.send(b"GET / HTTP/1.1\r\n\r\n")
                assert peer.read()[0] == ABORTED
        assert running.outcomes() == {"dimse.not-an-association": 5}
        assert len(caplog.records) == 1


def test_two_receivers_share_a_spool(tmp_path: Path) -> None:
    with receiving(tmp_path) as first:
        half = tmp_path / "20200101" / ("0" * 32) / "000001.part"
        half.parent.mkdir(parents=True)
        half.touch()
        second = Receiver(make_settings(), tmp_path, SystemClock())
        port = second.start()
        assert half.exists()  # the first one could still be writing it
        half.unlink()
        for where in (first.port, port):
            with Bare(where) as peer:
                peer.associate()
                assert peer.store(b"\x08\0\x05\0") == 0
        second.stop()
        first.settle()
        assert len(first.objects()) == 2


def test_a_fault_of_ours_ends_one_association_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class StoppedClock(SystemClock):
        def now(self) -> datetime:
            raise RuntimeError("patient Wang")

    receiver = Receiver(make_settings(), tmp_path, SystemClock())
    port = receiver.start()
    receiver.premises = replace(receiver.premises, clock=StoppedClock())
    with Bare(port) as peer:
        peer.associate()
        peer.send(pdu(4, value(1, 3, command())))
        assert peer.read()[0] == ABORTED
    receiver.stop()
    assert receiver.counters().outcomes == {"dimse.internal": 1}
    assert "dimse.internal" in [record.msg for record in caplog.records]


def test_a_peer_that_does_not_read_is_ended(tmp_path: Path) -> None:
    echo = pdu(4, value(1, 3, command(0x30, data=0x0101))) * 2000
    with receiving(tmp_path, idle_s=0.3) as running, Bare(running.port) as peer:
        peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.associate()
        sender = threading.Thread(target=lambda: [peer.send(echo) for _ in range(100)])
        sender.start()
        (conversation,) = running.receiver.present()
        conversation.join(20)
        with contextlib.suppress(OSError):
            peer.sock.shutdown(socket.SHUT_RDWR)
        sender.join()
        assert running.outcomes(peer) == {"dimse.idle": 1}
