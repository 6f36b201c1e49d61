"""``yushan words``: the tables of learned words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yushan.assembly.deid.terminal import Line, stoppable
from yushan.base import SystemClock
from yushan.domain.deid import (
    LEAST_PATIENTS,
    LEAST_SITES,
    joined,
    read_site_words,
    words_digest,
    words_file,
)
from yushan.flows.deid import count_words

if TYPE_CHECKING:
    from pathlib import Path


def count(source: Path, site: str, out: Path, *, is_seen: bool) -> dict[str, Any]:
    """Count the words of a hospital and write the table."""
    line = Line(SystemClock(), is_seen=is_seen)
    with stoppable() as stopped:
        try:
            found, failed = count_words(source, site, 0, line, stopped)
        finally:
            line.end()
    out.write_bytes(words_file(found))
    return {
        "patients": found.patients, "words": len(found.words), "refused": len(found.refused),
        "unread": failed,
    }  # fmt: skip


def join(
    tables: tuple[Path, ...], patients: int | None, sites: int | None, out: Path
) -> dict[str, Any]:
    """Join the tables of hospitals and write the vocabulary."""
    found = joined(
        [read_site_words(table.read_bytes()) for table in tables],
        patients=patients or LEAST_PATIENTS,
        sites=sites or LEAST_SITES,
    )
    content = words_file(found)
    out.write_bytes(content)
    return {
        "words": len(found.words), "doubtful": len(found.doubtful),
        "digest": words_digest(content),
    }  # fmt: skip
