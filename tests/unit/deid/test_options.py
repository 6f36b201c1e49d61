"""Every option of the profile does what it says, is claimed when it did, and is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.spec.deid.objects import KEYS, OFFSET, SUBJECT, ct, part10, read
from tests.spec.deid.objects import element as written

from yushan.domain.deid import (
    CleanedPixels,
    Harvest,
    Policy,
    Released,
    deidentify,
    harvest,
    load_policy,
    with_options,
)
from yushan.domain.deid.policy import PERFORMED
from yushan.domain.deid.tables import methods
from yushan.domain.verifier import Terms, verify

if TYPE_CHECKING:
    import pydicom

BASIC = load_policy("basic")
DONE = CleanedPixels(done=frozenset({"clean_pixel_data", "clean_recognizable_visual_features"}))
PRIVATE = {0x00430010: ("LO", "GEMS_PARM_01"), 0x00431039: ("IS", "1000\\8\\0\\0")}


def source() -> bytes:
    """A slice with something for every option."""
    elements = ct(
        StudyDescription=("LO", "CT chest"),
        InstitutionName=("LO", "Yuanshan Riverside Hospital 遠山醫院"),
        AcquisitionDateTime=("DT", "201907"),
        DeviceUID=("UI", "1.2.826.0.1.3680043.10.99.7"),
    )
    return part10(elements | PRIVATE)


def under(policy: Policy, pixels: CleanedPixels | None = None) -> tuple[Released, bytes]:
    """The slice released under a policy, verified under its terms."""
    data = source()
    made = deidentify(
        data, policy=policy, keys=KEYS, subject=SUBJECT, offset_days=OFFSET,
        harvested=Harvest(), pixels=pixels,
    )  # fmt: skip
    assert isinstance(made, Released), made
    out = b"".join(made.chunks)
    found = verify(
        out, harvested=harvest(data).under(policy).tokens, subject=SUBJECT, terms=terms(policy)
    )
    assert found == ()
    return made, out


def terms(policy: Policy) -> Terms:
    """What the policy lets its objects claim."""
    return Terms(permitted=policy.claims)


def value(dataset: pydicom.Dataset, keyword: str) -> str:
    """A value as text; empty when it is absent."""
    return str(dataset.get(keyword) or "")


KEPT = {
    "clean_pixel_data": ("BurnedInAnnotation", "NO"),
    "clean_recognizable_visual_features": ("RecognizableVisualFeatures", "NO"),
    "clean_descriptors": ("StudyDescription", "CT chest"),
    "retain_longitudinal_full_dates": ("StudyDate", "20190725"),
    "retain_longitudinal_modified_dates": ("StudyDate", "20180609"),
    "retain_patient_characteristics": ("PatientSex", "M"),
    "retain_device_identity": ("DeviceUID", "2.25."),
    "retain_uids": ("StudyInstanceUID", "1.2.826.0.1.3680043.10.99.1"),
    "retain_institution_identity": ("InstitutionName", "Yuanshan Riverside Hospital 遠山醫院"),
}


TRUE = ("retain_longitudinal_full_dates", "retain_uids", "retain_institution_identity")


@pytest.mark.parametrize(("option", "expected"), KEPT.items())
def test_an_option_keeps_what_it_is_for(option: str, expected: tuple[str, str]) -> None:
    keyword, text = expected
    pixels = DONE if option.startswith(("clean_pixel", "clean_recog")) else None
    made, out = under(with_options(BASIC, [f"+{option}"]), pixels)
    assert value(read(out), keyword).startswith(text)
    assert made.methods == ("113100", methods()[option].code)
    _, plain = under(BASIC)
    if option != "retain_device_identity":
        assert not value(read(plain), keyword).startswith(text)


def test_safe_private_attributes_stay_by_their_option_alone() -> None:
    made, out = under(with_options(BASIC, ["+retain_safe_private"]))
    assert (0x0043, 0x1039) in read(out)
    assert "113111" in made.methods
    assert (0x0043, 0x1039) not in read(under(BASIC)[1])


def test_nothing_is_claimed_that_did_not_happen() -> None:
    every = [f"+{one}" for one in PERFORMED if one != "retain_longitudinal_full_dates"]
    made, _ = under(with_options(BASIC, every))
    assert not {"113101", "113102", "113103", "113104"} & set(made.methods)


def test_true_dates_are_as_coarse_as_they_were_and_say_so() -> None:
    _, out = under(with_options(load_policy("tw-hospital"), ["+retain_longitudinal_full_dates"]))
    dataset = read(out)
    assert dataset.AcquisitionDateTime == "201907"
    assert dataset.LongitudinalTemporalInformationModified == "UNMODIFIED"


@pytest.mark.parametrize("option", TRUE)
def test_the_verifier_lets_true_things_stay_only_when_told(option: str) -> None:
    _, out = under(with_options(BASIC, [f"+{option}"]))
    kinds = {finding.kind for finding in verify(out, subject=SUBJECT)}
    assert "verifier.claim-not-permitted" in kinds
    assert len(kinds) > 1 or option == "retain_longitudinal_full_dates"


def test_kept_names_of_places_do_not_let_names_of_people_through() -> None:
    named = ct(InstitutionName=("LO", "王大明 Clinic"))
    policy = with_options(BASIC, ["+retain_institution_identity"])
    made = deidentify(
        part10(named), policy=policy, keys=KEYS, subject=SUBJECT, offset_days=1,
        harvested=Harvest(),
    )  # fmt: skip
    assert isinstance(made, Released)
    assert "大明" not in b"".join(made.chunks).decode("utf-8", "ignore")


def test_extended_offsets_never_stay() -> None:
    assert written(0x7FE00001, "OV", bytes(8)) not in under(load_policy("tw-hospital"))[1]
