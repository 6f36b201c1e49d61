"""A full disk holds the work and loses nothing; with room again everything goes on."""

from __future__ import annotations

import resource
import signal
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.flows.intaking import ANNA, World
from tests.unit.gateway.making import make_object

from yushan.base import Unavailable
from yushan.engines.database import Database
from yushan.services.gateway import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file of this process can grow beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("before", [(), ("consent", "clean", "link")])
def test_results_and_packs_that_find_no_room_are_held(
    database: Database, tmp_path: Path, before: tuple[str, ...]
) -> None:
    world = World(database, tmp_path)
    world.receive(make_object("1.1", patient=ANNA, words=1_000_000))
    world.journal.scan()
    world.quiet()
    (last,) = world.batches.due(sending=100)
    run = world.batches.begin(last)
    for name in before:
        assert world.intake.take(name, run)
    with files_up_to(1_900_000):
        assert not world.intake.run(run)
    assert world.states() == {"held": 1}
    (reason,) = world.journal.accounting().reasons
    assert reason.reason == "gateway.disk-full"
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(place)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("cannot mount a small disk (needs root)")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path) -> Path:
    """Leave no room at all."""
    ballast = place / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return ballast


def test_one_disk_for_everything_fills_up_and_is_cleared(small_disk: Path) -> None:
    db = Database(f"sqlite:///{small_disk}/gateway.db")
    METADATA.create_all(db.engine)
    world = World(db, small_disk)
    for series in range(1, 5):
        world.receive(make_object(f"1.{series}", f"2.{series}", patient=f"P{series}", words=50_000))
    world.tick()
    ballast = fill(small_disk)
    for _ in range(5):
        with suppress(sa.exc.OperationalError, Unavailable):  # as the ticker's guard does
            world.tick(1000)
    assert world.commons.receipts == {}
    ballast.unlink()
    world.settle(4)
    assert world.states() == {"acknowledged": 4}
    assert world.journal.closes()
    db.dispose()
