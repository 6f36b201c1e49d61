"""Lives fit in time, in sex and among their tables."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest

from yushan.domain.population import life, people, person, report_rows, rows_of, tables
from yushan.domain.population.calendar import FIRST, LAST, WINDOW
from yushan.domain.population.heart import INDEX
from yushan.domain.population.story import CLOSED
from yushan.domain.population.tables import rows, tree

SEX_OF = {
    row["code"]: row["sex"]
    for table in ("conditions", "minor", "other_codes")
    for row in rows(table)
}
ATC = {row["atc"] for row in rows("drugs")}
DONE = {row["code"]: row for row in rows("procedures")}


@pytest.fixture(scope="module")
def told():
    return [(one, life(one)) for one in people(5, 2600)]


def test_nothing_happens_before_birth_or_after_death(told):
    for who, mine in told:
        assert mine.first == max(who.birth, WINDOW["first"])
        assert mine.first <= mine.last <= WINDOW["last"]
        days = [day for one in mine.encounters for day in (one.first, one.last)]
        days += [one.given for one in mine.drugs] + [one.done for one in mine.procedures]
        days += [day for one in mine.orders for day in (one.ordered, one.examined)]
        days += [one.began for one in mine.courses]
        assert all(mine.first <= day <= mine.last for day in days if day >= mine.first)
        assert all(who.birth <= day <= mine.last for day in days)
        assert all(one.first <= one.last for one in mine.encounters)
        if mine.death:
            assert mine.death.day == mine.last
            assert mine.death.code in SEX_OF


def test_contacts_are_in_order_and_go_to_charts_of_the_person(told):
    for who, mine in told:
        charts = {(one.site, one.number) for one in who.all_charts}
        assert [one.first for one in mine.encounters] == sorted(
            one.first for one in mine.encounters
        )
        assert all((one.site, one.chart) in charts for one in mine.encounters)
        assert len({one.encounter for one in mine.encounters}) == len(mine.encounters)


def test_diagnoses_fit_the_sex_and_have_one_main_code(told):
    for who, mine in told:
        assert all(SEX_OF[one.code] in {"A", who.sex} for one in mine.diagnoses)
        main = [one.encounter for one in mine.diagnoses if one.place == 1]
        assert main == [one.encounter for one in mine.encounters]


def test_every_row_refers_to_an_encounter_and_a_known_code(told):
    for _, mine in told:
        names = {one.encounter for one in mine.encounters}
        for one in (*mine.diagnoses, *mine.drugs, *mine.procedures, *mine.orders, *mine.claims):
            assert one.encounter in names
            assert one.person == mine.person
        assert all(one.atc in ATC for one in mine.drugs)
        assert all(one.code in DONE for one in mine.procedures)
        assert all(DONE[one.procedure]["modality"] == one.modality for one in mine.orders)
        assert len({one.accession for one in mine.orders}) == len(mine.orders)
        assert all(len(one.accession) <= 16 for one in mine.orders)


def test_claims_are_the_sums_of_their_lines(told):
    dispensing = tree("claims")["dispensing"]["per-prescription"]
    for who, mine in told:
        if who.identity is None:
            assert not mine.claims
            continue
        assert [one.encounter for one in mine.claims] == [one.encounter for one in mine.encounters]
        points = Counter()
        for line in mine.claim_lines:
            points[line.claim, line.kind == "drug"] += line.points
        for one in mine.claims:
            drugs = points[one.claim, True]
            assert one.drugs == (drugs + dispensing if drugs else 0)
            assert one.treatment + one.imaging == points[one.claim, False]
            parts = one.consultation + one.drugs + one.treatment + one.imaging + one.ward
            assert one.total == parts
            assert 0 <= one.copayment <= one.total
            assert one.month < f"{one.filed:%Y-%m}"


def test_cardiovascular_events_of_the_truth_are_the_stays_of_the_claims(told):
    stayed = {"I21.9", "I21.4", "I63.9"}
    events = 0
    for _, mine in told:
        main = {one.encounter: one.code for one in mine.diagnoses if one.place == 1}
        found = [
            (one.first, main[one.encounter])
            for one in mine.encounters
            if one.kind == "inpatient" and main[one.encounter] in stayed
        ]
        expected = []
        if mine.risk and mine.risk.event:
            at = date.fromordinal(INDEX + int(mine.risk.years * 365.25))
            expected, events = [(at, mine.risk.code)], events + 1
        assert found == expected
    assert events > 60


def test_claims_before_the_index_day_show_who_has_what(told):
    index = date.fromordinal(INDEX)
    seen = Counter()
    for _, mine in told:
        if mine.risk is None:
            continue
        assert mine.risk.index_day == index
        assert mine.risk.smoker == mine.smoker
        assert 30 <= mine.risk.age < 85
        before = {one.encounter for one in mine.encounters if one.first < index}
        codes = {one.code for one in mine.diagnoses if one.encounter in before}
        seen["diabetes", mine.risk.diabetes, "E11.9" in codes] += 1
        seen["hypertension", mine.risk.hypertension, "I10" in codes] += 1
    for name in ("diabetes", "hypertension"):
        assert seen[name, 0, True] == 0
        assert seen[name, 1, True] > 0.85 * (seen[name, 1, True] + seen[name, 1, False])


def test_all_courses_come_and_cancers_have_images_or_visits(told):
    names = Counter(one.name for _, mine in told for one in mine.courses)
    assert {"nodule", "lung-cancer", "breast-cancer", "brain-metastases", "covid",
            "covid-pneumonia", "pneumonia", "colon"} <= set(names)  # fmt: skip
    for _, mine in told:
        codes = {one.code for one in mine.diagnoses}
        for course in mine.courses:
            if course.name == "lung-cancer":
                assert any(code.startswith("C34") for code in codes)
            if course.name == "brain-metastases":
                facts = dict(course.facts)
                scans = [one for one in mine.orders if one.course == "brain"]
                assert scans
                assert scans[0].statements[0].how_many == facts["count"]


def test_choices_use_the_words_of_the_consent_office_and_the_opted_out_said_so(told):
    for who, mine in told:
        for one in mine.choices:
            assert one.channel in {"portal", "phone", "counter", "paper"}
            assert one.use in {"", "academic", "public-health", "industry"}
            assert one.recorded_at - one.effective_at <= timedelta(days=7)
            assert datetime(2025, 12, 1, tzinfo=UTC) < one.effective_at <= one.recorded_at
        if mine.choices:
            assert mine.death is None
        if who.opted_out and mine.death is None and who.kind != "newborn":
            last = mine.choices[-1]
            assert (last.decision, last.use, last.site, last.modality) == ("stop", "", "", "")


def test_people_come_on_weekdays_that_fit(told):
    days = Counter((one.kind, one.first.weekday()) for _, mine in told for one in mine.encounters)
    assert days["outpatient", 6] < 0.1 * days["outpatient", 0]
    assert days["emergency", 6] > 0.5 * days["emergency", 0]


def test_clinics_are_shut_at_the_lunar_new_year_and_colds_come_in_winter(told):
    months = Counter()
    for _, mine in told:
        codes = {one.encounter: one.code for one in mine.diagnoses if one.place == 1}
        for one in mine.encounters:
            shut = one.first.toordinal() in CLOSED and one.kind in {"outpatient", "checkup"}
            assert not shut or codes[one.encounter] == "U07.1"
            if codes[one.encounter] == "J06.9":
                months[one.first.month] += 1
    warm = sum(months[month] for month in (5, 6, 7, 8, 9)) / 5
    cold = sum(months[month] for month in (1, 2, 3, 10, 11, 12)) / 6
    assert 0.4 < warm / cold < 0.75


def test_waves_of_infection_are_where_the_table_says(told):
    table = tree("infections")["wave"]
    found = Counter()
    for _, mine in told:
        for course in mine.courses:
            if course.name == "covid":
                wave = table[dict(course.facts)["wave"]]
                assert abs((course.began - wave["peak"]).days) < 6 * wave["spread-days"]
                found[dict(course.facts)["wave"]] += 1
    assert found["omicron-ba2"] > found["summer-2023"] > 0


def test_rows_have_the_documented_columns(told):
    counts = Counter()
    for who, mine in told[:400]:
        for name, mine_rows in (rows_of(who, mine) | report_rows(who, mine)).items():
            counts[name] += len(mine_rows)
            assert all(len(row) == len(tables()[name]) for row in mine_rows)
    assert set(counts) == set(tables())


def test_reports_compare_with_an_examination_that_was_made(told):
    compared = 0
    for _, mine in told:
        for order in mine.orders:
            made = {one.examined for one in mine.orders if one.course == order.course}
            for one in order.statements:
                if one.prior_day:
                    compared += 1
                    assert one.prior_day in made
                    assert one.prior_day <= order.examined
    assert compared > 50


def test_images_are_asked_for_made_and_reported_in_this_order(told):
    for _, mine in told:
        for one in mine.orders:
            assert one.ordered_at <= one.examined_at < one.reported_at
            assert one.ordered_at.date() == one.ordered
            assert one.examined_at.date() == one.examined
    minutes = {
        kind: median((one.reported_at - one.examined_at).total_seconds() / 60 for one in mine)
        for kind, mine in by_kind(told).items()
    }
    assert all(8 <= one.reported_at.hour < 19 for one in by_kind(told)["checkup"])
    assert minutes["emergency"] < minutes["inpatient"] < minutes["outpatient"]


def by_kind(told):
    """Orders by the kind of their contact."""
    found = {}
    for _, mine in told:
        kinds = {one.encounter: one.kind for one in mine.encounters}
        for one in mine.orders:
            found.setdefault(kinds[one.encounter], []).append(one)
    return found


def test_one_person_may_have_several_lives():
    who = person(3, 5)
    assert life(who) == life(who, 5) == life(person(3, 5))
    assert life(who, 6).encounters != life(who).encounters
    assert life(who, 6).person == who.number


def test_two_processes_tell_the_same():
    asked = (
        "import hashlib; from yushan.domain.population import *; "
        "told = [(p, life(p), report_of(o, 'mixed', 'terse', 9)) for p in people(8, 150) "
        "for o in life(p).orders[:1]]; print(hashlib.sha256(repr(told).encode()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", asked], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(answers) == 1
    assert LAST > FIRST
