"""What the object says was done to it: (0012,0064), and the flags that must agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yushan.domain.verifier.parser import Bytes, Element, Item
from yushan.domain.verifier.tables import tables

if TYPE_CHECKING:
    from yushan.domain.verifier.report import Report

PROFILE: Final = "113100"
PIXELS: Final = "113101"
VISUAL: Final = "113102"
STRUCTURED: Final = "113104"
FULL_DATES: Final = "113106"
MODIFIED_DATES: Final = "113107"
#: Retained UIDs are not done.
UNPROVABLE: Final = frozenset({"113110"})

METHODS: Final = 0x00120064
REMOVED: Final = 0x00120062
TEMPORAL: Final = 0x00280303
BURNED_IN: Final = 0x00280301
FEATURES: Final = 0x00280302

Top = dict[int, Element]


def value(data: Bytes, top: Top, tag: int) -> bytes | None:
    """The bytes of a top-level attribute without padding; None when it is not there."""
    element = top.get(tag)
    return None if element is None else data[element.start : element.end].rstrip(b" \0")


def code(data: Bytes, item: Item) -> tuple[str, str, str]:
    """Scheme, code and meaning of one code item."""
    elements = {element.tag: element for element in item.elements}
    raw = (value(data, elements, tag) for tag in (0x00080102, 0x00080100, 0x00080104))
    scheme, number, meaning = ((part or b"").decode("ascii", "replace") for part in raw)
    return scheme, number, meaning


def claimed(data: Bytes, top: Top, report: Report) -> frozenset[str]:
    """The options claimed in (0012,0064); what is not of CID 7050 is a finding."""
    methods = tables().methods
    sequence = top.get(METHODS)
    found: set[str] = set()
    for item in (sequence.items or ()) if sequence else ():
        scheme, number, meaning = code(data, item)
        known = methods.get(number)
        if scheme != "DCM" or known is None or meaning.casefold() != known.casefold():
            report.at_tag("", METHODS, "verifier.claim-unknown")
        else:
            found.add(number)
    return frozenset(found)


def temporal(claims: frozenset[str]) -> bytes:
    """What (0028,0303) must say under the claims."""
    if FULL_DATES in claims:
        return b"UNMODIFIED"
    return b"MODIFIED" if MODIFIED_DATES in claims else b"REMOVED"


def check_claims(data: Bytes, top: Top, claims: frozenset[str], report: Report) -> None:
    """Hold the claims against each other and against the flags."""
    if PROFILE not in claims:
        report.at_tag("", METHODS, "verifier.claim-missing")
    if claims & UNPROVABLE or claims >= {FULL_DATES, MODIFIED_DATES}:
        report.at_tag("", METHODS, "verifier.claim-unproven")
    if value(data, top, REMOVED) != b"YES":
        report.at_tag("", REMOVED, "verifier.flag")
    if value(data, top, TEMPORAL) != temporal(claims):
        report.at_tag("", TEMPORAL, "verifier.flag")
    burned_in = value(data, top, BURNED_IN)
    if burned_in not in ({b"NO"} if PIXELS in claims else {None, b"", b"NO"}):
        report.at_tag("", BURNED_IN, "verifier.flag")
    features = value(data, top, FEATURES)
    if features not in ({b"NO"} if VISUAL in claims else {None, b"", b"NO"}):
        report.at_tag("", FEATURES, "verifier.flag")


def check_class(data: Bytes, top: Top, claims: frozenset[str], report: Report) -> None:
    """Some classes are never released, others only after their pixels or texts were read."""
    treatment = tables().classes.get(value(data, top, 0x00080016) or b"", "unknown")
    if treatment in {"unknown", "refuse"}:
        report.at_tag("", 0x00080016, "verifier.sop-class")
    elif treatment == "read" and 0x7FE00010 in top and PIXELS not in claims:
        report.at_tag("", 0x7FE00010, "verifier.pixels-unread")
    elif treatment == "content" and STRUCTURED not in claims:
        report.at_tag("", 0x0040A730, "verifier.content-unread")
