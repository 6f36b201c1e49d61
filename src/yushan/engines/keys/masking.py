"""Pseudonyms of a scope: keyed permutations, so that no table is kept and every one leads back.

A UID of ours is ``2.25.`` and 39 digits. Its number is walked through AES-256 as a permutation of
128 bits until it lands in its own range again (cycle walking, Black and Rogaway 2002): on average
1.4 steps for [10^38, 2^128), where all our UIDs lie. A pseudonym of 16 characters A-Z 2-7 is 80
bits, permuted by a balanced Feistel network of ten rounds with AES-256 as round function. Whoever
lacks the key learns nothing from two scopes' names for one thing.
"""

from __future__ import annotations

import base64
import re
import threading
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from yushan.engines.keys.derivation import derive, short_name

UID: Final = re.compile(r"2\.25\.([0-9]{39})")
SUBJECT: Final = re.compile(r"[A-Z2-7]{16}")
FULL: Final = 1 << 128
#: The lowest number with 39 digits: no UID has a zero in front.
LOWEST: Final = 10**38
HALF: Final = (1 << 40) - 1
ROUNDS: Final = 10
#: Names kept at hand by each scope, in each direction.
KEPT: Final = 1 << 16


class Block:
    """AES-256 on single blocks; safe to use from several threads."""

    def __init__(self, key: bytes) -> None:
        cipher = Cipher(AES(key), ECB())  # noqa: S305 - one block alone is the permutation wanted
        self.forth: CipherContext = cipher.encryptor()
        self.back: CipherContext = cipher.decryptor()
        self.lock = threading.Lock()

    def encrypt(self, number: int) -> int:
        """128 bits to 128 bits."""
        with self.lock:
            return int.from_bytes(self.forth.update(number.to_bytes(16, "big")), "big")

    def decrypt(self, number: int) -> int:
        """The way back."""
        with self.lock:
            return int.from_bytes(self.back.update(number.to_bytes(16, "big")), "big")


class Mask:
    """The names under which one scope sees studies, series, instances, frames and persons."""

    def __init__(self, key: bytes) -> None:
        self.uids = Block(derive(key, "yushan/mask/uid/1"))
        self.subjects = Block(derive(key, "yushan/mask/subject/1"))
        self.tags = derive(key, "yushan/mask/tag/1")
        self.uid = lru_cache(KEPT)(self.fresh_uid)
        self.own_uid = lru_cache(KEPT)(self.former_uid)
        self.subject = lru_cache(KEPT)(self.fresh_subject)
        self.own_subject = lru_cache(KEPT)(self.former_subject)

    def fresh_uid(self, uid: str) -> str:
        """What the scope calls a UID; one that is not of our form stays as it is."""
        found = UID.fullmatch(uid)
        return uid if found is None else f"2.25.{walked(int(found[1]), self.uids, back=False):039d}"

    def former_uid(self, uid: str) -> str:
        """What the commons calls a UID of the scope."""
        found = UID.fullmatch(uid)
        return uid if found is None else f"2.25.{walked(int(found[1]), self.uids, back=True):039d}"

    def fresh_subject(self, subject: str) -> str:
        """What the scope calls a person; what is no pseudonym of ours stays as it is."""
        if not SUBJECT.fullmatch(subject):
            return subject
        left, right = halves(subject)
        for number in range(ROUNDS):
            left, right = right, left ^ self.stirred(number, right)
        return joined(left, right)

    def former_subject(self, subject: str) -> str:
        """What the commons calls a person of the scope."""
        if not SUBJECT.fullmatch(subject):
            return subject
        left, right = halves(subject)
        for number in reversed(range(ROUNDS)):
            left, right = right ^ self.stirred(number, left), left
        return joined(left, right)

    def stirred(self, number: int, half: int) -> int:
        """The round function: 40 bits of AES over round and half."""
        return self.subjects.encrypt(number << 64 | half) & HALF

    def tag(self, data: bytes) -> str:
        """A name of the scope for bytes, which no other scope's name for them can be held to."""
        return short_name(self.tags, data, 32)


def walked(number: int, block: Block, *, back: bool) -> int:
    """A number of 39 digits to one of the same range."""
    high, low = divmod(number, FULL)
    first, end = bounds(number)
    step = block.decrypt if back else block.encrypt
    low = step(low)
    while not first <= high * FULL + low < end:
        low = step(low)
    return high * FULL + low


def bounds(number: int) -> tuple[int, int]:
    """The range that a number of 39 digits stays in: that of our UIDs, and what lies around it."""
    if number < LOWEST:
        return 0, LOWEST
    if number < FULL:
        return LOWEST, FULL
    return number // FULL * FULL, min((number // FULL + 1) * FULL, 10**39)


def halves(subject: str) -> tuple[int, int]:
    """Sixteen characters as twice 40 bits."""
    number = int.from_bytes(base64.b32decode(subject), "big")
    return number >> 40, number & HALF


def joined(left: int, right: int) -> str:
    """Twice 40 bits as sixteen characters."""
    return base64.b32encode((left << 40 | right).to_bytes(10, "big")).decode("ascii")


class Masks:
    """All scopes' names under the commons' key."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.named = lru_cache(256)(self.fresh)

    def fresh(self, name: str) -> Mask:
        """The names of one scope."""
        return Mask(derive(self.secret, f"yushan/scope/{name}"))

    def of(self, name: str) -> Mask | None:
        """The names of a scope; None where the commons' own are used."""
        return self.named(name) if name else None
