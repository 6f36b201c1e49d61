"""What a line of text is: one that may stay, one that identifies, or one that cannot be read."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from yushan.domain.redaction.boxes import Kind, Reading

#: Least certainty with which a line counts as read, and with which it may be let stand.
READ: Final = 0.5
SURE: Final = 0.7
#: A box this many times longer than high holds more than one character.
ONE_CHARACTER: Final = 1.7
#: Characters that are much higher than wide.
UPRIGHT: Final = frozenset("1iljt")
#: Characters that must be read for each height of a box: fewer means that it was not read.
CHARACTERS: Final = 0.45
#: Most digits of a line of numbers, and how many more for each word beside them.
MAX_DIGITS: Final = 4
DIGITS_BY_WORD: Final = 3

UNIT: Final = (
    r"(?:cm|mm|m|ms|s|sec|min|hz|khz|mhz|db|fps|bpm|%|kv|kvp|ma|mas|mw|cm/s|m/s|cm2|cm²|cm3|ml|cc|"
    r"°|deg|x|hu|mmhg|w)"
)
#: A number of a scale or setting, with or without its unit and its sign.
NUMBER: Final = re.compile(rf"[+\-x<>=~#]?\d{{1,4}}(?:[.,]\d{{1,3}})?{UNIT}?[⁻-]?")
#: Transducers: L12-5, 6C1, M12L, 4V1c; ratios of settings: 1/2.
CODE: Final = re.compile(
    r"[a-z]{1,2}\d{1,2}-\d{1,2}[a-z]?|\d[a-z]{1,2}\d?[a-z]?|[a-z]{1,2}\d{1,2}[a-z]|\d{1,2}/\d{1,2}"
)
#: A setting written with its value: DR60, MI:1.4, A0=100%, 2D--100%.
VALUE: Final = rf"\d{{1,3}}(?:[.,]\d{{1,3}})?{UNIT}?"
SETTING: Final = re.compile(
    rf"([a-z0-9]+)[=:<>/-]+{VALUE}|([a-z]{{2,}}){VALUE}|([a-z])\d{{1,2}}(?:[.,]\d{{1,3}})?"
)
YEAR: Final = re.compile(r"(?:19|20)\d\d")
DATE: Final = re.compile(
    r"\d{1,4}\s*[-/.年]\s*(?:\d{1,2}|[a-z]{3})\s*[-/.月]\s*\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?"
    r"|(?:19|20)\d{6}|\d{1,2}\s*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
)
PIECES: Final = re.compile(r"[\s,;|·•()\[\]]+|--+|:(?=\s|$)|(?<=[a-z%])/(?=[a-z])")
ORNAMENTS: Final = ".*★▲'\"`~_−⁻"
NOTHING: Final = re.compile(r"[\W_]+")
HAN: Final = re.compile("[\u3400-\u9fff]")
#: What is read for what, in words of letters and digits.
ALIKE: Final = str.maketrans("0158", "oisb")


@cache
def allowed() -> frozenset[str]:
    """Words that may stay."""
    table = tomllib.loads(
        (files("yushan.domain.redaction") / "data" / "words.toml").read_text("utf-8")
    )
    return frozenset(word for group in table.values() if isinstance(group, dict)
                     for word in group["words"])  # fmt: skip


def folded(text: str) -> str:
    """Text by letters and digits alone, width and case folded."""
    return NOTHING.sub("", unicodedata.normalize("NFKC", text).casefold())


def kind_of(reading: Reading, tokens: Collection[str]) -> Kind | None:
    """Why a line may not stay; ``None`` when it may: laterality, scale, settings, one character.

    Parameters
    ----------
    reading
        What was read and where.
    tokens
        Words of the patient's header, folded. They make a line a name or number; that they are
        absent permits nothing.
    """
    plain = folded(reading.text)
    longer, shorter = max(reading.box[2:4]), max(min(reading.box[2:4]), 1)
    aspect = longer / shorter
    if is_one_character(plain, reading, aspect):
        return None
    if reading.score < READ or len(plain) < aspect * CHARACTERS * narrowness(plain):
        return "unreadable"
    known = matched(plain, tokens)
    if known:
        return known
    if is_allowed(reading.text) and reading.score >= SURE:
        return None
    if DATE.search(unicodedata.normalize("NFKC", reading.text).casefold()):
        return "date"
    return "number" if sum(one.isdigit() for one in plain) >= 5 else "text"


def is_one_character(plain: str, reading: Reading, aspect: float) -> bool:
    """Whether a line is a mark of one character; strokes that stand upright are narrow."""
    if len(plain) > 1:
        return False
    is_upright = reading.box.height > reading.box.width
    return aspect <= ONE_CHARACTER or (is_upright and plain in UPRIGHT and reading.score >= READ)


def narrowness(plain: str) -> float:
    """Half for Han, which are as wide as they are high."""
    return 0.5 if HAN.search(plain) else 1.0


def is_allowed(text: str) -> bool:
    """Whether every word of a line may stay."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if DATE.search(plain):
        return False
    words = [piece.strip(ORNAMENTS) for piece in PIECES.split(plain)]
    named = sum(any(one.isalpha() for one in word) for word in words)
    if sum(one.isdigit() for one in plain) > MAX_DIGITS + DIGITS_BY_WORD * named:
        return False
    return all(is_word(word) for word in words)


def is_word(word: str) -> bool:
    """Whether one word may stay; what is left of punctuation may."""
    if not folded(word) or word in allowed():
        return True
    if YEAR.fullmatch(word):
        return False
    setting = SETTING.fullmatch(word)
    if setting and (setting[1] or setting[2] or setting[3]) in allowed():
        return True
    return bool(NUMBER.fullmatch(word) or CODE.fullmatch(word))


def matched(plain: str, tokens: Collection[str]) -> Kind | None:
    """Whether a line holds a word of the patient's header, also misread by a character or two."""
    alike = plain.translate(ALIKE)
    for token in tokens:
        word = folded(token)
        if len(word) < 2 or (len(word) == 2 and word.isascii()):
            continue
        if word in plain or (len(word) > 3 and word.translate(ALIKE) in alike):
            return "number" if word.isdigit() else "name"
        if len(word) > 4 and is_near(word.translate(ALIKE), alike):
            return "number" if word.isdigit() else "name"
    return None


def is_near(word: str, plain: str) -> bool:
    """Whether four fifths of a word stand in a line in order, close together."""
    match = SequenceMatcher(None, plain, word, autojunk=False)
    blocks = [block for block in match.get_matching_blocks() if block.size]
    if not blocks or sum(block.size for block in blocks) < 0.8 * len(word):
        return False
    return blocks[-1].a + blocks[-1].size - blocks[0].a <= len(word) + 2
