"""The commons when its disk is full and when its clock lies: nothing lost, nothing twice."""

from __future__ import annotations

import subprocess
from contextlib import suppress

import pytest
import sqlalchemy as sa
from tests.databases import make_database
from tests.flows.admitting import make_scene, send, series
from tests.flows.test_intake_full_disk import fill

from yushan.base import Unavailable

FAULTS = (sa.exc.OperationalError, Unavailable, OSError)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 12 MiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(place)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("cannot mount a small disk (needs root)")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_holds_what_was_receipted_and_takes_no_more(small_disk):
    database = make_database(small_disk / "role.db")
    scene = make_scene(database, small_disk)
    sent = [send(scene, series(2, series=f"1.2.3.{n}", patient=f"P{n}"), patient=f"P{n}")
            for n in range(3)]  # fmt: skip
    ballast = fill(small_disk)
    for _ in range(5):
        with suppress(*FAULTS):  # as the guard of the rounds does
            scene.tick(120)
    with pytest.raises(FAULTS):
        send(scene, series(2, series="1.2.3.9", patient="P9"), patient="P9")
    assert scene.house.archive.stats().packs == 0
    ballast.unlink()
    for _ in range(6):
        scene.tick(1000)
    assert {scene.state(pack).state for pack in sent} == {"admitted"}
    send(scene, series(2, series="1.2.3.9", patient="P9"), patient="P9")  # the site sends again
    for _ in range(3):
        scene.tick(1000)
    account = scene.account()
    assert account.closes
    assert account.admitted == 8
    assert scene.house.archive.check().holds
    database.dispose()


@pytest.mark.parametrize("jump_s", [-3600.0, 86_400.0, 40 * 365 * 86_400.0])
def test_a_clock_that_jumps_delays_at_most_and_nothing_happens_twice(database, tmp_path, jump_s):
    scene = make_scene(database, tmp_path)
    first = send(scene, series(2, series="1.2.3.1", patient="P1"), patient="P1")
    scene.gate.failing = Unavailable("consent.list-stale")
    scene.tick()
    assert scene.state(first).state == "held"
    scene.house.clock.time += scene.house.clock.time.resolution * int(jump_s * 1_000_000)
    scene.gate.failing = None
    second = send(scene, series(2, series="1.2.3.2", patient="P2"), patient="P2")
    for _ in range(3):
        scene.tick(60)
    assert scene.state(second).state == "admitted"
    scene.tick(3700)  # a clock that went back is where it was
    scene.tick(3700)
    assert scene.state(first).state == "admitted"
    assert scene.account().closes
    assert scene.account().admitted == 4
    numbers = [entry.number for entry in scene.house.ledger.entries(limit=1000)]
    assert numbers == list(range(len(numbers)))  # order is by number, never by time
    assert scene.house.ledger.verify().holds
