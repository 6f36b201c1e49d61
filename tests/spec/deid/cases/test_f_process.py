"""F01-F09, what stage 1 alone can show: repeatable, unlinkable, honest about what it can do."""

from __future__ import annotations

import re
import secrets

import pytest
from tests.spec.deid.cases.acts import output
from tests.spec.deid.objects import KEYS, PET, SUBJECT, ct, part10, read, us
from tests.spec.deid.test_objects import plain

from yushan.base import Pseudonym, Rejected
from yushan.domain.deid import (
    Harvest,
    Released,
    SiteKeys,
    deidentify,
    load_policy,
    national_identity,
    read_policy,
    reissue,
    site_offset_days,
    site_pseudonym,
)
from yushan.domain.deid.release import IMPLEMENTATION_CLASS_UID

HEAD = b'name = "mine"\nedition = "1"\ntitle_en = "x"\ntitle_zh = "x"\n'


def corpus() -> list[bytes]:
    """Objects of several classes with UIDs of every kind."""
    reference = {0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", "1.2.3.4")}
    changes = {
        "ReferencedImageSequence": ("SQ", [reference]),
        "IrradiationEventUID": ("UI", "1.9.1.7731"),
        "AcquisitionDateTime": ("DT", "20190725140322"),
    }
    slices = [
        part10(ct(SOPInstanceUID=("UI", f"1.2.3.{number}"), InstanceNumber=("IS", str(number)),
                  PatientID=("LO", f"P{number % 3}"), **changes))
        for number in range(12)
    ]  # fmt: skip
    pet = ct(SOPClassUID=("UI", PET), Modality=("CS", "PT"), PatientID=("LO", "P1"))
    structure = plain("1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT",
                      SOPInstanceUID=("UI", "1.2.3.99"), StructureSetLabel=("SH", "A"))  # fmt: skip
    return [*slices, part10(pet), part10(structure)]  # type: ignore[arg-type]


def chart(data: bytes) -> str:
    """The chart number of an object."""
    return str(read(data).PatientID)


def cleaned(data: bytes, keys: SiteKeys) -> bytes:
    """Stage 1 of a site."""
    subject = site_pseudonym(keys, chart(data))
    made = deidentify(
        data, policy=load_policy("tw-hospital"), keys=keys, subject=subject,
        offset_days=site_offset_days(keys, subject), harvested=Harvest(),
    )  # fmt: skip
    assert isinstance(made, Released)
    return b"".join(made.chunks)


def identifiers(data: bytes) -> set[str]:
    """Pseudonyms and UIDs of an object."""
    made = read(data)
    uids = {one.decode() for one in re.findall(rb"2\.25\.[0-9]{39}", data)}
    return (uids - {IMPLEMENTATION_CLASS_UID}) | {str(made.PatientID)}


def keys_of(letter: bytes) -> SiteKeys:
    """Keys of one site."""
    return SiteKeys(letter * 32, letter.upper() * 32, (letter + b"1") * 16)


def test_f01_the_same_twice_is_the_same_bytes() -> None:
    for data in corpus():
        assert cleaned(data, KEYS) == cleaned(data, KEYS)
        assert output(data) == output(bytes(bytearray(data)))


def test_f02_two_sites_and_two_projects_share_no_identifier() -> None:
    sites = [{one for data in corpus() for one in identifiers(cleaned(data, keys_of(letter)))}
             for letter in (b"a", b"b")]  # fmt: skip
    assert min(map(len, sites)) > 20
    assert not sites[0] & sites[1]
    stage1 = [cleaned(data, KEYS) for data in corpus()]
    projects = []
    for key, shift in ((b"1" * 32, 100), (b"2" * 32, -77)):
        names: set[str] = set()
        for data in stage1:
            person = Pseudonym(site_pseudonym(SiteKeys(key, key, key), chart(data)))
            names |= identifiers(
                bytes(reissue(data, uid_key=key, subject=person, shift_days=shift))
            )
        projects.append(names)
    first, second = projects
    before = {one for data in stage1 for one in identifiers(data)}
    assert not first & second
    assert not (first | second) & before


def test_f02_offsets_of_two_projects_are_not_related() -> None:
    persons = [f"person {number}" for number in range(400)]
    shifts = [[site_offset_days(keys_of(letter), site_pseudonym(keys_of(letter), one))
               for one in persons] for letter in (b"a", b"b")]  # fmt: skip
    same = sum(one == other for one, other in zip(*shifts, strict=True))
    assert same < 12
    assert len(set(shifts[0])) > 200


def test_f02_a_hundred_thousand_persons_have_as_many_pseudonyms() -> None:
    keys = SiteKeys(*(secrets.token_bytes(32) for _ in range(3)))
    made = {site_pseudonym(keys, f"{number:08d}") for number in range(100_000)}
    assert len(made) == 100_000
    assert {len(one) for one in made} == {16}


@pytest.mark.parametrize(
    "changes",
    [
        {"PatientID": ("LO", "A123456788")},
        {"PatientID": ("LO", "UNKNOWN")},
        {"PatientID": ("LO", "00123456")},
        {"PatientID": None},
        {"PatientName": ("PN", "王大明之女")},
        {"PatientName": ("PN", "BABY^WANG")},
        {"PatientName": ("PN", "王大明之子")},
        {"PatientID": ("LO", "A000000000")},
        {"PatientID": ("LO", "FA1234567")},
    ],
)
def test_f07_without_a_number_of_ones_own_there_is_no_token(changes: dict) -> None:  # type: ignore[type-arg]
    assert national_identity(part10(ct(**changes))) is None


@pytest.mark.parametrize(
    "asked",
    [
        b'options = ["retain_longitudinal_full_dates", "retain_longitudinal_modified_dates"]\n',
        b'options = ["clean_everything"]\n',
        b"unheard_of = 3\n",
    ],
)
def test_f09_a_policy_that_asks_for_more_than_can_be_done(asked: bytes) -> None:
    with pytest.raises(Rejected) as refusal:
        read_policy(HEAD + asked)
    assert refusal.value.code.startswith("deid.policy-")
    assert SUBJECT not in str(refusal.value)
    assert us(1)
