"""Acknowledged means on disk: kills, failing disks, full disks, power cuts."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.doors.dimse.factories import (
    ACCEPTED,
    CT,
    EXPLICIT,
    IMPLICIT,
    REJECTED,
    Bare,
    command,
    receiving,
)
from tests.doors.dimse.process import process
from tests.peers import need

from yushan.base import Unavailable
from yushan.doors.dimse.folder import Association
from yushan.doors.dimse.part10 import head
from yushan.doors.dimse.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = 300_000


def dataset(number: int) -> bytes:
    """A data set that can be told from others and of which a missing end shows."""
    return struct.pack("<I", number) * (SIZE // 4 - 1) + b"end."


def feed(port: int, first: int, acknowledged: list[int], most: int = 1_000_000) -> None:
    """Store numbered objects until the receiver is gone; note those answered with success."""
    with Bare(port) as peer:
        if peer.associate()[0] != ACCEPTED:
            return
        for number in range(first, first + most):
            if peer.store(dataset(number), command(instance=f"1.2.{number}")) != 0:
                return
            acknowledged.append(number)


def kept(spool: Path) -> set[int]:
    """Numbers of the objects in the spool; each must be whole and under its own name."""
    found = set()
    for path in spool.glob("*/*/*.dcm"):
        data = path.read_bytes()
        (number,) = struct.unpack("<I", data[-8:-4])
        whole = data == head(CT, f"1.2.{number}", EXPLICIT) + dataset(number)
        assert whole, f"{path} has {len(data)} bytes"
        assert (path.parent / "association.json").exists()
        found.add(number)
    return found


def test_a_killed_receiver_has_everything_it_answered_for(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for life in range(3):
        with process(tmp_path) as (running, port):
            senders = [
                threading.Thread(target=feed, args=(port, 1000 * (10 * life + n), acknowledged))
                for n in range(3)
            ]
            for sender in senders:
                sender.start()
            goal = len(acknowledged) + 25
            while len(acknowledged) < goal and any(sender.is_alive() for sender in senders):
                senders[0].join(0.005)
            running.kill()
            for sender in senders:
                sender.join()
    assert len(acknowledged) >= 75
    assert set(acknowledged) <= kept(tmp_path)
    with receiving(tmp_path):  # its start removes what the dead left half done
        assert list(tmp_path.rglob("*.part")) == []
    assert set(acknowledged) <= kept(tmp_path)


@pytest.mark.peer
@pytest.mark.parametrize("call", ["fsync", "renameat"])
def test_a_kill_at_each_step_loses_nothing_that_was_answered(tmp_path: Path, call: str) -> None:
    strace = need("strace")
    for step in range(1, 13, 2):
        acknowledged: list[int] = []
        spool = tmp_path / str(step)
        inject = ["-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                  "-e", f"inject={call}:signal=KILL:when={step}"]  # fmt: skip
        with process(spool, strace, *inject) as (_, port):
            if port:
                feed(port, 0, acknowledged, most=12)
        assert set(acknowledged) <= kept(spool)
        assert len(kept(spool)) <= len(acknowledged) + 1


@pytest.mark.peer
def test_after_a_failed_fsync_nothing_is_taken_until_a_restart(tmp_path: Path) -> None:
    strace = need("strace")
    inject = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync",
              "-e", "inject=fsync:error=EIO:when=10"]  # fmt: skip
    acknowledged: list[int] = []
    with process(tmp_path, strace, *inject) as (_, port), Bare(port) as peer:
        peer.associate()
        statuses = [peer.store(dataset(n), command(instance=f"1.2.{n}")) for n in range(6)]
        good = statuses.index(0xA700)
        assert good > 0
        assert statuses == [0] * good + [0xA700] * (6 - good)
        acknowledged.extend(range(good))
        with Bare(port) as other:
            kind, body = other.associate()
            assert (kind, body[1:]) == (REJECTED, bytes((2, 3, 1)))
        assert list(tmp_path.rglob("*.part")) == []
    assert set(acknowledged) <= kept(tmp_path)
    with receiving(tmp_path) as running, Bare(running.port) as peer:
        peer.associate()
        assert peer.store(dataset(99), command(instance="1.2.99")) == 0


@pytest.mark.peer
def test_a_full_disk_refuses_one_object_and_the_association_stays(tmp_path: Path) -> None:
    strace = need("strace")
    spool = tmp_path / "spool"
    inject = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=writev",
              "-e", "inject=writev:error=ENOSPC:when=25"]  # fmt: skip
    with process(spool, strace, *inject) as (_, port), Bare(port) as peer:
        peer.associate()
        statuses = [peer.store(dataset(n), command(instance=f"1.2.{n}")) for n in range(4)]
        assert sorted(statuses) == [0, 0, 0, 0xA700]
        peer.release()
        assert list(spool.rglob("*.part")) == []
        assert len(kept(spool)) == 3


@contextmanager
def mounted(image: Path | str, place: Path, *options: str) -> Iterator[Path]:
    """A file system in a file, mounted."""
    subprocess.run(["mount", *options, image, place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def need_root() -> None:
    """Mounting needs it."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a file system")


def test_a_small_disk_fills_up_and_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    need_root()
    place = tmp_path / "small"
    place.mkdir()
    with (
        mounted("none", place, "-t", "tmpfs", "-o", "size=2m"),
        receiving(place / "spool") as running,
        Bare(running.port) as peer,
    ):
        peer.associate()
        statuses = [peer.store(dataset(n), command(instance=f"1.2.{n}")) for n in range(9)]
        assert statuses == [0] * 6 + [0xA700] * 3
        assert kept(place / "spool") == set(range(6))
        running.objects()[0].unlink()
        assert peer.store(dataset(77), command(instance="1.2.77")) == 0
        assert running.receiver.counters().refused == {"dimse.disk-full": 3}


def test_the_reserve_is_kept_and_the_association_stays(tmp_path: Path) -> None:
    with receiving(tmp_path, reserve_mib=1 << 30) as running, Bare(running.port) as peer:
        peer.associate()
        assert peer.store(dataset(1)) == 0xA700
        assert peer.store(dataset(2)) == 0xA700
        assert peer.release() == 6
        assert running.outcomes(peer) == {"dimse.released": 1}
        assert running.receiver.counters().refused == {"dimse.disk-reserve": 2}
        assert list(tmp_path.rglob("*.*")) == []


@pytest.mark.slow
@pytest.mark.peer
def test_a_power_cut_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    need_root()
    mkfs = need("mkfs.ext4")
    image, place = tmp_path / "image", tmp_path / "place"
    place.mkdir()
    image.touch()
    os.truncate(image, 400 << 20)
    subprocess.run([mkfs, "-q", image], check=True)
    acknowledged: list[int] = []
    with mounted(image, place, "-o", "loop"), process(place / "spool") as (running, port):
        senders = [
            threading.Thread(target=feed, args=(port, 1000 * n, acknowledged)) for n in range(2)
        ]
        for sender in senders:
            sender.start()
        while len(acknowledged) < 60 and any(sender.is_alive() for sender in senders):
            senders[0].join(0.005)
        cut_power(place)
        running.kill()
        running.wait(10)
        for sender in senders:
            sender.join()
    with mounted(image, place, "-o", "loop"):
        assert set(acknowledged) <= kept(place / "spool")


def cut_power(place: Path) -> None:
    """Shut the file system down without writing its log (EXT4_IOC_SHUTDOWN)."""
    fd = os.open(place, os.O_RDONLY)
    try:
        fcntl.ioctl(fd, (2 << 30) | (4 << 16) | (ord("X") << 8) | 125, struct.pack("I", 2))
    finally:
        os.close(fd)


def make_association(number: int = 1) -> Association:
    """An association of the year 2026."""
    return Association(
        id=f"{number:032x}", kind="dimse", calling_ae="CT1", called_ae="GATE", peer="127.0.0.1",
        tls=False, opened=datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
    )  # fmt: skip


def keep_one(spool: Spool) -> None:
    """All a receiver does with a spool for one object."""
    spool.open(0)
    folder = spool.folder(make_association())
    try:
        incoming = folder.receive(head(CT, "1.2.3", IMPLICIT))
        try:
            incoming.write(memoryview(b"data"))
            incoming.keep()
        finally:
            incoming.drop()
    finally:
        folder.leave()


@pytest.mark.parametrize("failing", range(1, 8))
def test_each_failing_sync_means_no_success_and_no_half_file(tmp_path: Path, failing: int) -> None:
    calls = []

    def sync(fd: int) -> None:
        calls.append(fd)
        if len(calls) >= failing:
            raise OSError(5, "Input/output error")
        os.fsync(fd)

    spool = Spool(tmp_path, sync=sync)
    with pytest.raises(Unavailable):
        keep_one(spool)
    spool.close()
    assert spool.disk.failed.is_set()
    assert list(tmp_path.rglob("*.part")) == []
    for path in tmp_path.rglob("*.dcm"):  # renamed, its folder not forced: whole all the same
        assert path.read_bytes() == head(CT, "1.2.3", IMPLICIT) + b"data"
        assert (path.parent / "association.json").exists()


def test_a_spool_taken_away_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    with receiving(tmp_path / "spool") as running, Bare(running.port) as peer:
        peer.associate()
        assert peer.store(dataset(1)) == 0
        shutil.rmtree(running.objects()[0].parent)
        assert [peer.store(dataset(2)), peer.store(dataset(3))] == [0xA700, 0xA700]
        assert peer.release() == 6
