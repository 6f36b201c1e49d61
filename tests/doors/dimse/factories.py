"""Receivers, bare peers and data sets for the tests of the DIMSE door."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from yushan.base import SystemClock
from yushan.doors.dimse import Receiver, ReceiverSettings

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

CT = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = "1.2.840.10008.1.1"
EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
INSTANCE = "1.2.826.0.1.3680043.10.999.1"

ACCEPTED, REJECTED, DATA, RELEASED, ABORTED = 2, 3, 4, 6, 7


def make_settings(**changes: object) -> ReceiverSettings:
    """A port of the system's choice that lets loopback in, with short limits."""
    values = {
        "port": 0, "ae_title": "GATE", "any_caller_from_loopback": True, "reserve_mib": 0,
        "opening_s": 1.0, "idle_s": 5.0,
    }  # fmt: skip
    return ReceiverSettings(**{**values, **changes})  # type: ignore[arg-type]


@contextmanager
def receiving(spool: Path, **changes: object) -> Iterator[Running]:
    """A receiver that runs; afterwards no thread, no descriptor and no half object is left."""
    before = holdings()
    running = Running(spool, make_settings(**changes))
    try:
        yield running
    finally:
        running.receiver.stop(grace_s=2.0)
    patience = threading.Event()
    for _ in range(500):  # a caller of pynetdicom takes a moment to go
        if holds_no_more_than(before):
            break
        patience.wait(0.01)
    assert holds_no_more_than(before)
    assert list(spool.rglob("*.part")) == []


def holdings() -> tuple[int, int]:
    """Threads and descriptors of this process."""
    return threading.active_count(), open_descriptors()


def holds_no_more_than(before: tuple[int, int]) -> bool:
    """Whether nothing was left; what an earlier test started may have ended meanwhile."""
    return all(now <= then for now, then in zip(holdings(), before, strict=True))


def open_descriptors() -> int:
    """How many descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))


class Running:
    """A started receiver with its spool."""

    def __init__(self, spool: Path, settings: ReceiverSettings) -> None:
        self.spool = spool
        self.ended = []
        self.receiver = Receiver(settings, spool, SystemClock(), self.ended.append)
        self.port = self.receiver.start()

    def objects(self) -> list[Path]:
        """The complete objects, by name."""
        return sorted(self.spool.glob("*/*/*.dcm"))

    def documents(self) -> list[dict[str, object]]:
        """All association documents."""
        return [json.loads(path.read_text()) for path in self.spool.glob("*/*/association.json")]

    def settle(self) -> None:
        """Wait until nobody is connected."""
        for thread in list(self.receiver.present()):
            thread.join(10)

    def outcomes(self, *peers: Bare) -> dict[str, int]:
        """How connections ended, after the peers closed theirs."""
        for peer in peers:
            peer.sock.close()
        self.settle()
        return self.receiver.counters().outcomes


def pdu(kind: int, body: bytes) -> bytes:
    """A PDU."""
    return struct.pack(">BxI", kind, len(body)) + body


def value(context: int, flags: int, data: bytes) -> bytes:
    """A presentation data value."""
    return struct.pack(">IBB", len(data) + 2, context, flags) + data


def item(kind: int, data: bytes) -> bytes:
    """An item of an A-ASSOCIATE PDU."""
    return struct.pack(">BxH", kind, len(data)) + data


def proposal(number: int, abstract: str, *transfer: str) -> bytes:
    """A presentation context item."""
    parts = item(0x30, abstract.encode()) + b"".join(item(0x40, uid.encode()) for uid in transfer)
    return item(0x20, bytes((number, 0, 0, 0)) + parts)


def request(*proposals: bytes, called: str = "GATE", calling: str = "TESTER") -> bytes:
    """An A-ASSOCIATE-RQ PDU."""
    return pdu(1, request_body(*proposals, called=called, calling=calling))


def request_body(*proposals: bytes, called: str = "GATE", calling: str = "TESTER") -> bytes:
    """The body of an A-ASSOCIATE-RQ."""
    user = item(0x51, struct.pack(">I", 16384)) + item(0x52, b"1.2.3.4")
    return b"".join((
        b"\0\1\0\0", called.encode().ljust(16), calling.encode().ljust(16), bytes(32),
        item(0x10, b"1.2.840.10008.3.1.1.1"), *proposals, item(0x50, user),
    ))  # fmt: skip


def element(number: int, data: bytes) -> bytes:
    """An element of a command set."""
    return struct.pack("<HHI", 0, number, len(data)) + data


def uid(text: str) -> bytes:
    """A padded UID."""
    return text.encode() + b"\0" * (len(text) % 2)


def command(
    field: int = 1, *, sop_class: str = CT, instance: str = INSTANCE, data: int = 0
) -> bytes:
    """A command set; ``data`` 0x0101 announces no data set."""
    body = b"".join((
        element(0x0002, uid(sop_class)),
        element(0x0100, struct.pack("<H", field)),
        element(0x0110, struct.pack("<H", 7)),
        element(0x0700, struct.pack("<H", 0)),
        element(0x0800, struct.pack("<H", data)),
        element(0x1000, uid(instance)) if instance else b"",
    ))  # fmt: skip
    return element(0x0000, struct.pack("<I", len(body))) + body


class Bare:
    """A peer that says exactly what it is told to."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), 10, (source, 0))

    def __enter__(self) -> Bare:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def encrypt(self, context: ssl.SSLContext) -> None:
        """TLS from here on."""
        self.sock = context.wrap_socket(self.sock, server_hostname="127.0.0.1")

    def send(self, data: bytes) -> None:
        """Send; a peer that cut us off already is no error here."""
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def read(self) -> tuple[int, bytes]:
        """Type and body of the next PDU; type 0 when the connection is closed."""
        head = self.exactly(6)
        if len(head) < 6:
            return 0, b""
        kind, length = struct.unpack(">BxI", head)
        return kind, self.exactly(length)

    def exactly(self, count: int) -> bytes:
        """So many bytes, or fewer at the end."""
        found = b""
        try:
            while len(found) < count and (piece := self.sock.recv(count - len(found))):
                found += piece
        except ConnectionResetError:
            return b""
        return found

    def associate(self, *proposals: bytes, **titles: str) -> tuple[int, bytes]:
        """Ask for an association, a CT context when nothing else is said."""
        self.send(request(*(proposals or (proposal(1, CT, EXPLICIT),)), **titles))
        return self.read()

    def store(self, dataset: bytes, command_set: bytes | None = None, context: int = 1) -> int:
        """Store an object in PDUs of 16 KiB; the status."""
        self.send(pdu(4, value(context, 3, command_set or command())))
        pieces = [dataset[at : at + 16000] for at in range(0, len(dataset), 16000)] or [b""]
        for at, piece in enumerate(pieces, 1):
            self.send(pdu(4, value(context, 2 if at == len(pieces) else 0, piece)))
        return self.status()

    def status(self) -> int:
        """The status in the next response; -1 when something else came."""
        kind, body = self.read()
        return fields(body[6:])[0x0900] if kind == DATA else -1

    def release(self) -> int:
        """Release; the type of the answer."""
        self.send(pdu(5, bytes(4)))
        return self.read()[0]


def fields(data: bytes) -> dict[int, int]:
    """Element number → value as a little endian number."""
    found = {}
    at = 0
    while at < len(data):
        _, number, length = struct.unpack_from("<HHI", data, at)
        found[number] = int.from_bytes(data[at + 8 : at + 8 + length], "little")
        at += 8 + length
    return found
