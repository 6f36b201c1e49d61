"""All rows of a database as a stream of bytes that either kind of database takes back.

A dump knows the revision of every branch, so it is loaded into tables as they were and upgraded
from there; one made on SQLite can be loaded into PostgreSQL and the reverse.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
import sqlalchemy as sa

from yushan.base import Rejected
from yushan.engines.database.shapes import TableShape, make_tables, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMAT: Final = 1
#: Alembic's own table: what it says is the dump's ``revisions``.
VERSIONS: Final = "alembic_version"
ROWS_AT_ONCE: Final = 2000


class DumpHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a dump begins with: where each branch stood, and the shape of each table."""

    format: int = FORMAT
    revisions: tuple[str, ...]
    tables: dict[str, TableShape]

    def columns(self, table: str) -> tuple[str, ...]:
        """Names of a table's columns, in the order of its rows."""
        return tuple(column.name for column in self.tables[table].columns)


class DumpRows(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """Some rows of one table, values in the order of the head's columns."""

    table: str
    rows: list[list[Any]]


def reflected(tx: sa.Connection) -> sa.MetaData:
    """The tables as they are, without Alembic's own."""
    found = sa.MetaData()
    found.reflect(tx, resolve_fks=False, only=lambda name, _: name != VERSIONS)
    return found


def revisions_of(tx: sa.Connection) -> tuple[str, ...]:
    """The revision of every branch; none in an empty database."""
    if not sa.inspect(tx).has_table(VERSIONS):
        return ()
    return tuple(sorted(tx.scalars(sa.text(f"select version_num from {VERSIONS}"))))  # noqa: S608 - a constant


def dump(tx: sa.Connection) -> Iterator[bytes]:
    """Head, then rows, as MessagePack documents; ``tx`` should be a read transaction."""
    tables = reflected(tx).sorted_tables
    head = DumpHead(
        revisions=revisions_of(tx),
        tables={str(one.name): shape_of(one) for one in tables},
    )
    yield msgspec.msgpack.encode(head)
    for table in tables:
        found = tx.execution_options(yield_per=ROWS_AT_ONCE).execute(sa.select(table))
        for rows in found.partitions(ROWS_AT_ONCE):
            yield msgspec.msgpack.encode(DumpRows(str(table.name), [list(row) for row in rows]))


def read_head(document: bytes) -> DumpHead:
    """The head of a dump; ``Rejected("database.dump-unreadable")``."""
    try:
        head = msgspec.msgpack.decode(document, type=DumpHead)
    except msgspec.MsgspecError as error:
        raise Rejected("database.dump-unreadable") from error
    if head.format != FORMAT:
        raise Rejected("database.dump-unreadable")
    return head


def load(tx: sa.Connection, head: DumpHead, documents: Iterable[bytes]) -> dict[str, int]:
    """Replace all rows by those of a dump; rows by table.

    ``Rejected("database.dump-unreadable")`` when the tables do not have its columns.
    """
    known = reflected(tx)
    if not fits(known, head):
        raise Rejected("database.dump-unreadable")
    for table in reversed(known.sorted_tables):
        tx.execute(sa.delete(table))
    counts = dict.fromkeys(head.tables, 0)
    for document in documents:
        part = msgspec.msgpack.decode(document, type=DumpRows)
        table, columns = known.tables[part.table], head.columns(part.table)
        made = [converter(table.columns[name].type) for name in columns]
        rows = [
            {name: make(value) for name, make, value in zip(columns, made, row, strict=True)}
            for row in part.rows
        ]
        tx.execute(sa.insert(table), rows)
        counts[part.table] += len(rows)
    if tx.dialect.name == "postgresql":
        set_sequences(tx, known)
    return counts


def fits(known: sa.MetaData, head: DumpHead) -> bool:
    """Whether the tables have exactly the columns of a dump."""
    return all(
        name in known.tables and set(head.columns(name)) == set(known.tables[name].columns.keys())
        for name in head.tables
    )


def lay(tx: sa.Connection, head: DumpHead) -> None:
    """In an empty database: the tables as a dump tells them, and where each branch stands."""
    make_tables(tx, head.tables)
    versions = sa.Table(
        VERSIONS, sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True)
    )
    versions.create(tx)
    tx.execute(sa.insert(versions), [{"version_num": one} for one in head.revisions])


def converter(kind: sa.types.TypeEngine[Any]) -> Any:  # noqa: ANN401 - a function of any value
    """Back from how MessagePack spells a value of this kind."""
    if isinstance(kind, sa.DateTime):
        return lambda value: datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(kind, sa.Date):
        return lambda value: date.fromisoformat(value) if isinstance(value, str) else value
    return lambda value: value


def set_sequences(tx: sa.Connection, known: sa.MetaData) -> None:
    """Numbers go on after the highest that was loaded."""
    for table in known.sorted_tables:
        for column in table.columns:
            sequence = tx.scalar(
                sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
                if isinstance(column.type, sa.Integer)
                else sa.select(sa.null())
            )
            if sequence:
                highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
                tx.execute(sa.select(sa.func.setval(sequence, highest, sa.false())))


def hold_writers(tx: sa.Connection) -> None:
    """Let everybody who writes wait until the caller's write transaction ends.

    On SQLite a write transaction does so by itself.
    """
    if tx.dialect.name == "postgresql" and (names := sorted(reflected(tx).tables)):
        listed = ", ".join(f'"{name}"' for name in names)
        tx.exec_driver_sql(f"lock table {listed} in share row exclusive mode")
