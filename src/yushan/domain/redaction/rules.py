"""Rules that need no reading: places known by maker, model and size, and those people signed."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, NamedTuple

from yushan.domain.dicom import Lookup, tag_of, walk
from yushan.domain.redaction.boxes import Box, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.domain.dicom import Buffer

#: Attribute, test (contains, notcontains, equals, missing, empty) and pattern.
Test = tuple[str, str, str]


class Rule(NamedTuple):
    """One row of ``data/regions.toml``: one of the groups holds, of it every line, of it a test."""

    listed: Literal["white", "gray", "black"]
    when: tuple[tuple[tuple[Test, ...], ...], ...]
    boxes: tuple[Box, ...]


class Device(NamedTuple):
    """What makes pictures write in the same places: values as in the header, size in pixels."""

    modality: str
    manufacturer: str
    model: str
    software: str
    rows: int
    columns: int


class Learned(NamedTuple):
    """Places that people saw and signed for a device."""

    device: Device
    boxes: tuple[Box, ...]


@cache
def region_rules() -> tuple[Rule, ...]:
    """The rules of the table."""
    page = files("yushan.domain.redaction") / "data" / "regions.toml"
    rows = tomllib.loads(page.read_text("utf-8"))["rule"]
    return tuple(
        Rule(
            row["list"],
            tuple(tuple(tuple((a, b, c) for a, b, c in line) for line in group)
                  for group in row["when"]),
            tuple(Box(*edges) for edges in row.get("boxes", ())),
        )
        for row in rows
    )  # fmt: skip


def device_of(data: Buffer) -> Device:
    """The device of a Part-10 file, for rules that people sign."""
    part = walk(data)
    return device(Lookup(part, part.elements))


def device(found: Lookup) -> Device:
    """The device a header names."""
    return Device(
        modality=found.first(0x00080060).strip(),
        manufacturer=found.first(0x00080070).strip(),
        model=found.first(0x00081090).strip(),
        software=found.first(0x00181020).strip(),
        rows=found.short(0x00280010),
        columns=found.short(0x00280011),
    )


def ruled_boxes(found: Lookup, learned: Sequence[Learned] = ()) -> tuple[Finding, ...]:
    """Places to fill before anything is read: by the table, and by what people signed."""
    known = [Finding(box, "rule", 1.0, redact=True)
             for rule in region_rules() if rule.listed == "gray" and applies(rule, found)
             for box in rule.boxes]  # fmt: skip
    here = device(found)
    signed = [Finding(box, "learned", 1.0, redact=True)
              for one in learned if one.device == here for box in one.boxes]  # fmt: skip
    rows, columns = here.rows, here.columns
    placed = [one._replace(box=one.box.within(rows, columns)) for one in (*known, *signed)]
    return tuple(dict.fromkeys(one for one in placed if one.box.area))


def must_be_read(found: Lookup) -> bool:
    """Whether a rule says that pictures like this one hold text, somewhere."""
    return any(
        applies(rule, found)
        for rule in region_rules()
        if rule.listed == "black" or (rule.listed == "gray" and rule.boxes)
    )


def applies(rule: Rule, found: Lookup) -> bool:
    """Whether a header meets a rule."""
    return any(
        all(any(holds(test, found) for test in line) for line in group) for group in rule.when
    )


def holds(test: Test, found: Lookup) -> bool:
    """Whether a header meets one test; patterns are tried anywhere in the value, in any case."""
    attribute, how, pattern = test
    tag = tag_of(attribute)
    if tag is None:
        return False
    if tag >> 16 == 0x0002:
        found = Lookup(found.part, found.part.meta)
    if how == "missing":
        return tag not in found.found
    value = value_of(found, tag)
    if how == "empty":
        return tag in found.found and not value
    if how == "equals":
        return value in pattern.split("|")
    is_there = re.search(pattern, value, re.IGNORECASE) is not None
    return not is_there if how == "notcontains" else is_there


def value_of(found: Lookup, tag: int) -> str:
    """All values of an attribute as text; numbers of two bytes by their value."""
    if tag in (0x00280010, 0x00280011):
        return str(found.short(tag))
    return "\\".join(found.texts(tag))
