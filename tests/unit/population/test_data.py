"""The tables of the population are whole: sources, codes, shares, references."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from yushan.domain.population import HOSPITALS, tables
from yushan.domain.population.cancers import CANCERS
from yushan.domain.population.mixtures import MIX
from yushan.domain.population.pages import NORMAL
from yushan.domain.population.reports import LANGUAGES, STYLES
from yushan.domain.population.sentences import CONCEPTS, WORDS
from yushan.domain.population.tables import rows, tree

DATA = files("yushan.domain.population") / "data"
CSV = sorted(one.name.removesuffix(".csv") for one in DATA.iterdir() if one.name.endswith(".csv"))
ICD = re.compile(r"[A-TV-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?|U07\.1")
ATC = re.compile(r"[A-V]\d\d[A-Z]{2}\d\d")


@pytest.mark.parametrize("name", [one for one in CSV if one != "fields"])
def test_every_row_says_what_it_rests_on(name):
    known = tree("sources")
    for row in rows(name):
        assert row["source"].split(";")[0] in known, row


def test_sources_are_told_in_both_languages():
    for one in tree("sources").values():
        assert one["en"]
        assert re.search(r"[\u4e00-\u9fff]", one["zh"])
        assert re.match(r"(not|partly )?\s?verified|invented|see the guideline", one["checked"])


def test_codes_have_the_form_of_their_classification():
    for name in ("conditions", "minor", "other_codes"):
        for row in rows(name):
            assert ICD.fullmatch(row["code"]), row
            assert row["sex"] in {"A", "F", "M"}
    drugs = {row["atc"] for row in rows("drugs")}
    assert all(map(ATC.fullmatch, drugs))
    for name in ("conditions", "minor"):
        for row in rows(name):
            assert set(row["drugs"].split()) <= drugs


def test_conditions_that_raise_others_stand_before_them():
    seen = set()
    for row in rows("conditions"):
        assert not row["after"] or row["after"] in seen
        seen.add(row["code"])


def test_shares_of_a_whole_sum_to_one():
    lung, brain = tree("courses")["lung"], tree("courses")["brain"]
    wholes = [
        lung["types-benign"], lung["types-cancer"], tree("courses")["pancreas"]["places"],
        tree("courses")["breast"]["density"], tree("consents")["channels"],
        {name: one["share"] for name, one in lung["lobes"].items()},
        {name: one["share"] for name, one in HOSPITALS.items()},
        *(one["stages"] for one in CANCERS.values() if isinstance(one, dict)),
    ]  # fmt: skip
    assert all(sum(one.values()) == pytest.approx(1.0) for one in wholes)
    assert 0 < brain["after-breast"] < brain["after-lung"] < 1
    for one in CANCERS.values():
        if isinstance(one, dict):
            assert set(one["stages"]) == set(one["death"])


def test_what_reports_speak_of_has_words():
    images = {row["code"] for row in rows("procedures") if row["modality"]}
    assert set(NORMAL) == images
    assert set(MIX) <= images
    for row in (one for mix in MIX.values() for one in mix):
        assert row["concept"] in CONCEPTS
        assert sum(row.get(one, 0) for one in ("present", "uncertain", "absent")) <= 1
        for place in row.get("places", []):
            side, _, name = place.partition(":")
            assert name in WORDS["place"]
            assert side in {"", *WORDS["sides"]["en"]}
    for one in HOSPITALS.values():
        assert one["reports"][0] in LANGUAGES
        assert one["reports"][1] in STYLES


def test_columns_are_documented_in_both_languages_with_types_of_sql():
    kinds = {"BIGINT", "BOOLEAN", "DATE", "DOUBLE", "INTEGER", "TIMESTAMPTZ", "VARCHAR"}
    for columns in tables().values():
        assert len({one.name for one in columns}) == len(columns)
        for one in columns:
            assert one.kind in kinds
            assert one.en
            assert one.zh
