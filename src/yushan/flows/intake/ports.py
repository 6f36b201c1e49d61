"""What intake asks of others; assembly hands them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

T = TypeVar("T")


class ConsentGate(Protocol):
    """The citizen office's word on a person. Raises ``Unavailable``: then everything is held."""

    def token(self, identity: str) -> bytes:
        """The person's token at the office; the office does not learn for whom."""
        ...

    def check(
        self, token: bytes | None, modality: str | None, *, examined_on: date | None = None
    ) -> str:
        """``"allowed"`` or ``"opted-out"``; ``token`` is ``None`` for a person without a number.

        ``examined_on`` is the true date; ``None``: not known, which counts against the use.
        """
        ...


class Linker(Protocol):
    """Makes the envelope by which the commons, and nobody else, knows the person again."""

    def envelope(
        self, identity: str | None, offset_days: int, consent_token: bytes | None, aad: bytes
    ) -> bytes:
        """Sealed to the commons and bound to ``aad``; ``Unavailable`` without key holders."""
        ...


class Workers(Protocol):
    """Processes that may die without taking anyone along (``engines.sandbox.Children``)."""

    def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - any task
        """One task; ``Rejected("sandbox.…")`` when it could not be done."""
        ...

    def map(self, function: Callable[..., T], tasks: Iterable[Sequence[Any]]) -> list[T]:
        """Many tasks side by side, in order; the first error is raised."""
        ...
