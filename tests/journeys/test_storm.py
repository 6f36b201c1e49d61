"""Roles are killed at random while hospitals send: nothing is lost and nothing is twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.house import free_port
from tests.journeys.storm import Storm, Weather

if TYPE_CHECKING:
    from tests.journeys.house import House


pytestmark = pytest.mark.slow

SEED = int(os.environ.get("YUSHAN_STORM_SEED", "11"))


def test_no_kill_loses_or_doubles_an_instance(house: House) -> None:
    storm = Storm(house, Weather(SEED, kills=5, instances=160, calm_s=(0.5, 4.0)))
    outcome = storm.run()
    print(outcome.line())
    assert outcome.faults == ()
    assert outcome.hit.total() == 5


SUPERVISOR = """
import os, sys
from pathlib import Path
from yushan.assembly.demo.plan import lay_out
from yushan.assembly.demo.processes import Processes
from yushan.base import SystemClock

folder = Path(sys.argv[1])
plan = lay_out(folder, int(sys.argv[2]), folder, SystemClock())
processes = Processes(plan.processes()[:1])
processes.start(120)
print(processes.all[0].pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_no_role_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path), str(free_port())],
        stdout=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    role = Path(f"/proc/{int(done.stdout)}/cmdline")
    end = time.monotonic() + 60
    while role.exists() and b"yushan" in role.read_bytes() and time.monotonic() < end:
        time.sleep(0.05)
    assert not role.exists() or b"yushan" not in role.read_bytes()
