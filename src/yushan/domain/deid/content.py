"""Content items of report trees (PS3.3 C.17.3): which may stay, by Table E.3.4-1 and concept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.codes import meanings
from yushan.domain.deid.tables import content_actions

if TYPE_CHECKING:
    from yushan.domain.deid.policy import Policy

CONTENT_SEQUENCE: Final = 0x0040A730
#: Value types whose values this room can clean; names of people have none.
CLEANABLE: Final = frozenset(
    {"CONTAINER", "NUM", "CODE", "TEXT", "DATE", "DATETIME", "TIME", "UIDREF", "IMAGE", "COMPOSITE"}
    | {"WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD", "TABLE"}
)
#: Value types that need no concept name.
NAMELESS: Final = frozenset({"IMAGE", "COMPOSITE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD"})


class ContentItem(NamedTuple):
    """What decides about a content item."""

    value_type: str
    scheme: str
    code: str
    is_reference: bool


def is_kept_item(item: ContentItem, policy: Policy) -> bool:
    """Whether a content item stays; its values are cleaned all the same.

    An item that Table E.3.4-1 removes stays when an option of the policy keeps or cleans it. An
    item with a concept that no public scheme knows goes, and so does a reference by position, which
    would point elsewhere once a sibling is gone.
    """
    if item.is_reference or item.value_type not in CLEANABLE:
        return False
    if not item.code:
        return item.value_type in NAMELESS
    row = content_actions().get((item.scheme, item.code))
    if row is not None:
        return "D" in row.basic.split("/") or any(
            option in row.options for option in policy.options
        )
    return (item.scheme, item.code) in meanings()
