"""What may stay in a picture, and what it is that may not."""

from __future__ import annotations

import pytest

from yushan.domain.redaction import Box, Reading
from yushan.domain.redaction.words import allowed, is_allowed, kind_of

TOKENS = ("wangdaming", "a123456789", "王大明", "19560312", "高")


def line(text: str, score: float = 0.99, *, height: int = 20) -> Reading:
    """A line whose box has room for its text and no more."""
    width = sum(height if ord(one) > 0x2E7F else height // 2 for one in text)
    return Reading(Box(10, 10, max(width, height), height), text, score)


@pytest.mark.parametrize(
    "text",
    ["L", "R", "左", "左 L", "16cm", "4.0cm⁻", "36Hz", "TIS<0.4 MI=0.8 A0=100%", "20dB/DR60",
     "L12-5", "6C1 HD", "*Renal", "Sag Liver L-M", "1.8 3.6", "PORTABLE AP ERECT", "TE 90 TR 4000",
     "x3", "Gn 60"],
)  # fmt: skip
def test_marks_scales_and_settings_stay(text: str) -> None:
    assert kind_of(line(text), TOKENS) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [("WANG DA-MING", "name"), ("WANG DAM1NG", "name"), ("王大明 M", "name"),
     ("A1234S6789", "name"),
     ("LIN MEI-LING", "text"), ("林美玲", "text"), ("CHART 0087654321", "number"), ("1956", "text"),
     ("55 34 90 78", "number"), ("2019/07/25", "date"), ("2:09:04", "date"),
     ("12 MAR 1956", "date"),
     ("民國45年3月12日", "date"), ("TAIPEI HOSPITAL", "text"), ("44CG43", "text")],
)  # fmt: skip
def test_all_else_goes_by_its_kind(text: str, kind: str) -> None:
    assert kind_of(line(text), TOKENS) == kind


def test_a_word_of_the_header_does_not_stay_though_it_is_a_word_of_machines() -> None:
    assert kind_of(line("Long"), ()) is None
    assert kind_of(line("Long"), ("long",)) == "name"
    assert kind_of(line("心"), ("心",)) is None  # one character is nobody's name


def test_doubt_is_no_permission() -> None:
    assert kind_of(line("Renal", 0.6), ()) == "text"
    assert kind_of(line("Renal", 0.4), ()) == "unreadable"
    assert kind_of(Reading(Box(0, 0, 200, 20), "L", 0.99), ()) == "unreadable"
    assert kind_of(Reading(Box(0, 0, 8, 30), "1", 0.9), ()) is None
    assert kind_of(Reading(Box(0, 0, 90, 20), "", 0.0), ()) == "unreadable"


def test_no_word_that_may_stay_is_a_number_or_a_date() -> None:
    assert all(is_allowed(word) for word in allowed())
    assert not any(word.isdigit() and len(word) > 1 for word in allowed())
    assert all(word == word.casefold() for word in allowed())
