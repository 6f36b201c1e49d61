"""What must hold of rules whatever is asked: order, units, thresholds, what is not known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yushan.base import Absent, Rejected
from yushan.domain.guidelines import Outcome, evaluate, highest, reason_text, rule_set

LUNG = rule_set("lung-rads-2022")
SEVERITY = ("1", "2", "0", "3", "4A", "4B", "4X")
SIZES = st.decimals(0, 60, places=1)


def lung(**case):
    return evaluate(LUNG, case)


@settings(max_examples=60, deadline=None)
@given(SIZES, SIZES, st.sampled_from(["baseline", "new", "growing"]))
def test_a_larger_solid_nodule_is_never_less_severe(one, other, state):
    small, large = sorted((one, other))
    found = [
        SEVERITY.index(lung(nodule="solid", mean_diameter_mm=size, state=state).values["category"])
        for size in (small, large)
    ]
    assert found[0] <= found[1]


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)), st.lists(SIZES, min_size=4, max_size=4))
def test_the_order_of_findings_does_not_matter(order, sizes):
    results = [lung(nodule="solid", mean_diameter_mm=size, state="baseline") for size in sizes]
    first = highest(LUNG, results)
    again = highest(LUNG, [results[place] for place in order])
    assert first is not None
    assert again is not None
    assert first.values["category"] == again.values["category"]


@pytest.mark.parametrize(
    ("volume", "category"),
    [(112, "2"), (113, "3"), (267, "3"), (268, "4A"), (1766, "4A"), (1767, "4B")],
)
def test_a_volume_decides_by_its_own_threshold(volume, category):
    assert lung(nodule="solid", volume_mm3=volume, state="baseline").values["category"] == category


def test_halves_are_rounded_up_before_they_are_compared():
    # 7.9 and 8.0 have the mean 7.95: reported as 8.0.
    assert (
        lung(nodule="solid", long_mm=8.0, short_mm=7.9, state="baseline").values["category"] == "4A"
    )


def test_what_is_missing_is_named_and_the_rest_is_a_lower_bound():
    partly = lung(nodule="part-solid", mean_diameter_mm=5, state="baseline")
    assert (partly.outcome, partly.values["category"]) == (Outcome.AT_LEAST, "2")
    assert "solid_mean_mm" in partly.missing
    nothing = lung(nodule="solid", state="baseline")
    assert (nothing.outcome, nothing.missing) == (Outcome.NOT_EVALUABLE, ("mean_mm",))
    assert nothing.values.get("category") is None


def test_a_gap_of_the_guideline_goes_to_a_reader():
    assert lung(nodule="ggn", mean_diameter_mm=31, state="growing").outcome is Outcome.NEEDS_READER


def test_units_are_converted_and_strange_ones_refused():
    rule = rule_set("score2-2021")
    case = {"sex": "male", "region": "low", "age": 50, "smoker": True, "systolic": 140}
    one = evaluate(rule, {**case, "total_cholesterol": 5.5, "hdl_cholesterol": 1.3})
    mg = {"value": Decimal("5.5") / Decimal("0.02586"), "unit": "mg/dL"}
    other = evaluate(
        rule, {**case, "total_cholesterol": {**mg, "value": round(mg["value"], 9)},
               "hdl_cholesterol": 1.3})  # fmt: skip
    assert one.numbers == other.numbers
    with pytest.raises(Rejected, match="unit-unknown"):
        evaluate(rule, {**case, "total_cholesterol": {"value": 5, "unit": "furlong"}})


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"colour": 1}, "unknown-input"),
        ({"mean_mm": 5}, "unknown-input"),
        ({"nodule": "round"}, "not-a-choice"),
        ({"long_mm": "five"}, "not-a-number"),
        ({"long_mm": float("nan")}, "not-a-number"),
        ({"long_mm": True}, "not-a-number"),
        ({"juxtapleural": "yes"}, "not-a-flag"),
    ],
)
def test_a_case_that_is_written_wrongly_is_refused(case, code):
    with pytest.raises(Rejected, match=code):
        evaluate(LUNG, {"nodule": "solid", **case})


def test_out_of_its_range_a_rule_says_so_and_nothing_else():
    case = {"sex": "male", "group": "white", "age": 39, "total_cholesterol": 200,
            "hdl_cholesterol": 50, "systolic": 120}  # fmt: skip
    result = evaluate(rule_set("ascvd-pce-2013"), case)
    assert (result.outcome, result.outside) == (Outcome.NOT_APPLICABLE, ("age",))
    assert (result.values, result.numbers) == ({}, {})


def test_a_rule_that_is_not_there_is_absent():
    with pytest.raises(Absent, match="no-such-rule"):
        rule_set("fortune-telling")


def test_reasons_read_well_in_both_languages():
    result = lung(nodule="solid", mean_diameter_mm=8, state="baseline")
    [base] = [one for one in result.because if one.table == "base"]
    english = reason_text(LUNG, base, "en")
    assert "4A-solid-baseline-8" in english
    assert "Mean diameter ≥ 8, < 15 mm (8.0 mm)" in english
    chinese = reason_text(LUNG, base, "zh-Hant")
    assert "平均徑 ≥ 8, < 15 mm" in chinese
    assert "實質" in chinese
