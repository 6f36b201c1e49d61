"""The Standard's tables as this room reads them (``data/README.md`` names editions and origins)."""

from __future__ import annotations

import csv
import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

#: Rows of PS3.15 Table E.1-1 and E.3.10-1, edition 2026d; another number is another edition.
E1_1_ROWS: Final = 657
SAFE_PRIVATE_ROWS: Final = 479
CONTENT_ROWS: Final = 214

#: Strictness of attribute Types; where an attribute occurs twice the strictest holds.
TYPES: Final = ("1", "1C", "2", "2C", "3")


class ProfileRow(NamedTuple):
    """One row of Table E.1-1: the basic action and the cells of the options (K keep, C clean)."""

    basic: str
    options: dict[str, str]


class SafePrivate(NamedTuple):
    """One row of Table E.3.10-1 and what this house does with it."""

    vr: str
    treatment: str


class Method(NamedTuple):
    """One code of CID 7050."""

    code: str
    meaning: str


CONTENT_SEQUENCE: Final = 0x0040A730

Node = dict[int, tuple[str, int | None]]


def page(name: str) -> str:
    """A data file of this room as text, without its comment lines."""
    text = (files("yushan.domain.deid") / "data" / name).read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one CSV file of this room."""
    return list(csv.DictReader(page(name).splitlines()))


def expect(found: int, expected: int, table: str) -> None:
    """Refuse a table that lost or gained rows."""
    if found != expected:
        raise ValueError(f"{table} has {found} rows, not {expected}")


@cache
def settings() -> dict[str, Any]:
    """``attributes.toml``."""
    return tomllib.loads(page("attributes.toml"))


@cache
def tag_set(section: str, key: str) -> frozenset[int]:
    """A list of tags of ``attributes.toml``."""
    return frozenset(int(tag, 16) for tag in settings()[section][key].split())


@cache
def profile() -> dict[int | str, ProfileRow]:
    """Table E.1-1 by tag; its four patterns by their text."""
    table = rows("ps315_e1_1.csv")
    expect(len(table), E1_1_ROWS, "Table E.1-1")
    found: dict[int | str, ProfileRow] = {}
    for row in table:
        cells = {
            name: cell
            for name, cell in row.items()
            if cell and name.startswith(("retain_", "clean_"))
        }
        plain = all(letter in "0123456789ABCDEF" for letter in row["tag"])
        found[int(row["tag"], 16) if plain else row["tag"]] = ProfileRow(row["basic"], cells)
    return found


def profile_row(tag: int) -> ProfileRow | None:
    """The row of an attribute; curves and overlays by pattern."""
    table, group = profile(), tag >> 16
    if (row := table.get(tag)) is not None:
        return row
    if 0x5000 <= group <= 0x501E and not group & 1:
        return table["50xxxxxx"]
    if 0x6000 <= group <= 0x601E and not group & 1:
        return table.get(f"60xx{tag & 0xFFFF:04X}")
    return None


@cache
def iod_table() -> dict[str, Any]:
    """``iod_types.json``: IODs, their modules, and the attributes of each."""
    table: dict[str, Any] = json.loads(page("iod_types.json"))
    return table


@cache
def node(number: int) -> Node:
    """The attributes of one module or item: tag to Type and, for a sequence, the node below."""
    found: Node = {}
    for tag, value in iod_table()["nodes"][number].items():
        kind, below = (value, None) if isinstance(value, str) else value
        if all(letter in "0123456789ABCDEF" for letter in tag):
            found[int(tag, 16)] = (kind, below)
    if number in content_nodes():
        found[CONTENT_SEQUENCE] = ("1C", number)
    return found


@cache
def content_nodes() -> frozenset[int]:
    """The nodes of content items, which hold further content items (PS3.3 C.17.3.2)."""
    written = f"{CONTENT_SEQUENCE:08X}"
    return frozenset(node[written][1] for node in iod_table()["nodes"] if written in node)


@cache
def defined_somewhere() -> frozenset[int]:
    """The attributes that any IOD defines."""
    return frozenset(tag for number in range(len(iod_table()["nodes"])) for tag in node(number))


def iod_nodes(iod: str) -> tuple[int, ...]:
    """The nodes of the modules of an IOD."""
    table = iod_table()
    modules = table["modules"]
    return tuple(
        sorted({modules[name] for name, _, _ in table["iods"].get(iod, ()) if name in modules})
    )


@cache
def safe_private() -> dict[tuple[str, int, int], SafePrivate]:
    """Table E.3.10-1, and what this house adds, by creator, group and element byte."""
    table = private_table("ps315_e3_10_1_safe_private.csv")
    expect(len(table), SAFE_PRIVATE_ROWS, "Table E.3.10-1")
    return table | private_table("private_more.csv")


def private_table(name: str) -> dict[tuple[str, int, int], SafePrivate]:
    """One file of safe private attributes."""
    return {
        (row["private_creator"], int(row["group"], 16), int(row["element"], 16)): SafePrivate(
            row["vr"], row["yushan_default"]
        )
        for row in rows(name)
    }


@cache
def methods() -> dict[str, Method]:
    """CID 7050 by the option that each code stands for; the profile itself by its code."""
    found = {}
    for row in rows("cid7050_deid_methods.csv"):
        found[row["option"] or row["code"]] = Method(row["code"], row["meaning"])
    return found


def method_meanings() -> dict[str, str]:
    """CID 7050: what each code says was done."""
    return {method.code: method.meaning for method in methods().values()}


@cache
def content_actions() -> dict[tuple[str, str, str], ProfileRow]:
    """Table E.3.4-1: scheme and code of a concept, and value type, to the action on its item.

    A concept that stands there with other value types only is under the empty one: by the row that
    removes most.
    """
    table = rows("ps315_e3_4_1_content_items.csv")
    expect(len(table), CONTENT_ROWS, "Table E.3.4-1")
    found: dict[tuple[str, str, str], ProfileRow] = {}
    for row in table:
        options = {
            name: cell
            for name, cell in row.items()
            if cell and "_" in name and name != "value_type"
        }
        action = ProfileRow(row["basic"], options)
        found[row["scheme"], row["code"], row["value_type"]] = action
        other = found.get((row["scheme"], row["code"], ""))
        if other is None or "D" in other.basic.split("/"):
            found[row["scheme"], row["code"], ""] = action
    return found
