"""Pages that stay where they are while new studies come in.

An answer that is not all names the next page (``Link``, RFC 8288) by the row that it ended with: a
cursor that any process can go on from. Who counts by ``offset`` has it nearly as well: where a page
ended is remembered, and whoever goes on from there goes on behind that row; what is forgotten
(another process, ten minutes) is counted again, and a new row in front shifts all that follow.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Of a study its date and UID, of a series the UIDs of its study and its own.
Place = tuple[str, str]

KEPT: Final = 4096
KEPT_S: Final = 600.0
#: A cursor as it travels: a date (or none) or a UID, and a UID; in the asker's names.
CURSOR: Final = re.compile(r"((?:[0-9]{8})?|[0-9.]{2,64})~([0-9][0-9.]{0,63})")


def read_cursor(text: str, names: Any) -> Place:  # noqa: ANN401 - whoever has ``own_uid``
    """The row behind which a page begins; ``Rejected("dicomweb.cursor-invalid")``."""
    found = CURSOR.fullmatch(text)
    if found is None:
        raise Rejected("dicomweb.cursor-invalid")
    first, last = found.groups()
    return (names.own_uid(first) if "." in first else first, names.own_uid(last))


def cursor_of(place: Place, names: Any) -> str:  # noqa: ANN401 - whoever has ``uid``
    """The same on its way out."""
    first, last = place
    return f"{names.uid(first) if '.' in first else first}~{names.uid(last)}"


def next_link(address: str, query: Iterable[tuple[str, str]], cursor: str) -> str:
    """The ``Link`` to the page that begins behind a row."""
    kept = [one for one in query if one[0].lower() not in ("offset", "after", "accept")]
    return f'<{address}?{urlencode([*kept, ("after", cursor)])}>; rel="next"'


class Pages:
    """Where pages ended: by asker and question, the row before each offset."""

    def __init__(self, limit: int = KEPT, seconds: float = KEPT_S) -> None:
        self.limit, self.seconds = limit, seconds
        self.lock = threading.Lock()
        self.held: OrderedDict[tuple[str, ...], tuple[float, Place]] = OrderedDict()

    def before(self, key: tuple[str, ...], offset: int) -> Place | None:
        """The last row of the page that ended at this offset, if it is remembered."""
        with self.lock:
            held = self.held.get((*key, str(offset)))
        if held is None or time.monotonic() - held[0] > self.seconds:
            return None
        return held[1]

    def ended(self, key: tuple[str, ...], offset: int, place: Place) -> None:
        """A page ended before this offset, with this row."""
        with self.lock:
            self.held[(*key, str(offset))] = (time.monotonic(), place)
            self.held.move_to_end((*key, str(offset)))
            while len(self.held) > self.limit:
                self.held.popitem(last=False)
