"""What intake works with, its lanes, and one attempt's work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.base import SiteName
    from yushan.domain.deid import Policy, SiteKeys
    from yushan.flows.cleaning import How
    from yushan.flows.intake.ports import ConsentGate, Linker
    from yushan.flows.intake.reading import Readers
    from yushan.flows.intake.workshop import Workshop
    from yushan.services.gateway import Batches, Member, Outbox, Sender

#: Lanes: the usual one, and the one where pictures are read first.
QUEUE: Final = "intake"
READING: Final = "reading"
#: Names of the steps in the order of the story, by lane.
STEPS: Final = ("consent", "clean", "link", "seal", "send")
LANES: Final = {QUEUE: STEPS, READING: ("read", *STEPS[2:])}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything and everyone that intake works with; ``chance`` gives numbers in [0, 1).

    Without ``readers`` what needs them is quarantined.
    """

    site: SiteName
    keys: SiteKeys
    policy: Policy
    batches: Batches
    outbox: Outbox
    sender: Sender
    consent: ConsentGate
    linker: Linker
    workshop: Workshop
    chance: Callable[[], float]
    readers: Readers | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at stage 1: what was looked at, what could not be, how, and its sign of life."""

    seen: tuple[Member, ...]
    blind: dict[int, tuple[str, ...]]
    how: How
    alive: Callable[[], object]
