"""Who is asked for a reason: the short way says what the decision table says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yushan.base import EVERYTHING
from yushan.domain.access import Actor, Kind, Thing, decide, kept
from yushan.services.accounts import ROLES
from yushan.services.accounts.purposes import is_asked

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize("role", [*ROLES, "public"])
def test_nobody_is_spared_a_reason_that_the_table_asks_for(role):
    actor = Actor(roles=frozenset({role}), scope=EVERYTHING)
    decision = decide(actor, "see_images", Thing(kind=Kind.STUDY, study="2.25.1"), NOW)
    if "purpose" in kept("before", decision.obligations):
        assert is_asked(role)


def test_somebody_is_asked_and_somebody_is_not():
    assert {is_asked(role) for role in ROLES} == {True, False}
