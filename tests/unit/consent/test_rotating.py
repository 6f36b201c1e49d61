"""A new token key: no choice is lost, no hospital is asked to do anything, old tokens are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.consent.offices import KEY, OTHER, PERSON, SIGNER, Line, Scene, allow, stop

from yushan.base import Rejected, Unavailable, canonical_json
from yushan.engines.keys import Sealer, Signer, multiply_generator, random_scalar
from yushan.services.consent import (
    ConsentClient,
    ConsentList,
    ConsentOffice,
    change_key,
    read_change,
)

if TYPE_CHECKING:
    from yushan.engines.database import Database

COMMONS = Sealer(b"c" * 32)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def office(scene: Scene, *rotations: bytes) -> ConsentOffice:
    return ConsentOffice(scene.ledger, KEY, rotations=rotations)


def test_choices_and_kept_tokens_survive_changes_of_the_key(scene: Scene) -> None:
    first = office(scene).public
    office(scene).record(PERSON, stop())
    line = Line(office(scene).at("site-a"))
    client = ConsentClient(line, scene.clock, 3600, first, "site-a")
    kept = client.token(PERSON)
    factors: list[bytes] = []
    for _ in range(2):
        factors.append(random_scalar())
        changed = office(scene, *factors)
        line.office = changed.at("site-a")
        scene.clock.advance(61)
        new = client.token(PERSON)  # nobody told the hospital anything
        assert new != kept
        assert client.check(new, "CT") == "opted-out"
        assert client.check(client.token(OTHER), "CT") == "allowed"
        assert [one.decision for one in changed.show(PERSON).receipts] == ["stop"]
        told = ConsentList(Line(changed.at("commons")), scene.clock, 3600, first,
                           rotations=factors)  # fmt: skip
        assert told.check(kept, "CT") == told.check(new, "CT") == "opted-out"
        assert {kept, new} <= told.tokens()


def test_a_token_of_an_older_key_is_held_by_whoever_was_not_told(scene: Scene) -> None:
    first = office(scene).public
    line = Line(office(scene).at("site-a"))
    client = ConsentClient(line, scene.clock, 3600, first, "site-a")
    kept = client.token(PERSON)
    changed = office(scene, random_scalar())
    line.office = changed.at("site-a")
    scene.clock.advance(61)
    with pytest.raises(Unavailable, match=r"consent\.key-unknown"):
        client.check(kept, "CT")
    untold = ConsentList(Line(changed.at("commons")), scene.clock, 3600, first)
    with pytest.raises(Unavailable, match=r"consent\.key-unknown"):
        untold.check(kept, "CT")
    assert untold.check(None, "CT") == "allowed"


def test_an_office_that_runs_with_the_old_key_stops_instead_of_mixing(scene: Scene) -> None:
    old = office(scene)
    old.record(PERSON, stop())
    new = office(scene, random_scalar())
    for act in (lambda: old.record(OTHER, stop()), lambda: old.show(PERSON), old.optout_list):
        with pytest.raises(Unavailable, match=r"consent\.key-changed"):
            act()
    assert len(new.show(PERSON).receipts) == 1


def test_opening_twice_changes_nothing(scene: Scene) -> None:
    office(scene).record(PERSON, stop())
    factor = random_scalar()
    before = office(scene, factor).optout_list().entries
    assert office(scene, factor).optout_list().entries == before
    assert office(scene, factor).show(PERSON).receipts
    office(scene, factor).record(PERSON, allow())
    assert len(office(scene, factor).show(PERSON).receipts) == 2


def test_the_commons_is_told_under_seal_and_signature() -> None:
    public = multiply_generator(random_scalar())
    factor, change = change_key(public, SIGNER, COMMONS.public)
    data = canonical_json(change)
    assert factor not in data
    assert read_change(data, SIGNER.public, COMMONS.unseal) == (public, factor)
    for signer, sealer in ((Signer(b"f" * 32).public, COMMONS), (SIGNER.public, Sealer(b"x" * 32))):
        with pytest.raises(Rejected, match=r"consent\.change-forged|keys\.seal-broken"):
            read_change(data, signer, sealer.unseal)
    with pytest.raises(Rejected, match=r"consent\.change-forged"):
        read_change(b"{}", SIGNER.public, COMMONS.unseal)
