"""A hospital with everything that intake needs; the others stand in memory and keep their word."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import tests.unit.gateway.making as making

from yushan.base import Rejected, SiteName, Unavailable
from yushan.domain.deid import SiteKeys, load_policy
from yushan.domain.packs import read_members
from yushan.flows.intake import Desk, Intake, Ticker, Workshop
from yushan.services.gateway import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from yushan.engines.database import Database
    from yushan.services.gateway import Run

KEYS = SiteKeys(uid=b"u" * 32, pseudonym=b"p" * 32, date=b"d" * 32)
POLICY = load_policy("tw-hospital")
#: Numbers with a right check digit that belong to nobody.
ANNA, BEN = "A123456789", "A223456781"


@dataclass
class Office:
    """A consent office: who is against it, whether it answers, whether its list is fresh."""

    up: bool = True
    fresh: bool = True
    against: set[bytes] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    about: list[tuple[str, date | None]] = field(default_factory=list)

    def token(self, identity: str) -> bytes:
        if not self.up:
            raise Unavailable("consent.office-unreachable")
        self.asked.append(identity)
        return b"token of " + identity.encode()

    def check(
        self, token: bytes | None, modality: str | None, *, examined_on: date | None = None
    ) -> str:
        if not self.fresh:
            raise Unavailable("consent.list-stale")
        self.about.append((modality, examined_on))
        return "opted-out" if token in self.against else "allowed"


@dataclass
class Holders:
    """Key holders behind a linker that seals nothing: tests read what is in the envelope."""

    up: bool = True
    made: list[dict[str, Any]] = field(default_factory=list)

    def envelope(
        self, identity: str | None, offset_days: int, consent_token: bytes | None, aad: bytes
    ) -> bytes:
        if not self.up:
            raise Unavailable("linkage.holders-unreachable")
        token = consent_token and consent_token.decode()
        said = {"identity": identity, "offset_days": offset_days, "consent_token": token,
                "aad": aad.decode()}  # fmt: skip
        self.made.append(said)
        return json.dumps(said).encode()


@dataclass
class Inline:
    """Workers in this process; ``dies`` names functions and paths a child would not survive."""

    dies: Callable[[str, str], bool] = lambda _function, _path: False

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        for source in arguments[0]:
            if self.dies(function.__name__, source.path):
                raise Rejected("sandbox.child-died")
        return function(*arguments)

    def map(self, function: Callable[..., Any], tasks: Iterable[Sequence[Any]]) -> list[Any]:
        return [self.run(function, *task) for task in tasks]


class World(making.Hospital):
    """A hospital whose ticker runs every attempt at once."""

    def __init__(self, db: Database, base: Path, rules: Rules | None = None) -> None:
        super().__init__(db, base, rules or Rules())
        self.office, self.holders, self.workers = Office(), Holders(), Inline()
        self.shop = Workshop(base / "work", self.workers, chunk_files=3)
        self.intake = Intake(Desk(
            site=SiteName("h1"), keys=KEYS, policy=POLICY, batches=self.batches,
            outbox=self.outbox, sender=self.sender, consent=self.office, linker=self.holders,
            workshop=self.shop, chance=self.rng.random,
        ))  # fmt: skip
        self.runs: list[Run] = []
        self.ticker = self.make_ticker(self.start)

    def make_ticker(self, start: Callable[[Run, str], None]) -> Ticker:
        return Ticker(self.journal, self.batches, self.outbox, self.sender, start)

    def start(self, run: Run, lane: str) -> None:
        self.runs.append(run)
        self.intake.run(run, lane)

    def tick(self, seconds: float = 0.0) -> int:
        self.clock.advance(seconds)
        return self.ticker.tick(self.clock.monotonic())

    def settle(self, rounds: int = 40) -> None:
        """Let time pass until nothing more can happen."""
        for _ in range(rounds):
            self.tick(400.0)


def sent(world: World) -> list[bytes]:
    """All members of all packs that the commons has a receipt for."""
    found = []
    for pack in world.commons.receipts:
        data = bytes(world.commons.bytes[pack])
        found += [data[m.start : m.start + m.length] for m in read_members(data)]
    return found


def until(world: World, *steps: str) -> Run:
    """A batch taken through some steps and left there."""
    (last,) = world.batches.due(sending=100)
    run = world.batches.begin(last)
    for name in steps:
        assert world.intake.take(name, run)
    return run


def quiet_series(world: World, *objects: bytes) -> None:
    world.receive(*objects)
    world.journal.scan()
    world.quiet()
