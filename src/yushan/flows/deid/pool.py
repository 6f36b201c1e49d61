"""Children for many small tasks: never more waiting than can be worked on, no task lost by another.

A child that dies takes its chunk along: the members of the chunk are then tried one by one.
"""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from yushan.base import Rejected, Unavailable
from yushan.engines.sandbox import Children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

T = TypeVar("T")
R = TypeVar("R")

#: Chunks that wait for each child, so that none is idle while the journal is written.
AHEAD: Final = 2
#: Loaded once, shared by all children.
PRELOAD: Final = ("yushan.flows.deid.children",)


class Stopped(threading.Event):
    """Set when the person wants to stop: no new task is begun."""

    def check(self) -> None:
        """``Unavailable("standalone.interrupted")`` once it is set."""
        if self.is_set():
            raise Unavailable("standalone.interrupted")


class Pool:
    """``jobs`` children with a deadline per chunk; close it, or use it in ``with``."""

    def __init__(self, jobs: int, stopped: Stopped, *, memory_mib: int, seconds: float) -> None:
        self.jobs, self.stopped = jobs, stopped
        self.children = Children(jobs, memory_mib=memory_mib, seconds=seconds, preload=PRELOAD)
        self.threads = ThreadPoolExecutor(jobs, thread_name_prefix="deid")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """End all children, after what they are at."""
        self.threads.shutdown(cancel_futures=True)
        self.children.close()

    def each(
        self,
        function: Callable[..., tuple[R, ...]],
        chunks: Iterable[tuple[tuple[T, ...], tuple[Any, ...]]],
        failed: Callable[[T, str], R],
    ) -> Iterator[tuple[R, ...]]:
        """``function(chunk, *more)`` for all ``(chunk, more)``, side by side, as they end.

        Parameters
        ----------
        function, chunks
            A function of a module that children load, and its arguments.
        failed
            Gives the result of a member that cannot be worked on, with the reason code.

        Raises
        ------
        Unavailable
            What a task raises, and ``standalone.interrupted``.
        """
        running: set[Future[tuple[R, ...]]] = set()
        try:
            for chunk, more in chunks:
                self.stopped.check()
                running.add(self.threads.submit(self.guarded, function, chunk, more, failed))
                if len(running) >= self.jobs * AHEAD:
                    yield from self.ended(running)
            while running:
                yield from self.ended(running)
        finally:
            for future in running:
                future.cancel()

    def ended(self, running: set[Future[tuple[R, ...]]]) -> Iterator[tuple[R, ...]]:
        """The results of those that ended, at least one."""
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            running.discard(future)
            yield future.result()

    def guarded(
        self,
        function: Callable[..., tuple[R, ...]],
        chunk: tuple[T, ...],
        more: tuple[Any, ...],
        failed: Callable[[T, str], R],
    ) -> tuple[R, ...]:
        """One chunk; when its child fails, its members one by one."""
        try:
            return self.children.run(function, chunk, *more)
        except Rejected as error:
            self.stopped.check()
            if len(chunk) == 1:
                return (failed(chunk[0], error.code),)
        return tuple(
            one for member in chunk for one in self.guarded(function, (member,), more, failed)
        )
