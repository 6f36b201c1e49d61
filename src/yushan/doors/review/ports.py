"""What the pages ask of whoever keeps pictures and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.flows.desk import Sheet

#: What a person may decide.
CHOICES = ("redact", "clean", "stay")


class Box(NamedTuple):
    """A rectangle in pixels; ``frame`` from 0, ``None`` for all frames."""

    x: int
    y: int
    width: int
    height: int
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One input that waits: its name, why, what a reader found, and what was decided."""

    name: str
    reasons: tuple[str, ...]
    found: tuple[Box, ...]
    choice: str = ""
    chosen: tuple[Box, ...] = ()
    who: str = ""


class Table(Protocol):
    """All that waits, in an order that stays; numbers count from 0."""

    def held(self) -> Sequence[Held]:
        """What waits, and what was decided about it so far."""
        ...

    def sheet(self, number: int) -> Sheet | None:
        """Size and frames of a picture; ``None``: there is nothing that can be shown."""
        ...

    def png(self, number: int, frame: int, filled: tuple[Box, ...]) -> bytes:
        """A frame with some boxes filled; ``Absent("gateway.no-picture")``."""
        ...

    def decide(self, number: int, choice: str, boxes: tuple[Box, ...], who: str) -> None:
        """Keep a decision."""
        ...
