"""How much there is, kept as sums beside the rows: nobody counts ten million of them for a page.

Each sum changes in the transaction that changes the rows; `counted` is what they must be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from yushan.services.archive.tables import PACK, PART, TOTAL
from yushan.services.archive.values import ArchiveStats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yushan.services.archive.values import PackRecord, PartRecord

PAGE: Final = 500
#: Sums of different values, by the column that holds them.
DIFFERENT: Final = {
    "series": PART.c.series_instance_uid,
    "studies": PART.c.study_instance_uid,
    "subjects": PACK.c.subject,
}


def read(tx: sa.Connection) -> ArchiveStats:
    """The sums."""
    return ArchiveStats(**{row.name: int(row.value) for row in tx.execute(sa.select(TOTAL))})


def counted(tx: sa.Connection) -> ArchiveStats:
    """The same, counted from the rows; that takes its time."""
    some, total = sa.func.coalesce, sa.func.sum
    sums = (sa.func.count(), some(total(PACK.c.instances), 0), some(total(PACK.c.size), 0))
    packs, instances, size = tx.execute(sa.select(*sums).select_from(PACK)).one()
    parts = tx.execute(sa.select(sa.func.count()).select_from(PART)).scalar_one()
    different = {
        name: int(tx.execute(sa.select(sa.func.count(column.distinct()))).scalar_one())
        for name, column in DIFFERENT.items()
    }
    return ArchiveStats(
        packs=int(packs), instances=int(instances), bytes=int(size), parts=int(parts), **different
    )


def write(tx: sa.Connection, found: ArchiveStats) -> None:
    """Set all sums."""
    tx.execute(sa.delete(TOTAL))
    rows = [{"name": name, "value": getattr(found, name)} for name in sorted(NAMES)]
    tx.execute(sa.insert(TOTAL), rows)


NAMES: Final = (*ArchiveStats.__dataclass_fields__,)


class Held:
    """The series, studies and persons that some rows are about: which of them are here."""

    def __init__(self, record: Iterable[PackRecord], parts: Iterable[PartRecord]) -> None:
        parts = list(parts)
        self.names = {
            "series": {str(one.series_instance_uid) for one in parts},
            "studies": {str(one.study_instance_uid) for one in parts},
            "subjects": {str(one.subject) for one in record},
        }

    def absent(self, tx: sa.Connection) -> dict[str, int]:
        """How many of each are not here (now)."""
        return {
            name: len(wanted - there(tx, DIFFERENT[name], sorted(wanted)))
            for name, wanted in self.names.items()
        }


def there(tx: sa.Connection, column: sa.Column[str], names: Sequence[str]) -> set[str]:
    """Which of these values a column has."""
    found: set[str] = set()
    for start in range(0, len(names), PAGE):
        some = names[start : start + PAGE]
        found |= set(tx.scalars(sa.select(column).where(column.in_(some)).distinct()))
    return found


def change(tx: sa.Connection, by: Mapping[str, int], sign: int = 1) -> None:
    """Add to sums (or take from them), always in the same order."""
    for name in sorted(by):
        if by[name]:
            more = sa.update(TOTAL).where(TOTAL.c.name == name)
            tx.execute(more.values(value=TOTAL.c.value + sign * by[name]))


def sums_of(packs: Sequence[PackRecord], parts: int) -> dict[str, int]:
    """What packs add to the sums that need no look at other rows."""
    return {
        "packs": len(packs),
        "instances": sum(one.instances for one in packs),
        "bytes": sum(one.size for one in packs),
        "parts": parts,
    }
