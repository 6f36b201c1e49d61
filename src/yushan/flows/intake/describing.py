"""What a picture is like: its device and size, read in a child from the original."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yushan.base import Rejected
from yushan.domain.redaction import device_of, frames_of
from yushan.flows.cleaning import content
from yushan.services.gateway import Picture

if TYPE_CHECKING:
    from yushan.flows.cleaning import Source


def describe(sources: tuple[Source, ...]) -> dict[int, Picture]:
    """Object → its picture; objects without one are left out."""
    found = {}
    for source in sources:
        try:
            with content(Path(source.path)) as data:
                device, frames = device_of(data), frames_of(data).count
        except (Rejected, FileNotFoundError):
            continue
        found[source.object] = Picture(*device, frames)
    return found
