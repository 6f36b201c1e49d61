"""Values of one data set by tag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected
from yushan.domain.dicom.text import declared_charset, text_values

if TYPE_CHECKING:
    from yushan.domain.dicom.values import Element, Part10

UID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")


class Lookup:
    """Values of one data set by tag; absent and unreadable values are empty."""

    def __init__(self, part: Part10, elements: tuple[Element, ...]) -> None:
        self.part = part
        self.found = {element.tag: element for element in elements}
        self.charset = declared_charset(part, elements)

    def raw(self, tag: int) -> bytes:
        """The value's bytes."""
        element = self.found.get(tag)
        if element is None or element.items is not None:
            return b""
        return bytes(self.part.buffer[element.value : element.end])

    def texts(self, tag: int) -> tuple[str, ...]:
        """The values as text."""
        element = self.found.get(tag)
        if element is None or element.items is not None:
            return ()
        return text_values(self.part, element, self.charset) or ()

    def first(self, tag: int) -> str:
        """The first value as text."""
        return next(iter(self.texts(tag)), "")

    def uid(self, tag: int) -> str:
        """A UID that must be there, well formed (PS3.5 9.1; leading zeros are let pass)."""
        value = self.first(tag)
        place = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        if not value:
            raise Rejected("dicom.uid-missing", tag=place)
        if len(value) > 64 or not UID.fullmatch(value):
            raise Rejected("dicom.uid-invalid", tag=place)
        return value

    def integer(self, tag: int) -> int | None:
        """The first value of an IS, if it is a whole number of 32 bits."""
        value = self.first(tag)
        digits = value.lstrip("+-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 10:
            return None
        return -int(digits) if value.startswith("-") else int(digits)

    def short(self, tag: int, default: int = 0) -> int:
        """The first value of a US."""
        raw = self.raw(tag)[:2]
        if len(raw) < 2:
            return default
        return int.from_bytes(raw, "big" if self.part.big_endian else "little")
