"""A newborn's mother has a delivery in her own life: day, hospital, way and codes agree."""

from __future__ import annotations

from itertools import pairwise

import pytest

from yushan.domain.population import is_valid, life, people, person

#: Codes of the mother's stay by those of the child's.
MOTHERS = {
    ("Z38.00",): {"O80"},
    ("Z38.01",): {"O82"},
    ("Z38.00", "P07.39"): {"O60.14X0"},
    ("Z38.01", "P07.39"): {"O60.14X0"},
}


@pytest.fixture(scope="module")
def newborns():
    return [who for who in people(1, 6000) if who.kind == "newborn"]


def codes_of(told, day):
    """Codes of the stays that begin on a day, and their hospitals."""
    stays = {one.encounter: one.site for one in told.encounters
             if one.first == day and one.kind == "inpatient"}  # fmt: skip
    codes = tuple(one.code for one in told.diagnoses if one.encounter in stays)
    return codes, set(stays.values())


def test_every_newborn_has_a_mother_who_gave_birth_that_day(newborns):
    assert len(newborns) > 5
    for child in newborns:
        mother = person(child.mother, child.seed)
        told = life(mother)
        (codes, sites) = codes_of(told, child.birth)
        (own, born_at) = codes_of(life(child), child.birth)
        assert codes[0] in MOTHERS[own]
        assert codes[1] == "Z37.0"
        assert sites == born_at == {child.home}
        (fact,) = [
            dict(one.facts)
            for one in told.courses
            if one.name == "delivery" and dict(one.facts).get("child") == child.number
        ]
        assert (fact["way"] == "caesarean") == (own[0] == "Z38.01")
        assert is_valid(mother.identity or "A123456789")


def test_births_are_as_many_as_births_are_and_never_close_together():
    births, years, caesarean = 0, 0.0, 0
    for who in people(3, 2500):
        told = life(who)
        years += (told.last - told.first).days / 365.25
        mine = [one for one in told.courses if one.name == "delivery"]
        assert not mine or who.sex == "F"
        days = sorted(one.began for one in mine)
        assert all((b - a).days >= 400 for a, b in pairwise(days))
        births += len(mine)
        caesarean += sum(dict(one.facts)["way"] == "caesarean" for one in mine)
    assert 6 < 1000 * births / years < 10
    assert 0.25 < caesarean / births < 0.5


def test_all_contacts_are_as_many_as_a_country_has():
    visits = years = 0.0
    for who in people(5, 150):
        told = life(who, is_thinned=False)
        years += (told.last - told.first).days / 365.25
        visits += sum(one.kind == "outpatient" for one in told.encounters)
    assert 11 < visits / years < 18
