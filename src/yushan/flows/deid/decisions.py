"""What a person decided about pictures that no reader could settle: a file by the keys.

A decision is about the bytes of one input; an input that changed has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from yushan.base import Rejected
from yushan.domain.deid import settled_by
from yushan.flows.deid.making import Rectangle  # noqa: TC001 - msgspec reads the annotation
from yushan.flows.deid.private import private_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from yushan.flows.deid.journal import Row

FORM: Final = "yushan-decisions/1"
#: The file's name by the keys.
NAME: Final = "decisions.json"
#: Fill the boxes; there is nothing to fill; it stays in the hospital.
Choice = Literal["redact", "clean", "stay"]
UNKNOWN: Final = "deid.pixels-unknown"
TEXT: Final = "clean_pixel_data"


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision: about which bytes (SHA-256 in hex), by whom, when (ISO 8601), which boxes."""

    input: str
    choice: Choice
    who: str
    at: str
    boxes: tuple[Rectangle, ...] = ()

    @property
    def filled(self) -> tuple[Rectangle, ...] | None:
        """The boxes to fill; ``None``: nothing of it may go."""
        return None if self.choice == "stay" else self.boxes


class Decisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    form: str
    decisions: tuple[Decision, ...]


def read_decisions(path: Path) -> dict[str, Decision]:
    """The decisions of a file by the input's digest; none when there is no file.

    Raises
    ------
    Rejected
        ``standalone.decisions-unreadable``: it is none of ours, or a choice lacks what it needs.
    """
    if not path.exists():
        return {}
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Decisions)
    except (OSError, msgspec.DecodeError) as error:
        raise Rejected("standalone.decisions-unreadable") from error
    if found.form != FORM or not all(map(is_whole, found.decisions)):
        raise Rejected("standalone.decisions-unreadable")
    return {one.input: one for one in found.decisions}


def is_whole(one: Decision) -> bool:
    """Whether somebody decided, and has said what is to be filled if something is."""
    has_size = all(min(box[:2]) >= 0 and min(box[2:4]) > 0 for box in one.boxes)
    return bool(one.who.strip()) and has_size and (one.choice == "redact") == bool(one.boxes)


def write_decisions(path: Path, decisions: Mapping[str, Decision]) -> None:
    """Write the file anew, whole, for its owner alone."""
    found = Decisions(FORM, tuple(decisions[name] for name in sorted(decisions)))
    with private_file(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")


def can_be_decided(reasons: Iterable[str]) -> bool:
    """Whether a person who looks at the picture settles why an input is held."""
    settled = {UNKNOWN} | {reason for reason, option in settled_by().items() if option == TEXT}
    return bool(found := set(reasons)) and found <= settled


def decided(row: Row, decisions: Mapping[str, Decision]) -> Decision | None:
    """The decision about an input."""
    return decisions.get(row.sha256.hex()) if row.sha256 else None
