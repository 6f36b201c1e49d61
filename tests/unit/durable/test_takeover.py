"""On PostgreSQL many processes carry one role: what a dead one had begun, another ends."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Postgres

PROGRAM = """
import os, sys, time
from pathlib import Path
from yushan.engines.durable import Durable, flow, step

url, out, how = sys.argv[1], Path(sys.argv[2]), sys.argv[3]

@step("mark")
def mark(n: str) -> None:
    with out.open("a") as f:
        f.write(n + "\\n")
    if n == "2" and how == "die":
        os.kill(os.getpid(), 9)

@flow("count")
def count(name: str) -> None:
    for n in range(4):
        mark(str(n))
    with out.open("a") as f:
        f.write("end\\n")

durable = Durable(url, "tester", {"work": 1}, beat_s=0.3, lost_s=2.0)
durable.start()
if how == "die":
    durable.enqueue("work", count, "x", key="run-1")
end = time.monotonic() + 60
while time.monotonic() < end and not (out.exists() and "end" in out.read_text()):
    time.sleep(0.05)
durable.stop()
"""


def test_a_run_of_a_dead_process_is_ended_by_another(tmp_path: Path, postgres: Postgres) -> None:
    program, out = tmp_path / "program.py", tmp_path / "out"
    program.write_text(PROGRAM)
    url = postgres.create(f"takeover{postgres.made}")

    def life(how: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, program, url, out, how], stderr=subprocess.DEVNULL)

    dying = life("die")
    assert dying.wait(120) == -9
    assert life("live").wait(120) == 0
    assert out.read_text().split() == ["0", "1", "2", "2", "3", "end"]
