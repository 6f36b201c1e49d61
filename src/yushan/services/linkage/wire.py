"""Evaluation over HTTP: the two messages, and a key holder at an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from yushan.services.linkage.ports import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.engines.net import Peer

PATH: Final = "/exchange/v1/evaluate"
#: Elements in one request, at most.
BATCH: Final = 256


class EvaluateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hospital's question: blinded elements of 32 bytes each (base64 in JSON)."""

    site: Annotated[str, msgspec.Meta(max_length=64)]
    blinded: Annotated[list[bytes], msgspec.Meta(min_length=1, max_length=BATCH)]


class EvaluateReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer: who answered (1 to 3), a part per element, one proof, under which key."""

    index: int
    parts: list[bytes]
    proof: bytes
    public: bytes


class PeerEvaluator:
    """A key holder over HTTP, asked in the name of one site."""

    def __init__(self, peer: Peer, site: str, *, timeout_s: float = 10.0) -> None:
        self.peer = peer
        self.site = site
        self.timeout_s = timeout_s

    def evaluate(self, blinded: Sequence[bytes]) -> Answer:
        """Ask; refusals and silence come as ``YushanError``."""
        question = EvaluateRequest(self.site, list(blinded))
        reply = self.peer.ask("POST", PATH, EvaluateReply, question, timeout_s=self.timeout_s)
        return Answer(reply.parts, reply.proof, reply.public)
