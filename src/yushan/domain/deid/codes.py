"""Codes: a code of a public scheme stays with a meaning we can vouch for, a local one goes."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.encode import element
from yushan.domain.deid.tables import page, settings
from yushan.domain.deid.vocabulary import cleaned_text

if TYPE_CHECKING:
    from yushan.domain.deid.harvest import Matcher

CODE_VALUE: Final = 0x00080100
SCHEME: Final = 0x00080102
SCHEME_VERSION: Final = 0x00080103
MEANING: Final = 0x00080104
LONG_CODE_VALUE: Final = 0x00080119
URN_CODE_VALUE: Final = 0x00080120
VERSION: Final = re.compile(r"v?[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}[a-z]?")
#: Everything of a code that this module writes itself, or leaves out.
CODE_TAGS: Final = frozenset(
    {CODE_VALUE, SCHEME, SCHEME_VERSION, MEANING, LONG_CODE_VALUE, URN_CODE_VALUE}
    | {0x00080105, 0x00080106, 0x00080107, 0x0008010B, 0x0008010D, 0x0008010E, 0x0008010F}
    | {0x00080110, 0x00080111, 0x00080117, 0x00080118, 0x00080121, 0x00080122, 0x00080123}
)
#: Public schemes (PS3.16 Table 8-1) and the form of their codes; others only code by code.
SHAPES: Final = {
    scheme: re.compile(pattern) for scheme, pattern in settings()["codes"]["shapes"].items()
}
UNIT_ATOMS: Final = frozenset(settings()["codes"]["unit_atoms"].split())
NATIONAL: Final = re.compile(r"[A-Z][1289A-D][0-9]{8}", re.IGNORECASE)


class Code(NamedTuple):
    """A code as it may be written."""

    value: str
    scheme: str
    meaning: str
    version: str = ""


#: Stands where a code must stand and the one that stood there may not.
UNKNOWN: Final = Code("261665006", "SCT", "Unknown")


@cache
def meanings() -> dict[tuple[str, str], str]:
    """Scheme and value of the Standard's own codes to their meaning (PS3.16)."""
    found = {}
    for line in page("concepts.tsv").splitlines():
        scheme, value, meaning = line.split("\t")
        found[scheme, value] = meaning
    return found


@cache
def public_schemes() -> frozenset[str]:
    """Schemes whose designator says nothing about a place."""
    return frozenset(SHAPES) | {"UCUM"} | {scheme for scheme, _ in meanings()}


def public_code(value: str, scheme: str, meaning: str, matcher: Matcher) -> Code | None:
    """The code if a public scheme has such a code.

    The meaning is the given one when all its words are known, else the Standard's own, else the
    known words of the given one, else a word that says so.
    """
    standard = meanings().get((scheme, value), "")
    if not standard and (not is_shaped(value, scheme) or matcher.in_text(value)):
        return None
    cleaned = cleaned_text(meaning, "descriptor")
    if matcher.in_text(cleaned):
        cleaned = ""
    if cleaned != meaning and standard.isascii():
        cleaned = standard or cleaned
    return Code(value, scheme, cleaned or "Removed")


def is_shaped(value: str, scheme: str) -> bool:
    """Whether a value could be a code of the scheme, and not a number of a person."""
    if scheme == "UCUM":
        atoms = re.findall(r"[A-Za-z]+(?:\[[A-Za-z]+\])?", value)
        return len(value) <= 16 and all(atom in UNIT_ATOMS for atom in atoms)
    shape = SHAPES.get(scheme)
    return bool(shape and shape.fullmatch(value)) and not NATIONAL.fullmatch(value)


def written(code: Code) -> dict[int, bytes]:
    """The elements of a code by tag."""
    version = {SCHEME_VERSION: element(SCHEME_VERSION, "SH", code.version.encode())}
    tag, vr = (CODE_VALUE, "SH") if len(code.value) <= 16 else (LONG_CODE_VALUE, "UC")
    return {
        tag: element(tag, vr, code.value.encode()),
        SCHEME: element(SCHEME, "SH", code.scheme.encode()),
        MEANING: element(MEANING, "LO", code.meaning[:64].encode()),
        **(version if code.version else {}),
    }


def content(code: Code) -> bytes:
    """The item content of a code alone."""
    return b"".join(part for _, part in sorted(written(code).items()))
