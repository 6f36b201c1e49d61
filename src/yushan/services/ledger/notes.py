"""Signed heads and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

Pure, the signing itself apart. A *name* is the first line of a log's heads, or who a witness is.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.engines.keys import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.services.ledger.ports import Signer

#: First line of every head: which log this is.
LEDGER: Final = "yushan/ledger/1"
RECORD: Final = "yushan/record/1"
#: Of the consent office's own log.
CONSENT: Final = "yushan/consent/1"

DASH: Final = "\N{EM DASH}"
#: Kinds of signature: of a log over its head, of a witness over a head and a time.
HEAD_KIND: Final = 1
WITNESS_KIND: Final = 4


@dataclass(frozen=True, slots=True)
class Key:
    """A verifier key: whose, for which kind of signature, 32 bytes."""

    name: str
    public: bytes
    kind: int = HEAD_KIND

    @property
    def id(self) -> bytes:
        """Four bytes by which a note names it."""
        said = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(said).digest()[:4]

    @property
    def line(self) -> str:
        """The key as others are told it."""
        spelled = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{spelled}"


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head: ``root`` over the first ``size`` entries; ``note`` is what was signed."""

    size: int
    root: bytes
    note: str

    @property
    def origin(self) -> str:
        """Which log."""
        return self.note.split("\n", 1)[0]


def read_key(line: str) -> Key:
    """A verifier key from its line; ``Rejected("ledger.bad-key")``."""
    try:
        name, _, spelled = line.strip().split("+", 2)  # base64 has "+" too
        said = base64.b64decode(spelled, validate=True)
        key = Key(name, said[1:], said[0])
    except (ValueError, IndexError) as error:
        raise Rejected("ledger.bad-key") from error
    if key.line != line.strip() or len(key.public) != 32:
        raise Rejected("ledger.bad-key")
    return key


def write_note(origin: str, size: int, root: bytes, signer: Signer) -> str:
    """A signed head."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    key = Key(origin, signer.public)
    return f"{text}\n{signature_line(key, signer.sign(text.encode()))}\n"


def signature_line(key: Key, signed: bytes) -> str:
    """One line of a note's signatures."""
    return f"{DASH} {key.name} {base64.b64encode(key.id + signed).decode()}"


def read_note(note: str) -> Head:
    """Size and root of a head; signatures are not looked at. ``Rejected("ledger.bad-head")``."""
    lines = note.split("\n")
    try:
        if len(lines) < 6 or not lines[0] or lines[3] or str(int(lines[1])) != lines[1]:
            raise Rejected("ledger.bad-head")
        root = base64.b64decode(lines[2], validate=True)
        if int(lines[1]) < 0 or len(root) != 32:
            raise Rejected("ledger.bad-head")
        return Head(int(lines[1]), root, note)
    except ValueError as error:
        raise Rejected("ledger.bad-head") from error


def text_of(note: str) -> bytes:
    """What was signed."""
    return note.partition("\n\n")[0].encode() + b"\n"


def signatures(note: str, key: Key) -> Iterator[bytes]:
    """What the note carries under a key's name and id, unchecked."""
    for line in note.partition("\n\n")[2].splitlines():
        words = line.split(" ")
        if len(words) == 3 and words[:2] == [DASH, key.name]:
            try:
                signed = base64.b64decode(words[2], validate=True)
            except ValueError:
                continue
            if signed[:4] == key.id:
                yield signed[4:]


def is_signed(note: str, key: Key) -> bool:
    """Whether the note carries this log key's signature over its text."""
    named = note.startswith(f"{key.name}\n")
    return named and any(verify(key.public, text_of(note), one) for one in signatures(note, key))


def cosign(note: str, name: str, signer: Signer, at_s: int) -> str:
    """A witness's line for a head that it saw at a time (seconds since 1970)."""
    key = Key(name, signer.public, WITNESS_KIND)
    return signature_line(key, at_s.to_bytes(8) + signer.sign(stamped(note, at_s)))


def stamped(note: str, at_s: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {at_s}\n".encode() + text_of(note)


def cosigned_at(note: str, key: Key) -> int | None:
    """When a witness cosigned the note (seconds since 1970); None if it did not."""
    for signed in signatures(note, key):
        at_s = int.from_bytes(signed[:8])
        if len(signed) == 72 and verify(key.public, stamped(note, at_s), signed[8:]):
            return at_s
    return None


def with_lines(note: str, lines: list[str]) -> str:
    """The head with further signatures."""
    return note + "".join(f"{line}\n" for line in lines)
