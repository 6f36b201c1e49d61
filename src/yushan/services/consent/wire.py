"""The consent office over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from yushan.services.consent.optouts import SignedList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.engines.net import Peer

EVALUATE_PATH: Final = "/exchange/v1/evaluate"
OPTOUTS_PATH: Final = "/exchange/v1/opt-outs"
#: Elements in one request, at most.
BATCH: Final = 256


class TokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A site's question: blinded elements of 32 bytes each (base64 in JSON)."""

    site: Annotated[str, msgspec.Meta(max_length=64)]
    blinded: Annotated[list[bytes], msgspec.Meta(min_length=1, max_length=BATCH)]


class TokenReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer, one part per element; ``index`` is 0: the office answers alone."""

    parts: list[bytes]
    index: int = 0


class PeerOffice:
    """The office over HTTP, asked in the name of one site."""

    def __init__(self, peer: Peer, site: str, *, timeout_s: float = 10.0) -> None:
        self.peer = peer
        self.site = site
        self.timeout_s = timeout_s

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        """Ask for tokens."""
        question = TokenRequest(self.site, list(blinded))
        timeout_s = self.timeout_s
        reply = self.peer.ask("POST", EVALUATE_PATH, TokenReply, question, timeout_s=timeout_s)
        return reply.parts

    def optouts(self, known: bytes | None = None) -> SignedList:
        """Ask for the list; entries that are ``known`` by digest are not sent again."""
        path = OPTOUTS_PATH if known is None else f"{OPTOUTS_PATH}?known={known.hex()}"
        return self.peer.ask("GET", path, SignedList, timeout_s=self.timeout_s)
