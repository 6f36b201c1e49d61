"""A store whose files are sealed, each pack under a data key of its own.

Sealed files lie under their key with ``.sealed`` at its end; what has no such end was written
before sealing was switched on and is read as it is. Without its data key a file is not there.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from yushan.base import Absent, Broken, Conflict, Rejected
from yushan.engines.keys import ChunkSealer, plain_size
from yushan.services.archive.layout import key_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from yushan.engines.store import Store
    from yushan.services.archive.keyring import Keyring

END: Final = ".sealed"
PIECE: Final = 1 << 20


class SealedStore:
    """See `engines.store.Store`: the same promises, over another store."""

    def __init__(self, inner: Store, keyring: Keyring) -> None:
        self.inner, self.keyring = inner, keyring

    def put(self, key: str, source: bytes | Path) -> None:
        """See `Store.put`: the same plain bytes again are fine."""
        if self.exists(key):
            if not self.same(key, source):
                raise Conflict("store.other-bytes")
            return
        secret = self.keyring.make(key_name(key))
        if isinstance(source, bytes):
            sealer = ChunkSealer.fresh(secret, key, len(source))
            self.inner.put(key + END, b"".join(sealer.sealed([source])))
            return
        aside = source.with_name(f"{uuid.uuid4().hex}{END}")
        try:
            sealer = ChunkSealer.fresh(secret, key, source.stat().st_size)
            with source.open("rb") as plain, aside.open("xb") as out:
                out.writelines(sealer.sealed(iter(lambda: plain.read(PIECE), b"")))
            self.inner.put(key + END, aside)
        finally:
            aside.unlink(missing_ok=True)

    def same(self, key: str, source: bytes | Path) -> bool:
        """Whether a key holds these plain bytes."""
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if self.size(key) != size:
            return False
        if isinstance(source, bytes):
            return self.get(key) == source
        with source.open("rb") as plain:
            return all(
                self.read(key, start, PIECE) == plain.read(PIECE)
                for start in range(0, size, PIECE)
            )  # fmt: skip

    def opener(self, key: str) -> ChunkSealer | None:
        """Who opens the file; None if it lies there plain.

        Raises
        ------
        Absent
            ``store.absent``; ``archive.key-destroyed``.
        Broken
            ``archive.seal-broken``: the header is not as it was.
        """
        try:
            header = self.inner.read(key + END, 0, ChunkSealer.HEADER_SIZE)
        except Absent:
            return None
        secret = self.keyring.of(key_name(key))
        if secret is None:
            raise Absent("archive.key-destroyed")
        try:
            return ChunkSealer(secret, key, header)
        except Rejected as error:
            raise Broken("archive.seal-broken") from error

    def get(self, key: str) -> bytes:
        """See `Store.get`."""
        opener = self.opener(key)
        return self.inner.get(key) if opener is None else self.range(opener, key, 0, opener.length)

    def read(self, key: str, start: int, length: int) -> bytes:
        """See `Store.read`; ``Broken("archive.seal-broken")`` with the ``chunk``."""
        opener = self.opener(key)
        if opener is None:
            return self.inner.read(key, start, length)
        return self.range(opener, key, start, length)

    def read_now(self, key: str, start: int, length: int) -> memoryview | None:  # noqa: ARG002
        """See `Store.read_now`: opening a seal takes its time."""
        return None

    def range(self, opener: ChunkSealer, key: str, start: int, length: int) -> bytes:
        """The plain bytes of a range."""
        span = opener.span(start, length)
        data = self.inner.read(key + END, span.start, span.length) if span.length else b""
        try:
            return opener.read(span, data, start, length)
        except Rejected as error:
            raise Broken("archive.seal-broken", **error.facts) from error

    def size(self, key: str) -> int:
        """See `Store.size`: of the plain bytes."""
        try:
            return plain_size(self.inner.size(key + END))
        except Absent:
            return self.inner.size(key)

    def exists(self, key: str) -> bool:
        """See `Store.exists`."""
        return self.inner.exists(key + END) or self.inner.exists(key)

    def delete(self, key: str) -> None:
        """See `Store.delete`."""
        self.inner.delete(key + END)
        self.inner.delete(key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `Store.keys`."""
        return iter(sorted({key.removesuffix(END) for key in self.inner.keys(prefix)}))

    def local_path(self, key: str) -> Path | None:
        """See `Store.local_path`: never of a sealed file."""
        return None if self.inner.exists(key + END) else self.inner.local_path(key)

    def seal(self, key: str) -> bool:
        """Seal a file that lies there plain; False if none does. Twice is once.

        A reader finds one of the two at any moment.
        """
        if not self.inner.exists(key):
            return False
        if not self.inner.exists(key + END):
            secret, plain = self.keyring.make(key_name(key)), self.inner.get(key)
            sealer = ChunkSealer.fresh(secret, key, len(plain))
            self.inner.put(key + END, b"".join(sealer.sealed([plain])))
        self.inner.delete(key)
        return True
