"""Passwords: argon2id, at most a few at a time, and the same work for names that do not exist.

One hash takes 64 MiB of memory, so a crowd at the door could take all of it: only ``lanes`` run at
once, at most ``queue`` wait, the rest is told to come again.
"""

from __future__ import annotations

import threading
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from yushan.base import Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

#: NIST SP 800-63B-4 and OWASP ASVS 5.0 6.2: length counts, composition rules do not; 64 accepted.
SHORTEST: Final = 12
LONGEST: Final = 256


@dataclass(slots=True)
class Hasher:
    """argon2id with 64 MiB and three passes (RFC 9106; measured 0.2-0.3 s on one core)."""

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 2
    queue: int = 32
    engine: PasswordHasher = field(init=False)
    dummy: str = field(init=False)
    room: threading.Semaphore = field(init=False)
    waiting: int = field(init=False, default=0)
    lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.engine = PasswordHasher(
            time_cost=self.passes, memory_cost=self.memory_kib, parallelism=1, type=Type.ID
        )
        self.room = threading.Semaphore(self.lanes)
        self.dummy = self.engine.hash("a name that does not exist")

    def hash(self, password: str) -> str:
        """The PHC string to store."""
        with self.turn():
            return self.engine.hash(normal(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; without a stored hash the same work is done for nothing."""
        with self.turn():
            try:
                fits = self.engine.verify(stored or self.dummy, normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return fits and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self.engine.check_needs_rehash(stored)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a lane; too many waiting is ``accounts.busy``."""
        with self.lock:
            if self.waiting >= self.lanes + self.queue:
                raise Unavailable("accounts.busy")
            self.waiting += 1
        try:
            with self.room:
                yield
        finally:
            with self.lock:
                self.waiting -= 1


def normal(password: str) -> str:
    """One spelling of the same characters (NFKC), cut where nobody types by hand."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])


def check_password(password: str, user: str) -> None:
    """Refuse what is too short, too long, or the user's name."""
    length = len(normal(password))
    if length < SHORTEST:
        raise Rejected("accounts.password-short", shortest=SHORTEST)
    if length > LONGEST:
        raise Rejected("accounts.password-long", longest=LONGEST)
    if normal(password).casefold() == user.casefold():
        raise Rejected("accounts.password-is-name")
