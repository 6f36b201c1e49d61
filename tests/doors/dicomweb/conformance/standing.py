"""A commons of our own on loopback: the role as it runs, its rooms, a real server in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from yushan.assembly.commons import CommonsRole
from yushan.assembly.demo.plan import lay_out
from yushan.base import EVERYTHING, NOTHING, Scope, SiteName, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette

PASSWORD = "correct horse battery staple 7"


@dataclass(frozen=True)
class Standing:
    """The running service; tokens by what their owner may do."""

    url: str
    tokens: dict[str, str]
    role: CommonsRole


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The application on a free port; its address."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # no delay
    door.bind(("127.0.0.1", 0))
    door.listen(64)  # who asks at once waits instead of being refused
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[door])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()


#: Who asks: role, what they may see, where they belong.
PEOPLE = {
    "steward": ("steward", EVERYTHING, None),
    "visitor": ("visitor", NOTHING, None),
    "south": ("researcher", Scope(sites=frozenset({SiteName("south")})), None),
    "limited": ("steward", Scope(sites=frozenset({SiteName("hospital-a")})), "hospital-a"),
    "auditor": ("auditor", EVERYTHING, None),
}


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    """The commons with nobody but `PEOPLE`, and nothing in it."""
    settings = lay_out(folder, 0, Path(), SystemClock()).commons
    role = CommonsRole(settings)
    tokens = {}
    for name, (kind, scope, site) in PEOPLE.items():
        at = SiteName(site) if site else None
        account = role.accounts.create(f"{name}-1", PASSWORD, kind, scope, site=at)
        tokens[name] = role.accounts.issue_token(account, "tests", 1)
    try:
        with served(role.app) as url:
            yield Standing(url, tokens, role)
    finally:
        role.children.close()
        role.viewing.close()
        role.database.dispose()
