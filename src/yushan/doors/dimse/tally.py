"""Counts of one receiver since its start, and the metrics made of them."""

from __future__ import annotations

import threading
from collections import Counter

import msgspec

from yushan.engines.observe import counter


class Counters(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot. ``outcomes`` counts ended connections by code, ``refused`` objects by code."""

    connections: int
    associations: int
    accepted: int
    objects: int
    bytes: int
    echoes: int
    outcomes: dict[str, int]
    refused: dict[str, int]


class Tally:
    """The live counts; all methods may be called from any thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()

    def connected(self, change: int) -> None:
        """A connection came (1) or went (-1)."""
        self.add("connections", change)

    def associated(self, change: int) -> None:
        """An association was accepted (1) or is over (-1)."""
        with self.lock:
            self.counts["associations"] += change
            self.counts["accepted"] += max(change, 0)

    def add(self, name: str, change: int = 1) -> None:
        """Count something."""
        with self.lock:
            self.counts[name] += change

    def stored(self, size: int) -> None:
        """An object is on disk."""
        with self.lock:
            self.counts["objects"] += 1
            self.counts["bytes"] += size

    def refused(self, code: str) -> None:
        """An object or operation was answered with a failure."""
        with self.lock:
            self.refusals[code] += 1
        counter("dimse_refused", "DIMSE requests answered with a failure", ["code"]).labels(
            code
        ).inc()

    def ended(self, code: str, objects: int) -> None:
        """A connection is over."""
        with self.lock:
            self.outcomes[code] += 1
        counter("dimse_connections", "DIMSE connections by end", ["code"]).labels(code).inc()
        counter("dimse_objects", "objects received over DIMSE").inc(objects)

    def counters(self) -> Counters:
        """The counts now."""
        with self.lock:
            return Counters(
                connections=self.counts["connections"],
                associations=self.counts["associations"],
                accepted=self.counts["accepted"],
                objects=self.counts["objects"],
                bytes=self.counts["bytes"],
                echoes=self.counts["echoes"],
                outcomes=dict(self.outcomes),
                refused=dict(self.refusals),
            )
