"""How much there is: exact for those who may know, protected for everybody else."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from yushan.services.catalogue import profiles, showing, sums
from yushan.services.catalogue.tables import SHOWN, SUM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from yushan.engines.database import Database
    from yushan.services.catalogue.sums import Slice
    from yushan.services.catalogue.values import CubeRow, Shown

DAY_S: Final = 86_400.0


class Figures:
    """Sums of the cube. ``every_s`` is the least time between two tables for everybody."""

    def __init__(self, db: Database, every_s: float = DAY_S) -> None:
        self.db, self.every_s, self.making = db, every_s, Lock()

    def sums(
        self, wanted: Slice, rows: Iterable[str] = (), *, exact: bool, together: bool = False
    ) -> list[CubeRow]:
        """The sums of a slice, of some modality rows or all; of what is protected unless exact.

        ``together`` adds modality rows up: a study with several counts in each.

        Sums that are not exact may be added up and compared in any way and say no more.
        """
        with self.db.read() as tx:
            return sums.read(tx, SUM if exact else SHOWN, wanted, rows, together=together)

    def shown(self, now: datetime) -> Shown:
        """When the table for everybody was made; it is made anew before, if it is due."""
        with self.db.read() as tx:
            before, total = showing.last(tx), showing.totals(tx)
        if before is None or showing.is_due(before, now, self.every_s, total):
            before = self.make(now)
        return showing.shown(before)

    def make(self, now: datetime) -> showing.Made:
        """Make the table for everybody, unless somebody just did."""
        with self.making, self.db.begin() as tx:
            profiles.count_on(tx, "epoch", 0)  # others who would make it wait here
            if showing.is_due(showing.last(tx), now, self.every_s, showing.totals(tx)):
                showing.make(tx, now)
            made = showing.last(tx)
        assert made is not None  # noqa: S101 - the row that was written above
        return made
