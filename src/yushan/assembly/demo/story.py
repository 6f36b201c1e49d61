"""The demo, told in order: keys, a person who left, roles, images, the report, and on it runs."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.assembly.citizen import open_office
from yushan.assembly.demo.feed import folder_loads, sample_loads, send
from yushan.assembly.demo.plan import lay_out
from yushan.assembly.demo.processes import Processes
from yushan.assembly.demo.progress import Progress, say
from yushan.assembly.demo.report import Reader
from yushan.assembly.demo.words import told
from yushan.assembly.demo_state import write_state
from yushan.base import SystemClock, Unavailable
from yushan.domain.population import OPTED_OUT
from yushan.services.consent import Channel, Decision, Wish

if TYPE_CHECKING:
    from yushan.assembly.demo.feed import Delivered, Load
    from yushan.assembly.demo.plan import Plan

PATIENCE_S: Final = 1800.0
LOOK_S: Final = 0.25
STATE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What whoever starts the demo asked for."""

    source: Path | None = None
    leave: bool = False
    keep: Path | None = None
    port: int = 8080
    as_json: bool = False
    viewer: Path = Path(".cache/viewer")
    tls: bool = False


def run_demo(wanted: Wanted) -> int:
    """Run the demo; the exit code: 0 when every sum closes."""
    begun = time.monotonic()
    folder = wanted.keep or Path(tempfile.mkdtemp(prefix="yushan-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        say(f"{folder}: not empty")
        return 2
    ending = end_on_signals()
    plan = lay_out(folder, wanted.port, wanted.viewer.absolute(), SystemClock(), tls=wanted.tls)
    processes = Processes(plan.processes())
    try:
        return Demo(wanted, plan, processes, ending).run(begun)
    except Unavailable as error:
        say(f"{error}; {folder / 'log'}")
        return error.exit_code
    finally:
        processes.stop()
        if wanted.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def end_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending


class Demo:
    """One run of the demo."""

    def __init__(
        self, wanted: Wanted, plan: Plan, processes: Processes, ending: threading.Event
    ) -> None:
        self.wanted, self.plan, self.processes, self.ending = wanted, plan, processes, ending

    def run(self, begun: float) -> int:
        """From nothing to the report, and on until told to stop."""
        self.begin()
        reader = Reader(self.plan, self.processes)
        loads = self.loads()
        delivered = self.feed(loads)
        self.wait(reader, sum(one.taken for one in delivered.values()))
        report = reader.report(begun, delivered)
        write_state(Path(self.plan.commons.demo_state), reader.now(time.monotonic() - begun))
        closes = all(one.closes for one in report.gateways) and report.commons.closes
        if self.wanted.as_json:
            sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
            sys.stdout.flush()
        else:
            sys.stdout.write(told(report))
            sys.stdout.flush()
        if not self.wanted.leave:
            self.stand_by(reader, begun)
        return 0 if closes else 1

    def begin(self, timeout_s: float = 90.0) -> None:
        """Start everybody; first, so that no list is without it, one person leaves."""
        self.record_opt_out()
        self.processes.start(timeout_s)

    def record_opt_out(self) -> None:
        """One person of the samples wants out."""
        database, office, _ = open_office(self.plan.citizen)
        office.record(
            OPTED_OUT.identity or "", Wish(decision=Decision.STOP, channel=Channel.COUNTER)
        )
        database.dispose()

    def loads(self) -> list[Load]:
        """What is sent."""
        if self.wanted.source is not None:
            return folder_loads(self.wanted.source)
        with Progress("sample studies", 2) as bar:
            return sample_loads(self.plan.folder / "feed", lambda _site, _n: bar.show(1))

    def feed(self, loads: list[Load]) -> dict[str, Delivered]:
        """Send everything, hospital by hospital; what became of it by gateway."""
        delivered = {}
        for load in loads:
            with Progress(f"{load.hospital.name} sends", load.files) as bar:
                delivered[load.hospital.name] = send(self.plan, load, bar.show)
                bar.show(load.files)
        return delivered

    def wait(self, reader: Reader, total: int) -> None:
        """Wait until nothing moves any more and everything acknowledged can be found."""
        end = time.monotonic() + PATIENCE_S
        with Progress("to the commons", total) as bar:
            while not self.ending.is_set():
                received, moving = reader.movement()
                bar.show(received - moving)
                if received >= total and not moving:
                    bar.show(total)
                    return
                if time.monotonic() > end:
                    raise Unavailable("demo.still-moving", objects=moving)
                time.sleep(LOOK_S)

    def stand_by(self, reader: Reader, begun: float) -> None:
        """Run on until told to stop, and tell the tour page how things stand."""
        path = Path(self.plan.commons.demo_state)
        while not self.ending.wait(STATE_S):
            write_state(path, reader.now(time.monotonic() - begun))
