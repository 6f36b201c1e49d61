"""What the ledger hands out: entries, heads, proofs, verdicts."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from yushan.base import Rejected, canonical_json
from yushan.engines.keys import verify

if TYPE_CHECKING:
    from yushan.services.ledger.ports import Signer

#: First line of every head: which log this is.
ORIGIN: Final = "yushan/ledger/1"
DASH: Final = "\N{EM DASH}"


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fact. Its canonical JSON is the leaf of the tree."""

    number: int
    #: ISO 8601 UTC.
    time: str
    #: ``room.event``.
    kind: str
    #: Nothing personal.
    facts: dict[str, Any]
    #: Name of a personal field → HMAC-SHA256 of its canonical JSON under a salt of its own, hex.
    commitments: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head: ``root`` over the first ``size`` entries; ``note`` is what was signed."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an entry is number ``entry.number`` of the tree whose head is given."""

    entry: Entry
    head: Head
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was: a code, and the entry or head (by size) it concerns."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole ledger found; no faults means every byte is as it was."""

    size: int
    heads: int
    root: bytes
    key: str
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Nothing was changed, left out or put in."""
        return not self.faults


def commitment(salt: bytes, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """What the tree knows of a personal field; without the salt it says nothing."""
    return hmac.new(salt, canonical_json(value), hashlib.sha256).hexdigest()


def key_id(public: bytes) -> bytes:
    """Four bytes by which a note names its key (C2SP signed-note, Ed25519)."""
    return hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]


def key_line(public: bytes) -> str:
    """The public key as a C2SP verifier key."""
    spelled = base64.b64encode(b"\x01" + public).decode()
    return f"{ORIGIN}+{key_id(public).hex()}+{spelled}"


def read_key(line: str) -> bytes:
    """The public key of a verifier key; ``Rejected("ledger.bad-key")``."""
    try:
        _, _, spelled = line.strip().split("+", 2)  # base64 has "+" too
        public = base64.b64decode(spelled, validate=True)[1:]
    except ValueError as error:
        raise Rejected("ledger.bad-key") from error
    if key_line(public) != line.strip():
        raise Rejected("ledger.bad-key")
    return public


def write_note(size: int, root: bytes, signer: Signer) -> str:
    """A signed head as C2SP signed note (tlog-checkpoint)."""
    text = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = key_id(signer.public) + signer.sign(text.encode())
    return f"{text}\n{DASH} {ORIGIN} {base64.b64encode(signature).decode()}\n"


def read_note(note: str) -> Head:
    """Size and root of a head; the signature is not looked at. ``Rejected("ledger.bad-head")``."""
    lines = note.split("\n")
    try:
        if len(lines) < 6 or lines[0] != ORIGIN or lines[3]:
            raise Rejected("ledger.bad-head")
        root = base64.b64decode(lines[2], validate=True)
        return Head(int(lines[1]), root, note)
    except ValueError as error:
        raise Rejected("ledger.bad-head") from error


def is_signed(note: str, public: bytes) -> bool:
    """Whether the note carries this key's signature over its text."""
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        words = line.split(" ")
        if len(words) == 3 and words[:2] == [DASH, ORIGIN]:
            try:
                signature = base64.b64decode(words[2], validate=True)
            except ValueError:
                continue
            if signature[:4] == key_id(public):
                return verify(public, f"{text}\n".encode(), signature[4:])
    return False
