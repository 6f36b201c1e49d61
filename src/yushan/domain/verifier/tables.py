"""The verifier's own copies of the Standard's tables, from ``data/`` (see its README)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Content items hold content items (PS3.3 C.17.3.2).
CONTENT: Final = frozenset({0x0040A730})
#: Rows of PS3.15 Table E.1-1, edition 2026d; the loader refuses another number.
E1_1_ROWS: Final = 657
SAFE_PRIVATE_ROWS: Final = 479


@dataclass(frozen=True, slots=True)
class Attribute:
    """A standard attribute: the VRs it may have, and whether any IOD names it."""

    vrs: frozenset[bytes]
    in_iod: bool


@dataclass(frozen=True, slots=True)
class Action:
    """One row of Table E.1-1: the basic action, and the options that keep or clean it."""

    basic: str
    keep: frozenset[str]
    clean: frozenset[str]


@dataclass(frozen=True, slots=True)
class SafePrivate:
    """One row of Table E.3.10-1 with what may be done with it: keep, scan, uid, recurse, drop."""

    vr: bytes
    treatment: str


class StorageClass(NamedTuple):
    """What must be true of the objects of a class, see the README, and the IOD they follow."""

    treatment: str
    iod: str


@dataclass(frozen=True, slots=True)
class Iod:
    """The attributes of an IOD in its data set, and in items at any depth."""

    top: frozenset[int]
    nested: frozenset[int]


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables, loaded once."""

    attributes: dict[int, Attribute]
    actions: dict[int, Action]
    texts: dict[int, str]
    private: dict[tuple[str, int, int], SafePrivate]
    creators: frozenset[str]
    uids: frozenset[bytes]
    words: frozenset[str]
    names: frozenset[str]
    han_words: frozenset[str]
    classes: dict[bytes, StorageClass]
    extras: frozenset[int]
    methods: dict[str, str]
    designators: frozenset[str]
    plain_codes: frozenset[str]


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one CSV file of ``data/``."""
    text = (files("yushan.domain.verifier") / "data" / name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def lines(name: str) -> frozenset[str]:
    """The lines of one list of ``data/``."""
    text = (files("yushan.domain.verifier") / "data" / name).read_text("utf-8")
    return frozenset(text.split())


def actions() -> dict[int, Action]:
    """Table E.1-1 by tag; its patterns (curves, overlays, private) are hard rules elsewhere."""
    table = list(rows("e1_1.csv"))
    if len(table) != E1_1_ROWS:
        raise ValueError(f"Table E.1-1 has {len(table)} rows, not {E1_1_ROWS}")
    return {
        int(row["tag"], 16): Action(
            row["basic"], frozenset(row["keep"].split()), frozenset(row["clean"].split())
        )
        for row in table
        if "x" not in row["tag"] and row["tag"] != "PRIVATE"
    }


def private() -> dict[tuple[str, int, int], SafePrivate]:
    """Table E.3.10-1, and what this house adds, by creator, group and element byte."""
    table = private_table("private.csv")
    if len(table) != SAFE_PRIVATE_ROWS:
        raise ValueError(f"Table E.3.10-1 has {len(table)} rows, not {SAFE_PRIVATE_ROWS}")
    return table | private_table("private_more.csv")


def private_table(name: str) -> dict[tuple[str, int, int], SafePrivate]:
    """One file of safe private attributes."""
    return {
        (row["creator"], int(row["group"], 16), int(row["element"], 16)): SafePrivate(
            row["vr"].encode(), row["treatment"]
        )
        for row in rows(name)
    }


@cache
def tables() -> Tables:
    """Load all tables; takes some 20 ms, once per process."""
    safe, words = private(), lines("words.txt")
    return Tables(
        attributes={
            int(row["tag"], 16): Attribute(
                frozenset(row["vr"].encode().split(b"|")), row["iod"] == "y"
            )
            for row in rows("attributes.csv")
        },
        actions=actions(),
        texts={int(row["tag"], 16): row["shape"] for row in rows("texts.csv")},
        private=safe,
        creators=frozenset(creator for creator, _, _ in safe),
        uids=frozenset(uid.encode() for uid in lines("uids.txt")),
        words=words,
        names=words | lines("names.txt"),
        han_words=lines("words_han.txt"),
        classes={
            row["uid"].encode(): StorageClass(row["treatment"], row["iod"])
            for row in rows("classes.csv")
        },
        extras=frozenset(int(tag, 16) for tag in lines("extras.txt")),
        methods={row["code"]: row["meaning"] for row in rows("methods.csv")},
        designators=lines("designators.txt"),
        plain_codes=lines("plain_codes.txt"),
    )


@cache
def modules() -> dict[str, tuple[str, str]]:
    """Tags of each module, as written: those of the data set, and those in items."""
    return {row["module"]: (row["top"], row["nested"]) for row in rows("modules.csv")}


@cache
def iods() -> dict[str, tuple[str, ...]]:
    """The modules of each IOD."""
    return {row["iod"]: tuple(row["modules"].split()) for row in rows("iods.csv")}


@cache
def iod(name: str) -> Iod:
    """The attributes of an IOD; none for a name that is not in the table."""
    top: set[int] = set()
    nested: set[int] = set()
    for module in iods().get(name, ()):
        own, below = modules()[module]
        top.update(int(tag, 16) for tag in own.split())
        nested.update(int(tag, 16) for tag in below.split())
    return Iod(frozenset(top), frozenset(nested | top & CONTENT))


def option_checks() -> dict[str, str]:
    """By code of CID 7050, how an object is held to its claim: for the documents."""
    return {row["code"]: row["check"] for row in rows("checks.csv")}
