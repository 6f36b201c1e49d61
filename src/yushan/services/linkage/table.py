"""The table of a ceremony: a folder of signed messages that all parties read.

Whoever carries the folder can lose it, not change it: every message is signed for this plan, round
and sender, and what is secret in it is sealed to its reader.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import msgspec

from yushan.base import Rejected, canonical_json
from yushan.engines.keys import HOLDERS, seal, verify
from yushan.services.linkage.identity import IDENTITY_SIZE, read_members

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.services.linkage.identity import Identity

T = TypeVar("T")

Kind = Literal["create", "rotate", "replace"]
COMMONS: Final = "commons"
ROUNDS: Final = ("commit", "deal", "confirm")
LARGEST: Final = 64 << 10


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to be done and by whom; every party holds it against its own settings."""

    kind: Kind
    nonce: bytes
    #: Public identities of the three holders.
    members: bytes
    #: The commons' 64 public bytes.
    commons: bytes
    #: The holders' public elements before; empty when there is no key yet.
    group: bytes = b""
    #: Whose share is to be found again, else 0.
    lost: int = 0

    @property
    def session(self) -> bytes:
        """By what everything in this ceremony is bound to it."""
        return sha256(b"yushan ceremony 1\n" + canonical_json(self)).digest()

    def dealers(self) -> tuple[int, ...]:
        """Who deals."""
        return tuple(index for index in range(1, HOLDERS + 1) if index != self.lost)


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message as it lies on the table."""

    body: bytes
    signature: bytes


class Table:
    """The folder of one ceremony."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def lay(self, plan: Plan) -> None:
        """Begin; ``Rejected("linkage.table-taken")`` where something lies already."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if any(self.folder.iterdir()):
            raise Rejected("linkage.table-taken")
        self.write("plan.json", canonical_json(plan))

    def plan(self) -> Plan:
        """The plan; ``Rejected("linkage.message-malformed")``."""
        data = self.read("plan.json")
        if data is None:
            raise Rejected("linkage.no-plan")
        plan = decoded(data, Plan)
        if len(plan.members) != HOLDERS * IDENTITY_SIZE or not 0 <= plan.lost <= HOLDERS:
            raise Rejected("linkage.message-malformed")
        return plan

    def say(self, plan: Plan, name: str, index: int, message: msgspec.Struct, me: Identity) -> None:
        """Lay down a message of ours."""
        body = canonical_json(message)
        signature = me.signer.sign(bound(plan, name, index) + body)
        self.write(f"{name}-{index}.json", msgspec.json.encode(Signed(body, signature)))

    def hear(self, plan: Plan, name: str, index: int, kind: type[T]) -> T | None:
        """Somebody's message, its signature checked; None while it is not there.

        Raises
        ------
        Rejected
            ``linkage.message-forged``, ``linkage.message-malformed`` with the sender's ``index``.
        """
        data = self.read(f"{name}-{index}.json")
        if data is None:
            return None
        signed = decoded(data, Signed)
        public = read_members(plan.members)[index].signing
        if not verify(public, bound(plan, name, index) + signed.body, signed.signature):
            raise Rejected("linkage.message-forged", index=index)
        return decoded(signed.body, kind)

    def has(self, name: str, index: int) -> bool:
        """Whether a message lies there."""
        return (self.folder / f"{name}-{index}.json").exists()

    def read(self, name: str) -> bytes | None:
        """A file's bytes, of no more than `LARGEST`."""
        try:
            with (self.folder / name).open("rb") as file:
                return file.read(LARGEST)
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """A whole file or none."""
        part = self.folder / f".{name}.part"
        part.write_bytes(data)
        part.rename(self.folder / name)


def bound(plan: Plan, name: str, index: int) -> bytes:
    """What a signature covers beside the message."""
    return plan.session + f"{name}-{index}\n".encode()


def sealed_for(plan: Plan, reader: int | str, sender: int, secret: bytes) -> bytes:
    """A secret for one holder or the commons."""
    public = plan.commons[:32] if reader == COMMONS else read_members(plan.members)[int(reader)][1]
    return seal(public, secret, aad(plan, reader, sender))


def aad(plan: Plan, reader: int | str, sender: int) -> bytes:
    """What a sealed secret is bound to."""
    return plan.session + f"{sender} to {reader}".encode()


def decoded(data: bytes, kind: type[T]) -> T:
    """Bytes as a message."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise Rejected("linkage.message-malformed") from error
