"""Any bytes at all: connections end, success means an object on disk, nothing else is left."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.doors.dimse.factories import (
    ABORTED,
    ACCEPTED,
    CT,
    EXPLICIT,
    REJECTED,
    RELEASED,
    Bare,
    command,
    fields,
    pdu,
    proposal,
    receiving,
    request,
    value,
)

from yushan.base import Rejected
from yushan.doors.dimse.associate import read_request
from yushan.doors.dimse.commands import read_command
from yushan.doors.dimse.wire import values

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {ACCEPTED, REJECTED, 4, RELEASED, ABORTED}

small = st.binary(max_size=80)
contexts = st.sampled_from([0, 1, 1, 1, 3, 255])
flags = st.integers(0, 3) | st.integers(0, 255)
commands = st.sampled_from([
    command(), command(0x30, data=0x0101), command(0x20), command(instance=""), b"",
]) | small  # fmt: skip
pdvs = st.builds(value, contexts, flags, commands | small)
lies = st.builds(lambda length, rest: struct.pack(">I", length) + rest, st.integers(0, 300), small)
pdus = st.one_of(
    st.builds(lambda parts: pdu(4, b"".join(parts)), st.lists(pdvs | lies, max_size=4)),
    st.builds(pdu, st.integers(0, 255), small),
    st.just(request(proposal(1, CT, EXPLICIT))),
    st.just(pdu(5, bytes(4))),
    small,
)
sessions = st.lists(pdus, max_size=8).map(b"".join)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good session with some bytes changed, cut out or put in."""
    good = bytearray(
        request(proposal(1, CT, EXPLICIT))
        + pdu(4, value(1, 3, command()) + value(1, 2, b"\x08\0\x05\0CS\2\0IS"))
        + pdu(4, value(1, 3, command(0x30, data=0x0101)))
        + pdu(5, bytes(4))
    )
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(good) - 1))
        width = draw(st.integers(0, 3))
        good[at : at + width] = draw(st.binary(max_size=3))
    return bytes(good)


def talk(port: int, data: bytes) -> list[tuple[int, bytes]]:
    """Say it all, say nothing more, and hear what comes until the end."""
    with Bare(port) as peer:
        peer.send(data)
        try:
            peer.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return []
        heard = []
        while (said := peer.read())[0]:
            heard.append(said)
        return heard


def successes(heard: list[tuple[int, bytes]]) -> int:
    """How many C-STORE were answered with success."""
    answers = [fields(body[6:]) for kind, body in heard if kind == 4]
    return sum(answer[0x0100] == 0x8001 and answer[0x0900] == 0 for answer in answers)


@pytest.mark.parametrize("associated", [False, True])
def test_whatever_is_sent_ends_and_leaves_only_whole_objects(
    tmp_path: Path, associated: bool
) -> None:
    with receiving(tmp_path, idle_s=2.0) as running:

        @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
        @given(sessions | mutated())
        def check(data: bytes) -> None:
            before = len(running.objects())
            opening = request(proposal(1, CT, EXPLICIT)) if associated else b""
            heard = talk(running.port, opening + data)
            running.settle()
            assert {kind for kind, _ in heard} <= KINDS
            assert running.receiver.present() == {}
            assert list(tmp_path.rglob("*.part")) == []
            assert len(running.objects()) - before >= successes(heard)

        check()
        counters = running.receiver.counters()
        assert counters.connections == counters.associations == 0
        assert "dimse.internal" not in counters.outcomes
        assert counters.objects == len(running.objects())
        with Bare(running.port) as peer:
            assert peer.associate()[0] == ACCEPTED
            assert peer.release() == RELEASED


@given(st.binary(max_size=200) | sessions)
def test_reading_raises_nothing_but_rejected(data: bytes) -> None:
    for read in (read_request, read_command, lambda found: values(memoryview(found))):
        with contextlib.suppress(Rejected):
            read(data)
