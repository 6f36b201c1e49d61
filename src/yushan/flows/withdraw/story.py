"""Flow *withdraw* (D15): somebody opted out; every copy that can be reached goes, provably.

1. *notice*: the consent office's list is held against the register of persons; series that no
   kind of use is left for make a case, with an entry in the ledger. What was drawn, measured or
   planned on images leaves with those of its study.
2. *apart*: where only some series of a pack leave, the others get a pack of their own.
3. *hide*: one transaction: every room forgets, packs still on their way end; nobody finds
   anything any more. Entry: what each room answered.
4. *destroy*: the files go.
5. *end*: entry with what cannot be recalled; the case no longer says who it was.

A case stands in a table with how far it is, and every step may run twice; so whatever kills the
process, the next life ends it. What is missing (list, store) lets it wait.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from yushan.base import EVERYTHING, Conflict, Leaving, Rejected, YushanError
from yushan.domain.packs import envelope_aad
from yushan.domain.terms import asked_about
from yushan.engines.observe import facts, log_for
from yushan.services.catalogue import SeriesQuery
from yushan.services.withdrawal import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from yushan.base import Forgotten, Pseudonym
    from yushan.engines.database import Database
    from yushan.flows.withdraw.ports import ConsentGate, Forgets, Linker
    from yushan.services.archive import Admissions, Archive, Incoming
    from yushan.services.catalogue import Catalogue, SeriesRow
    from yushan.services.ledger import Ledger
    from yushan.services.withdrawal import Case, Cases, Person, Register

log = log_for(__name__)

OPTED_OUT: Final = "opted-out"
#: What no room of the commons can bring back; codes with texts.
REMAINS: Final = (
    "withdrawal.remains-backups",
    "withdrawal.remains-hospital",
    "withdrawal.remains-seen",
    "withdrawal.remains-commitments",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything and everyone that withdrawing works with; ``folder`` is for drafts."""

    db: Database
    register: Register
    cases: Cases
    catalogue: Catalogue
    archive: Archive
    admissions: Admissions
    ledger: Ledger
    linker: Linker
    consent: ConsentGate
    folder: Path

    def rooms(self) -> dict[str, Forgets]:
        """Every room of the commons that keeps something of a person, the archive apart."""
        return {
            "catalogue": self.catalogue,
            "quarantine": self.admissions,
            "register": self.register,
            "cases": self.cases,
            "ledger": self.ledger,
        }


class Withdraw:
    """The steps of the story."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def notice(self) -> int:
        """Open cases for what the list says must leave; how many are new."""
        opened = 0
        for person in self.desk.register.among(self.desk.consent.tokens()):
            leaving = self.leaving(person)
            opened += leaving is not None and self.open(leaving)
        return opened

    def leaving(self, person: Person) -> Leaving | None:
        """What of a person's images no kind of use is left for; None if that is nothing."""
        query = SeriesQuery(subjects=(person.subject,))
        rows = self.desk.catalogue.series(EVERYTHING, query, limit=1_000_000)
        gone = {row.series_instance_uid for row in rows if self.is_stopped(person, row, rows)}
        if len(gone) < len(rows):
            return Leaving(subject=person.subject, series=frozenset(gone)) if gone else None
        whole = bool(rows) or self.desk.consent.check(person.token, None) == OPTED_OUT
        return Leaving(subject=person.subject) if whole else None

    def is_stopped(self, person: Person, row: SeriesRow, rows: Sequence[SeriesRow]) -> bool:
        """Whether a series may not stay: by itself, or by the images of its study it was made of.

        What was drawn, measured or planned follows its images.
        """
        examined_on = true_date(row.study_date, person.offset_days)
        study = row.study_instance_uid
        beside = (one.modality for one in rows if one.study_instance_uid == study)
        return any(
            self.desk.consent.check(person.token, modality, site=row.site, examined_on=examined_on)
            == OPTED_OUT
            for modality in asked_about(row.modality, beside)
        )

    def open(self, leaving: Leaving) -> bool:
        """Open a case with its entry; False when one of the same person waits already."""
        with self.desk.db.begin() as tx:
            self.desk.ledger.hold(tx)
            case = self.desk.cases.open(tx, leaving)
            if case is None:
                return False
            entry = {"case": case, "whole": leaving.whole, "series": len(leaving.series or ())}
            self.desk.ledger.append(tx, "withdrawal.opened", entry, {"subject": leaving.subject})
        log.info("withdrawal.opened", extra=facts(index=int(leaving.whole)))
        return True

    def go_on(self) -> int:
        """Take every case that has not ended as far as it goes; how many ended."""
        return sum(self.take(case) for case in self.desk.cases.pending())

    def take(self, case: Case) -> bool:
        """One case; whatever is missing lets it wait."""
        try:
            if case.stage is Stage.OPEN:
                self.hide(case)
            self.destroy()
            self.end(case)
        except YushanError as error:
            log.warning("withdrawal.waits", extra=facts(code=error.code))
            self.desk.cases.wait(case.id, error.code)
            return False
        return True

    def hide(self, case: Case) -> None:
        """One transaction after which nobody finds anything of it."""
        desk, leaving = self.desk, demand(case)
        apart = desk.archive.set_apart(leaving, desk.folder)
        coming = self.coming(leaving)
        with desk.db.begin() as tx:
            desk.ledger.hold(tx)  # keeps admissions apart, as they keep each other
            rooms = {"archive": desk.archive.forget(tx, leaving, apart)}
            rooms |= {name: room.forget(tx, leaving) for name, room in desk.rooms().items()}
            ended = sum(desk.admissions.destroy(tx, one.site, one.pack) for one in coming)
            desk.cases.hide(tx, case.id, rooms)
            entry = {"case": case.id, "rooms": counts(rooms), "coming": ended}
            desk.ledger.append(tx, "withdrawal.hidden", entry)
        log.info("withdrawal.hidden", extra=facts(count=rooms["archive"].removed))

    def coming(self, leaving: Leaving) -> list[Incoming]:
        """Packs on their way of somebody who leaves as a whole; of others admission decides."""
        if not leaving.whole:
            return []
        packs = self.desk.admissions.under_way()
        return [one for one in packs if self.owner(one) == leaving.subject]

    def owner(self, incoming: Incoming) -> Pseudonym | None:
        """Whose a pack on its way is; None when its envelope does not open."""
        manifest = incoming.manifest
        try:
            envelope = base64.b64decode(manifest.envelope, validate=True)
            aad = envelope_aad(incoming.site, manifest.subject)
            return self.desk.linker.subject(envelope, aad).pseudonym
        except (Rejected, binascii.Error):
            return None

    def destroy(self) -> None:
        """Delete the files of everybody who left; ``Unavailable`` while the store is away."""
        self.desk.archive.sweep()
        self.desk.admissions.sweep()

    def end(self, case: Case) -> None:
        """Say so for ever; the case forgets its person."""
        entry = {"case": case.id, "remains": list(REMAINS)}
        with self.desk.db.begin() as tx:
            self.desk.ledger.hold(tx)
            self.desk.cases.end(tx, case.id)
            self.desk.ledger.append(tx, "withdrawal.ended", entry)
        log.info("withdrawal.ended", extra=facts(index=int(case.whole)))


def demand(case: Case) -> Leaving:
    """Who leaves, of a case that has not ended."""
    if case.leaving is None:
        raise Conflict("withdrawal.case-moved")
    return case.leaving


def answer_of(room: Forgotten) -> dict[str, int | str]:
    """One room's answer; keys only where some were destroyed."""
    said: dict[str, int | str] = {"removed": room.removed, "files": room.files}
    return said | {"keys": room.keys, "keys_digest": room.keys_digest} if room.keys else said


def counts(rooms: dict[str, Forgotten]) -> dict[str, dict[str, int | str]]:
    """What the ledger is told of the rooms' answers; destroyed keys by count and digest."""
    return {name: answer_of(one) for name, one in rooms.items() if one.removed or one.files}


def true_date(shifted: str, offset_days: int) -> date | None:
    """The day of an examination before it was shifted; None when it is not known."""
    try:
        day = date(int(shifted[:4]), int(shifted[4:6]), int(shifted[6:8]))
        return day - timedelta(days=offset_days)
    except (ValueError, OverflowError):
        return None
