"""What of an object is looked at."""

from __future__ import annotations

import numpy as np
import pytest
from tests.spec.deid.pictures import CAPTURE, burnt, image, lettering, sector, stored

from yushan.domain.redaction import frames_of
from yushan.domain.redaction.views import (
    edges,
    is_lettered,
    is_suspicious,
    pieces,
    starts,
    stretched,
    surveyed,
    views_of,
)

CORNER = lettering(256, 256, (4, 4, "WANG DA-MING", 14))


def frames(*arrays: np.ndarray, **about: object):
    return frames_of(image(*stored(list(arrays), **about), SOPClassUID=("UI", CAPTURE)))


def test_few_frames_are_all_looked_at() -> None:
    plain = [np.full((32, 32), grey, np.uint8) for grey in (1, 2, 3)]
    assert [int(view.shown[0, 0]) for view in views_of(frames(*plain))] == [1, 2, 3]


def test_of_many_frames_those_that_show_something_new_are_looked_at() -> None:
    plain = burnt(sector(128, 256), CORNER[:128] * 0, 0)
    named = burnt(sector(128, 256), CORNER[:128], 230)
    many = frames(*[named if index == 13 else plain for index in range(20)])
    chosen, mean, brightest = surveyed(many)
    assert chosen == [0, 10, 19, 13]
    assert np.array_equal(brightest, np.maximum(plain, named))
    assert np.abs(mean.astype(int) - plain).max() <= 255 / 20 + 1
    assert len(list(views_of(many))) == 6


def test_the_whole_range_is_looked_at_where_a_window_cuts() -> None:
    values = np.linspace(0, 4000, 64 * 64).reshape(64, 64).astype("<u2")
    values[:4] = 4000
    changes = {"WindowCenter": ("DS", "200"), "WindowWidth": ("DS", "400"),
               "RescaleIntercept": ("DS", "0")}  # fmt: skip
    data = image(*stored([values]), SOPClassUID=("UI", CAPTURE), **changes)
    [view] = views_of(frames_of(data))
    assert int(view.shown.min()) == int(view.shown[30].max()) - 255 or view.shown[30].min() == 255
    assert view.whole is not None
    assert 0 < int(view.whole[30, 0]) < 255
    wide = changes | {"WindowCenter": ("DS", "2000"), "WindowWidth": ("DS", "4000")}
    [view] = views_of(frames_of(image(*stored([values]), SOPClassUID=("UI", CAPTURE), **wide)))
    assert view.whole is None


def test_lettering_has_edges_that_plains_have_not() -> None:
    plain = np.zeros((256, 256), np.uint8)
    assert not is_lettered(plain)
    assert is_lettered(burnt(plain.astype(np.float32), CORNER, 200))
    assert edges(np.zeros((5, 40), np.uint8)).shape == (1, 1)


def test_a_slice_is_suspicious_by_its_corners_alone() -> None:
    body, name = sector(256, 400), np.pad(CORNER, ((0, 0), (0, 144)))
    assert not is_suspicious(frames(burnt(body, name * 0, 0)))
    assert is_suspicious(frames(burnt(body, name, 230)))
    middle = np.roll(name, (120, 140), (0, 1))
    assert not is_suspicious(frames(burnt(body, middle, 230)))


@pytest.mark.parametrize(("width", "noise"), [(80, 25), (350, 25), (350, 80), (1500, 160)])
def test_noise_is_no_writing_and_writing_in_noise_is(width: int, noise: int) -> None:
    """A narrow window makes noise as sharp as strokes; it covers whole blocks, letters do not."""
    rng = np.random.default_rng(noise)
    values = 1064 + noise * rng.standard_normal((256, 256))
    letters = lettering(256, 256, (4, 4, "WANG DA-MING", 14))
    window = {"WindowCenter": ("DS", "1064"), "WindowWidth": ("DS", str(width)),
              "RescaleIntercept": ("DS", "0")}  # fmt: skip
    for mask, is_written in ((letters * 0, False), (letters, True)):
        slices = np.where(mask > 0.5, 4000, values).astype("<u2")
        data = image(*stored([slices]), SOPClassUID=("UI", CAPTURE), **window)
        assert is_suspicious(frames_of(data)) is is_written


def test_large_pictures_are_cut_where_they_are_lettered() -> None:
    assert starts(900) == [0]
    assert starts(2000) == [0, 488, 976]
    large = np.zeros((2000, 1500), np.uint8)
    large[1700:1956, 1200:1456] = burnt(np.zeros((256, 256), np.float32), CORNER, 250)
    found = list(pieces(large))
    assert [(left, top) for left, top, _ in found] == [(476, 976)]
    assert found[0][2].shape == (1024, 1024)


def test_contrast_is_stretched_in_all_bits() -> None:
    values = np.full((64, 64), 30000.0)
    values[:, 32:] += 4
    values[0, 0], values[-1, -1] = 29990, 30100
    drawn = stretched(values)
    assert int(drawn[32, 40]) - int(drawn[32, 20]) > 30
