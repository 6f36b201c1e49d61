"""Reading, doubting, reading again, with readers that say what a test wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tests.spec.deid.pictures import CAPTURE, burnt, image, lettering, sector, stored

from yushan.domain.redaction import Box, Reading, settle
from yushan.domain.redaction.closely import continued, has_strokes
from yushan.domain.redaction.inspecting import is_on_flat

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERS = lettering(200, 300, (20, 10, "WANG DA-MING", 18))
PLACE = Box(16, 8, 140, 28)


class Teller:
    """A reader that says the same of each picture, and counts."""

    def __init__(self, *said: Reading) -> None:
        self.said, self.asked = said, 0

    def read(self, picture: np.ndarray, /) -> Sequence[Reading]:
        self.asked += 1
        return [one for one in self.said if picture.shape[0] >= one.box.y + one.box.height]


class Doubter(Teller):
    """A reader that sees something in the picture and, enlarged, all over it."""

    def read(self, picture: np.ndarray, /) -> Sequence[Reading]:
        self.asked += 1
        if picture.shape[0] == 200:
            return list(self.said)
        return [Reading(Box(0, 0, picture.shape[1], picture.shape[0]), "?", 0.2)]


def settled(picture: np.ndarray, reader: Teller, **options: object):
    data = image(*stored([picture]), SOPClassUID=("UI", CAPTURE))
    return settle(data, reader=reader, **options)  # type: ignore[arg-type]


def test_what_cannot_be_read_on_anatomy_is_unknown_and_on_black_is_filled() -> None:
    unread = Reading(PLACE, "", 0.0)
    busy = np.random.default_rng(1).integers(30, 90, (200, 300)).astype(np.float32)
    found = settled(burnt(busy, LETTERS, 250), Doubter(unread))
    assert (found.outcome, found.redacted, found.read) == ("unknown", None, True)
    assert [(one.kind, one.redact) for one in found.findings] == [("unreadable", False)]
    black = burnt(np.zeros((200, 300), np.float32), LETTERS, 250)
    found = settled(black, Doubter(unread))
    assert (found.outcome, found.findings[0].kind) == ("redacted", "unreadable")


def test_what_looks_like_text_from_afar_only_is_none() -> None:
    black = burnt(np.zeros((200, 300), np.float32), LETTERS, 250)
    found = settled(black, Teller(Reading(PLACE, "", 0.0)))
    assert found.outcome == "clean"
    bar = np.zeros((200, 300), np.uint8)
    bar[8:36, 16:156] = np.linspace(0, 255, 140).astype(np.uint8)
    assert settled(bar, Doubter(Reading(PLACE, "", 0.0))).outcome == "clean"


def test_outlines_of_bodies_are_no_letters() -> None:
    head = burnt(sector(200, 300), LETTERS * 0, 0)
    assert settled(head, Teller(Reading(Box(10, 5, 280, 190), "O", 0.9))).outcome == "clean"
    chest = sector(200, 256).repeat(4, axis=0).repeat(4, axis=1).astype(np.uint8)
    spine = Reading(Box(437, 224, 167, 570), "1680887", 0.51)
    assert settled(chest, Teller(spine)).outcome == "clean"
    surely_read = spine._replace(score=0.95)
    assert settled(chest, Teller(surely_read)).outcome != "clean"


def test_a_reader_that_always_finds_more_ends_in_doubt() -> None:
    class Endless(Teller):
        def read(self, picture: np.ndarray, /) -> Sequence[Reading]:
            self.asked += 1
            return [Reading(Box(10, 7 * self.asked, 60, 6), "ABCDEFGH", 0.9)]

    picture = burnt(sector(200, 300), LETTERS, 200)
    found = settled(picture, Endless())
    assert (found.outcome, found.redacted) == ("unknown", None)


def test_pictures_of_one_grey_and_tiny_ones_are_not_read_at_all() -> None:
    reader = Teller()
    assert settled(np.full((200, 300), 7, np.uint8), reader).outcome == "clean"
    assert settled(np.arange(15, dtype=np.uint8).reshape(3, 5), reader).outcome == "clean"
    assert reader.asked == 0


def test_kept_lines_are_not_read_in_each_frame() -> None:
    mark = burnt(np.zeros((200, 300), np.float32), lettering(200, 300, (20, 10, "L", 20)), 255)
    reader = Teller(Reading(Box(16, 8, 18, 26), "L", 0.99))
    data = image(*stored([mark] * 5), SOPClassUID=("UI", CAPTURE))
    assert settle(data, reader=reader).outcome == "clean"
    assert reader.asked <= 4


def test_strokes_and_plains() -> None:
    letters = burnt(np.zeros((200, 300), np.float32), LETTERS, 250)
    assert has_strokes(letters[PLACE.rows, PLACE.columns])
    assert has_strokes(np.ascontiguousarray(np.rot90(letters[PLACE.rows, PLACE.columns])))
    assert not has_strokes(np.zeros((20, 1), np.uint8))
    assert is_on_flat(letters, PLACE)
    assert not is_on_flat(letters, Box(0, 0, 300, 200))


def test_a_line_found_in_part_is_filled_to_its_ends() -> None:
    class Near(Teller):
        """Sees the rest of the line, two letters at a time, in what is enlarged."""

        def read(self, picture: np.ndarray, /) -> Sequence[Reading]:
            self.asked += 1
            if self.asked > 2:
                return []
            return [Reading(Box(30, 20, 80, 40), "WA", 0.9), Reading(Box(300, 20, 40, 40), "O", 1)]

    busy = np.random.default_rng(1).integers(30, 90, (200, 300)).astype(np.uint8)
    assert continued(Near(), Box(100, 80, 60, 20), busy) == Box(100, 80, 130, 20)
    assert continued(Teller(), Box(100, 80, 60, 20), busy) == Box(100, 80, 60, 20)
    upright = continued(Teller(Reading(Box(20, 30, 40, 60), "A", 0.9)), Box(100, 80, 20, 60), busy)
    assert upright.height > 60
    assert upright.width == 20
