"""What the desk shows of an object: asked for by number, drawn in a child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from yushan.base import Absent, Rejected
from yushan.flows.desk.drawing import Sheet, View, png, sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from yushan.services.gateway import DeskQueue

T = TypeVar("T")


class Workers(Protocol):
    """Processes that may die without taking anyone along (``engines.sandbox.Children``)."""

    def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - any task
        """One task; ``Rejected("sandbox.…")`` when it could not be done."""
        ...


class Pictures:
    """Pictures of what waits; nothing is kept."""

    def __init__(self, queue: DeskQueue, workers: Workers) -> None:
        self.queue, self.workers = queue, workers

    def sheet(self, number: int) -> Sheet | None:
        """What the picture of an object is like; ``None``: there is nothing that can be shown."""
        try:
            return self.workers.run(sheet, self.path(number))
        except (Rejected, Absent):
            return None

    def png(self, number: int, view: View) -> bytes:
        """One frame of an object as PNG.

        Raises
        ------
        Absent
            ``gateway.object-absent``; ``gateway.no-picture``: nothing that can be shown.
        """
        try:
            return self.workers.run(png, self.path(number), view)
        except Rejected as error:
            raise Absent("gateway.no-picture") from error

    def path(self, number: int) -> str:
        """Where the original lies."""
        return str(self.queue.original(number))
