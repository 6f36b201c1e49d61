"""Random histories of a hospital: arrivals, refusals, outages, crashes at any commit, restarts.

After every step the sum closes and what is acknowledged is at the commons, once. When all faults
stop, everything comes to its end.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.flows.intaking import ANNA, BEN, KEYS, World
from tests.unit.gateway.making import Commons, make_object

from yushan.domain.deid import replace_uid, site_pseudonym
from yushan.domain.dicom import summarize
from yushan.domain.packs import read_members
from yushan.engines.database import Database
from yushan.services.gateway import METADATA, Rules, State

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENTS = (ANNA, BEN, "CHART-3")
RULES = Rules(batch_instances=3, piece_bytes=700, backoff_most_s=60.0)
ENDS = {"acknowledged", "duplicate", "conflict", "opted-out", "refused", "to-digitise"}


#: Half of the rounds die: after so many commits, just before or just after one.
CRASHES = st.none() | st.tuples(st.integers(0, 30), st.booleans())


class Crash(BaseException):
    """The process is gone."""


class Mortal(Database):
    """A database whose process dies at a commit: just before it, or just after."""

    dies_in: int | None = None
    after: bool = False

    @contextmanager
    def begin(self) -> Iterator[Any]:
        dying = False
        if self.dies_in is not None:
            self.dies_in -= 1
            dying = self.dies_in < 0
        with super().begin() as tx:
            yield tx
            if dying and not self.after:
                raise Crash
        if dying:
            raise Crash


class Hospitals(RuleBasedStateMachine):
    """One hospital and its commons."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="ysh-sim-", dir="/dev/shm"))
        self.db = Mortal(f"sqlite:///{self.base}/gateway.db")
        METADATA.create_all(self.db.engine)
        self.world = World(self.db, self.base, RULES)
        self.objects: dict[str, bytes] = {}
        self.dropped = 0
        #: Packs of Anna that the commons had heard of when she opted out.
        self.told: set[str] | None = None

    def teardown(self) -> None:
        self.db.dispose()
        shutil.rmtree(self.base)

    def restart(self) -> None:
        """A new life over the same disk; the commons and the others live on."""
        old = self.world
        self.db.dies_in = None
        self.world = World(self.db, self.base, RULES)
        self.world.clock, self.world.dropped = old.clock, old.dropped
        for room in (self.world.journal, self.world.journal.scanner, self.world.journal.watch,
                     self.world.batches, self.world.outbox, self.world.sender):  # fmt: skip
            room.clock = old.clock
        self.world.commons = self.world.sender.commons = old.commons
        self.world.office.against = old.office.against
        self.world.intake.start()
        self.world.journal.start(0.0)

    def live(self, seconds: float) -> None:
        try:
            self.world.tick(seconds)
        except Crash:
            self.restart()

    @rule(person=st.integers(0, 2), series=st.integers(0, 1), count=st.integers(1, 3))
    def arrive(self, person: int, series: int, count: int) -> None:
        for _ in range(count):
            sop = f"1.9.{len(self.objects) + 1}"
            self.objects[sop] = make_object(
                sop, f"1.8.{person}.{series}", study=f"1.7.{person}", patient=PATIENTS[person],
                number=len(self.objects),
            )  # fmt: skip
            self.drop(self.objects[sop])

    @precondition(lambda self: self.objects)
    @rule(data=st.data(), changed=st.booleans())
    def arrive_again(self, data: st.DataObject, changed: bool) -> None:
        sop = data.draw(st.sampled_from(sorted(self.objects)))
        again = self.objects[sop]
        self.drop(again[:-2] + b"\7\7" if changed else again)

    @rule(rubbish=st.sampled_from([b"", b"%PDF-1.4" + b" " * 600, b"text " * 200]))
    def arrive_rubbish(self, rubbish: bytes) -> None:
        self.drop(rubbish)

    def drop(self, data: bytes) -> None:
        self.dropped += 1
        self.world.receive(data, association=1 + self.dropped % 3)

    @rule(seconds=st.sampled_from([0.5, 31.0, 31.0, 100.0, 1000.0]), crash=CRASHES)
    def tick(self, seconds: float, crash: tuple[int, bool] | None) -> None:
        self.live(0.0)
        if crash is not None:
            self.db.dies_in, self.db.after = crash
        self.live(seconds)

    @rule()
    def kill(self) -> None:
        self.restart()

    @rule(lost=st.booleans(), calls=st.none() | st.integers(0, 6))
    def line_breaks(self, lost: bool, calls: int | None) -> None:
        commons = self.world.commons
        commons.lost_answers, commons.up = lost, calls is not None
        commons.breaks_after = None if calls is None else commons.calls + calls

    @rule(fresh=st.booleans(), holders=st.booleans())
    def others_fail(self, fresh: bool, holders: bool) -> None:
        self.world.office.fresh, self.world.holders.up = fresh, holders

    @rule()
    def all_is_well(self) -> None:
        commons = self.world.commons
        commons.up, commons.breaks_after = True, None
        self.world.office.fresh = self.world.holders.up = True
        self.live(400.0)

    @rule()
    def anna_opts_out(self) -> None:
        if self.told is None:
            self.told = self.packs_of(ANNA)
        self.world.office.against.add(b"token of " + ANNA.encode())

    @rule()
    def anna_opts_out_during_an_outage(self) -> None:
        self.world.commons.up = False
        self.arrive(0, 0, 1)
        self.live(0.0)
        self.live(31.0)
        self.anna_opts_out()
        self.all_is_well()

    @rule()
    def lose_half_done_work(self) -> None:
        shutil.rmtree(self.world.shop.root)
        self.world.shop.root.mkdir()

    def packs_of(self, patient: str) -> set[str]:
        subject = site_pseudonym(KEYS, patient)
        return {pack for pack, m in self.world.commons.packs.items() if m.subject == subject}

    def delivered(self) -> list[str]:
        commons: Commons = self.world.commons
        found = []
        for pack in commons.receipts:
            data = bytes(commons.bytes[pack])
            members = read_members(data)
            found += [
                summarize(data[m.start : m.start + m.length]).sop_instance_uid for m in members
            ]
        return found

    @invariant()
    def the_sum_closes(self) -> None:
        said = self.world.journal.accounting()
        assert said.closes
        assert said.received <= self.dropped
        assert said.alarms == 0

    @invariant()
    def what_is_acknowledged_is_at_the_commons_once(self) -> None:
        delivered = self.delivered()
        assert len(delivered) == len(set(delivered))
        acknowledged = self.world.journal.page(State.ACKNOWLEDGED, limit=10_000)
        for entry in acknowledged:
            assert replace_uid(KEYS.uid, entry.sop_instance_uid or "") in delivered

    @invariant()
    def nothing_of_who_opted_out_begins_to_leave(self) -> None:
        assert self.told is None or self.packs_of(ANNA) <= self.told


class Ended(Hospitals):
    """The same, and at the end all faults stop."""

    def teardown(self) -> None:
        try:
            self.db.dies_in = None
            world = self.world
            world.commons.up, world.commons.breaks_after = True, None
            world.office.fresh = world.office.up = world.holders.up = True
            world.settle(12)
            said = world.journal.accounting()
            assert said.received == self.dropped
            assert {state for state, count in said.states.items() if count} <= ENDS
            self.the_sum_closes()
            self.what_is_acknowledged_is_at_the_commons_once()
        finally:
            super().teardown()


TestHospitals = Ended.TestCase
TestHospitals.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
