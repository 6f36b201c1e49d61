"""Everything that a run works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yushan.flows.deid.decisions import Decision
    from yushan.flows.deid.journal import Journal
    from yushan.flows.deid.key_folder import Keys
    from yushan.flows.deid.places import Places
    from yushan.flows.deid.pool import Pool
    from yushan.flows.deid.wish import Wish


class Progress(Protocol):
    """Told how far a stage is."""

    def __call__(self, stage: str, done: int, of: int) -> None:
        """``done`` of ``of`` inputs; ``of`` is 0 while nobody knows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that a run works with.

    ``decisions`` are people's, by the input; ``drafts`` is where files in the making lie;
    ``slow_pool`` gives children for work on pixels.
    """

    wish: Wish
    places: Places
    keys: Keys
    journal: Journal
    decisions: Mapping[str, Decision]
    pool: Pool
    slow_pool: Callable[[], Pool]
    drafts: str
    progress: Progress
