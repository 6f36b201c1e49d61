"""The commons' side: from an envelope to the person's pseudonym and date shift.

``N`` is the shared key times the person's element; the token is ``P = HMAC(key, N)``. The commons
sees no number, no blinding and no holder's answer, so it has nothing to try numbers against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Pseudonym, Rejected, YushanError
from yushan.engines.keys import (
    Scalar,
    Veiled,
    derive,
    fingerprint,
    group_of,
    invert_scalar,
    mac,
    multiply,
    multiply_scalars,
    read_publics,
    read_scalar,
    short_name,
    unveil,
)
from yushan.services.linkage.envelope import Content, Linked, reader_key, sealer, unclose

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A person's dates move into the past by 1 day to ten years, so nothing lies in the future.
LONGEST_SHIFT_DAYS: Final = 3650

ONE: Final = read_scalar((1).to_bytes(32, "little"))


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as the commons knows them.

    ``token`` is the person across all sites, None for an unlinked person; an unlinked pseudonym
    holds for one site only. Offsets are in days and were or will be added to true dates.
    """

    pseudonym: Pseudonym
    token: bytes | None
    site_offset_days: int
    person_offset_days: int
    consent_token: bytes | None
    linked: bool

    @property
    def shift_days(self) -> int:
        """What stage 2 adds to the dates in a site's pack."""
        return self.person_offset_days - self.site_offset_days


class LinkageCommons:
    """Opens envelopes.

    Parameters
    ----------
    private
        32-byte secret behind `commons_public`.
    key
        32-byte secret of tokens and pseudonyms; losing it loses every join.
    group
        The holders' public elements at the first ceremony, 96 bytes of ``Dealt.public``.
    rotations
        Factors of all rotations since, oldest first: ``k' = factor * k``.
    """

    def __init__(
        self, private: bytes, key: bytes, group: bytes, rotations: Sequence[bytes] = ()
    ) -> None:
        self._sealer = sealer(private)
        self._reader = reader_key(private)
        self._tokens = derive(key, "yushan/linkage/token/1")
        self._names = derive(key, "yushan/linkage/pseudonym/1")
        self._unlinked = derive(key, "yushan/linkage/unlinked/1")
        self._dates = derive(key, "yushan/linkage/dates/1")
        self._epochs = epochs(group, rotations)

    def subject(self, envelope: bytes, aad: bytes) -> Subject:
        """The person of an envelope.

        Raises
        ------
        Rejected
            ``keys.seal-broken`` (other key, other ``aad``, damaged),
            ``linkage.envelope-malformed``, ``linkage.key-unknown`` (made with a shared key that
            this commons was not told of).
        """
        return self.identify(unclose(envelope, self._sealer, aad), aad)

    def identify(self, content: Content, aad: bytes) -> Subject:
        """The person of an opened envelope; errors as in `subject`."""
        token = None if content.linked is None else self._token(content.linked)
        if token is None:
            pseudonym = Pseudonym(short_name(self._unlinked, aad))
        else:
            pseudonym = Pseudonym(short_name(self._names, token))
        return Subject(
            pseudonym=pseudonym,
            token=token,
            site_offset_days=content.offset_days,
            person_offset_days=self._offset_days(token or pseudonym.encode()),
            consent_token=content.consent_token,
            linked=token is not None,
        )

    def _token(self, linked: Linked) -> bytes:
        """``P`` of a veiled element, the same through all rotations."""
        if (scale := self._epochs.get(linked.key)) is None:
            raise Rejected("linkage.key-unknown")
        try:
            value = unveil(self._reader, Veiled.from_bytes(linked.veiled))
        except YushanError as error:
            raise Rejected("linkage.envelope-malformed") from error
        return mac(self._tokens, multiply(scale, value))

    def _offset_days(self, person: bytes) -> int:
        """-1 to -`LONGEST_SHIFT_DAYS`, from a keyed hash (64 bits: the bias is below 10^-15)."""
        number = int.from_bytes(mac(self._dates, person)[:8], "big")
        return -1 - number % LONGEST_SHIFT_DAYS


def epochs(group: bytes, rotations: Sequence[bytes]) -> dict[bytes, Scalar]:
    """Fingerprint of every shared key so far → what brings its values back to the first key."""
    public, scale = group_of(read_publics(group)), ONE
    found = {fingerprint(public): scale}
    for rotation in rotations:
        factor = read_scalar(rotation)
        public, scale = multiply(factor, public), multiply_scalars(scale, invert_scalar(factor))
        found[fingerprint(public)] = scale
    return found
