"""Command sets of DIMSE messages: group 0000, Implicit VR Little Endian (PS3.7 2026d §6.3)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

from yushan.base import Rejected

C_STORE: Final = 0x0001
C_ECHO: Final = 0x0030
C_CANCEL: Final = 0x0FFF
RESPONSE: Final = 0x8000
NO_DATA_SET: Final = 0x0101

#: What we can write into a file as it is; stricter rules are for those who read the object.
UID: Final = re.compile(r"[0-9.]{1,64}")

ELEMENT: Final = struct.Struct("<HHI")
NUMBER: Final = struct.Struct("<HHIH")


@dataclass(frozen=True, slots=True)
class Command:
    """The request of a message; texts are as the peer wrote them, without padding."""

    field: int
    message_id: int
    has_data_set: bool
    sop_class_uid: str
    sop_instance_uid: str


def elements(data: bytes) -> dict[int, bytes]:
    """Element number → value of a command set.

    Raises
    ------
    Rejected
        ``dimse.command-broken``: another group, a length over the end, an element twice.
    """
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        if at + ELEMENT.size > len(data):
            raise Rejected("dimse.command-broken")
        group, element, length = ELEMENT.unpack_from(data, at)
        at += ELEMENT.size
        if group or element in found or at + length > len(data):
            raise Rejected("dimse.command-broken")
        found[element] = data[at : at + length]
        at += length
    return found


def number(found: dict[int, bytes], element: int) -> int:
    """A value of VR US that must be there."""
    value = found.get(element, b"")
    if len(value) != 2:
        raise Rejected("dimse.command-broken")
    return int.from_bytes(value, "little")


def text(found: dict[int, bytes], element: int) -> str:
    """A UID, or the empty text; bytes outside ASCII become question marks and match nothing."""
    return found.get(element, b"").rstrip(b"\0 ").decode("ascii", "replace")


def read_command(data: bytes) -> Command:
    """The command set of a request.

    Raises
    ------
    Rejected
        ``dimse.command-broken``: not a command set, or a response where a request is due.
    """
    found = elements(data)
    field = number(found, 0x0100)
    if field & RESPONSE:
        raise Rejected("dimse.command-broken")
    return Command(
        field=field,
        message_id=number(found, 0x0120 if field == C_CANCEL else 0x0110),
        has_data_set=number(found, 0x0800) != NO_DATA_SET,
        sop_class_uid=text(found, 0x0002) or text(found, 0x0003),
        sop_instance_uid=text(found, 0x1000) or text(found, 0x1001),
    )


def uid_element(element: int, uid: str) -> bytes:
    """A UID in a command set; nothing when there is none that could be written."""
    if not UID.fullmatch(uid):
        return b""
    value = uid.encode("ascii") + b"\0" * (len(uid) % 2)
    return ELEMENT.pack(0, element, len(value)) + value


def write_response(command: Command, status: int, comment: str = "") -> bytes:
    """The command set that answers a request; ``comment`` is our code for the log of the peer."""
    remark = comment.encode("ascii")[:64]
    remark += b" " * (len(remark) % 2)
    body = b"".join(
        (
            uid_element(0x0002, command.sop_class_uid),
            NUMBER.pack(0, 0x0100, 2, command.field | RESPONSE),
            NUMBER.pack(0, 0x0120, 2, command.message_id),
            NUMBER.pack(0, 0x0800, 2, NO_DATA_SET),
            NUMBER.pack(0, 0x0900, 2, status),
            ELEMENT.pack(0, 0x0902, len(remark)) + remark if remark else b"",
            uid_element(0x1000, command.sop_instance_uid),
        )
    )
    return ELEMENT.pack(0, 0, 4) + len(body).to_bytes(4, "little") + body
