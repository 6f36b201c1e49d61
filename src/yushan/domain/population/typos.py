"""Typing errors in words that carry no status, number, day or size: the truth stays what it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.domain.population.tables import tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yushan.domain.population.draws import Draws
    from yushan.domain.population.sentences import Piece

#: What a piece may carry and still be typed wrongly.
LOOSE: Final = frozenset({"", "noun", "kind"})
MISTAKEN: Final[Mapping[str, str]] = tree("report_typos")["zh"]
#: A Latin word of five letters or more, or one Chinese character.
WORD: Final = re.compile(r"[A-Za-z]{5,}|[\u4e00-\u9fff]")
SWAPPED, DROPPED, DOUBLED = range(3)


def mistyped(
    draws: Draws, pieces: Sequence[Piece], rate: float
) -> tuple[tuple[Piece, ...], list[tuple[int, int]]]:
    """Pieces with errors in a share ``rate`` of words, and where (offsets in the whole)."""
    found: list[Piece] = []
    places: list[tuple[int, int]] = []
    length = 0
    for text, what in pieces:
        if what in LOOSE:
            text, errors = with_errors(draws, text, rate)  # noqa: PLW2901 - the piece as typed
            places += [(length + start, length + end) for start, end in errors]
        found.append((text, what))
        length += len(text)
    return tuple(found), places


def with_errors(draws: Draws, text: str, rate: float) -> tuple[str, list[tuple[int, int]]]:
    """A text with errors, and where they stand."""
    made, places, last = "", [], 0
    for word in WORD.finditer(text):
        made += text[last : word.start()]
        wrong = error_of(draws, word[0]) if draws.chance(rate) else word[0]
        if wrong != word[0]:
            places.append((len(made), len(made) + len(wrong)))
        made += wrong
        last = word.end()
    return made + text[last:], places


def error_of(draws: Draws, word: str) -> str:
    """A word typed wrongly; its first and last letter stay."""
    if not word.isascii():
        return MISTAKEN.get(word, word)
    place, kind = draws.between(1, len(word) - 3), draws.between(SWAPPED, DOUBLED)
    if kind == SWAPPED:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word[:place] + (word[place] * 2 if kind == DOUBLED else "") + word[place + 1 :]
