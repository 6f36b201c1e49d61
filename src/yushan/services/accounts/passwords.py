"""Passwords: argon2id, at most a few at a time, and the same work for names that do not exist.

One hash takes 64 MiB of memory, so a crowd at the door could take all of it: only ``lanes`` run at
once, at most ``queue`` wait, the rest is told to come again.
"""

from __future__ import annotations

import hashlib
import threading
import tomllib
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise
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


def load_common() -> bytes:
    """First four bytes of SHA-256, sorted, of 43,940 passwords that were breached often.

    Those of 12 characters and more among the million most frequent of SecLists (OWASP), in small
    letters. One in 100,000 good passwords is taken for one of them.
    """
    return (files("yushan.services.accounts") / "data" / "common_passwords.bin").read_bytes()


def load_words() -> tuple[str, ...]:
    """Words of the product and the trade, longest first."""
    text = (files("yushan.services.accounts") / "data" / "words.toml").read_text("utf-8")
    return tuple(sorted(tomllib.loads(text)["words"], key=len, reverse=True))


COMMON: Final = load_common()
WORDS: Final = load_words()
#: So many characters must not merely go on from the one before; more where a known word was in it.
LEAST_OWN: Final = 4
LEAST_BESIDE_WORDS: Final = 8


def is_common(password: str) -> bool:
    """Whether it is among the passwords that were breached often."""
    wanted = hashlib.sha256(password.casefold().encode()).digest()[:4]
    low, high = 0, len(COMMON) // 4
    while low < high:
        middle = (low + high) // 2
        if COMMON[4 * middle : 4 * middle + 4] < wanted:
            low = middle + 1
        else:
            high = middle
    return COMMON[4 * low : 4 * low + 4] == wanted


def is_guessed(password: str, user: str) -> bool:
    """Whether hardly anything remains without the product's words, the name, and runs like 1234.

    No kind of character is asked for or refused (ASVS 5.0 6.2.5).
    """
    rest = password.casefold()
    for word in (user.casefold(), *WORDS):
        rest = rest.replace(word, "") if word else rest
    steps = [abs(ord(after) - ord(one)) for one, after in pairwise(rest)]
    own = min(len(rest), 1) + sum(step > 1 for step in steps)
    return own < (LEAST_OWN if len(rest) == len(password) else LEAST_BESIDE_WORDS)


def check_password(password: str, user: str) -> None:
    """Refuse what is too short, too long, the user's name, breached often, or soon guessed."""
    length = len(normal(password))
    if length < SHORTEST:
        raise Rejected("accounts.password-short", shortest=SHORTEST)
    if length > LONGEST:
        raise Rejected("accounts.password-long", longest=LONGEST)
    if normal(password).casefold() == user.casefold():
        raise Rejected("accounts.password-is-name")
    if is_common(normal(password)) or is_guessed(normal(password), user):
        raise Rejected("accounts.password-common")
