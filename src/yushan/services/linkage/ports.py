"""What the hospital's side needs of a key holder, wherever that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Evaluator(Protocol):
    """One key holder as a hospital sees it."""

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        """One answer per blinded element, in order; raises a ``YushanError`` when it cannot."""
        ...
