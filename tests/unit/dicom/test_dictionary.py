"""Names of attributes, and VRs where the file does not say them."""

from __future__ import annotations

from yushan.domain.dicom import keyword_of, tag_of
from yushan.domain.dicom.dictionary import LONG, SHORT, implicit_vr


def test_an_attribute_has_a_tag_by_keyword_and_by_number() -> None:
    assert tag_of("PatientID") == tag_of("00100020") == 0x00100020
    assert tag_of("7fe00010") == 0x7FE00010
    assert tag_of("Nonsense") is None
    assert tag_of("0010002") is None
    assert keyword_of(0x00100020) == "PatientID"
    assert keyword_of(0x00091010) == ""


def test_the_dictionary_gives_one_vr_to_every_tag() -> None:
    assert implicit_vr(0x7FE00010) == "OW"
    assert implicit_vr(0x60023000) == "OW"
    assert implicit_vr(0x00280106) == "US"
    assert implicit_vr(0x00090010) == "LO"
    assert implicit_vr(0x00091010) == "UN"
    assert implicit_vr(0x00090000) == implicit_vr(0x00100000) == "UL"
    assert implicit_vr(0x00100001) == "UN"


def test_there_are_thirty_four_vrs() -> None:
    assert len(SHORT) + len(LONG) == 34
