"""Keyed pseudonyms of a site: people, UIDs, date offsets. Nothing here can be tried out keyless."""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Final

from yushan.base import Pseudonym
from yushan.domain.deid.tables import settings
from yushan.domain.dicom import REGISTERED_UIDS

#: Ten years on either side, in days.
MOST_OFFSET_DAYS: Final = 3652
LOWEST_UID: Final = 10**38
UID_SPAN: Final = 2**128 - LOWEST_UID
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """The keys of one site for stage 1, 32 bytes each; never shown."""

    uid: bytes = field(repr=False)
    pseudonym: bytes = field(repr=False)
    date: bytes = field(repr=False)

    def __post_init__(self) -> None:
        for key in (self.uid, self.pseudonym, self.date):
            if len(key) != KEY_BYTES:
                raise ValueError("a site key has 32 bytes")


def keyed(key: bytes, purpose: bytes, *parts: str, size: int) -> bytes:
    """BLAKE2b under a key; parts are framed, so that no two lists of parts are alike."""
    digest = blake2b(key=key, digest_size=size, person=purpose)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.digest()


def site_pseudonym(keys: SiteKeys, patient_id: str, issuer: str = "") -> Pseudonym:
    """The pseudonym of a Patient ID at this site: 16 characters of base 32 (A-Z 2-7), 80 bits.

    Width, case and padding of the ID do not matter; consoles disagree on them.
    """
    folded = [
        unicodedata.normalize("NFKC", part).strip(" \0").upper() for part in (patient_id, issuer)
    ]
    return Pseudonym(
        base64.b32encode(keyed(keys.pseudonym, b"pseudonym", *folded, size=10)).decode()
    )


def site_offset_days(
    keys: SiteKeys, subject: Pseudonym, *, most_days: int = MOST_OFFSET_DAYS
) -> int:
    """Days by which this site moves all dates of a person: within ``most_days``, never 0."""
    number = int.from_bytes(keyed(keys.date, b"offset", subject, size=16), "big")
    offset = number % (2 * most_days) - most_days
    return offset if offset < 0 else offset + 1


@lru_cache(maxsize=65536)
def replace_uid(key: bytes, uid: str) -> str:
    """The UID that stands for ``uid`` under a key: ``2.25.`` and exactly 39 digits.

    The same source gives the same target whenever it arrives; padding does not matter.
    """
    number = int.from_bytes(keyed(key, b"uid", uid.strip(" \0"), size=32), "big")
    return f"2.25.{LOWEST_UID + number % UID_SPAN}"


@cache
def registered_uids() -> frozenset[str]:
    """UIDs that mean the same everywhere: PS3.6 annex A, coding schemes of PS3.16 chapter 8."""
    return REGISTERED_UIDS | frozenset(settings()["uids"]["coding_schemes"].split())
