"""From a policy and an IOD to one rule per attribute, worked out when first asked for and kept."""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.policy import FULL_DATES, INSTITUTION, MODIFIED_DATES, option_bit
from yushan.domain.deid.tables import (
    TYPES,
    defined_somewhere,
    iod_nodes,
    node,
    profile_row,
    tag_set,
)
from yushan.domain.dicom import attribute_of

if TYPE_CHECKING:
    from yushan.domain.deid.policy import Policy
    from yushan.domain.deid.tables import ProfileRow

TEXT_VRS: Final = frozenset({"LO", "SH", "ST", "LT", "UT", "UC"})
SHORT_TEXT_VRS: Final = frozenset({"LO", "SH"})
NEVER_KEPT: Final = frozenset({"PN", "AE", "UR", "UN"})
DAYS: Final = frozenset({"DA", "DT"})
DATES_OPTIONS: Final = (FULL_DATES, MODIFIED_DATES)
#: VRs of numbers and coded strings.
MEASURES: Final = frozenset({"US", "SS", "UL", "SL", "FL", "FD", "DS", "IS", "CS", "AT"})
PIXELS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
DESCRIPTORS: Final = "clean_descriptors"
TEXT_KINDS: Final = ("device", "descriptor", "zone")
#: Most values that a fixed VM allows; an open one has no bound.
OPEN: Final = 1 << 30


class Action(IntEnum):
    """What happens to an attribute; ``KEEP`` still tests and translates the value by its VR."""

    DROP = 0
    KEEP = 1
    EMPTY = 2
    DUMMY = 3
    PRIVATE = 4


class Rule(NamedTuple):
    """What to do with one attribute, and what if its value does not pass.

    ``bit`` is the option (index in ``PERFORMED``, as a bit) that keeps it, 0 for none; ``most`` is
    the largest number of values; ``text`` names the vocabulary; ``is_unknown`` is for attributes
    that no dictionary knows.
    """

    action: Action
    fallback: Action = Action.DROP
    vrs: tuple[str, ...] = ("UN",)
    most: int = 1
    bit: int = 0
    text: str = ""
    is_unknown: bool = False


DROPPED: Final = Rule(Action.DROP)
UNKNOWN: Final = Rule(Action.DROP, is_unknown=True)
PRIVATE: Final = Rule(Action.PRIVATE)


class Plan(dict[int, Rule]):
    """The rules of one level of an IOD: the data set, or the items of one sequence."""

    __slots__ = ("kinds", "nodes", "policy")

    def __init__(
        self, policy: Policy, nodes: tuple[int, ...], kinds: dict[int, str] | None = None
    ) -> None:
        super().__init__()
        self.policy: Final = policy
        self.nodes: Final = nodes
        self.kinds: Final = strictest(nodes) if kinds is None else kinds

    def __missing__(self, tag: int) -> Rule:
        rule = self[tag] = self.work_out(tag)
        return rule

    def work_out(self, tag: int) -> Rule:
        """The rule of an attribute at this level."""
        group = tag >> 16
        if group & 1:
            return PRIVATE
        if not tag & 0xFFFF or tag in tag_set("never", "tags"):
            return DROPPED
        vrs, most = dictionary(tag)
        if not vrs:
            return DROPPED if 0x5000 <= group <= 0x601E else UNKNOWN
        return self.by_table(tag, Rule(Action.DROP, Action.DROP, vrs, most, 0, text_kind(tag)))

    def by_table(self, tag: int, draft: Rule) -> Rule:
        """Table E.1-1, else the IOD, else the short list of extras, else remove."""
        row, kind = profile_row(tag), self.kinds.get(tag)
        if kind is None:
            return self.outside(tag, row, draft)
        if row is None:
            return by_iod(kind, draft, self.policy)
        basic = resolved(row.basic, kind)
        for option in self.policy.options:
            if option in row.options and tag not in removed(self.policy):
                bit = option_bit(option)
                text = "place" if option == INSTITUTION else draft.text or "descriptor"
                return draft._replace(action=Action.KEEP, fallback=basic, bit=bit, text=text)
        if "U" in row.basic and basic is Action.KEEP:
            return draft._replace(action=Action.KEEP)
        if draft.vrs == ("SQ",) and basic is Action.DUMMY:
            asked, basic = (
                (Action.KEEP, basic) if "D" in row.basic else (Action.EMPTY, Action.EMPTY)
            )
            return draft._replace(action=asked, fallback=basic)
        return draft._replace(action=basic, fallback=basic)

    def outside(self, tag: int, row: ProfileRow | None, draft: Rule) -> Rule:
        """The rule of an attribute outside its IOD: a short description is cleaned, others go."""
        if row is None or tag not in defined_somewhere():
            return extra(tag, draft)
        if (
            DESCRIPTORS in row.options
            and self.policy.has(DESCRIPTORS)
            and draft.vrs[0] in SHORT_TEXT_VRS
        ):
            text, bit = draft.text or "descriptor", option_bit(DESCRIPTORS)
            return draft._replace(action=Action.KEEP, bit=bit, text=text)
        return DROPPED

    def below(self, tag: int) -> Plan:
        """The plan of the items of a sequence at this level."""
        return plan_of(self.policy, nodes_below(self.nodes, tag))


def extra(tag: int, draft: Rule) -> Rule:
    """The rule of an attribute outside its IOD: numbers and codes that other IODs define.

    Makers flatten functional groups, and convert objects without dropping what was known of them.
    Values pass the same tests as within their IOD.
    """
    is_extra = tag in defined_somewhere() and (
        draft.vrs[0] in MEASURES or tag in tag_set("extra", "tags")
    )
    return draft._replace(action=Action.KEEP) if is_extra else DROPPED


def by_iod(kind: str, draft: Rule, policy: Policy) -> Rule:
    """The rule of an attribute of the IOD that Table E.1-1 does not name."""
    vr = draft.vrs[0]
    fallback = Action.DUMMY if kind in ("1", "1C") else Action.DROP if kind == "3" else Action.EMPTY
    if vr in NEVER_KEPT or (vr in TEXT_VRS and not draft.text):
        return draft._replace(action=fallback, fallback=fallback)
    if vr in DAYS:
        option = next((one for one in DATES_OPTIONS if policy.has(one)), None)
        if option is None:
            return draft._replace(action=fallback, fallback=fallback)
        draft = draft._replace(bit=option_bit(option))
    return draft._replace(action=Action.KEEP, fallback=fallback)


def resolved(basic: str, kind: str) -> Action:
    """A compound action chosen by the Type in the IOD.

    Type 1 and 1C take the dummy (a Z of Type 1 permits one), 2 and 2C the empty value, 3 the
    removal. A sequence of references (``X/Z/U*``) keeps its references, translated.
    """
    offered = basic.replace("*", "").split("/")
    if "U" in offered:
        return Action.KEEP
    if offered == ["X"]:
        return Action.DROP
    order = {"1": "DZX", "2": "ZDX", "3": "XZD"}[kind[0]]
    chosen = next(letter for letter in order if letter in offered)
    if chosen == "Z" and kind[0] == "1":
        return Action.DUMMY
    return {"D": Action.DUMMY, "Z": Action.EMPTY, "X": Action.DROP}[chosen]


@cache
def removed(policy: Policy) -> frozenset[int]:
    """The attributes to which a policy grants no option."""
    return frozenset(int(tag, 16) for tag in policy.remove)


@cache
def dictionary(tag: int) -> tuple[tuple[str, ...], int]:
    """VRs and largest number of values of a standard attribute (PS3.6); no VRs when unknown."""
    row = attribute_of(tag)
    if row is None or row.vr in ("NONE", "") or tag >> 24 in (0x50, 0x60):
        return (), 0
    top = row.vm.split(" ")[0].split("-")[-1]
    return tuple(row.vr.split(" or ")), int(top) if top.isdigit() else OPEN


def text_kind(tag: int) -> str:
    """The vocabulary of a text attribute that ``attributes.toml`` names."""
    return next((kind for kind in TEXT_KINDS if tag in tag_set("text", kind)), "")


@cache
def strictest(nodes: tuple[int, ...]) -> dict[int, str]:
    """Tag to the strictest Type in several nodes."""
    found: dict[int, str] = {}
    for number in nodes:
        for tag, (kind, _) in node(number).items():
            if TYPES.index(kind) < TYPES.index(found.get(tag, "3")) or tag not in found:
                found[tag] = kind
    return found


@lru_cache(maxsize=4096)
def nodes_below(nodes: tuple[int, ...], tag: int) -> tuple[int, ...]:
    """The nodes of the items of a sequence, wherever the nodes above define it."""
    found = {node(number)[tag][1] for number in nodes if tag in node(number)}
    return tuple(sorted(number for number in found if number is not None))


@lru_cache(maxsize=4096)
def plan_of(policy: Policy, nodes: tuple[int, ...]) -> Plan:
    """The plan of a level, shared by all objects."""
    return Plan(policy, nodes)


@lru_cache(maxsize=512)
def root_plan(policy: Policy, iod: str) -> Plan:
    """The plan of a data set of an IOD."""
    return plan_of(policy, iod_nodes(iod))
