"""A storm: roles are killed at random while hospitals send; at the end everything must be there.

The same seed kills the same roles after the same waits; where the roles are then is the machine's
affair. Run alone: ``tools/storm --help``.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.journeys.house import SITES, House
from yushan.assembly.audit_acts import export_ledger, ledger_of
from yushan.base import EVERYTHING, Unavailable
from yushan.domain.dicom import summarize
from yushan.domain.phantoms import load_series
from yushan.services.gateway import Outbox, State
from yushan.services.ledger import verify_export

if TYPE_CHECKING:
    from yushan.engines.net import SendReport

#: Role → how often it is hit, among all.
TARGETS = {
    "hospital-a": 4, "hospital-b": 4, "commons": 6, "citizen": 2,
    "keyholder-1": 1, "keyholder-2": 1, "keyholder-3": 1,
}  # fmt: skip
#: A sender that reaches nobody asks again after this.
AGAIN_S = 0.5
#: A hospital's gateway is hit while it receives, so long after the first file of a portion.
LATE_S = 0.25
#: Files of one C-STORE call.
PORTION = 20


@dataclass(frozen=True)
class Weather:
    """What a storm is like; seconds between two kills lie between ``calm_s``."""

    seed: int
    kills: int
    instances: int
    calm_s: tuple[float, float]


@dataclass
class Hospital:
    """A sender that does not give up, and what it was told."""

    house: House
    site: str
    files: dict[str, Path]
    gap_s: float
    sent: set[str] = field(default_factory=set)
    lost: int = 0
    sending: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send everything, portion by portion, each until it was answered with success."""
        names = list(self.files)
        for start in range(0, len(names), PORTION):
            waiting = {self.files[uid]: uid for uid in names[start : start + PORTION]}
            while waiting:
                report = self.try_once(list(waiting))
                for path, status in report.statuses if report else ():
                    if status == 0:
                        self.sent.add(waiting.pop(path))
                if waiting:
                    self.lost += 1
                    time.sleep(AGAIN_S)
            time.sleep(self.gap_s)

    def try_once(self, files: list[Path]) -> SendReport | None:
        """One call; nothing if nobody is there."""
        self.sending.set()
        try:
            return self.house.store(self.site, files)
        except Unavailable:
            return None
        finally:
            self.sending.clear()


@dataclass(frozen=True)
class Outcome:
    """What a storm did and what came through it."""

    weather: Weather
    hit: Counter[str]
    interrupted: int
    repeated: int
    seconds: float
    faults: tuple[str, ...]

    def line(self) -> str:
        """The storm in a line."""
        hit = ", ".join(f"{name} {count}" for name, count in sorted(self.hit.items()))
        return (
            f"seed {self.weather.seed}: {self.hit.total()} kills ({hit}), "
            f"{self.weather.instances} instances, {self.interrupted} sends interrupted, "
            f"{self.repeated} objects sent twice, {self.seconds:.0f} s, "
            f"{'nothing lost, nothing twice' if not self.faults else 'FAULTS'}"
        )


class Storm:
    """One storm over a running house; what was there before must come through as well."""

    def __init__(self, house: House, weather: Weather) -> None:
        self.house, self.weather = house, weather
        self.before = Counter(entry.sop_instance_uid for _, entry in house.instances())
        span_s = weather.kills * sum(weather.calm_s) / 2
        self.hospitals = []
        for number, site in enumerate(SITES):
            files = self.make(site, weather.instances // len(SITES), number)
            self.hospitals.append(Hospital(house, site, files, span_s * PORTION / len(files)))

    def make(self, site: str, count: int, number: int) -> dict[str, Path]:
        """Load for one hospital as files: SOP Instance UID → path."""
        seed = self.weather.seed * len(SITES) + number
        folder = self.house.folder / "storm" / f"{site}-{seed}"
        folder.mkdir(parents=True)
        files = {}
        for index, sample in enumerate(load_series(count, seed)):
            path = folder / f"{index:06d}.dcm"
            path.write_bytes(sample.data)
            files[summarize(sample.data).sop_instance_uid] = path
        return files

    def run(self) -> Outcome:
        """Send, kill, wait until nothing moves, look."""
        begun = time.monotonic()
        threads = [threading.Thread(target=one.run, name=one.site) for one in self.hospitals]
        for thread in threads:
            thread.start()
        hit = self.rage()
        for thread in threads:
            thread.join()
        self.house.processes.wait(120)
        self.house.settle()
        return Outcome(
            self.weather, hit, sum(one.lost for one in self.hospitals),
            sum(self.house.spooled(site) for site in SITES) - self.expected_spool(),
            time.monotonic() - begun, tuple(self.faults()),
        )  # fmt: skip

    def expected_spool(self) -> int:
        """Files in the spools if nothing had been sent twice."""
        return sum(
            len({entry.sop_instance_uid or entry.id for entry in self.house.entries(site)})
            for site in SITES
        )

    def rage(self) -> Counter[str]:
        """Kill one role after the other; whom."""
        chance, hit = random.Random(self.weather.seed), Counter()
        names, weights = list(TARGETS), list(TARGETS.values())
        for _ in range(self.weather.kills):
            time.sleep(chance.uniform(*self.weather.calm_s))
            (name,) = chance.choices(names, weights)
            self.await_moment(name, chance.uniform(0, LATE_S))
            with suppress(ProcessLookupError):
                os.kill(self.house.reader.process_id(name), signal.SIGKILL)
                hit[name] += 1
        return hit

    def await_moment(self, name: str, late_s: float) -> None:
        """A gateway is hit while it receives; the others whenever it comes."""
        for one in self.hospitals:
            if one.site == name and one.sending.wait(5):
                time.sleep(late_s)

    # what must hold

    def faults(self) -> list[str]:
        """All that is not as it must be; empty when nothing was lost and nothing is twice."""
        return [
            *self.at_the_gateways(),
            *self.at_the_commons(),
            *self.in_the_folders(),
            *self.in_the_ledger(),
        ]

    def at_the_gateways(self) -> list[str]:
        """Every sent object is acknowledged once; others under its UID are duplicates."""
        found = []
        for one in self.hospitals:
            if one.sent != one.files.keys():
                found.append(f"{one.site}: {len(one.files.keys() - one.sent)} never answered")
            account = self.house.reader.journals[one.site].accounting()
            if not account.closes or account.alarms:
                found.append(f"{one.site}: does not close, {account.alarms} alarms")
            states: dict[str, Counter[State]] = {uid: Counter() for uid in one.files}
            for entry in self.house.entries(one.site):
                if entry.sop_instance_uid in states:
                    states[entry.sop_instance_uid][entry.state] += 1
            for uid, count in states.items():
                again = count.pop(State.DUPLICATE, 0)
                if count != {State.ACKNOWLEDGED: 1}:
                    found.append(f"{one.site}: {uid}: {dict(count)}, {again} duplicates")
        return found

    def at_the_commons(self) -> list[str]:
        """Exactly the released instances are there, each once, and every byte holds."""
        found = []
        wanted = self.before.copy()
        for one in self.hospitals:
            names = self.house.names(one.site)
            wanted.update(map(names.uid, one.files))
        here = Counter(entry.sop_instance_uid for _, entry in self.house.instances())
        if here != wanted:
            found.append(f"commons: {(wanted - here).total()} lost, {(here - wanted).total()} over")
        report = self.house.reader.commons()
        if not report.closes or report.instances != here.total():
            found.append(f"commons: does not close: {report.states}, {report.instances}")
        accounts = self.house.catalogue.studies(EVERYTHING, limit=100_000)
        if sum(row.instances for row in accounts) != here.total():
            found.append("commons: the catalogue counts otherwise")
        check = self.house.archive.check()
        if not check.holds or check.instances != here.total():
            found.append(f"archive: {Counter(fault.code for fault in check.faults)}")
        return found

    def in_the_folders(self) -> list[str]:
        """Nothing waits in an outbox, every pack has its receipt and was admitted."""
        found = []
        for one in self.hospitals:
            gateway = self.house.gateway(one.site)
            folder = Path(gateway.data) / "outbox"
            database = self.house.reader.databases[one.site]
            outbox = Outbox(database, self.house.reader.clock, folder, gateway.rules)
            parcels = outbox.page(limit=100_000)
            if any(parcel.receipt is None for parcel in parcels):
                found.append(f"{one.site}: a pack without receipt")
            if left := [path.suffix for path in folder.iterdir()]:
                found.append(f"{one.site}: left in the outbox: {Counter(left)}")
        incoming = Path(self.house.plan.commons.data) / "incoming"
        if left := [path.name for path in incoming.glob("*/*.part")]:
            found.append(f"commons: {len(left)} packs left in incoming")
        return found

    def in_the_ledger(self) -> list[str]:
        """Its signatures and hashes hold; every pack came in once and was admitted once."""
        folder = Path(tempfile.mkdtemp(prefix="ledger-", dir=self.house.folder))
        export_ledger(self.house.plan.commons, folder)
        verdict = verify_export(folder)
        found = [] if verdict.holds else [f"ledger: {verdict.faults}"]
        with ledger_of(self.house.plan.commons) as ledger:
            for kind, name in (("archive.received", "pack"), ("archive.admitted", "source")):
                entries = ledger.entries(limit=1_000_000, kind=kind)
                times = Counter(entry.facts[name] for entry in entries)
                if twice := [pack for pack, count in times.items() if count > 1]:
                    found.append(f"ledger: {len(twice)} packs twice {kind}")
        return found


def main(arguments: list[str] | None = None) -> int:
    """A storm over a house of its own."""
    parser = argparse.ArgumentParser(prog="tools/storm", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--instances", type=int, default=2000)
    parser.add_argument("--calm", type=float, nargs=2, default=(2.0, 8.0), metavar="SECONDS")
    parser.add_argument("--keep", type=Path, help="keep all folders and logs there")
    wish = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="storm-") as temporary:
        house = House(wish.keep or Path(temporary))
        print(f"seed {wish.seed}", flush=True)
        try:
            house.start()
            storm = Storm(house, Weather(wish.seed, wish.kills, wish.instances, tuple(wish.calm)))
            outcome = storm.run()
        finally:
            house.stop()
    print(*outcome.faults, outcome.line(), sep="\n", flush=True)
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
