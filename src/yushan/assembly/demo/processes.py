"""The demo's processes: one per role, started, watched, started again when one dies, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from yushan.assembly.serve import die_with_parent
from yushan.base import Unavailable
from yushan.engines.net import Peer
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

log = log_for(__name__)

WATCH_S: Final = 0.2
#: Every so many looks the memory is weighed too.
WEIGH_EVERY: Final = 10
#: A role that dies this often within a minute is broken, not unlucky.
PATIENCE: Final = 30


@dataclass
class Process:
    """One role's process: what starts it, where it answers, which life it is in."""

    name: str
    config: Path
    url: str
    log: Path
    #: Authority of its certificate, where it speaks TLS.
    ca: str = ""
    running: subprocess.Popen[bytes] | None = None
    lives: int = 0
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Begin a new life; its log goes to its file."""
        command = [sys.executable, "-m", "yushan", "up", "--config", str(self.config)]
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(  # noqa: S603 - our own program and files
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads touch it between fork and exec
            )
        self.lives += 1

    @property
    def pid(self) -> int:
        """The process id of this life."""
        return self.running.pid if self.running else 0

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.running is not None and self.running.poll() is None

    def answers(self) -> bool:
        """Whether its ``/health`` says ok."""
        peer = Peer(self.url, ca=self.ca or None)
        try:
            return peer.call("GET", "/health", timeout_s=2).status == 200
        except Unavailable:
            return False
        finally:
            peer.close()


class Processes:
    """All roles of one demo."""

    def __init__(self, all_of_them: Sequence[Process]) -> None:
        self.all = tuple(all_of_them)
        self.ending = threading.Event()
        #: Resident memory of all at its peak; a page that several share is counted once.
        self.peak_rss_mib = 0
        self.watcher = threading.Thread(target=self._watch, name="demo-watch", daemon=True)

    def start(self, timeout_s: float = 90.0) -> None:
        """Start everybody and wait until each answers.

        ``Unavailable("demo.role-silent")`` with the role's name when one does not.
        """
        for process in self.all:
            process.start()
        self.watcher.start()
        self.wait(timeout_s)

    def wait(self, timeout_s: float = 60.0) -> None:
        """Wait until every role answers."""
        end = time.monotonic() + timeout_s
        for process in self.all:
            while not process.answers():
                if time.monotonic() > end:
                    raise Unavailable("demo.role-silent", name=process.name)
                time.sleep(0.1)

    def _watch(self) -> None:
        looks = 0
        while not self.ending.wait(WATCH_S):
            looks += 1
            if looks % WEIGH_EVERY == 0:
                self.weigh()
            for process in self.all:
                if not process.is_alive() and not self.ending.is_set():
                    self._again(process)

    def _again(self, process: Process) -> None:
        now = time.monotonic()
        process.deaths = [death for death in process.deaths if now - death < 60] + [now]
        if len(process.deaths) > PATIENCE:
            return
        log.warning("demo.role-restarted", extra=facts(name=process.name, count=process.lives))
        process.start()

    def weigh(self) -> None:
        """Remember the most memory that all processes have held at one time."""
        held = sum(resident_kib(pid) for pid in family(process.pid for process in self.all))
        self.peak_rss_mib = max(self.peak_rss_mib, held // 1024)

    def stop(self) -> None:
        """Ask everybody to stop, then insist."""
        self.ending.set()
        for process in self.all:
            if process.running and process.is_alive():
                process.running.send_signal(signal.SIGTERM)
        for process in self.all:
            if process.running is None:
                continue
            try:
                process.running.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.running.pid, signal.SIGKILL)
                process.running.wait()


def family(pids: Iterable[int]) -> list[int]:
    """The processes and all their descendants, from ``/proc``."""
    parents: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            parents.setdefault(parent_of(int(entry.name)), []).append(int(entry.name))
    found: list[int] = []
    todo = list(pids)
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo.extend(parents.get(pid, []))
    return found


def proc_text(pid: int, name: str) -> str:
    """A file of ``/proc/PID``; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as page:  # noqa: PTH123 - procfs
            return page.read()
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    """Parent's process id; 0 when unknown."""
    fields = proc_text(pid, "stat").rpartition(")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def resident_kib(pid: int) -> int:
    """Resident memory of one process in KiB, shared pages by their share (PSS)."""
    for line in proc_text(pid, "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
