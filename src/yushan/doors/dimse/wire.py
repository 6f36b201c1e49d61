"""PDUs on a blocking socket: one buffer, bounds before bytes, deadlines, one send per answer."""

from __future__ import annotations

import socket
import ssl
import struct
from typing import TYPE_CHECKING, Any, Final

from yushan.base import Rejected

if TYPE_CHECKING:
    from yushan.base import Clock

ASSOCIATE_RQ, P_DATA, RELEASE_RQ, ABORT = 1, 4, 5, 7
KNOWN_PDUS: Final = range(1, 8)

HEADER: Final = struct.Struct(">BxI")
VALUE: Final = struct.Struct(">IBB")
TIME: Final = struct.Struct("@ll")

#: PS3.8 sets no bound; 128 contexts with all syntaxes of the Standard need about 100 KiB.
LONGEST_OPENING: Final = 128 * 1024
#: A connection that only stands there costs no more than this.
FIRST_BUFFER: Final = 4096

#: How long and how much is read after the last PDU, so that the peer gets to see it.
LINGER_S: Final = 2.0
LINGER_BYTES: Final = 1 << 20

COMMAND_FLAG: Final = 1
LAST_FLAG: Final = 2


class Wire:
    """One connection. Not for two threads, but for ``interrupt``."""

    def __init__(self, sock: socket.socket, clock: Clock) -> None:
        self.sock = sock
        self.clock = clock
        self.limit = LONGEST_OPENING
        self.deadline: float | None = None
        self.late = "dimse.too-slow"
        self.start = self.end = 0
        self.buffer = bytearray(FIRST_BUFFER)
        self.view = memoryview(self.buffer)

    def open_until(self, deadline: float) -> None:
        """Everything until ``settle`` must be over by ``deadline`` (monotonic seconds)."""
        self.deadline = deadline

    def encrypt(self, context: ssl.SSLContext) -> None:
        """TLS as server, within the deadline.

        Raises
        ------
        ssl.SSLError, TimeoutError
            No TLS, a version too old, no certificate, or not in time.
        """
        self.sock = context.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False)
        self.wait_at_most(self.left())
        self.sock.do_handshake()

    def certificate(self) -> dict[str, Any] | None:
        """The peer's verified certificate, if it showed one."""
        return self.sock.getpeercert() if isinstance(self.sock, ssl.SSLSocket) else None

    def left(self) -> float:
        """Seconds until the deadline."""
        if self.deadline is None:
            raise ValueError("no deadline")
        left = self.deadline - self.clock.monotonic()
        if left <= 0:
            raise Rejected(self.late)
        return left

    def settle(self, max_pdu: int, idle_s: float) -> None:
        """From now on PDUs of ``max_pdu`` bytes, and silence of ``idle_s`` seconds at most."""
        self.limit = max_pdu
        self.deadline = None
        self.late = "dimse.idle"
        self.wait_at_most(idle_s)
        self.provide(2 * (max_pdu + HEADER.size))

    def wait_at_most(self, seconds: float) -> None:
        """Bound each read and write; the kernel's own clock saves a poll per read."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(seconds)
            return
        micros = max(1, int(seconds * 1_000_000))
        value = TIME.pack(micros // 1_000_000, micros % 1_000_000)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)

    def provide(self, size: int) -> None:
        """Make the buffer at least ``size`` bytes long and bring what is unread to its front."""
        unread = bytes(self.view[self.start : self.end])
        if len(self.buffer) < size:
            self.buffer = bytearray(size)
            self.view = memoryview(self.buffer)
        self.view[: len(unread)] = unread
        self.start, self.end = 0, len(unread)

    def fill(self, count: int) -> None:
        """Read until ``count`` unread bytes are there.

        Raises
        ------
        EOFError
            The peer closed.
        Rejected
            ``dimse.too-slow`` before, ``dimse.idle`` after the association stands.
        """
        if self.start == self.end:
            self.start = self.end = 0
        if self.start + count > len(self.buffer):
            self.provide(count)
        while self.end - self.start < count:
            got = self.receive()
            if not got:
                raise EOFError
            self.end += got

    def receive(self) -> int:
        """One read into the free part of the buffer."""
        if self.deadline is not None:
            self.wait_at_most(self.left())
        try:
            return self.sock.recv_into(self.view[self.end :])
        except (BlockingIOError, TimeoutError):
            raise Rejected(self.late) from None

    def read(self) -> tuple[int, memoryview]:
        """Type and body of the next PDU; the body holds until the next call.

        Raises
        ------
        Rejected
            ``dimse.not-an-association``, ``dimse.pdu-unknown``, ``dimse.pdu-too-long``
        """
        self.fill(HEADER.size)
        kind, length = HEADER.unpack_from(self.buffer, self.start)
        if self.deadline is not None and kind != ASSOCIATE_RQ:
            raise Rejected("dimse.not-an-association")
        if kind not in KNOWN_PDUS:
            raise Rejected("dimse.pdu-unknown")
        if length > self.limit:
            raise Rejected("dimse.pdu-too-long", limit=self.limit)
        self.fill(HEADER.size + length)
        begin = self.start + HEADER.size
        self.start = begin + length
        return kind, self.view[begin : self.start]

    def send(self, data: bytes) -> None:
        """Send all at once; a peer that does not take it is late."""
        try:
            self.sock.sendall(data)
        except (BlockingIOError, TimeoutError):
            raise Rejected(self.late) from None

    def farewell(self, data: bytes) -> None:
        """Send a last PDU and wait a little for the peer to close: closing at once would reset."""
        try:
            self.wait_at_most(LINGER_S)
            self.sock.sendall(data)
            socket.socket.shutdown(self.sock, socket.SHUT_WR)
            self.linger()
        except (OSError, ValueError):
            return

    def linger(self) -> None:
        """Read and forget, within bounds."""
        deadline = self.clock.monotonic() + LINGER_S
        read = 0
        while read < LINGER_BYTES and self.clock.monotonic() < deadline:
            got = self.sock.recv_into(self.buffer)
            if not got:
                return
            read += got

    def interrupt(self) -> None:
        """From another thread: the next read finds the end, what is sent still goes out."""
        try:
            socket.socket.shutdown(self.sock, socket.SHUT_RD)
        except OSError:
            return

    def cut(self) -> None:
        """From another thread: end everything now."""
        try:
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        """Give the descriptor back."""
        self.sock.close()


def values(body: memoryview) -> list[tuple[int, int, memoryview]]:
    """Context id, flags and fragment of each presentation data value of a P-DATA-TF.

    Raises
    ------
    Rejected
        ``dimse.pdu-broken``: empty, or a value shorter than its head or over the end.
    """
    found = []
    at = 0
    while at < len(body):
        if at + VALUE.size > len(body):
            raise Rejected("dimse.pdu-broken")
        length, context, flags = VALUE.unpack_from(body, at)
        end = at + 4 + length
        if length < 2 or end > len(body):
            raise Rejected("dimse.pdu-broken")
        found.append((context, flags, body[at + VALUE.size : end]))
        at = end
    if not found:
        raise Rejected("dimse.pdu-broken")
    return found


def packed(context: int, command: bytes, max_pdu: int) -> bytes:
    """A command set as P-DATA-TF PDUs that the peer can take (``max_pdu`` 0: any length)."""
    room = max(max_pdu - VALUE.size, 2) if max_pdu else len(command)
    pieces = [command[at : at + room] for at in range(0, len(command), room)]
    flags = [COMMAND_FLAG] * (len(pieces) - 1) + [COMMAND_FLAG | LAST_FLAG]
    return b"".join(
        HEADER.pack(P_DATA, len(piece) + VALUE.size)
        + VALUE.pack(len(piece) + 2, context, flag)
        + piece
        for piece, flag in zip(pieces, flags, strict=True)
    )
