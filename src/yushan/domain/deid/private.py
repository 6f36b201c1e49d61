"""Private attributes: only those of Table E.3.10-1, under the exact creator, with its VR."""

from __future__ import annotations

from functools import cache
from typing import Final

from yushan.domain.deid.plan import OPEN, Action, Rule
from yushan.domain.deid.policy import option_bit
from yushan.domain.deid.tables import safe_private

OPTION: Final = "retain_safe_private"
BIT: Final = option_bit(OPTION)
#: What may stay of the safe attributes: opaque values and long texts are nobody's to verify.
KEPT: Final = frozenset({"keep", "scan", "uid", "recurse"})


#: Group and last byte of a private tag: where it stands in the block is the creator's matter.
NUMBER: Final = 0xFFFF00FF


@cache
def rules() -> dict[str, dict[int, Rule]]:
    """The rules of private attributes by creator, then by group and last byte of the tag."""
    found: dict[str, dict[int, Rule]] = {}
    for (creator, group, number), row in safe_private().items():
        if row.treatment in KEPT and row.vr not in ("", "UN", "OB", "OW"):
            rule = Rule(Action.KEEP, Action.DROP, (row.vr,), OPEN, BIT, "device")
            found.setdefault(creator, {})[group << 16 | number] = rule
    return found


def safe_rules(creator: str) -> dict[int, Rule]:
    """The rules of a creator's attributes; none for one that the Standard does not name."""
    return rules().get(creator, {})


def is_creator(tag: int) -> bool:
    """Whether a private tag reserves a block."""
    return 0x10 <= tag & 0xFFFF <= 0xFF


def block_of(creator_tag: int) -> int:
    """The block that a creator reserves: its elements' tags without their last byte."""
    return creator_tag >> 16 << 8 | creator_tag & 0xFF
