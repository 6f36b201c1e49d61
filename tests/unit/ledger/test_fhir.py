"""The restricted log as FHIR AuditEvents that fit R4 and the BALP profiles they claim."""

import ast
import json
import re
from pathlib import Path

import pytest
from tests.unit.ledger.balp import check_balp, check_r4
from tests.unit.ledger.test_audit import Person
from tests.unit.ledger.test_ledger import leaf_hash_of, make_ledger

from yushan.base import Leaving
from yushan.engines.observe import carrying
from yushan.services.ledger import (
    Audit,
    Place,
    Question,
    Thing,
    asked_from,
    audit_event,
    kinds,
)
from yushan.services.ledger.fhir import FORMS

PLACE = Place("commons", "https://commons.example")
STUDY = Thing("study", subject="P1", study="2.25.1", series="2.25.2")
SRC = Path(__file__).parents[3] / "src" / "yushan"

#: action, thing, address → profile.
CASES = [
    ("image.read", STUDY, "10.0.0.5", "PatientRead"),
    ("image.read", Thing("series", study="2.25.1"), "10.0.0.5", "Read"),
    ("image.read", STUDY, "", ""),
    ("image.searched", Thing("search", query="?Modality=CT"), "10.0.0.5", "Query"),
    ("image.searched", Thing("search", query="?PatientID=P1", subject="P1"), "::1", "PatientQuery"),
    ("image.searched", Thing("search"), "10.0.0.5", ""),
    ("archive.stored", STUDY, "10.0.0.5", "PatientCreate"),
    ("withdrawal.hidden", Thing("case", "c1"), "10.0.0.5", "Delete"),
    ("account.signed-in", Thing("account", "a1"), "10.0.0.5", ""),
    ("something.new", Thing("thing", "x"), "10.0.0.5", ""),
]


def events(ledger):
    return [audit_event(found, PLACE) for found in ledger.search.all(Question())]


@pytest.mark.parametrize(("action", "thing", "address", "profile"), CASES)
def test_an_entry_is_an_audit_event_of_the_profile_it_claims(
    database, action, thing, address, profile
):
    ledger = make_ledger(database)
    audit = Audit(ledger, "dicomweb")
    with asked_from(address), carrying("request-12345678"):
        audit.saw(Person(), action, thing, count=3, size=70, purpose="research")
    [event] = events(ledger)
    check_r4(event)
    assert check_balp(event) == profile
    text = json.dumps(event)
    for said in (*thing.personal().values(), address, "request-12345678", "a1", "researcher"):
        assert said in text or thing.query == said
    assert leaf_hash_of(database, 0).hex() in text
    assert '"valueString": "70"' in text


def test_a_refusal_says_so_and_claims_no_profile_of_success(database):
    ledger = make_ledger(database)
    with asked_from("10.0.0.5"):
        Audit(ledger).did(
            Person(), "image.read", STUDY, outcome="refused", reasons=("access.no-rule",)
        )
    [event] = events(ledger)
    check_r4(event)
    assert (event["outcome"], event["outcomeDesc"]) == ("8", "access.no-rule")
    assert check_balp(event) == ""


def test_who_left_is_in_no_event_any_more(database):
    ledger = make_ledger(database)
    with asked_from("10.0.0.5"):
        Audit(ledger).saw(Person(), "image.read", STUDY)
    with database.begin() as tx:
        ledger.forget(tx, Leaving(subject="P1"))
    [event] = events(ledger)
    check_r4(event)
    text = json.dumps(event)
    assert "P1" not in text
    assert "2.25." not in text
    assert check_balp(event) == ""


def test_every_event_has_a_form_and_every_form_a_kind():
    assert {kind.event for kind in kinds().values()} == set(FORMS)


def name_of(function):
    """The name a call is made by."""
    return getattr(function, "attr", getattr(function, "id", ""))


def test_every_kind_that_is_entered_has_words():
    calls = {"Draft", "append", "did", "publish", "saw"}
    entered = set()
    for path in SRC.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(call, ast.Call)
                and getattr(call.func, "attr", getattr(call.func, "id", "")) in calls
            ):
                entered |= {
                    one.value
                    for one in call.args
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    and re.fullmatch(r"[a-z-]+\.[a-z-]+", one.value)
                }  # fmt: skip
    assert len(entered) > 10
    assert entered - set(kinds()) == set()
