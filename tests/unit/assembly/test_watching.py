"""What requests leave behind: figures by method, route and status, found once."""

from __future__ import annotations

import anyio
from starlette.responses import Response

from yushan.assembly.watching import Watched


def ask(watched, status, body=b"four"):
    """One request that is answered so."""

    async def app(scope, receive, send):
        await Response(body, status)(scope, receive, send)

    async def once():
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/x", "headers": [], "client": None}
        await Watched.__call__(watched, scope, None, send)
        return sent

    watched.app = app
    return anyio.run(once)


def test_requests_of_one_kind_are_added_up_and_other_kinds_apart():
    watched = Watched(None, access_log=False)
    kinds = [("GET", "(none)", 200), ("GET", "(none)", 404)]
    before = [watched.figures_of(*kind).requests._value.get() for kind in kinds]
    for status in (200, 404, 200):
        assert dict(ask(watched, status)[0]["headers"])[b"x-request-id"]
    after = [watched.figures_of(*kind).requests._value.get() for kind in kinds]
    assert [one - other for one, other in zip(after, before, strict=True)] == [2, 1]
    assert len(watched.figures) == 2
