"""A C-STORE user: sends files as they are, fast, and knows which were answered.

Each file travels under its own SOP class and transfer syntax, at most 128 pairs in an association
(PS3.8 2026d §9.3.2). Nothing is decoded but the file meta information. A lost connection is made
again and goes on with the first file that was not answered; so a file may arrive twice, never half.
"""

from __future__ import annotations

import mmap
import socket
import struct
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected, Unavailable
from yushan.engines.net.dimse_pdus import (
    HEADER,
    OUR_PDU,
    Pair,
    Sendable,
    agreed,
    look,
    request,
    status_of,
    store_command,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Progress = Callable[[int, int], None]

MOST_CONTEXTS: Final = 128

ACCEPTED, REJECTED, DATA = 2, 3, 4
RELEASE_REQUEST: Final = struct.pack(">BxI4x", 5, 4)
COMMAND_LAST, DATA_MORE, DATA_LAST = 3, 0, 2
VALUE: Final = struct.Struct(">BxIIBB")
LONGEST_REPLY: Final = 1 << 18
PIECES: Final = 512

ANSWER_S: Final = 60.0
#: Waits before connecting again; progress starts them anew.
PAUSES_S: Final = (0.2, 1.0, 3.0)

SUCCESS: Final = 0x0000
WARNINGS: Final = range(0xB000, 0xC000)


@dataclass(frozen=True, slots=True)
class SendReport:
    """What became of the files.

    ``sent`` counts those answered with success or a warning; ``statuses`` has the answer to each
    that was answered; ``unsent`` are those that were not: no Part-10 file, class or syntax not
    accepted there, or the connection lost for good. Send these again to resume.
    """

    sent: int
    statuses: tuple[tuple[Path, int], ...]
    unsent: tuple[Path, ...]


def batches(files: Sequence[Sendable]) -> Iterator[tuple[Sendable, ...]]:
    """Runs of files, in order, whose pairs fit into one association."""
    batch: list[Sendable] = []
    pairs: set[Pair] = set()
    for file in files:
        if file.pair not in pairs and len(pairs) == MOST_CONTEXTS:
            yield tuple(batch)
            batch, pairs = [], set()
        batch.append(file)
        pairs.add(file.pair)
    if batch:
        yield tuple(batch)


class Line:
    """An association that stands."""

    def __init__(self, sock: socket.socket, contexts: dict[Pair, int]) -> None:
        self.sock = sock
        self.contexts = contexts
        self.room = OUR_PDU
        self.message = 0

    def associate(self, calling: str, called: str) -> None:
        """Ask for the contexts and keep those accepted.

        Raises
        ------
        Rejected, ConnectionError
            ``net.association-refused`` when asking again is of no use, else the latter.
        """
        self.sock.sendall(request(calling, called, self.contexts))
        kind, body = self.reply()
        if kind == REJECTED and body[1] == 1:
            raise Rejected("net.association-refused", reason=body[3])
        if kind != ACCEPTED:
            raise ConnectionError
        accepted, most = agreed(body)
        self.contexts = {pair: n for pair, n in self.contexts.items() if n in accepted}
        self.room = max(most - 6, 2) & ~1

    def store(self, file: Sendable) -> int:
        """Send one file and wait for its answer: the status."""
        self.message = self.message % 0xFFFF + 1
        context = self.contexts[file.pair]
        command = store_command(file, self.message)
        head = VALUE.pack(DATA, len(command) + 6, len(command) + 2, context, COMMAND_LAST)
        with file.path.open("rb") as opened:
            data = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        dataset = memoryview(data)[file.start :]
        self.send([head + command, *self.pieces(context, dataset)])
        kind, body = self.reply()
        if kind != DATA:
            raise ConnectionError
        return status_of(body)

    def pieces(self, context: int, dataset: memoryview) -> Iterator[bytes | memoryview]:
        """The data set as heads and slices of P-DATA-TF PDUs."""
        for at in range(0, max(len(dataset), 1), self.room):
            piece = dataset[at : at + self.room]
            last = DATA_LAST if at + self.room >= len(dataset) else DATA_MORE
            yield VALUE.pack(DATA, len(piece) + 6, len(piece) + 2, context, last)
            yield piece

    def send(self, pieces: list[bytes | memoryview]) -> None:
        """All of it, with few system calls; TLS takes piece after piece."""
        if hasattr(self.sock, "getpeercert"):
            for piece in pieces:
                self.sock.sendall(piece)
            return
        rest = iter(pieces)
        while group := list(islice(rest, PIECES)):
            done = self.sock.sendmsg(group)
            for piece in group:
                if done < len(piece):
                    self.sock.sendall(memoryview(piece)[done:])
                done = max(0, done - len(piece))

    def reply(self) -> tuple[int, bytes]:
        """The next PDU."""
        kind, length = HEADER.unpack(self.receive(HEADER.size))
        if length > LONGEST_REPLY:
            raise ConnectionError
        return kind, self.receive(length)

    def receive(self, count: int) -> bytes:
        """Exactly so many bytes.

        Raises
        ------
        EOFError
            The peer closed before.
        """
        gathered = bytearray()
        while len(gathered) < count:
            piece = self.sock.recv(count - len(gathered))
            if not piece:
                raise EOFError
            gathered += piece
        return bytes(gathered)

    def release(self) -> None:
        """Part in order; all is answered, so how the peer takes it does not matter."""
        try:
            self.sock.sendall(RELEASE_REQUEST)
            self.reply()
        except (OSError, EOFError):
            return


class Sending:
    """The files of one call and what became of them."""

    def __init__(self, files: Sequence[Sendable], total: int, progress: Progress | None) -> None:
        self.waiting = list(files)
        self.total = total
        self.progress = progress
        self.statuses: list[tuple[Path, int]] = []
        self.refused: list[Path] = []

    def run(self, line: Line, batch: tuple[Sendable, ...]) -> None:
        """Send a batch over one association; what is answered waits no more."""
        for file in batch:
            if file.pair in line.contexts:
                self.statuses.append((file.path, line.store(file)))
            else:
                self.refused.append(file.path)
            self.waiting.remove(file)
            if self.progress:
                self.progress(len(self.statuses) + len(self.refused), self.total)

    def report(self, unreadable: list[Path]) -> SendReport:
        """The sums."""
        good = sum(status == SUCCESS or status in WARNINGS for _, status in self.statuses)
        unsent = (*unreadable, *self.refused, *(file.path for file in self.waiting))
        return SendReport(good, tuple(self.statuses), unsent)


def send_files(  # noqa: PLR0913 - an association has these parameters
    host: str,
    port: int,
    paths: Sequence[Path],
    calling: str,
    called: str,
    *,
    tls_context: ssl.SSLContext | None = None,
    progress: Progress | None = None,
) -> SendReport:
    """Store files at a peer, in order, over as few associations as their classes allow.

    Parameters
    ----------
    host, port
        Where the peer listens.
    paths
        Part-10 files; others are reported unsent.
    calling, called
        AE titles, at most 16 ASCII characters.
    tls_context
        For TLS; the host is the name the certificate is checked against.
    progress
        Called after each file with the number done and the number of all.

    Raises
    ------
    Rejected
        ``net.association-refused``: the peer will not have us; ``reason`` as in PS3.8 Table 9-21.
    Unavailable
        ``net.unreachable``: not one file could be delivered. Else what is missing is ``unsent``.
    """
    looked = [(path, look(path)) for path in paths]
    files = [file for _, file in looked if file]
    sending = Sending(files, len(paths), progress)
    losses = 0
    while sending.waiting and losses <= len(PAUSES_S):
        before = len(sending.waiting)
        try:
            for batch in batches(list(sending.waiting)):
                deliver(sending, batch, (host, port), (calling, called), tls_context)
        except (OSError, EOFError):
            losses = 1 if len(sending.waiting) < before else losses + 1
            if losses <= len(PAUSES_S):
                time.sleep(PAUSES_S[losses - 1])
    if files and len(sending.waiting) == len(files):
        raise Unavailable("net.unreachable")
    return sending.report([path for path, file in looked if not file])


def deliver(
    sending: Sending,
    batch: tuple[Sendable, ...],
    place: tuple[str, int],
    titles: tuple[str, str],
    tls_context: ssl.SSLContext | None,
) -> None:
    """One association for one batch."""
    contexts = {pair: 2 * n + 1 for n, pair in enumerate(dict.fromkeys(f.pair for f in batch))}
    with socket.create_connection(place, ANSWER_S) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = tls_context.wrap_socket(plain, server_hostname=place[0]) if tls_context else plain
        with sock:
            line = Line(sock, contexts)
            line.associate(*titles)
            sending.run(line, batch)
            line.release()
