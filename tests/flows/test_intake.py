"""From spool to receipt: each step, what holds it, what ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flows.intaking import ANNA, BEN, KEYS, World, sent
from tests.unit.gateway.making import make_object

from yushan.domain.deid import site_offset_days, site_pseudonym
from yushan.domain.dicom import summarize
from yushan.services.gateway import Rules, State

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.engines.database import Database


def test_a_quiet_series_becomes_an_acknowledged_pack(world: World) -> None:
    world.receive(*(make_object(f"1.{n}", number=10 - n, patient=ANNA) for n in range(1, 6)))
    assert world.tick() == 0
    assert world.tick(world.rules.quiet_s) == 1
    assert world.states() == {"acknowledged": 5}
    assert world.journal.closes()
    (manifest,) = world.commons.packs.values()
    subject = site_pseudonym(KEYS, ANNA)
    assert (manifest.subject, manifest.instances, manifest.linked) == (subject, 5, True)
    shown = [summarize(data) for data in sent(world)]
    assert [one.instance_number for one in shown] == [5, 6, 7, 8, 9]
    assert {one.patient_id for one in shown} == {subject}
    (said,) = world.holders.made
    assert said["identity"] == ANNA
    assert said["offset_days"] == site_offset_days(KEYS, subject)
    assert said["consent_token"] == f"token of {ANNA}"
    assert said["aad"].splitlines()[1:] == ["h1", subject]
    assert list(world.shop.root.iterdir()) == []
    assert list(world.outbox.folder.iterdir()) == []


def test_no_identifier_of_origin_is_in_what_was_sent(world: World) -> None:
    world.receive(make_object("1.2.840.99.1", "1.2.840.99.2", study="1.2.840.99", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    (data,) = sent(world)
    for mark in (b"1.2.840.99", ANNA.encode(), b"Wang", b"CT1"):
        assert mark not in data
    assert all(mark not in str(world.commons.packs) for mark in ("1.2.840.99", ANNA))


def test_a_person_without_number_goes_unlinked(world: World) -> None:
    world.receive(make_object("1.1", patient="MR-77"))
    world.tick()
    world.tick(world.rules.quiet_s)
    (manifest,) = world.commons.packs.values()
    assert not manifest.linked
    assert world.office.asked == []
    assert world.holders.made[0]["identity"] is None


def test_opted_out_objects_stay_in_the_hospital(world: World) -> None:
    world.office.against.add(b"token of " + ANNA.encode())
    world.receive(make_object("1.1", patient=ANNA))
    world.receive(make_object("1.2", "1.9", patient=BEN))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"opted-out": 1, "acknowledged": 1}
    assert len(world.commons.packs) == 1
    assert not list(world.shop.root.iterdir())


def test_what_was_drawn_on_images_is_asked_about_by_them(world: World) -> None:
    world.receive(make_object("1.1", patient=ANNA))
    world.receive(make_object("1.2", "1.9", patient=ANNA, modality="SEG"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert {modality for modality, _ in world.office.about} == {"CT", "SEG"}
    assert [modality for modality, _ in world.office.about].count("CT") > 1


def test_a_withdrawal_between_stage_1_and_sending_stops_the_pack(world: World) -> None:
    world.commons.up = False
    world.receive(make_object("1.1", patient=ANNA))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"packed": 1}
    world.office.against.add(b"token of " + ANNA.encode())
    world.commons.up = True
    world.settle(3)
    assert world.states() == {"opted-out": 1}
    assert world.commons.packs == {}
    assert list(world.outbox.folder.iterdir()) == []
    assert world.journal.closes()


def test_different_national_numbers_in_one_series_are_quarantined(world: World) -> None:
    same = {"patient": "CHART-1"}
    one = make_object("1.1", **same, other=ANNA)
    two = make_object("1.2", **same, other=BEN)
    world.receive(one, two)
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"quarantined": 2}
    (reason,) = world.journal.accounting().reasons
    assert reason.reason == "gateway.identities-mixed"
    assert world.holders.made == []


def test_what_cannot_be_proven_safe_is_quarantined_and_the_rest_goes(world: World) -> None:
    world.receive(make_object("1.1"), make_object("1.2", burned="YES"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 1, "quarantined": 1}
    (entry,) = world.journal.page(State.QUARANTINED)
    assert entry.reasons
    assert all(reason.startswith(("deid.", "verifier.")) for reason in entry.reasons)


def test_an_object_that_kills_its_child_is_set_aside_alone(world: World) -> None:
    world.receive(*(make_object(f"1.{n}") for n in range(1, 8)))
    world.workers.dies = lambda function, path: function == "clean" and path.endswith("5.dcm")
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 6, "quarantined": 1}
    (entry,) = world.journal.page(State.QUARANTINED)
    assert (entry.file, entry.reasons) == ("000005.dcm", ("sandbox.child-died",))


def test_an_object_that_cannot_be_looked_at_does_not_go_though_stage_1_could(
    world: World,
) -> None:
    world.receive(make_object("1.1"), make_object("1.2"))
    world.workers.dies = lambda function, path: function == "look" and path.endswith("2.dcm")
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 1, "quarantined": 1}


def test_a_file_that_changed_or_vanished_in_the_spool_is_quarantined(world: World) -> None:
    world.receive(make_object("1.1"), make_object("1.2"), make_object("1.3"))
    world.tick()
    one, two, _ = sorted(world.spool.rglob("*.dcm"))
    one.write_bytes(make_object("1.1", pixel=9))
    two.unlink()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 1, "quarantined": 2}
    reasons = {one.reason for one in world.journal.accounting().reasons}
    assert reasons == {"gateway.file-changed", "gateway.file-missing"}


def test_late_objects_go_as_another_pack(world: World) -> None:
    world.receive(make_object("1.1"))
    world.tick()
    world.tick(world.rules.quiet_s)
    world.receive(make_object("1.2"))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 2}
    assert len(world.commons.receipts) == 2


def test_a_long_series_in_small_batches_keeps_its_order(database: Database, tmp_path: Path) -> None:
    world = World(database, tmp_path, Rules(batch_instances=4, piece_bytes=1000))
    world.receive(*(make_object(f"1.{n}", number=n) for n in range(1, 11)))
    world.tick()
    world.tick(world.rules.quiet_s)
    assert world.states() == {"acknowledged": 10}
    assert sorted(one.instances for one in world.commons.packs.values()) == [2, 4, 4]
