"""Routes of storage classes: complete, with reasons, and drawn for the documents."""

from __future__ import annotations

from yushan.base import codes
from yushan.domain.deid.classes import classes, classes_table, routes
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
