"""Routes of storage classes: complete, with reasons, and drawn for the documents."""

from __future__ import annotations

import pytest
from msgspec import structs

from yushan.base import codes
from yushan.domain.deid import load_policy
from yushan.domain.deid.classes import (
    Facts,
    classes,
    classes_table,
    obstacles,
    routes,
    settled_by,
)
from yushan.domain.deid.tables import iod_table
from yushan.domain.dicom import STORAGE_CLASSES


def test_every_storage_class_has_a_route_and_an_iod() -> None:
    assert {row.route for row in classes().values()} == set(routes())
    assert {row.iod for row in classes().values()} <= set(iod_table()["iods"])
    assert {row.outcome for row in routes().values()} == {"release", "policy", "quarantine"}


def test_known_storage_classes_are_covered() -> None:
    missing = {uid for uid in STORAGE_CLASSES if uid not in classes()}
    assert not {
        uid
        for uid in missing
        if uid.startswith("1.2.840.10008.5.1.4.1.1.") and "501" not in uid and "601" not in uid
    }


def test_a_route_that_holds_says_why() -> None:
    for route in routes().values():
        assert (route.outcome == "release") == (route.reason == "")
        assert not route.reason or route.reason in codes()


def test_the_table_draws_itself() -> None:
    drawn = classes_table()
    assert drawn.splitlines()[0].startswith("| Route |")
    assert all(row.name in drawn for row in classes().values())


def held(uid: str, facts: Facts, policy: str = "tw-hospital") -> tuple[str, ...]:
    """The reasons that stand against an object."""
    return tuple(obstacles(uid, facts, load_policy(policy)))


def test_a_makers_own_class_and_a_slides_label_have_their_own_reasons() -> None:
    assert held("1.3.12.2.1107.5.9.1", Facts()) == ("deid.class-private",)
    assert held("1.2.840.10008.5.1.4.1.1.999", Facts()) == ("deid.class-unknown",)
    label = Facts(image_type=("ORIGINAL", "PRIMARY", "LABEL", "NONE"))
    assert "deid.slide-label" in held("1.2.840.10008.5.1.4.1.1.77.1.6", label)
    assert "deid.slide-label" not in settled_by()


@pytest.mark.parametrize(
    ("facts", "quarantine", "remove"),
    [
        (Facts(body="HEAD", slice_mm=1.0), True, True),
        (Facts(body="HEAD", slice_mm=5.0), False, False),
        (Facts(body="HEAD NECK"), True, True),
        (Facts(body="CHEST", slice_mm=1.0), False, False),
        (Facts(body="", slice_mm=1.0), False, True),
        (Facts(body="BRAIN", slice_mm=2.0, is_map=True), False, False),
        (Facts(body="BRAIN", image_type=("DERIVED", "PRIMARY", "DIFFUSION", "ADC")), False, False),
        (Facts(body="", recognizable="YES"), True, True),
    ],
)
def test_a_face_is_expected_where_the_header_lets_it_be(
    facts: Facts, quarantine: bool, remove: bool
) -> None:
    removing = structs.replace(load_policy("basic"), faces="remove")
    mr = "1.2.840.10008.5.1.4.1.1.4"
    assert ("deid.face-visible" in held(mr, facts, "basic")) is quarantine
    assert ("deid.face-visible" in obstacles(mr, facts, removing)) is remove


def test_a_portrait_is_held_by_every_policy() -> None:
    assert "deid.face-visible" in held("1.2.840.10008.5.1.4.1.1.77.1.4", Facts())
