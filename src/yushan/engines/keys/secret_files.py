"""Secrets as files: mode 0600, of the owner that runs the role, never a symbolic link."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from yushan.base import Conflict, Rejected

SECRET_SIZE: Final = 32
MODE: Final = 0o600


def load_secret(path: str | Path) -> bytes:
    """The bytes of a secret file, at least 32.

    Raises
    ------
    Rejected
        ``keys.secret-missing``, ``keys.secret-short``, or ``base.secret-exposed`` when it is not a
        plain file of mode 0600 (or less) that this account or root owns.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise Rejected("keys.secret-missing", name=Path(path).name) from error
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(file.fileno())
        private = stat.S_ISREG(found.st_mode) and not found.st_mode & ~MODE & 0o777
        if not private or found.st_uid not in {os.geteuid(), 0}:
            raise Rejected("base.secret-exposed", name=Path(path).name)
        secret = file.read()
    if len(secret) < SECRET_SIZE:
        raise Rejected("keys.secret-short", name=Path(path).name)
    return secret


def make_secret(path: str | Path, value: bytes | None = None) -> bytes:
    """Write a new secret file, 32 random bytes if no value is given, and give its bytes back.

    It is on disk when this returns. ``Conflict("keys.secret-exists")``: nothing is overwritten.
    """
    secret = secrets.token_bytes(SECRET_SIZE) if value is None else value
    if len(secret) < SECRET_SIZE:
        raise ValueError("a secret has at least 32 bytes")
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE)
    except FileExistsError as error:
        raise Conflict("keys.secret-exists", name=place.name) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(place.parent)
    return secret


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
