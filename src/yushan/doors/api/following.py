"""The feed of changes, for who keeps a copy of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yushan.base import Forbidden
from yushan.doors.api import values

if TYPE_CHECKING:
    from yushan.doors.api.asked import ChangesAsked
    from yushan.doors.api.asker import Asker
    from yushan.doors.api.ports import Rooms


def changes(rooms: Rooms, asker: Asker, asked: ChangesAsked) -> values.Changes:
    """Changes after a number.

    Raises
    ------
    Forbidden
        ``api.whole-scope``: numbers without gaps would tell others how much they do not see.
    """
    if not asker.scope.everything:
        raise Forbidden("api.whole-scope")
    name, last = rooms.archive.feed()
    names = asker.names
    found = tuple(
        values.SeriesChange(
            one.sequence, one.kind.value, names.uid(one.series), names.uid(one.study),
            asker.named(one.pack), one.version, one.at,
        )
        for one in rooms.archive.changes(asked.after, asked.limit)
    )  # fmt: skip
    return values.Changes(name, last, found)
