"""The whole index as text, for whoever compares two of them: what follows from packs, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from yushan.base import canonical_json
from yushan.services.catalogue.profiles import unpacked
from yushan.services.catalogue.tables import (
    CUBE,
    FACET,
    PROFILE,
    SERIES,
    STUDY,
    SUBJECT,
    SUM,
    WORD,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES: Final = (SUBJECT, STUDY, SERIES, FACET, CUBE, SUM)


def lines(tx: sa.Connection) -> Iterator[str]:
    """Canonical JSON, a line for each row, in order of table and key."""
    for table in TABLES:
        for row in tx.execute(sa.select(table).order_by(*table.primary_key.columns)):
            yield line_of(table.name, dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's public name
    words = {row.id: f"{row.kind}={row.value}" for row in tx.execute(sa.select(WORD))}
    there = PROFILE.c.study_instance_uid.is_not(None)
    for row in tx.execute(sa.select(PROFILE).where(there).order_by(PROFILE.c.study_instance_uid)):
        found_by = sorted(words[one] for one in unpacked(row.words))
        about = {"study": row.study_instance_uid, "date": row.study_date, "found_by": found_by}
        yield line_of(PROFILE.name, about)


def line_of(table: str, row: dict[str, Any]) -> str:
    """One row."""
    named = {str(name): value for name, value in row.items()}
    return canonical_json({"table": str(table), **named}).decode()
