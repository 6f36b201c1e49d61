"""Checking exported logs from their files and nothing else."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec

from yushan.base import Rejected, YushanError
from yushan.services.ledger.auditor import Auditor, Heads
from yushan.services.ledger.changes import keys_of, trusted
from yushan.services.ledger.export import FOLDERS, Keys
from yushan.services.ledger.merkle import leaf_hash
from yushan.services.ledger.notes import Key, read_key
from yushan.services.ledger.tiles import (
    HEIGHT,
    NOTHING,
    WIDTH,
    hashes,
    layout,
    path_of,
    read_path,
    unbundle,
)
from yushan.services.ledger.values import Entry, Verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from yushan.services.ledger.values import Verdict


def verify_export(folder: Path, key: str | None = None) -> Verdicts:
    """Check exported files alone; ``key`` is a verifier key from a source you trust.

    Any key of the chain will do. Without ``key`` the files' own is used: the verdict then holds
    for that key only (it says which).

    Raises
    ------
    Rejected
        ``ledger.bad-key``; ``ledger.no-export``: nothing of an export is there.
    """
    logs = [origin for origin, name in FOLDERS.items() if (folder / name).is_dir()]
    try:
        keys = msgspec.json.decode((folder / "keys.json").read_bytes(), type=Keys)
        own = base64.b64decode(keys.key, validate=True)
    except (OSError, ValueError) as error:
        raise Rejected("ledger.no-export") from error
    if not logs:
        raise Rejected("ledger.no-export")
    known = own if key is None else read_key(key).public
    publics = trusted([known], keys.changes)
    return Verdicts(tuple(LogFiles(folder / FOLDERS[one], one, publics).verdict() for one in logs))


def read_export(folder: Path, log: str) -> Iterator[Entry]:
    """The entries of an exported log (``record`` or ``ledger``) in order, unchecked."""
    origin = next(origin for origin, name in FOLDERS.items() if name == log)
    for body in LogFiles(folder / log, origin, ()).bodies():
        yield msgspec.json.decode(body, type=Entry)


class LogFiles:
    """One log in its folder."""

    def __init__(self, folder: Path, origin: str, publics: Sequence[bytes]) -> None:
        self.folder = folder
        self.auditor = Auditor(origin, keys_of(origin, publics), [])
        self.auditor.witnesses = list(self.witness_keys())
        self.size = self.entries_there()

    def verdict(self) -> Verdict:
        """Go over all files once."""
        auditor = self.auditor
        notes = list(self.notes())
        heads = Heads(auditor, notes)
        upper = {level: self.tiles(level) for level in self.levels()}
        for number, (body, leaf) in enumerate(zip(self.bodies(), self.tiles(0), strict=True)):
            auditor.entry(body, leaf, path_of(None, number // WIDTH))
            for level, at, found in auditor.grow(leaf_hash(body) if leaf == NOTHING else leaf):
                if level and level % HEIGHT == 0 and next(upper[level // HEIGHT]) != found:
                    place = path_of(level // HEIGHT, at // WIDTH)
                    auditor.fault("ledger.changed-node", number, place, (at << level))
            heads.due()
        heads.rest()
        self.ends(notes)
        return auditor.verdict()

    def ends(self, notes: list[tuple[int, str, str]]) -> None:
        """The newest head covers everything and is the checkpoint; no file is one too many."""
        newest = max(notes, default=(0, "", ""), key=lambda one: one[0])
        if newest[0] < self.size:
            self.auditor.fault("ledger.unsigned-entry", newest[0], "tile/entries")
        if text(self.folder / "checkpoint") != newest[1]:
            self.auditor.fault("ledger.bad-head", newest[0], "checkpoint")
        expected = {path_of(*one) for one in layout(self.size)}
        expected |= {path_of(None, at, wide) for level, at, wide in layout(self.size) if not level}
        for stray in sorted(self.paths() - expected):
            found = read_path(stray.removeprefix("tile/"))
            first = found[1] * WIDTH if found is not None else -1
            self.auditor.fault("ledger.stray-file", first, stray)

    def levels(self) -> list[int]:
        """The levels above the leaves."""
        return sorted({level for level, _, _ in layout(self.size)} - {0})

    def paths(self) -> set[str]:
        """All files below ``tile``."""
        found = (self.folder / "tile").rglob("*")
        return {one.relative_to(self.folder).as_posix() for one in found if one.is_file()}

    def entries_there(self) -> int:
        """How many entries the largest head or the bundles speak of."""
        named = [read_path(path.removeprefix("tile/")) for path in self.paths()]
        ends = [one[1] * WIDTH + one[2] for one in named if one is not None and one[0] is None]
        heads = [int(path.name) for path in (self.folder / "heads").glob("[0-9]*")]
        return max([*ends, *heads], default=0)

    def notes(self) -> Iterator[tuple[int, str, str]]:
        """All heads."""
        for path in sorted((self.folder / "heads").glob("[0-9]*")):
            yield int(path.name), text(path), f"heads/{path.name}"

    def witness_keys(self) -> Iterator[Key]:
        """The witnesses."""
        for line in text(self.folder / "witnesses.txt").splitlines():
            try:
                yield read_key(line)
            except YushanError:
                self.auditor.fault("ledger.bad-key", -1, "witnesses.txt")

    def bodies(self) -> Iterator[bytes]:
        """All entries in order; an empty one where something is missing."""
        for first in range(0, self.size, WIDTH):
            width = min(WIDTH, self.size - first)
            path = self.folder / path_of(None, first // WIDTH, width)
            found = unbundle(data(path))[:width]
            yield from found + [b""] * (width - len(found))

    def tiles(self, level: int) -> Iterator[bytes]:
        """All hashes of a level of tiles in order; zeros where something is missing."""
        for _, index, width in (one for one in layout(self.size) if one[0] == level):
            found = hashes(data(self.folder / path_of(level, index, width)))[:width]
            yield from found + [NOTHING] * (width - len(found))


def data(path: Path) -> bytes:
    """What is in a file; nothing if it is missing."""
    return path.read_bytes() if path.is_file() else b""


def text(path: Path) -> str:
    """The same as text, whatever is in it."""
    return data(path).decode("utf-8", "replace")
