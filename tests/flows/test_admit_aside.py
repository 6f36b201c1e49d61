"""What does not belong where it says, or proves nothing, is set aside with its reason."""

from __future__ import annotations

import pytest
from tests.flows.admitting import (
    OTHER,
    make_file,
    make_scene,
    release,
    send,
    series,
)

from yushan.assembly.parts import accepted_policies
from yushan.base import Rejected, SiteName
from yushan.domain.deid import load_policy, with_options
from yushan.engines.sandbox import Children
from yushan.flows.admit import judging
from yushan.flows.admit.story import FIRST_WAIT_S


def test_an_instance_with_other_content_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1))
    scene.tick()
    other = send(scene, [release(make_file(SeriesNumber=77))])
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert (found.source, found.reasons) == (other, ("archive.instance-conflict",))
    assert (scene.account().quarantined, scene.account().closes) == (1, True)
    assert scene.catalogue.totals().instances == 1


def test_a_file_that_fails_the_verifier_is_set_aside_with_its_reason(database, tmp_path):
    scene = make_scene(database, tmp_path)
    good, bad = series(2)
    leak = bad.replace(b"CT_small", b"CT_small")
    place = bad.index(b"GE MEDICAL") if b"GE MEDICAL" in bad else 0
    leak = bad[:place] + b"WANG^DAWEI" + bad[place + 10 :] if place else leak
    leak = b"\1" + leak[1:]  # and the preamble speaks
    pack = send(scene, [good, leak])
    scene.tick()
    assert scene.state(pack).searchable == 1
    [found] = scene.house.admissions.quarantined()
    assert found.member == "00001.dcm"
    assert "verifier.preamble" in found.reasons
    assert (scene.account().admitted, scene.account().quarantined) == (1, 1)
    assert scene.account().closes


def test_a_file_that_is_no_dicom_or_not_of_stage_one_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, [b"not DICOM at all", make_file(), *series(1)])
    scene.tick()
    reasons = {one.member: one.reasons for one in scene.house.admissions.quarantined()}
    assert set(reasons) == {"00000.dcm", "00001.dcm"}
    assert reasons["00001.dcm"] == ("deid.not-stage-one",)
    assert (scene.account().admitted, scene.account().closes) == (1, True)


def test_another_persons_file_in_the_pack_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    strange = release(make_file(patient="P2", series="1.2.3.9"), patient="P2")
    send(scene, [*series(1), strange])
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert found.reasons == ("archive.another-person",)
    assert scene.account().closes


def test_a_study_under_two_persons_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1))
    scene.tick()
    send(scene, series(1, patient="P2", series="1.2.3.1.7"), patient="P2", identity=OTHER)
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert found.reasons == ("archive.study-of-another",)
    assert scene.catalogue.totals().subjects == 1


def test_a_series_in_two_studies_is_set_aside(database, tmp_path):
    scene = make_scene(database, tmp_path)
    send(scene, series(1))
    scene.tick()
    send(scene, [release(make_file(study="1.2.3.2", number=5))])
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert found.reasons == ("archive.series-of-another",)
    assert scene.account().closes


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [("AAAA", "keys.seal-broken"), ("A", "linkage.envelope-malformed")],
)
def test_an_envelope_that_does_not_open_refuses_the_pack_and_keeps_its_bytes(
    database, tmp_path, envelope, reason
):
    scene = make_scene(database, tmp_path)
    files = series(2)
    pack = send(scene, files, envelope=envelope)
    scene.tick()
    state = scene.state(pack)
    assert (state.state, state.reasons) == ("refused", (reason,))
    assert (scene.account().quarantined, scene.account().closes) == (2, True)
    assert scene.house.admissions.incoming(SiteName("north"), pack).path.exists()
    [entry] = scene.house.ledger.entries(kind="archive.refused")
    assert (entry.facts["instances"], entry.facts["reason"]) == (2, reason)
    assert scene.tick(10_000) == 0
    assert send(scene, files) == pack
    scene.tick(1)
    assert scene.state(pack).state == "admitted"
    assert (scene.account().admitted, scene.account().received) == (2, 2)
    assert scene.account().closes


def test_an_envelope_of_another_person_does_not_open(database, tmp_path):
    scene = make_scene(database, tmp_path)
    pack = send(scene, series(1), subject="Z" * 16)
    scene.tick()
    assert scene.state(pack).reasons == ("keys.seal-broken",)


def test_children_do_the_work_and_one_that_dies_takes_one_file(database, tmp_path):
    workers = Children(2)
    try:
        scene = make_scene(database, tmp_path, workers=workers)
        send(scene, series(2))
        scene.tick()
        assert scene.account().admitted == 2
    finally:
        workers.close()


def test_a_file_that_kills_its_child_is_set_aside_alone(database, tmp_path, monkeypatch):
    files = series(3)
    real = judging.judge

    class Fragile:
        """Workers whose child dies on one member."""

        def run(self, function, path, members, how):
            if any(member.name == "00001.dcm" for member in members):
                raise Rejected("sandbox.child-died")
            return real(path, members, how)

        def map(self, function, tasks):
            return [self.run(function, *task) for task in tasks]

    scene = make_scene(database, tmp_path, workers=Fragile())
    send(scene, files)
    scene.tick()
    [found] = scene.house.admissions.quarantined()
    assert (found.member, found.reasons) == ("00001.dcm", ("sandbox.child-died",))
    assert (scene.account().admitted, scene.account().closes) == (2, True)


def test_a_pack_under_a_policy_that_is_not_accepted_is_held_until_it_is(database, tmp_path):
    scene = make_scene(database, tmp_path)
    wider = load_policy("research-full")
    pack = send(scene, [release(make_file(), policy="research-full")], policy=wider.name,
                policy_digest=wider.digest)  # fmt: skip
    scene.tick()
    assert scene.state(pack).reasons == ("archive.policy-unaccepted",)
    assert (scene.account().in_work, scene.account().closes) == (1, True)
    scene.admit.desk.accepted.update(accepted_policies(["research-full"]))
    scene.tick(4 * FIRST_WAIT_S)
    assert (scene.account().admitted, scene.account().closes) == (1, True)


def test_what_a_policy_lets_objects_say_is_asked_of_its_own_packs_only(database, tmp_path):
    scene = make_scene(database, tmp_path)
    wider = with_options(load_policy("tw-hospital"), ["+retain_uids"])
    kept = release(make_file(), policy=wider)
    send(scene, [kept])
    scene.tick()
    assert (scene.account().quarantined, scene.account().admitted) == (1, 0)
