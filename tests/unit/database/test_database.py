from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from yushan.engines.database import insert_once

if TYPE_CHECKING:
    from yushan.engines.database import Database

THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("note", sa.Text, nullable=False),
)


@pytest.fixture
def things(database: Database) -> Database:
    with database.begin() as tx:
        THINGS.create(tx)
    return database


def test_a_transaction_is_all_or_nothing(things: Database) -> None:
    def break_off() -> None:
        with things.begin() as tx:
            tx.execute(sa.insert(THINGS).values(id="a", note="x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with things.read() as tx:
        assert tx.execute(sa.select(THINGS)).fetchall() == []


def test_insert_once_counts_only_what_is_new(things: Database) -> None:
    rows = [{"id": str(n), "note": "x"} for n in range(1500)]
    with things.begin() as tx:
        assert insert_once(tx, THINGS, rows) == 1500
    with things.begin() as tx:
        assert insert_once(tx, THINGS, [{"id": "7", "note": "y"}, {"id": "new", "note": "y"}]) == 1
        assert insert_once(tx, THINGS, []) == 0
    with things.read() as tx:
        note = tx.scalar(sa.select(THINGS.c.note).where(THINGS.c.id == "7"))
    assert note == "x"


def test_sqlite_forces_every_commit_to_disk(database: Database) -> None:
    if not database.embedded:
        pytest.skip("PostgreSQL does by default")
    with database.read() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA synchronous").scalar() == 2
