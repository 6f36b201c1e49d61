"""What a released value may look like, by VR and by kind of text. Each check names its finding.

A check takes the buffer and the value's place in it, so that nothing is copied, and returns the
kind of the finding, or None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from yushan.domain.verifier.parser import Bytes
from yushan.domain.verifier.tables import tables

Check = Callable[[Bytes, int, int], str | None]

#: Whatever a device may have called a UID: digits and points.
ANY_UID: Final = re.compile(rb"[0-9. \0\\]*").fullmatch
#: ``2.25.`` and exactly 39 digits, in [10^38, 2^128).
OUR_UID: Final = re.compile(rb"2\.25\.[1-3][0-9]{38}").fullmatch
LARGEST_UID: Final = b"2.25.%d" % (2**128 - 1)
PSEUDONYM: Final = re.compile(rb"[A-Z2-7]{16}").fullmatch

_TIME: Final = rb"(?:[01][0-9]|2[0-3])(?:[0-5][0-9](?:(?:[0-5][0-9]|60)(?:\.[0-9]{1,6})?)?)?"
_DATE: Final = rb"(?:1[89]|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"


def several(one: bytes) -> Callable[..., re.Match[bytes] | None]:
    """Matcher of one or more values between backslashes, each with padding, or none."""
    return re.compile(rb"(?:%b)?[ \0]?(?:\\(?:%b)? ?)*" % (one, one)).fullmatch


DATE: Final = several(_DATE)
DATE_TIME: Final = several(_DATE + rb"(?:" + _TIME + rb")?(?:[+-][01][0-9][0-5][0-9])?")
#: True dates may be as coarse as they were.
ANY_DATE_TIME: Final = several(
    rb"(?:" + _DATE + rb"(?:" + _TIME + rb")?|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])?)"
    rb"(?:[+-][01][0-9][0-5][0-9])?"
)
TIME: Final = several(rb"(?:" + _TIME + rb")?")
#: Ages of 90 years and more are pooled as 090Y.
AGE: Final = several(rb"(?:[0-9]{3}[DWM]|0[0-8][0-9]Y|090Y)")
DECIMAL: Final = re.compile(rb"[0-9+\-.eE \\]*").fullmatch
INTEGER: Final = re.compile(rb"(?: *[+-]?[0-9]{0,10} *\\?)*").fullmatch
CODE_STRING: Final = re.compile(rb"(?!.*[0-9]{6})[A-Z0-9_ \\]*", re.DOTALL).fullmatch
BLANK: Final = re.compile(rb"[ \0]*").fullmatch

#: Dummy values that say nothing, by VR (PS3.15 E.1.1: action D).
DUMMIES: Final = {
    b"DA": frozenset({b"19000101"}),
    b"DT": frozenset({b"19000101000000", b"19000101", b"19000101000000.000000"}),
    b"TM": frozenset({b"000000", b"000000.000000"}),
    b"AS": frozenset({b"000Y", b"000D"}),
    b"CS": frozenset({b"O", b"OTHER", b"UNKNOWN", b"NONE"}),
    b"DS": frozenset({b"0"}),
    b"IS": frozenset({b"0"}),
}
WORDLESS: Final = frozenset(
    {b"ANONYMIZED", b"ANONYMOUS", b"REMOVED", b"DUMMY", b"NONE", b"UNKNOWN"}
)


def uid(data: Bytes, start: int, end: int) -> str | None:
    """Every UID is registered in the Standard, or has our fixed form."""
    registered = tables().uids
    for value in data[start:end].rstrip(b"\0").split(b"\\"):
        if value and value not in registered and not is_ours(value):
            return "verifier.uid"
    return None


def is_ours(value: bytes) -> bool:
    """Whether a UID has the fixed form of 44 characters."""
    return OUR_UID(value) is not None and value <= LARGEST_UID


def matching(matcher: Callable[..., re.Match[bytes] | None], kind: str) -> Check:
    """A check that the whole value matches."""

    def check(data: Bytes, start: int, end: int) -> str | None:
        return None if matcher(data, start, end) else kind

    return check


def blank(vr: bytes) -> Check:
    """A check that a value is empty or one of the dummies of its VR."""
    dummies = DUMMIES.get(vr, WORDLESS)

    def check(data: Bytes, start: int, end: int) -> str | None:
        if BLANK(data, start, end):
            return None
        return None if data[start:end].rstrip(b" \0") in dummies else "verifier.not-blank"

    return check


# Text ---------------------------------------------------------------------------------------

SUSPICIOUS: Final = re.compile(
    r"""(?P<han>[\u2e80-\u2fff\u3005-\u312f\u31a0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])
    |(?P<identity>[A-Z][-\ ._]?[1-9A-D](?:[-\ ._]?[0-9]){8}(?![0-9]))
    |(?P<date>(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])
        |(?<![0-9])[0-9]{1,2}[-\ ./]?(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*
            [-\ ./,]*(?:[0-9]{4}|[0-9]{2})(?![0-9]))
    |(?P<contact>@|://|\bWWW\.
        |(?<![0-9])\(?0[0-9]{1,3}\)?[-\ ][0-9]{3,4}[-\ ]?[0-9]{3,4}(?![0-9]))
    |(?P<digits>[0-9]{6})""",
    re.VERBOSE,
).search
KINDS: Final = {
    "han": "verifier.text-han",
    "identity": "verifier.text-identity",
    "date": "verifier.text-date",
    "contact": "verifier.text-contact",
    "digits": "verifier.text-digits",
}
#: 45.3.12, 045/03/12: dates of the R.O.C. era; a version number may look the same.
ERA_DATE: Final = re.compile(
    r"(?<![0-9./-])[0-9]{2,3}[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12][0-9]|3[01])(?![0-9./-])"
).search
TOKENS: Final = re.compile(r"[A-Za-z0-9]+").findall
#: The parts of a word in mixed case; a part of one letter counts only in front of digits.
PARTS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+").findall
#: Numbers with a unit, levels, planes and phases: T2W, L5, 3MM, B1000, 120KV.
MIXED: Final = re.compile(r"[0-9]{0,5}[A-Z]{0,3}[0-9]{0,4}[A-Z]{0,2}").fullmatch
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:+^_*/-]{0,63}").fullmatch
#: Runs of letters in a code that could be a name.
LONG_WORDS: Final = re.compile(r"[A-Za-z]{4,}").findall
IDENTITY: Final = re.compile(r"[A-Z][1-9A-D][0-9]{8}").fullmatch
#: Letters of the units and signs that technical names use beside ASCII.
EXTRA: Final = frozenset("°±²³µ·×ÄÖÜßäöüéèáóØøÅåαβγμ")


def suspicion(text: str) -> str | None:
    """What in a text could be a person's, looked for after width and case are folded."""
    folded = text.upper() if text.isascii() else unicodedata.normalize("NFKC", text).upper()
    hit = SUSPICIOUS(folded)
    return KINDS[hit.lastgroup or ""] if hit else None


def is_known(token: str, words: frozenset[str]) -> bool:
    """Whether a token of a descriptor is a letter, a word of the field, or a number with its unit.

    A known word may carry a number: ``PLAN1``, ``ISOVUE300``.
    """
    if len(token) == 1 or token.isdigit():
        return True
    bare = token.rstrip("0123456789").lower()
    if bare in words or token.lower() in words:
        return True
    return not token.isalpha() and MIXED(token) is not None


def all_known(text: str, words: frozenset[str]) -> bool:
    """Whether every token is known, whole or cut at its capitals and digits: ``LungVol``."""
    return all(
        is_known(token.upper(), words) or all(is_known(p.upper(), words) for p in PARTS(token))
        for token in TOKENS(text)
    )


@lru_cache(maxsize=8)
def han_words(learned: frozenset[str]) -> re.Pattern[str]:
    """The Chinese words of the field and those learned, longest first."""
    han = {word for word in learned if not word.isascii()}
    words = sorted(tables().han_words | han, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def by_words(text: str, learned: frozenset[str]) -> str | None:
    """Every word is known: what Clean Descriptors leaves can be repeated by anyone."""
    if not text.isascii():
        text = han_words(learned).sub(" ", unicodedata.normalize("NFKC", text))
    if kind := suspicion(text):
        return kind
    if ERA_DATE(text):
        return "verifier.text-date"
    if not all_known(text, tables().words | learned if learned else tables().words):
        return "verifier.text-word"
    return None if printable(text) else "verifier.text-shape"


def by_name(text: str, _learned: frozenset[str]) -> str | None:
    """A technical name: short, printable, nothing suspicious; its plain words are of the field.

    Versions and types mix letters and digits as they like.
    """
    if len(text) > 64:
        return "verifier.text-shape"
    if kind := suspicion(text):
        return kind
    words = " ".join(token for token in TOKENS(text) if token.isalpha())
    if not all_known(words, tables().names):
        return "verifier.text-word"
    return None if printable(text) else "verifier.text-shape"


def by_place(text: str, _learned: frozenset[str]) -> str | None:
    """The name of an institution, which a policy kept: no numbers of people, no addresses."""
    if len(text) > 1024 or not text.isprintable():
        return "verifier.text-shape"
    kind = suspicion(text)
    return None if kind == "verifier.text-han" else kind


def by_code(text: str, _learned: frozenset[str]) -> str | None:
    """A code value: a listed unit or term, or no spaces, no name and no form of an identity."""
    if text in tables().plain_codes:
        return None
    known = all(word.lower() in tables().words for word in LONG_WORDS(text))
    return None if known and CODE(text) and not IDENTITY(text.upper()) else "verifier.text-code"


def by_designator(text: str, _learned: frozenset[str]) -> str | None:
    """A coding scheme of the Standard's list; a local one would name its hospital."""
    return None if text in tables().designators else "verifier.coding-scheme"


def printable(text: str) -> bool:
    """Printable ASCII, or one of a few signs of units."""
    return all(" " <= letter <= "~" or letter in EXTRA for letter in text)


SHAPES: Final[dict[str, Callable[[str, frozenset[str]], str | None]]] = {
    "words": by_words,
    "name": by_name,
    "place": by_place,
    "code": by_code,
    "designator": by_designator,
}


@lru_cache(maxsize=8192)
def judged(shape: str, value: bytes, learned: frozenset[str]) -> str | None:
    """Judge the bytes of one text value; each value of a multiple one by itself."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return "verifier.text-charset"
    judge = SHAPES[shape]
    for one in text.split("\\"):
        if (bare := one.strip(" \0")) and (kind := judge(bare, learned)):
            return kind
    return None


@cache
def text(shape: str, learned: frozenset[str] = frozenset()) -> Check:
    """A check of a text attribute by the shape its row in ``texts.csv`` names."""

    def check(data: Bytes, start: int, end: int) -> str | None:
        return judged(shape, data[start:end], learned) if end > start else None

    return check
