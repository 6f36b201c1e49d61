"""Percentiles of calcium by a table that is loaded."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.domain.guidelines import (
    Control,
    percentile_of,
    percentiles_csv,
    percentiles_from,
    read_percentiles,
    with_percentile,
)

PAGE = Path(__file__).parents[3] / "docs" / "calcium-percentiles.md"
HEAD = "# title: T\n# edition: 1\n# source: S\nsex,group,age_from,age_to,percentile,agatston\n"
TABLE = HEAD + (
    "female,chinese,45,54,50,0\nfemale,chinese,45,54,75,9\nfemale,chinese,45,54,90,99\n"
    "female,,45,54,50,1\nfemale,,45,54,90,200\n"
)


def lies(score, **who):
    found = percentile_of(read_percentiles(TABLE), score, **({"age": 50, "sex": "female"} | who))
    return found.least, found.most, found.estimate


@pytest.mark.parametrize(
    ("score", "group", "wanted"),
    [
        (0, "chinese", (0, 50, None)),
        (9, "Chinese", (75, 90, 75)),
        (math.sqrt(10) - 1, "chinese", (50, 75, 62.5)),
        (99, "chinese", (90, 100, None)),
        (5000, "chinese", (90, 100, None)),
        (0, "black", (0, 50, None)),
        (0.5, "", (0, 50, None)),
        (1, "", (50, 90, 50)),
    ],
)
def test_a_score_lies_between_the_points_of_its_people(score, group, wanted):
    assert lies(score, group=group) == pytest.approx(wanted)


@pytest.mark.parametrize("who", [{"age": 44.9}, {"age": 55}, {"sex": "male"}])
def test_other_people_are_refused(who):
    with pytest.raises(Rejected, match="percentiles-nobody"):
        lies(10, **who)


def test_years_lived_count_whole():
    assert lies(9, age=54.9, group="chinese") == (75, 90, 75)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "title"),
        (TABLE.replace("# source: S", "# source:"), 1, "source"),
        (TABLE.replace("sex,group", "sex,race"), 4, "header"),
        (HEAD + "female,,45,54,50\n", 5, "columns"),
        (HEAD + "woman,,45,54,50,1\n", 5, "sex"),
        (HEAD + "male,,45,x,50,1\n", 5, "number"),
        (HEAD + "male,,54,45,50,1\n", 5, "age"),
        (HEAD + "male,,45,54,100,1\n", 5, "range"),
        (HEAD + "male,,45,54,50,nan\n", 5, "range"),
        (HEAD + "male,,45,54,50,5\nmale,,45,54,75,4\n", 6, "order"),
        (HEAD + "male,,45,54,50,5\nmale,,45,54,50,6\n", 6, "order"),
        (HEAD + "male,,45,54,50,5\n", 5, "points"),
        (HEAD, 4, "points"),
        (TABLE + "female,,50,60,50,1\nfemale,,50,60,90,2\n", 11, "overlap"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(text, line, what):
    with pytest.raises(Rejected) as refused:
        read_percentiles(text)
    assert refused.value.facts == {"line": line, "what": what}


def test_the_table_of_the_documentation_is_one():
    lines = [line[4:] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("    ")]
    shown = [line for line in lines if line.startswith("#") or line.count(",") == 5]
    assert len(read_percentiles("\n".join(shown)).strata[0].points) == 3


@given(st.lists(st.floats(0, 5000), min_size=30, max_size=80))
def test_a_table_of_ones_own_people_puts_them_where_they_are(scores):
    people = [Control(50, "male", "chinese", round(one)) for one in scores]
    table = percentiles_from(people, ("own", "1", "site"), ages=[(45, 54)])
    again = read_percentiles(percentiles_csv(table))
    assert again == table
    for one in people:
        found = percentile_of(again, one.score, age=50, sex="male", group="chinese")
        share = sum(other.score <= one.score for other in people) / len(people) * 100
        assert found.least <= share
        if one.score:
            assert (
                sum(other.score < one.score for other in people) / len(people) * 100 <= found.most
            )


def test_few_people_make_no_percentiles():
    people = [Control(50, "male", "", 1.0)] * 29
    assert percentiles_from(people, ("own", "1", "site"), ages=[(45, 54)]).strata == ()


def test_a_case_is_compared_by_what_is_known_at_least():
    table = read_percentiles(TABLE)
    case = {"age": 50, "sex": "female", "group": "chinese"}
    assert with_percentile(table, case, 9)[0]["percentile"] == 75
    assert with_percentile(table, case, 5000)[0]["percentile"] == 90
    with pytest.raises(Rejected, match="percentiles-person"):
        with_percentile(table, {"sex": "female"}, 9)
