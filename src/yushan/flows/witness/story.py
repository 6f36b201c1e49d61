"""Flow *witness* (D17): a gateway holds the commons to what it showed before.

1. *fetch*: the newest head of each log, with proof that it goes on from the one last seen.
2. *examine*: signature, size and proof against the own memory. What does not fit is remembered as
   an alarm; nothing of that log is cosigned any more.
3. *answer*: the cosignature, or why there is none.

What is remembered is on disk before the answer leaves; without a line nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Conflict, YushanError
from yushan.engines.net import refusal
from yushan.engines.observe import facts, gauge, log_for
from yushan.services.ledger import LEDGER, RECORD, Cosigned, Offer, read_note

if TYPE_CHECKING:
    from datetime import datetime

    from yushan.base import Clock
    from yushan.engines.net import Peer
    from yushan.services.ledger import Sighting, Witness

log = log_for(__name__)

PATH: Final = "/exchange/v1/heads"
#: A head that was cosigned already is cosigned again after so many seconds: a sign of life.
AGAIN_S: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """How we stand with the commons' ledger, for pages and status.

    ``alarm`` is the code of the first log that did not fit, ``reason`` the code of what kept us
    from looking or from being heard the last time; both empty if all is well.
    """

    key: str
    sightings: tuple[Sighting, ...]
    alarm: str = ""
    reason: str = ""


class Watch:
    """One round after the other; ``commons`` is the line to it."""

    def __init__(self, commons: Peer, witness: Witness, clock: Clock) -> None:
        self.commons, self.witness, self.clock = commons, witness, clock
        self.told: dict[str, tuple[int, datetime]] = {}
        self.reason = ""
        alarm = gauge("witness_alarm", "1: the ledger did not go on from what was seen")
        alarm.set_function(lambda: float(bool(self.agreement().alarm)))

    def look(self) -> None:
        """Both logs once; what could not be asked is looked at next time."""
        reasons = [self.one(origin) for origin in (RECORD, LEDGER)]
        self.reason = next(filter(None, reasons), "")

    def one(self, origin: str) -> str:
        """One log; the code of what kept us from cosigning it."""
        try:
            known = self.witness.sighting(origin)
            asked = f"{PATH}?log={origin}&old={max(known.size, 0)}"
            offer = self.commons.ask("GET", asked, Offer)
            self.answer(origin, offer)
        except YushanError as error:
            log.warning("witness.waits", extra=facts(code=error.code))
            return error.code
        return ""

    def answer(self, origin: str, offer: Offer) -> None:
        """Examine, and say what we think; ``Conflict`` after it was said."""
        try:
            line = self.witness.examine(offer)
        except Conflict as error:
            self.say(Cosigned(
                origin=origin, size=0, key=self.witness.key.line, refusal=error.code
            ))  # fmt: skip
            raise
        size = read_note(offer.note).size
        if not self.is_told(origin, size):
            self.say(Cosigned(origin=origin, size=size, key=self.witness.key.line, line=line))
            self.told[origin] = (size, self.clock.now())

    def is_told(self, origin: str, size: int) -> bool:
        """Whether the commons has our word for this head, not long ago."""
        last = self.told.get(origin)
        if last is None or last[0] != size:
            return False
        return (self.clock.now() - last[1]).total_seconds() < AGAIN_S

    def say(self, said: Cosigned) -> None:
        """Hand it over."""
        headers = {"Content-Type": "application/json"}
        reply = self.commons.call("POST", PATH, body=msgspec.json.encode(said), headers=headers)
        if reply.status >= 400:
            raise refusal(reply)

    def agreement(self) -> Agreement:
        """As it stands."""
        seen = self.witness.sightings()
        alarm = next((one.alarm for one in seen if one.alarm), "")
        return Agreement(self.witness.key.line, seen, alarm, self.reason)
