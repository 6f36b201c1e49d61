"""Stage 2: other identifiers, same length, same intervals, nothing else touched."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.spec.deid.objects import KEYS, SUBJECT, ct, output, part10, read

from yushan.base import Pseudonym, Rejected
from yushan.domain.deid import (
    Released,
    deidentify,
    harvest,
    load_policy,
    reissue,
    with_options,
)
from yushan.domain.deid.reissue import moved
from yushan.domain.deid.release import IMPLEMENTATION_CLASS_UID
from yushan.domain.dicom import describe
from yushan.domain.verifier import verify

PROJECTS = (b"1" * 32, b"2" * 32)
PERSON = Pseudonym("ABCDEFGHIJKLMN23")


def stage_1() -> bytes:
    reference = {0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", "1.2.3.4")}
    return output(
        part10(
            ct(
                ReferencedImageSequence=("SQ", [reference]),
                AcquisitionDateTime=("DT", "20190725140322.5+0800"),
            )
        )
    )


def uids(data: bytes) -> set[str]:
    found = {match.decode() for match in re.findall(rb"2\.25\.[0-9]{39}", data)}
    return found - {IMPLEMENTATION_CLASS_UID}


def test_two_keys_share_no_identifier_and_keep_intervals() -> None:
    data = stage_1()
    one = bytes(reissue(data, uid_key=PROJECTS[0], subject=PERSON, shift_days=100))
    two = bytes(reissue(data, uid_key=PROJECTS[1], subject=SUBJECT, shift_days=-1000))
    assert len(one) == len(two) == len(data)
    assert len(uids(data)) == len(uids(one)) == len(uids(two)) == 5
    assert not uids(data) & uids(one)
    assert not uids(one) & uids(two)
    first, second, before = read(one), read(two), read(data)
    assert first.PatientID == first.PatientName == PERSON
    assert (date.fromisoformat(first.StudyDate) - date.fromisoformat(before.StudyDate)).days == 100
    assert (
        date.fromisoformat(second.StudyDate) - date.fromisoformat(before.StudyDate)
    ).days == -1000
    assert first.AcquisitionDateTime[8:] == "140322.5+0800"
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID
    assert first.PixelData == before.PixelData
    assert first.SOPClassUID == before.SOPClassUID


def test_the_result_still_passes_the_verifier() -> None:
    made = reissue(stage_1(), uid_key=PROJECTS[0], subject=PERSON, shift_days=3)
    assert verify(bytes(made), subject=PERSON) == ()


def test_only_the_spots_of_the_sidecar_change() -> None:
    data = stage_1()
    made = reissue(data, uid_key=PROJECTS[0], subject=PERSON, shift_days=3)
    sizes = {"uid": 44, "pid": 16, "date": 8}
    allowed = {at + step for at, kind in describe(data).spots for step in range(sizes[kind])}
    assert {at for at in range(len(data)) if data[at] != made[at]} <= allowed


@pytest.mark.parametrize("data", [part10(ct()), part10(ct(), syntax="1.2.840.10008.1.2")])
def test_what_did_not_pass_stage_1_is_refused(data: bytes) -> None:
    with pytest.raises(Rejected, match=r"deid\.not-stage-one"):
        reissue(data, uid_key=PROJECTS[0], subject=PERSON, shift_days=3)


def test_a_pseudonym_of_another_length_is_refused() -> None:
    with pytest.raises(Rejected, match=r"deid\.not-stage-one"):
        reissue(stage_1(), uid_key=PROJECTS[0], subject=Pseudonym("SHORT"), shift_days=3)


def test_a_date_out_of_reach_becomes_blank_and_keeps_its_length() -> None:
    made = reissue(stage_1(), uid_key=PROJECTS[0], subject=PERSON, shift_days=-900_000)
    assert read(bytes(made)).StudyDate in ("", " " * 8)


def test_true_dates_stay_true_and_dummies_dummies() -> None:
    policy = with_options(load_policy("basic"), ["+retain_longitudinal_full_dates"])
    data = part10(ct())
    made = deidentify(
        data, policy=policy, keys=KEYS, subject=SUBJECT, offset_days=5, harvested=harvest(data)
    )
    assert isinstance(made, Released)
    kept = reissue(b"".join(made.chunks), uid_key=PROJECTS[0], subject=PERSON, shift_days=100)
    assert read(bytes(kept)).StudyDate == "20190725"
    assert moved(b"19000101", 100) == b"19000101"
