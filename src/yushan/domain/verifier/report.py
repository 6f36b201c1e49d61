"""Findings: where something is wrong and of what kind, never what was found there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Findings of one object; more tell nobody more.
MOST: Final = 500


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One reason not to release an object.

    Parameters
    ----------
    place
        A path of tags such as ``(0040,0275)[0](0040,0007)``, or ``bytes@offset``.
    kind
        A code ``verifier.…`` with texts in the base room.
    """

    place: str
    kind: str


class Report:
    """Collects findings, each place and kind once, at most ``MOST``."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: Final[dict[Finding, None]] = {}

    def at_tag(self, path: str, tag: int, kind: str) -> None:
        """Note a finding at an attribute below ``path``."""
        self.note(f"{path}({tag >> 16:04X},{tag & 0xFFFF:04X})", kind)

    def at_byte(self, offset: int, kind: str) -> None:
        """Note a finding at an offset of the file."""
        self.note(f"bytes@{offset}", kind)

    def note(self, place: str, kind: str) -> None:
        """Note a finding."""
        if len(self.found) < MOST:
            self.found[Finding(place, kind)] = None

    def findings(self) -> tuple[Finding, ...]:
        """All findings in the order they were made."""
        return tuple(self.found)
