"""Headers: how an identity hides in attributes, sequences, private blocks and file structure."""

from __future__ import annotations

import struct

import pytest
from tests.spec.deid.objects import (
    IMPLICIT,
    KEYS,
    SUBJECT,
    ct,
    element,
    item,
    leaks,
    output,
    part10,
    raw,
    read,
    reasons,
    released,
    stage1,
    us,
)

from yushan.domain.deid import Released, replace_uid

PATIENT = ("DaMing", "王大明", "大明", "A123456789", "19560312", "ACC20190725X9", "MeiLing")
HOSPITAL = ("Yuanshan", "CTROOM07X", "ST20190725")
SECRETS = PATIENT + HOSPITAL


def test_names_and_numbers_are_replaced_and_the_object_says_what_was_done() -> None:
    made = released(part10(ct()), *SECRETS)
    assert made.PatientID == made.PatientName == SUBJECT
    assert made.PatientIdentityRemoved == "YES"
    codes = [one.CodeValue for one in made.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113105", "113107", "113108"]
    assert made.LongitudinalTemporalInformationModified == "MODIFIED"
    assert made.SeriesDescription == "Chest 5.0 B30f"
    assert made.PatientSex == "M"
    assert made.ManufacturerModelName == "SOMATOM Definition"


def test_a_name_inside_a_study_description_goes_and_its_known_words_stay() -> None:
    made = released(part10(ct(StudyDescription=("LO", "CT 王大明 chest"))), "王大明")
    assert made.StudyDescription == "CT chest"


def test_parts_of_a_name_in_descriptors_go() -> None:
    object_ = ct(
        SeriesDescription=("LO", "DaMing chest 5mm"), ProtocolName=("LO", "WANG thorax routine")
    )
    made = released(part10(object_), "DaMing", "WANG")
    assert made.SeriesDescription == "chest 5mm"
    assert made.ProtocolName == "thorax routine"


def test_a_national_number_goes_from_text_number_and_code_string() -> None:
    object_ = ct(
        ImageComments=("LT", "see A123456789"),
        AccessionNumber=("SH", "A123456789"),
        BodyPartExamined=("CS", "A123456789"),
        ScanOptions=("CS", "HELICAL\\A123456789"),
    )
    made = released(part10(object_), "A123456789")
    assert "BodyPartExamined" not in made
    assert made.ScanOptions == "HELICAL"


@pytest.mark.parametrize(
    "written",
    [
        "Ａ１２３４５６７８９",
        "A-123-456-789",
        "a123456789",
        "A 123 456 789",
        "A800000014",
        "AC01234567",
    ],
)
def test_a_national_number_goes_however_it_is_written(written: str) -> None:
    object_ = ct(SeriesDescription=("LO", f"chest {written}"), ImageComments=("LT", written))
    out = output(part10(object_))
    assert not leaks(out, written, "123456789", "A800000014", "AC01234567")
    assert read(out).SeriesDescription == "chest"


def test_ten_characters_with_a_wrong_check_digit_do_no_harm() -> None:
    made = released(part10(ct(DetectorID=("SH", "A123456788"))), "A123456788")
    assert made.Modality == "CT"


@pytest.mark.parametrize(
    "spelling",
    [
        "45/03/12",
        "045/03/12",
        "45.3.12",
        "12-MAR-1956",
        "12MAR1956",
        "民國45年3月12日",
        "1956/03/12",
    ],
)
def test_a_birth_date_goes_in_every_spelling(spelling: str) -> None:
    object_ = ct(
        SeriesDescription=("LO", f"Chest {spelling} axial"),
        PatientComments=("LT", spelling),
        AccessionNumber=("SH", "X19560312"),
    )
    released(part10(object_), spelling, "19560312")


def test_the_oldest_are_pooled_and_lose_their_birth_date() -> None:
    object_ = ct(PatientAge=("AS", "095Y"), PatientBirthDate=("DA", "19240102"))
    made = released(part10(object_), "19240102")
    assert made.PatientAge == "090Y"
    assert made.PatientBirthDate == ""


def test_a_wrong_age_does_not_hide_the_birth_date_of_the_oldest() -> None:
    object_ = ct(PatientAge=("AS", "030Y"), PatientBirthDate=("DA", "19240102"))
    assert released(part10(object_)).PatientAge == "090Y"


def test_a_missing_age_is_worked_out_before_the_birth_date_goes() -> None:
    assert released(part10(ct(PatientAge=None))).PatientAge == "063Y"


def test_an_attribute_that_no_dictionary_knows_goes_and_is_counted() -> None:
    data = part10(ct() | {0x00189999: ("LO", "SECRETWORD")})
    made = stage1(data)
    assert isinstance(made, Released)
    assert made.events == ("deid.unknown-attribute",)
    assert not leaks(b"".join(made.chunks), "SECRETWORD")


def test_a_text_outside_the_iod_goes_a_number_stays() -> None:
    changes = {"RadiopharmaceuticalVolume": ("DS", "3"), "VideoImageFormatAcquired": ("SH", "PAL")}
    made = released(part10(ct(**changes)))
    assert "VideoImageFormatAcquired" not in made
    assert made.RadiopharmaceuticalVolume == 3


def test_compound_actions_follow_the_type_in_the_iod() -> None:
    made = released(
        part10(
            ct(
                OperatorsName=("PN", "Tsai^Operator"),
                ReferringPhysicianName=("PN", "Kao^MeiLing"),
                StudyID=("SH", "S9988776"),
                ProtocolName=("LO", "SecretProtocol"),
                ContrastBolusAgent=("LO", "SecretAgent"),
            )
        ),
        "Tsai",
        "S9988776",
        "SecretProtocol",
        "SecretAgent",
    )
    assert "OperatorsName" not in made
    assert made.ReferringPhysicianName == ""
    assert made.StudyID == ""
    assert "ProtocolName" not in made
    assert made.ContrastBolusAgent == ""


def test_numbers_of_other_hospitals_go_at_every_depth() -> None:
    def other(number: int, depth: int) -> dict[int, tuple[str, object]]:
        inner: dict[int, tuple[str, object]] = {0x00100020: ("LO", f"OTHER{number}{depth}99")}
        if depth:
            inner[0x00101002] = ("SQ", [other(number, depth - 1)])
        return inner

    object_ = ct(OtherPatientIDsSequence=("SQ", [other(1, 3), other(2, 3)]))
    released(part10(object_), *(f"OTHER{n}{d}99" for n in (1, 2) for d in range(4)))


def request(**changes: tuple[str, object]) -> dict[int, tuple[str, object]]:
    return {
        0x0008103E: ("LO", "chest"),
        0x00400007: ("LO", "CT chest for DaMing"),
        0x00400008: (
            "SQ",
            [
                {
                    0x00080100: ("SH", "CTCH1"),
                    0x00080102: ("SH", "99LOCAL"),
                    0x00080104: ("LO", "王大明"),
                }
            ],
        ),
        0x00401001: ("SH", "REQ889977"),
    } | changes  # type: ignore[return-value]


def test_kept_sequences_are_cleaned_inside() -> None:
    made = released(
        part10(ct(RequestAttributesSequence=("SQ", [request()]))), "DaMing", "REQ889977", "99LOCAL"
    )
    inner = made.RequestAttributesSequence[0]
    assert inner.ScheduledProcedureStepDescription == "CT chest for"
    assert "ScheduledProtocolCodeSequence" not in inner


def test_codes_of_public_schemes_stay_with_the_meaning_of_the_standard() -> None:
    code = {
        0x00080100: ("SH", "51185008"),
        0x00080102: ("SH", "SCT"),
        0x00080104: ("LO", "Wang DaMing"),
        0x00080105: ("CS", "DCMR"),
    }
    local = {0x00080100: ("SH", "A123456789"), 0x00080102: ("SH", "99HIS"), 0x00080104: ("LO", "x")}
    made = released(
        part10(ct(AnatomicRegionSequence=("SQ", [code, local]))), "DaMing", "A123456789", "99HIS"
    )
    assert len(made.AnatomicRegionSequence) == 1
    assert made.AnatomicRegionSequence[0].CodeMeaning.startswith("Thoracic structure")


def test_empty_sequences_and_empty_items_keep_their_structure() -> None:
    data = bytearray(part10(ct(ReferencedImageSequence=("SQ", []))))
    assert len(released(bytes(data)).ReferencedImageSequence) == 0
    mixed = (
        item(
            {0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", "1.2.3.4")},
            is_open=True,
        )
        + item({0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", "1.2.3.5")})
        + item({})
    )
    open_sequence = struct.pack("<HH2sHI", 8, 0x1140, b"SQ", 0, 0xFFFFFFFF) + mixed
    closed = element(0x00081140, "SQ", mixed)
    for encoded in (open_sequence + b"\xfe\xff\xdd\xe0\0\0\0\0", closed):
        object_ = ct()
        head = part10({tag: one for tag, one in object_.items() if tag < 0x00081140})
        rest = {tag: one for tag, one in object_.items() if tag > 0x00081140}
        made = released(head + encoded + b"".join(element(t, *one) for t, one in rest.items()))
        found = made.ReferencedImageSequence
        assert [one.get("ReferencedSOPInstanceUID") for one in found] == [
            replace_uid(KEYS.uid, "1.2.3.4"),
            replace_uid(KEYS.uid, "1.2.3.5"),
            None,
        ]


def test_absurd_depth_is_bounded() -> None:
    content = element(0x00100020, "LO", "DEEPSECRET")
    for _ in range(200):
        content = element(
            0x00101002, "SQ", struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content
        )
    assert reasons(part10(ct(), tail=content)) == ("dicom.too-deep",)


@pytest.mark.parametrize("is_open", [False, True])
def test_a_sequence_hidden_in_un_is_cleaned(is_open: bool) -> None:
    inner = item({0x00400007: ("LO", "chest DaMing")}, is_implicit=True)
    object_ = ct()
    head = part10({tag: one for tag, one in object_.items() if tag < 0x00400275})
    rest = {tag: one for tag, one in object_.items() if tag > 0x00400275}
    if is_open:
        un = struct.pack("<HH2sHI", 0x40, 0x275, b"UN", 0, 0xFFFFFFFF) + inner
        un += b"\xfe\xff\xdd\xe0\0\0\0\0"
    else:
        un = element(0x00400275, "UN", inner)
    made = released(head + un + b"".join(element(t, *one) for t, one in rest.items()), "DaMing")
    assert made.RequestAttributesSequence[0].ScheduledProcedureStepDescription == "chest"


@pytest.mark.parametrize(
    ("keyword", "vr", "value"),
    [
        ("Manufacturer", "OB", b"Wang DaMing of Taipei  "),
        (
            "SamplesPerPixel",
            "US",
            b"WANG DAMING A123456789 WANG DAMING A123456789 WANG DAMING A12345",
        ),
        ("SliceThickness", "DS", b"Wang"),
        ("SeriesNumber", "IS", b"DaMing"),
        ("PatientWeight", "FD", b"DaMing19"),
        ("RedPaletteColorLookupTableData", "OW", "王大明王大明王大明".encode("cp950")),
        ("SmallestImagePixelValue", "LO", b"DaMing Wang"),
        ("AcquisitionDate", "LO", b"Wang DaMing"),
        ("FrameOfReferenceUID", "LO", b"DaMing.Wang"),
    ],
)
def test_a_value_that_lies_about_its_vr_goes(keyword: str, vr: str, value: bytes) -> None:
    out = output(part10(ct(**{keyword: (vr, value)})))
    assert not leaks(out, "DaMing", "Wang", "Taipei", "A123456789", "王大明")


def test_a_tag_that_occurs_twice_is_quarantined() -> None:
    object_ = ct()
    first = {tag: one for tag, one in object_.items() if tag <= 0x00100010}
    rest = {tag: one for tag, one in object_.items() if tag >= 0x00100010}
    data = part10(first) + b"".join(element(tag, *one) for tag, one in rest.items())
    assert reasons(data) == ("dicom.duplicate-tag",)


def test_a_name_behind_the_pixels_is_found() -> None:
    name = element(0x00100010, "PN", "Wang^DaMing")
    comment = element(0x00204000, "LT", "DaMing was here")
    made = released(part10(ct(PatientName=None), tail=name + comment), "DaMing")
    assert made.PatientName == SUBJECT


def test_group_lengths_and_trailing_padding_go() -> None:
    object_ = ct() | {
        0x00080000: ("UL", struct.pack("<L", 999)),
        0x00080001: ("UL", struct.pack("<L", 999)),
        0xFFFCFFFC: ("OB", b"DaMing Wang"),
        0x04000500: ("SQ", []),
        0xFFFAFFFA: ("SQ", []),
        0x4FFE0001: ("SQ", []),
    }
    made = released(part10(object_), "DaMing")
    assert not {0x00080000, 0x00080001, 0xFFFCFFFC, 0x04000500, 0xFFFAFFFA, 0x4FFE0001} & set(
        made.keys()
    )


@pytest.mark.parametrize(
    "preamble", [b"Wang DaMing".ljust(128), b"II*\0\x08\0\0\0DaMing".ljust(128, b"\0")]
)
def test_the_preamble_is_zeroed(preamble: bytes) -> None:
    out = output(part10(ct(), preamble=preamble))
    assert out[:128] == bytes(128)
    assert not leaks(out, "DaMing")


def test_file_meta_information_is_rebuilt() -> None:
    meta = {
        0x00020003: ("UI", "1.2.3.99"),
        0x00020016: ("AE", "DAMINGS_AE"),
        0x00020100: ("UI", "1.2.3.100"),
        0x00020102: ("OB", b"DaMing Wang"),
    }
    out = output(part10(ct(), meta=meta))
    made = read(out)
    assert not leaks(out, "DAMINGS_AE", "DaMing", "1.2.3.99", "1.2.3.100")
    assert made.file_meta.MediaStorageSOPInstanceUID == made.SOPInstanceUID
    assert made.file_meta.FileMetaInformationGroupLength == len(
        out[144:].split(b"\x08\0\x05\0CS")[0]
    )


SAFE = (0x00190010, ("LO", "SIEMENS MR HEADER"))


def mr(*private: tuple[int, tuple[str, object]]) -> bytes:
    object_ = ct(SOPClassUID=("UI", "1.2.840.10008.5.1.4.1.1.4"), Modality=("CS", "MR"))
    return part10(object_ | dict(private))  # type: ignore[arg-type]


def test_safe_private_numbers_stay_under_their_creator_only_with_the_option() -> None:
    data = mr(SAFE, (0x0019100C, ("IS", "800")))
    made = released(data)
    assert made[0x0019100C].value == 800
    assert "113111" in [one.CodeValue for one in made.DeidentificationMethodCodeSequence]
    assert 0x0019100C not in released(data, policy="tw-nhi")
    assert 0x0019100C not in released(data, policy="basic")


@pytest.mark.parametrize(
    "private",
    [
        [(0x00190010, ("LO", "SIEMENS OTHER")), (0x0019100C, ("IS", "800"))],
        [(0x0019100C, ("IS", "800"))],
        [(0x00190010, ("LO", "Wang DaMing")), (0x0019100C, ("IS", "800"))],
        [SAFE, (0x0019100C, ("LO", "800"))],
        [SAFE, (0x0019100C, ("IS", "DaMing"))],
        [SAFE, (0x00191099, ("IS", "800"))],
        [
            (0x00290010, ("LO", "SIEMENS CSA HEADER")),
            (0x00291010, ("OB", b"SV10 Wang DaMing 1.2.3")),
        ],
    ],
)
def test_other_private_attributes_go_with_their_creators(
    private: list[tuple[int, tuple[str, object]]],
) -> None:
    made = released(mr(*private), "DaMing", "OTHER")
    assert not [tag for tag in made._dict if tag.is_private]


def test_two_blocks_of_one_creator_are_both_resolved() -> None:
    data = mr(
        SAFE,
        (0x00190011, ("LO", "SIEMENS MR HEADER")),
        (0x0019100C, ("IS", "800")),
        (0x0019110C, ("IS", "400")),
    )
    made = released(data)
    assert (made[0x0019100C].value, made[0x0019110C].value) == (800, 400)


def test_a_private_sequence_is_cleaned_inside_and_private_uids_are_mapped() -> None:
    study = "1.2.826.0.1.3680043.10.99.1"
    inner = {
        0x00100010: ("PN", "Wang^DaMing"),
        0x00081155: ("UI", study),
        0x00204000: ("LT", "DaMing"),
    }
    data = mr(
        (0x20050010, ("LO", "Philips MR Imaging DD 005")),
        (0x2005100E, ("SQ", [inner])),
        (0x20010010, ("LO", "Philips Imaging DD 001")),
        (0x20011003, ("FL", struct.pack("<f", 800))),
    )
    made = released(data, "DaMing", study)
    assert made[0x20011003].value == 800


def test_curves_overlays_and_icons_go() -> None:
    object_ = ct(
        IconImageSequence=("SQ", [{0x00280010: ("US", us(4)), 0x7FE00010: ("OW", b"DaMing Wang ")}])
    ) | {
        0x50000010: ("US", us(1)),
        0x50003000: ("OW", b"DaMing Wang "),
        0x60000010: ("US", us(4)),
        0x60000022: ("LO", "DaMing"),
        0x60001500: ("LO", "DaMing"),
        0x60003000: ("OW", b"DaMing Wang "),
        0x60004000: ("LT", "DaMing"),
    }
    made = released(part10(object_), "DaMing")
    assert not [tag for tag in made._dict if 0x5000 <= tag.group <= 0x60FF]
    assert "IconImageSequence" not in made


def test_references_are_mapped_alike_in_every_object() -> None:
    target = "1.2.826.0.1.3680043.10.99.1.1.77"
    reference = {0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", target)}
    one = released(part10(ct(ReferencedImageSequence=("SQ", [reference]))), target)
    other = released(part10(ct(SourceImageSequence=("SQ", [reference]))), target)
    itself = released(part10(ct(SOPInstanceUID=("UI", target))), target)
    assert (
        one.ReferencedImageSequence[0].ReferencedSOPInstanceUID
        == other.SourceImageSequence[0].ReferencedSOPInstanceUID
        == itself.SOPInstanceUID
    )


def test_a_uid_in_text_goes() -> None:
    uid = "1.2.840.113619.2.55.3.99"
    object_ = ct(
        ImageComments=("LT", f"see {uid}"),
        SeriesDescription=("LO", f"chest {uid}"),
        RetrieveURL=("UR", f"http://pacs/{uid}"),
    )
    released(part10(object_), uid, "http")


def test_registered_uids_stay() -> None:
    object_ = ct(FrameOfReferenceUID=("UI", "1.2.840.10008.1.4.1.1"))
    made = released(part10(object_))
    assert made.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"
    assert made.SOPClassUID == "1.2.840.10008.5.1.4.1.1.2"


@pytest.mark.parametrize("uid", ["1.2.03.4", "1." + "9" * 63, "1.2.3.4\0\0", "1.2.3.4 "])
def test_odd_uids_are_mapped_to_valid_ones_always_alike(uid: str) -> None:
    made = released(part10(ct(FrameOfReferenceUID=("UI", uid.encode()))))
    assert made.FrameOfReferenceUID == replace_uid(KEYS.uid, uid.rstrip("\0 "))
    assert len(made.FrameOfReferenceUID) == 44


def test_all_other_uids_are_mapped() -> None:
    uids = {
        "InstanceCreatorUID": "1.9.1.11111111",
        "DeviceUID": "1.9.1.22222222",
        "IrradiationEventUID": "1.9.1.33333333",
        "SynchronizationFrameOfReferenceUID": "1.9.1.44444444",
    }
    object_ = ct(**{keyword: ("UI", uid) for keyword, uid in uids.items()})
    made = released(part10(object_), *uids.values())
    for keyword, uid in uids.items():
        assert made.get(keyword) in (None, replace_uid(KEYS.uid, uid))


def test_an_object_marked_by_another_tool_is_treated_as_identified() -> None:
    method = {0x00080100: ("SH", "113105"), 0x00080102: ("SH", "DCM"), 0x00080104: ("LO", "Clean")}
    object_ = ct(
        PatientIdentityRemoved=("CS", "YES"),
        DeidentificationMethod=("LO", "by Wang DaMing"),
        DeidentificationMethodCodeSequence=("SQ", [method]),
        StudyDescription=("LO", "CT DaMing"),
    )
    made = released(part10(object_), "DaMing")
    codes = [one.CodeValue for one in made.DeidentificationMethodCodeSequence]
    assert codes == ["113105", "113100", "113107", "113108"]


@pytest.mark.parametrize("policy", ["tw-hospital", "tw-nhi", "basic", "research-full"])
@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", IMPLICIT])
def test_every_policy_releases_a_plain_slice_from_every_encoding(policy: str, syntax: str) -> None:
    object_ = ct(RequestAttributesSequence=("SQ", [request()]))
    made = released(part10(object_, syntax=syntax), *SECRETS, "REQ889977", policy=policy)
    assert made.pixel_array.tolist()[0][0] == 100
    assert made.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


def test_the_basic_profile_removes_dates_and_characteristics() -> None:
    made = released(part10(ct()), policy="basic")
    assert made.LongitudinalTemporalInformationModified == "REMOVED"
    assert made.StudyDate == made.StudyTime == made.PatientSex == ""
    assert "PatientAge" not in made
    assert [one.CodeValue for one in made.DeidentificationMethodCodeSequence] == ["113100"]


def test_coarse_ages_come_in_bands_of_five_years() -> None:
    assert released(part10(ct()), policy="tw-nhi").PatientAge == "060Y"


def test_padding_of_values_is_as_the_vr_asks() -> None:
    assert raw("UI", "1.2.3") == b"1.2.3\0"
