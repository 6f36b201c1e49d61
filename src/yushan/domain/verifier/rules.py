"""From the options an object claims to what each attribute may hold, by Table E.1-1.

The default is remove: what the IOD of the object's class does not name, a text attribute without a
shape, opaque bytes outside the short list below have no place in a released object.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.verifier import shapes
from yushan.domain.verifier.claims import (
    DESCRIPTORS,
    FULL_DATES,
    INSTITUTION,
    MODIFIED_DATES,
    RETAINED_UIDS,
)
from yushan.domain.verifier.profiles import colour_profile
from yushan.domain.verifier.tables import Action, iod, tables
from yushan.domain.verifier.terms import STRICT, Terms

if TYPE_CHECKING:
    from yushan.domain.verifier.parser import Bytes
    from yushan.domain.verifier.shapes import Check

TEXT_VRS: Final = frozenset({b"LO", b"SH", b"ST", b"LT", b"UT", b"UC"})
#: Never in a released object, whatever is claimed: second copies of the picture and sealed bytes.
NEVER: Final = frozenset(
    {
        0x00420011,  # Encapsulated Document
        0x00880200,  # Icon Image Sequence
        0x04000500,  # Encrypted Attributes Sequence
        0x04000561,  # Original Attributes Sequence
        0x4FFE0001,  # MAC Parameters Sequence
    }
)
#: OB and OW that hold numbers: pixels, tables of colours and greys, waveforms.
OPAQUE: Final = frozenset(
    {0x00281200, 0x00281201, 0x00281202, 0x00281203, 0x00281204, 0x00281221, 0x00281222}
    | {0x00281223, 0x00281224, 0x00281408, 0x00283006, 0x003A032E, 0x54000110, 0x54000112}
    | {0x5400100A, 0x54001010, 0x7FE00010, 0x00701A07, 0x00660023, 0x00660024, 0x00660025}
    | {0x00660129, 0x00143050, 0x00143070, 0x00282000}
)
#: What every released object may say of itself, whatever its IOD.
STATED: Final = frozenset(
    {0x00080005, 0x00120062, 0x00120063, 0x00120064, 0x00280301, 0x00280302, 0x00280303}
)
#: Makers add numbers and coded strings of other IODs; their form is checked like that of any other.
ANYWHERE: Final = frozenset(
    {b"US", b"SS", b"UL", b"SL", b"UV", b"SV", b"FL", b"FD", b"DS", b"IS"}
) | {b"CS", b"AT"}
SHORT_TEXTS: Final = frozenset({b"LO", b"SH"})
BIRTH_DATE: Final = 0x00100030
#: Bytes per value of the VRs of fixed width.
WIDTHS: Final = {
    b"US": 2, b"SS": 2, b"OW": 2, b"UL": 4, b"SL": 4, b"FL": 4, b"AT": 4, b"OF": 4, b"OL": 4,
    b"FD": 8, b"SV": 8, b"UV": 8, b"OD": 8, b"OV": 8,
}  # fmt: skip
BY_VR: Final[dict[bytes, Check]] = {
    b"UI": shapes.uid,
    b"DA": shapes.matching(shapes.DATE, "verifier.date"),
    b"DT": shapes.matching(shapes.DATE_TIME, "verifier.date"),
    b"TM": shapes.matching(shapes.TIME, "verifier.date"),
    b"AS": shapes.matching(shapes.AGE, "verifier.age"),
    b"DS": shapes.matching(shapes.DECIMAL, "verifier.value"),
    b"IS": shapes.matching(shapes.INTEGER, "verifier.value"),
    b"CS": shapes.matching(shapes.CODE_STRING, "verifier.value"),
    b"PN": shapes.matching(shapes.BLANK, "verifier.person-name"),
    b"AE": shapes.blank(b"AE"),
    b"UR": shapes.blank(b"UR"),
}


class Rule(NamedTuple):
    """What one attribute may hold under the options claimed."""

    vrs: frozenset[bytes]
    check: Check | None
    #: Finding for the mere presence; the other fields then do not matter.
    presence: str | None = None
    #: A sequence that must have no items.
    childless: bool = False


class Rules(dict[int, Rule]):
    """Tag to rule for one set of claims at one level; rows are worked out when first asked for.

    ``named`` are the attributes that the IOD has at the level.
    """

    def __init__(
        self, claims: frozenset[str], named: frozenset[int], terms: Terms = STRICT
    ) -> None:
        super().__init__()
        self.claims: Final = claims
        self.named: Final = named
        self.terms: Final = terms

    def __missing__(self, tag: int) -> Rule:
        rule = self[tag] = self.work_out(tag)
        return rule

    def work_out(self, tag: int) -> Rule:
        """Apply the hard rules, then Table E.1-1, then the rules by VR."""
        group, attribute = tag >> 16, tables().attributes.get(tag)
        if tag in NEVER or 0x5000 <= group <= 0x501E or 0x6000 <= group <= 0x601E:
            return forbidden("verifier.must-be-absent")
        if attribute is None or not attribute.in_iod:
            return forbidden("verifier.unknown-attribute")
        vrs, vr = attribute.vrs, min(attribute.vrs)
        if not self.is_named(tag, vr):
            return forbidden("verifier.not-in-iod")
        if special := SPECIAL.get(tag):
            return Rule(vrs, special)
        return self.by_table(tag, vrs)

    def by_table(self, tag: int, vrs: frozenset[bytes]) -> Rule:
        """Table E.1-1 under the claims, then the rules by VR."""
        vr, action = min(vrs), tables().actions.get(tag)
        if action is None or self.claims & action.keep:
            return Rule(vrs, self.kept(tag, vr, action))
        if self.claims & action.clean:
            return Rule(vrs, self.cleaned(tag, vr))
        if tag == BIRTH_DATE and self.terms.birth_dates and MODIFIED_DATES in self.claims:
            return Rule(vrs, BY_VR[b"DA"])
        return by_action(action, vrs, vr)

    def is_named(self, tag: int, vr: bytes) -> bool:
        """Whether an attribute has a place at this level: by the IOD, or as makers add them."""
        if tag in self.named or tag in STATED or tag in tables().extras:
            return True
        action = tables().actions.get(tag)
        if action is None:
            return vr in ANYWHERE
        return vr in SHORT_TEXTS and DESCRIPTORS in self.claims & action.clean

    def kept(self, tag: int, vr: bytes, action: Action | None) -> Check | None:
        """What stays as it was must still look like what its VR and the text rule allow."""
        keepers = self.claims & action.keep if action else frozenset()
        if vr in TEXT_VRS:
            if INSTITUTION in keepers:
                return shapes.text("place")
            shape = tables().texts.get(tag, "name" if action else None)
            return shapes.text(shape, self.terms.words) if shape else not_allowed(vr)
        if vr == b"UI" and RETAINED_UIDS in keepers:
            return shapes.matching(shapes.ANY_UID, "verifier.uid")
        if vr == b"DT" and FULL_DATES in keepers:
            return shapes.matching(shapes.ANY_DATE_TIME, "verifier.date")
        return opaque(tag, vr)

    def cleaned(self, tag: int, vr: bytes) -> Check | None:
        """What was cleaned holds known words only, or numbers."""
        return shapes.text("words", self.terms.words) if vr in TEXT_VRS else opaque(tag, vr)


def by_action(action: Action, vrs: frozenset[bytes], vr: bytes) -> Rule:
    """The basic action when no claimed option touches the attribute."""
    basic = action.basic
    if basic == "X":
        return forbidden("verifier.must-be-absent")
    if vr == b"UI" and "U" in basic:
        return Rule(vrs, shapes.uid)
    if vr == b"SQ":
        return Rule(vrs, None, childless="D" not in basic and "U" not in basic)
    return Rule(vrs, shapes.blank(vr))


def forbidden(kind: str) -> Rule:
    """A rule that the attribute has no place here."""
    return Rule(frozenset(), None, kind)


def not_allowed(vr: bytes) -> Check:
    """A text attribute without a shape may be empty or a dummy, no more."""
    return renamed(shapes.blank(vr), "verifier.text-not-allowed")


def renamed(check: Check, kind: str) -> Check:
    """The same check under another name."""

    def inner(data: Bytes, start: int, end: int) -> str | None:
        return kind if check(data, start, end) else None

    return inner


def opaque(tag: int, vr: bytes) -> Check | None:
    """The check of a VR; OB, OW and UN only where the attribute is known to hold numbers."""
    if vr in {b"OB", b"OW", b"UN"} and tag not in OPAQUE:
        return shapes.matching(shapes.BLANK, "verifier.opaque")
    return BY_VR.get(vr)


def person(data: Bytes, start: int, end: int) -> str | None:
    """Patient's Name and Patient ID hold the pseudonym and nothing else."""
    return None if shapes.PSEUDONYM(data, start, end) else "verifier.pseudonym"


def charset(data: Bytes, start: int, end: int) -> str | None:
    """One character set for all: UTF-8."""
    return None if data[start:end] == b"ISO_IR 192" else "verifier.text-charset"


#: Who cleaned, and under which policy.
METHOD: Final = re.compile(rb"Yushan [a-z0-9][a-z0-9+~-]{0,50} ?").fullmatch
SPECIAL: Final[dict[int, Check]] = {
    0x00080005: charset,
    0x00120063: shapes.matching(METHOD, "verifier.text-shape"),
    0x00100010: person,
    0x00100020: person,
    0x0040A160: shapes.text("words"),
    0x00282000: colour_profile,
}


@lru_cache(maxsize=256)
def rules_for(claims: frozenset[str], name: str, terms: Terms = STRICT) -> tuple[Rules, Rules]:
    """The rules under one set of claims and an IOD: for the data set, and for items."""
    attributes = iod(name)
    return Rules(claims, attributes.top, terms), Rules(claims, attributes.nested, terms)
