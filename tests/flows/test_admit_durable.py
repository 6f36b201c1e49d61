"""Admission as a durable flow: a killed process's run is ended by its next life."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.databases import make_database
from tests.flows.admitting import make_scene, send, series

from yushan.base import EVERYTHING
from yushan.domain.packs import MemberRange
from yushan.flows.admit import Ticker, run_key
from yushan.flows.admit.judging import BLOCK, patched, patches
from yushan.flows.admit.sorting import true_date
from yushan.flows.admit.workshop import BYTES, batches

ROOT = Path(__file__).parents[2]
ROOMS = [f"services.{room}" for room in ("archive", "catalogue", "ledger", "linkage", "withdrawal")]

PROGRAM = """
import os, sys, time
from pathlib import Path
from tests.flows.admitting import make_scene
from yushan.engines.database import Database
from yushan.engines.durable import Durable
from yushan.flows.admit import QUEUE, Ticker, durable_admit, run_key
from yushan.services.linkage import Subject

folder, where = Path(sys.argv[1]), sys.argv[2]
scene = make_scene(Database(f"sqlite:///{folder}/role.db"), folder)

class Linker:
    def subject(self, envelope, aad):
        return Subject("P" * 16, None, 0, -7, None, False)

object.__setattr__(scene.admit.desk, "linker", Linker())
real = getattr(scene.admit, where) if where != "nowhere" else None

def dying(*arguments):
    real(*arguments)
    os.kill(os.getpid(), 9)  # done, and nobody knows

if real:
    setattr(scene.admit, where, dying)
durable = Durable(f"sqlite:///{folder}/flows.db", "commons", {QUEUE: 2})
ended = []
story = durable_admit(scene.admit, lambda: ended.append(1))
durable.start()

def start(site, pack, attempt):
    durable.enqueue(QUEUE, story, site, pack, key=run_key(site, pack, attempt))

Ticker(scene.admit.desk, start).tick(0.0)
end = time.monotonic() + 30
while time.monotonic() < end and not ended:
    time.sleep(0.05)
durable.stop()
sys.exit(0 if ended else 3)
"""


def life(folder, where):
    """One life of the commons; its exit code."""
    program = folder / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, program, folder, where],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=100,
        check=False,
    )
    return done.returncode


@pytest.mark.slow
@pytest.mark.parametrize("where", ["prepare", "enter"])
def test_a_killed_run_is_ended_by_the_next_life(tmp_path, where):
    database = make_database(tmp_path / "role.db", *ROOMS)
    scene = make_scene(database, tmp_path)
    pack = send(scene, series(2))
    assert life(tmp_path, where) == -9
    assert life(tmp_path, "nowhere") == 0
    assert scene.state(pack).state == "admitted"
    assert (scene.account().admitted, scene.account().closes) == (2, True)
    assert scene.catalogue.count(EVERYTHING) == 1
    assert not scene.house.admissions.incoming("north", pack).path.exists()
    assert len(scene.house.ledger.entries(kind="archive.admitted")) == 1
    assert scene.house.archive.check().holds
    database.dispose()


def test_an_attempt_has_one_name():
    assert run_key("north", "ab", 1) != run_key("north", "ab", 2)


def test_the_ticker_looks_again_when_it_is_woken_and_survives_a_fault(tmp_path):
    database = make_database(tmp_path / "role.db", *ROOMS)
    scene = make_scene(database, tmp_path)
    started, seen = [], threading.Event()

    def start(site, pack, attempt):
        started.append((site, pack, attempt))
        seen.set()
        raise LookupError

    ticker = Ticker(scene.admit.desk, start)
    ticker.start()
    pack = send(scene, series(1))
    ticker.wake()
    assert seen.wait(30)
    ticker.stop()
    assert not ticker.is_alive
    assert started == [("north", pack, 1)]
    database.dispose()


def test_members_are_cut_into_batches_that_are_not_large():
    sizes = [1] * 40 + [BYTES, 1, 2]
    members = [MemberRange(f"{n}", 0, size, 0) for n, size in enumerate(sizes)]
    cut = list(batches(members))
    assert [member for batch in cut for member in batch] == members
    assert [len(batch) for batch in cut] == [32, 8, 1, 2]
    assert list(batches([])) == []


@pytest.mark.parametrize("shifted", ["", "2026", "20269901", "00010101"])
def test_a_day_that_is_not_known_is_none(shifted):
    assert true_date(shifted, 5) is None
    assert true_date("20260110", 5) == date(2026, 1, 5)


@given(st.binary(max_size=300), st.data())
def test_patches_turn_the_old_file_into_the_new(old, data):
    old = old + bytes(data.draw(st.sampled_from([0, BLOCK - 10, BLOCK + 70])))
    new = bytearray(old)
    for place in data.draw(st.lists(st.integers(0, max(0, len(old) - 1)), max_size=5)):
        if old:
            new[place] ^= 1
    changes = tuple(patches(old, bytes(new)))
    assert b"".join(patched(old, changes)) == bytes(new)
    assert sum(len(piece) for _, piece in changes) <= 64 * 5
