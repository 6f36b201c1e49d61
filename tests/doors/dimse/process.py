"""A receiver as a process of its own, to be killed, starved and cut off: prints its port, waits.

Run: ``python -m tests.doors.dimse.process SPOOL [PORT]``
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.doors.dimse.factories import make_settings

from yushan.base import SystemClock
from yushan.doors.dimse import Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

Started = tuple[subprocess.Popen[str], int]

ROOT = Path(__file__).parents[3]


@contextmanager
def process(spool: Path, *before: str, port: int = 0) -> Iterator[Started]:
    """The process and its port; ``before`` is what runs it (strace). It is gone afterwards."""
    command = [*before, sys.executable, "-m", "tests.doors.dimse.process", str(spool), str(port)]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    assert running.stdout
    try:
        yield running, int(running.stdout.readline() or 0)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # strace alone would leave its child behind
        running.wait(10)
        running.stdout.close()


def main() -> None:
    """Receive until SIGTERM."""
    spool, port = Path(sys.argv[1]), int(sys.argv[2])
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    receiver = Receiver(make_settings(port=port, idle_s=30.0), spool, SystemClock())
    print(receiver.start(), flush=True)
    signal.sigwait({signal.SIGTERM})
    receiver.stop()


if __name__ == "__main__":
    main()
