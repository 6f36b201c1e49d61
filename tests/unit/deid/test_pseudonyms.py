"""Keyed pseudonyms: fixed in form, the same for the same, unlike under another key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Pseudonym
from yushan.domain.deid import SiteKeys, replace_uid, site_offset_days, site_pseudonym
from yushan.domain.deid.pseudonyms import registered_uids

KEYS = SiteKeys(b"u" * 32, b"p" * 32, b"d" * 32)
OTHERS = SiteKeys(b"U" * 32, b"P" * 32, b"D" * 32)


@given(st.text(max_size=80), st.text(max_size=20))
def test_a_pseudonym_has_sixteen_letters_and_is_the_site_s_own(patient: str, issuer: str) -> None:
    ours = site_pseudonym(KEYS, patient, issuer)
    assert re.fullmatch("[A-Z2-7]{16}", ours)
    assert ours == site_pseudonym(KEYS, patient, issuer) != site_pseudonym(OTHERS, patient, issuer)


def test_width_case_and_padding_of_an_id_do_not_matter_but_its_parts_do() -> None:
    assert site_pseudonym(KEYS, " a12 ") == site_pseudonym(KEYS, "Ａ１２")
    assert site_pseudonym(KEYS, "AB", "C") != site_pseudonym(KEYS, "A", "BC")


@given(st.text("0123456789.", min_size=1, max_size=70))
def test_a_uid_becomes_forty_four_characters(uid: str) -> None:
    made = replace_uid(KEYS.uid, uid)
    assert re.fullmatch(r"2\.25\.[1-3][0-9]{38}", made)
    assert int(made[5:]) < 2**128
    assert made == replace_uid(KEYS.uid, uid + "\0") != replace_uid(OTHERS.uid, uid)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16), st.integers(1, 3652))
def test_an_offset_is_within_its_bound_and_never_nothing(subject: str, most: int) -> None:
    offset = site_offset_days(KEYS, Pseudonym(subject), most_days=most)
    assert 0 < abs(offset) <= most


def test_offsets_reach_both_ends() -> None:
    offsets = {site_offset_days(KEYS, Pseudonym(f"{n:016d}"), most_days=2) for n in range(200)}
    assert offsets == {-2, -1, 1, 2}


def test_keys_are_never_shown_and_have_32_bytes() -> None:
    assert "uuuu" not in repr(KEYS)
    with pytest.raises(ValueError, match="32 bytes"):
        SiteKeys(b"short", b"p" * 32, b"d" * 32)


def test_public_coding_schemes_are_registered() -> None:
    assert {"2.16.840.1.113883.6.96", "1.2.840.10008.1.2"} <= registered_uids()
