"""Changes of the key that signs heads: old and new key vouch for each other.

Whoever trusts one key of the chain can follow it to all others, so old heads stay verifiable.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.engines.keys import verify
from yushan.services.ledger.notes import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yushan.services.ledger.ports import Signer

TITLE: Final = "yushan/key-change/1"


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From one key to the next: base64 of 32 bytes each; signatures of both over both."""

    old: str
    new: str
    #: ISO 8601 UTC.
    time: str
    by_old: str
    by_new: str


def spelled(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode()


def message(old: str, new: str, time: str) -> bytes:
    """What both sign."""
    return f"{TITLE}\n{old}\n{new}\n{time}\n".encode()


def make_change(old: Signer, new: Signer, time: str) -> Change:
    """The change from one signer to another."""
    first, second = spelled(old.public), spelled(new.public)
    said = message(first, second, time)
    return Change(
        old=first,
        new=second,
        time=time,
        by_old=spelled(old.sign(said)),
        by_new=spelled(new.sign(said)),
    )


def is_vouched(change: Change) -> bool:
    """Whether both keys signed the change."""
    said = message(change.old, change.new, change.time)
    try:
        pairs = [
            (base64.b64decode(change.old), base64.b64decode(change.by_old)),
            (base64.b64decode(change.new), base64.b64decode(change.by_new)),
        ]
    except ValueError:
        return False
    return all(verify(public, said, signature) for public, signature in pairs)


def trusted(known: Iterable[bytes], changes: Iterable[Change]) -> tuple[bytes, ...]:
    """The public keys that a known one leads to, by changes that both sides signed."""
    found = list(dict.fromkeys(known))
    good = [one for one in changes if is_vouched(one)]
    for _ in good:
        for one in good:
            pair = {base64.b64decode(one.old), base64.b64decode(one.new)}
            if pair & set(found):
                found += sorted(pair - set(found))
    return tuple(found)


def keys_of(origin: str, publics: Sequence[bytes]) -> tuple[Key, ...]:
    """The same keys as those of one log."""
    return tuple(Key(origin, public) for public in publics)
