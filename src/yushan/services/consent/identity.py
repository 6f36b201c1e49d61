"""National numbers of Taiwan: a mistyped one must not become an opt-out of nobody.

R.O.C. identity number ``[A-Z][12]`` and eight digits, residents' UI number ``[A-Z][89]`` (since
2021-01-02) or ``[A-Z][A-D]`` (before). Weights 1 9 8 7 6 5 4 3 2 1 1 over the letter's two digits
and the rest; the sum ends in 0. A second letter counts by its units digit.
"""

from __future__ import annotations

import re
from typing import Final

from yushan.base import Rejected
from yushan.engines.keys import folded

#: The letters in the order of their values, from 10 on (Ministry of the Interior).
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
NUMBER: Final = re.compile(r"[A-Z][1289A-D][0-9]{8}")


def checked_identity(identity: str) -> str:
    """The number in its one spelling.

    Raises
    ------
    Rejected
        ``consent.identity-invalid``: not such a number, or its check digit is wrong.
    """
    spelled = folded(identity)
    if not NUMBER.fullmatch(spelled):
        raise Rejected("consent.identity-invalid")
    digits = f"{LETTERS.index(spelled[0]) + 10}{second_digit(spelled[1])}{spelled[2:]}"
    if sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 10:
        raise Rejected("consent.identity-invalid")
    return spelled


def second_digit(character: str) -> str:
    """The second place as a digit."""
    return character if character.isdecimal() else str(LETTERS.index(character) % 10)
