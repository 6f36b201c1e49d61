"""The list of accounts a page at a time, found by name; and links that still matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from yushan.services.accounts import Invitation, Person

PAGE: Final = 50
LONGEST: Final = 64
#: Links that are over are shown so many at the most, the newest first.
PAST: Final = 20
WAITING: Final = frozenset({"open", "waiting"})


class Sheet(NamedTuple):
    """One page of people: of how many, from which on, and the addresses beside it."""

    people: Sequence[Person]
    total: int
    first: int
    q: str
    earlier: str | None
    later: str | None


def sheet_of(request: Request, everybody: Sequence[Person]) -> Sheet:
    """The page that is asked for by ``?q=`` and ``?from=``."""
    q = request.query_params.get("q", "").strip()[:LONGEST]
    said = request.query_params.get("from", "")
    found = [one for one in everybody if is_meant(one, q.casefold())]
    first = min(int(said), len(found)) if said.isascii() and said.isdigit() else 0
    first -= first % PAGE
    return Sheet(
        found[first : first + PAGE], len(found), first, q,
        address(q, first - PAGE) if first else None,
        address(q, first + PAGE) if first + PAGE < len(found) else None,
    )  # fmt: skip


def is_meant(one: Person, q: str) -> bool:
    """Whether a name or note holds what was typed."""
    return q in one.account.user.casefold() or q in one.note.casefold()


def address(q: str, first: int) -> str:
    """The address of a page."""
    asked = {name: value for name, value in (("q", q), ("from", first)) if value}
    return f"/people?{urlencode(asked)}" if asked else "/people"


def recent(links: Sequence[Invitation]) -> list[Invitation]:
    """All links that can still be used, and the newest of the others."""
    past = [one for one in links if one.state not in WAITING]
    kept = sorted(past, key=lambda one: one.expires, reverse=True)[:PAST]
    return [one for one in links if one.state in WAITING or one in kept]
