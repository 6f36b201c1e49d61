"""What a C-STORE user writes and reads: file meta information, A-ASSOCIATE, command sets."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPLICATION_CONTEXT: Final = b"1.2.840.10008.3.1.1.1"
IMPLEMENTATION: Final = b"2.25.91372554411004197507348350993109085128"

HEADER: Final = struct.Struct(">BxI")
ITEM: Final = struct.Struct(">BxH")
ELEMENT: Final = struct.Struct("<HHI")
NUMBER: Final = struct.Struct("<HHIH")
LONG_LENGTHS: Final = (b"OB", b"UN", b"OW", b"UT", b"SQ")

#: What we take in one PDU, and at most send in one.
OUR_PDU: Final = 16384
LARGEST_PDU: Final = 1 << 20

#: File meta information is looked for in so many bytes.
META_BYTES: Final = 8192


class Pair(NamedTuple):
    """What a presentation context is about."""

    sop_class_uid: str
    transfer_syntax_uid: str


@dataclass(frozen=True, slots=True)
class Sendable:
    """A Part-10 file and what its meta information says; ``start`` is where the data set begins."""

    path: Path
    pair: Pair
    sop_instance_uid: str
    start: int


def meta_elements(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Element number, value and end of each element of group 0002."""
    at = 132
    while data[at : at + 2] == b"\x02\x00" and at + 12 <= len(data):
        element = int.from_bytes(data[at + 2 : at + 4], "little")
        if data[at + 4 : at + 6] in LONG_LENGTHS:
            begin, length = at + 12, int.from_bytes(data[at + 8 : at + 12], "little")
        else:
            begin, length = at + 8, int.from_bytes(data[at + 6 : at + 8], "little")
        at = begin + length
        yield element, bytes(data[begin:at]), at


def look(path: Path) -> Sendable | None:
    """A file's meta information; None when it is no Part-10 file that names its object."""
    with path.open("rb") as file:
        data = file.read(META_BYTES)
    if data[128:132] != b"DICM":
        return None
    found: dict[int, str] = {}
    start = 132
    for element, value, end in meta_elements(data):
        found[element] = value.rstrip(b"\0 ").decode("ascii", "replace")
        start = end
    if not all(found.get(element) for element in (0x0002, 0x0003, 0x0010)):
        return None
    return Sendable(path, Pair(found[0x0002], found[0x0010]), found[0x0003], start)


def item(kind: int, value: bytes) -> bytes:
    """An item of an A-ASSOCIATE PDU."""
    return ITEM.pack(kind, len(value)) + value


def request(calling: str, called: str, contexts: dict[Pair, int]) -> bytes:
    """The A-ASSOCIATE-RQ PDU that proposes each pair as a context of its own."""
    proposed = (
        item(
            0x20,
            bytes((number, 0, 0, 0))
            + item(0x30, pair.sop_class_uid.encode("ascii"))
            + item(0x40, pair.transfer_syntax_uid.encode("ascii")),
        )
        for pair, number in contexts.items()
    )
    user = item(0x51, OUR_PDU.to_bytes(4, "big")) + item(0x52, IMPLEMENTATION)
    titles = called.encode("ascii").ljust(16) + calling.encode("ascii").ljust(16)
    body = b"".join((
        b"\0\1\0\0", titles, bytes(32), item(0x10, APPLICATION_CONTEXT), *proposed, item(0x50, user)
    ))  # fmt: skip
    return HEADER.pack(1, len(body)) + body


def items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each item."""
    at = 0
    while at + ITEM.size <= len(data):
        kind, length = ITEM.unpack_from(data, at)
        at += ITEM.size + length
        yield kind, data[at - length : at]


def agreed(body: bytes) -> tuple[set[int], int]:
    """Accepted context ids, and the PDU length the peer takes, of an A-ASSOCIATE-AC."""
    accepted, length = set(), 0
    for kind, value in items(body[68:]):
        if kind == 0x21 and len(value) >= 4 and value[2] == 0:
            accepted.add(value[0])
        if kind == 0x50:
            lengths = [part for sub, part in items(value) if sub == 0x51 and len(part) == 4]
            length = int.from_bytes(lengths[0], "big") if lengths else 0
    return accepted, min(length or LARGEST_PDU, LARGEST_PDU)


def padded(element: int, uid: str) -> bytes:
    """A UID in a command set."""
    value = uid.encode("ascii") + b"\0" * (len(uid) % 2)
    return ELEMENT.pack(0, element, len(value)) + value


def store_command(file: Sendable, message: int) -> bytes:
    """The command set of a C-STORE-RQ of medium priority."""
    body = b"".join((
        padded(0x0002, file.pair.sop_class_uid),
        NUMBER.pack(0, 0x0100, 2, 0x0001),
        NUMBER.pack(0, 0x0110, 2, message),
        NUMBER.pack(0, 0x0700, 2, 0),
        NUMBER.pack(0, 0x0800, 2, 1),
        padded(0x1000, file.sop_instance_uid),
    ))  # fmt: skip
    return ELEMENT.pack(0, 0, 4) + len(body).to_bytes(4, "little") + body


def status_of(body: bytes) -> int:
    """The status in a C-STORE-RSP that came in one PDU.

    Raises
    ------
    EOFError
        It is none: the connection is of no more use.
    """
    at = 6
    while at + ELEMENT.size <= len(body):
        _, element, length = ELEMENT.unpack_from(body, at)
        at += ELEMENT.size
        if element == 0x0900 and at + 2 <= len(body):
            return int.from_bytes(body[at : at + 2], "little")
        at += length
    raise EOFError
