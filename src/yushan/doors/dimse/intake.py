"""DIMSE messages of one association: put together, stored, answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.base import Rejected, Unavailable, YushanError
from yushan.doors.dimse.answers import STATUSES, SUCCESS
from yushan.doors.dimse.associate import VERIFICATION
from yushan.doors.dimse.commands import (
    C_CANCEL,
    C_ECHO,
    C_STORE,
    UID,
    Command,
    read_command,
    write_response,
)
from yushan.doors.dimse.part10 import head
from yushan.doors.dimse.wire import COMMAND_FLAG, LAST_FLAG, packed, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.doors.dimse.associate import Context
    from yushan.doors.dimse.folder import Folder, Incoming
    from yushan.doors.dimse.tally import Tally

LONGEST_COMMAND: Final = 64 * 1024


class Intake:
    """Turns presentation data values into objects in a folder and answers to send.

    Parameters
    ----------
    contexts
        Accepted presentation contexts by id.
    open_folder
        Makes the association's folder; called once, at the first object.
    most_bytes
        A data set may have this many.
    peer_max_pdu
        What the peer takes in one PDU; 0 for any length.
    tally
        Where it is counted.
    """

    def __init__(
        self,
        contexts: dict[int, Context],
        open_folder: Callable[[], Folder],
        most_bytes: int,
        peer_max_pdu: int,
        tally: Tally,
    ) -> None:
        self.contexts = contexts
        self.open_folder = open_folder
        self.most_bytes = most_bytes
        self.peer_max_pdu = peer_max_pdu
        self.tally = tally
        self.folder: Folder | None = None
        self.reset()

    def reset(self) -> None:
        """No message has begun."""
        self.context = 0
        self.gathered = bytearray()
        self.command: Command | None = None
        self.incoming: Incoming | None = None
        self.refusal = ""
        self.size = 0

    @property
    def objects(self) -> int:
        """How many objects lie on disk."""
        return self.folder.count if self.folder else 0

    @property
    def is_between_messages(self) -> bool:
        """Nothing is half here."""
        return self.command is None and not self.gathered

    def take(self, body: memoryview) -> bytes:
        """Take a P-DATA-TF; the PDUs to answer with, empty while a message is not whole.

        Raises
        ------
        Rejected
            The association must be aborted: a code of ``answers.ABORTS``.
        """
        answers = b""
        for context, flags, piece in values(body):
            self.check_context(context)
            if flags & COMMAND_FLAG:
                answers += self.take_command(piece, last=bool(flags & LAST_FLAG))
            else:
                answers += self.take_data(piece, last=bool(flags & LAST_FLAG))
        return answers

    def check_context(self, context: int) -> None:
        """A value belongs to an accepted context, and a message to one context."""
        if context not in self.contexts:
            raise Rejected("dimse.context-not-accepted")
        if not self.is_between_messages and context != self.context:
            raise Rejected("dimse.context-not-accepted")
        self.context = context

    def take_command(self, piece: memoryview, *, last: bool) -> bytes:
        """A fragment of a command set."""
        if self.command or len(self.gathered) + len(piece) > LONGEST_COMMAND:
            raise Rejected("dimse.command-broken")
        self.gathered += piece
        if not last:
            return b""
        self.command = read_command(bytes(self.gathered))
        self.begin(self.command)
        return b"" if self.command.has_data_set else self.finish(self.command)

    def begin(self, command: Command) -> None:
        """Open what the data set goes to, or note why it will be refused."""
        try:
            self.check_operation(command)
            if command.field == C_STORE:
                self.incoming = self.receive(command)
        except YushanError as error:
            self.refusal = error.code

    def check_operation(self, command: Command) -> None:
        """C-ECHO and C-STORE as negotiated; nothing else is offered here."""
        if command.field in (C_ECHO, C_CANCEL):
            return
        agreed = self.contexts[self.context].abstract_syntax
        if command.field != C_STORE or agreed == VERIFICATION:
            raise Rejected("dimse.operation-unsupported")
        if command.sop_class_uid != agreed:
            raise Rejected("dimse.class-mismatch")
        if not UID.fullmatch(command.sop_instance_uid):
            raise Rejected("dimse.instance-uid-malformed")
        if not command.has_data_set:
            raise Rejected("dimse.data-set-missing")

    def receive(self, command: Command) -> Incoming:
        """An object in the association's folder."""
        if self.folder is None:
            self.folder = self.open_folder()
        context = self.contexts[self.context]
        return self.folder.receive(
            head(command.sop_class_uid, command.sop_instance_uid, context.transfer_syntax)
        )

    def take_data(self, piece: memoryview, *, last: bool) -> bytes:
        """A fragment of a data set; of a refused object it is forgotten."""
        if self.command is None:
            raise Rejected("dimse.data-before-command")
        self.size += len(piece)
        if self.size > self.most_bytes:
            raise Rejected("dimse.object-too-large")
        if self.incoming and not self.refusal:
            self.store(self.incoming, piece)
        return self.finish(self.command) if last else b""

    def store(self, incoming: Incoming, piece: memoryview) -> None:
        """Append to the object."""
        try:
            incoming.write(piece)
        except Unavailable as error:
            self.refusal = error.code

    def finish(self, command: Command) -> bytes:
        """The message is whole: keep its object, answer."""
        if self.incoming:
            self.keep(self.incoming)
        self.drop()
        self.count(command)
        answer = b""
        if command.field != C_CANCEL:
            status = STATUSES[self.refusal] if self.refusal else SUCCESS
            response = write_response(command, status, self.refusal)
            answer = packed(self.context, response, self.peer_max_pdu)
        self.reset()
        return answer

    def keep(self, incoming: Incoming) -> None:
        """On disk, or refused."""
        try:
            if not self.refusal and not incoming.size:
                raise Rejected("dimse.data-set-missing")
            if not self.refusal:
                incoming.keep()
        except YushanError as error:
            self.refusal = error.code

    def count(self, command: Command) -> None:
        """Count what became of a message."""
        if self.refusal:
            self.tally.refused(self.refusal)
        elif command.field == C_STORE:
            self.tally.stored(self.size)
        elif command.field == C_ECHO:
            self.tally.add("echoes")

    def drop(self) -> None:
        """Remove a half object."""
        if self.incoming:
            self.incoming.drop()

    def leave(self) -> None:
        """The association is over, at whatever point."""
        self.drop()
        if self.folder:
            self.folder.leave()
