"""What is kept of a question never says whom somebody looked for."""

from __future__ import annotations

import pytest

from yushan.services.ledger import asked_for

OURS = "2.25." + "1" * 39
SUBJECT = "ABCDEFGHIJKLMN27"


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("PatientName", "Wang*", "…"),
        ("PatientID", "A123456789", "…"),
        ("PatientID", SUBJECT, SUBJECT),
        ("StudyDate", "19530806", "…"),
        ("q", "WANG DAMING", "…"),
        ("StudyInstanceUID", f"{OURS},1.2.3", OURS),
        ("Modality", "CT", "CT"),
        ("Modality", "王大明", "…"),
    ],
)
def test_only_closed_words_and_our_own_identifiers_are_kept(name, value, kept):
    assert asked_for([(name, value)]) == f"{name}={kept}"


def test_the_attributes_that_were_asked_by_are_named_in_order():
    assert asked_for([("b", "x"), ("a", "y")]) == "b=…&a=…"
