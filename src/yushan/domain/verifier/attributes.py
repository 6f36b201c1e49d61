"""Goes through all attributes at every depth and holds each against its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.verifier import shapes
from yushan.domain.verifier.parser import SHORT
from yushan.domain.verifier.rules import BY_VR, TEXT_VRS, WIDTHS, Rule, Rules
from yushan.domain.verifier.tables import tables

if TYPE_CHECKING:
    from yushan.domain.verifier.parser import Bytes, Element
    from yushan.domain.verifier.report import Report

SAFE_PRIVATE: Final = "113111"
CHARSET: Final = 0x00080005
#: The longest value whose length fits 16 bits.
MOST_SHORT: Final = 0xFFFE
CODE_VALUES: Final = frozenset({0x00080100, 0x00080119})
CODING_SCHEME: Final = 0x00080102


class Examiner:
    """Holds the elements of one object against the rules of its claims."""

    __slots__ = ("data", "report", "rules")

    def __init__(self, data: Bytes, rules: tuple[Rules, Rules], report: Report) -> None:
        self.data: Final = data
        self.rules: Final = rules
        self.report: Final = report

    def examine(self, elements: tuple[Element, ...], path: str = "") -> None:
        """Examine one level and, through its sequences, all below."""
        rules, report = self.rules[bool(path)], self.report
        creators: dict[int, str] = {}
        for element in elements:
            tag = element.tag
            if tag >> 16 & 1:
                kind = self.private(element, creators)
            else:
                kind = self.standard(element, rules[tag])
            if kind is not None:
                report.at_tag(path, tag, kind)
            if element.items and element.vr == b"SQ":
                self.below(element, path)
        if path:
            self.item(elements, path)

    def standard(self, element: Element, rule: Rule) -> str | None:
        """Hold a standard attribute against its rule."""
        _tag, vr, start, end, items = element
        vrs, check, presence, childless = rule
        if presence is not None:
            return presence
        if vr not in vrs and not is_long_short(element, vrs):
            return "verifier.vr"
        if items is not None:
            return "verifier.not-blank" if childless and items else None
        if (width := WIDTHS.get(vr)) and (end - start) % width:
            return "verifier.value"
        return check(self.data, start, end) if check is not None else None

    def below(self, element: Element, path: str) -> None:
        """Examine the items of a sequence."""
        here = f"{path}({element.tag >> 16:04X},{element.tag & 0xFFFF:04X})"
        for number, item in enumerate(element.items or ()):
            self.examine(item.elements, f"{here}[{number}]")

    def item(self, elements: tuple[Element, ...], path: str) -> None:
        """What holds for items: no character set of their own, codes name their scheme."""
        tags = {element.tag for element in elements}
        if CHARSET in tags:
            self.report.at_tag(path, CHARSET, "verifier.text-charset")
        if CODE_VALUES & tags and CODING_SCHEME not in tags:
            self.report.at_tag(path, CODING_SCHEME, "verifier.coding-scheme")

    def private(self, element: Element, creators: dict[int, str]) -> str | None:
        """Private attributes: the safe list, exact creator and VR, and only when claimed."""
        group, number = element.tag >> 16, element.tag & 0xFFFF
        if SAFE_PRIVATE not in self.rules[0].claims or number < 0x10:
            return "verifier.private"
        if number <= 0xFF:
            return self.creator(element, creators)
        key = (creators.get(number >> 8, ""), group, number & 0xFF)
        safe = tables().private.get(key)
        if safe is None or safe.vr != element.vr:
            return "verifier.private"
        return self.safe(element, safe.treatment)

    def creator(self, element: Element, creators: dict[int, str]) -> str | None:
        """A private creator of the safe list opens its block."""
        raw = self.data[element.start : element.end]
        name = raw.decode("ascii", "replace").rstrip(" ")
        if element.vr != b"LO" or name not in tables().creators:
            return "verifier.private"
        creators[element.tag & 0xFF] = name
        return None

    def safe(self, element: Element, treatment: str) -> str | None:
        """A value of the safe list by its treatment; what nobody can check is not released."""
        if treatment in {"recurse", "keep", "uid"} and element.vr not in {b"OB", b"OW", b"UN"}:
            check = shapes.text("name") if element.vr in TEXT_VRS else BY_VR.get(element.vr)
        elif treatment == "scan":
            check = shapes.text("name")
        else:
            return "verifier.private"
        return check(self.data, element.start, element.end) if check else None


def is_long_short(element: Element, vrs: frozenset[bytes]) -> bool:
    """Whether a value too long for the VR's short length is written as UN (PS3.5 6.2.2)."""
    is_long = element.end - element.start > MOST_SHORT
    return element.vr == b"UN" and is_long and not vrs.isdisjoint(SHORT)
