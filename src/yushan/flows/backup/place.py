"""Where backups lie: objects by hash, sets by name; a folder on another disk, or a bucket."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import zstandard

from yushan.base import Absent, Rejected
from yushan.engines.store import open_store
from yushan.flows.backup.manifest import FileEntry, Manifest, read_signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SETS: Final = "sets/"
OBJECTS: Final = "objects/"
MANIFEST: Final = "manifest.json"
KEYS: Final = "keys.sealed"
CHUNK: Final = 8 << 20
#: Documents of a dump or a list are framed by their length in four bytes.
FRAME: Final = 4
FRAME_MOST: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a place: a code, and the object or file it is about."""

    code: str
    name: str


class Place:
    """A backup place by its address (a folder's path, ``file:…``, ``s3://…``)."""

    def __init__(self, address: str) -> None:
        known = address.startswith(("file:", "s3:", "memory:"))
        self.store = open_store(address if known else f"file:{Path(address).absolute()}")

    # objects

    @staticmethod
    def key(digest: str) -> str:
        """Key of an object."""
        return f"{OBJECTS}{digest[:2]}/{digest}"

    def holds(self, digest: str, size: int) -> bool:
        """Whether the object is there with its size."""
        try:
            return self.store.size(self.key(digest)) == size
        except Absent:
            return False

    def put(self, chunks: Iterable[bytes]) -> tuple[str, int, bool]:
        """Keep bytes as an object: hash, size, whether it is new. By way of a file aside."""
        with tempfile.NamedTemporaryFile(prefix="yushan-backup-") as aside:
            digest, size = sha256(), 0
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                aside.write(chunk)
            aside.flush()
            name = digest.hexdigest()
            new = not self.holds(name, size)
            if new:
                self.store.put(self.key(name), Path(aside.name))
        return name, size, new

    def chunks(self, digest: str) -> Iterator[bytes]:
        """An object's bytes, held against its name.

        ``Rejected("backup.object-missing")``, after the last byte ``backup.object-damaged``.
        """
        key, seen = self.key(digest), sha256()
        try:
            size = self.store.size(key)
        except Absent as error:
            raise Rejected("backup.object-missing", name=digest) from error
        for start in range(0, size, CHUNK):
            chunk = self.store.read(key, start, CHUNK)
            seen.update(chunk)
            yield chunk
        if seen.hexdigest() != digest:
            raise Rejected("backup.object-damaged", name=digest)

    # streams of documents

    def put_documents(self, documents: Iterable[bytes]) -> tuple[str, int, bool]:
        """Keep a stream of documents, compressed."""
        packer = zstandard.ZstdCompressor(level=6).compressobj()

        def squeezed() -> Iterator[bytes]:
            for document in documents:
                yield packer.compress(len(document).to_bytes(FRAME, "big") + document)
            yield packer.flush()

        return self.put(squeezed())

    def documents(self, digest: str) -> Iterator[bytes]:
        """The documents again; ``Rejected("backup.object-damaged")`` and as `chunks`."""
        opener = zstandard.ZstdDecompressor().decompressobj()
        held = bytearray()
        for chunk in self.chunks(digest):
            held += opener.decompress(chunk)
            while len(held) >= FRAME:
                size = int.from_bytes(held[:FRAME], "big")
                if size > FRAME_MOST:
                    raise Rejected("backup.object-damaged", name=digest)
                if len(held) < FRAME + size:
                    break
                yield bytes(held[FRAME : FRAME + size])
                del held[: FRAME + size]
        if held:
            raise Rejected("backup.object-damaged", name=digest)

    def files(self, manifest: Manifest) -> Iterator[FileEntry]:
        """All files of a set."""
        for document in self.documents(manifest.files):
            yield from msgspec.msgpack.decode(document, type=tuple[FileEntry, ...])

    # sets

    def sets(self) -> list[str]:
        """Names of all whole sets, oldest first."""
        end = f"/{MANIFEST}"
        return sorted(
            key[len(SETS) : -len(end)] for key in self.store.keys(SETS) if key.endswith(end)
        )

    def manifest(self, name: str = "", public: bytes | None = None) -> Manifest:
        """A set's manifest, the newest's without a name.

        Raises
        ------
        Absent
            ``backup.no-set``
        Rejected
            ``backup.manifest-unreadable``, ``backup.manifest-forged``
        """
        known = self.sets()
        chosen = name or (known[-1] if known else "")
        if chosen not in known:
            raise Absent("backup.no-set")
        found = read_signed(self.store.get(f"{SETS}{chosen}/{MANIFEST}"), public)
        if found.set != chosen:
            raise Rejected("backup.manifest-forged")
        return found

    def keys(self, name: str) -> bytes:
        """The sealed keys of a set; ``Absent("backup.keys-left-out")``."""
        try:
            return self.store.get(f"{SETS}{name}/{KEYS}")
        except Absent as error:
            raise Absent("backup.keys-left-out") from error

    def end_set(self, name: str, manifest: bytes, sealed: bytes) -> None:
        """Write keys, then the manifest: from now on the set exists."""
        if sealed:
            self.store.put(f"{SETS}{name}/{KEYS}", sealed)
        self.store.put(f"{SETS}{name}/{MANIFEST}", manifest)

    # looking after it

    def used(self, names: Iterable[str]) -> dict[str, int]:
        """Every object that some sets name, with its size (0: not told)."""
        found: dict[str, int] = {}
        for name in names:
            manifest = self.manifest(name)
            found |= {manifest.database: manifest.database_bytes, manifest.files: 0}
            found |= {one.sha256: one.size for one in self.files(manifest)}
        return found

    def check(self, name: str = "") -> tuple[Manifest, int, list[Fault]]:
        """Read and hash every object of a set: manifest, bytes read, what is wrong."""
        manifest = self.manifest(name)
        faults, read = [], 0
        for digest in sorted(self.used([manifest.set])):
            try:
                for chunk in self.chunks(digest):
                    read += len(chunk)
            except Rejected as error:
                faults.append(Fault(error.code, digest))
        return manifest, read, faults

    def prune(self, keep: int) -> tuple[list[str], int]:
        """Forget all sets but the newest ``keep``, then every object that none names any more."""
        known = self.sets()
        gone = known[: max(0, len(known) - max(1, keep))]
        for name in gone:
            self.store.delete(f"{SETS}{name}/{MANIFEST}")  # first: it no longer exists
            self.store.delete(f"{SETS}{name}/{KEYS}")
        used = {self.key(digest) for digest in self.used(self.sets())}
        stray = [key for key in self.store.keys(OBJECTS) if key not in used]
        for key in stray:
            self.store.delete(key)
        return gone, len(stray)
