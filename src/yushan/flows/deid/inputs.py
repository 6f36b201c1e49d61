"""Every file below IN, in the order of names, each directory once; nothing is written there."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One input: its name for the report, where its bytes lie, and how they looked from outside.

    ``problem`` is a reason code when it cannot be read at all.
    """

    name: str
    path: str
    size: int = 0
    #: Modification and change time in ns, and the inode: what an untouched file keeps.
    stamp: str = ""
    problem: str = ""


def inputs(root: Path) -> Iterator[Found]:
    """All inputs of a folder, or the one file.

    The tree itself comes first, then what its links lead to. A link to a directory that was read
    already is one input with a problem: so a loop ends.
    """
    if not root.is_dir():
        yield found(root.name, os.fspath(root))
        return
    seen: set[Node] = {node_of(root.stat())}
    waiting: list[tuple[str, str]] = [(os.fspath(root), "")]
    while waiting:
        folder, name = waiting.pop(0)
        if name and not is_first(folder, seen):
            yield Found(name, folder, problem="standalone.link-again")
            continue
        yield from below(folder, name, seen, waiting)


def is_first(folder: str, seen: set[Node]) -> bool:
    """Whether a directory is reached for the first time; noted."""
    node = node_of(Path(folder).stat())
    is_new = node not in seen
    seen.add(node)
    return is_new


def below(
    folder: str, name: str, seen: set[Node], waiting: list[tuple[str, str]]
) -> Iterator[Found]:
    """The inputs of one directory; linked directories are put to those that wait."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield Found(f"{name}/" if name else ".", folder, problem="standalone.unreadable")
        return
    for entry in entries:
        shown = f"{name}/{entry.name}" if name else entry.name
        if not is_folder(entry):
            yield found(shown, entry.path)
        elif entry.is_symlink():
            waiting.append((entry.path, shown))
        else:
            is_first(entry.path, seen)
            yield from below(entry.path, shown, seen, waiting)


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a directory or leads to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def found(name: str, path: str) -> Found:
    """One file as it looks from outside."""
    try:
        seen = Path(path).stat()
    except OSError:
        return Found(name, path, problem="standalone.unreadable")
    if not stat.S_ISREG(seen.st_mode):
        return Found(name, path, problem="standalone.not-a-file")
    return Found(name, path, seen.st_size, stamp_of(seen))


def stamp_of(seen: os.stat_result) -> str:
    """What changes when a file is touched."""
    return f"{seen.st_mtime_ns}.{seen.st_ctime_ns}.{seen.st_ino}"


def node_of(seen: os.stat_result) -> Node:
    """By what a directory is the same under every name."""
    return seen.st_dev, seen.st_ino
