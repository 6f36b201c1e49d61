"""Pages that stay where they are while new studies come in.

``offset`` counts rows, and a new row in front would shift all that follow. So it is remembered at
which row a page ended; whoever goes on from there goes on behind that row. What is forgotten
(another process, ten minutes) is counted again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Final

Place = tuple[str, str]

KEPT: Final = 4096
KEPT_S: Final = 600.0


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
