"""A key holder: how much a site may ask, and what it is refused."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.unit.linkage.parties import Parties

from yushan.base import Rejected, Unavailable
from yushan.engines.database import Usage
from yushan.engines.keys import PAIR_SIZE, VEILED_PROOF_SIZE, blind, random_scalar
from yushan.engines.keys.group import multiply_generator
from yushan.services.linkage import BATCH
from yushan.services.linkage.tables import QUOTA

if TYPE_CHECKING:
    from yushan.engines.database import Database

TODAY = date(2026, 12, 1)


def blinded(count: int) -> list[bytes]:
    return [multiply_generator(random_scalar()) for _ in range(count)]


def test_a_batch_is_answered_in_order_and_counted(database: Database) -> None:
    holder = Parties(database).holder(1)
    answer = holder.evaluate("site-a", blinded(3))
    assert [len(part) for part in answer.parts] == [PAIR_SIZE] * 3
    assert (len(answer.proof), len(answer.public)) == (VEILED_PROOF_SIZE, 32)
    holder.evaluate("site-b", blinded(2))
    assert holder.usage(TODAY) == (Usage("site-a", TODAY, 3), Usage("site-b", TODAY, 2))
    assert holder.usage(TODAY + timedelta(days=1)) == ()


def test_a_site_over_its_quota_waits_until_tomorrow(database: Database) -> None:
    parties = Parties(database, daily_limit=5)
    holder = parties.holder(1)
    holder.evaluate("site-a", blinded(4))
    with pytest.raises(Unavailable, match=r"linkage\.quota"):
        holder.evaluate("site-a", blinded(2))
    holder.evaluate("site-a", blinded(1))
    holder.evaluate("site-b", blinded(5))
    assert holder.usage(TODAY)[0].evaluations == 5
    parties.clock.advance(12 * 3600)
    assert len(holder.evaluate("site-a", blinded(5)).parts) == 5


def test_the_quota_survives_a_restart(database: Database) -> None:
    parties = Parties(database, daily_limit=5)
    parties.holder(1).evaluate("site-a", blinded(5))
    with pytest.raises(Unavailable, match=r"linkage\.quota"):
        parties.holder(1).evaluate("site-a", blinded(1))


def test_many_askers_at_once_get_no_more_than_the_quota(database: Database) -> None:
    holder = Parties(database, daily_limit=10).holder(1)
    answered: list[int] = []

    def ask() -> None:
        for _ in range(4):
            try:
                answered.append(len(holder.evaluate("site-a", blinded(1)).parts))
            except Unavailable:
                continue

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answered) == 10
    assert holder.usage(TODAY) == (Usage("site-a", TODAY, 10, refused=6),)


def test_a_hospital_whose_quota_is_used_up_is_told_so(database: Database) -> None:
    parties = Parties(database, daily_limit=1)
    client = parties.client()
    with pytest.raises(Unavailable, match=r"linkage\.quota"):
        client.envelope("A123456789", 0, None, b"aad")


@pytest.mark.parametrize("element", [b"", bytes(32), b"\xff" * 32])
def test_what_is_no_element_is_refused_and_not_counted(database: Database, element: bytes) -> None:
    holder = Parties(database).holder(1)
    with pytest.raises(Rejected, match=r"keys\.element-invalid"):
        holder.evaluate("site-a", [blind(b"person").element, element])
    assert holder.usage(TODAY) == ()


def test_a_batch_over_the_bound_is_refused(database: Database) -> None:
    holder = Parties(database).holder(1)
    element = blind(b"person").element
    with pytest.raises(Rejected, match=r"linkage\.batch-too-large"):
        holder.evaluate("site-a", [element] * (BATCH + 1))


def test_days_that_are_over_stand_in_the_holders_ledger_once(database: Database) -> None:
    parties = Parties(database, daily_limit=4)
    holder = parties.holder(1)
    holder.evaluate("site-a", blinded(4))
    with pytest.raises(Unavailable):
        holder.evaluate("site-a", blinded(2))
    assert holder.close_days() == 0  # today is not over
    parties.clock.advance(86400)
    holder.evaluate("site-b", blinded(1))
    assert [holder.close_days(), parties.holder(1).close_days()] == [1, 0]
    [entry] = holder._ledger.entries(kind="linkage.day")
    assert entry.facts == {"holder": 1, "day": "2026-12-01", "sites": {"site-a": [4, 2]}}
    assert holder._ledger.verify().holds
    assert holder._ledger.heads()[-1].size == 1
    assert holder.usage(TODAY)[0] == Usage("site-a", TODAY, 4, refused=2)


def test_a_count_that_was_changed_after_its_day_differs_from_the_ledger(
    database: Database,
) -> None:
    parties = Parties(database)
    holder = parties.holder(1)
    holder.evaluate("site-a", blinded(3))
    parties.clock.advance(86400)
    holder.close_days()
    with database.begin() as tx:
        tx.execute(sa.update(QUOTA).values(evaluations=1))
    [entry] = holder._ledger.entries(kind="linkage.day")
    assert entry.facts["sites"]["site-a"][0] != holder.usage(TODAY)[0].evaluations
    with database.begin() as tx:
        tx.execute(sa.text("UPDATE ledger_entry SET body = replace(body, '[3,0]', '[1,0]')"))
    assert not holder._ledger.verify().holds
