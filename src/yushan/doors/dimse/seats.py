"""Seats: how many connections and associations there may be, in all and from one address."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from yushan.base import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Connections that have not associated yet may be as many again as associations.
LOBBY: Final = 2


class Seats:
    """Counts per address; a peer's own limit is met before everybody's."""

    def __init__(self, most: int, most_per_peer: int) -> None:
        self.most = most
        self.most_per_peer = most_per_peer
        self.lock = threading.Lock()
        self.connections: Counter[str] = Counter()
        self.associations: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """A connection comes; whether it may stay."""
        with self.lock:
            if (
                self.connections[address] >= LOBBY * self.most_per_peer
                or self.connections.total() >= LOBBY * self.most
            ):
                return False
            self.connections[address] += 1
            return True

    def leave(self, address: str) -> None:
        """A connection goes."""
        with self.lock:
            self.connections -= Counter((address,))

    @contextmanager
    def taken(self, address: str) -> Iterator[None]:
        """A seat while an association lasts.

        Raises
        ------
        Rejected
            ``dimse.too-many-associations``
        """
        with self.lock:
            if (
                self.associations[address] >= self.most_per_peer
                or self.associations.total() >= self.most
            ):
                raise Rejected("dimse.too-many-associations")
            self.associations[address] += 1
        try:
            yield
        finally:
            with self.lock:
                self.associations -= Counter((address,))
