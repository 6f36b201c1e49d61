"""The reader of text: what it finds, in pixels of the picture as given; silence."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from tests.spec.deid.pictures import burnt, lettering

from yushan.engines.ocr import Reader, reader


@pytest.fixture(scope="module")
def one() -> Reader:
    return Reader()


def test_lines_are_found_and_read(one: Reader, caplog: pytest.LogCaptureFixture) -> None:
    letters = lettering(120, 400, (30, 40, "WANG DA-MING", 20))
    with caplog.at_level(logging.DEBUG):
        [found] = one.read(burnt(np.zeros((120, 400), np.float32), letters, 255))
        [place] = one.find(burnt(np.zeros((120, 400), np.float32), letters, 255))
        assert one.read(np.zeros((90, 90, 3), np.uint8)) == ()
    assert (found.text, place.text, place.score) == ("WANG DA-MING", "", 0.0)
    assert found.score > 0.9
    assert found.box.x <= 31
    assert 36 <= found.box.y <= 48
    assert 120 < found.box.width < 170
    assert not caplog.records


def test_boxes_of_flat_and_of_large_pictures_are_in_their_pixels(
    one: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = lettering(28, 600, (300, 3, "CHART 0087654321", 18))
    [low] = one.read(burnt(np.zeros((28, 600), np.float32), letters, 255))
    assert low.box.y <= 6
    assert low.box.y + low.box.height <= 32
    assert abs(low.box.x - 300) < 6
    monkeypatch.setattr(reader, "MAX_PIXELS", 60_000)
    letters = lettering(400, 600, (300, 200, "WANG", 60))
    [large] = one.read(burnt(np.zeros((400, 600), np.float32), letters, 255))
    assert large.text == "WANG"
    assert abs(large.box.x - 300) < 20
    assert abs(large.box.y - 210) < 20
