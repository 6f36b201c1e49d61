"""Files by the keys: for their owner alone, there as a whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from yushan.flows.cleaning import disk_room
from yushan.flows.deid.making import FAILED, FULL, sync

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def private_file(path: Path, encoding: str = "utf-8") -> Iterator[IO[str]]:
    """A file for its owner alone that is there as a whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with disk_room(FULL, FAILED):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding=encoding, newline="") as file:
                yield file
            sync(draft)
            draft.replace(path)
            sync(path.parent)
        finally:
            Path(draft).unlink(missing_ok=True)
