"""National identity numbers: R.O.C. IDs and the UI numbers of residents, with their check digit."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from yushan.domain.dicom import declared_charset, decode, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yushan.domain.dicom import Buffer, Element, Part10

#: Letters in the order of their numbers, 10 (A) to 35 (O); Interior Ministry.
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
FORM: Final = re.compile("[A-Z][1289A-D][0-9]{8}")
SEPARATORS: Final = re.compile(r"[\s\-_./]")
WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 1, 1)
PATIENT_NAME, PATIENT_ID, OTHER_IDS, OTHER_IDS_SEQUENCE = (
    0x00100010,
    0x00100020,
    0x00101000,
    0x00101002,
)
#: A newborn without a number of its own carries its mother's: 王大明之女, "B/O", "BABY OF".
NEWBORN: Final = re.compile(r"之[女男子嬰]|^B/O|BABY|NEWBORN|NB OF|[女男]嬰", re.IGNORECASE)


def normal_identity(text: str) -> str | None:
    """A number in its normal form if it is one and its check digit holds.

    R.O.C. IDs (1, 2), UI numbers since 2021 (8, 9) and before (A-D, counted by the units of the
    letter's number). Width, case and separators do not matter.
    """
    number = SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not FORM.fullmatch(number):
        return None
    first = 10 + LETTERS.index(number[0])
    digits = [
        (10 + LETTERS.index(letter)) % 10 if letter.isalpha() else int(letter)
        for letter in number[1:]
    ]
    total = first // 10 + first % 10 * 9
    total += sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True))
    return number if total % 10 == 0 else None


def national_identity(data: Buffer) -> str | None:
    """The one national identity number of a Part-10 file, in its normal form.

    Looked for in Patient ID and Other Patient IDs. ``None`` when there is none, when there are two
    different ones, or when the name says that it is a newborn's mother's: two people must never
    share a token.

    Raises
    ------
    Rejected
        The walker's codes.
    """
    part = walk(data)
    charset = declared_charset(part, part.elements)
    names = values(part, part.elements, PATIENT_NAME, charset)
    if any(NEWBORN.search(unicodedata.normalize("NFKC", name)) for name in names):
        return None
    numbers = {normal_identity(text) for text in candidates(part, charset)} - {None}
    return numbers.pop() if len(numbers) == 1 else None


def candidates(part: Part10, charset: tuple[str, ...]) -> Iterator[str]:
    """Values where the number may stand."""
    for tag in (PATIENT_ID, OTHER_IDS):
        yield from values(part, part.elements, tag, charset)
    for element in part.elements:
        if element.tag == OTHER_IDS_SEQUENCE:
            for item in element.items or ():
                yield from values(part, item.elements, PATIENT_ID, charset)


def values(
    part: Part10, elements: tuple[Element, ...], tag: int, charset: tuple[str, ...]
) -> Iterator[str]:
    """The values of one text attribute of a level."""
    for element in elements:
        if element.tag == tag and element.items is None:
            text = decode(bytes(part.buffer[element.value : element.end]), charset) or ""
            yield from (value.strip(" \0") for value in text.split("\\"))
