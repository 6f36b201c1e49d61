"""What the object says was done to it: (0012,0064), and the flags that must agree with it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from yushan.domain.verifier.parser import UNDEFINED, Bytes, Element, Item, Reader, Unreadable
from yushan.domain.verifier.tables import tables

if TYPE_CHECKING:
    from yushan.domain.verifier.report import Report

PROFILE: Final = "113100"
PIXELS: Final = "113101"
VISUAL: Final = "113102"
STRUCTURED: Final = "113104"
DESCRIPTORS: Final = "113105"
FULL_DATES: Final = "113106"
MODIFIED_DATES: Final = "113107"
RETAINED_UIDS: Final = "113110"
INSTITUTION: Final = "113112"
#: Claims that nobody may make who was not told so: true dates, UIDs and institutions stay inside.
EXCEPTIONAL: Final = frozenset({FULL_DATES, RETAINED_UIDS, INSTITUTION})
#: What any object may claim: that something was cleaned, or kept in a form that names nobody.
ORDINARY: Final = frozenset(str(code) for code in range(113100, 113112)) - EXCEPTIONAL
#: Cleaning more than a policy asks for breaks no promise.
HARMLESS: Final = frozenset({PROFILE, "113103", STRUCTURED, DESCRIPTORS})

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
    sequence = top.get(METHODS)
    if sequence is None:
        return frozenset()
    found, is_known = read_claims(data[sequence.start : sequence.end])
    if not is_known:
        report.at_tag("", METHODS, "verifier.claim-unknown")
    return found


@lru_cache(maxsize=256)
def read_claims(raw: bytes) -> tuple[frozenset[str], bool]:
    """The codes in the items of a sequence, and whether all are of CID 7050."""
    methods, found, is_known = tables().methods, set[str](), True
    try:
        items = Reader(raw).nested(METHODS, b"SQ", 0, (length_of(raw), len(raw)), 0).items or ()
    except Unreadable:
        return frozenset(), False
    for item in items:
        scheme, number, meaning = code(raw, item)
        known = methods.get(number)
        if scheme != "DCM" or known is None or meaning.casefold() != known.casefold():
            is_known = False
        else:
            found.add(number)
    return frozenset(found), is_known


def length_of(raw: bytes) -> int:
    """The length of a sequence: undefined when its delimiter is among its bytes."""
    return UNDEFINED if raw.endswith(b"\xfe\xff\xdd\xe0\0\0\0\0") else len(raw)


def temporal(claims: frozenset[str]) -> bytes:
    """What (0028,0303) must say under the claims."""
    if FULL_DATES in claims:
        return b"UNMODIFIED"
    return b"MODIFIED" if MODIFIED_DATES in claims else b"REMOVED"


def check_claims(
    data: Bytes, top: Top, claims: frozenset[str], permitted: frozenset[str], report: Report
) -> None:
    """Hold the claims against each other, against what may be claimed, and against the flags."""
    if claims - permitted - HARMLESS:
        report.at_tag("", METHODS, "verifier.claim-not-permitted")
    if PROFILE not in claims:
        report.at_tag("", METHODS, "verifier.claim-missing")
    if claims >= {FULL_DATES, MODIFIED_DATES}:
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
