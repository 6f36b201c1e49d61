"""Data keys of sealed files: made at random, kept wrapped, destroyed with the row.

A pack and its sidecars share a key; so do the quarantined instances of one site's pack.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from yushan.engines.database import insert_once
from yushan.services.archive.tables import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.base import Clock
    from yushan.engines.database import Database
    from yushan.services.archive.ports import KeyWrapper

#: A key at hand is looked up again after this: elsewhere it may have been destroyed.
AGE_S: Final = 60.0
AT_HAND: Final = 1024
PAGE: Final = 500


class Destroyed(NamedTuple):
    """How many keys, and SHA-256 over the sorted lines ``name SHA-256-of-the-wrapped-key``.

    Whoever finds the rows in an old backup can tell that these were meant.
    """

    keys: int = 0
    digest: str = ""


class Keyring:
    """The table ``archive_key`` and the wrapper that opens it."""

    def __init__(self, db: Database, clock: Clock, wrapper: KeyWrapper) -> None:
        self.db, self.clock, self.wrapper = db, clock, wrapper
        self.lock = threading.Lock()
        self.at_hand: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def make(self, name: str) -> bytes:
        """The key of a name, made and safely kept if there is none."""
        new = secrets.token_bytes(32)
        row = {
            "name": name,
            "wrapped": self.wrapper.wrap(new, name),
            "wrapper": self.wrapper.name,
            "made_at": self.clock.now().isoformat(timespec="milliseconds"),
        }
        with self.db.begin() as tx:
            insert_once(tx, KEY, [row])
            return self.unwrapped(tx, name) or new

    def of(self, name: str) -> bytes | None:
        """The key of a name; None if it has none, or has no more."""
        now = self.clock.monotonic()
        with self.lock:
            made, key = self.at_hand.get(name, (0.0, b""))
            if key and now - made < AGE_S:
                return key
        with self.db.read() as tx:
            found = self.unwrapped(tx, name)
        with self.lock:
            self.at_hand.pop(name, None)
            if found is not None:
                self.at_hand[name] = now, found
            while len(self.at_hand) > AT_HAND:
                self.at_hand.popitem(last=False)
        return found

    def unwrapped(self, tx: sa.Connection, name: str) -> bytes | None:
        """The key out of its row."""
        row = tx.execute(sa.select(KEY).where(KEY.c.name == name)).one_or_none()
        return None if row is None else self.wrapper.unwrap(row.wrapped, row.wrapper, name)

    def destroy(self, tx: sa.Connection, names: Iterable[str]) -> Destroyed:
        """Destroy keys in the caller's transaction: what they sealed is gone with them."""
        lines: list[str] = []
        wanted = sorted(set(names))
        for start in range(0, len(wanted), PAGE):
            some = KEY.c.name.in_(wanted[start : start + PAGE])
            rows = tx.execute(sa.select(KEY).where(some)).all()
            lines += [f"{row.name} {hashlib.sha256(row.wrapped).hexdigest()}\n" for row in rows]
            tx.execute(sa.delete(KEY).where(some))
        with self.lock:
            for name in wanted:
                self.at_hand.pop(name, None)
        digest = hashlib.sha256("".join(sorted(lines)).encode("ascii")).hexdigest()
        return Destroyed(len(lines), digest if lines else "")

    def rewrap(self) -> int:
        """Wrap all keys under the wrapper's first secret, some at a time; how many were not."""
        count = 0
        while done := self.rewrap_some():
            count += done
        return count

    def rewrap_some(self) -> int:
        """The next keys that are wrapped under another secret."""
        other = sa.select(KEY).where(KEY.c.wrapper != self.wrapper.name).limit(PAGE)
        with self.db.begin() as tx:
            rows = tx.execute(other).all()
            for row in rows:
                key = self.wrapper.unwrap(row.wrapped, row.wrapper, row.name)
                fresh = self.wrapper.wrap(key, row.name)
                same = sa.and_(KEY.c.name == row.name, KEY.c.wrapped == row.wrapped)
                values = {"wrapped": fresh, "wrapper": self.wrapper.name}
                tx.execute(sa.update(KEY).where(same).values(**values))
        return len(rows)

    def wrappers(self) -> dict[str, int]:
        """Under which secrets keys are wrapped, and how many."""
        counted = sa.select(KEY.c.wrapper, sa.func.count()).group_by(KEY.c.wrapper)
        with self.db.read() as tx:
            return {row[0]: int(row[1]) for row in tx.execute(counted)}


def destroyed(keyring: Keyring | None, tx: sa.Connection, names: Iterable[str]) -> Destroyed:
    """Destroy keys where there are any."""
    return Destroyed() if keyring is None else keyring.destroy(tx, names)
