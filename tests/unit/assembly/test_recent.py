"""Who was let in a moment ago, and what accounts with names of their own see of pages."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from yushan.assembly.gate import Gate
from yushan.base import EVERYTHING, AccountId, Scope
from yushan.services.accounts import Account


def account(user: str, scope: Scope = EVERYTHING) -> Account:
    return Account(AccountId(user), user, "steward", "en", scope, None)


class Known:
    """Accounts by token and session that count how often they are asked."""

    def __init__(self) -> None:
        self.db = SimpleNamespace(writes=0)
        self.at_s = 100
        self.asked: list[str] = []
        self.held = {
            "t-one": account("one"),
            "s-one": account("one"),
            "s-two": account("two"),
            "t-masked": account("masked", Scope(everything=True, mask="a")),
        }

    def now_s(self) -> int:
        return self.at_s

    def by_token(self, token: str) -> Account | None:
        self.asked.append(token)
        return self.held.get(token)

    def by_session(self, secret: str, *, touches: bool = True) -> Account | None:
        self.asked.append(f"{secret} {touches}")
        return self.held.get(secret)


@dataclass
class Door:
    """Behind the gate: remembers as whom people came."""

    seen: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen = scope["state"]["account"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def known() -> Known:
    return Known()


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(known: Known, door: Door) -> TestClient:
    return TestClient(Gate(door, accounts=known, sites={}, cookie="who"))


def test_a_moment_later_nobody_is_asked_again(client: TestClient, known: Known, door: Door) -> None:
    bearer = {"Authorization": "Bearer t-one"}
    for _ in range(3):
        client.get("/x", headers=bearer)
    assert door.seen.user == "one"
    assert known.asked == ["t-one"]
    known.at_s += 2
    client.get("/x", headers=bearer)
    assert known.asked == ["t-one"] * 2


def test_after_a_write_everybody_is_looked_up(client: TestClient, known: Known, door: Door) -> None:
    bearer = {"Authorization": "Bearer t-one"}
    client.get("/x", headers=bearer)
    del known.held["t-one"]  # taken back, which was written
    known.db.writes += 1
    client.get("/x", headers=bearer)
    assert door.seen is None
    known.held["t-one"] = account("one")
    client.get("/x", headers=bearer)  # nobody is kept who was not let in
    assert door.seen.user == "one"


def test_two_people_are_never_one(client: TestClient, door: Door) -> None:
    for cookie, header, user in (
        ("s-one", "Basic same", "one"),
        ("s-two", "Basic same", "two"),
        ("s-two", "Bearer t-one", "one"),
        ("s-one", "", "one"),
        ("s-two", "", "two"),
        ("", "Basic same", None),
    ):
        said = {"Authorization": header} if header else {}
        client.get("/x", headers=said | {"Cookie": f"who={cookie}"})
        assert getattr(door.seen, "user", None) == user


def test_a_page_that_asks_by_itself_is_told_apart(client: TestClient, known: Known) -> None:
    for polled in ({"HX-Request": "true"}, {}):
        client.get("/x", headers=polled | {"Cookie": "who=s-one"})
    assert known.asked == ["s-one False", "s-one True"]


@pytest.mark.parametrize(
    ("path", "sees"),
    [("/dicom-web/studies", True), ("/api/v1/studies", True), ("/viewer/x.js", True),
     ("/search", False), ("/studies/1.2", False), ("/", False)],
)  # fmt: skip
def test_names_of_a_scope_are_never_mixed_with_ours(
    client: TestClient, door: Door, path: str, sees: bool
) -> None:
    client.get(path, headers={"Authorization": "Bearer t-masked"})
    assert door.seen.scope.is_empty() != sees
    assert door.seen.scope.mask == "a"
