"""The same at a hospital's gateway: what waits there of a person who opted out goes.

1. *notice*: what ended as opted out is emptied; every batch of which something is here is held
   against the list, and what no kind of use is left for is forgotten: rows, originals in the
   spool, packs in the outbox, files in the work folder.
2. *go on*: files that a death left behind are deleted.

Rows are emptied before files go, so whatever kills the process, the next life ends it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from yushan.base import Leaving, YushanError
from yushan.domain.terms import asked_about
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from typing import Protocol

    from yushan.services.gateway import Forgetting, Present

    class GatewayGate(Protocol):
        """The citizen office's word (``services.consent.ConsentClient``)."""

        def check(
            self, token: bytes | None, modality: str | None, *, examined_on: date | None = None
        ) -> str:
            """``"allowed"`` or ``"opted-out"``; raises ``Unavailable``."""
            ...


log = log_for(__name__)

OPTED_OUT = "opted-out"


class AtHospital:
    """The steps of the story; ``clear`` empties a batch's work folder."""

    def __init__(
        self, forgetting: Forgetting, consent: GatewayGate, clear: Callable[[str], None]
    ) -> None:
        self.forgetting, self.consent, self.clear = forgetting, consent, clear

    def notice(self) -> int:
        """Forget whoever left; how many persons."""
        self.forgetting.forget_stopped()
        present = sorted(self.forgetting.present(), key=lambda one: one.token)
        groups = groupby(present, key=lambda one: one.token)
        return sum(self.hold_against(token, list(batches)) for token, batches in groups)

    def hold_against(self, token: bytes, batches: list[Present]) -> bool:
        """One person; what cannot be known about them waits for the next look."""
        try:
            leaving, gone = self.leaving(token, batches)
        except YushanError as error:
            log.warning("withdrawal.waits", extra=facts(code=error.code))
            return False
        if leaving is None:
            return False
        done = self.forgetting.leave(leaving)
        for batch in gone:
            self.clear(batch)
        log.info("withdrawal.left", extra=facts(objects=done.removed))
        return True

    def leaving(self, token: bytes, batches: list[Present]) -> tuple[Leaving | None, list[str]]:
        """What of a person's must go, and which batches that are."""
        gone = list(self.stopped(token, batches))
        if not gone:
            return None, []
        names = [one.batch for one in gone]
        if len(gone) == len(batches):
            return Leaving(subject=token.hex()), names
        return Leaving(subject=token.hex(), series=frozenset(one.series for one in gone)), names

    def stopped(self, token: bytes, batches: list[Present]) -> Iterator[Present]:
        """Batches that no kind of use is left for."""
        for one in batches:
            day = one.examined_on
            beside = (other.modality for other in batches if other.examined_on == day)
            verdicts = (
                self.consent.check(token, modality, examined_on=day)
                for modality in asked_about(one.modality, beside)
            )
            if OPTED_OUT in verdicts:
                yield one

    def go_on(self) -> int:
        """Delete what is left of files; in how many folders it looked."""
        return self.forgetting.sweep()
