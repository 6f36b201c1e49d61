"""A key holder's identity: what it signs with, and what others seal to it in ceremonies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.base import Rejected
from yushan.engines.keys import HOLDERS, Sealer, Signer, derive

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Bytes of a public identity: Ed25519, then X25519.
IDENTITY_SIZE: Final = 64


class Member(NamedTuple):
    """A holder as others know it."""

    signing: bytes
    sealing: bytes


class Identity:
    """The holder's own, from a 32-byte secret that is not its share."""

    def __init__(self, secret: bytes) -> None:
        self.signer = holder_signer(secret)
        self.sealer = Sealer(derive(secret, "yushan/linkage/holder/seal/1"))

    @property
    def public(self) -> bytes:
        """The 64 bytes that the other parties put into their file of members."""
        return self.signer.public + self.sealer.public

    def index(self, members: bytes) -> int:
        """Which of the three we are, 1 to 3; ``Rejected("linkage.not-a-member")``."""
        for index, member in read_members(members).items():
            if member == (self.signer.public, self.sealer.public):
                return index
        raise Rejected("linkage.not-a-member")


def holder_signer(secret: bytes) -> Signer:
    """What a holder signs its ledger and its part in ceremonies with."""
    return Signer(derive(secret, "yushan/linkage/holder/sign/1"))


def read_members(data: bytes) -> Mapping[int, Member]:
    """The three holders' public identities by index; ``Rejected("linkage.members-malformed")``."""
    if len(data) != HOLDERS * IDENTITY_SIZE:
        raise Rejected("linkage.members-malformed")
    parts = [data[at : at + IDENTITY_SIZE] for at in range(0, len(data), IDENTITY_SIZE)]
    return {n: Member(part[:32], part[32:]) for n, part in enumerate(parts, start=1)}
