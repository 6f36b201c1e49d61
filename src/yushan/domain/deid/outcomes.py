"""What a plan does with an attribute, in the words of the conformance statement."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.plan import NEVER_KEPT, TEXT_VRS, Action, Plan, Rule, dictionary
from yushan.domain.deid.policy import FULL_DATES, UIDS, option_bit
from yushan.domain.deid.tables import defined_somewhere, tag_set
from yushan.domain.deid.values import ARRAYS, BINARY, DUMMIES

if TYPE_CHECKING:
    from yushan.domain.deid.policy import Policy

REMOVED, EMPTIED, DUMMY, KEPT = "removed", "emptied", "dummy", "kept"
CLEANED, REPLACED, SHIFTED, POOLED, INSIDE = "cleaned", "replaced", "shifted", "pooled", "inside"
#: What each word of the statement means.
MEANINGS: Final = {
    REMOVED: "the attribute is not in the released object",
    EMPTIED: "it stays with no value, or with no item",
    DUMMY: "it stays with a value that says nothing: `19000101`, `000000`, `REMOVED`, `UNKNOWN`, 0",
    KEPT: "its value stays when it has the form of its VR, looks like no text and is none of the"
    " person's identifiers",
    CLEANED: "words of a closed vocabulary stay, all others go; a value that holds one of the"
    " person's identifiers goes as a whole",
    REPLACED: "each UID that the Standard has not registered is replaced under the site's key",
    SHIFTED: "each date moves by the person's offset of whole days; what is no date goes",
    POOLED: "ages over 89 years become 090Y; younger ones go into the policy's bands",
    INSIDE: "the sequence stays and every attribute of its items is handled by this table",
}
#: Types of attributes by the action they ask for, and attributes outside the IOD.
KINDS: Final = ("1", "2", "3", "")
#: Written or left out by the frame of the object, whatever the plan says.
FRAMED: Final = {
    0x00080005: "set to ISO_IR 192",
    0x00100010: "set to the pseudonym",
    0x00100020: "set to the pseudonym",
    0x00100030: "by the policy's ``birth_date``",
    0x00101010: "by the policy's ages",
    0x00120062: "set to YES",
    0x00120063: "set to the policy",
    0x00120064: "set to what was done",
    0x00280303: "set to what was done",
    0x7FE00001: REMOVED,
    0x7FE00002: REMOVED,
    0x7FE00008: "pixels",
    0x7FE00009: "pixels",
    0x7FE00010: "pixels",
}


class Stated(NamedTuple):
    """The words for one attribute: of Type 1, 2 and 3 in the IOD, and outside of it."""

    required: str
    empty_allowed: str
    optional: str
    outside: str


class OfType(Plan):
    """The plan of an IOD in which every attribute has one Type; ``""``: of one that has none."""

    __slots__ = ()

    def __init__(self, policy: Policy, kind: str) -> None:
        super().__init__(policy, (), Everywhere(kind) if kind else {})


class Everywhere(dict[int, str]):
    """One Type for all attributes."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind: Final = kind

    def get(self, _tag: int, _default: str | None = None) -> str:  # type: ignore[override]
        """The Type."""
        return self.kind


@lru_cache(maxsize=64)
def of_type(policy: Policy, kind: str) -> OfType:
    """The plan of one Type."""
    return OfType(policy, kind)


def stated(policy: Policy, tag: int) -> Stated:
    """What happens to an attribute at the top of an object, by its Type there."""
    if tag in FRAMED:
        return Stated(*(FRAMED[tag],) * len(KINDS))
    return Stated(*(word(of_type(policy, kind)[tag], tag, policy) for kind in KINDS))


def word(rule: Rule, tag: int, policy: Policy) -> str:
    """The word for a rule."""
    if rule.action is Action.DROP:
        return REMOVED
    if rule.action is not Action.KEEP:
        return fallback(rule)
    vr = rule.vrs[0]
    if vr == "SQ":
        return INSIDE
    kept = by_vr(rule, vr, policy)
    if kept is None and (vr in ARRAYS | BINARY or tag in tag_set("opaque", "tags")):
        kept = KEPT
    return kept or fallback(rule)


def by_vr(rule: Rule, vr: str, policy: Policy) -> str | None:
    """The word for a value that may stay, by its VR; ``None`` for VRs that never do."""
    if vr in NEVER_KEPT:
        return None
    if vr in TEXT_VRS:
        return {"": None, "zone": KEPT}.get(rule.text, CLEANED)
    if vr == "UI":
        return KEPT if rule.bit == option_bit(UIDS) else REPLACED
    if vr in ("DA", "DT"):
        return KEPT if policy.has(FULL_DATES) else SHIFTED
    return {"CS": CLEANED, "AS": POOLED, "TM": KEPT, "DS": KEPT, "IS": KEPT}.get(vr)


def fallback(rule: Rule) -> str:
    """The word for what stands in the place of a value that may not stay."""
    vr = rule.vrs[0]
    if rule.fallback is Action.DUMMY:
        return DUMMY if vr in DUMMIES or vr == "SQ" else REMOVED
    return EMPTIED if rule.fallback is Action.EMPTY else REMOVED


def known_tags() -> tuple[int, ...]:
    """Every attribute that some IOD defines and the dictionary knows, in order."""
    return tuple(sorted(tag for tag in defined_somewhere() if dictionary(tag)[0]))
