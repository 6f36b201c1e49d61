"""A role is killed in the middle of a run; the next life ends it, and only the cut step repeats."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import os, sys, time
from pathlib import Path
from yushan.engines.durable import Durable, flow, step

out = Path(sys.argv[2])

@step("mark")
def mark(n: str) -> None:
    with out.open("a") as f:
        f.write(n + "\\n")
    if n == "2" and sys.argv[3] == "die":
        os.kill(os.getpid(), 9)

@flow("count")
def count(name: str) -> None:
    for n in range(5):
        mark(str(n))
    with out.open("a") as f:
        f.write("end\\n")

durable = Durable(f"sqlite:///{sys.argv[1]}", "tester", {"work": 2})
durable.start()
durable.enqueue("work", count, "x", key="run-1")
durable.enqueue("work", count, "x", key="run-1")
end = time.monotonic() + 20
while time.monotonic() < end and "end" not in (out.read_text() if out.exists() else ""):
    time.sleep(0.05)
durable.stop()
"""


def life(tmp_path: Path, how: str) -> int:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, program, tmp_path / "dbos.db", tmp_path / "out", how],
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode


def test_a_killed_run_is_ended_by_the_next_life(tmp_path: Path) -> None:
    assert life(tmp_path, "die") == -9
    assert life(tmp_path, "live") == 0
    lines = (tmp_path / "out").read_text().split()
    assert lines == ["0", "1", "2", "2", "3", "4", "end"]
