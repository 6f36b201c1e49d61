"""Counts for Prometheus: names of ours, labels from closed lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, Counter, Gauge, generate_latest

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN: dict[str, Counter | Gauge] = {}


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


def exposition() -> bytes:
    """All figures in Prometheus' text form."""
    return generate_latest(REGISTRY)
