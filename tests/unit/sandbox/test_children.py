from __future__ import annotations

import multiprocessing
import os
import time
from typing import TYPE_CHECKING

import pytest

from yushan.base import Absent, Rejected
from yushan.engines.sandbox import Children
from yushan.engines.sandbox.children import serve

if TYPE_CHECKING:
    from collections.abc import Iterator


def double(number: int) -> int:
    return 2 * number


def die() -> None:
    os._exit(3)


def hang() -> None:
    time.sleep(60)


def eat() -> int:
    return len(bytearray(1 << 40))


def refuse() -> None:
    raise Absent("store.absent", offset=3)


def whose() -> int:
    return os.getpid()


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    pool = Children(2, seconds=60.0, recycle=5)
    yield pool
    pool.close()


def test_answers_come_in_order(children: Children) -> None:
    assert children.map(double, [(n,) for n in range(20)]) == [2 * n for n in range(20)]


def test_a_child_that_dies_costs_only_its_task(children: Children) -> None:
    with pytest.raises(Rejected, match=r"sandbox\.child-died"):
        children.run(die)
    assert children.run(double, 4) == 8


def test_a_child_that_hangs_is_stopped(children: Children) -> None:
    pool = Children(1, seconds=0.5)
    with pytest.raises(Rejected, match=r"sandbox\.too-slow"):
        pool.run(hang)
    pool.close()
    assert children.run(double, 1) == 2


@pytest.mark.parametrize("when", ["an answer waits", "a task is under way"])
def test_a_child_whose_parent_died_leaves_without_a_word(when: str) -> None:
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    child = context.Process(target=serve, args=(theirs, 2048), daemon=True)
    child.start()
    theirs.close()
    ours.send((whose, ()))
    if when == "an answer waits":
        assert ours.poll(60)  # closing with it unread resets the connection
    ours.close()
    child.join(60)
    assert child.exitcode == 0


def test_memory_is_bounded(children: Children) -> None:
    with pytest.raises(Rejected, match=r"sandbox\.out-of-memory"):
        children.run(eat)


def test_our_errors_come_back_as_themselves(children: Children) -> None:
    with pytest.raises(Absent) as caught:
        children.run(refuse)
    assert (caught.value.code, caught.value.facts) == ("store.absent", {"offset": 3})


def test_children_are_replaced_after_some_tasks() -> None:
    pool = Children(1, recycle=2)
    assert len({pool.run(whose) for _ in range(5)}) == 3
    pool.close()
