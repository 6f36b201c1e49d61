"""Content items of report trees (PS3.3 C.17.3): which may stay, by Table E.3.4-1 and concept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.codes import meanings
from yushan.domain.deid.dates import DAYS_PER
from yushan.domain.deid.tables import content_actions

if TYPE_CHECKING:
    from yushan.domain.deid.policy import Policy

CONTENT_SEQUENCE: Final = 0x0040A730
#: Value types whose values are numbers, codes and references: any public concept may stay.
CODED: Final = frozenset(
    {"CONTAINER", "NUM", "CODE", "UIDREF", "IMAGE", "COMPOSITE", "WAVEFORM"}
    | {"SCOORD", "SCOORD3D", "TCOORD", "TABLE"}
)
#: Value types whose words and days are cleaned: only under a concept that the Standard knows.
WRITTEN: Final = frozenset({"TEXT", "DATE", "DATETIME", "TIME"})
#: Value types that need no concept name.
NAMELESS: Final = frozenset({"IMAGE", "COMPOSITE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD"})
#: Concepts of a person's age (DCM, LOINC, SNOMED CT): the oldest are told by nothing else.
AGES: Final = frozenset(
    {("DCM", "121033"), ("LN", "29553-5"), ("LN", "30525-0"), ("LN", "21612-7"), ("LN", "63900-5")}
    | {("SCT", "397669002"), ("SCT", "424144002"), ("SCT", "445518008")}
)
#: Units of time (UCUM) as units of an age.
AGE_UNITS: Final = {"a": "Y", "mo": "M", "wk": "W", "d": "D"}


class ContentItem(NamedTuple):
    """What decides about a content item.

    ``scheme`` and ``code`` are empty where it has no concept name, and ``-`` where its concept is
    local; ``target`` is the position that a reference points to; ``number`` and ``unit`` are those
    of a NUM.
    """

    value_type: str = ""
    scheme: str = ""
    code: str = ""
    target: tuple[int, ...] = ()
    number: str = ""
    unit: str = ""


def is_kept_item(item: ContentItem, policy: Policy) -> bool:
    """Whether a content item stays; its values are cleaned all the same.

    An item that Table E.3.4-1 replaces, keeps or cleans under an option of the policy stays; one
    that it removes goes. Of people only the places stay where the table asks for a dummy.
    References by position are judged by their targets, see ``trees.py``.
    """
    if item.code == "-" or item.value_type not in CODED | WRITTEN | {"PNAME"}:
        return False
    actions, concept = content_actions(), (item.scheme, item.code)
    row = actions.get((*concept, item.value_type)) or actions.get((*concept, ""))
    if row is not None:
        is_dummy = "D" in row.basic.split("/")
        if item.value_type == "PNAME":
            return is_dummy
        is_cleaned = any(option in row.options for option in policy.options)
        return (is_dummy or is_cleaned) and not tells_age(item, policy)
    if not item.code:
        return item.value_type in NAMELESS
    if item.value_type in CODED:
        return not tells_age(item, policy)
    return item.value_type in WRITTEN and (item.scheme, item.code) in meanings()


def tells_age(item: ContentItem, policy: Policy) -> bool:
    """Whether a number is an age that the policy pools: a report has no words for a pooled one."""
    if (item.scheme, item.code) not in AGES or item.value_type != "NUM":
        return False
    try:
        days = float(item.number) * DAYS_PER[AGE_UNITS[item.unit]]
    except (KeyError, ValueError):
        return True
    return policy.age_band_years > 1 or days >= (policy.oldest_age_years + 1) * DAYS_PER["Y"]
