"""What of the demo runs at this moment: the supervisor writes a file, the tour page reads it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it at run time
from typing import TYPE_CHECKING

import msgspec

from yushan.doors.portal import DemoGateway, DemoNow

if TYPE_CHECKING:
    from pathlib import Path


class GatewayNow(msgspec.Struct, frozen=True):
    """A gateway as counted last."""

    site: str
    url: str
    tls: bool
    received: int
    states: dict[str, int]
    closes: bool


class Now(msgspec.Struct, frozen=True):
    """The file's content."""

    gateways: list[GatewayNow] = []
    holders_online: int = 0
    holders: int = 3
    list_at: datetime | None = None
    running_s: float = 0.0


def write_state(path: Path, now: Now) -> None:
    """Put the file in place whole."""
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(now))
    part.rename(path)


class DemoState:
    """The demo as its supervisor wrote it last."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> DemoNow:
        """As last seen; empty before the supervisor has written."""
        try:
            now = msgspec.json.decode(self.path.read_bytes(), type=Now)
        except (OSError, msgspec.MsgspecError):
            now = Now()
        return DemoNow(
            gateways=tuple(
                DemoGateway(one.site, one.url, one.tls, one.received, one.states, one.closes)
                for one in now.gateways
            ),
            holders_online=now.holders_online,
            holders=now.holders,
            list_at=now.list_at,
            running_s=now.running_s,
        )
