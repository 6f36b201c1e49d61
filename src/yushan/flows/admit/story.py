"""Flow *admit* (B1 B2 B6 B9): a site's pack becomes searchable, under the commons' own names.

1. The ticker finds a pack that is due and starts an attempt.
2. *prepare*: the envelope says whose instances these are; the consent list says whether they may
   stay; children reissue every member (stage 2), verify what comes out and describe it; members
   find their places (admitted, duplicate, quarantined, opted out); the admitted ones are written
   as a new pack with sidecars and put into the store.
3. *enter*: one transaction makes it true: ledger, index, counts, what became of the site's pack.
4. *clear*: the site's bytes are deleted.

What is missing on the way (consent list, disk) holds the pack, and the ticker tries again. Every
step may run twice; an attempt that was overtaken by another pack of the same study is made anew.
"""

from __future__ import annotations

import base64
import binascii
import shutil
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from yushan.base import Conflict, PackId, Pseudonym, Rejected, YushanError
from yushan.domain.packs import IncomingState, envelope_aad
from yushan.domain.terms import asked_about
from yushan.engines.observe import facts, log_for
from yushan.flows.admit.judging import Stage2
from yushan.flows.admit.packing import Origin, sidecars, write_pack
from yushan.flows.admit.prepared import Prepared
from yushan.flows.admit.sorting import known, sort, touched, true_date, uids_of
from yushan.flows.admit.sources import modalities_behind
from yushan.flows.admit.workshop import judge_all, members_of
from yushan.services.withdrawal import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.base import SiteName
    from yushan.domain.verifier import Terms
    from yushan.engines.database import Database
    from yushan.flows.admit.judging import Instance
    from yushan.flows.admit.ports import ConsentGate, Linker, Workers
    from yushan.flows.admit.sorting import Sorting
    from yushan.services.archive import Admissions, Archive, Incoming
    from yushan.services.catalogue import Catalogue
    from yushan.services.ledger import Ledger
    from yushan.services.linkage import Subject
    from yushan.services.withdrawal import Register

log = log_for(__name__)

OPEN: Final = {IncomingState.RECEIVED, IncomingState.HELD}
ALLOWED: Final = "allowed"
#: Waiting before the next attempt: doubled each time, in seconds.
FIRST_WAIT_S: Final = 15.0
LONGEST_WAIT_S: Final = 3600.0
#: No attempt lasts so long, in seconds.
LEFT_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything and everyone that admission works with; ``folder`` is for work in progress.

    ``accepted`` are the terms of the policies of stage 1 that are taken, by the policy's digest.
    """

    db: Database
    admissions: Admissions
    archive: Archive
    catalogue: Catalogue
    register: Register
    ledger: Ledger
    linker: Linker
    consent: ConsentGate
    workers: Workers
    uid_key: bytes = field(repr=False)
    accepted: Mapping[str, Terms]
    folder: Path
    #: Whether uncompressed pixels are made smaller without loss.
    recompress: bool = False


class Admit:
    """The steps of the story, for the commons."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tidy(desk.folder)

    def run(self, site: SiteName, pack: PackId) -> bool:
        """The whole story at once; the durable flow takes the same steps."""
        prepared = self.prepare(site, pack)
        return prepared is not None and self.enter(site, pack, prepared) and self.clear(site, pack)

    def prepare(self, site: SiteName, pack: PackId) -> Prepared | None:
        """Everything but the transaction; None when the pack is held, refused or done."""
        incoming = self.desk.admissions.incoming(site, pack)
        if incoming.state not in OPEN:
            return None
        return self.guarded(incoming, lambda: self.work(incoming))

    def guarded(self, incoming: Incoming, do: Callable[[], Prepared | None]) -> Prepared | None:
        """Do it; whatever goes wrong holds the pack for another attempt."""
        try:
            return do()
        except YushanError as error:
            code = error.code
        except Exception:
            log.exception("admit.failed", extra=facts(site=incoming.site, pack=incoming.pack))
            code = "archive.admission-failed"
        wait_s = min(FIRST_WAIT_S * 2 ** min(incoming.attempt, 10), LONGEST_WAIT_S)
        self.desk.admissions.hold(incoming.site, incoming.pack, code, wait_s)
        return None

    def work(self, incoming: Incoming) -> Prepared | None:
        """All of *prepare*, with a folder for files that children make."""
        aside = self.desk.folder / f"{uuid.uuid4().hex}.smaller"
        aside.mkdir(mode=0o700)
        try:
            return self.work_beside(incoming, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def work_beside(self, incoming: Incoming, aside: Path) -> Prepared | None:
        """Whose it is, whether it may stay, stage 2, a place for every member, the new pack."""
        try:
            subject = self.person(incoming)
        except Rejected as error:
            self.refuse(incoming, error.code)
            return None
        self.desk.consent.check(subject.consent_token, None, site=incoming.site)  # is it fresh?
        judged = judge_all(
            self.desk.workers,
            incoming.path,
            members_of(incoming.path),
            self.how(incoming, subject, aside),
        )
        instances = [one.instance for one in judged if one.instance is not None]
        parts = self.parts(instances)  # first: what is added after this is noticed in *enter*
        here = known(self.desk.archive, self.desk.catalogue, instances)
        whose = subject.pseudonym, incoming.manifest.policy_digest
        sorting = sort(judged, here, whose, lambda one: self.may_stay(one, incoming, subject))
        self.desk.admissions.set_aside(incoming, subject.pseudonym, sorting.failed)
        origin = Origin(incoming, subject.pseudonym, parts, sorting.replaced)
        result, count = self.put(origin, sorting)
        uids = {uid for one in sorting.instances() for uid in uids_of(one)}
        return Prepared(
            result=result,
            parts=count,
            seen=sum(parts.get(uid, 0) for uid in uids),
            admitted=len(sorting.admitted),
            duplicate=sorting.duplicate,
            quarantined=len(sorting.failed),
            opted_out=sorting.opted_out,
        )

    def person(self, incoming: Incoming) -> Subject:
        """The person of the envelope; ``Rejected`` when it does not open."""
        manifest = incoming.manifest
        try:
            envelope = base64.b64decode(manifest.envelope, validate=True)
        except binascii.Error as error:
            raise Rejected("linkage.envelope-malformed") from error
        return self.desk.linker.subject(envelope, envelope_aad(incoming.site, manifest.subject))

    def how(self, incoming: Incoming, subject: Subject, aside: Path) -> Stage2:
        """What children must know; a policy that is not accepted here holds the pack."""
        manifest = incoming.manifest
        if (terms := self.desk.accepted.get(manifest.policy_digest)) is None:
            raise Rejected("archive.policy-unaccepted", policy=manifest.policy)
        return Stage2(
            uid_key=self.desk.uid_key,
            site_subject=Pseudonym(manifest.subject),
            subject=subject.pseudonym,
            shift_days=subject.shift_days,
            terms=terms,
            smaller_into=str(aside) if self.desk.recompress else "",
        )

    def parts(self, instances: list[Instance]) -> dict[str, int]:
        """How many parts each touched series and study has now."""
        with self.desk.db.read() as tx:
            return self.desk.archive.parts_among(tx, *touched(instances))

    def may_stay(self, one: Instance | None, incoming: Incoming, subject: Subject) -> bool:
        """Whether the person lets this instance be here; of one that failed nothing is known."""
        day = None if one is None else true_date(one.study_date, subject.person_offset_days)
        sources = () if one is None else modalities_behind(one, self.desk.catalogue)
        asked = (None,) if one is None else asked_about(one.modality, sources)
        return all(
            self.desk.consent.check(
                subject.consent_token, modality, site=incoming.site, examined_on=day
            )
            == ALLOWED
            for modality in asked
        )

    def put(self, origin: Origin, sorting: Sorting) -> tuple[str, int]:
        """Write the new pack into the store; its id and number of sidecars."""
        if not sorting.admitted:
            return "", 0
        draft = self.desk.folder / f"{uuid.uuid4().hex}.pack"
        try:
            summary = write_pack(origin.incoming.path, draft, sorting.admitted)
            beside = sidecars(origin, summary, sorting.admitted)
            self.desk.archive.put(summary.pack, draft, beside)
        finally:
            draft.unlink(missing_ok=True)
        return summary.pack, len(beside)

    def refuse(self, incoming: Incoming, reason: str) -> None:
        """Nobody can say whose instances these are: the pack stays as it came, in quarantine."""
        entry = {"site": incoming.site, "source": incoming.pack, "reason": reason}
        with self.desk.db.begin() as tx:
            count = incoming.manifest.instances
            self.desk.ledger.append(tx, "archive.refused", entry | {"instances": count})
            self.desk.admissions.refuse(tx, incoming, reason)
        log.warning(
            "pack.refused", extra=facts(site=incoming.site, pack=incoming.pack, reason=reason)
        )

    def enter(self, site: SiteName, pack: PackId, prepared: Prepared) -> bool:
        """Make it true in one transaction; False when another attempt did or must."""
        incoming = self.desk.admissions.incoming(site, pack)
        if incoming.state not in OPEN:
            return incoming.state is IncomingState.ADMITTED
        try:
            self.commit(incoming, prepared)
        except Conflict as error:
            log.info("admit.overtaken", extra=facts(site=site, pack=pack, code=error.code))
            self.desk.admissions.hold(site, pack, error.code, 1.0)
            return False
        log.info("pack.admitted", extra=facts(site=site, pack=pack, instances=prepared.admitted))
        return True

    def commit(self, incoming: Incoming, prepared: Prepared) -> None:
        """Ledger, index, counts and the site's account together.

        The ledger comes first: its lock keeps admissions apart, so what is checked stays true.
        """
        archive, person = self.desk.archive, self.person(incoming)
        staged = (
            archive.staged(PackId(prepared.result), prepared.parts) if prepared.result else None
        )
        beside = staged.sidecars if staged is not None else ()
        with self.desk.db.begin() as tx:
            subject = {"subject": beside[0].subject} if beside else None
            self.desk.ledger.append(tx, "archive.admitted", prepared.entry(incoming), subject)
            if staged is not None:
                series = {sidecar.series_instance_uid for sidecar in beside}
                studies = {sidecar.study_instance_uid for sidecar in beside}
                if sum(archive.parts_among(tx, series, studies).values()) != prepared.seen:
                    raise Conflict("archive.overtaken", pack=incoming.pack)
                archive.admit(tx, staged)
                self.desk.catalogue.add(tx, beside)
            self.remember(tx, incoming, person, prepared)
            self.desk.admissions.close(tx, incoming, prepared.outcome())

    def remember(
        self, tx: Connection, incoming: Incoming, person: Subject, prepared: Prepared
    ) -> None:
        """By which token an opt-out finds the person; that one was stopped here (F04)."""
        if person.consent_token is not None and (prepared.admitted or prepared.quarantined):
            offset_days = person.person_offset_days
            self.desk.register.note(tx, Person(person.pseudonym, person.consent_token, offset_days))
        if prepared.opted_out:
            entry = {"site": incoming.site, "source": incoming.pack}
            self.desk.ledger.append(
                tx, "consent.stopped", entry | {"instances": prepared.opted_out}
            )

    def clear(self, site: SiteName, pack: PackId) -> bool:
        """Delete the bytes as the site sent them."""
        self.desk.admissions.discard(site, pack)
        return True


def tidy(folder: Path) -> None:
    """Remove what an attempt that died left in the folder for work; others may be at work now."""
    for left in (*folder.glob("*.smaller"), *folder.glob("*.pack")):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - LEFT_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
