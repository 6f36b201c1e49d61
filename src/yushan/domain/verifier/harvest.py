"""Searches everything outside the pixels for the patient's own identifiers.

A token is looked for as text (width and case folded, whole words), as text without separators,
and as bytes in every encoding a device here may have used.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final

from yushan.domain.verifier.parser import PIXEL_DATA, Bytes, Element
from yushan.domain.verifier.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yushan.domain.verifier.report import Report

#: ASCII letters and digits as consoles in Taiwan write them in full width.
WIDE: Final = {ord(sign): ord(sign) + 0xFEE0 for sign in ascii_letters + digits}
WIDE_ENCODINGS: Final = ("cp950", "gb18030")
ENCODINGS: Final = ("utf-8", "cp950", "gb18030", "utf-16-le", "utf-16-be")
#: Fewer bytes than this turn up by chance in numbers.
FEWEST_BYTES: Final = 5
#: A token this long is evidence even inside a longer word, and with its separators left out.
LONG_TOKEN: Final = 6
RUNS: Final = re.compile(r"[a-z]+|[0-9]+").findall
SEPARATORS: Final = re.compile(r"[\W_]+")
BYTE_SEPARATORS: Final = b"\0 !\"#%&'()*+,-./:;<=>?[\\]^_`{|}~\t\r\n"
#: Whole values of these are held against the tokens; their form was checked already.
NUMBERS: Final = frozenset({b"DS", b"IS", b"UI"})
DATES: Final = frozenset({b"DA", b"DT", b"TM"})
TEXTS: Final = frozenset(b"AE AS CS LO LT PN SH ST UC UR UT".split())
#: Bytes looked at on either side of a fragment's end.
TAIL: Final = 256


@dataclass(frozen=True, slots=True)
class Needles:
    """The tokens in the forms they are looked for."""

    exact: frozenset[bytes]
    runs: frozenset[str]
    words: tuple[str, ...]
    joined: tuple[str, ...]
    raw: tuple[bytes, ...]
    raw_joined: tuple[bytes, ...]


def folded(text: str) -> str:
    """Width and case folded."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()


def is_evidence(token: str) -> bool:
    """One Latin letter, one Chinese character and words of the field prove nothing."""
    return (
        len(token) >= 2 and token not in tables().words and not (token.isdigit() and len(token) < 4)
    )


def is_whole(token: str, text: str) -> bool:
    """Whether a token stands in a text as a word: no letter by a letter, no digit by a digit."""
    before = "(?<![0-9])" if token[0].isdigit() else "(?<![a-z])" if token[0].isascii() else ""
    after = "(?![0-9])" if token[-1].isdigit() else "(?![a-z])" if token[-1].isascii() else ""
    return re.search(f"{before}{re.escape(token)}{after}", text) is not None


def encoded(token: str) -> Iterable[bytes]:
    """The bytes of a token in every encoding that can write it, in lower case.

    ASCII is the same in all but UTF-16; there, a long token is found when zeros are left out. Long
    tokens are also looked for in full width, as consoles in Taiwan write digits.
    """
    if token.isascii() and is_long(token):
        yield token.encode()
        for spelling in {token.translate(WIDE), token.upper().translate(WIDE)}:
            yield from (spelling.encode(name, "ignore").lower() for name in WIDE_ENCODINGS)
        return
    for encoding in ENCODINGS:
        try:
            yield token.encode(encoding).lower()
        except UnicodeEncodeError:
            continue


@lru_cache(maxsize=8)
def needles(harvested: frozenset[str]) -> Needles:
    """Prepare the tokens of one patient; a series uses them again and again."""
    tokens = sorted(filter(is_evidence, {folded(token).strip() for token in harvested}))
    joined = [one for one in {SEPARATORS.sub("", token) for token in tokens} if is_long(one)]
    return Needles(
        exact=frozenset(token.encode() for token in tokens),
        runs=frozenset(token for token in tokens if is_run(token)),
        words=tuple(token for token in tokens if not is_run(token)),
        joined=tuple(joined),
        raw=tuple(
            {code for token in tokens for code in encoded(token) if len(code) >= FEWEST_BYTES}
        ),
        raw_joined=tuple(token.encode() for token in joined if token.isascii()),
    )


def is_run(token: str) -> bool:
    """Whether a token is Latin letters or digits alone: found as a whole run, or not at all."""
    return token.isascii() and (token.isalpha() or token.isdigit())


def is_long(token: str) -> bool:
    """Long enough to count inside a longer word; Chinese names of two characters are."""
    return len(token) >= LONG_TOKEN or (not token.isascii() and len(token) >= 2)


def search(
    data: Bytes, elements: tuple[Element, ...], harvested: frozenset[str], report: Report
) -> None:
    """Search all values of an object at every depth."""
    sought = needles(harvested)
    if not sought.exact:
        return
    gathered: list[Element] = []
    gather(elements, gathered)
    texts = [element for element in gathered if element.vr in TEXTS]
    others = [
        element
        for element in gathered
        if element.vr not in TEXTS and element.vr not in NUMBERS and element.vr not in DATES
    ]
    for element in gathered:
        if element.vr in NUMBERS and not sought.exact.isdisjoint(
            part.strip(b" \0") for part in data[element.start : element.end].split(b"\\")
        ):
            report.at_byte(element.start, "verifier.harvested")
    search_texts(data, texts, sought, report)
    search_bytes(data, texts + others, sought, report)
    for start, end in pixel_tails(elements):
        if in_bytes(data[start:end], sought):
            report.at_byte(start, "verifier.harvested")


def gather(elements: tuple[Element, ...], gathered: list[Element]) -> None:
    """All leaves but Pixel Data."""
    for element in elements:
        if element.vr == b"SQ":
            for item in element.items or ():
                gather(item.elements, gathered)
        elif element.tag != PIXEL_DATA and element.end > element.start:
            gathered.append(element)


def pixel_tails(elements: tuple[Element, ...]) -> Iterable[tuple[int, int]]:
    """The last bytes of every fragment, where something could hang on behind the picture."""
    for element in elements:
        if element.tag == PIXEL_DATA:
            for item in element.items or ():
                yield max(item.start, item.end - TAIL), item.end


def search_texts(data: Bytes, texts: list[Element], sought: Needles, report: Report) -> None:
    """Look through all texts at once; only a hit is looked for one by one."""
    together = b"\n".join([data[e.start : e.end] for e in texts])
    if not in_text(folded(together.decode("utf-8", "replace")), sought):
        return
    decoded = [folded(data[e.start : e.end].decode("utf-8", "replace")) for e in texts]
    for element, text in zip(texts, decoded, strict=True):
        if in_text(text, sought):
            report.at_byte(element.start, "verifier.harvested")


def in_text(text: str, sought: Needles) -> bool:
    """Whether a token stands in a folded text, as a word or without its separators."""
    if not sought.runs.isdisjoint(RUNS(text)):
        return True
    if any(token in text and is_whole(token, text) for token in sought.words):
        return True
    compact = SEPARATORS.sub("", text)
    return any(token in compact for token in sought.joined)


def search_bytes(data: Bytes, elements: list[Element], sought: Needles, report: Report) -> None:
    """Look through all bytes at once; only a hit is looked for one by one."""
    values = [data[element.start : element.end] for element in elements]
    if not in_bytes(b"\n".join(values), sought):
        return
    for element, raw in zip(elements, values, strict=True):
        if in_bytes(raw, sought):
            report.at_byte(element.start, "verifier.harvested")


def in_bytes(raw: bytes, sought: Needles) -> bool:
    """Whether a token stands in raw bytes in any encoding, or in ASCII with separators."""
    low = raw.lower()
    for code in sought.raw:
        if code in low and is_whole(code.decode("latin-1"), low.decode("latin-1")):
            return True
    compact = low.translate(None, BYTE_SEPARATORS)
    return any(token in compact for token in sought.raw_joined)
