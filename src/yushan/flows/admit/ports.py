"""What admission asks of others; assembly hands them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from yushan.services.linkage import Subject

T = TypeVar("T")


class ConsentGate(Protocol):
    """The citizen office's list (``services.consent.ConsentList``)."""

    def check(
        self,
        token: bytes | None,
        modality: str | None,
        *,
        site: str | None = None,
        examined_on: date | None = None,
    ) -> str:
        """``"allowed"`` or ``"opted-out"``; raises ``Unavailable``: then everything is held."""
        ...


class Linker(Protocol):
    """Opens envelopes (``services.linkage.LinkageCommons``)."""

    def subject(self, envelope: bytes, aad: bytes) -> Subject:
        """The person; ``Rejected`` when the envelope is not for us or not for this person."""
        ...


class Workers(Protocol):
    """Processes that may die without taking anyone along (``engines.sandbox.Children``)."""

    def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - any task
        """One task; ``Rejected("sandbox.…")`` when it could not be done."""
        ...

    def map(self, function: Callable[..., T], tasks: Iterable[Sequence[Any]]) -> list[T]:
        """Many tasks side by side, in order; the first error is raised."""
        ...
