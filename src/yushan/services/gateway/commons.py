"""The commons over HTTP: the site's side of ``/exchange/v1/packs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Unavailable
from yushan.domain.packs import Manifest, PackState
from yushan.engines.net import refusal

if TYPE_CHECKING:
    from yushan.engines.net import Peer

PACKS: Final = "/exchange/v1/packs"


class HttpCommons:
    """``CommonsLink`` by a peer that authenticates this site."""

    def __init__(self, peer: Peer, *, timeout_s: float = 60.0) -> None:
        self.peer, self.timeout_s = peer, timeout_s

    def offer(self, manifest: Manifest) -> PackState:
        """Announce a pack."""
        return self.peer.ask("POST", PACKS, PackState, manifest)

    def put(self, pack: str, offset: int, piece: bytes) -> PackState:
        """Hand over a piece; after 409 the commons is asked for the right offset."""
        reply = self.peer.call(
            "PUT", f"{PACKS}/{pack}?offset={offset}", body=piece, timeout_s=self.timeout_s,
            headers={"Content-Type": "application/octet-stream"},
        )  # fmt: skip
        if reply.status == 409:
            return self.state(pack)
        if reply.status >= 400:
            raise refusal(reply)
        try:
            return msgspec.json.decode(reply.body, type=PackState)
        except msgspec.MsgspecError as error:
            raise Unavailable("net.answer-unreadable") from error

    def seal(self, pack: str) -> PackState:
        """Ask for the receipt."""
        path = f"{PACKS}/{pack}/seal"
        return self.peer.ask("POST", path, PackState, timeout_s=self.timeout_s * 5)

    def state(self, pack: str) -> PackState:
        """Where a pack stands."""
        return self.peer.ask("GET", f"{PACKS}/{pack}", PackState)
