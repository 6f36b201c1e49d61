"""The hospital's side: a person's number goes in, an envelope for the commons comes out.

The hospital blinds, asks two of three key holders, checks their proofs, takes the blinding off and
mixes anew. It learns neither the token nor what the token is made from.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from yushan.base import Unavailable, YushanError
from yushan.engines.keys import (
    THRESHOLD,
    Blinded,
    Domain,
    Element,
    Veiled,
    blind,
    fingerprint,
    group_of,
    join_veiled,
    mix,
    person_input,
    read_part,
    read_publics,
    take_off,
)
from yushan.engines.observe import facts, log_for
from yushan.services.linkage.envelope import CommonsPublic, Content, Linked, close

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.services.linkage.ports import Evaluator

log = log_for(__name__)

#: Persons whose veiled element is kept in memory, so that a study of ten series asks once.
KEPT: Final = 4096


@dataclass(frozen=True, slots=True)
class Holder:
    """A key holder: number 1 to 3, public element, and how to ask it."""

    index: int
    public: Element
    evaluator: Evaluator


class LinkageClient:
    """Makes envelopes; safe to share between threads.

    Parameters
    ----------
    holders
        All three key holders, in the order of the ceremony.
    commons_public
        64 bytes of `commons_public`.
    group
        The holders' public elements, 96 bytes of ``Dealt.public``;
        ``Broken("keys.shares-differ")`` if they are not of one key.
    """

    def __init__(
        self,
        holders: Sequence[Evaluator],
        commons_public: bytes,
        group: bytes,
        domain: Domain = Domain.LINKAGE,
    ) -> None:
        publics = read_publics(group)
        self._order = [
            Holder(index, public, holder)
            for (index, public), holder in zip(publics.items(), holders, strict=True)
        ]
        self._commons = CommonsPublic.from_bytes(commons_public)
        self._key = fingerprint(group_of(publics))
        self._domain = domain
        self._kept: OrderedDict[bytes, Veiled] = OrderedDict()
        self._lock = Lock()

    def envelope(
        self, identity: str | None, offset_days: int, consent_token: bytes | None, aad: bytes
    ) -> bytes:
        """The sealed envelope of one person of this site.

        Parameters
        ----------
        identity
            The national number, in any spelling; None when there is none: the person stays
            unlinked, a person of this site alone.
        offset_days
            What the site added to this person's dates.
        consent_token
            The person's token at the consent office, for the commons' own check.
        aad
            Site and site pseudonym (``packs.envelope_aad``).

        Raises
        ------
        Unavailable
            ``linkage.holders-unreachable``: fewer than two answered rightly; ``linkage.quota``: so
            few because the day's allowance is used up.
        """
        linked = None
        if identity is not None:
            veiled = mix(self._veiled(person_input(self._domain, identity)), self._commons.reader)
            linked = Linked(self._key, veiled.to_bytes())
        return close(Content(offset_days, linked, consent_token), self._commons, aad)

    def _veiled(self, person: bytes) -> Veiled:
        """The person veiled for the commons, from memory or from the holders."""
        with self._lock:
            if (kept := self._kept.get(person)) is not None:
                self._kept.move_to_end(person)
                return kept
        asked = blind(person)
        made = take_off(asked.factor, join_veiled(self._parts(asked)))
        with self._lock:
            self._kept[person] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _parts(self, asked: Blinded) -> dict[int, Veiled]:
        """The answers of the first two holders that answer rightly."""
        parts: dict[int, Veiled] = {}
        failures: list[str] = []
        for holder in tuple(self._order):
            try:
                parts[holder.index] = self._ask(holder, asked.element)
            except YushanError as error:
                failures.append(error.code)
                log.warning(
                    "linkage.holder-failed", extra=facts(index=holder.index, code=error.code)
                )
                self._put_last(holder)
            if len(parts) == THRESHOLD:
                return parts
        if "linkage.quota" in failures:
            raise Unavailable("linkage.quota", holders=len(parts))
        raise Unavailable("linkage.holders-unreachable", holders=len(parts))

    def _ask(self, holder: Holder, element: Element) -> Veiled:
        """One holder's answer, its proof checked."""
        answers = holder.evaluator.evaluate([element])
        if len(answers) != 1:
            raise Unavailable("linkage.answer-incomplete", index=holder.index)
        return read_part(answers[0], holder.public, element, self._commons.reader)

    def _put_last(self, holder: Holder) -> None:
        """Ask this holder after the others from now on."""
        with self._lock:
            self._order.remove(holder)
            self._order.append(holder)
