"""The pages of a review: what they show, what they take, and to whom they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from yushan.doors.review import Box, Held, application
from yushan.flows.desk import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

FOUND = Box(3, 4, 20, 10)
OTHER = {"choice": "redact", "who": "tech", "added": "1, 2, 30, 4, 2"}


class Waiting:
    """Two that wait; of the second there is no picture."""

    def __init__(self) -> None:
        self.list = [Held("a/<b>.dcm", ("deid.pixels-unknown",), (FOUND,)), Held("gone", (), ())]
        self.told: list[tuple[int, str, tuple[Box, ...], str]] = []
        self.filled: tuple[Box, ...] = ()

    def held(self) -> Sequence[Held]:
        return self.list

    def sheet(self, number: int) -> Sheet | None:
        return Sheet(50, 60, 3, is_grey=True, window=None) if number == 0 else None

    def png(self, number: int, frame: int, filled: tuple[Box, ...]) -> bytes:
        self.filled = filled
        return b"png %d %d" % (number, frame)

    def decide(self, number: int, choice: str, boxes: tuple[Box, ...], who: str) -> None:
        self.told.append((number, choice, boxes, who))


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def client(waiting: Waiting) -> TestClient:
    app = application(waiting, secret="s3", language="en", assets={"desk.js": b"1"})
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def test_only_the_address_with_the_secret_answers(client: TestClient) -> None:
    assert client.get("/s3/").status_code == 200
    for other in ("/", "/s4/", "/s3/7", "/s3/files/../x", "/s3/files/other.js", "/0/picture"):
        assert client.get(other).status_code == 404
    assert client.get("/s3/", headers={"host": "example.org"}).status_code == 400


def test_a_picture_is_shown_with_its_boxes_and_frames(client: TestClient, waiting: Waiting) -> None:
    page = client.get("/s3/0?frame=2")
    assert "a/&lt;b&gt;.dcm" in page.text
    assert 'value="3,4,20,10"' in page.text
    assert client.get("/s3/0/picture?frame=2&box=1,2,3,4").content == b"png 0 1"
    assert waiting.filled == (Box(1, 2, 3, 4),)
    assert client.get("/s3/0/picture?box=none").status_code == 404
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert client.get("/s3/files/desk.js").headers["content-type"].startswith("text/javascript")
    assert 'value="clean"' not in client.get("/s3/1").text


def test_boxes_found_and_drawn_are_decided_together(client: TestClient, waiting: Waiting) -> None:
    answer = client.post("/s3/0", data={**OTHER, "box": "3,4,20,10"})
    assert answer.headers["location"] == "./1"
    assert waiting.told == [(0, "redact", (FOUND, Box(1, 2, 30, 4, 1)), "tech")]
    waiting.list = [Held("a", (), (), "clean", (), "tech")] * 2
    assert client.post("/s3/1", data={"choice": "stay", "who": "t"}).headers["location"] == "./"


@pytest.mark.parametrize(
    ("number", "changes", "said"),
    [
        (0, {"choice": ""}, "Nothing was chosen"),
        (1, {"choice": "clean"}, "Nothing was chosen"),
        (0, {"who": " "}, "who decides"),
        (0, {"added": ""}, "no box"),
        (0, {"added": "50, 0, 11, 5"}, "outside"),
        (0, {"added": "0, 0, 5, 5, 4"}, "outside"),
        (0, {"added": "words"}, "outside"),
        (0, {"box": "x"}, "outside"),
    ],
)
def test_what_is_not_whole_is_asked_again_and_nothing_is_kept(
    client: TestClient, waiting: Waiting, number: int, changes: dict[str, str], said: str
) -> None:
    answer = client.post(f"/s3/{number}", data=OTHER | changes)
    assert answer.status_code == 400
    assert said in answer.text
    assert waiting.told == []
