"""One connection from first byte to last: handshake, association, messages, farewell.

1. TLS, if the port has it, and the A-ASSOCIATE-RQ, in five seconds together.
2. Who is it, is there a seat? Accepted, or rejected with the reason.
3. Messages; each C-STORE is on disk before its answer leaves.
4. Release, abort, silence or the receiver's stop ends it; a half object goes.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from yushan.base import Rejected, YushanError
from yushan.doors.dimse.admission import Peer, check_request
from yushan.doors.dimse.answers import ABORTS, RELEASED, abortion, rejection
from yushan.doors.dimse.associate import acceptance, answer, read_request
from yushan.doors.dimse.disk import MIB
from yushan.doors.dimse.folder import Association, Folder
from yushan.doors.dimse.intake import Intake
from yushan.doors.dimse.tls import names_of
from yushan.doors.dimse.wire import ABORT, P_DATA, RELEASE_RQ, Wire
from yushan.engines.observe import facts, log_for

if TYPE_CHECKING:
    import socket
    import threading
    from pathlib import Path

    from yushan.base import Clock
    from yushan.doors.dimse.associate import Request
    from yushan.doors.dimse.seats import Seats
    from yushan.doors.dimse.settings import ReceiverSettings
    from yushan.doors.dimse.spool import Spool
    from yushan.doors.dimse.tally import Tally

log = log_for(__name__)

#: Ends that are no refusal.
RELEASE, PEER_ABORT, LOST = "dimse.released", "dimse.peer-aborted", "dimse.lost"


@dataclass(frozen=True, slots=True)
class Premises:
    """What all conversations of one receiver share."""

    settings: ReceiverSettings
    clock: Clock
    spool: Spool
    tally: Tally
    seats: Seats
    context: ssl.SSLContext | None
    stopping: threading.Event


@dataclass(frozen=True, slots=True)
class Ended:
    """An association that is over. ``folder`` is None when it brought no object."""

    id: str
    folder: Path | None
    objects: int
    outcome: str


class Conversation:
    """Runs in its own thread; ``interrupt`` and ``cut`` may be called from others."""

    def __init__(self, sock: socket.socket, address: str, premises: Premises) -> None:
        self.premises = premises
        self.peer = Peer(address)
        self.wire = Wire(sock, premises.clock)
        self.id = uuid4().hex
        self.intake: Intake | None = None

    def run(self) -> Ended:
        """Hold the conversation; whatever happens, nothing half stays behind."""
        try:
            outcome = self.hold()
        except Rejected as error:
            outcome = error.code
            if outcome in ABORTS:
                self.wire.farewell(abortion(outcome))
        except (OSError, EOFError):
            outcome = LOST
        except Exception as error:
            outcome = "dimse.internal"
            log.exception("dimse.internal", extra=facts(error=type(error).__name__))
            self.wire.farewell(abortion(outcome))
        finally:
            self.leave()
        folder = self.intake.folder if self.intake else None
        objects = self.intake.objects if self.intake else 0
        return Ended(self.id, folder.path if folder and objects else None, objects, outcome)

    def leave(self) -> None:
        """Give back files, then the connection."""
        try:
            if self.intake:
                self.intake.leave()
        finally:
            self.wire.close()

    def hold(self) -> str:
        """All of it; how it ended."""
        settings, clock = self.premises.settings, self.premises.clock
        self.wire.open_until(clock.monotonic() + settings.opening_s)
        self.shake_hands()
        _, body = self.wire.read()
        request = read_request(bytes(body))
        try:
            check_request(request, self.peer, settings)
            self.check_service()
            with self.premises.seats.taken(self.peer.address):
                return self.associate(request)
        except YushanError as error:
            if error.code in ABORTS:
                raise
            self.wire.farewell(rejection(error.code))
            return error.code

    def check_service(self) -> None:
        """A receiver whose disk failed takes nobody in."""
        if self.premises.spool.disk.failed.is_set():
            raise Rejected("dimse.out-of-service")

    def shake_hands(self) -> None:
        """TLS, before any byte of DICOM."""
        if self.premises.context is None:
            return
        try:
            self.wire.encrypt(self.premises.context)
        except (ssl.SSLError, TimeoutError) as error:
            raise Rejected("dimse.handshake-failed") from error
        self.peer = Peer(self.peer.address, names_of(self.wire.certificate()), tls=True)

    def associate(self, request: Request) -> str:
        """Accept, then serve until the end."""
        settings = self.premises.settings
        contexts = tuple(
            answer(proposal, unknown=settings.accept_unknown_classes)
            for proposal in request.proposals
        )
        self.intake = Intake(
            {context.id: context for context in contexts if not context.result},
            lambda: self.open_folder(request),
            settings.max_object_mib * MIB,
            request.max_pdu,
            self.premises.tally,
        )
        self.wire.settle(settings.max_pdu, settings.idle_s)
        self.wire.send(acceptance(request, contexts, settings.max_pdu))
        self.premises.tally.associated(1)
        try:
            return self.serve(self.intake)
        finally:
            self.premises.tally.associated(-1)

    def open_folder(self, request: Request) -> Folder:
        """The folder of this association in the spool."""
        return self.premises.spool.folder(
            Association(
                id=self.id,
                kind="dimse",
                calling_ae=request.calling_ae,
                called_ae=request.called_ae,
                peer=self.peer.address,
                tls=self.peer.tls,
                opened=self.premises.clock.now(),
            )
        )

    def serve(self, intake: Intake) -> str:
        """PDU after PDU; how it ended."""
        while True:
            if self.premises.stopping.is_set() and intake.is_between_messages:
                raise Rejected("dimse.stopping")
            kind, body = self.read(intake)
            if kind == RELEASE_RQ:
                self.wire.farewell(RELEASED)
                return RELEASE
            if kind == ABORT:
                return PEER_ABORT
            if kind != P_DATA:
                raise Rejected("dimse.pdu-unexpected")
            if response := intake.take(body):
                self.wire.send(response)

    def read(self, intake: Intake) -> tuple[int, memoryview]:
        """The next PDU; an end of the stream that we made ourselves is a stop."""
        try:
            return self.wire.read()
        except EOFError:
            if self.premises.stopping.is_set() and intake.is_between_messages:
                raise Rejected("dimse.stopping") from None
            raise

    def interrupt_if_idle(self) -> None:
        """Wake a conversation that waits for its next message, so that it sees the stop."""
        if self.intake is None or self.intake.is_between_messages:
            self.wire.interrupt()
