"""One file of a sample set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file as a device or an export would leave it.

    Parameters
    ----------
    name
        Path within the set, ``/`` between folders.
    data
        The bytes.
    """

    name: str
    data: bytes
