"""A-ASSOCIATE: read a request with bounds, write an acceptance (PS3.8 2026d §9.3, Annex A, D).

Items of unknown type are passed over, as §9.3.1 asks; all that is cut short is refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.doors.dimse.commands import UID
from yushan.doors.dimse.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION_CONTEXT: Final = "1.2.840.10008.3.1.1.1"
VERIFICATION: Final = "1.2.840.10008.1.1"
IMPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
STANDARD_SYNTAXES: Final = (IMPLICIT_LITTLE_ENDIAN, "1.2.840.10008.1.2.")

#: All storage classes of the Standard stand here, in every edition (PS3.6 Table A-1) ...
STORAGE_ARC: Final = "1.2.840.10008.5.1.4.1.1."
#: ... but for these: hardcopy and stored print, deflated trial RT, non-patient objects.
OTHER_STORAGE: Final = frozenset({
    "1.2.840.10008.5.1.1.27", "1.2.840.10008.5.1.1.29", "1.2.840.10008.5.1.1.30",
    "1.2.840.10008.5.1.4.34.1", "1.2.840.10008.5.1.4.34.7", "1.2.840.10008.5.1.4.34.10",
    "1.2.840.10008.5.1.4.38.1", "1.2.840.10008.5.1.4.39.1", "1.2.840.10008.5.1.4.43.1",
    "1.2.840.10008.5.1.4.44.1", "1.2.840.10008.5.1.4.45.1",
})  # fmt: skip
STANDARD_ROOT: Final = "1.2.840.10008."

FIXED: Final = 68  # version, reserved, two titles, reserved: before the items
MOST_CONTEXTS: Final = 128
ITEM: Final = struct.Struct(">BxH")

APPLICATION_ITEM, PROPOSED_ITEM, ANSWERED_ITEM, USER_ITEM = 0x10, 0x20, 0x21, 0x50
ABSTRACT_ITEM, TRANSFER_ITEM, LENGTH_ITEM = 0x30, 0x40, 0x51
IMPLEMENTATION_ITEM, VERSION_ITEM = 0x52, 0x55


@dataclass(frozen=True, slots=True)
class Proposal:
    """A presentation context the caller proposes."""

    id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """An A-ASSOCIATE-RQ. ``max_pdu`` is what the caller can take, 0 for any length."""

    fixed: bytes
    protocol_version: int
    called_ae: str
    calling_ae: str
    application_context: str
    proposals: tuple[Proposal, ...]
    max_pdu: int


@dataclass(frozen=True, slots=True)
class Context:
    """A presentation context as answered: ``result`` 0 accepted, 3 class no, 4 syntax no."""

    id: int
    result: int
    abstract_syntax: str
    transfer_syntax: str


def items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each item.

    Raises
    ------
    Rejected
        ``dimse.pdu-broken``: an item runs over the end.
    """
    at = 0
    while at < len(data):
        if at + ITEM.size > len(data):
            raise Rejected("dimse.pdu-broken")
        kind, length = ITEM.unpack_from(data, at)
        at += ITEM.size
        if at + length > len(data):
            raise Rejected("dimse.pdu-broken")
        yield kind, data[at : at + length]
        at += length


def text(value: bytes) -> str:
    """ASCII without padding; other bytes become question marks and match nothing."""
    return value.decode("ascii", "replace").strip(" \0")


def read_proposal(value: bytes) -> Proposal:
    """A presentation context item: its id is odd, its abstract syntax is there."""
    parts = list(items(value[4:])) if len(value) > 4 else []
    abstract = [text(part) for kind, part in parts if kind == ABSTRACT_ITEM]
    transfer = tuple(text(part) for kind, part in parts if kind == TRANSFER_ITEM)
    if len(abstract) != 1 or value[0] % 2 == 0:
        raise Rejected("dimse.pdu-broken")
    return Proposal(value[0], abstract[0], transfer)


def read_max_pdu(value: bytes) -> int:
    """The length in a user information item; 0 (any) when it is not there."""
    for kind, part in items(value):
        if kind == LENGTH_ITEM and len(part) == 4:
            return int.from_bytes(part, "big")
    return 0


def read_request(body: bytes) -> Request:
    """The request in the body of a PDU of type 1.

    Raises
    ------
    Rejected
        ``dimse.pdu-broken``: cut short, over 128 contexts, an id even or twice.
    """
    if len(body) < FIXED:
        raise Rejected("dimse.pdu-broken")
    parts = list(items(body[FIXED:]))
    proposals = tuple(read_proposal(part) for kind, part in parts if kind == PROPOSED_ITEM)
    if len({proposal.id for proposal in proposals}) != len(proposals):
        raise Rejected("dimse.pdu-broken")
    named = [text(part) for kind, part in parts if kind == APPLICATION_ITEM]
    lengths = [read_max_pdu(part) for kind, part in parts if kind == USER_ITEM]
    return Request(
        fixed=body[:FIXED],
        protocol_version=int.from_bytes(body[:2], "big"),
        called_ae=text(body[4:20]),
        calling_ae=text(body[20:36]),
        application_context=named[0] if named else "",
        proposals=proposals,
        max_pdu=lengths[0] if lengths else 0,
    )


def is_storage(uid: str, *, unknown: bool) -> bool:
    """Whether a SOP class stores; ``unknown`` counts those outside the Standard in."""
    if not UID.fullmatch(uid):
        return False
    if uid.startswith(STORAGE_ARC) or uid in OTHER_STORAGE:
        return True
    return unknown and not uid.startswith(STANDARD_ROOT)


def answer(proposal: Proposal, *, unknown: bool) -> Context:
    """Accept what the caller prefers: its first syntax of the Standard, else its first."""
    uid = proposal.abstract_syntax
    syntaxes = [syntax for syntax in proposal.transfer_syntaxes if UID.fullmatch(syntax)]
    standard = [
        syntax
        for syntax in syntaxes
        if syntax == STANDARD_SYNTAXES[0] or syntax.startswith(STANDARD_SYNTAXES[1])
    ]
    if uid != VERIFICATION and not is_storage(uid, unknown=unknown):
        return Context(proposal.id, 3, uid, IMPLICIT_LITTLE_ENDIAN)
    if not syntaxes:
        return Context(proposal.id, 4, uid, IMPLICIT_LITTLE_ENDIAN)
    return Context(proposal.id, 0, uid, (standard or syntaxes)[0])


def item(kind: int, value: bytes) -> bytes:
    """An item of a PDU."""
    return ITEM.pack(kind, len(value)) + value


def acceptance(request: Request, contexts: tuple[Context, ...], max_pdu: int) -> bytes:
    """The A-ASSOCIATE-AC PDU: titles and reserved bytes as received, role and window default."""
    answered = (
        item(
            ANSWERED_ITEM,
            bytes((context.id, 0, context.result, 0))
            + item(TRANSFER_ITEM, context.transfer_syntax.encode("ascii")),
        )
        for context in contexts
    )
    user = b"".join(
        (
            item(LENGTH_ITEM, max_pdu.to_bytes(4, "big")),
            item(IMPLEMENTATION_ITEM, IMPLEMENTATION_CLASS_UID.encode("ascii")),
            item(VERSION_ITEM, IMPLEMENTATION_VERSION_NAME.encode("ascii")),
        )
    )
    body = b"".join(
        (
            b"\0\1" + request.fixed[2:],
            item(APPLICATION_ITEM, APPLICATION_CONTEXT.encode("ascii")),
            *answered,
            item(USER_ITEM, user),
        )
    )
    return struct.pack(">BxI", 2, len(body)) + body
