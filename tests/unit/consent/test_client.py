"""Gateways and the commons: tokens, verdicts, and holding everything when nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.unit.consent.offices import NOON, OTHER, PERSON, SIGNER, Line, Scene, allow, stop

from yushan.base import Forbidden, Unavailable
from yushan.engines.keys import (
    Element,
    Signer,
    evaluate,
    fingerprint,
    multiply_generator,
    prove,
    random_scalar,
)
from yushan.services.consent import (
    ConsentOffice,
    Decision,
    SignedList,
    Use,
    What,
    token_of,
)
from yushan.services.consent.optouts import PREFIX, sign_list

PUBLIC = multiply_generator(random_scalar())

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yushan.engines.database import Database


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def stranger(scene: Scene) -> bytes:
    """The token of somebody who is on no list."""
    return token_of(fingerprint(scene.office.public[:32]), multiply_generator(random_scalar()))


def test_a_token_is_the_same_at_every_site_and_of_every_spelling(scene: Scene) -> None:
    tokens = {
        scene.client(scene.line(site)).token(spelled)
        for site, spelled in [("site-a", PERSON), ("site-b", "a123-456-789")]
    }
    assert len(tokens) == 1
    assert len(tokens.pop()) == 40
    assert scene.client().token(OTHER) not in tokens


def test_who_left_is_opted_out_and_who_came_back_is_not(scene: Scene) -> None:
    client = scene.client()
    token = client.token(PERSON)
    assert client.check(token, "CT") == "allowed"
    scene.office.record(PERSON, stop())
    scene.clock.advance(61)
    assert client.check(token, "CT") == "opted-out"
    assert client.check(client.token(OTHER), "CT") == "allowed"
    scene.office.record(PERSON, allow())
    scene.clock.advance(61)
    assert client.check(token, "CT") == "allowed"


def test_part_of_the_data_can_leave(scene: Scene) -> None:
    scene.office.record(PERSON, stop(modality="CT", examined_until=date(2023, 12, 31)))
    scene.office.record(PERSON, stop(site="site-b"))
    here, there = scene.client(site="site-a"), scene.client(site="site-b")
    token = here.token(PERSON)
    assert here.check(token, "MR") == "allowed"
    assert here.check(token, "CT") == "opted-out"  # the day is not known
    assert here.check(token, "CT", examined_on=date(2023, 5, 1)) == "opted-out"
    assert here.check(token, "CT", examined_on=date(2024, 5, 1)) == "allowed"
    assert there.check(token, "MR") == "opted-out"


def test_a_stopped_kind_of_use_is_collected_but_not_used_for_that(scene: Scene) -> None:
    scene.office.record(PERSON, stop(use=Use.INDUSTRY))
    token = scene.client().token(PERSON)
    assert scene.client().check(token, "CT") == "allowed"
    listed = scene.list()
    assert listed.decide(token, What(use=Use.INDUSTRY)) is Decision.STOP
    assert listed.decide(token, What(use=Use.ACADEMIC)) is Decision.ALLOW


def test_the_commons_checks_by_token_alone(scene: Scene) -> None:
    scene.office.record(PERSON, stop())
    token = scene.client().token(PERSON)
    assert scene.list().check(token, "CT", site="site-a") == "opted-out"
    assert scene.list().check(stranger(scene), "CT") == "allowed"
    assert scene.list().tokens() == {token}
    with pytest.raises(Unavailable, match=r"consent\.key-unknown"):
        scene.list().check(b"k" * 8 + token[8:], "CT")
    assert scene.list().issued_at() == NOON


def test_a_person_without_a_number_cannot_be_on_the_list_but_it_must_be_fresh(scene: Scene) -> None:
    line = scene.line()
    assert scene.client(line).check(None, "CT") == "allowed"
    cut = scene.line()
    cut.cut = True
    with pytest.raises(Unavailable, match=r"consent\.office-unreachable"):
        scene.client(cut).check(None, "CT")


def test_without_a_list_everything_is_held(scene: Scene) -> None:
    line = scene.line()
    client = scene.client(line)
    line.cut = True
    for _ in range(3):
        with pytest.raises(Unavailable, match=r"consent\.office-unreachable"):
            client.check(stranger(scene), "CT")
    assert line.fetched == 1  # not asked again at once
    line.cut = False
    scene.clock.advance(6)
    assert client.check(stranger(scene), "CT") == "allowed"


def test_a_stale_list_holds_everything_and_a_young_one_bridges_a_cut(scene: Scene) -> None:
    line = scene.line()
    client = scene.client(line)
    scene.office.record(PERSON, stop())
    token = client.token(PERSON)
    assert client.check(token, "CT") == "opted-out"
    line.cut = True
    scene.clock.advance(3600)
    assert client.check(token, "CT") == "opted-out"
    assert client.check(stranger(scene), "CT") == "allowed"
    scene.clock.advance(1)
    for asked in (token, stranger(scene), None):
        with pytest.raises(Unavailable, match=r"consent\.list-stale"):
            client.check(asked, "CT")
    line.cut = False
    scene.clock.advance(6)
    assert client.check(stranger(scene), "CT") == "allowed"


def test_a_young_list_is_not_asked_for_again(scene: Scene) -> None:
    line = scene.line()
    client = scene.client(line)
    for _ in range(5):
        client.check(None, "CT")
    assert line.fetched == 1
    scene.clock.advance(61)
    client.check(None, "CT")
    assert (line.fetched, line.carried) == (2, 1)  # the second time the stamp alone
    scene.office.record(PERSON, stop())
    scene.clock.advance(61)
    assert client.check(client.token(PERSON), "CT") == "opted-out"
    assert (line.fetched, line.carried) == (3, 2)


def test_a_replayed_old_list_does_not_bring_anybody_back(scene: Scene) -> None:
    line = scene.line()
    client = scene.client(line)
    before = scene.office.optout_list()
    scene.clock.advance(30)
    scene.office.record(PERSON, stop())
    token = client.token(PERSON)
    assert client.check(token, "CT") == "opted-out"
    line.replayed = before
    scene.clock.advance(61)
    assert client.check(token, "CT") == "opted-out"
    scene.clock.advance(3600)
    with pytest.raises(Unavailable, match=r"consent\.list-stale"):
        client.check(token, "CT")


def test_a_list_that_was_old_when_it_came_is_stale(scene: Scene) -> None:
    line = scene.line()
    line.replayed = scene.office.optout_list()
    scene.clock.advance(3601)
    with pytest.raises(Unavailable, match=r"consent\.list-stale"):
        scene.client(line).check(None, "CT")


def test_a_list_from_the_future_is_not_believed(scene: Scene) -> None:
    line = scene.line()
    line.replayed = sign_list(SIGNER, NOON + timedelta(minutes=6), b"[]", PUBLIC)
    with pytest.raises(Unavailable, match=r"consent\.list-unreadable"):
        scene.client(line).check(None, "CT")


def test_a_stamp_for_entries_that_never_came_is_not_believed(scene: Scene) -> None:
    line = scene.line()
    signed = scene.office.optout_list()
    line.replayed = SignedList(signed.stamp, signed.signature)
    with pytest.raises(Unavailable, match=r"consent\.list-forged"):
        scene.client(line).check(None, "CT")


def test_a_list_of_another_signer_is_not_believed(scene: Scene) -> None:
    line = scene.line()
    line.replayed = sign_list(Signer(b"f" * 32), NOON, b"[]", PUBLIC)
    with pytest.raises(Unavailable, match=r"consent\.list-forged"):
        scene.client(line).check(None, "CT")


def test_a_signed_list_of_another_format_is_not_believed(scene: Scene) -> None:
    line = scene.line()
    strange = [
        SignedList(b"{}", SIGNER.sign(PREFIX + b"{}")),
        sign_list(SIGNER, NOON, b"{}", PUBLIC),
    ]
    for line.replayed in strange:
        with pytest.raises(Unavailable, match=r"consent\.list-unreadable"):
            scene.client(line).check(None, "CT")


@dataclass
class Marking:
    """An office that answers with a key of its own, to recognise the asker's persons."""

    office: ConsentOffice
    cut_answers: bool = False
    marks: bool = True

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        elements, key = [Element(one) for one in blinded], random_scalar()
        marked = [(one, evaluate(key, one)) for one in elements]
        answers = [made + prove(key, [asked], [made]) for asked, made in marked]
        if not self.marks:
            answers = self.office.evaluate("site-a", blinded)
        return answers[:0] if self.cut_answers else answers

    def optouts(self, known: bytes | None = None) -> SignedList:
        return self.office.optout_list(known)


def test_an_answer_with_a_marking_key_is_noticed(scene: Scene) -> None:
    client = scene.client(Line(Marking(scene.office)))
    with pytest.raises(Unavailable, match=r"consent\.answer-wrong"):
        client.token(PERSON)


def test_an_incomplete_answer_is_noticed(scene: Scene) -> None:
    client = scene.client(Line(Marking(scene.office, cut_answers=True, marks=False)))
    with pytest.raises(Unavailable, match=r"consent\.answer-wrong"):
        client.token(PERSON)


class Refusing:
    """An office that does not know this site's token."""

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        raise Forbidden("net.refused", count=len(blinded))

    def optouts(self, known: bytes | None = None) -> SignedList:
        raise Forbidden("net.refused")


def test_a_refusing_office_is_as_good_as_none(scene: Scene) -> None:
    client = scene.client(Line(Refusing()))
    with pytest.raises(Unavailable, match=r"consent\.office-unreachable"):
        client.token(PERSON)
    with pytest.raises(Unavailable, match=r"consent\.office-unreachable"):
        client.check(None, "CT")


def test_tokens_are_remembered_but_not_without_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yushan.services.consent.client.KEPT", 2)
    client = scene.client()
    for person in ("A1", "A2", "A1", "A3", "A2"):
        client.token(person)
    assert [row.evaluations for row in scene.office.usage(NOON.date())] == [4]
