"""Pseudonyms of scopes: permutations that lead back, and that two scopes share nothing of."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from yushan.engines.keys import Masks

MASKS = Masks(bytes(range(32)))
ONE, OTHER = MASKS.of("project-one"), MASKS.of("project-two")

uids = st.integers(10**38, (1 << 128) - 1).map("2.25.{}".format)
any_uids = st.integers(0, 10**39 - 1).map("2.25.{:039d}".format)
subjects = st.binary(min_size=10, max_size=10).map(lambda raw: base64.b32encode(raw).decode())


@given(any_uids)
def test_every_uid_has_a_name_of_the_same_length_that_leads_back(uid: str) -> None:
    masked = ONE.uid(uid)
    assert len(masked) == len(uid) == 44
    assert ONE.own_uid(masked) == uid
    assert ONE.uid(ONE.own_uid(uid)) == uid


@given(uids)
def test_a_name_is_again_a_valid_uid_of_ours(uid: str) -> None:
    assert 10**38 <= int(ONE.uid(uid)[5:]) < 1 << 128


@given(subjects)
def test_every_person_has_a_name_that_leads_back(subject: str) -> None:
    masked = ONE.subject(subject)
    assert len(base64.b32decode(masked)) == 10
    assert ONE.own_subject(masked) == subject


@given(uids, subjects)
def test_two_scopes_share_no_name_and_one_is_the_same_in_every_life(uid: str, subject: str) -> None:
    assert len({uid, ONE.uid(uid), OTHER.uid(uid)}) == 3
    assert len({subject, ONE.subject(subject), OTHER.subject(subject)}) == 3
    again = Masks(bytes(range(32))).of("project-one")
    assert (again.uid(uid), again.subject(subject)) == (ONE.uid(uid), ONE.subject(subject))
    assert again.tag(b"bytes") == ONE.tag(b"bytes") != OTHER.tag(b"bytes")


def test_names_of_another_form_stay_and_no_scope_is_the_commons_own() -> None:
    assert MASKS.of("") is None
    for text in ("1.2.840.10008.1.2.1", "2.25.1", "", "2.25." + "9" * 40):
        assert ONE.uid(text) == ONE.own_uid(text) == text
    for text in ("", "ABC", "abcdefghijklmnop", "A" * 17):
        assert ONE.subject(text) == ONE.own_subject(text) == text
