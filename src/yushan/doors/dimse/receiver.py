"""The receiver: listens, gives each connection a thread, stops cleanly. Start reading here."""

from __future__ import annotations

import errno
import socket
import threading
from typing import TYPE_CHECKING, Final

from yushan.base import Unavailable
from yushan.doors.dimse.conversation import Conversation, Ended, Premises
from yushan.doors.dimse.seats import Seats
from yushan.doors.dimse.settings import check_settings
from yushan.doors.dimse.spool import Spool
from yushan.doors.dimse.tally import Tally
from yushan.doors.dimse.tls import server_context
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from yushan.base import Clock
    from yushan.doors.dimse.settings import ReceiverSettings
    from yushan.doors.dimse.tally import Counters

log = log_for(__name__)

BACKLOG: Final = 128

#: Ends that say nothing is wrong.
QUIET: Final = frozenset({"dimse.released", "dimse.stopping"})

#: A line in the log per address and code in this many seconds; more is only counted.
LOG_EVERY_S: Final = 60.0
LOG_ADDRESSES: Final = 1024

#: No descriptors or memory left: ``accept`` is tried again after a pause.
EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
PAUSE_S: Final = 0.1


class Receiver:
    """A C-STORE and C-ECHO provider on one port, over one spool.

    Parameters
    ----------
    settings
        See ``ReceiverSettings``.
    spool
        The root of the spool; made if it is not there.
    clock
        Time of day for folders, monotonic time for limits.
    on_association_end
        Called in the association's thread after each association that was accepted.

    Raises
    ------
    Rejected
        The settings cannot hold: ``dimse.no-callers`` and others of ``check_settings``.
    """

    def __init__(
        self,
        settings: ReceiverSettings,
        spool: Path,
        clock: Clock,
        on_association_end: Callable[[Ended], None] | None = None,
    ) -> None:
        check_settings(settings)
        self.premises = Premises(
            settings=settings,
            clock=clock,
            spool=Spool(spool, settings.reserve_mib),
            tally=Tally(),
            seats=Seats(settings.max_associations, settings.max_per_peer),
            context=server_context(settings),
            stopping=threading.Event(),
        )
        self.on_association_end = on_association_end
        self.lock = threading.Lock()
        self.threads: dict[threading.Thread, Conversation] = {}
        self.logged: dict[tuple[str, str], float] = {}
        self.listener: socket.socket | None = None
        self.door: threading.Thread | None = None

    def start(self) -> int:
        """Open spool and port; the port number.

        Raises
        ------
        Unavailable
            ``dimse.port-unavailable``, ``dimse.spool-disturbed``
        """
        settings = self.premises.settings
        removed = self.premises.spool.open(self.premises.clock.now().timestamp())
        try:
            self.listener = listen(settings.host, settings.port)
        except Unavailable:
            self.premises.spool.close()
            raise
        port = int(self.listener.getsockname()[1])
        self.door = threading.Thread(
            target=self.accept, args=(self.listener,), name="dimse-door", daemon=True
        )
        self.door.start()
        log.info("dimse.listening", extra=facts(port=port, count=removed))
        return port

    def counters(self) -> Counters:
        """Counts since the start."""
        return self.premises.tally.counters()

    def accept(self, listener: socket.socket) -> None:
        """Take connections until the receiver stops."""
        while not self.premises.stopping.is_set():
            try:
                sock, place = listener.accept()
            except OSError as error:
                if error.errno in EXHAUSTED:
                    self.premises.stopping.wait(PAUSE_S)
                continue
            self.welcome(sock, str(place[0]))

    def welcome(self, sock: socket.socket, address: str) -> None:
        """A thread for the connection, or the door if there are too many."""
        if not self.premises.seats.enter(address):
            sock.close()
            self.note(address, "dimse.too-many-connections", 0)
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = Conversation(sock, address, self.premises)
        thread = threading.Thread(
            target=self.converse, args=(conversation, address), name="dimse", daemon=True
        )
        with self.lock:
            self.threads[thread] = conversation
        self.premises.tally.connected(1)
        try:
            thread.start()
        except RuntimeError:
            conversation.leave()
            self.forget(thread, address)

    def converse(self, conversation: Conversation, address: str) -> None:
        """One connection, in its thread."""
        try:
            ended = conversation.run()
            self.note(address, ended.outcome, ended.objects)
            if conversation.intake and self.on_association_end:
                self.tell(self.on_association_end, ended)
        finally:
            self.forget(threading.current_thread(), address)

    def tell(self, listener: Callable[[Ended], None], ended: Ended) -> None:
        """Call back; its errors are its own."""
        try:
            listener(ended)
        except Exception as error:
            log.exception("dimse.callback-failed", extra=facts(error=type(error).__name__))

    def forget(self, thread: threading.Thread, address: str) -> None:
        """The connection is gone."""
        self.premises.seats.leave(address)
        self.premises.tally.connected(-1)
        with self.lock:
            self.threads.pop(thread, None)

    def note(self, address: str, code: str, objects: int) -> None:
        """Count an end; log what is wrong once a minute per address."""
        self.premises.tally.ended(code, objects)
        if code in QUIET:
            return
        now = self.premises.clock.monotonic()
        with self.lock:
            if now - self.logged.get((address, code), -LOG_EVERY_S) < LOG_EVERY_S:
                return
            if len(self.logged) >= LOG_ADDRESSES:
                self.logged.clear()
            self.logged[address, code] = now
        log.warning("dimse.connection-ended", extra=facts(code=code, address=address))

    def stop(self, grace_s: float = 10.0) -> None:
        """Close the port, let objects that are on their way arrive, end all associations.

        What is not finished after ``grace_s`` seconds is cut and leaves nothing behind.
        """
        self.premises.stopping.set()
        self.shut()
        for conversation in self.present().values():
            conversation.interrupt_if_idle()
        self.await_ends(self.premises.clock.monotonic() + grace_s)
        for conversation in self.present().values():
            conversation.wire.cut()
        for thread in self.present():
            thread.join()
        self.premises.spool.close()

    def shut(self) -> None:
        """Close the port; a second time does nothing."""
        if self.listener and self.door:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.door.join()
            self.listener.close()
            self.listener = None

    def await_ends(self, deadline: float) -> None:
        """Wait for the threads until the deadline (monotonic seconds)."""
        for thread in self.present():
            thread.join(max(0.0, deadline - self.premises.clock.monotonic()))

    def present(self) -> dict[threading.Thread, Conversation]:
        """The conversations of this moment."""
        with self.lock:
            return dict(self.threads)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on a name or address."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Unavailable("dimse.port-unavailable", port=port) from error
    return listener
