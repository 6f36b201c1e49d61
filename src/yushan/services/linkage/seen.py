"""What lies on the table, checked: what was dealt against what was announced, and what follows."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Rejected, canonical_json
from yushan.engines.keys import (
    HOLDERS,
    Element,
    Scalar,
    check_start,
    group_of,
    hash_to_scalar,
    multiply,
    public_at,
    read_commitments,
    read_publics,
    sum_elements,
)
from yushan.services.linkage.table import aad

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yushan.services.linkage.table import Plan, Table

    Unseal = Callable[[bytes, bytes], bytes]

FACTOR_TAG: Final = b"HashToScalar-yushan-rotation-factor-1"


class Commit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A digest of what will be published, so that nobody chooses after seeing others'."""

    digest: bytes


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What everybody may know of a dealer's line; ``part`` is a digest of its part of a factor."""

    commitments: tuple[bytes, ...]
    proof: bytes = b""
    part: bytes = b""


class Deal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was announced, and by reader what is for one alone: its point, its copy of the part."""

    published: Published
    points: dict[str, bytes]
    parts: dict[str, bytes] = {}


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one has seen, what comes of it, and for a lost share the sender's hidden point."""

    transcript: bytes
    publics: bytes
    point: bytes = b""


class Seen:
    """All that was dealt, checked against what was announced."""

    def __init__(self, table: Table, plan: Plan) -> None:
        self.table, self.plan = table, plan
        self.deals: dict[int, Deal] = {}
        self.commitments: dict[int, tuple[Element, ...]] = {}
        self.commits: dict[int, Commit] = {}
        for index in plan.dealers():
            commit = table.hear(plan, "commit", index, Commit)
            deal = table.hear(plan, "deal", index, Deal)
            if commit is None or deal is None:
                raise Rejected("linkage.message-missing", index=index)
            self.check(index, commit, deal)
            self.commits[index], self.deals[index] = commit, deal

    def check(self, index: int, commit: Commit, deal: Deal) -> None:
        """One dealer's word."""
        bare = msgspec.structs.replace(deal.published, proof=b"")
        if announced(self.plan, index, bare) != commit.digest:
            raise Rejected("keys.dealing-foul", index=index)
        fresh = self.plan.kind == "create"
        found = read_commitments(deal.published.commitments, 2 if fresh else 1, index)
        if fresh:
            check_start(deal.published.proof, found[0], self.plan.session, index)
        self.commitments[index] = found

    def transcript(self) -> bytes:
        """A digest of everything before the confirmations."""
        said = [[index, self.commits[index], self.deals[index]] for index in self.plan.dealers()]
        return sha256(self.plan.session + canonical_json(said)).digest()

    def publics(self, factor: Scalar | None) -> bytes:
        """The holders' public elements that come of it."""
        if self.plan.kind == "replace":
            return self.plan.group
        old = read_publics(self.plan.group) if factor is not None else {}
        made = []
        for index in range(1, HOLDERS + 1):
            parts = [one for c in self.commitments.values() if (one := public_at(c, index))]
            if factor is not None:
                parts.append(multiply(factor, old[index]))
            made.append(sum_elements(parts))
        return b"".join(made)

    def parts(self, unseal: Unseal, reader: int | str) -> dict[int, bytes]:
        """Others' parts of the factor, as sealed to a reader, held against their digests."""
        found = {}
        for dealer, deal in self.deals.items():
            if dealer == reader:
                continue
            part = unseal(deal.parts.get(str(reader), b""), aad(self.plan, reader, dealer))
            if sha256(part).digest() != deal.published.part:
                raise Rejected("keys.dealing-foul", index=dealer)
            found[dealer] = part
        return found

    def confirms(self) -> dict[int, Confirm]:
        """Everybody's confirmation, all of this transcript."""
        found = {}
        for index in self.plan.dealers():
            said = self.table.hear(self.plan, "confirm", index, Confirm)
            if said is None:
                raise Rejected("linkage.message-missing", index=index)
            if said.transcript != self.transcript():
                raise Rejected("linkage.ceremony-foul", index=index)
            found[index] = said
        return found


def announced(plan: Plan, index: int, published: Published) -> bytes:
    """The digest by which a dealer is bound to what it will publish."""
    return sha256(plan.session + bytes([index]) + canonical_json(published)).digest()


def factor_of(plan: Plan, parts: Mapping[int, bytes]) -> Scalar:
    """The factor from every dealer's part: nobody chooses it alone."""
    return hash_to_scalar(plan.session + b"".join(parts[n] for n in sorted(parts)), FACTOR_TAG)


def confirmed(table: Table, plan: Plan) -> bytes:
    """The new public elements on which all dealers agree; ``Rejected("linkage.ceremony-foul")``."""
    said = Seen(table, plan).confirms()
    publics = {one.publics for one in said.values()}
    if len(publics) != 1:
        raise Rejected("linkage.ceremony-foul")
    [found] = publics
    group_of(read_publics(found))
    return found
