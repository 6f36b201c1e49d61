"""``yushan guideline``: a case from a file, in both languages and for programs."""

from __future__ import annotations

import json

import pytest

from yushan.assembly.house import TheHouse
from yushan.doors.cli import run


def said(capsys, *arguments):
    code = run(TheHouse(), ["guideline", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.json"
    path.write_text('{"nodule": "solid", "mean_diameter_mm": 8.2, "state": "baseline"}')
    return path


def test_a_case_gets_its_value_with_rule_edition_and_reasons(capsys, case):
    code, out, _ = said(capsys, "lung-rads-2022", "--input", case, "--json")
    told = json.loads(out)
    assert (code, told["rule"], told["outcome"]) == (0, "lung-rads-2022", "decided")
    assert told["result"]["category"] == "4A"
    assert told["edition"].startswith("v2022")
    assert [one["table"] for one in told["because"]] == ["kind", "base", "category"]
    assert told["used"]["mean_mm"] == 8.2


def test_people_read_it_in_their_language(capsys, case, monkeypatch):
    _, english, _ = said(capsys, "lung-rads-2022", "--input", case)
    assert "Category: 4A: suspicious" in english
    assert "Low-dose CT in 3 months" in english
    assert "never a diagnosis" in english
    monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
    _, chinese, _ = said(capsys, "lung-rads-2022", "--input", case)
    assert "結果：已判定" in chinese
    assert "供判讀參考，並非診斷" in chinese


def test_without_an_answer_the_exit_code_is_one(capsys, tmp_path):
    path = tmp_path / "case.json"
    path.write_text('{"nodule": "solid", "state": "baseline"}')
    code, out, _ = said(capsys, "lung-rads-2022", "--input", path, "--json")
    assert (code, json.loads(out)["missing"]) == (1, ["mean_mm"])


def test_all_rules_and_their_inputs_are_listed(capsys):
    _, out, _ = said(capsys, "list", "--json")
    rules = json.loads(out)
    assert {"lung-rads-2022", "npc-ajcc", "prevent-2023"} <= set(rules)
    for rule in rules:
        assert said(capsys, rule, "--help-inputs", "--json")[0] == 0


@pytest.mark.parametrize("text", ["[1]", "{", '{"nodule": "round"}', '{"colour": 1}'])
def test_what_cannot_be_evaluated_is_refused_with_a_remedy(capsys, tmp_path, text):
    path = tmp_path / "case.json"
    path.write_text(text)
    code, out, err = said(capsys, "lung-rads-2022", "--input", path)
    assert (code, out) == (1, "")
    assert "[guidelines." in err


TABLE = """# title: Our people
# edition: 1
# source: made up
sex,group,age_from,age_to,percentile,agatston
male,,60,69,50,40
male,,60,69,75,200
male,,60,69,90,800
"""


def test_a_calcium_score_is_placed_among_people_of_its_age_and_sex(capsys, tmp_path):
    table, case = tmp_path / "table.csv", tmp_path / "case.json"
    table.write_text(TABLE)
    case.write_text('{"score": 90, "age": 63, "sex": "male"}')
    asked = ("coronary-calcium", "--input", case, "--percentiles", table)
    code, out, _ = said(capsys, *asked, "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["percentile"]["least"], told["percentile"]["most"]) == (50, 75)
    assert 50 < told["percentile"]["estimate"] < 75
    assert told["percentile"]["table"]["title"] == "Our people"
    assert told["result"]["statin"] == "open"
    _, out, _ = said(capsys, *asked)
    assert "Percentile: at least 50, below 75, about 6" in out
    assert "Our people [1], made up" in out
    code, _, err = said(capsys, "mesa-2015", "--input", case, "--percentiles", table)
    assert (code, "percentiles-other-rule" in err) == (1, True)
