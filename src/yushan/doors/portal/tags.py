"""A header as a table: DICOM JSON (PS3.18 Annex F) as rows that people can read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yushan.domain.dicom import keyword_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Characters of a value that are shown, rows of a table, and depth of sequences.
LONGEST: Final = 240
MOST: Final = 2000
DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class TagRow:
    """One attribute: ``(0010,0020)``, its VR, keyword, value as text, depth in sequences."""

    tag: str
    vr: str
    keyword: str
    value: str
    depth: int


def tag_rows(metadata: Mapping[str, Any]) -> list[TagRow]:
    """The attributes in order, items of sequences indented below their sequence."""
    return [row for row, _ in zip(walk(metadata, 0), range(MOST), strict=False)]


def walk(metadata: Mapping[str, Any], depth: int) -> Iterator[TagRow]:
    """The attributes of one data set."""
    for tag in sorted(metadata):
        attribute = metadata[tag]
        vr = str(attribute.get("vr", ""))
        values = attribute.get("Value", [])
        keyword = keyword_of(int(tag, 16))
        yield TagRow(
            f"({tag[:4]},{tag[4:]})".lower(), vr, keyword, value_text(attribute, vr), depth
        )
        if vr == "SQ" and depth < DEEPEST:
            for item in values:
                yield from walk(item, depth + 1)


def value_text(attribute: Mapping[str, Any], vr: str) -> str:
    """The value on one line; large ones by what they are."""
    values = attribute.get("Value", [])
    if vr == "SQ":
        return f"[{len(values)}]"
    if "BulkDataURI" in attribute or "InlineBinary" in attribute:
        return "…"
    text = "\\".join(one_text(value) for value in values)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def one_text(value: object) -> str:
    """One value; a person's name is its first group that is there."""
    if isinstance(value, dict):
        return next((str(part) for part in value.values() if part), "")
    return "" if value is None else str(value)
