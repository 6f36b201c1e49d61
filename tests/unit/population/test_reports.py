"""What a report says is what its truth says: sizes, sides, negation, comparison."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.population import (
    Statement,
    Typist,
    life,
    mixture,
    mixtures,
    people,
    person,
    report,
    report_of,
)
from yushan.domain.population.pages import NORMAL, diseases
from yushan.domain.population.reports import LANGUAGES, STYLES
from yushan.domain.population.sentences import CONCEPTS, WORDS
from yushan.domain.population.tables import tree

SIZE = re.compile(
    r"([\d.]+)(?: ?[x×*X] ?([\d.]+))? ?(mm|cm|公分|毫米)", re.IGNORECASE
)  # an own reading of sizes
MM = {"mm": 1, "毫米": 1, "cm": 10, "公分": 10}
#: An own list of words of status, by what they mean.
ABSENT = re.compile(
    r"^(no |no evidence|no definite|there is no |lack of|free of|w/o |neg\. for|negative|without|"
    r"absence of|nil |disappearance|\(-\)|未見|無|未發現|查無|尚無|不見|unremarkable)|"
    r"沒有|並無|不明顯|"
    r"is not seen|is absent|is not appreciated|: negative|: none$|"
    r"\(-\)$|\(陰性\)$|無$|：否|並不存在|"
    r"並未出現|has resolved|resolution|no longer seen|has cleared|：無|已消失|已吸收|"
    r"已不復見|已緩解|已消退|不復顯影",
    re.IGNORECASE,
)
UNCERTAIN = re.compile(
    r"suspicious for|possible|cannot be excluded|probable|r/o|^\?|\?$|\(\?\)|？|suspected|susp\.|"
    r"prob\.|"
    r"questionable|rule out|^likely|equivocal|to be confirmed|concerning for|is not excluded|"
    r"may represent|poss\.|(?<!可)疑|不能排除|無法排除|待排除|待查|可能|似有|"
    r"或有|考慮為|尚無法確定",
    re.IGNORECASE,
)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".upper().split()


def plain(text):
    """Wide digits and brackets made narrow."""
    return text.translate(str.maketrans("０１２３４５６７８９．（）", "0123456789.()"))


def sizes_in(text):
    """Sizes in millimetres, read from the text alone."""
    return [
        tuple(round(float(one) * MM[unit.lower()], 3) for one in (long, short) if one)
        for long, short, unit in SIZE.findall(plain(text))
    ]


def day_in(text):
    """A day, read from the text alone."""
    text = plain(text).upper()
    if found := re.fullmatch(r"(\d\d) ([A-Z]{3}) (\d{4})", text):
        return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    if len(numbers) == 1:
        return date(numbers[0] // 10_000, numbers[0] // 100 % 100, numbers[0] % 100)
    year = numbers[0] + 1911 if numbers[0] < 1000 else numbers[0]
    return date(year, numbers[1], numbers[2])


def status_in(text):
    """The status of a sentence, read from the text alone."""
    text = plain(text).strip()
    if UNCERTAIN.search(text):
        return "uncertain"
    return "absent" if ABSENT.search(text) else "present"


class Told(NamedTuple):
    """What an order asks for, without a life."""

    procedure: str
    statements: tuple[Statement, ...]


@pytest.fixture(scope="module")
def orders():
    found, seen = [], Counter()
    for who in people(31, 3500):
        for order in life(who).orders:
            told = any(one.status == "present" for one in order.statements)
            if seen[order.procedure, told] < 12:
                seen[order.procedure, told] += 1
                found.append(order)
    return found


@pytest.fixture(scope="module")
def told(orders):
    of_lives = [
        (order, report_of(order, language, style, seed))
        for seed, order in enumerate(orders)
        for language in LANGUAGES
        for style in STYLES
    ]
    return of_lives + [
        (Told(procedure, said), typist.report(said, procedure, seed))
        for seed in range(40)
        for procedure in mixtures()
        for typist in typists(seed)
        if (said := mixture(procedure, seed))
    ]


def typists(seed):
    """One who writes as usual, one in words that are held out and with errors."""
    language, style = LANGUAGES[seed % 3], STYLES[seed // 3 % 3]
    return Typist(language, style), Typist(language, style, "held-out", 0.1)


def test_there_is_something_to_read(told):
    concepts = {one.statement.concept for _, text in told for one in text.truth if one.statement}
    assert len(concepts) > 18
    assert len({text.text for _, text in told}) > 0.9 * len(told)


def test_sentences_stand_in_order_and_every_statement_is_said_once_in_the_findings(told):
    for order, text in told:
        ends = [0]
        for one in text.truth:
            assert ends[-1] <= one.start < one.end <= len(text.text)
            ends.append(one.end)
            assert all(one.start <= a < b <= one.end for _, a, b in one.spans)
        said = [one.of for one in text.truth if one.section == "findings"]
        expected = order.statements or NORMAL[order.procedure]
        assert said == list(range(len(expected)))


def test_status_read_from_the_text_is_that_of_the_truth(told):
    for order, text in told:
        for one in text.truth:
            if one.statement is None or "frames" in CONCEPTS[one.statement.concept]:
                continue
            words = text.text[one.start : one.end]
            assert status_in(words) == one.statement.status, words
            if one.of >= 0 and order.statements:
                assert order.statements[one.of].status == one.statement.status


def test_sizes_read_from_the_text_are_those_of_the_truth(told):
    many = 0
    for order, text in told:
        for one in text.truth:
            if one.statement is None:
                continue
            expected = [s for s in (one.statement.sizes_mm, one.statement.prior_mm) if s]
            words = text.text[one.start : one.end]
            assert sizes_in(words) == [pytest.approx(size) for size in expected], words
            many += len(expected)
            if one.statement.sizes_mm:
                given_mm = order.statements[one.of].sizes_mm
                assert all(
                    abs(a - b) <= 0.5 + 1e-9
                    for a, b in zip(one.statement.sizes_mm, given_mm, strict=True)
                )
    assert many > 100


def test_spans_hold_the_words_they_name(told):
    for _, text in told:
        for one in text.truth:
            by = {what: text.text[a:b] for what, a, b in one.spans}
            if one.statement is None:
                continue
            if "day" in by:
                assert day_in(by["day"]) == one.statement.prior_day
            if "count" in by:
                assert int(plain(by["count"])) == one.statement.how_many
            if "grade" in by and "frames" in CONCEPTS[one.statement.concept]:
                assert plain(by["grade"]).upper() == one.statement.grade.upper()
            if one.statement.place:
                assert_place(plain(by["place"]), one.statement)
            assert ("change" in by) == (
                one.statement.change in {"stable", "larger", "smaller", "new"}
            )


def assert_place(words, statement):
    """The words name the place and the side."""
    row = WORDS["place"][statement.place]
    names = {row.get("short", {}).get(statement.side), row.get("both")}
    for language in ("en", "zh"):
        side = WORDS["sides"][language].get(statement.side, "")
        names.add(row[language].format(side=side).strip())
    assert words.upper() in {name.upper() for name in names if name}


def test_why_images_were_asked_for_is_a_question_and_no_finding(told):
    asked = 0
    for order, text in told:
        for one in text.truth:
            if one.section != "indication":
                continue
            asked += 1
            assert one.statement is None
            by = {what: plain(text.text[a:b]).upper() for what, a, b in one.spans}
            row = diseases()[order.reason]
            assert by["reason"] in {plain(row["zh"]).upper(), plain(row["en"]).upper()}
    assert asked > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_personal_data_stand_where_the_truth_says(language):
    for number in range(60):
        who = person(number, 4)
        text = report((), "IM-CXR", language, "prose", number, who)
        line = text.truth[0]
        assert line.section == "person"
        by = {what: plain(text.text[a:b]).upper() for what, a, b in line.spans}
        assert by["chart"] == who.all_charts[0].number.upper()
        if "identity" in by:
            assert by["identity"] == (who.identity or "-")
        known = {who.name, *(chart.romanised.replace("^", " ") for chart in who.all_charts)}
        assert by["name"] in {one.upper() for one in known}
        assert text.text[line.end] == "\n"


def test_nothing_is_made_up_for_an_unknown_procedure():
    with pytest.raises(ValueError, match="no mixture"):
        mixture("XX", 1)


def test_a_change_is_no_negation():
    grown = Statement(
        "nodule", "present", "right", "upper lobe", (8.2, 6.9), "stable", (8.1, 7.0),
        date(2025, 3, 2), kind="solid",
    )  # fmt: skip
    for seed in range(40):
        text = report([grown], "IM-CT-CHEST", "zh", "prose", seed)
        first = next(one for one in text.truth if one.section == "findings")
        assert first.statement.change == "stable"
        assert status_in(text.text[first.start : first.end]) == "present"


@given(
    st.sampled_from(sorted(NORMAL)),
    st.sampled_from(LANGUAGES),
    st.sampled_from(STYLES),
    st.integers(0, 10**9),
)
def test_any_seed_gives_one_report(procedure, language, style, seed):
    text = report((), procedure, language, style, seed)
    assert text == report((), procedure, language, style, seed)
    assert text.text.endswith("\n")
    assert all(one.statement is None or one.statement.status == "absent" for one in text.truth)


@pytest.mark.parametrize(
    ("procedure", "language", "style"),
    [("XX", "zh", "prose"), ("IM-CXR", "fr", "prose"), ("IM-CXR", "zh", "verse")],
)
def test_what_cannot_be_written_is_refused(procedure, language, style):
    with pytest.raises(ValueError, match="no report"):
        report((), procedure, language, style)


def test_every_concept_and_place_has_words_in_both_languages():
    for table in (CONCEPTS, WORDS["place"]):
        for name, row in table.items():
            if isinstance(row, dict):
                assert row["en"], name
                assert row["zh"], name


def leaves(tree):
    """All phrases of a tree of words that are chosen from lists."""
    for one in tree.values() if isinstance(tree, dict) else ():
        if isinstance(one, dict):
            yield from leaves(one)
        elif isinstance(one, list):
            yield from map(str.strip, one)


def test_what_is_held_out_stands_in_no_usual_list():
    held, usual = tree("report_heldout"), set()
    for name in ("report_words", "report_concepts"):
        usual.update(leaves(tree(name)))
    assert len(set(leaves(held))) > 120
    assert not usual & set(leaves(held))
    for one in held["concepts"], held["frames"]:
        assert set(one) <= set(CONCEPTS)
    assert set(CONCEPTS) - {"version"} == {*held["concepts"], *held["frames"]}


def test_typing_errors_are_rare_switchable_and_stand_where_the_truth_says():
    many = words = 0
    for seed in range(60):
        said = mixture("IM-CT-CHEST", seed)
        language, style = LANGUAGES[seed % 3], STYLES[seed % 2]
        clean = Typist(language, style).report(said, "IM-CT-CHEST", seed)
        assert not [one for line in clean.truth for one in line.spans if one.what == "typo"]
        typed = Typist(language, style, typos=0.2).report(said, "IM-CT-CHEST", seed)
        for line in typed.truth:
            for what, start, end in line.spans:
                words += 1
                if what == "typo":
                    many += 1
                    assert line.start <= start < end <= line.end
                    assert typed.text[start:end] not in clean.text or end - start < 3
    assert 0.03 < many / words < 0.4


@pytest.mark.parametrize("wrong", [{"wording": "secret"}, {"typos": 1.5}])
def test_typists_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="no such wording"):
        Typist(**wrong).report((), "IM-CXR")
