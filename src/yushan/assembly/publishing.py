"""What the commons shows to everybody, made anew in the background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from yushan.engines.rounds import Rounds
from yushan.flows.publish import PublicIndex, Publish

if TYPE_CHECKING:
    from yushan.assembly.settings import Commons as Settings
    from yushan.base import Clock
    from yushan.services.archive import Archive
    from yushan.services.catalogue import Catalogue

#: How often it is looked whether it is time.
LOOK_S: Final = 60.0
#: Least time between two public tables in the demo, where people watch them come.
DEMO_S: Final = 5.0


def public_every_s(settings: Settings) -> float:
    """Least time between two tables for everybody."""
    return DEMO_S if settings.demo else settings.public_every_s


def publishing(
    settings: Settings, catalogue: Catalogue, archive: Archive, clock: Clock
) -> tuple[Rounds, PublicIndex]:
    """The rounds, and where the index lies."""
    index = PublicIndex(Path(settings.data) / "public")
    publish = Publish(catalogue, archive, index, clock)
    every_s = min(LOOK_S, public_every_s(settings))
    return Rounds("publish", publish.round, every_s=every_s), index
