"""Logs as plain files that an auditor checks without us: C2SP tlog-tiles, heads, keys.

=========================  ======================================================================
``keys.json``              the public key that signs now, and all changes of it
``key.txt``                verifier keys of both logs; compare with those you were given on paper
``LOG/checkpoint``         the newest signed head, with cosignatures
``LOG/tile/…``             hashes; ``LOG/tile/entries/…`` the entries (canonical JSON)
``LOG/heads/SIZE``         every signed head, with cosignatures
``LOG/witnesses.txt``      verifier keys of the witnesses
=========================  ======================================================================

``LOG`` is ``record`` (public) or ``ledger`` (restricted). Personal values are not exported. A row
that is missing in the tables is written as an empty entry or as a hash of zeros, and named later.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.services.ledger import beside, queries
from yushan.services.ledger.changes import Change  # noqa: TC001 - msgspec reads it at run time
from yushan.services.ledger.notes import LEDGER, RECORD, with_lines
from yushan.services.ledger.tiles import HEIGHT, NOTHING, WIDTH, bundle, layout, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from yushan.services.ledger.log import Log

#: First line of a log's heads → its folder.
FOLDERS: Final = {RECORD: "record", LEDGER: "ledger"}


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who signs: base64 of the present public key, and how it came to be."""

    key: str
    changes: tuple[Change, ...]


def write_export(tx: Connection, folder: Path, logs: Sequence[Log], keys: Keys) -> None:
    """Write the files into a new or empty folder; ``FileExistsError`` if it holds others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_new(folder / "keys.json", msgspec.json.format(msgspec.json.encode(keys)) + b"\n")
    lines = [log.key(base64.b64decode(keys.key)).line for log in logs]
    write_new(folder / "key.txt", "".join(f"{line}\n" for line in lines).encode())
    for log in logs:
        write_log(tx, folder / FOLDERS[log.origin], log)


def write_log(tx: Connection, folder: Path, log: Log) -> None:
    """One log."""
    size = max(queries.size(tx, log.tables), queries.last_number(tx, log.tables) + 1)
    for index, bodies in enumerate(bundles(tx, log, size)):
        write_new(folder / path_of(None, index, len(bodies)), bundle(bodies))
    for level, index, width in layout(size):
        write_new(folder / path_of(level, index, width), tile(tx, log, level, index, width))
    note = b""
    for tree_size, kept in queries.heads(tx, log.tables):
        cosigned = [line for _, line in beside.cosignatures(tx, log.origin, tree_size)]
        note = with_lines(kept, cosigned).encode()
        write_new(folder / "heads" / f"{tree_size:015d}", note)
    write_new(folder / "checkpoint", note)
    keys = [row.key for row in beside.witnesses(tx)]
    write_new(folder / "witnesses.txt", "".join(f"{key}\n" for key in keys).encode())


def bundles(tx: Connection, log: Log, size: int) -> Iterator[list[bytes]]:
    """The entries by 256, an empty one where a row is missing."""
    rows = queries.all_rows(tx, log.tables)
    row = next(rows, None)
    for first in range(0, size, WIDTH):
        bodies = [b""] * min(WIDTH, size - first)
        while row is not None and row[0] < first + WIDTH:
            if row[0] >= first:
                bodies[row[0] - first] = row[2].encode()
            row = next(rows, None)
        yield bodies


def tile(tx: Connection, log: Log, level: int, index: int, width: int) -> bytes:
    """The hashes of a tile, zeros where a row is missing."""
    first = index * WIDTH
    kept = queries.row_of_nodes(tx, log.tables, level * HEIGHT, first, width)
    return b"".join(kept.get(at, NOTHING) for at in range(first, first + width))


def published_tile(tx: Connection, log: Log, level: int | None, index: int, width: int) -> bytes:
    """A tile or bundle as the newest head covers it; empty if there is none like this."""
    head = log.newest(tx)
    count = (head.size if head is not None else 0) >> (HEIGHT * (level or 0))
    if not 0 < width <= WIDTH or index * WIDTH + width > count:
        return b""
    if level is not None:
        return tile(tx, log, level, index, width)
    first = index * WIDTH
    rows = queries.bodies(tx, log.tables, first - 1, width)
    return bundle([body.encode() for _, body in rows])


def write_new(path: Path, data: bytes) -> None:
    """A file that was not there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") as out:
        out.write(data)
