"""Pieces that say something together."""

from __future__ import annotations

from yushan.domain.redaction import Box, Reading
from yushan.domain.redaction.chains import chained, joined, telling


def at(x: int, y: int, text: str, height: int = 20) -> Reading:
    return Reading(Box(x, y, height * len(text), height), text, 0.99)


def test_an_upright_name_goes_though_each_character_might_stay() -> None:
    name = [at(10, 10 + 25 * n, one) for n, one in enumerate("王大明")]
    assert sorted(one.text for one in telling(name, ())) == sorted("王大明")
    assert joined(chained(name)[0]) == "王大明"


def test_spaced_letters_and_split_numbers_go() -> None:
    spaced = [at(10 + 40 * n, 10, one) for n, one in enumerate("WANG")]
    assert len(telling(spaced, ())) == 4
    split = [at(10, 10, "0087"), at(110, 12, "6543")]
    assert len(telling(split, ())) == 2


def test_a_word_of_the_header_in_two_pieces_goes() -> None:
    pieces = [at(10, 10, "LONG"), at(110, 10, "MED")]
    assert telling(pieces, ()) == []
    assert len(telling(pieces, ("longmed",))) == 2


def test_marks_and_lists_of_settings_stay() -> None:
    apart = [at(10, 10, "L"), at(300, 10, "R"), at(10, 200, "P"), at(10, 600, "F")]
    listed = [at(10, 10 + 25 * n, one) for n, one in enumerate(["2D", "60%", "RES", "MAP"])]
    ruler = [at(10, 10 + 60 * n, one) for n, one in enumerate("12345")]
    assert telling(apart + listed + ruler, ()) == []
    assert telling([at(10, 10, "TE 90"), at(115, 10, "TR 4000")], ()) == []
    assert telling([at(10, 10, "L", 20), at(35, 5, "R", 60)], ()) == []
