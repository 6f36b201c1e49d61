"""Whatever does not answer is waited for: the consent list, key holders, the commons."""

from __future__ import annotations

import pytest
from tests.flows.intaking import ANNA, World, quiet_series
from tests.unit.gateway.making import make_object

from yushan.base import Rejected


@pytest.mark.parametrize("trouble", ["fresh", "up"])
def test_without_consent_everything_is_held_and_comes_back(world: World, trouble: str) -> None:
    setattr(world.office, trouble, False)
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"held": 1}
    (reason,) = world.journal.accounting().reasons
    assert reason.reason.startswith("consent.")
    world.tick(0.1)
    assert len(world.runs) == 1
    setattr(world.office, trouble, True)
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_a_list_that_goes_stale_before_sending_keeps_the_pack(world: World) -> None:
    world.commons.up = False
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    world.commons.up, world.office.fresh = True, False
    world.settle(2)
    assert world.states() == {"packed": 1}
    assert world.commons.packs == {}
    world.office.fresh = True
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_without_key_holders_cleaned_objects_are_held_and_cleaned_once(world: World) -> None:
    world.holders.up = False
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"held": 1}
    outputs = list(world.shop.root.rglob("*.dcm"))
    assert len(outputs) == 1
    before = outputs[0].stat().st_mtime_ns
    world.settle(2)
    assert outputs[0].stat().st_mtime_ns == before
    world.holders.up = True
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_a_commons_down_for_a_day_loses_nothing(world: World) -> None:
    world.commons.up = False
    for series in range(1, 6):
        world.receive(make_object(f"1.{series}", f"2.{series}", patient=f"P{series}"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"packed": 5}
    calls = world.commons.calls
    for _ in range(24 * 12):
        world.tick(300)
    probes = world.commons.calls - calls
    assert 200 <= probes <= 24 * 12 * 2
    world.commons.up = True
    world.settle(3)
    assert world.states() == {"acknowledged": 5}
    assert len(world.commons.receipts) == 5


def test_a_refusing_commons_holds_only_its_pack(world: World) -> None:
    def refuse(_: object) -> object:
        raise Rejected("exchange.no")

    quiet_series(world, make_object("1.1"))
    offer = world.commons.offer
    world.commons.offer = refuse  # type: ignore[method-assign,assignment]
    world.tick()
    assert world.states() == {"packed": 1}
    assert world.outbox.may_send() > 1
    world.commons.offer = offer  # type: ignore[method-assign]
    world.settle(2)
    assert world.states() == {"acknowledged": 1}


def test_nothing_is_sent_while_the_sum_does_not_close(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.commons.up = False
    quiet_series(world, make_object("1.1"))
    world.tick()
    world.commons.up = True
    monkeypatch.setattr(world.journal, "closes", lambda: False)
    world.settle(3)
    assert world.states() == {"packed": 1}
    monkeypatch.undo()
    world.settle(1)
    assert world.states() == {"acknowledged": 1}
