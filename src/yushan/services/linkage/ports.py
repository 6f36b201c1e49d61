"""What the hospital's side needs of a key holder, wherever that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Answer(NamedTuple):
    """A part of 64 bytes per element in order, and one proof for all of them.

    ``public`` is the holder's public element: under which of its keys it answered.
    """

    parts: list[bytes]
    proof: bytes
    public: bytes


class Evaluator(Protocol):
    """One key holder as a hospital sees it."""

    def evaluate(self, blinded: Sequence[bytes]) -> Answer:
        """The answer to a batch; raises a ``YushanError`` when it cannot."""
        ...
