"""A small supervisor of child processes: a pipe each, a deadline per task, limits on memory.

Not ``concurrent.futures``: there one dead child breaks the pool for its neighbours.
"""

from __future__ import annotations

import multiprocessing as mp
import queue
import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from yushan.base import Rejected, YushanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from multiprocessing.connection import Connection

T = TypeVar("T")


def limit(memory_mib: int) -> None:
    """Bound this process: memory, open files, no core, no new files beyond its pipes."""
    most = memory_mib << 20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(pipe: Connection, memory_mib: int) -> None:
    """A child's life: bounded, until the pipe closes or the parent dies."""
    limit(memory_mib)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        work(pipe)


def work(pipe: Connection) -> None:
    """Take a task, answer it, and so on; ``EOFError`` or ``OSError`` when the parent is gone."""
    while True:
        function, arguments = pipe.recv()
        try:
            answer = (True, function(*arguments))
        except YushanError as error:
            answer = (False, (type(error), error.code, error.facts))
        except MemoryError:
            answer = (False, (Rejected, "sandbox.out-of-memory", {}))
        except Exception as error:  # noqa: BLE001 - the one guard of this loop; only the type travels
            answer = (False, (Rejected, "sandbox.failed", {"error": type(error).__name__}))
        pipe.send(answer)


class Child:
    """One process with its pipe."""

    def __init__(self, context: Any, memory_mib: int) -> None:  # noqa: ANN401 - any value of its kind passes here
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, memory_mib), daemon=True)
        self.process.start()
        theirs.close()
        self.tasks = 0

    def ask(self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> Any:  # noqa: ANN401 - any value of its kind passes here
        """One task; raises ``Rejected`` when the child dies or is late."""
        self.tasks += 1
        try:
            self.pipe.send((function, arguments))
            if not self.pipe.poll(seconds):
                raise Rejected("sandbox.too-slow", seconds=seconds)
            good, answer = self.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise Rejected("sandbox.child-died") from error
        if good:
            return answer
        kind, code, facts = answer
        raise kind(code, **facts)

    def end(self) -> None:
        """Stop the process, kindly first."""
        self.pipe.close()
        self.process.join(0.2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Children:
    """``workers`` children for ``run`` and ``map``; threads may share one instance.

    Parameters
    ----------
    memory_mib
        Address space of one child.
    seconds
        Deadline of one task.
    recycle
        Tasks after which a child is replaced.
    preload
        Modules loaded once before children are forked, so that they start fast and share memory;
        one list per process: the first `Children` that starts a child decides.
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        memory_mib: int = 2048,
        seconds: float = 60.0,
        recycle: int = 500,
        preload: tuple[str, ...] = (),
    ) -> None:
        self.context = mp.get_context("forkserver")
        self.context.set_forkserver_preload(["__main__", *preload])
        self.memory_mib, self.seconds, self.recycle = memory_mib, seconds, recycle
        self.workers = workers
        self.idle: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(workers):
            self.idle.put(None)  # started when first needed
        self.threads = ThreadPoolExecutor(workers, thread_name_prefix="children")
        self.closed = threading.Event()

    def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - any value of its kind passes here
        """Call a top-level function in a child; its ``YushanError`` comes back as itself.

        ``Rejected("sandbox.child-died" | "sandbox.too-slow" | "sandbox.failed" |
        "sandbox.out-of-memory")`` else; the child is then replaced and neighbours go on.
        """
        child = self.idle.get()
        try:
            if child is None or not child.process.is_alive() or child.tasks >= self.recycle:
                if child is not None:
                    child.end()
                child = Child(self.context, self.memory_mib)
            result: T = child.ask(function, arguments, self.seconds)
        except Rejected as error:
            if child is not None and error.code in {"sandbox.child-died", "sandbox.too-slow"}:
                child.process.kill()
                child.end()
                child = None
            raise
        finally:
            self.idle.put(child)
        return result

    def map(self, function: Callable[..., T], tasks: Iterable[Sequence[Any]]) -> list[T]:
        """``function(*task)`` for all tasks, side by side, in order; the first error is raised."""
        futures = [self.threads.submit(self.run, function, *task) for task in tasks]
        return [future.result() for future in futures]

    def close(self) -> None:
        """End all children."""
        self.closed.set()
        self.threads.shutdown(wait=True)
        for _ in range(self.workers):
            child = self.idle.get()
            if child is not None:
                child.end()
