"""The hospital's side: a person's number goes in, an envelope for the commons comes out.

The hospital blinds, asks two of three key holders, checks their proofs, takes the blinding off and
mixes anew. It learns neither the token nor what the token is made from.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected, Unavailable, YushanError
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
    read_groups,
    read_parts,
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
    """A key holder: number 1 to 3, and how to ask it."""

    index: int
    evaluator: Evaluator


class LinkageClient:
    """Makes envelopes; safe to share between threads.

    Parameters
    ----------
    holders
        All three key holders, in the order of the ceremony.
    commons_public
        64 bytes of `commons_public`.
    groups
        The holders' public elements, 96 bytes of ``Dealt.public`` per shared key: while a key is
        rotated, the old and the new one. ``Broken("keys.shares-differ")`` if those of one key do
        not belong together.
    """

    def __init__(
        self,
        holders: Sequence[Evaluator],
        commons_public: bytes,
        groups: bytes,
        domain: Domain = Domain.LINKAGE,
    ) -> None:
        #: Fingerprint of a shared key → the holders' public elements under it.
        self._groups = {fingerprint(group_of(publics)): publics for publics in read_groups(groups)}
        self._order = [Holder(index, holder) for index, holder in enumerate(holders, start=1)]
        self._commons = CommonsPublic.from_bytes(commons_public)
        self._domain = domain
        self._kept: OrderedDict[bytes, Linked] = OrderedDict()
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
            kept = self._linked(person_input(self._domain, identity))
            veiled = mix(Veiled.from_bytes(kept.veiled), self._commons.reader)
            linked = Linked(kept.key, veiled.to_bytes())
        return close(Content(offset_days, linked, consent_token), self._commons, aad)

    def _linked(self, person: bytes) -> Linked:
        """The person veiled for the commons, from memory or from the holders."""
        with self._lock:
            if (kept := self._kept.get(person)) is not None:
                self._kept.move_to_end(person)
                return kept
        asked = blind(person)
        key, parts = self._parts(asked)
        made = Linked(key, take_off(asked.factor, join_veiled(parts)).to_bytes())
        with self._lock:
            self._kept[person] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _parts(self, asked: Blinded) -> tuple[bytes, dict[int, Veiled]]:
        """The answers of the first two holders that answer rightly under one key, and which key.

        Of three holders two always share a key, so a rotation stops nothing.
        """
        parts: dict[bytes, dict[int, Veiled]] = {key: {} for key in self._groups}
        failures: list[str] = []
        for holder in tuple(self._order):
            try:
                key, part = self._ask(holder, asked.element)
            except YushanError as error:
                failures.append(error.code)
                log.warning(
                    "linkage.holder-failed", extra=facts(index=holder.index, code=error.code)
                )
                self._put_last(holder)
                continue
            parts[key][holder.index] = part
            if len(parts[key]) == THRESHOLD:
                return key, parts[key]
        count = max(map(len, parts.values()))
        if "linkage.quota" in failures:
            raise Unavailable("linkage.quota", holders=count)
        raise Unavailable("linkage.holders-unreachable", holders=count)

    def _ask(self, holder: Holder, element: Element) -> tuple[bytes, Veiled]:
        """One holder's answer, its proof checked, and under which shared key it was made."""
        answer = holder.evaluator.evaluate([element])
        if len(answer.parts) != 1:
            raise Unavailable("linkage.answer-incomplete", index=holder.index)
        for key, publics in self._groups.items():
            public = publics[holder.index]
            if public == answer.public:
                said = answer.parts, answer.proof
                [part] = read_parts(said, public, [element], self._commons.reader)
                return key, part
        raise Rejected("keys.proof-wrong")

    def _put_last(self, holder: Holder) -> None:
        """Ask this holder after the others from now on."""
        with self._lock:
            self._order.remove(holder)
            self._order.append(holder)
