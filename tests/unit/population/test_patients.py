"""Invented people: one number is one person, whose facts fit each other."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.population import capacity, is_synthetic, people, person
from yushan.domain.population.calendar import FIRST, LAST
from yushan.domain.population.patients import is_newborn
from yushan.services.consent.identity import checked_identity


@pytest.fixture(scope="module")
def crowd():
    return list(people(11, 4000))


def test_numbers_and_charts_belong_to_one_person_each(crowd):
    identities = [one.identity for one in crowd if one.identity]
    assert len(set(identities)) == len(identities)
    assert all(map(is_synthetic, identities))
    charts = [(one.site, one.number) for who in crowd for one in who.all_charts]
    assert len(set(charts)) == len(charts)


def test_the_consent_office_takes_the_numbers(crowd):
    for one in crowd[:500]:
        if one.identity:
            assert checked_identity(one.identity) == one.identity


def test_the_second_place_of_a_number_says_the_sex(crowd):
    for one in crowd:
        if one.identity:
            assert one.identity[1] in {"F": "29D", "M": "18C"}[one.sex]


def test_all_kinds_of_people_are_there(crowd):
    kinds = Counter(one.kind for one in crowd)
    assert set(kinds) == {"national", "foreigner", "newborn", "indigenous"}
    assert any(one.is_duplicate for who in crowd for one in who.all_charts)
    assert any(who.kind == "foreigner" and who.identity is None for who in crowd)
    assert any(who.identity and who.identity[1] in "89" for who in crowd)
    assert any(who.identity and who.identity[1] in "CD" for who in crowd)
    assert 0.48 < sum(one.sex == "F" for one in crowd) / len(crowd) < 0.52
    assert len({one.name for one in crowd}) > 2000


def test_newborns_are_filed_under_a_mother_of_the_right_age(crowd):
    for child in crowd:
        if child.kind != "newborn":
            assert child.mother is None
            continue
        mother = person(child.mother, 11)
        assert mother.sex == "F"
        assert 18 < (child.birth - mother.birth).days / 365.25 < 44
        assert child.identity is None
        assert child.name.startswith(mother.name)
        assert child.family == mother.family
        assert LAST - 60 <= child.birth.toordinal() <= LAST


def test_the_last_numbers_have_mothers_too():
    last = capacity() - 1
    found = [seed for seed in range(3000) if is_newborn(last, seed)]
    assert found
    assert person(last, found[0]).mother < last


def test_people_look_like_patients_of_samples(crowd):
    for one in crowd[:200]:
        assert one.birth_date == one.birth.strftime("%Y%m%d")
        assert one.charts[one.home]
        assert one.romanised.replace("^", "").strip()
        assert one.birth.toordinal() <= LAST
        assert not one.all_charts[0].is_duplicate


@given(st.integers(0, capacity() - 1), st.integers(0, 10**6))
def test_one_number_is_one_person(number, seed):
    assert person(number, seed) == person(number, seed)
    assert person(number, seed).birth.toordinal() > FIRST - 101 * 366


def test_populations_differ_and_continue():
    assert [one.name for one in people(1, 30)] != [one.name for one in people(2, 30)]
    assert list(people(1, 5, first=10)) == list(people(1, 15))[10:]
    assert all(a.number + 1 == b.number for a, b in pairwise(people(1, 5)))
