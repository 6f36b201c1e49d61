"""What a hospital tells the commons about a person, sealed: offset, veiled token, consent token.

An envelope is bound to ``aad``: the site and the site's pseudonym of the person, and nothing that
changes from pack to pack.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from yushan.base import Rejected
from yushan.engines.keys import (
    Element,
    Scalar,
    Sealer,
    derive,
    hash_to_scalar,
    multiply_generator,
    read_element,
    seal,
)

READER_TAG: Final = b"HashToScalar-yushan-linkage-reader-1"


class Linked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person, veiled for the commons, and by which shared key (its fingerprint)."""

    key: bytes
    veiled: bytes


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The inside of an envelope; ``linked`` is None for a person without a usable number."""

    offset_days: int
    linked: Linked | None = None
    consent_token: bytes | None = None
    format: int = 1


class CommonsPublic(NamedTuple):
    """The commons' two public keys: ``sealing`` (X25519) and ``reader`` (ristretto255)."""

    sealing: bytes
    reader: Element

    @staticmethod
    def from_bytes(data: bytes) -> CommonsPublic:
        """Read 64 bytes as `commons_public` gives them."""
        return CommonsPublic(data[:32], read_element(data[32:]))


def reader_key(private: bytes) -> Scalar:
    """The commons' secret for veiled elements."""
    return hash_to_scalar(derive(private, "yushan/linkage/reader/1", 64), READER_TAG)


def sealer(private: bytes) -> Sealer:
    """The commons' secret for envelopes."""
    return Sealer(derive(private, "yushan/linkage/envelope/1"))


def commons_public(private: bytes) -> bytes:
    """The 64 bytes that hospitals and key holders know of the commons' 32-byte secret."""
    return sealer(private).public + multiply_generator(reader_key(private))


def close(content: Content, public: CommonsPublic, aad: bytes) -> bytes:
    """Seal."""
    return seal(public.sealing, msgspec.msgpack.encode(content), aad)


def unclose(envelope: bytes, opener: Sealer, aad: bytes) -> Content:
    """Unseal.

    Raises
    ------
    Rejected
        ``keys.seal-broken`` (other key, other ``aad``, damaged) or ``linkage.envelope-malformed``.
    """
    plain = opener.unseal(envelope, aad)
    try:
        content = msgspec.msgpack.decode(plain, type=Content)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Rejected("linkage.envelope-malformed") from error
    if content.format != 1:
        raise Rejected("linkage.envelope-malformed", version=content.format)
    return content
