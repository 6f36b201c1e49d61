from __future__ import annotations

from datetime import UTC, datetime

from yushan.base import (
    EVERYTHING,
    NOTHING,
    ManualClock,
    Rejected,
    Scope,
    SiteName,
    StudyUID,
    SystemClock,
    Unavailable,
    canonical_json,
    codes,
    problem,
    translator,
)

STUDY = StudyUID("1.2")
SITES = frozenset({SiteName("hospital-a")})


def test_a_problem_speaks_both_languages_and_says_what_to_do() -> None:
    error = Unavailable("net.unreachable", attempt=2)
    zh, en = problem(error), problem(error, "en")
    assert (zh.status, zh.facts, zh.detail) == (503, {"attempt": 2}, codes()["net.unreachable"].zh)
    assert en.remedy == codes()["net.unreachable"].remedy_en


def test_an_unlisted_code_still_gives_its_code() -> None:
    assert problem(Rejected("x.y")).detail == "x.y"


def test_scope_admits_by_site_study_or_everything() -> None:
    assert EVERYTHING.admits(STUDY, frozenset())
    assert Scope(sites=SITES).admits(STUDY, SITES)
    assert Scope(studies=frozenset({STUDY})).admits(STUDY, frozenset())
    assert not NOTHING.admits(STUDY, SITES)
    assert NOTHING.is_empty()


def test_canonical_json_has_one_spelling() -> None:
    assert canonical_json({"b": 1, "a": ["字"]}) == '{"a":["字"],"b":1}'.encode()


def test_english_is_the_source_and_unknown_messages_stay() -> None:
    assert translator("en")("Nobody translated this") == "Nobody translated this"
    assert translator("zh-Hant")("Nobody translated this") == "Nobody translated this"


def test_clocks_tell_utc_and_a_manual_one_moves_when_told() -> None:
    assert SystemClock().now().tzinfo is UTC
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.sleep(60)
    assert (clock.now().minute, clock.monotonic()) == (1, 60.0)
