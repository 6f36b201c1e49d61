"""Counts added up over the edges of the cube, so that every table is a look-up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from yushan.base import SiteName
from yushan.services.catalogue.tables import SUM
from yushan.services.catalogue.values import Cell, Counts, CubeRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Any value added up, in a cell and in a question.
ALL: Final = "*"
#: In a question: each value by itself; of periods each month, or each year.
EACH: Final = "<each>"
EACH_YEAR: Final = "<each year>"
AMOUNTS: Final = ("studies", "series", "instances", "bytes")
EDGES: Final = ("site", "row", "month", "body_part")
BLOCK: Final = 500


@dataclass(frozen=True, slots=True)
class Slice:
    """Which sums: per edge a value, ``ALL`` or ``EACH``; ``month`` is YYYY-MM or YYYY."""

    site: str = ALL
    month: str = ALL
    body_part: str = ALL


def levels(cell: Cell) -> list[Cell]:
    """The cell as it counts in each sum."""
    edges = product((cell.site, ALL), (cell.month, cell.month[:4], ALL), (cell.body_part, ALL))
    return [Cell(SiteName(site), cell.row, month, part) for site, month, part in edges]


def summed(cells: Mapping[Cell, Counts]) -> dict[Cell, Counts]:
    """All sums that the cells make."""
    found: dict[Cell, Counts] = {}
    for cell, counts in cells.items():
        for level in levels(cell):
            found[level] = found.get(level, Counts()) + counts
    return found


def change(tx: sa.Connection, cells: Mapping[Cell, Counts]) -> None:
    """Add changes of the cube's cells to all sums; a sum that counts nothing goes."""
    rows = [row_of(cell, counts) for cell, counts in sorted(summed(cells).items(), key=repr)]
    if not rows:
        return
    build: Any = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    insert = build(SUM)
    more = {name: SUM.c[name] + insert.excluded[name] for name in AMOUNTS}
    upsert = insert.on_conflict_do_update(index_elements=EDGES, set_=more)
    tx.execute(upsert, rows)
    tx.execute(
        sa.delete(SUM).where(
            SUM.c.series == 0,
            SUM.c.month.in_({row["month"] for row in rows}),
            SUM.c.body_part.in_({row["body_part"] for row in rows}),
        )
    )


def row_of(cell: Cell, counts: Counts) -> dict[str, Any]:
    """A row of a table of sums."""
    return {
        "site": cell.site, "row": cell.row, "month": cell.month, "body_part": cell.body_part,
        "studies": counts.studies, "series": counts.series, "instances": counts.instances,
        "bytes": counts.bytes,
    }  # fmt: skip


def write(tx: sa.Connection, table: sa.Table, cells: Mapping[Cell, Counts]) -> None:
    """Make a table of sums anew."""
    tx.execute(sa.delete(table))
    rows = [row_of(cell, counts) for cell, counts in summed(cells).items()]
    for start in range(0, len(rows), BLOCK):
        tx.execute(sa.insert(table), rows[start : start + BLOCK])


def read(
    tx: sa.Connection, table: sa.Table, wanted: Slice, rows: Iterable[str] = (),
    *, together: bool = False,
) -> list[CubeRow]:  # fmt: skip
    """The sums of a slice, in order; of some rows only, if they are named, or added up."""
    terms = [
        term(table.c.site, wanted.site),
        term(table.c.month, wanted.month),
        term(table.c.body_part, wanted.body_part),
    ]
    if some := tuple(rows):
        terms.append(table.c.row.in_(some))
    asked = added_up(table) if together else sa.select(table)
    order = (table.c.site, table.c.month, table.c.body_part)
    found = tx.execute(asked.where(*terms).order_by(*order, *([] if together else [table.c.row])))
    return [
        CubeRow(
            Cell(SiteName(row.site), row.row, row.month, row.body_part),
            Counts(int(row.studies), int(row.series), int(row.instances), int(row.bytes)),
        )
        for row in found
    ]


def added_up(table: sa.Table) -> sa.Select[Any]:
    """Modality rows added up."""
    edges = (table.c.site, table.c.month, table.c.body_part)
    sums = [sa.func.sum(table.c[name]).label(name) for name in AMOUNTS]
    return sa.select(*edges, sa.literal(ALL).label("row"), *sums).group_by(*edges)


def term(column: sa.Column[str], wanted: str) -> sa.ColumnElement[bool]:
    """What an edge must be."""
    if wanted == EACH_YEAR:
        return sa.and_(column != ALL, sa.func.length(column) == len("YYYY"))
    if wanted == EACH:
        each = column != ALL
        is_month = column.name == "month"
        return sa.and_(each, sa.func.length(column) == len("YYYY-MM")) if is_month else each
    return column == wanted
