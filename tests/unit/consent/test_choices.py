"""Decisions as a table: what a person said, one use of one image, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.base import Rejected
from yushan.services.consent import (
    Choice,
    Decision,
    Part,
    Use,
    What,
    decide,
    stops_all,
    use_texts,
)
from yushan.services.consent.choices import APPLIES, Match, check_part, match

START = datetime(2026, 12, 1, tzinfo=UTC)
LATER = START + timedelta(days=365)
CT = What(use=Use.ACADEMIC, site="site-a", modality="CT", examined_on=date(2024, 5, 1))


def stop(day: int = 0, **part: object) -> Choice:
    return made(Decision.STOP, day, part)


def allow(day: int = 0, **part: object) -> Choice:
    return made(Decision.ALLOW, day, part)


def made(decision: Decision, day: int, part: dict[str, object]) -> Choice:
    effective_at = START + timedelta(days=day)
    return Choice(decision=decision, part=Part(**part), effective_at=effective_at)  # type: ignore[arg-type]


CASES = [
    ("silence is consent", [], CT, Decision.ALLOW),
    ("the whole", [stop()], CT, Decision.STOP),
    ("the whole, and back", [stop(), allow(1)], CT, Decision.ALLOW),
    ("and out again", [stop(), allow(1), stop(2)], CT, Decision.STOP),
    ("this kind of use", [stop(use=Use.ACADEMIC)], CT, Decision.STOP),
    ("another kind of use", [stop(use=Use.INDUSTRY)], CT, Decision.ALLOW),
    ("the whole but this use", [stop(), allow(1, use=Use.ACADEMIC)], CT, Decision.ALLOW),
    ("the whole but another use", [stop(), allow(1, use=Use.INDUSTRY)], CT, Decision.STOP),
    ("this use, then the whole", [allow(use=Use.ACADEMIC), stop(1)], CT, Decision.STOP),
    ("this hospital", [stop(site="site-a")], CT, Decision.STOP),
    ("another hospital", [stop(site="site-b")], CT, Decision.ALLOW),
    ("this modality", [stop(modality="CT")], CT, Decision.STOP),
    ("another modality", [stop(modality="MR")], CT, Decision.ALLOW),
    ("this hospital's MR", [stop(site="site-a", modality="MR")], CT, Decision.ALLOW),
    ("from that day", [stop(examined_from=date(2024, 5, 1))], CT, Decision.STOP),
    ("from the day after", [stop(examined_from=date(2024, 5, 2))], CT, Decision.ALLOW),
    ("until that day", [stop(examined_until=date(2024, 5, 1))], CT, Decision.STOP),
    ("until the day before", [stop(examined_until=date(2024, 4, 30))], CT, Decision.ALLOW),
    ("a period unknown: stop", [stop(examined_from=date(2025, 1, 1))],
     replace(CT, examined_on=None), Decision.STOP),
    ("a period unknown: allowance does not count",
     [stop(), allow(1, examined_from=date(2020, 1, 1))],
     replace(CT, examined_on=None), Decision.STOP),
    ("a modality unknown: stop", [stop(modality="MR")], replace(CT, modality=None), Decision.STOP),
    ("unknown here, outside there", [stop(modality="MR", site="site-b")],
     replace(CT, modality=None), Decision.ALLOW),
    ("not yet in force", [stop(day=366)], CT, Decision.ALLOW),
    ("in force on the day", [stop(day=365)], CT, Decision.STOP),
    ("of two at once the later recorded", [stop(), allow()], CT, Decision.ALLOW),
    ("a later beginning wins over a later record", [stop(day=9), allow(day=3)], CT, Decision.STOP),
]  # fmt: skip


@pytest.mark.parametrize(
    ("choices", "what", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_the_latest_choice_that_covers_a_use_decides(
    choices: list[Choice], what: What, expected: Decision
) -> None:
    assert decide(choices, what, LATER) is expected


def test_every_case_of_decision_and_match_is_in_the_table() -> None:
    assert set(APPLIES) == set(product(Decision, Match))


def test_every_kind_of_use_has_words() -> None:
    assert set(use_texts()) == set(Use)
    assert use_texts()[Use.PUBLIC_HEALTH].zh == "公共衛生"


def test_an_image_is_not_collected_only_when_no_use_is_left() -> None:
    some = [stop(use=Use.INDUSTRY), stop(use=Use.ACADEMIC)]
    assert not stops_all(some, CT, LATER)
    assert stops_all([*some, stop(use=Use.PUBLIC_HEALTH)], CT, LATER)
    assert stops_all([stop()], CT, LATER)
    assert not stops_all([stop(), allow(1, use=Use.PUBLIC_HEALTH)], CT, LATER)


def test_a_part_that_covers_nothing_is_refused() -> None:
    check_part(Part(examined_from=date(2024, 1, 1), examined_until=date(2024, 1, 1)))
    with pytest.raises(Rejected, match=r"consent\.period-reversed"):
        check_part(Part(examined_from=date(2024, 1, 2), examined_until=date(2024, 1, 1)))


@pytest.mark.parametrize("part", [{"site": "Site A"}, {"modality": "ct"}, {"modality": ""}])
def test_a_part_spelled_wrongly_is_refused(part: dict[str, str]) -> None:
    with pytest.raises(Rejected, match=r"consent\.part-malformed"):
        check_part(Part(**part))  # type: ignore[arg-type]


days = st.dates(date(2020, 1, 1), date(2020, 1, 9))
parts = st.builds(
    Part,
    use=st.none() | st.sampled_from(Use),
    site=st.none() | st.sampled_from(["a", "b"]),
    modality=st.none() | st.sampled_from(["CT", "MR"]),
    examined_from=st.none() | days,
    examined_until=st.none() | days,
)
choices = st.lists(
    st.builds(
        Choice,
        decision=st.sampled_from(Decision),
        part=parts,
        effective_at=st.integers(0, 5).map(lambda day: START + timedelta(days=day)),
    ),
    max_size=6,
)
whats = st.builds(
    What,
    use=st.sampled_from(Use),
    site=st.none() | st.sampled_from(["a", "b"]),
    modality=st.none() | st.sampled_from(["CT", "MR"]),
    examined_on=st.none() | days,
)


@given(choices=choices, what=whats)
def test_a_last_stop_of_everything_always_stops(choices: list[Choice], what: What) -> None:
    assert decide([*choices, stop(day=6)], what, LATER) is Decision.STOP


@given(choices=choices, what=whats)
def test_without_any_stop_all_is_allowed(choices: list[Choice], what: What) -> None:
    allowances = [choice for choice in choices if choice.decision is Decision.ALLOW]
    assert decide(allowances, what, LATER) is Decision.ALLOW


@given(choice=choices.filter(len).map(lambda found: found[0]), what=whats)
def test_knowing_less_never_allows_more(choice: Choice, what: What) -> None:
    blind = replace(what, site=None, modality=None, examined_on=None)
    if decide([choice], what, LATER) is Decision.STOP:
        assert decide([choice], blind, LATER) is Decision.STOP


@given(part=parts, what=whats)
def test_a_part_without_limits_holds_everything(part: Part, what: What) -> None:
    assert match(Part(), what) is Match.INSIDE
    assert match(part, what) in Match
