"""What is kept of a question that somebody asked: what it asked by, and identifiers of ours.

Whoever searches may type a patient's name or number. The log says that they searched by it, and
never what they typed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

#: UIDs and pseudonyms as this house makes them.
OURS: Final = re.compile(r"2\.25\.\d{39}|\b[A-Z2-7]{16}\b")
#: Attributes whose values are words of a closed list, by keyword, tag and parameter.
CLOSED: Final = frozenset(
    {"Modality", "00080060", "ModalitiesInStudy", "00080061", "modality", "row"}
    | {"BodyPartExamined", "00180015", "body_part", "limit", "offset", "includefield"}
)
CODE: Final = re.compile(r"[A-Za-z0-9_ ,]{1,64}")
MOST: Final = 2048


def asked_for(pairs: Iterable[tuple[str, str]]) -> str:
    """A question as ``name=value&…``: values of closed lists and of our own making, else ``…``."""
    return "&".join(f"{name[:64]}={kept(name, value)}" for name, value in pairs)[:MOST]


def kept(name: str, value: str) -> str:
    """What may be kept of one value."""
    if name in CLOSED and CODE.fullmatch(value):
        return value
    return ",".join(OURS.findall(value)) or "…"
