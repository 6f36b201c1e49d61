"""The shape of tables as a dump tells it, so that older tables can be made again as they were.

Migrations alone cannot: what a first revision makes may follow the program. A dump therefore says
itself what its tables looked like; they are made so, and then upgraded.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import sqlalchemy as sa

#: Kinds of columns; each has the same values on SQLite and PostgreSQL.
KINDS: Final[dict[str, type[sa.types.TypeEngine[Any]]]] = {
    "boolean": sa.Boolean, "date": sa.Date, "moment": sa.DateTime, "small": sa.SmallInteger,
    "big": sa.BigInteger, "integer": sa.Integer, "double": sa.Double, "number": sa.Numeric,
    "bytes": sa.LargeBinary, "text": sa.Text, "string": sa.String,
}  # fmt: skip
#: In this order, because some kinds are kinds of others.
ASKED: Final = (
    ("boolean", sa.Boolean), ("date", sa.Date), ("moment", sa.DateTime),
    ("small", sa.SmallInteger), ("big", sa.BigInteger), ("integer", sa.Integer),
    ("double", sa.Float), ("number", sa.Numeric), ("bytes", sa.LargeBinary), ("text", sa.Text),
    ("string", sa.String),
)  # fmt: skip


class ColumnShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One column; ``default`` is the server's, as SQL."""

    name: str
    kind: str
    length: int | None
    nullable: bool
    default: str | None


class IndexShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One index over plain columns; ``where`` is the condition of a partial one, as SQL."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    where: str = ""


class TableShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One table."""

    columns: tuple[ColumnShape, ...]
    key: tuple[str, ...]
    uniques: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[IndexShape, ...] = ()


def shape_of(table: sa.Table) -> TableShape:
    """A reflected table's shape."""
    uniques = [
        tuple(str(column.name) for column in one.columns)
        for one in table.constraints
        if isinstance(one, sa.UniqueConstraint)
    ]
    indexes = [
        IndexShape(
            str(one.name),
            tuple(str(column.name) for column in one.columns),
            bool(one.unique),
            condition(one),
        )
        for one in table.indexes
        if all(isinstance(column, sa.Column) for column in one.expressions)
    ]
    return TableShape(
        tuple(column_of(column) for column in table.columns),
        tuple(str(column.name) for column in table.primary_key.columns),
        tuple(sorted(uniques)),
        tuple(sorted(indexes, key=lambda one: one.name)),
    )


def condition(index: sa.Index) -> str:
    """A partial index's condition; empty for one over all rows."""
    for dialect in ("sqlite", "postgresql"):
        where = index.dialect_options[dialect].get("where")
        if where is not None:
            return str(where)
    return ""


def index_of(shape: IndexShape) -> sa.Index:
    """An index of its shape."""
    if not shape.where:
        return sa.Index(shape.name, *shape.columns, unique=shape.unique)
    where = sa.text(shape.where)
    return sa.Index(
        shape.name, *shape.columns, unique=shape.unique, sqlite_where=where,
        postgresql_where=where,
    )  # fmt: skip


def column_of(column: sa.Column[Any]) -> ColumnShape:
    """A reflected column's shape; a default that counts up is left to the key."""
    kind = next((name for name, type_ in ASKED if isinstance(column.type, type_)), "text")
    default = None
    if isinstance(column.server_default, sa.DefaultClause):
        default = str(column.server_default.arg)
    if default is not None and "nextval(" in default:
        default = None
    elif default is not None:
        default = default.partition("::")[0]  # PostgreSQL names the type behind the value
    length = getattr(column.type, "length", None)
    return ColumnShape(str(column.name), kind, length, bool(column.nullable), default)


def make_tables(tx: sa.Connection, shapes: dict[str, TableShape]) -> None:
    """Make tables as their shapes say; none of them may be there."""
    metadata = sa.MetaData()
    for name, shape in shapes.items():
        single = len(shape.key) == 1
        columns = [made(one, one.name in shape.key, single) for one in shape.columns]
        sa.Table(
            name,
            metadata,
            *columns,
            *(sa.UniqueConstraint(*names) for names in shape.uniques),
            *(index_of(one) for one in shape.indexes),
        )
    metadata.create_all(tx, checkfirst=False)


def made(shape: ColumnShape, in_key: bool, single: bool) -> sa.Column[Any]:  # noqa: FBT001 - as told
    """A column of its shape; a single whole number as key counts up by itself."""
    kind: Any = KINDS[shape.kind]
    whole = shape.kind in {"small", "integer", "big"}
    if in_key and single and whole:
        kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    elif shape.length and shape.kind in {"string", "bytes"}:
        kind = kind(shape.length)
    return sa.Column(
        shape.name, kind, primary_key=in_key, nullable=shape.nullable,
        server_default=sa.text(shape.default) if shape.default is not None else None,
        autoincrement="auto" if single else False,
    )  # fmt: skip
