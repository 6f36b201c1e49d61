"""The exported ledger: plain files that an auditor checks without us.

=====================  ==========================================================================
``entries.jsonl``      one entry per line; SHA-256(0x00 ‖ line without its end) is its leaf hash
``leaves.txt``         the leaf hashes, hex, one per line
``heads/SIZE.txt``     signed heads (C2SP signed notes): origin, size, root, signature
``key.txt``            the verifier key; compare it with the one you were given on paper
=====================  ==========================================================================

The root over the first SIZE leaves is RFC 9162 §2.1.1. Personal fields are not exported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.services.ledger import queries
from yushan.services.ledger.check import check_files
from yushan.services.ledger.values import Verdict, read_key, read_note

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection


def write_export(tx: Connection, folder: Path, key: str) -> None:
    """Write the files into a new or empty folder; ``FileExistsError`` if it holds others."""
    heads = folder / "heads"
    heads.mkdir(parents=True, exist_ok=True)
    with (folder / "entries.jsonl").open("xb") as out:
        for _, body in queries.all_bodies(tx):
            out.write(body.encode() + b"\n")
    with (folder / "leaves.txt").open("x", encoding="ascii") as out:
        out.writelines(f"{found.hex()}\n" for _, found in queries.level_nodes(tx, 0))
    for note in queries.heads(tx):
        (heads / f"{read_note(note).size:015d}.txt").write_text(note, "utf-8")
    (folder / "key.txt").write_text(f"{key}\n", "utf-8")


def verify_export(folder: Path, key: str | None = None) -> Verdict:
    """Check exported files alone; ``key`` is the verifier key from a source you trust.

    Without ``key`` the file's own is used: the verdict then holds for that key only (it says it).

    Raises
    ------
    Rejected
        ``ledger.bad-key``.
    """
    line = key if key is not None else (folder / "key.txt").read_text("utf-8")
    return check_files(folder, read_key(line))
