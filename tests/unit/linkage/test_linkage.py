"""The whole protocol: hospitals, three key holders, the commons."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.databases import make_database
from tests.unit.linkage.parties import KEY, PRIVATE, PUBLIC, Counting, Parties, Unreachable

from yushan.base import Broken, Rejected, Unavailable
from yushan.domain.packs import envelope_aad
from yushan.engines.keys import (
    Domain,
    Element,
    Share,
    Veiled,
    deal,
    evaluate_veiled,
    fingerprint,
    group_of,
    hash_to_group,
    multiply,
    person_input,
    random_scalar,
    read_publics,
    rotation,
    seal,
)
from yushan.engines.keys.group import add, multiply_generator, whole_scalar
from yushan.services.linkage import (
    LONGEST_SHIFT_DAYS,
    Answer,
    LinkageClient,
    LinkageCommons,
)
from yushan.services.linkage.envelope import CommonsPublic, Content, Linked, close

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from yushan.engines.database import Database

AAD = envelope_aad("site-a", "A" * 16)
GENERATOR = multiply_generator(whole_scalar(1))
PERSON = "A123456789"


@pytest.fixture
def parties(database: Database) -> Parties:
    return Parties(database)


@pytest.fixture
def embedded(tmp_path: Path) -> Database:
    return make_database(tmp_path / "holder.db", "services.ledger", "services.linkage")


def test_one_person_in_three_hospitals_is_one_subject(parties: Parties) -> None:
    spellings = {"site-a": "A123456789", "site-b": "a123456789", "site-c": "Ａ１２３-４５６-７８９"}
    subjects = [
        parties.subject(spelled, site, subject=site.upper().replace("-", "") + "A" * 11)
        for site, spelled in spellings.items()
    ]
    assert len({subject.token for subject in subjects}) == 1
    assert len({subject.pseudonym for subject in subjects}) == 1
    assert len({subject.person_offset_days for subject in subjects}) == 1
    assert all(subject.linked for subject in subjects)


def test_two_persons_are_two_subjects(parties: Parties) -> None:
    first, second = parties.subject("A123456789"), parties.subject("B123456780")
    assert first.token != second.token
    assert first.pseudonym != second.pseudonym


def test_a_pseudonym_has_sixteen_characters_of_base_32(parties: Parties) -> None:
    for identity in (PERSON, None):
        assert re.fullmatch(r"[A-Z2-7]{16}", parties.subject(identity).pseudonym)


@pytest.mark.parametrize("down", [(), (1,), (2,), (3,)])
def test_any_two_holders_give_the_same_subject(parties: Parties, down: tuple[int, ...]) -> None:
    expected = parties.subject(PERSON)
    assert parties.subject(PERSON, client=parties.client(down=down)) == expected


@pytest.mark.parametrize("down", [(1, 2), (1, 3), (2, 3), (1, 2, 3)])
def test_one_holder_is_not_enough(parties: Parties, down: tuple[int, ...]) -> None:
    with pytest.raises(Unavailable, match=r"linkage\.holders-unreachable"):
        parties.subject(PERSON, client=parties.client(down=down))


def lying(parties: Parties, *which: str) -> LinkageClient:
    """A client of holders some of which answer with a share of another key."""
    other = deal()
    order = {"first": 1, "second": 2, "third": 3}
    liars = {name: parties.holder(n, other.shares[n - 1]).at("site-a") for name, n in order.items()}
    return parties.client_with(**{name: liars[name] for name in which})


def test_a_holder_that_answers_wrongly_is_detected_and_passed_over(
    parties: Parties, caplog: pytest.LogCaptureFixture
) -> None:
    expected = parties.subject(PERSON)
    assert parties.subject(PERSON, client=lying(parties, "first")) == expected
    failed = [record.facts for record in caplog.records if record.msg == "linkage.holder-failed"]
    assert failed == [{"index": 1, "code": "keys.proof-wrong"}]


def test_two_lying_holders_stop_the_work_and_never_give_a_wrong_person(parties: Parties) -> None:
    with pytest.raises(Unavailable, match=r"linkage\.holders-unreachable"):
        parties.subject(PERSON, client=lying(parties, "first", "third"))


def test_an_incomplete_answer_is_a_failure_of_that_holder(parties: Parties) -> None:
    silent = Counting(parties.holder(1), "site-a", change=lambda said: said._replace(parts=[]))
    expected = parties.subject(PERSON)
    assert parties.subject(PERSON, client=parties.client_with(first=silent)) == expected


def test_a_failed_holder_is_asked_last_afterwards(parties: Parties) -> None:
    down = parties.client(down=(1,))
    parties.subject(PERSON, client=down)
    assert [holder.index for holder in down._order] == [2, 3, 1]


def test_public_keys_of_two_ceremonies_are_noticed_at_start(parties: Parties) -> None:
    mixed = parties.dealt.public[:64] + deal().public[64:]
    with pytest.raises(Broken, match=r"keys\.shares-differ"):
        LinkageClient(parties.evaluators(), PUBLIC, mixed)


def test_what_a_holder_sees_never_repeats_and_is_not_the_person(parties: Parties) -> None:
    seen = Counting(parties.holder(1), "site-a")
    for _ in range(3):
        parties.subject(PERSON, client=parties.client_with(first=seen))
    assert len(set(seen.asked)) == 3
    assert hash_to_group(person_input(Domain.LINKAGE, PERSON)) not in seen.asked


def test_what_the_hospital_gets_is_neither_the_element_nor_the_token(parties: Parties) -> None:
    secret = random_scalar()
    parties.dealt = deal(secret)
    received: list[bytes] = []

    def keep(said: Answer) -> Answer:
        received.extend(said.parts)
        return said

    spies = [Counting(parties.holder(index), "site-a", change=keep) for index in (1, 2, 3)]
    client = LinkageClient(spies, PUBLIC, parties.dealt.public)
    subject = parties.subject(PERSON, client=client)
    element = multiply(secret, hash_to_group(person_input(Domain.LINKAGE, PERSON)))
    assert subject.token is not None
    assert len(received) == 2
    assert all(element not in part and subject.token not in part for part in received)


def test_an_envelope_opens_for_its_site_and_person_only(parties: Parties) -> None:
    envelope = parties.client().envelope(PERSON, 5, None, AAD)
    for other in (envelope_aad("site-b", "A" * 16), envelope_aad("site-a", "B" * 16), b""):
        with pytest.raises(Rejected, match=r"keys\.seal-broken"):
            parties.commons().subject(envelope, other)
    stranger = LinkageCommons(b"x" * 32, KEY, parties.dealt.public)
    with pytest.raises(Rejected, match=r"keys\.seal-broken"):
        stranger.subject(envelope, AAD)


def test_the_same_person_never_gives_the_same_envelope(parties: Parties) -> None:
    client = parties.client()
    envelopes = {client.envelope(PERSON, 5, None, AAD) for _ in range(3)}
    assert len(envelopes) == 3
    assert len({len(envelope) for envelope in envelopes}) == 1


def test_an_unlinked_person_is_a_person_of_one_site(parties: Parties) -> None:
    here = parties.subject(None, "site-a")
    assert not here.linked
    assert here.token is None
    assert here == parties.subject(None, "site-a")
    assert here.pseudonym != parties.subject(None, "site-b").pseudonym
    assert here.pseudonym != parties.subject(None, "site-a", subject="B" * 16).pseudonym
    assert here.pseudonym != parties.subject(PERSON, "site-a").pseudonym


def test_an_unlinked_person_needs_no_holder(parties: Parties) -> None:
    assert parties.subject(None, client=parties.client(down=(1, 2, 3))) == parties.subject(None)


def test_offsets_and_consent_token_come_through(parties: Parties) -> None:
    envelope = parties.client().envelope(PERSON, -1234, b"t" * 32, AAD)
    subject = parties.commons().subject(envelope, AAD)
    assert subject.site_offset_days == -1234
    assert subject.consent_token == b"t" * 32
    assert subject.shift_days == subject.person_offset_days + 1234


def test_another_commons_key_gives_unrelated_persons_and_dates(parties: Parties) -> None:
    envelope = parties.client().envelope(PERSON, 0, None, AAD)
    ours = parties.commons().subject(envelope, AAD)
    theirs = parties.commons(key=b"k" * 32).subject(envelope, AAD)
    assert ours.pseudonym != theirs.pseudonym
    assert ours.token != theirs.token


def test_domains_give_unrelated_tokens_even_under_one_key(parties: Parties) -> None:
    claims = parties.client(domain=Domain.CLAIMS)
    assert parties.subject(PERSON, client=claims).token != parties.subject(PERSON).token


def test_one_study_of_ten_series_asks_once(parties: Parties) -> None:
    client = parties.client()
    for _ in range(10):
        client.envelope(PERSON, 0, None, AAD)
    usage = parties.holder(1).usage(parties.clock.now().date())
    # Two holders share the test's table: one question to each.
    assert [row.evaluations for row in usage] == [2]


def test_memory_of_persons_is_bounded(parties: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yushan.services.linkage.client.KEPT", 2)
    client = parties.client()
    for person in ("A1", "A2", "A1", "A3", "A2"):
        client.envelope(person, 0, None, AAD)
    usage = parties.holder(1).usage(parties.clock.now().date())
    assert usage[0].evaluations == 2 * 4  # A1, A2, A3, and A2 again, at two holders


def test_joins_survive_rotations(embedded: Database) -> None:
    parties = Parties(embedded)
    before, early = parties.subject(PERSON), parties.client().envelope(PERSON, -100, None, AAD)
    changes = [rotation(), rotation()]
    renewed = Parties(embedded, parties.dealt)
    for change in changes:
        renewed.dealt = change.apply_to_all(renewed.dealt)
    late = renewed.client().envelope(PERSON, -100, None, AAD)
    told = parties.commons(rotations=[change.factor for change in changes])
    assert told.subject(late, AAD) == before
    assert told.subject(early, AAD) == before
    with pytest.raises(Rejected, match=r"linkage\.key-unknown"):
        parties.commons().subject(late, AAD)


@pytest.mark.parametrize("renewed", [(1,), (2, 3), (1, 2, 3)])
def test_while_holders_change_their_key_one_after_the_other_nothing_stops(
    embedded: Database, renewed: tuple[int, ...]
) -> None:
    parties, change = Parties(embedded), rotation()
    before, new = parties.subject(PERSON), change.apply_to_all(parties.dealt)
    holders = [
        parties.holder(n, (new if n in renewed else parties.dealt).shares[n - 1]).at("site-a")
        for n in (1, 2, 3)
    ]
    client = LinkageClient(holders, PUBLIC, parties.dealt.public + new.public)
    told = parties.commons(rotations=[change.factor])
    assert told.subject(client.envelope(PERSON, -100, None, AAD), AAD) == before


def test_answers_under_two_keys_are_never_put_together(embedded: Database) -> None:
    parties, change = Parties(embedded), rotation()
    new = change.apply_to_all(parties.dealt)
    holders = [parties.holder(1).at("site-a"), parties.holder(2, new.shares[1]).at("site-a"),
               Unreachable()]  # fmt: skip
    client = LinkageClient(holders, PUBLIC, parties.dealt.public + new.public)
    with pytest.raises(Unavailable, match=r"linkage\.holders-unreachable \(holders=1\)"):
        client.envelope(PERSON, -100, None, AAD)


@pytest.mark.parametrize("plain", [b"", b"\xc1", b"\x80", b"\x81\xabformat\x02"])
def test_an_envelope_with_foreign_content_is_refused(parties: Parties, plain: bytes) -> None:
    sealed = seal(CommonsPublic.from_bytes(PUBLIC).sealing, plain, AAD)
    with pytest.raises(Rejected, match=r"linkage\.envelope-malformed"):
        parties.commons().subject(sealed, AAD)


def test_an_envelope_of_another_format_is_refused(parties: Parties) -> None:
    sealed = close(Content(0, format=2), CommonsPublic.from_bytes(PUBLIC), AAD)
    with pytest.raises(Rejected, match=r"linkage\.envelope-malformed \(version=2\)"):
        parties.commons().subject(sealed, AAD)


def test_a_veiled_element_that_is_none_is_refused(parties: Parties) -> None:
    public = CommonsPublic.from_bytes(PUBLIC)
    for veiled in (b"", bytes(64), b"\xff" * 64):
        linked = Linked(fingerprint(group_of(read_publics(parties.dealt.public))), veiled)
        sealed = close(Content(0, linked), public, AAD)
        with pytest.raises(Rejected, match=r"linkage\.envelope-malformed"):
            parties.commons().subject(sealed, AAD)


#: ``YUSHAN_PERSONS=100000`` takes 22 s of one core; for many runs a tenth of it is enough.
PERSONS = int(os.environ.get("YUSHAN_PERSONS", "10000"))


def test_many_persons_are_as_many_tokens_and_pseudonyms() -> None:
    """From the number to the commons' name, without blinding, which `take_off` undoes exactly.

    Names are cut to 80 bits: among 10^5 persons two meet with a chance of 4 * 10^-15, among
    2.3 * 10^7 of 2 * 10^-10.
    """
    dealt, public = deal(), CommonsPublic.from_bytes(PUBLIC)
    commons = LinkageCommons(PRIVATE, KEY, dealt.public)
    key = fingerprint(group_of(read_publics(dealt.public)))
    subjects = []
    for number in range(PERSONS):
        element = hash_to_group(person_input(Domain.LINKAGE, f"A{number:09}"))
        veiled = Veiled(GENERATOR, add(element, public.reader))  # veiled by the scalar 1
        subjects.append(commons.identify(Content(0, Linked(key, veiled.to_bytes())), AAD))
    assert len({subject.pseudonym for subject in subjects}) == PERSONS
    assert len({subject.token for subject in subjects}) == PERSONS
    offsets = [subject.person_offset_days for subject in subjects]
    assert -LONGEST_SHIFT_DAYS <= min(offsets) < -LONGEST_SHIFT_DAYS + 20
    assert -20 < max(offsets) <= -1


class Sharing:
    """A holder without a count, for many examples."""

    def __init__(self, share: Share) -> None:
        self.share = share

    def evaluate(self, blinded: Sequence[bytes]) -> Answer:
        reader = CommonsPublic.from_bytes(PUBLIC).reader
        elements = [Element(one) for one in blinded]
        return Answer(*evaluate_veiled(self.share.secret, elements, reader), self.share.public)


DEALT = deal()
CLIENT = LinkageClient([Sharing(share) for share in DEALT.shares], PUBLIC, DEALT.public)


@given(
    identity=st.one_of(st.none(), st.from_regex(r"[A-Z][1289][0-9]{8}", fullmatch=True)),
    offset_days=st.integers(-3660, 3660),
    consent_token=st.one_of(st.none(), st.binary(min_size=32, max_size=32)),
    aad=st.binary(max_size=80),
)
@settings(max_examples=40, deadline=None)
def test_whatever_a_hospital_puts_in_the_commons_takes_out(
    identity: str | None, offset_days: int, consent_token: bytes | None, aad: bytes
) -> None:
    commons = LinkageCommons(PRIVATE, KEY, DEALT.public)
    envelope = CLIENT.envelope(identity, offset_days, consent_token, aad)
    subject = commons.subject(envelope, aad)
    assert subject == commons.subject(
        CLIENT.envelope(identity, offset_days, consent_token, aad), aad
    )
    assert (subject.site_offset_days, subject.consent_token) == (offset_days, consent_token)
    assert subject.linked == (identity is not None) == (subject.token is not None)
    assert -LONGEST_SHIFT_DAYS <= subject.person_offset_days <= -1


def test_one_number_in_two_domains_is_two_elements_of_which_neither_leads_to_the_other() -> None:
    """Linkage, consent and claims: other input, other hash to the group, other key, other use."""
    person = {domain: person_input(domain, PERSON) for domain in Domain}
    assert len(set(person.values())) == len(Domain)
    prefixes = [data.removesuffix(PERSON.encode()) for data in person.values()]
    assert not any(a != b and a.startswith(b) for a in prefixes for b in prefixes)
    elements = {hash_to_group(data, mode) for data in person.values() for mode in (0, 1)}
    assert len(elements) == 2 * len(Domain)


@given(number=st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_no_spelling_of_a_number_reaches_into_another_domain(number: str) -> None:
    found: dict[bytes, Domain] = {}
    for domain in Domain:
        for spelled in (number, f"/1/{number}", f"consent/1/{number}", f"yushan/claims/1/{number}"):
            try:
                data = person_input(domain, spelled)
            except Rejected:
                continue
            assert found.setdefault(data, domain) == domain
