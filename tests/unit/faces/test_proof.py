"""The surface test lets a stranger's surface pass, and no copy, faint copy or shifted copy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.unit.faces.heads import made_head

from yushan.domain.faces import Head, coarse, find_head
from yushan.domain.faces.proof import Proof, face_of, likeness, nearer, relief
from yushan.domain.faces.relief import new_face, on_map, plain_shape


@cache
def head() -> Head:
    made = made_head(spacing_mm=(2.5, 2.5, 2.5))
    found = find_head(coarse(made.volume), "CT")
    assert found is not None
    return found


def test_strangers_surfaces_are_at_the_level_of_chance() -> None:
    is_face = face_of(head(), ears=True)
    ranks = [
        nearer(head(), new_face(head(), bytes([n]), ears=True).skin, is_face, bytes([n]))
        for n in range(8)
    ]
    assert 5 < np.mean(ranks) < 34


@pytest.mark.parametrize("share", [1.0, 0.7])
def test_a_copy_is_known_again(share: float) -> None:
    is_face = face_of(head(), ears=True)
    plain = plain_shape(head())
    noise = 3 * on_map(np.random.default_rng(3), plain.shape, 14.0)
    faint = plain + share * (head().skin - plain) + noise + 5
    assert nearer(head(), faint, is_face, b"x") < 4


def test_a_copy_moved_aside_is_known_by_its_relief() -> None:
    is_face = face_of(head(), ears=True)
    fine = relief(head().skin - plain_shape(head()))
    assert likeness(fine, np.roll(fine, (2, -2), (0, 1)), is_face) > 0.95


@pytest.mark.parametrize(
    "bad",
    [Proof(2.9, 9, 0.1, 20), Proof(5, 6.9, 0.1, 20), Proof(5, 9, 0.41, 20), Proof(5, 9, 0.1, 3)],
)
def test_one_failed_question_fails_the_test(bad: Proof) -> None:
    assert Proof(5, 9, 0.1, 20).is_passed
    assert not bad.is_passed
