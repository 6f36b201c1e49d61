"""What a backup says of itself, and how its keys are kept apart."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from hashlib import sha256
from typing import Final

import msgspec

from yushan.base import Rejected, canonical_json
from yushan.engines.keys import Sealer, Signer, derive, seal, verify

FORMAT: Final = 1
PREFIX: Final = b"yushan backup manifest 1\n"
KEYS_AAD: Final = b"yushan backup keys 1\n"


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One file: of which tree (``data``, ``store``), its name there, what it holds.

    ``changed_ns`` is when it was last written (0 where names never change their bytes).
    """

    tree: str
    name: str
    size: int
    sha256: str
    changed_ns: int = 0


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One set. ``database`` and ``files`` are SHA-256 of objects of the place.

    ``heads`` are the newest signed notes of the role's logs by name, ``keys`` fingerprints of the
    secrets that the restored role needs by the setting that names them, ``sealed_to`` the public
    key for which they lie in the set (empty: they were left out).
    """

    format: int = FORMAT
    set: str
    role: str
    name: str
    program: str
    began_at: datetime
    ended_at: datetime
    database: str
    database_bytes: int
    revisions: tuple[str, ...]
    rows: dict[str, int]
    files: str
    file_count: int
    file_bytes: int
    new_bytes: int
    heads: dict[str, str] = {}
    keys: dict[str, str] = {}
    sealed_to: str = ""
    signed_by: str = ""


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A manifest as it lies in the place: its very bytes, and their signature."""

    manifest: bytes
    signature: bytes


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secrets of a role: by the setting that names the file, and files in its own folder."""

    settings: dict[str, bytes]
    own: dict[str, bytes]


def signer_of(secret: bytes) -> Signer:
    """The key by which a role signs its backups, from one of its secrets."""
    return Signer(derive(secret, "yushan/backup/sign"))


def public_of(secret: bytes) -> bytes:
    """By what others check the backups of the role that has this secret."""
    return signer_of(secret).public


def signed(manifest: Manifest, signer: Signer) -> bytes:
    """The manifest as it is written."""
    body = canonical_json(manifest)
    return msgspec.json.encode(Signed(body, signer.sign(PREFIX + body)))


def read_signed(data: bytes, public: bytes | None = None) -> Manifest:
    """The manifest, its signature checked against the key it names, and against ``public``.

    Raises
    ------
    Rejected
        ``backup.manifest-unreadable``, ``backup.manifest-forged``
    """
    try:
        found = msgspec.json.decode(data, type=Signed)
        manifest = msgspec.json.decode(found.manifest, type=Manifest)
        named = bytes.fromhex(manifest.signed_by)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Rejected("backup.manifest-unreadable") from error
    if not verify(public or named, PREFIX + found.manifest, found.signature):
        raise Rejected("backup.manifest-forged")
    return manifest


def fingerprint(secret: bytes) -> str:
    """What a manifest says of a secret: enough to know it again, nothing to find it by."""
    return sha256(b"yushan backup key 1\n" + secret).hexdigest()[:32]


def secret_fingerprints(secrets: Secrets) -> dict[str, str]:
    """All of them by name; files of the role's own folder with ``data/`` before it."""
    own = {f"data/{name}": fingerprint(value) for name, value in secrets.own.items()}
    return {name: fingerprint(value) for name, value in secrets.settings.items()} | own


def sealed_keys(secrets: Secrets, public: bytes, name: str) -> bytes:
    """The secrets for the owner of ``public`` alone, bound to one set."""
    return seal(public, msgspec.msgpack.encode(secrets), KEYS_AAD + name.encode())


def unsealed_keys(sealed: bytes, opener: bytes, name: str) -> Secrets:
    """The secrets again; ``Rejected("keys.seal-broken")`` for another key or another set."""
    plain = Sealer(opener).unseal(sealed, KEYS_AAD + name.encode())
    return msgspec.msgpack.decode(plain, type=Secrets)
