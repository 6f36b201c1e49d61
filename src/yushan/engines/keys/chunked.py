"""Files sealed in chunks, so that any range opens alone and no change anywhere goes unseen.

A file is a header of 64 bytes and chunks of ``CHUNK`` bytes, the last one shorter, each followed
by its tag of 16 bytes (AES-256-GCM). The key of a file is derived (HKDF-SHA256) from the data key,
a random salt in the header and the name under which the file lies; the nonce of a chunk is its
number, which that key never sees twice. Each chunk authenticates the whole header, hence the
length: chunks cannot be dropped, added, moved, or taken from another file.
"""

from __future__ import annotations

import secrets
import struct
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yushan.base import Rejected
from yushan.engines.keys.derivation import derive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAGIC: Final = b"YUSHAN\0\1"
#: Magic, salt, bytes of a chunk, zero, bytes of the plain file, zero.
HEADER: Final = struct.Struct("<8s32sIIQQ")
CHUNK: Final = 1 << 16
TAG: Final = 16
KEY: Final = 32


class Span(NamedTuple):
    """Sealed bytes that hold a range: ``start`` and ``length`` in the file, number of the first."""

    start: int
    length: int
    first: int


class ChunkSealer:
    """The key of one file: seals it once, or opens any part of it.

    Parameters
    ----------
    secret
        The data key, 32 bytes.
    name
        Under which the file lies; sealed under one name it does not open under another.
    header
        The first 64 bytes of the file.
    """

    #: Bytes of the header, and plain bytes of a chunk.
    HEADER_SIZE: ClassVar[int] = HEADER.size
    CHUNK_SIZE: ClassVar[int] = CHUNK

    def __init__(self, secret: bytes, name: str, header: bytes) -> None:
        self.header = header
        salt, self.length = read_header(header)
        purpose = f"yushan/archive/file/1/{salt.hex()}/{name}"
        self._cipher = AESGCM(derive(secret, purpose, KEY))

    @classmethod
    def fresh(cls, secret: bytes, name: str, length: int) -> ChunkSealer:
        """For a new file of ``length`` plain bytes."""
        header = HEADER.pack(MAGIC, secrets.token_bytes(32), CHUNK, 0, length, 0)
        return cls(secret, name, header)

    def sealed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The sealed file in pieces; the plain pieces make exactly the length promised."""
        yield self.header
        held, number, total = b"", 0, 0
        for piece in pieces:
            held, place = held + piece if held else piece, 0
            total += len(piece)
            while len(held) - place >= CHUNK:
                yield self.seal_chunk(number, held[place : place + CHUNK])
                place, number = place + CHUNK, number + 1
            held = held[place:]
        if held:
            yield self.seal_chunk(number, held)
        if total != self.length:
            raise ValueError("not as long as promised")

    def seal_chunk(self, number: int, plain: bytes) -> bytes:
        """One chunk with its tag."""
        return self._cipher.encrypt(nonce(number), plain, self.header)

    def span(self, start: int, length: int) -> Span:
        """Where the chunks lie that hold a range; the range is cut at the end of the file."""
        end = min(start + length, self.length)
        if start < 0 or end <= start:
            return Span(HEADER.size, 0, 0)
        first, after = start // CHUNK, -(-end // CHUNK)
        begin = HEADER.size + first * (CHUNK + TAG)
        whole = min(after * CHUNK, self.length) - first * CHUNK + (after - first) * TAG
        return Span(begin, whole, first)

    def opened(self, span: Span, data: bytes) -> bytes:
        """The plain bytes of all chunks of a span.

        Raises
        ------
        Rejected
            ``keys.chunk-broken`` with the number of the first bad ``chunk``.
        """
        if len(data) != span.length:
            raise Rejected("keys.chunk-broken", chunk=span.first + len(data) // (CHUNK + TAG))
        view, found = memoryview(data), []
        for number, place in enumerate(range(0, span.length, CHUNK + TAG), span.first):
            try:
                piece = view[place : place + CHUNK + TAG]
                found.append(self._cipher.decrypt(nonce(number), piece, self.header))
            except InvalidTag as error:
                raise Rejected("keys.chunk-broken", chunk=number) from error
        return found[0] if len(found) == 1 else b"".join(found)

    def read(self, span: Span, data: bytes, start: int, length: int) -> bytes:
        """The range itself, out of the sealed bytes of its span."""
        plain, skip = self.opened(span, data), start - span.first * CHUNK
        if span.length and (skip or len(plain) > length):
            return plain[skip : skip + length]
        return plain


def nonce(number: int) -> bytes:
    """The nonce of a chunk: its number, 12 bytes."""
    return number.to_bytes(12, "big")


def read_header(header: bytes) -> tuple[bytes, int]:
    """Salt and plain length; ``Rejected("keys.header-broken")``."""
    if len(header) != HEADER.size:
        raise Rejected("keys.header-broken", bytes=len(header))
    magic, salt, chunk, zero, length, nothing = HEADER.unpack(header)
    if (magic, chunk, zero, nothing) != (MAGIC, CHUNK, 0, 0):
        raise Rejected("keys.header-broken", bytes=len(header))
    return salt, length


def sealed_size(length: int) -> int:
    """Bytes of the sealed file of ``length`` plain bytes."""
    return HEADER.size + length + TAG * -(-length // CHUNK)


def plain_size(size: int) -> int:
    """Bytes of the plain file that is sealed in ``size`` bytes."""
    body = max(size - HEADER.size, 0)
    return body - TAG * -(-body // (CHUNK + TAG))
