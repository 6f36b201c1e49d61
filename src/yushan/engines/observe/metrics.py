"""Counts for Prometheus: names of ours, labels from closed lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN: dict[str, Counter | Gauge | Histogram] = {}
#: Upper bounds in seconds: from a page's thumbnail to a day's slow upload.
BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)


def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
    """A count that only grows; asking twice gives the same one."""
    known = KNOWN.get(name) or KNOWN.setdefault(name, Counter(f"yushan_{name}", meaning, labels))
    if not isinstance(known, Counter):
        raise TypeError(f"{name} is not a counter")
    return known


def gauge(name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
    """A figure that goes up and down."""
    known = KNOWN.get(name) or KNOWN.setdefault(name, Gauge(f"yushan_{name}", meaning, labels))
    if not isinstance(known, Gauge):
        raise TypeError(f"{name} is not a gauge")
    return known


def histogram(name: str, meaning: str, labels: Sequence[str] = ()) -> Histogram:
    """Durations in seconds, counted by upper bounds."""
    known = KNOWN.get(name) or KNOWN.setdefault(
        name, Histogram(f"yushan_{name}", meaning, labels, buckets=BOUNDS_S)
    )
    if not isinstance(known, Histogram):
        raise TypeError(f"{name} is not a histogram")
    return known


def exposition() -> bytes:
    """All figures in Prometheus' text form."""
    return generate_latest(REGISTRY)
