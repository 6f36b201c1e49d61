"""One pass over the elements: spans that may stay are copied, others written anew or left out.

Explicit VR Little Endian comes out. Items are rebuilt from the inside; outcomes of equal values at
equal places are remembered, since the images of a series differ in few of them.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid import codes, encode
from yushan.domain.deid.content import CONTENT_SEQUENCE
from yushan.domain.deid.plan import TEXT_VRS, Action, Rule
from yushan.domain.deid.policy import PERFORMED
from yushan.domain.deid.private import NUMBER, block_of, is_creator, safe_rules
from yushan.domain.deid.tables import settings
from yushan.domain.deid.task import Outcome
from yushan.domain.deid.trees import BY_POSITION, Tree, tree_of
from yushan.domain.deid.values import DUMMIES, kept_value
from yushan.domain.dicom import declared_charset, decode

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from yushan.domain.deid.plan import Plan
    from yushan.domain.deid.task import Task
    from yushan.domain.dicom import Element, Item, Part10

#: Odd groups are private.
PRIVATE_GROUP: Final = 1 << 16
#: Longer values are not remembered.
MOST_REMEMBERED: Final = 1024
#: A label whose text does not pass: tag of the number beside it, and the word before the number.
LABELS: Final = {
    int(tag, 16): (int(row["number"], 16), row["word"]) for tag, row in settings()["labels"].items()
}
#: What becomes of these depends on more than their value.
PLACED: Final = frozenset(LABELS) | {CONTENT_SEQUENCE}
CODES: Final = (codes.CODE_VALUE, codes.LONG_CODE_VALUE, codes.URN_CODE_VALUE)
CODING_SCHEMES: Final = 0x00080110
GRAPHIC_ANNOTATIONS, GRAPHIC_OBJECTS = 0x00700001, 0x00700009
#: Trees lose all items rather than keep one that says nothing.
TREES: Final = frozenset({CONTENT_SEQUENCE, GRAPHIC_ANNOTATIONS, 0x0040B020, 0x00400555})
#: Options that clean: they are claimed when they were at work, even if nothing stayed.
CLEANING: Final = 1 << PERFORMED.index("clean_graphics") | 1 << PERFORMED.index(
    "clean_structured_content"
)

#: VRs whose values are characters.
STRINGS: Final = TEXT_VRS | frozenset(
    ["AE", "AS", "CS", "DA", "DS", "DT", "IS", "PN", "TM", "UI", "UR"]
)

Fixed = dict[int, bytes | None]


class Place(NamedTuple):
    """Where elements stand: their rules, their character set, whether their spans can be copied."""

    plan: Plan
    charset: tuple[str, ...]
    is_direct: bool


class Level(NamedTuple):
    """The elements of one level as they will be written, by tag, and what happened to them."""

    parts: list[tuple[int, bytes]]
    bits: int
    events: frozenset[str]


NOTHING: Final = Outcome(None)
UNKNOWN: Final = Outcome(None, 0, frozenset({"deid.unknown-attribute"}))


class Rewriter:
    """Rewrites one object for one task."""

    __slots__ = ("data", "part", "task", "tree")

    def __init__(self, part: Part10, task: Task) -> None:
        self.part: Final = part
        self.data: Final = part.buffer
        self.task: Final = task
        self.tree: Tree | None = None

    def level(self, elements: tuple[Element, ...], place: Place, fixed: Fixed) -> Level:
        """All elements of a level; ``fixed`` says what is written, or left out, in their stead."""
        parts: list[tuple[int, bytes]] = [(tag, raw) for tag, raw in fixed.items() if raw]
        bits, events = 0, frozenset[str]()
        for tag, (written, kept_by, happened) in self.outcomes(elements, place, fixed):
            if written is not None:
                parts.append((tag, written))
                bits |= kept_by
            elif kept_by:
                bits |= kept_by
            if happened:
                events |= happened
        parts.sort(key=itemgetter(0))
        return Level(parts, bits, events)

    def outcomes(
        self, elements: tuple[Element, ...], place: Place, fixed: Fixed
    ) -> list[tuple[int, Outcome]]:
        """The outcome of each element that is not fixed; the hot loop of the room.

        What a span became once it becomes again wherever it stands in the same place.
        """
        data, is_direct, found = self.data, place.is_direct, list[tuple[int, Outcome]]()
        memory = self.task.memory(place.plan, (place.charset, is_direct, self.part.big_endian))
        private: list[Element] = []
        for element in elements:
            tag = element[0]
            if tag in fixed:
                continue
            if tag & PRIVATE_GROUP:
                private.append(element)
                continue
            raw = bytes(data[(element[2] if is_direct else element[3]) : element[4]])
            key: Hashable = raw if is_direct else (tag, element[1], raw)
            outcome = memory.get(key)
            if outcome is None:
                outcome = self.by_plan(element, place, elements)
                if len(raw) <= MOST_REMEMBERED and tag not in PLACED:
                    memory[key] = outcome
                    self.task.size += 1
            found.append((tag, outcome))
        if private and self.task.policy.has("retain_safe_private"):
            found += self.private(private, place)
        return found

    def by_plan(self, element: Element, place: Place, siblings: tuple[Element, ...]) -> Outcome:
        """The outcome of an element of the Standard by the rule of its place."""
        rule = place.plan[element.tag]
        if rule.action is Action.DROP:
            return UNKNOWN if rule.is_unknown else NOTHING
        return self.fresh(element, rule, place, siblings)

    def fresh(
        self, element: Element, rule: Rule, place: Place, siblings: tuple[Element, ...] = ()
    ) -> Outcome:
        """The outcome of an element that is not remembered."""
        if rule.vrs[0] == "SQ":
            return self.sequence(element, rule, place)
        if element.items is not None or rule.action is not Action.KEEP:
            return otherwise(element.tag, rule)
        vr = vr_in_force(element.vr, rule.vrs)
        if vr is None:
            return otherwise(element.tag, rule)
        raw = self.raw(element, vr)
        kept = kept_value(self.task, element.tag, rule, vr, raw, place.charset)
        if kept is None and element.tag in LABELS:
            kept = self.numbered(element.tag, siblings)
        if kept is None:
            return otherwise(element.tag, rule)
        if kept is raw and place.is_direct and vr == element.vr and not len(raw) & 1:
            return Outcome(bytes(self.data[element.start : element.end]), rule.bit)
        return Outcome(encode.element(element.tag, vr, kept), rule.bit)

    def raw(self, element: Element, vr: str) -> bytes:
        """The value in little endian."""
        raw = bytes(self.data[element.value : element.end])
        return encode.swapped(raw, vr) if self.part.big_endian else raw

    def text(self, element: Element, charset: tuple[str, ...] = ()) -> str:
        """The value as trimmed text; empty when it cannot be read."""
        raw = bytes(self.data[element.value : element.end])
        return (decode(raw, charset) or "").strip(" \0")

    def numbered(self, tag: int, siblings: tuple[Element, ...]) -> bytes | None:
        """A label made of its kind and the number beside it: ``ROI 3``."""
        number_tag, word = LABELS[tag]
        for sibling in siblings:
            if sibling.tag == number_tag:
                raw = self.raw(sibling, sibling.vr)
                if sibling.vr == "US":
                    return f"{word} {int.from_bytes(raw, 'little')}".encode()
                digits = raw.strip(b" \0")
                short = digits.isdigit() and len(digits) < 6
                return f"{word} {int(digits)}".encode() if short else None
        return None

    def sequence(self, element: Element, rule: Rule, place: Place) -> Outcome:
        """A sequence with its items cleaned; as the fallback says when none of several is left."""
        if rule.action is not Action.KEEP or element.items is None:
            return otherwise(element.tag, rule)
        is_direct = place.is_direct and element.vr != "UN"
        below = Place(place.plan.below(element.tag), place.charset, is_direct)
        items: list[bytes] = []
        bits, events = rule.bit, frozenset[str]()
        for item in element.items:
            level = self.item(element.tag, item, below)
            if level is not None:
                items.append(b"".join(raw for _, raw in level.parts))
                bits, events = bits | level.bits, events | level.events
        if element.items and not items:
            emptied = otherwise(element.tag, rule) if element.tag not in TREES else NOTHING
            return emptied._replace(bits=rule.bit & CLEANING)
        return Outcome(encode.sequence(element.tag, items), bits, events)

    def item(self, tag: int, item: Item, place: Place) -> Level | None:
        """An item with its content cleaned; ``None`` when it has to go as a whole."""
        own = declared_charset(self.part, item.elements)
        if own:
            place = place._replace(charset=own)
        fixed: Fixed = {}
        tags = {element.tag for element in item.elements}
        if tag == CODING_SCHEMES:
            scheme = self.scheme(item)
            return None if scheme is None else self.level(item.elements, place, scheme)
        if not tags.isdisjoint(CODES):
            code = self.code(item, place.charset)
            if code is None:
                return None
            fixed = dict.fromkeys(codes.CODE_TAGS) | codes.written(code)
        if tag == CONTENT_SEQUENCE:
            tree = self.report()
            if item.start not in tree.kept:
                return None
            if (target := tree.targets.get(item.start)) is not None:
                fixed[BY_POSITION] = encode.element(BY_POSITION, "UL", target)
        level = self.level(item.elements, place, fixed)
        is_bare = tag == GRAPHIC_ANNOTATIONS and GRAPHIC_OBJECTS not in tags
        return None if is_bare or (item.elements and not level.parts) else level

    def scheme(self, item: Item) -> Fixed | None:
        """The designator of a public coding scheme; its names and addresses are in the Standard."""
        for element in item.elements:
            if element.tag == codes.SCHEME and self.text(element) in codes.public_schemes():
                return dict.fromkeys(codes.CODE_TAGS) | {
                    codes.SCHEME: encode.element(codes.SCHEME, "SH", self.text(element).encode())
                }
        return None

    def code(self, item: Item, charset: tuple[str, ...]) -> codes.Code | None:
        """The code of a coded item as it may be written."""
        found = {
            element.tag: self.text(element, charset)
            for element in item.elements
            if element.tag in codes.CODE_TAGS
        }
        value = next((found[tag] for tag in CODES if found.get(tag)), "")
        scheme, meaning = found.get(codes.SCHEME, ""), found.get(codes.MEANING, "")
        code = codes.public_code(value, scheme, meaning, self.task.matcher)
        version = found.get(codes.SCHEME_VERSION, "")
        if code is not None and codes.VERSION.fullmatch(version):
            return code._replace(version=version)
        return code

    def report(self) -> Tree:
        """What stays of the report tree, worked out when the first of its items comes."""
        if self.tree is None:
            self.tree = tree_of(self.part, self.part.elements, self.code, self.task.policy)
        return self.tree

    def private(self, elements: list[Element], place: Place) -> Iterator[tuple[int, Outcome]]:
        """The safe private elements, and the creators of blocks that still hold any."""
        blocks: dict[int, tuple[int, str, Mapping[int, Rule]]] = {}
        for element in elements:
            if is_creator(element[0]) and (rules := safe_rules(name := self.text(element))):
                blocks[block_of(element[0])] = element[0], name, rules
        written: set[int] = set()
        for element in elements if blocks else ():
            tag = element[0]
            block = blocks.get(tag >> 8)
            rule = block[2].get(tag & NUMBER) if block else None
            if block is None or rule is None or element.vr not in (*rule.vrs, "UN"):
                continue
            outcome = self.fresh(element, rule, place)
            if outcome.written is not None:
                yield tag, outcome
                if block[0] not in written:
                    written.add(block[0])
                    raw = encode.element(block[0], "LO", block[1].encode())
                    yield block[0], Outcome(raw, rule.bit)


def vr_in_force(written: str, allowed: tuple[str, ...]) -> str | None:
    """The VR by which a value is read: as written, or else as the dictionary has it.

    ``None`` when text stands where numbers belong, or numbers of another width.
    """
    if written in allowed:
        return written
    if written == "UN" or (written in STRINGS and allowed[0] in STRINGS):
        return allowed[0]
    alike = encode.WIDTHS.get(written, 1) == encode.WIDTHS.get(allowed[0], 1)
    return allowed[0] if alike and written not in STRINGS and allowed[0] not in STRINGS else None


def otherwise(tag: int, rule: Rule) -> Outcome:
    """What the Standard asks for when a value does not stay: nothing, empty, or a dummy."""
    vr, is_dummy = rule.vrs[0], rule.fallback is Action.DUMMY
    if rule.fallback is Action.DROP or (is_dummy and vr not in DUMMIES and vr != "SQ"):
        return NOTHING
    if vr == "SQ":
        return Outcome(encode.sequence(tag, [codes.content(codes.UNKNOWN)] if is_dummy else []))
    return Outcome(encode.element(tag, vr, DUMMIES[vr] if is_dummy else b""))
