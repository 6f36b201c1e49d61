"""Somebody leaves: what every room that keeps something of a person is told, and answers.

A room keeps the promise by ``forget(tx, leaving) -> Forgotten``: in the caller's transaction nobody
finds the person's data any more; again changes nothing. Files go afterwards, with its ``sweep``.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Who leaves a place, as that place calls the person, and which of their series.

    ``series`` None is everything of theirs, also what belongs to no series.
    """

    subject: str
    series: frozenset[str] | None = None

    @property
    def whole(self) -> bool:
        """Nothing of the person stays."""
        return self.series is None


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What a room did: counts and codes, nothing personal.

    ``removed`` counts what nobody finds any more, in the room's own unit; ``files`` those that go
    with its next sweep; ``keys`` counts data keys that were destroyed, and ``keys_digest`` is a
    SHA-256 of them as they were kept; ``remains`` are codes of what cannot be recalled there.
    """

    removed: int = 0
    files: int = 0
    keys: int = 0
    keys_digest: str = ""
    remains: tuple[str, ...] = ()
