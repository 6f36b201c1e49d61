"""The kit of D15: every room that keeps something of a person forgets it, and only that.

A room's test inherits `Forgets` and says how to put a person in and how to find what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yushan.base import Forgotten, Leaving

if TYPE_CHECKING:
    from yushan.engines.database import Database

LEAVER, STAYER = "Q" * 16, "P" * 16


class Forgets:
    """What holds in every room."""

    leaver, stayer = LEAVER, STAYER
    #: Whether the room holds anything by series, so that some of them may leave alone.
    by_series = False

    def room(self) -> Any:
        """The room under test, with both persons in it."""
        raise NotImplementedError

    def found(self) -> set[str]:
        """Which of the two persons can still be found in it, by anything."""
        raise NotImplementedError

    def forget(self, database: Database, leaving: Leaving) -> Forgotten:
        with database.begin() as tx:
            return self.room().forget(tx, leaving)

    def test_who_leaves_is_not_found_and_who_stays_is(self, database: Database) -> None:
        assert self.found() == {self.leaver, self.stayer}
        assert self.forget(database, Leaving(subject=self.leaver)).removed > 0
        assert self.found() == {self.stayer}

    def test_again_changes_nothing(self, database: Database) -> None:
        self.forget(database, Leaving(subject=self.leaver))
        assert self.forget(database, Leaving(subject=self.leaver)) == Forgotten()
        assert self.found() == {self.stayer}

    def test_a_transaction_that_fails_forgets_nothing(self, database: Database) -> None:
        try:
            with database.begin() as tx:
                self.room().forget(tx, Leaving(subject=self.leaver))
                raise LookupError
        except LookupError:
            pass
        assert self.found() == {self.leaver, self.stayer}

    def test_a_stranger_takes_nothing_along(self, database: Database) -> None:
        assert self.forget(database, Leaving(subject="Z" * 16)) == Forgotten()
        assert self.found() == {self.leaver, self.stayer}

    def test_a_series_of_nobody_takes_no_series_along(self, database: Database) -> None:
        if self.by_series:
            leaving = Leaving(subject=self.leaver, series=frozenset({"2.25.1"}))
            assert self.forget(database, leaving).removed == 0
            assert self.found() == {self.leaver, self.stayer}

    def test_the_answer_names_nobody(self, database: Database) -> None:
        assert self.leaver not in repr(self.forget(database, Leaving(subject=self.leaver)))
