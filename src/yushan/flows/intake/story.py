"""Flow *intake* (B1 B3 B4): a series that fell quiet becomes an acknowledged pack.

1. The ticker freezes the objects of one series and one patient as a batch.
2. *consent*: whose they are, and whether that person is against it; opted out ends here.
3. *clean*: stage 1 and the verifier in children; what is not proven safe is quarantined. Where a
   picture must be read or a face removed first, the batch waits for its turn in another lane.
4. *read*: in that lane, pictures are read, redacted and read again, faces removed; then as in 3.
5. *link*: the envelope by which the commons, and nobody else, knows the person again.
6. *seal*: the pack, in slice order, durable.
7. *send*: the person is asked about once more, the pack goes, the receipt is kept.

Whatever is missing on the way (consent list, key holders, line, disk) holds the batch, and the
ticker tries again. Every step reads where the batch stands and does nothing if it was done.
"""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Final

from yushan.base import Conflict, Pseudonym, Rejected, Unavailable, YushanError
from yushan.domain.deid import site_offset_days, site_pseudonym
from yushan.domain.packs import Manifest, envelope_aad
from yushan.domain.terms import asked_about
from yushan.engines.observe import facts, log_for
from yushan.flows.cleaning import How
from yushan.flows.intake.desk import LANES, QUEUE, Work
from yushan.flows.intake.pixels import finding_of, pixels_for
from yushan.flows.intake.workshop import Person
from yushan.services.gateway import (
    Decisions,
    Output,
    RegionRules,
    Stage,
    State,
    unfinished_batches,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from yushan.flows.cleaning import Result
    from yushan.flows.intake.desk import Desk
    from yushan.services.gateway import Batch, Member, Run

log = log_for(__name__)

ALLOWED: Final = "allowed"
OPTED_OUT: Final = "gateway.opted-out"


class Intake:
    """The steps of the story, for one hospital."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.batches, self.outbox, self.shop = desk.batches, desk.outbox, desk.workshop
        batches = desk.batches
        self.decisions = Decisions(batches.db, batches.clock, batches.rules)
        self.rules = RegionRules(batches.db, batches.clock, batches.rules)

    def start(self) -> None:
        """Tidy up after a former life; call it before any flow runs."""
        self.outbox.start()
        self.shop.tidy(unfinished_batches(self.batches.db))

    def run(self, run: Run, lane: str = QUEUE) -> bool:
        """The whole story of a lane at once; the durable flow takes the same steps."""
        return all(self.take(name, run) for name in LANES[lane])

    def take(self, name: str, run: Run) -> bool:
        """Take a step; whether the story goes on.

        It does not when the batch waits in the other lane, or when something went wrong: that
        holds the batch for another attempt.
        """
        step: Callable[[Run], bool | None] = getattr(self, name)
        try:
            return step(run) is not False
        except YushanError as error:
            return self.hold(run, error.code)
        except Exception:
            log.exception("intake.failed", extra=facts(batch=run.batch, step=name))
            return self.hold(run, "gateway.intake-failed")

    def hold(self, run: Run, code: str) -> bool:
        """Hold the batch, unless another attempt has taken over; the story ends for now."""
        try:
            self.batches.hold(run, code, self.desk.chance())
        except Conflict as error:
            log.warning("intake.superseded", extra=facts(batch=run.batch, code=error.code))
        return False

    def consent(self, run: Run) -> None:
        """Whose objects these are, and whether that person is against it."""
        batch = self.batches.load(run)
        if batch.stage is not Stage.FROZEN:
            return
        members = self.batches.members(run, State.READY)
        try:
            person = self.meet(run, members)
        except Rejected as error:
            self.end(run, State.QUARANTINED, error.code)
            return
        token = self.token_of(person)
        if not self.is_allowed(run, token, batch.modality, person.examined_on):
            self.end(run, State.OPTED_OUT, OPTED_OUT)
            return
        subject = site_pseudonym(self.desk.keys, batch.patient)
        self.batches.allow(run, subject, token.hex() if token else None, person.examined_on)

    def clean(self, run: Run) -> bool:
        """Stage 1 and the verifier, in children; ``False``: pictures must be read first."""
        batch = self.batches.load(run)
        if batch.stage is not Stage.ALLOWED:
            return True
        work = self.begin(run, batch)
        done = self.shop.clean_all(work.seen, work.how, work.alive)
        if self.desk.readers is not None and any(one.waits for one in done):
            self.batches.wait_for_reading(run)
            return False  # nothing more is asked of the batch: that would be a sign of life
        self.finish(run, work, done)
        return True

    def read(self, run: Run) -> None:
        """The same where pictures must be read, or faces removed."""
        batch = self.batches.load(run)
        if batch.stage is not Stage.READING:
            return
        work = self.begin(run, batch)
        done = self.shop.clean_all(work.seen, work.how, work.alive)
        if self.desk.readers is not None:
            done = self.desk.readers.settle(work.seen, done, work.how, work.alive)
        self.finish(run, work, done)

    def begin(self, run: Run, batch: Batch) -> Work:
        """What stage 1 works on: all but what could not be looked at."""
        members = self.batches.members(run, State.READY)
        person = self.shop.recall(run) or self.meet(run, members)
        blind: dict[int, tuple[str, ...]] = {number: (code,) for number, code in person.blind}
        seen = [member for member in members if member.object not in blind]
        alive = partial(self.batches.load, run)
        return Work(tuple(seen), blind, self.how(run, batch, person), alive)

    def finish(self, run: Run, work: Work, done: Sequence[Result]) -> None:
        """What is proven safe goes on, the rest does not."""
        stopped = work.blind | {one.object: one.reasons for one in done if one.reasons}
        outputs = [output_of(one) for one in done if not one.reasons]
        self.note(work, done)
        self.batches.clean(run, outputs, stopped)
        if not outputs:
            self.shop.clear(run)

    def note(self, work: Work, done: Sequence[Result]) -> None:
        """Keep for the quarantine desk what was found in pictures that stopped, never the text."""
        stopped = [one for one in done if one.reasons]
        if self.desk.readers is None or not stopped:
            return
        numbers = {one.object for one in stopped}
        pictures = self.desk.readers.describe([m for m in work.seen if m.object in numbers])
        found = {one.object: tuple(map(finding_of, one.findings)) for one in stopped}
        self.decisions.note(pictures, found)

    def link(self, run: Run) -> None:
        """The envelope for the commons."""
        batch = self.batches.load(run)
        if batch.stage is not Stage.CLEANED:
            return
        person = self.person(run, self.batches.members(run, State.DEIDENTIFIED))
        offset_days = site_offset_days(self.desk.keys, Pseudonym(batch.subject))
        aad = envelope_aad(self.desk.site, batch.subject)
        envelope = self.desk.linker.envelope(
            person.identity, offset_days, self.token_of(person), aad
        )
        linked = person.identity is not None
        self.batches.link(run, base64.b64encode(envelope).decode(), linked=linked)

    def seal(self, run: Run) -> None:
        """Write the pack; the same outputs give the same pack."""
        batch = self.batches.load(run)
        if batch.stage is not Stage.LINKED:
            return
        outputs = self.batches.outputs(run)
        made = self.shop.write_pack(self.outbox.draft(run), run.batch, outputs)
        if made is None:
            self.batches.start_over(run)
            raise Unavailable("gateway.results-lost")
        self.outbox.accept(run, Manifest(
            pack=made.pack, size=made.size, instances=len(made.members), batch=run.batch,
            site=self.desk.site, policy=self.desk.policy.name, subject=batch.subject,
            policy_digest=self.desk.policy.digest, linked=batch.linked, envelope=batch.envelope,
        ))  # fmt: skip

    def send(self, run: Run) -> None:
        """Ask about the person once more, then bring the pack to the commons."""
        batch = self.batches.load(run)
        if batch.stage is Stage.DONE:
            self.shop.clear(run)
        if batch.stage is not Stage.SEALED:
            return
        waiting = self.batches.members(run, State.PACKED)
        if waiting and not self.still_allowed(run, waiting, batch):
            parcel = self.outbox.parcel(run.batch)
            self.end(run, State.OPTED_OUT, OPTED_OUT)
            if parcel is not None:
                self.outbox.discard(parcel.manifest.pack)
            return
        self.carry(run)
        self.shop.clear(run)

    def carry(self, run: Run) -> None:
        """Send, and say what stands in the way: the line, or our own disk."""
        if not self.outbox.may_send():
            raise Unavailable("gateway.line-down")
        try:
            self.desk.sender.send(run)
        except Unavailable as error:
            self.outbox.line_failed(error.code, self.desk.chance())
            raise
        except Rejected as error:
            if error.code == "gateway.pack-damaged":
                self.batches.start_over(run)
                raise Unavailable("gateway.results-lost") from error
            raise

    def still_allowed(self, run: Run, waiting: Sequence[Member], batch: Batch) -> bool:
        """The same once more, before a pack goes."""
        token = self.token_of(self.person(run, waiting))
        return self.is_allowed(run, token, batch.modality, batch.examined_on)

    def is_allowed(
        self, run: Run, token: bytes | None, modality: str, examined_on: date | None
    ) -> bool:
        """Whether the person is not against it, by the list as it is now.

        What was drawn, measured or planned is judged by the images of its study as well.
        """
        asked = asked_about(modality, self.batches.beside(run))
        said = {self.desk.consent.check(token, one, examined_on=examined_on) for one in asked}
        return said == {ALLOWED}

    def token_of(self, person: Person) -> bytes | None:
        """The person at the consent office, under its key of today."""
        return None if person.identity is None else self.desk.consent.token(person.identity)

    def person(self, run: Run, members: Sequence[Member]) -> Person:
        """The patient as remembered; when the work folder was lost, all is looked at again."""
        found = self.shop.recall(run)
        if found is None and (found := self.meet(run, members)).blind:
            self.batches.start_over(run)
            raise Unavailable("gateway.results-lost")
        return found

    def meet(self, run: Run, members: Sequence[Member]) -> Person:
        """The patient by the originals.

        Raises
        ------
        Rejected
            ``gateway.identities-mixed``: they name more than one person.
        """
        known = self.shop.look(members)
        if len(known.identities) > 1:
            raise Rejected("gateway.identities-mixed")
        identity = next(iter(known.identities), None)
        examined = tuple(known.examined)
        examined_on = examined[0] if len(examined) == 1 else None
        person = Person(identity, examined_on, tuple(sorted(known.tokens)), known.blind)
        self.shop.remember(run, person)
        return person

    def how(self, run: Run, batch: Batch, person: Person) -> How:
        """What stage 1 must know, with an empty folder for its outputs."""
        subject = Pseudonym(batch.subject)
        offset_days = site_offset_days(self.desk.keys, subject)
        return How(
            str(self.shop.fresh(run)), self.desk.policy, self.desk.keys, subject, offset_days,
            frozenset(person.tokens), pixels_for(self.desk, self.rules.in_force()),
        )  # fmt: skip

    def end(self, run: Run, state: State, reason: str) -> None:
        """The batch ends here, with all its objects."""
        self.batches.end_all(run, state, reason)
        self.shop.clear(run)


def output_of(result: Result) -> Output:
    """What the gateway keeps of a result."""
    return Output(result.object, result.size, result.crc32, result.number, result.position)
