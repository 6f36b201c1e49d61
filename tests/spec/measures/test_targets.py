"""Which lesions are targets (RECIST 1.1)."""

from __future__ import annotations

import pytest

from yushan.domain.measures import TargetLesion, Why, choose_targets


@pytest.mark.parametrize(
    ("lesion", "why"),
    [
        (TargetLesion("a", "liver", 10.0, 4.0), None),
        (TargetLesion("a", "liver", 9.9, 9.0), Why.TOO_SMALL),
        (TargetLesion("a", "liver", 13.9, 9.0, slice_mm=7.0), Why.TOO_SMALL),
        (TargetLesion("a", "liver", 14.0, 9.0, slice_mm=7.0), None),
        (TargetLesion("a", "neck", 30.0, 15.0, is_node=True), None),
        (TargetLesion("a", "neck", 30.0, 14.9, is_node=True), Why.TOO_SMALL),
        (TargetLesion("a", "neck", 30.0, 9.9, is_node=True), Why.NORMAL_NODE),
    ],
)
def test_a_lesion_is_a_target_from_its_least_size_on(lesion, why):
    found = choose_targets([lesion])
    assert [one for _, one in found.others] == ([why] if why else [])
    assert found.sum_mm == (0 if why else lesion.diameter_mm)


def test_at_most_five_and_two_of_one_organ_the_largest_first():
    lesions = [
        TargetLesion("liver 1", "liver", 30, 20),
        TargetLesion("liver 2", "liver", 50, 20),
        TargetLesion("liver 3", "liver", 40, 20),
        TargetLesion("node 1", "neck", 40, 25, is_node=True),
        TargetLesion("node 2", "mediastinum", 40, 22, is_node=True),
        TargetLesion("node 3", "groin", 40, 20, is_node=True),
        TargetLesion("lung 1", "lung", 21, 20),
        TargetLesion("bone 1", "bone", 12, 11),
    ]
    found = choose_targets(lesions)
    assert [one.name for one in found.chosen] == [
        "liver 2",
        "liver 3",
        "node 1",
        "node 2",
        "lung 1",
    ]
    assert found.sum_mm == 50 + 40 + 25 + 22 + 21
    assert {one.name: why for one, why in found.others} == {
        "liver 1": Why.ORGAN_HAS_TWO,
        "node 3": Why.ORGAN_HAS_TWO,
        "bone 1": Why.THERE_ARE_FIVE,
    }
