"""What the portal asks of its process beside the rooms; assembly hands it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from yushan.flows.desk import Sheet, View
    from yushan.services.gateway import Decisions, DeskQueue, RegionRules


@dataclass(frozen=True, slots=True)
class Line:
    """How the gateway stands with the centre, the consent office and the key holders.

    ``reason`` is the code of what is wrong, ``to_send`` counts objects, ``searchable`` is what the
    centre said of ours, the opt-out list made at ``list_at`` is valid for ``list_valid_s`` from
    then on, ``free_bytes`` is what the spool's disk still takes; None: not known.
    """

    state: Literal["ok", "down", "unknown"]
    reason: str = ""
    receipt_at: datetime | None = None
    pack: str = ""
    to_send: int = 0
    searchable: int = 0
    list_at: datetime | None = None
    list_valid_s: float | None = None
    holders_online: int | None = None
    holders: int = 3
    free_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """What to enter in the PACS."""

    host: str
    port: int
    ae_title: str
    tls: bool


class Connections(Protocol):
    """The gateway's lines to the outside and its own receiver."""

    def line(self) -> Line:
        """As last seen; asks nobody."""
        ...

    def destinations(self) -> Sequence[Destination]:
        """Where the PACS sends to."""
        ...


@dataclass(frozen=True, slots=True)
class DemoGateway:
    """A hospital of the demo: where its pages are and what it counted last."""

    site: str
    url: str
    tls: bool
    received: int
    states: Mapping[str, int]
    closes: bool


@dataclass(frozen=True, slots=True)
class DemoNow:
    """What of the demo runs at this moment; ``list_at`` is when the opt-out list was made."""

    gateways: tuple[DemoGateway, ...]
    holders_online: int
    holders: int
    list_at: datetime | None
    running_s: float


class Demo(Protocol):
    """The demo as its supervisor sees it."""

    def now(self) -> DemoNow:
        """As last seen; quick, asks nobody."""
        ...


class Pictures(Protocol):
    """Pictures of what waits in quarantine (``flows.desk``)."""

    def sheet(self, number: int) -> Sheet | None:
        """What the picture of an object is like; ``None``: there is nothing that can be shown."""
        ...

    def png(self, number: int, view: View) -> bytes:
        """One frame as PNG; ``Absent("gateway.no-picture")``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineDesk:
    """What the quarantine desk works with."""

    queue: DeskQueue
    decisions: Decisions
    rules: RegionRules
    pictures: Pictures
