"""A holder's side of a ceremony, a step at a time over the table.

1. *commit*: every dealer draws a line and lays down a digest of what it will publish.
2. *deal*: when all digests lie there, what was announced, with each other's points sealed.
3. *confirm*: when all points fit, a digest of everything seen, and the new public elements. For a
   lost share the two helpers seal it their hidden points here.
4. When all confirmations agree the share is written, and the draft destroyed.

Anything that does not fit ends the ceremony with the number of whoever it came from; nothing has
changed then, and a new plan on a new table begins anew.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from yushan.base import Rejected
from yushan.engines.keys import (
    Line,
    Scalar,
    Share,
    check_point,
    draw_line,
    draw_zero,
    found_again,
    group_of,
    multiply_scalars,
    prove_start,
    public_at,
    read_publics,
    sum_elements,
    sum_scalars,
)
from yushan.services.linkage.seen import (
    Commit,
    Confirm,
    Deal,
    Published,
    Seen,
    announced,
    confirmed,
    factor_of,
)
from yushan.services.linkage.table import COMMONS, Plan, Table, aad, sealed_for

if TYPE_CHECKING:
    from yushan.services.linkage.identity import Identity
    from yushan.services.linkage.keeping import Keeper

PART_BYTES: Final = 32


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a dealer keeps between steps, and destroys at the end."""

    session: bytes
    start: bytes
    slope: bytes
    part: bytes

    def line(self, root: int) -> Line:
        """The secret line."""
        return Line(Scalar(self.start) if self.start else None, Scalar(self.slope), root)


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether the ceremony is done for us, and else whose messages are waited for."""

    done: bool
    waits_for: tuple[str, ...] = ()
    publics: bytes = b""


class Ceremony:
    """One holder at the table; ``keeper`` holds its share."""

    def __init__(self, table: Table, me: Identity, keeper: Keeper) -> None:
        self.table, self.me, self.keeper = table, me, keeper
        self.plan = table.plan()
        self.index = me.index(self.plan.members)
        self.root = self.plan.lost
        self.dealing = self.index in self.plan.dealers()

    def step(self) -> Progress:
        """Do all that can be done now.

        Raises
        ------
        Rejected
            ``linkage.plan-foreign``, ``linkage.message-…``, ``keys.dealing-foul`` with ``index``.
        """
        if self.is_over():
            return Progress(done=True, publics=confirmed(self.table, self.plan))
        check_plan(self.plan, self.index, self.keeper.share())
        for name, do in (("commit", self.commit), ("deal", self.deal), ("confirm", self.confirm)):
            if self.dealing and not self.table.has(name, self.index):
                do()
            if missing := self.missing(name):
                return Progress(done=False, waits_for=missing)
        publics = confirmed(self.table, self.plan)
        self.finish(publics)
        return Progress(done=True, publics=publics)

    def is_over(self) -> bool:
        """Whether all is confirmed and we have what we won from it."""
        if self.missing("confirm") or self.keeper.draft() is not None:
            return False
        publics = read_publics(confirmed(self.table, self.plan))
        return any(share.public == publics[self.index] for share in self.keeper.shares())

    def missing(self, name: str) -> tuple[str, ...]:
        """Messages of a round that are not there."""
        return tuple(
            f"{name}-{index}" for index in self.plan.dealers() if not self.table.has(name, index)
        )

    def draft(self) -> Draft:
        """What we drew for this ceremony; ``Rejected("linkage.draft-lost")``."""
        data = self.keeper.draft()
        draft = None if data is None else msgspec.msgpack.decode(data, type=Draft)
        if draft is None or draft.session != self.plan.session:
            raise Rejected("linkage.draft-lost")
        return draft

    def commit(self) -> None:
        """Draw, keep, announce."""
        line = draw_line() if self.plan.kind == "create" else draw_zero(self.root)
        part = secrets.token_bytes(PART_BYTES) if self.plan.kind == "rotate" else b""
        draft = Draft(self.plan.session, line.start or b"", line.slope, part)
        self.keeper.keep_draft(msgspec.msgpack.encode(draft))
        digest = announced(self.plan, self.index, self.published(draft))
        self.table.say(self.plan, "commit", self.index, Commit(digest), self.me)

    def published(self, draft: Draft) -> Published:
        """What everybody may know of our line; the same for the same draft (proofs are random)."""
        line = draft.line(self.root)
        part = sha256(draft.part).digest() if draft.part else b""
        return Published(tuple(line.commitments()), b"", part)

    def deal(self) -> None:
        """Publish, and seal each other its point."""
        draft = self.draft()
        line, others = draft.line(self.root), self.readers()
        points = {str(n): self.seal(n, line.at(n) or b"") for n in others}
        sharing: tuple[int | str, ...] = (*others, COMMONS) if draft.part else ()
        parts = {str(n): self.seal(n, draft.part) for n in sharing}
        published = self.published(draft)
        if line.start is not None:
            proof = prove_start(line.start, self.plan.session, self.index)
            published = msgspec.structs.replace(published, proof=proof)
        self.table.say(self.plan, "deal", self.index, Deal(published, points, parts), self.me)

    def readers(self) -> tuple[int, ...]:
        """The other dealers."""
        return tuple(index for index in self.plan.dealers() if index != self.index)

    def seal(self, reader: int | str, secret: bytes) -> bytes:
        """A secret for one reader."""
        return sealed_for(self.plan, reader, self.index, secret)

    def confirm(self) -> None:
        """Check every point, and say what we saw and what comes of it."""
        seen = Seen(self.table, self.plan)
        point = b""
        if self.plan.kind == "replace":
            hidden = sum_scalars(self.share().secret, self.points(seen))
            point = self.seal(self.plan.lost, hidden)
        factor = self.factor(seen)
        publics = seen.publics(factor)
        if self.plan.kind != "replace":
            self.check_own(self.new_share(seen, factor), publics)
        confirm = Confirm(seen.transcript(), publics, point)
        self.table.say(self.plan, "confirm", self.index, confirm, self.me)

    def points(self, seen: Seen) -> list[Scalar]:
        """Our points of all lines, each held against what its dealer published."""
        found = []
        for dealer, commitments in seen.commitments.items():
            if dealer == self.index:
                point = self.draft().line(self.root).at(self.index) or b""
            else:
                sealed = seen.deals[dealer].points.get(str(self.index), b"")
                point = self.me.sealer.unseal(sealed, aad(self.plan, self.index, dealer))
            expected = public_at(commitments, self.index, self.root)
            found.append(check_point(point, expected, dealer))
        return found

    def factor(self, seen: Seen) -> Scalar | None:
        """What the key is multiplied with, from all parts; None unless it is rotated."""
        if self.plan.kind != "rotate":
            return None
        own = {self.index: self.draft().part}
        return factor_of(self.plan, seen.parts(self.me.sealer.unseal, self.index) | own)

    def new_share(self, seen: Seen, factor: Scalar | None) -> Share:
        """The sum of our points; with the old share, scaled, where there is one."""
        points = self.points(seen)
        if factor is None:
            return Share(self.index, sum_scalars(points[0], points[1:]))
        scaled = multiply_scalars(factor, self.share().secret)
        return Share(self.index, sum_scalars(scaled, points))

    def share(self) -> Share:
        """Our share before; ``Rejected("linkage.share-missing")``."""
        share = self.keeper.share()
        if share is None:
            raise Rejected("linkage.share-missing")
        return share

    def check_own(self, share: Share, publics: bytes) -> None:
        """The share and what everybody computes must agree."""
        if read_publics(publics)[self.index] != share.public:
            raise Rejected("linkage.ceremony-foul", index=self.index)

    def finish(self, publics: bytes) -> None:
        """Write what we have won, destroy what led to it."""
        seen = Seen(self.table, self.plan)
        if self.plan.kind == "replace":
            if not self.dealing:
                self.keeper.keep(self.recovered(seen))
        else:
            share = self.new_share(seen, self.factor(seen))
            self.check_own(share, publics)
            self.keeper.keep(share)
        self.keeper.drop_draft()

    def recovered(self, seen: Seen) -> Share:
        """Our lost share from the helpers' hidden points, each held against the public elements."""
        points = {}
        for helper, said in seen.confirms().items():
            lines = [public_at(c, helper, self.root) for c in seen.commitments.values()]
            hidden = [one for one in lines if one is not None]
            expected = sum_elements([read_publics(self.plan.group)[helper], *hidden])
            point = self.me.sealer.unseal(said.point, aad(self.plan, self.index, helper))
            points[helper] = check_point(point, expected, helper)
        share = Share(self.index, found_again(points, self.index))
        self.check_own(share, self.plan.group)
        return share


def check_plan(plan: Plan, index: int, share: Share | None) -> None:
    """Hold the plan against our share; ``Rejected("linkage.plan-foreign")``."""
    if plan.kind == "create":
        fits = share is None and not plan.group and not plan.lost
    else:
        publics = read_publics(plan.group)
        group_of(publics)
        mine = share is not None and share.public == publics[index]
        fits = mine or (plan.kind == "replace" and plan.lost == index)
    if not fits:
        raise Rejected("linkage.plan-foreign")
