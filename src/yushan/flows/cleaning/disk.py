"""A full or failing disk, said as ``Unavailable``."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from yushan.base import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_room(full: str, failed: str) -> Iterator[None]:
    """Within: what the disk refuses is raised as ``Unavailable`` with one of two codes."""
    try:
        yield
    except OSError as error:
        raise Unavailable(full if error.errno in FULL else failed) from error
