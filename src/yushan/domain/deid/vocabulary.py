"""The text rule: a value stays word by word, and only words of a closed vocabulary stay.

Whoever has the vocabulary can repeat the decision, so a verifier can. Chinese runs must be made of
its words from end to end. Numbers stay while they are short and cannot be dates or numbers of
people.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from yushan.domain.deid.tables import page

HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKEN: Final = re.compile(rf"[{HAN}]+|[0-9]+(?:\.[0-9]+)+[a-z]*|[^\W_{HAN}]+", re.IGNORECASE)
SAFE_BETWEEN: Final = re.compile(r"[\s_\-/+,.()\[\]:;*&%<>=#'\"~]*")
PARTS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
SHORT_NUMBER: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")
NUMBER: Final = re.compile(r"[0-9.]+")
#: A date however it is written; versions of software may look alike, so only four-digit years.
DATE: Final = re.compile(
    r"(?<!\d)(?:19|20)\d{2}[-/.年]?(?:0?[1-9]|1[0-2])[-/.月]?(?:0?[1-9]|[12]\d|3[01])(?!\d)"
)
#: Most characters of a learned Chinese word.
LONGEST_LEARNED: Final = 12
#: Coded strings that say nothing about a person: a letter, or a small number.
FEW: Final = re.compile("[A-Z]|0{1,3}[0-9]")
#: Numbers side by side with more digits than this may be an identifier or a date in pieces.
MOST_DIGITS_IN_A_ROW: Final = 5


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed vocabulary (``vocabulary.toml``); ``words`` by the kind of text."""

    words: dict[str, frozenset[str]]
    chinese: frozenset[str]
    longest: int
    descriptor: re.Pattern[str]
    device: re.Pattern[str]
    common: frozenset[str]
    coded: frozenset[str]
    coded_words: frozenset[str]


class Token(NamedTuple):
    """A word of a value, and whether it may stay."""

    start: int
    end: int
    text: str
    is_known: bool


@cache
def vocabulary() -> Vocabulary:
    """Load the vocabulary, once per process."""
    table = tomllib.loads(page("vocabulary.toml"))
    sections = {name: frozenset(words.split()) for name, words in table["words"].items()}
    field = frozenset().union(*(words for name, words in sections.items() if name != "device"))
    chinese = frozenset(table["chinese"]["words"].split())
    makers = table["coded"]["values"].replace("\n", "").split("|")
    coded = frozenset(page("coded_strings.txt").splitlines()) | frozenset(filter(None, makers))
    patterns = table["patterns"]
    evidence = table["evidence"]
    return Vocabulary(
        words={"descriptor": field, "device": field | sections["device"]},
        chinese=chinese,
        longest=max(map(len, chinese)),
        descriptor=re.compile("|".join(patterns["descriptor"])),
        device=re.compile("|".join(patterns["descriptor"] + patterns["device"])),
        common=frozenset((evidence["common"] + evidence["common_chinese"]).split()),
        coded=coded,
        coded_words=field
        | {word.lower() for value in coded for word in re.split("[ _]", value) if len(word) > 2},
    )


def cleaned_text(text: str, kind: str, learned: frozenset[str] = frozenset()) -> str:
    """What may stay of a text value: all of it, its known words, or nothing.

    Parameters
    ----------
    text
        One value, decoded.
    kind
        ``descriptor``, or ``device`` for the attributes where versions and coil names stand.
    learned
        Words seen in many patients, folded, see ``learning.py``.
    """
    folded = unicodedata.normalize("NFKC", text)
    dates = [match.span() for match in DATE.finditer(folded)]
    tokens = [
        Token(
            m.start(),
            m.end(),
            m.group(),
            is_known(m.group(), kind, learned) and not within(m, dates),
        )
        for m in TOKEN.finditer(folded)
    ]
    tokens = without_long_numbers(tokens, kind)
    if all(token.is_known for token in tokens) and is_safe_between(folded, tokens):
        return folded if tokens else ""
    left = [token for token in tokens if token.is_known and not is_initial(token.text)]
    kept = [token.text for token in without_long_numbers(left, kind) if token.is_known]
    says_something = any(not NUMBER.fullmatch(word) and len(word) > 1 for word in kept)
    return " ".join(kept) if says_something else ""


def is_initial(word: str) -> bool:
    """Whether a word is a letter that may be somebody's, now that its neighbours are gone."""
    return len(word) == 1 and word.isalpha() and word.lower() not in vocabulary().words["device"]


def within(match: re.Match[str], spans: list[tuple[int, int]]) -> bool:
    """Whether a token touches one of the spans."""
    return any(match.start() < end and start < match.end() for start, end in spans)


def is_safe_between(text: str, tokens: list[Token]) -> bool:
    """Whether everything between the words is plain punctuation."""
    edges = [0, *(edge for token in tokens for edge in (token.start, token.end)), len(text)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return all(SAFE_BETWEEN.fullmatch(text[start:end]) for start, end in gaps)


def without_long_numbers(tokens: list[Token], kind: str) -> list[Token]:
    """Mark numbers that stand in a row and are too long together."""
    if kind == "device":
        return tokens
    kept: list[Token] = []
    row: list[Token] = []
    for token in (*tokens, None):
        if token is not None and NUMBER.fullmatch(token.text):
            row.append(token)
            continue
        digits = sum(letter.isdigit() for one in row for letter in one.text)
        too_long = len(row) > 2 or digits > MOST_DIGITS_IN_A_ROW or not all(t.is_known for t in row)
        kept += [one._replace(is_known=not too_long) for one in row]
        row = []
        if token is not None:
            kept.append(token)
    return kept


@lru_cache(maxsize=16384)
def is_known(token: str, kind: str, learned: frozenset[str] = frozenset()) -> bool:
    """Whether a word may stay."""
    words, low = vocabulary(), token.lower()
    if not token.isascii():
        return is_chinese(token, learned)
    if (
        low in learned
        or low in words.words[kind]
        or SHORT_NUMBER.fullmatch(token)
        or len(token) == 1
    ):
        return True
    pattern = words.device if kind == "device" else words.descriptor
    if pattern.fullmatch(low) and not is_long_number(low):
        return True
    return is_compound(token, kind)


def is_long_number(token: str) -> bool:
    """Whether a word carries six digits or more in a row."""
    return re.search("[0-9]{6}", token) is not None


def is_compound(token: str, kind: str) -> bool:
    """Whether a word is made of known words at capitals and digits: ``LungVol``, ``Abd3mm``."""
    words, parts = vocabulary().words[kind], PARTS.findall(token)
    if len(parts) < 2 or "".join(parts) != token:
        return False
    has_digits = any(part.isdigit() for part in parts)
    return all(
        len(part) <= 3
        if part.isdigit()
        else (has_digits or len(part) > 2) and part.lower() in words
        for part in parts
    )


def is_chinese(run: str, learned: frozenset[str] = frozenset()) -> bool:
    """Whether a Chinese run is made of known words from end to end."""
    words, reachable = vocabulary().chinese, {0}
    longest = max(vocabulary().longest, LONGEST_LEARNED if learned else 0)
    for end in range(1, len(run) + 1):
        starts = (start for start in range(max(0, end - longest), end) if start in reachable)
        if any(run[start:end] in words or run[start:end] in learned for start in starts):
            reachable.add(end)
    return len(run) in reachable


@lru_cache(maxsize=16384)
def cleaned_code_string(value: str, learned: frozenset[str] = frozenset()) -> str:
    """A coded string (CS) if the Standard or the vocabulary knows it, else nothing."""
    words, upper = vocabulary(), value.upper()
    if upper in words.coded or FEW.fullmatch(upper):
        return upper
    parts = re.findall("[A-Z]+|[0-9]+", upper)
    if not parts or not re.fullmatch("[A-Z0-9_ .+-]{1,16}", upper):
        return ""
    digits = sum(len(part) for part in parts if part.isdigit())
    if digits > MOST_DIGITS_IN_A_ROW or not any(part.isalpha() for part in parts):
        return upper if digits <= 3 and len(parts) == 1 else ""
    known = all(
        part.isdigit() or part.lower() in words.coded_words or part.lower() in learned
        for part in parts
    )
    return re.sub("[.+-]", "_", upper) if known else ""


def is_no_evidence(word: str, kind: str) -> bool:
    """Whether a word of the field (folded) says nothing about a person when it is found again."""
    words = vocabulary()
    return (
        word in words.words[kind]
        or word in words.chinese
        or word in words.common
        or word in words.coded_words
    )
