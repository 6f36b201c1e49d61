"""Static tiles (C2SP tlog-tiles): a log as files that never change, so that anybody may check it.

A tile of level L has up to 256 hashes of subtrees of 256^L entries; a bundle up to 256 entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH: Final = 256
HEIGHT: Final = 8
HASH: Final = 32
#: What stands where a hash is missing; no SHA-256 of anything known.
NOTHING: Final = bytes(HASH)


def spelled(index: int) -> str:
    """The index of a tile as a path: 1234067 is ``x001/x234/067``."""
    text = f"{index % 1000:03d}"
    while index := index // 1000:
        text = f"x{index % 1000:03d}/{text}"
    return text


def path_of(level: int | None, index: int, width: int = WIDTH) -> str:
    """The path of a tile, of a bundle of entries if ``level`` is None."""
    place = "entries" if level is None else str(level)
    return f"tile/{place}/{spelled(index)}" + ("" if width == WIDTH else f".p/{width}")


def read_path(path: str) -> tuple[int | None, int, int] | None:
    """Level (None: entries), index and width of a path below ``tile/``; None if it is none."""
    place, _, rest = path.partition("/")
    name, partial, wide = rest.partition(".p/")
    parts = name.split("/")
    if any(len(one) != 4 or one[0] != "x" for one in parts[:-1]):
        return None
    digits = "".join([one[1:] for one in parts[:-1]] + parts[-1:])
    width = wide if partial else str(WIDTH)
    level = "0" if place == "entries" else place
    if not all(one.isascii() and one.isdigit() and len(one) < 19 for one in (digits, width, level)):
        return None
    found = None if place == "entries" else int(level), int(digits), int(width)
    return found if f"tile/{path}" == path_of(*found) and found[2] else None


def layout(size: int) -> Iterator[tuple[int, int, int]]:
    """The tiles (level, index, width) that a tree of so many entries has, lowest level first."""
    level, count = 0, size
    while count:
        yield from ((level, index, WIDTH) for index in range(count // WIDTH))
        if count % WIDTH:
            yield level, count // WIDTH, count % WIDTH
        level, count = level + 1, count // WIDTH


def bundle(bodies: Sequence[bytes]) -> bytes:
    """Entries one after the other, each behind its length in two bytes."""
    return b"".join(len(body).to_bytes(2) + body for body in bodies)


def unbundle(data: bytes) -> list[bytes]:
    """The entries of a bundle, as far as they are whole."""
    found, at = [], 0
    while at + 2 <= len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if end > len(data):
            break
        found.append(data[at + 2 : end])
        at = end
    return found


def hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile, as far as they are whole."""
    return [tile[at : at + HASH] for at in range(0, len(tile) - HASH + 1, HASH)]
