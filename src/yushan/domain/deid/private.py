"""Private attributes: only those of Table E.3.10-1, under the exact creator, with its VR."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from yushan.domain.deid.plan import OPEN, Action, Rule
from yushan.domain.deid.policy import PERFORMED
from yushan.domain.deid.tables import safe_private

OPTION: Final = "retain_safe_private"
BIT: Final = 1 << PERFORMED.index(OPTION)
#: What may stay of the safe attributes: opaque values and long texts are nobody's to verify.
KEPT: Final = frozenset({"keep", "scan", "uid", "recurse"})


@lru_cache(maxsize=8192)
def private_rule(creator: str, group: int, number: int) -> Rule | None:
    """The rule of a private attribute by its block's creator and the low byte of its number."""
    row = safe_private().get((creator, group, number))
    if row is None or row.treatment not in KEPT or row.vr in ("", "UN", "OB", "OW"):
        return None
    return Rule(Action.KEEP, Action.DROP, (row.vr,), OPEN, BIT, "device")


def is_creator(tag: int) -> bool:
    """Whether a private tag reserves a block."""
    return 0x10 <= tag & 0xFFFF <= 0xFF


def block_of(tag: int) -> tuple[int, int]:
    """Group and block of a private data element or of its creator."""
    number = tag & 0xFFFF
    return tag >> 16, number if number <= 0xFF else number >> 8
