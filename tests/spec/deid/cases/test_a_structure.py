"""A24-A44: what rides along outside plain attributes, private blocks, UIDs, earlier marks."""

from __future__ import annotations

import struct

import pytest
from tests.spec.deid.cases.acts import held, methods, output, released, stage
from tests.spec.deid.objects import KEYS, ct, element, part10, raw, read, us

from yushan.domain.deid import Released, reissue, replace_uid

STUDY = "1.2.826.0.1.3680043.10.99.1"
MR_CLASS = "1.2.840.10008.5.1.4.1.1.4"
CREATOR = (0x00190010, ("LO", "SIEMENS MR HEADER"))


def mr(*private: tuple[int, tuple[str, object]]) -> bytes:
    """An MR slice with private attributes."""
    object_ = ct(SOPClassUID=("UI", MR_CLASS), Modality=("CS", "MR"))
    return part10(object_ | dict(private))  # type: ignore[arg-type]


def private_of(data: bytes, *words: str) -> set[int]:
    """The private tags that come out."""
    return {int(tag) for tag in released(data, *words)._dict if tag.is_private}


def test_a24_padding_at_the_end_and_bytes_behind_it() -> None:
    padded = part10(ct() | {0xFFFCFFFC: ("OB", b"Wang DaMing ")})
    released(padded, "DaMing")
    assert stage(padded + b"DaMing", "DaMing") is not None
    behind = part10(ct(), tail=b"\0" * 40 + b"DaMing Wang")
    made = stage(behind, "DaMing")
    if isinstance(made, Released):
        output(behind, "DaMing")


@pytest.mark.parametrize(
    "preamble",
    [
        b"Wang DaMing".ljust(128),
        b"II*\0\x08\0\0\0\1\0\x0e\1\2\0\x0b\0\0\0\x1a\0\0\0DaMing Wang".ljust(128, b"\0"),
    ],
)
def test_a25_the_preamble_is_zeroed(preamble: bytes) -> None:
    assert output(part10(ct(), preamble=preamble), "DaMing")[:128] == bytes(128)


def test_a26_file_meta_information_is_rebuilt() -> None:
    meta = {
        0x00020003: ("UI", "1.2.3.4.99"),
        0x00020016: ("AE", "DAMINGS_AE"),
        0x00020017: ("AE", "ZQSENDER"),
        0x00020018: ("AE", "ZQRECEIVER"),
        0x00020100: ("UI", "1.2.3.4.100"),
        0x00020102: ("OB", b"DaMing Wang "),
    }
    words = ("DAMINGS_AE", "ZQSENDER", "ZQRECEIVER", "DaMing", "1.2.3.4.99", "1.2.3.4.100")
    made = released(part10(ct(), meta=meta), *words)
    assert made.file_meta.MediaStorageSOPInstanceUID == made.SOPInstanceUID
    assert made.SOPInstanceUID == replace_uid(KEYS.uid, "1.2.826.0.1.3680043.10.99.1.1.1")


def test_a27_a_safe_private_number_only_under_its_option() -> None:
    data = mr(CREATOR, (0x0019100C, ("IS", "800")))
    made = released(data)
    assert made[0x0019100C].value == 800
    assert "113111" in methods(made)
    for policy in ("tw-nhi", "basic"):
        without = released(data, policy=policy)
        assert 0x0019100C not in without
        assert "113111" not in methods(without)


@pytest.mark.parametrize(
    "private",
    [
        [(0x00190010, ("LO", "SIEMENS OTHER")), (0x0019100C, ("IS", "800"))],
        [(0x0019100C, ("IS", "800"))],
        [(0x00190011, CREATOR[1]), (0x0019100C, ("IS", "800"))],
    ],
)
def test_a28_the_same_number_under_another_creator_or_none(private: list) -> None:  # type: ignore[type-arg]
    assert private_of(mr(*private), "OTHER") == set()


@pytest.mark.parametrize("creator", ["Wang DaMing", "Yuanshan Riverside Hospital", "王大明"])
def test_a29_a_creator_that_is_a_name(creator: str) -> None:
    data = mr((0x00190010, ("LO", creator)), (0x0019100C, ("IS", "800")))
    assert private_of(data, creator, "DaMing", "Yuanshan") == set()


@pytest.mark.parametrize(
    "value", [("LO", "800"), ("IS", "DaMing"), ("UN", b"Wang"), ("OB", b"8\0")]
)
def test_a30_a_private_vr_that_differs(value: tuple[str, object]) -> None:
    assert 0x0019100C not in private_of(mr(CREATOR, (0x0019100C, value)), "DaMing")


def test_a31_and_a32_a_private_sequence_is_cleaned_and_its_uids_are_mapped() -> None:
    inner = {
        0x00081155: ("UI", STUDY),
        0x00100010: ("PN", "Wang^DaMing"),
        0x00204000: ("LT", "DaMing"),
    }
    data = mr(
        (0x20050010, ("LO", "Philips MR Imaging DD 005")),
        (0x2005100E, ("SQ", [inner])),
        (0x20051402, ("SQ", [inner])),
    )
    released(data, "DaMing", STUDY)


def test_a31_a_patient_attribute_inside_a_private_sequence_goes() -> None:
    inner = {0x00100010: ("PN", "Wang^DaMing"), 0x00100020: ("LO", "ZQ7750931X")}
    data = mr((0x20050010, ("LO", "Philips MR Imaging DD 001")), (0x2005106F, ("SQ", [inner])))
    released(data, "DaMing", "ZQ7750931X")


def test_a32_a_private_uid_of_the_study_is_mapped_or_gone() -> None:
    data = mr((0x00290010, ("LO", "SIEMENS MEDCOM HEADER")), (0x00291043, ("UI", STUDY)), CREATOR,
              (0x00191070, ("UI", STUDY)))  # fmt: skip
    released(data, STUDY)


def test_a33_the_csa_header_goes() -> None:
    csa = b"SV10\4\3\2\1" + b"PatientWeight 70 Wang DaMing " + STUDY.encode() + bytes(100)
    data = mr((0x00290010, ("LO", "SIEMENS CSA HEADER")), (0x00291010, ("OB", csa)),
              (0x00291020, ("OB", csa)))  # fmt: skip
    assert private_of(data, "DaMing", STUDY, "SV10") == set()


def test_a34_two_blocks_of_one_creator() -> None:
    data = mr(
        CREATOR, (0x00190011, CREATOR[1]), (0x0019100C, ("IS", "8")), (0x0019110C, ("IS", "4"))
    )
    made = released(data)
    assert (made[0x0019100C].value, made[0x0019110C].value) == (8, 4)


def test_a35_curves_and_overlays_go() -> None:
    plane = {
        0x60000010: ("US", us(4)),
        0x60000011: ("US", us(4)),
        0x60000022: ("LO", "DaMing"),
        0x60000040: ("CS", "G"),
        0x60000050: ("SS", us(1, 1)),
        0x60000100: ("US", us(1)),
        0x60000102: ("US", us(0)),
        0x60001500: ("LO", "DaMing"),
        0x60003000: ("OW", b"\x3c\xc3"),
        0x60004000: ("LT", "DaMing"),
    }
    curve = {0x50000005: ("US", us(2)), 0x50002500: ("LO", "DaMing"), 0x50003000: ("OW", b"DaMing")}
    last = {0x601E0022: ("LO", "DaMing"), 0x501E2500: ("LO", "DaMing")}
    made = released(part10(ct() | plane | curve | last), "DaMing")
    assert not [tag for tag in made._dict if 0x5000 <= tag.group <= 0x501E]
    assert not [tag for tag in made._dict if 0x6000 <= tag.group <= 0x601E]


def test_a36_an_overlay_in_the_high_bits() -> None:
    hidden = us(*(value | 0x8000 for value in range(100, 116)))
    plane = {
        0x60000010: ("US", us(4)),
        0x60000011: ("US", us(4)),
        0x60000040: ("CS", "G"),
        0x60000050: ("SS", us(1, 1)),
        0x60000100: ("US", us(16)),
        0x60000102: ("US", us(15)),
    }
    made = released(part10(ct(PixelData=("OW", hidden)) | plane))
    assert made.pixel_array.ravel().tolist() == list(range(100, 116))
    assert held(part10(ct(PixelData=("OW", hidden)))) == ("deid.high-bits",)


def test_a36_a_header_that_stores_no_bits_is_held() -> None:
    nothing = ct(BitsStored=("US", us(0)), HighBit=None, PixelRepresentation=("US", us(1)))
    assert held(part10(nothing)) == ("deid.high-bits",)


def test_a37_the_icon_goes() -> None:
    icon = {
        0x00280002: ("US", us(1)),
        0x00280010: ("US", us(2)),
        0x7FE00010: ("OW", b"DaMing"),
        0x00880200: ("SQ", [{0x7FE00010: ("OW", b"DaMing")}]),
    }
    assert "IconImageSequence" not in released(
        part10(ct(IconImageSequence=("SQ", [icon]))), "DaMing"
    )


def reference(uid: str) -> dict[int, tuple[str, str]]:
    """A reference to a CT slice."""
    return {0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", uid)}


def test_a38_references_resolve_in_the_study_in_another_and_a_year_later() -> None:
    near, far = STUDY + ".1.77", "1.2.826.0.1.3680043.10.99.2.5.1"
    source = released(
        part10(
            ct(
                ReferencedImageSequence=("SQ", [reference(near)]),
                SourceImageSequence=("SQ", [reference(near), reference(far)]),
            )
        ),
        near,
        far,
    )
    here = released(part10(ct(SOPInstanceUID=("UI", near))), near)
    later = output(
        part10(ct(SOPInstanceUID=("UI", far), StudyDate=("DA", "20200801"))), far, offset=-1000
    )
    assert source.ReferencedImageSequence[0].ReferencedSOPInstanceUID == here.SOPInstanceUID
    found = [one.ReferencedSOPInstanceUID for one in source.SourceImageSequence]
    assert found == [here.SOPInstanceUID, read(later).SOPInstanceUID]
    key, person = b"c" * 32, "ABCDEFGHIJKLMN23"
    two = read(bytes(reissue(later, uid_key=key, subject=person, shift_days=5)))  # type: ignore[arg-type]
    assert two.SOPInstanceUID == replace_uid(key, found[1])


def test_a39_uids_in_texts_and_addresses() -> None:
    uid = "1.2.840.113619.2.55.3.604688119"
    object_ = ct(
        ImageComments=("LT", f"see {uid}"),
        SeriesDescription=("LO", f"chest {uid}"),
        RetrieveURL=("UR", f"https://pacs.example/wado?uid={uid}"),
        StationName=("SH", uid[:16]),
    )
    released(part10(object_), uid, "pacs.example")


def test_a40_registered_uids_stay() -> None:
    scheme = {0x00080102: ("SH", "SCT"), 0x0008010C: ("UI", "2.16.840.1.113883.6.96")}
    made = released(
        part10(
            ct(
                FrameOfReferenceUID=("UI", "1.2.840.10008.1.4.1.1"),
                CodingSchemeIdentificationSequence=("SQ", [scheme]),
            )
        )
    )
    assert made.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"
    assert made.SOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    for one in made.get("CodingSchemeIdentificationSequence", ()):
        assert one.CodingSchemeUID == "2.16.840.1.113883.6.96"


@pytest.mark.parametrize(
    "uid", ["1.2.03.4", "1." + "9" * 63, "1.2.3.4\0\0", "1.2.3.4 ", " 1.2.3.4"]
)
def test_a41_odd_uids(uid: str) -> None:
    made = released(part10(ct(FrameOfReferenceUID=("UI", uid.encode()))))
    assert made.FrameOfReferenceUID == replace_uid(KEYS.uid, uid.strip("\0 "))
    assert len(made.FrameOfReferenceUID) == 44
    assert raw("UI", uid.encode())[-1:] != b""


def test_a42_all_other_uids_are_mapped_or_gone() -> None:
    uids = {
        keyword: f"1.9.1.{number}{number}7731"
        for number, keyword in enumerate(
            ("InstanceCreatorUID", "DeviceUID", "IrradiationEventUID", "TrackingUID", "FiducialUID",
             "SynchronizationFrameOfReferenceUID", "TargetUID", "TransactionUID",
             "DimensionOrganizationUID", "ConcatenationUID", "StorageMediaFileSetUID",
             "RelatedFrameOfReferenceUID", "PresentationDisplayCollectionUID"), 10)
    }  # fmt: skip
    made = released(part10(ct(**{key: ("UI", uid) for key, uid in uids.items()})), *uids.values())
    for keyword, uid in uids.items():
        assert made.get(keyword) in (None, replace_uid(KEYS.uid, uid))


def test_a43_marked_by_another_tool_but_a_name_left() -> None:
    method = {0x00080100: ("SH", "113105"), 0x00080102: ("SH", "DCM"), 0x00080104: ("LO", "Clean")}
    object_ = ct(
        PatientIdentityRemoved=("CS", "YES"),
        DeidentificationMethod=("LO", "by Wang DaMing"),
        DeidentificationMethodCodeSequence=("SQ", [method]),
        StudyDescription=("LO", "CT DaMing"),
    )
    made = released(part10(object_), "DaMing")
    assert methods(made) == ["113105", "113100", "113107", "113108"]


def test_a43_pixels_that_another_tool_says_it_cleaned_are_not_believed() -> None:
    method = {0x00080100: ("SH", "113101"), 0x00080102: ("SH", "DCM"), 0x00080104: ("LO", "Clean")}
    object_ = ct(
        DeidentificationMethodCodeSequence=("SQ", [method]), BurnedInAnnotation=("CS", "NO")
    )
    assert "113101" not in methods(released(part10(object_)))


def test_a44_encrypted_attributes_signatures_and_codes_of_authenticity() -> None:
    object_ = ct() | {
        0x04000500: ("SQ", [{0x04000510: ("UI", "1.2.3"), 0x04000520: ("OB", b"DaMing")}]),
        0x4FFE0001: ("SQ", [{0x04000005: ("US", us(1)), 0x04000015: ("CS", "SHA1")}]),
        0xFFFAFFFA: ("SQ", [{0x04000100: ("UI", "1.9.7.7731"), 0x04000120: ("OB", b"DaMing")}]),
    }
    made = released(part10(object_), "DaMing", "1.9.7.7731")
    assert not {0x04000500, 0x4FFE0001, 0xFFFAFFFA} & set(made.keys())
    assert element(0x04000500, "SQ", [])[:4] not in output(part10(object_))[132:]
    assert struct.calcsize("<HH") == 4
