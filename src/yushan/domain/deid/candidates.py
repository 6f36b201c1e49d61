"""Words of an object's descriptors that no vocabulary knows, and which of them could be learned."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from yushan.domain.deid.codes import NATIONAL
from yushan.domain.deid.harvest import harvest_of, squeezed
from yushan.domain.deid.plan import DESCRIPTORS, SHORT_TEXT_VRS, dictionary, text_kind
from yushan.domain.deid.tables import page, profile_row
from yushan.domain.deid.vocabulary import (
    HAN,
    LONGEST_LEARNED,
    TOKEN,
    cleaned_code_string,
    is_known,
    vocabulary,
)
from yushan.domain.dicom import declared_charset, decode, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.dicom import Buffer, Element, Part10

MOST_DIGITS: Final = 3
HAN_ONLY: Final = re.compile(f"[{HAN}]+")
LATIN: Final = re.compile(r"[a-z0-9]{2,24}")
#: A Chinese name has this many characters.
NAME_LENGTHS: Final = range(2, 5)


class Found(NamedTuple):
    """Unknown words of one object's descriptors, and the tokens that identify its people."""

    words: frozenset[str]
    names: frozenset[str]


def words_of(data: Buffer) -> Found:
    """The unknown words of an object's descriptors, and whom they must not name.

    Raises
    ------
    Rejected
        The walker's codes.
    """
    part = walk(data)
    charset = declared_charset(part, part.elements)
    names = frozenset(map(squeezed, harvest_of(part).tokens))
    return Found(frozenset(unknown_words(part, part.elements, charset)), names)


def unknown_words(
    part: Part10, elements: tuple[Element, ...], charset: tuple[str, ...]
) -> Iterator[str]:
    """Words of short descriptors and coded strings at every depth that no vocabulary knows."""
    for element in elements:
        for item in element.items or ():
            own = declared_charset(part, item.elements) or charset
            yield from unknown_words(part, item.elements, own)
        if element.items is None and is_described(element.tag):
            raw = bytes(part.buffer[element.value : element.end])
            for value in (decode(raw, charset) or "").split("\\"):
                yield from candidates(value, text_kind(element.tag) or "descriptor")


@cache
def is_described(tag: int) -> bool:
    """Whether an attribute is a short description or a coded string; comments are neither."""
    vrs, _ = dictionary(tag)
    if "CS" in vrs:
        return True
    row = profile_row(tag)
    is_listed = text_kind(tag) in ("descriptor", "device")
    is_cleaned = is_listed or (row is not None and DESCRIPTORS in row.options)
    return is_cleaned and bool(SHORT_TEXT_VRS & set(vrs))


def candidates(value: str, kind: str) -> Iterator[str]:
    """The words of one value that could be learned; ``kind`` as of ``vocabulary.cleaned_text``."""
    folded = unicodedata.normalize("NFKC", value).strip(" \0")
    if cleaned_code_string(folded):
        return
    for match in TOKEN.finditer(folded):
        token = match.group()
        if HAN_ONLY.fullmatch(token):
            if not is_known(token, kind):
                yield from (word for word in (token, *pieces(token)) if is_learnable(word))
        elif not is_known(token, kind) and is_learnable(token.lower()):
            yield token.lower()


def pieces(run: str) -> Iterator[str]:
    """What remains of a Chinese run between the words that are known."""
    known, longest, at, start = vocabulary().chinese, vocabulary().longest, 0, 0
    while at < len(run):
        ends = range(min(len(run), at + longest), at + 1, -1)
        end = next((end for end in ends if run[at:end] in known), 0)
        if end:
            yield run[start:at]
            start = end
        at = end or at + 1
    yield run[start:]


def is_learnable(word: str) -> bool:
    """Whether a word could be one of the field: no number, no identifier, no single character."""
    if HAN_ONLY.fullmatch(word):
        return 1 < len(word) <= LONGEST_LEARNED
    digits = sum(letter.isdigit() for letter in word)
    is_mixed = LATIN.fullmatch(word) is not None and digits <= MOST_DIGITS
    return is_mixed and digits < len(word) - 1 and not NATIONAL.fullmatch(word)


@cache
def surnames() -> frozenset[str]:
    """Common family names, as written and romanised."""
    table = tomllib.loads(page("surnames.toml"))
    return frozenset(table["chinese"].replace("\n", "")) | frozenset(table["latin"].split())


def looks_like_name(word: str) -> bool:
    """Whether a person should look at a word before it is trusted."""
    if HAN_ONLY.fullmatch(word):
        return word[0] in surnames() and len(word) in NAME_LENGTHS
    return word.rstrip("0123456789") in surnames()
