"""What identifies the people of an object, gathered before anything changes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from yushan.domain.deid.dates import read_day
from yushan.domain.deid.policy import INSTITUTION, UIDS
from yushan.domain.deid.pseudonyms import registered_uids
from yushan.domain.deid.tables import tag_set
from yushan.domain.deid.vocabulary import HAN, is_no_evidence
from yushan.domain.dicom import declared_charset, decode, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from yushan.domain.deid.policy import Policy
    from yushan.domain.dicom import Buffer, Element, Item, Part10

NUMERIC: Final = re.compile(r"[0-9]{4,}|[0-9]+e[0-9]+")
SEPARATORS: Final = re.compile(r"[\W_]+")
NAME_PARTS: Final = re.compile(r"[\s^=\-,.()/\\_]+")
HAN_RUN: Final = re.compile(f"[{HAN}]+")
LATIN_RUN: Final = re.compile(r"[^\W\d_]{2,}")
MONTHS: Final = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
#: An identifier shorter than this turns up in numbers by chance.
SHORTEST_IDENTIFIER: Final = 4
SHORTEST_NUMBER: Final = 5
SHORTEST_UID: Final = 20
#: A token this long counts inside a longer word; Chinese names of two characters do, too.
LONG: Final = 6
SKIPPED: Final = frozenset({0x52009229, 0x52009230, 0x7FE00010})
#: ASCII to its full-width forms, as Chinese input methods write numbers and letters.
FULL_WIDTH: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ENCODINGS: Final = ("utf-8", "cp950", "gb18030", "utf-16-le")

Found = tuple[int, str, bytes, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Harvest:
    """Identifying tokens of one patient's objects, in the spellings they may be found in.

    ``places`` and ``uids`` are those of the tokens that name an institution or an object and nobody
    else: a policy may keep them.
    """

    tokens: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    uids: frozenset[str] = frozenset()

    def __or__(self, other: Harvest) -> Harvest:
        """The tokens of both."""
        people = self.people | other.people
        return Harvest(
            self.tokens | other.tokens,
            (self.places | other.places) - people,
            (self.uids | other.uids) - people,
        )

    @property
    def people(self) -> frozenset[str]:
        """The tokens that name people."""
        return self.tokens - self.places - self.uids

    def under(self, policy: Policy) -> Harvest:
        """What of it must not be found in an object released under a policy."""
        kept = frozenset[str]()
        if policy.has(INSTITUTION):
            kept |= self.places
        if policy.has(UIDS):
            kept |= self.uids
        return Harvest(self.tokens - kept) if kept else self

    def __repr__(self) -> str:
        return f"Harvest({len(self.tokens)} tokens)"


def harvest(data: Buffer) -> Harvest:
    """The identifying tokens of one Part-10 file.

    Raises
    ------
    Rejected
        The walker's codes: of a file that cannot be read nobody can say whom it names.
    """
    return harvest_of(walk(data))


def harvest_of(part: Part10) -> Harvest:
    """The identifying tokens of a walked file."""
    charset = declared_charset(part, part.elements)
    return tokens_of(tuple(sources(part, part.elements, charset)))


@cache
def kinds() -> dict[int, str]:
    """Tag to what is harvested there."""
    return {
        tag: kind
        for kind in ("identifier", "birth", "phone", "place", "uid")
        for tag in tag_set("harvest", kind)
    }


def sources(
    part: Part10, elements: tuple[Element, ...], charset: tuple[str, ...]
) -> Iterator[Found]:
    """Raw values that identify, at every depth but inside frames."""
    table, data = kinds(), part.buffer
    for element in elements:
        tag, vr, _, value, end, _, items = element
        if items:
            if tag not in SKIPPED:
                yield from below(part, items, charset)
        elif (kind := table.get(tag, "name" if vr == "PN" else "")) and end - value <= 4096:
            yield tag, kind, bytes(data[value:end]), charset


def below(part: Part10, items: tuple[Item, ...], charset: tuple[str, ...]) -> Iterator[Found]:
    """The sources in items, each by its own character set."""
    for item in items:
        own = declared_charset(part, item.elements) or charset
        yield from sources(part, item.elements, own)


@lru_cache(maxsize=256)
def tokens_of(found: tuple[Found, ...]) -> Harvest:
    """Tokens of raw values."""
    tokens: dict[str, set[str]] = {"place": set(), "uid": set(), "": set()}
    for _, kind, raw, charset in found:
        found_here: set[str] = set()
        for text in readings(raw, charset):
            for value in text.split("\\"):
                found_here.update(SPLITTERS[kind](value.strip(" \0")))
        words = "descriptor" if kind == "name" else "device"
        kept = {token for token in found_here if is_evidence(token, words)}
        tokens[kind if kind in tokens else ""] |= kept
    people, places, uids = (frozenset(tokens[kind]) for kind in ("", "place", "uid"))
    return Harvest(people | places | uids, places - people, uids - people)


def readings(raw: bytes, charset: tuple[str, ...]) -> set[str]:
    """A value as declared, and as equipment that declares wrongly would have meant it."""
    found = {decode(raw, charset)}
    if not raw.isascii():
        found |= {decode(raw, ()), decode(raw, ("GB18030",))}
    return {text for text in found if text}


def folded(text: str) -> str:
    """Width and case folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def squeezed(text: str) -> str:
    """Folded, and without separators."""
    return SEPARATORS.sub("", folded(text))


def is_evidence(token: str, kind: str) -> bool:
    """One letter, one Chinese character, short numbers and words of the field prove nothing."""
    low = squeezed(token)
    if len(low) < 2 or (low.isdigit() and len(low) < SHORTEST_NUMBER):
        return False
    return not is_no_evidence(low, kind) and not is_no_evidence(folded(token), kind)


def from_name(value: str) -> Iterator[str]:
    """All spellings of a person's name (PN): groups, parts, parts joined, Chinese given names."""
    for group in value.split("="):
        parts = [part for part in NAME_PARTS.split(group) if part]
        yield from parts
        for one, two in pairwise(parts):
            yield from (one + two, two + one, f"{one} {two}")
        if len(parts) > 2:
            yield "".join(parts)
        for part in parts:
            yield from from_han(part)


def from_han(part: str) -> Iterator[str]:
    """A Chinese name written in one piece: the whole, and the given name without the surname."""
    for run in HAN_RUN.findall(part):
        yield run
        if 3 <= len(run) <= 4:
            yield run[-2:]


def from_identifier(value: str) -> Iterator[str]:
    """An identifier as it stands and without separators."""
    if len(value) >= SHORTEST_IDENTIFIER:
        yield value
        yield squeezed(value)


def from_place(value: str) -> Iterator[str]:
    """Names of institutions and addresses: the whole, and their words that are not common ones."""
    if len(value) >= SHORTEST_IDENTIFIER:
        yield value
        yield from (word for word in LATIN_RUN.findall(value) if word.isascii() and len(word) > 3)
        yield from (run for run in HAN_RUN.findall(value) if len(run) > 2)


def from_uid(value: str) -> Iterator[str]:
    """A UID that is long enough to be nobody else's."""
    if len(value) >= SHORTEST_UID and value not in registered_uids():
        yield value


def from_birth(value: str) -> Iterator[str]:
    """A birth date in the spellings people type, the R.O.C. era (year - 1911) among them."""
    if (day := read_day(value)) is not None:
        yield from spellings(day)


def spellings(day: date) -> Iterable[str]:
    """A date in the spellings of Taiwan, of the United States and of Europe."""
    y, m, d = day.year, day.month, day.day
    era, name = y - 1911, MONTHS[m - 1]
    western = [f"{y}{m:02}{d:02}"]
    for s in "-/.":
        western += [
            f"{y}{s}{m:02}{s}{d:02}", f"{y}{s}{m}{s}{d}",
            f"{m:02}{s}{d:02}{s}{y}", f"{d:02}{s}{m:02}{s}{y}",
        ]  # fmt: skip
    named = [f"{d:02}{s}{name}{s}{y}" for s in ("", "-", " ")] + [f"{name} {d}, {y}"]
    if era < 1:
        return western + named
    local = [f"{era:03}{m:02}{d:02}", f"{era}年{m}月{d}日", f"{era:02}{m:02}{d:02}"]
    for s in "-/.":
        local += [f"{era:03}{s}{m:02}{s}{d:02}", f"{era}{s}{m:02}{s}{d:02}", f"{era}{s}{m}{s}{d}"]
    return western + named + local


SPLITTERS: Final = {
    "name": from_name,
    "identifier": from_identifier,
    "birth": from_birth,
    "phone": from_identifier,
    "place": from_place,
    "uid": from_uid,
}


class Matcher:
    """Finds the tokens of a harvest in what is about to be released."""

    def __init__(self, tokens: frozenset[str]) -> None:
        low = {squeezed(token) for token in tokens}
        #: Tokens that a number string could be.
        self.numbers: Final = frozenset(one.encode() for one in low if NUMERIC.fullmatch(one))
        self.long: Final = tuple(sorted(token for token in low if is_long(token)))
        self.short: Final = frozenset(low - set(self.long))
        raw = sorted({raw for token in tokens for raw in encodings(token)})
        self.raw: Final = re.compile(b"|".join(map(re.escape, raw))) if raw else None

    def in_text(self, text: str) -> bool:
        """Whether a token stands in a text: as a word, or without its separators if long."""
        low = folded(text)
        compact = SEPARATORS.sub("", low)
        if any(token in compact for token in self.long):
            return True
        return not self.short.isdisjoint(re.findall(r"[a-z]+|[0-9]+|[a-z0-9]+", low))

    def in_bytes(self, raw: bytes) -> bool:
        """Whether a token stands in opaque bytes in any encoding, or in pieces."""
        if self.raw is None:
            return False
        return any(map(self.raw.search, (raw, raw.translate(None, b" -./_"))))


def is_long(token: str) -> bool:
    """Long enough to count inside a longer word."""
    return len(token) >= LONG or not token.isascii()


def encodings(token: str) -> Iterator[bytes]:
    """A token as bytes in the encodings met in Taiwan; short ones are left out."""
    plain = (token, token.upper(), token.lower())
    for spelling in dict.fromkeys((*plain, *(one.translate(FULL_WIDTH) for one in plain))):
        for encoding in ENCODINGS:
            raw = spelling.encode(encoding, "ignore")
            if len(raw) >= LONG:
                yield raw


@lru_cache(maxsize=64)
def matcher(tokens: frozenset[str]) -> Matcher:
    """The matcher of a harvest; a series uses it again and again."""
    return Matcher(tokens)
