"""Three holders make, change and find again their shares over a table, and nobody knows the key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.databases import make_database
from tests.unit.linkage.parties import PRIVATE, PUBLIC, Parties

from yushan.base import Rejected
from yushan.engines.keys import (
    Dealt,
    deal,
    fingerprint,
    group_of,
    hash_to_group,
    join,
    multiply,
    random_scalar,
    read_publics,
)
from yushan.services.linkage import (
    Ceremony,
    Identity,
    Keeper,
    LinkageClient,
    Plan,
    Progress,
    Table,
    adopted_factor,
    adopted_groups,
)

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database

HOLDERS = (1, 2, 3)
PERSON = "A123456789"
AAD = b"aad"


@dataclass
class Bodies:
    """Three independent bodies, each with its own folder, and a table that is carried around."""

    folder: Path
    ids: dict[int, Identity] = field(
        default_factory=lambda: {n: Identity(bytes([n]) * 32) for n in HOLDERS}
    )
    tables: int = 0

    @property
    def members(self) -> bytes:
        return b"".join(self.ids[n].public for n in HOLDERS)

    def keeper(self, index: int) -> Keeper:
        (self.folder / str(index)).mkdir(exist_ok=True)
        return Keeper(self.folder / str(index) / "share")

    def table(self, kind: str, group: bytes = b"", lost: int = 0) -> Table:
        self.tables += 1
        table = Table(self.folder / f"table-{self.tables}")
        table.lay(
            Plan(kind=kind, nonce=bytes(16), members=self.members, commons=PUBLIC, group=group,
                 lost=lost)
        )  # fmt: skip
        return table

    def step(self, table: Table, index: int) -> Progress:
        return Ceremony(table, self.ids[index], self.keeper(index)).step()

    def hold(self, table: Table) -> bytes:
        """Everybody steps, in any order, until all are done; the public elements."""
        done: dict[int, Progress] = {}
        for _ in range(6):
            for index in (2, 3, 1):
                done[index] = self.step(table, index)
            if all(one.done for one in done.values()):
                break
        assert all(one.done for one in done.values())
        return done[1].publics

    def create(self) -> bytes:
        return self.hold(self.table("create"))

    def dealt(self) -> Dealt:
        found = [self.keeper(n).share() for n in HOLDERS]
        assert None not in found
        return Dealt(tuple(found))  # type: ignore[arg-type]


@pytest.fixture
def bodies(tmp_path: Path) -> Bodies:
    return Bodies(tmp_path)


@pytest.fixture
def embedded(tmp_path: Path) -> Database:
    return make_database(tmp_path / "holder.db", "services.ledger", "services.linkage")


def test_three_bodies_make_a_key_of_which_any_two_shares_answer(bodies: Bodies) -> None:
    publics = bodies.create()
    shares = bodies.dealt().shares
    assert bodies.dealt().public == publics
    asked = hash_to_group(b"person")
    answers = {
        join({n: multiply(shares[n - 1].secret, asked) for n in pair})
        for pair in ((1, 2), (1, 3), (2, 3))
    }
    assert len(answers) == 1


def test_no_draft_and_no_part_of_the_key_is_left(bodies: Bodies) -> None:
    bodies.create()
    names = sorted(path.name for n in HOLDERS for path in (bodies.folder / str(n)).iterdir())
    assert names == ["share"] * 3
    table = b"".join(path.read_bytes() for path in (bodies.folder / "table-1").iterdir())
    assert all(share.secret not in table for share in bodies.dealt().shares)


def test_a_holder_that_steps_early_or_again_is_told_whom_it_waits_for(bodies: Bodies) -> None:
    table = bodies.table("create")
    assert bodies.step(table, 1) == Progress(done=False, waits_for=("commit-2", "commit-3"))
    assert bodies.step(table, 1) == Progress(done=False, waits_for=("commit-2", "commit-3"))
    publics = bodies.hold(table)
    assert bodies.step(table, 2) == Progress(done=True, publics=publics)


def test_a_rotation_keeps_every_join_and_makes_old_shares_useless(
    bodies: Bodies, embedded: Database
) -> None:
    old_publics, before = bodies.create(), bodies.dealt()
    parties = Parties(embedded, before)
    subject = parties.subject(PERSON)
    table = bodies.table("rotate", old_publics)
    new_publics = bodies.hold(table)
    assert bodies.dealt() == before  # still in use
    factor, old = adopted_factor(table, bodies.members, PRIVATE)
    groups = adopted_groups(table, bodies.members, old_publics)
    assert (old, groups) == (old_publics, old_publics + new_publics)
    assert adopted_groups(table, bodies.members, groups) == groups
    told = parties.commons(rotations=[factor])
    for switched in HOLDERS:
        bodies.keeper(switched).switch()
        holders = [Parties(embedded, bodies.dealt()).holder(n).at("site-a") for n in HOLDERS]
        envelope = LinkageClient(holders, PUBLIC, groups).envelope(PERSON, -100, None, AAD)
        assert told.subject(envelope, AAD).token == subject.token
    mixed = {1: before.shares[0].public, 2: bodies.dealt().shares[1].public}
    assert fingerprint(join(mixed)) not in {
        fingerprint(group_of(read_publics(one))) for one in (old_publics, new_publics)
    }


@pytest.mark.parametrize("lost", HOLDERS)
def test_a_lost_share_is_found_again_by_the_two_others(bodies: Bodies, lost: int) -> None:
    publics, before = bodies.create(), bodies.dealt()
    (bodies.folder / str(lost) / "share").unlink()
    table = bodies.table("replace", publics, lost)
    assert bodies.hold(table) == publics
    assert bodies.dealt() == before
    seen = b"".join(path.read_bytes() for path in table.folder.iterdir())
    assert all(share.secret not in seen for share in before.shares)


def test_a_lost_share_may_be_found_again_and_then_all_changed(bodies: Bodies) -> None:
    publics, before = bodies.create(), bodies.dealt()
    (bodies.folder / "2" / "share").unlink()
    bodies.hold(bodies.table("replace", publics, 2))
    bodies.hold(bodies.table("rotate", publics))
    for index in HOLDERS:
        bodies.keeper(index).switch()
    assert all(a != b for a, b in zip(bodies.dealt().shares, before.shares, strict=True))


def test_a_key_that_is_there_is_not_made_anew(bodies: Bodies) -> None:
    bodies.create()
    with pytest.raises(Rejected, match=r"linkage\.plan-foreign"):
        bodies.step(bodies.table("create"), 1)


def test_a_plan_with_another_key_or_other_members_is_refused(bodies: Bodies) -> None:
    bodies.create()
    with pytest.raises(Rejected, match=r"linkage\.plan-foreign"):
        bodies.step(bodies.table("rotate", deal().public), 1)
    table = bodies.table("rotate", bodies.dealt().public)
    with pytest.raises(Rejected, match=r"linkage\.not-a-member"):
        Ceremony(table, Identity(b"x" * 32), bodies.keeper(1))
    bodies.hold(table)
    with pytest.raises(Rejected, match=r"linkage\.plan-foreign"):
        adopted_groups(table, bytes(192), bodies.dealt().public)


def test_a_message_that_was_changed_on_the_way_is_noticed(bodies: Bodies) -> None:
    table = bodies.table("create")
    for index in HOLDERS:
        bodies.step(table, index)
    place = table.folder / "commit-2.json"
    place.write_bytes(place.read_bytes().replace(b'"signature":"', b'"signature":"AA', 1))
    with pytest.raises(Rejected, match=r"linkage\.message-(forged|malformed)"):
        bodies.hold(table)
    assert bodies.keeper(1).share() is None


class Foul(Ceremony):
    """A dealer that gives one holder a wrong point."""

    def seal(self, reader: int | str, secret: bytes) -> bytes:
        return super().seal(reader, random_scalar() if reader == 3 else secret)


def test_a_dealer_that_gives_a_wrong_point_is_named(bodies: Bodies) -> None:
    table = bodies.table("create")
    Foul(table, bodies.ids[1], bodies.keeper(1)).step()
    for index in (2, 3):
        bodies.step(table, index)
    Foul(table, bodies.ids[1], bodies.keeper(1)).step()
    bodies.step(table, 2)
    with pytest.raises(Rejected, match=r"keys\.dealing-foul \(index=1\)"):
        bodies.step(table, 3)
    assert bodies.keeper(3).share() is None


class Late(Ceremony):
    """A dealer that publishes something else than it announced."""

    def commit(self) -> None:
        super().commit()
        draft = msgspec.structs.replace(self.draft(), slope=random_scalar())
        self.keeper.keep_draft(msgspec.msgpack.encode(draft))


def test_a_dealer_that_chooses_after_seeing_others_is_named(bodies: Bodies) -> None:
    table = bodies.table("create")
    Late(table, bodies.ids[2], bodies.keeper(2)).step()
    for index in (1, 3, 2):
        bodies.step(table, index)
    with pytest.raises(Rejected, match=r"keys\.dealing-foul \(index=2\)"):
        bodies.step(table, 1)


def test_two_tables_that_differ_are_noticed_at_the_confirmation(bodies: Bodies) -> None:
    table = bodies.table("create")
    for index in HOLDERS:
        bodies.step(table, index)
    for index in HOLDERS:
        bodies.step(table, index)
    deal_of_2 = (table.folder / "deal-2.json").read_bytes()
    again = Ceremony(table, bodies.ids[2], bodies.keeper(2))
    (table.folder / "deal-2.json").unlink()
    again.deal()  # the same line, sealed anew: another message
    assert (table.folder / "deal-2.json").read_bytes() != deal_of_2
    with pytest.raises(Rejected, match=r"linkage\.ceremony-foul"):
        bodies.hold(table)


def test_a_table_is_laid_once(bodies: Bodies) -> None:
    table = bodies.table("create")
    with pytest.raises(Rejected, match=r"linkage\.table-taken"):
        table.lay(table.plan())
    with pytest.raises(Rejected, match=r"linkage\.no-plan"):
        Table(bodies.folder / "nowhere").plan()


def test_the_commons_takes_over_rotations_only(bodies: Bodies) -> None:
    table = bodies.table("create")
    bodies.hold(table)
    with pytest.raises(Rejected, match=r"linkage\.no-rotation"):
        adopted_factor(table, bodies.members, PRIVATE)
    assert adopted_groups(table, bodies.members, b"") == bodies.dealt().public
    with pytest.raises(Rejected, match=r"linkage\.nothing-to-switch"):
        bodies.keeper(1).switch()
