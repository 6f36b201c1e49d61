"""Frames at hand are answered at once: the same bytes, noted once, never by waiting."""

from __future__ import annotations

import threading

import pytest
from starlette.testclient import TestClient
from tests.doors.dicomweb.commons import FakeCatalogue, Held, app_of, ordinary

from yushan.doors.dicomweb import hurrying

FRAME = "/dicom-web/studies/1.2.10/series/1.2.10.1/instances/1.2.10.1.2/frames/1"


class Watched(Held):
    """Packs that tell in which thread they were read."""

    def __init__(self, held: Held) -> None:
        super().__init__(held.packs, held.sidecars)
        self.read_in: list[str] = []
        self.cold = False

    def read(self, pack, start: int, length: int) -> bytes:
        self.read_in.append("waiting")
        return super().read(pack, start, length)

    def read_now(self, pack, start: int, length: int) -> memoryview | None:
        if self.cold:
            return None
        self.read_in.append("at once")
        return memoryview(self.packs[pack])[start : start + length]


class Book:
    """The record: how often somebody looked, and how often that had to be written."""

    def __init__(self) -> None:
        self.looks = self.written = 0

    def saw(self, _account, _action, _thing, *, count=1, size=0, purpose="") -> None:
        self.looks += count
        self.written += 1

    def saw_again(self, _account, _action, _thing, count: int) -> bool:
        self.looks += count if self.written else 0
        return bool(self.written)


class Reasons:
    """Somebody who must say why, as often as it is asked."""

    def check(self, _account, _study: str) -> str:
        return "care"

    def are_asked(self, _account) -> bool:
        return True


@pytest.fixture
def held() -> Watched:
    return Watched(ordinary())


def client_of(held: Watched, **more) -> TestClient:
    app = app_of(FakeCatalogue(held), held, writes=lambda: 0, **more)
    return TestClient(app, headers={"Authorization": "Bearer mask-less"})


def test_the_second_frame_needs_no_thread_and_is_noted_all_the_same(held: Watched) -> None:
    book = Book()
    client = client_of(held, audit=book)
    first, second = client.get(FRAME), client.get(FRAME)
    assert held.read_in == ["waiting", "at once"]
    assert (second.content, second.headers) == (first.content, first.headers)
    assert (book.looks, book.written) == (2, 1)
    assert client.get(FRAME, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get(FRAME.replace("frames/1", "frames/9")).status_code == 404
    assert client.get(FRAME, headers={"Authorization": "Bearer nothing"}).status_code == 404
    assert book.looks == 2


def test_bytes_that_are_not_in_memory_are_read_in_a_thread_and_noted_once(held: Watched) -> None:
    book = Book()
    client = client_of(held, audit=book)
    client.get(FRAME)
    held.cold = True
    assert client.get(FRAME).status_code == 200
    assert held.read_in == ["waiting", "waiting"]
    assert book.looks == 2


@pytest.mark.parametrize("more", [{"purposes": Reasons()}, {}])
def test_whoever_must_say_why_and_what_is_large_takes_the_usual_way(
    held: Watched, more: dict[str, Reasons], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not more:
        monkeypatch.setattr(hurrying, "MOST", 10)
    client = client_of(held, audit=Book(), **more)
    client.get(FRAME)
    assert client.get(FRAME).status_code == 200
    assert held.read_in[-1] == "waiting"


def test_pixels_are_decoded_in_children_only(held: Watched) -> None:
    ran: list[bool] = []

    class Children:
        def run(self, *_task: object) -> bytes:
            ran.append(threading.current_thread() is threading.main_thread())
            return b"made"

    client = client_of(held, children=Children())
    accept = {"Accept": "multipart/related; type=image/jls"}
    client.get(FRAME, headers=accept)
    assert client.get(FRAME, headers=accept).status_code == 200
    assert len(ran) == 2
