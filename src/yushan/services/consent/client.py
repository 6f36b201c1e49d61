"""The gateway's side: a person's consent token, and whether an image may go.

The office learns neither who is asked for nor what comes of it.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Final

from yushan.base import Unavailable, YushanError
from yushan.engines.keys import (
    Blinded,
    Domain,
    Element,
    blind,
    fingerprint,
    invert_scalar,
    is_proven,
    multiply,
    person_input,
)
from yushan.services.consent.standing import ConsentList, Verdict
from yushan.services.consent.tokens import token_of

if TYPE_CHECKING:
    from datetime import date

    from yushan.base import Clock
    from yushan.services.consent.ports import Office

#: Persons whose token is kept in memory.
KEPT: Final = 4096


class ConsentClient:
    """Tokens and verdicts for one site; safe to share between threads.

    Parameters
    ----------
    office
        The consent office.
    max_age_s
        Age at which the list is stale.
    office_public
        64 bytes of ``ConsentOffice.public``.
    site
        The gateway's hospital, for choices that name one.
    """

    def __init__(
        self,
        office: Office,
        clock: Clock,
        max_age_s: float,
        office_public: bytes,
        site: str | None = None,
    ) -> None:
        self._office = office
        self._site = site
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = Lock()
        self.list = ConsentList(office, clock, max_age_s, office_public)

    def token(self, identity: str) -> bytes:
        """The person's consent token under today's key, 40 bytes.

        Raises
        ------
        Unavailable
            ``consent.office-unreachable``, ``consent.quota``, ``consent.answer-wrong`` (the office
            answered with another key than its list says), or as `ConsentList.key`.
        """
        public = self.list.key()
        key, person = fingerprint(public), person_input(Domain.CONSENT, identity)
        with self._lock:
            kept = self._kept.get(person)
            if kept is not None and kept.startswith(key):
                self._kept.move_to_end(person)
                return kept
        asked = blind(person, 1)
        made = token_of(key, multiply(invert_scalar(asked.factor), self._ask(asked, public)))
        with self._lock:
            self._kept[person] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def check(
        self, token: bytes | None, modality: str | None, *, examined_on: date | None = None
    ) -> Verdict:
        """Whether an image may go: ``allowed`` or ``opted-out``.

        Raises ``Unavailable`` when it cannot be known (see `ConsentList.decide`): hold everything.
        """
        return self.list.check(token, modality, site=self._site, examined_on=examined_on)

    def _ask(self, asked: Blinded, public: Element) -> Element:
        """The office's answer, its proof checked."""
        try:
            answers = self._office.evaluate([asked.element])
        except YushanError as error:
            if error.code == "consent.quota":
                raise
            raise Unavailable("consent.office-unreachable") from error
        if len(answers) != 1:
            raise Unavailable("consent.answer-wrong")
        answer, proof = Element(answers[0][:32]), answers[0][32:]
        if not is_proven(public, [asked.element], [answer], proof):
            raise Unavailable("consent.answer-wrong")
        return answer
