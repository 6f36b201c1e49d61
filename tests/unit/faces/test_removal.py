"""The face goes, the brain stays: heads made by code, CT and MR, in every direction."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from tests.unit.faces.heads import CORONAL, SAGITTAL, Made, made_head, stranger

from yushan.base import Rejected
from yushan.domain.faces import Defaced, coarse, find_head, remove_face
from yushan.domain.faces import removal as room
from yushan.domain.faces.proof import Proof

SEED = b"k" * 32
CASES = {
    "CT axial": {"spacing_mm": (2.5, 2.2, 2.2)},
    "MR sagittal": {"modality": "MR", "axes": SAGITTAL, "spacing_mm": (2.5, 2.0, 2.0)},
    "CT coronal, chin up": {"axes": CORONAL, "spacing_mm": (3.0, 2.2, 2.2), "tilt_degrees": -10},
}
KEEPS = {"CT axial": "brain", "MR sagittal": "deep", "CT coronal, chin up": "deep"}


@cache
def head(name: str) -> Made:
    return made_head(stranger(5), **CASES[name])


@cache
def defaced(name: str) -> Defaced:
    found = remove_face(head(name).volume, seed=SEED, keep=KEEPS[name])
    assert found is not None
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_brain_stays_as_it_is_and_the_face_does_not(name: str) -> None:
    made, done = head(name), defaced(name)
    changed = done.volume.values != made.volume.values
    assert not (changed & made.brain).any()
    assert 0.05 < done.share < 0.7
    assert done.proof.is_passed
    assert done.proof.mean_mm > 4


@pytest.mark.parametrize("name", [name for name in CASES if KEEPS[name] == "deep"])
def test_what_lies_deep_stays_where_that_is_asked_for(name: str) -> None:
    changed = defaced(name).volume.values != head(name).volume.values
    assert not (changed & head(name).deep).any()


@pytest.mark.parametrize("name", CASES)
def test_new_values_are_values_of_the_volume(name: str) -> None:
    old, new = head(name).volume.values, defaced(name).volume.values
    assert new.dtype == old.dtype
    assert new.min() >= old.min()
    assert new.max() <= old.max()


def test_equal_keys_give_equal_faces_and_others_others() -> None:
    volume = head("CT axial").volume
    plan = defaced("CT axial").plan
    again = room.repainted(volume, plan)
    assert np.array_equal(again.values, defaced("CT axial").volume.values)
    found = find_head(coarse(volume), "CT")
    assert found is not None
    one, two = (room.new_face(found, seed, ears=True).skin for seed in (plan.seed, b"other"))
    assert np.array_equal(one, room.new_face(found, plan.seed, ears=True).skin)
    assert float(np.abs(one - two).max()) > 5


def test_ears_stay_where_the_policy_keeps_them() -> None:
    found = find_head(coarse(head("CT axial").volume), "CT")
    assert found is not None
    whole, front = (room.new_face(found, SEED, ears=ears).window for ears in (True, False))
    assert whole.sum() > 1.3 * front.sum()


def test_the_place_of_another_volume_of_the_stack_is_changed_alike() -> None:
    made, done = head("CT axial"), defaced("CT axial")
    other = replace(made.volume, values=(made.volume.values // 2).astype(np.int16))
    again = room.repainted(other, done.plan, 1)
    first = done.volume.values != made.volume.values
    second = again.values != other.values
    assert not (second & made.brain).any()
    assert (first == second).mean() > 0.95


def test_padding_stays_padding() -> None:
    volume = head("CT axial").volume
    values = volume.values.copy()
    values[:, :6] = -2000
    padded = replace(volume, values=values, padding=(-2000, -2000))
    found = room.repainted(padded, defaced("CT axial").plan)
    assert (found.values[:, :6] == -2000).all()
    assert (found.values[:, 6:] > -2000).all()


def test_a_head_whose_face_would_be_known_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "TRIES", 1)
    monkeypatch.setattr(room, "proof_of", lambda *_, **__: Proof(9.0, 20.0, 0.1, 0))
    with pytest.raises(Rejected, match=r"deid\.face-remains"):
        remove_face(head("CT axial").volume, seed=SEED)
