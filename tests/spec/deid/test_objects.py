"""Other objects and containers: reports, structures, states, waveforms, documents, broken files."""

from __future__ import annotations

import struct
import zlib

import pytest
from tests.spec.deid.objects import (
    IMPLICIT,
    KEYS,
    SUBJECT,
    ct,
    output,
    part10,
    read,
    reasons,
    released,
    us,
)

from yushan.base import codes
from yushan.domain.deid import (
    Harvest,
    deidentify,
    load_policy,
    national_identity,
    policy_names,
    reissue,
    replace_uid,
)
from yushan.domain.deid.classes import classes

SR = "1.2.840.10008.5.1.4.1.1.88.33"
DEFLATED = "1.2.840.10008.1.2.1.99"
IMAGE_TAGS = tuple(tag for tag in ct() if tag >> 16 in (0x18, 0x28, 0x7FE0))


def plain(sop_class: str, modality: str, **changes: object) -> dict[int, object]:
    """The patient, study and series of an object without a picture."""
    elements = ct(SOPClassUID=("UI", sop_class), Modality=("CS", modality), ImageType=None)
    kept = {tag: one for tag, one in elements.items() if tag not in IMAGE_TAGS}
    from tests.spec.deid.objects import changed

    return changed(kept, changes)  # type: ignore[arg-type, return-value]


def code(value: str, scheme: str, meaning: str) -> tuple[str, list[dict[int, tuple[str, str]]]]:
    return (
        "SQ",
        [{0x00080100: ("SH", value), 0x00080102: ("SH", scheme), 0x00080104: ("LO", meaning)}],
    )


def content(kind: str, concept: object, **values: object) -> dict[int, object]:
    """One content item."""
    from pydicom.tag import Tag

    extra = {int(Tag(keyword)): value for keyword, value in values.items()}
    return dict(
        sorted(
            {
                0x0040A010: ("CS", "CONTAINS"),
                0x0040A040: ("CS", kind),
                0x0040A043: concept,
                **extra,
            }.items()
        )
    )


FINDING = code("121071", "DCM", "Finding")
IMAGE_REFERENCE = {
    0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"),
    0x00081155: ("UI", "1.2.3.4.5.6.7.8.99999"),
}


def report(*items: dict[int, object]) -> bytes:
    return part10(
        plain(
            SR,
            "SR",
            ValueType=("CS", "CONTAINER"),
            ConceptNameCodeSequence=code("126000", "DCM", "Imaging Measurement Report"),
            ContinuityOfContent=("CS", "SEPARATE"),
            ContentSequence=("SQ", list(items)),
            VerificationFlag=("CS", "UNVERIFIED"),
            CompletionFlag=("CS", "COMPLETE"),
        )  # type: ignore[arg-type]
    )


def test_a_report_is_rebuilt_from_known_concepts() -> None:
    measured = ("SQ", [{0x004008EA: code("mm", "UCUM", "mm"), 0x0040A30A: ("DS", "12.5")}])
    data = report(
        content("NUM", code("410668003", "SCT", "Length"), MeasuredValueSequence=measured),
        content("TEXT", FINDING, TextValue=("UT", "DaMing has a lung nodule")),
        content("TEXT", code("99", "99LOCAL", "DaMing"), TextValue=("UT", "nodule")),
        content(
            "PNAME", code("121008", "DCM", "Person Observer Name"), PersonName=("PN", "Kao^MeiLing")
        ),
        content(
            "TEXT", code("121022", "DCM", "Accession Number"), TextValue=("UT", "ACC20190725X9")
        ),
        content(
            "UIDREF",
            code("112040", "DCM", "Tracking Unique Identifier"),
            UID=("UI", "1.2.9.9.9.99999999"),
        ),
        content(
            "DATETIME", code("126201", "DCM", "Acquisition Date"), DateTime=("DT", "20190725120000")
        ),
        content("CODE", FINDING, ConceptCodeSequence=code("39607008", "SCT", "Lung")),
        content(
            "CONTAINER",
            FINDING,
            ContentSequence=(
                "SQ",
                [
                    content("TEXT", FINDING, TextValue=("UT", "王大明")),
                ],
            ),
        ),
    )
    made = released(
        data, "DaMing", "王大明", "MeiLing", "99LOCAL", "1.2.9.9.9.99999999", "ACC20190725X9"
    )
    kinds = [one.ValueType for one in made.ContentSequence]
    assert kinds == ["NUM", "TEXT", "PNAME", "UIDREF", "DATETIME", "CODE", "CONTAINER"]
    assert made.ContentSequence[2].PersonName == "REMOVED"
    assert made.ConceptNameCodeSequence[0].CodeMeaning == "Imaging Measurement Report"
    assert made.ContentSequence[0].MeasuredValueSequence[0].NumericValue == 12.5
    assert made.ContentSequence[1].TextValue == "lung nodule"
    assert made.ContentSequence[6].ContentSequence[0].TextValue == "REMOVED"
    assert "113104" in [one.CodeValue for one in made.DeidentificationMethodCodeSequence]


@pytest.mark.parametrize(("kind", "stays"), [("IMAGE", True), ("WAVEFORM", False)])
def test_a_concept_is_judged_with_the_type_of_its_value(kind: str, stays: bool) -> None:
    """Table E.3.4-1 keeps the image that was measured and removes the waveform (121112)."""
    source = code("121112", "DCM", "Source of Measurement")
    made = released(
        report(
            content("CODE", FINDING, ConceptCodeSequence=code("39607008", "SCT", "Lung")),
            content(kind, source, ReferencedSOPSequence=("SQ", [IMAGE_REFERENCE])),
        )
    )
    assert [one.ValueType for one in made.ContentSequence] == ["CODE", *([kind] if stays else [])]


def test_references_by_position_follow_their_target() -> None:
    local = content("TEXT", code("99", "99LOCAL", "x"), TextValue=("UT", "nodule"))
    image = content("IMAGE", FINDING, ReferencedSOPSequence=("SQ", [IMAGE_REFERENCE]))
    to_image = {
        0x0040A010: ("CS", "INFERRED FROM"),
        0x0040DB73: ("UL", struct.pack("<3L", 1, 2, 2)),
    }
    to_local = {0x0040A010: ("CS", "INFERRED FROM"), 0x0040DB73: ("UL", struct.pack("<2L", 1, 1))}
    group = content("CONTAINER", FINDING, ContentSequence=("SQ", [local, image]))
    finding = content("CODE", FINDING, ConceptCodeSequence=code("39607008", "SCT", "Lung"))
    finding[0x0040A730] = ("SQ", [to_local, to_image])
    made = released(report(local, group, dict(sorted(finding.items()))))
    assert [one.ValueType for one in made.ContentSequence] == ["CONTAINER", "CODE"]
    (reference,) = made.ContentSequence[1].ContentSequence
    assert reference.ReferencedContentItemIdentifier == [1, 1, 1]


@pytest.mark.parametrize(("years", "stays"), [("63", True), ("89.9", True), ("93", False)])
def test_the_oldest_ages_are_no_number_in_a_report(years: str, stays: bool) -> None:
    measured = ("SQ", [{0x004008EA: code("a", "UCUM", "years"), 0x0040A30A: ("DS", years)}])
    age = content("NUM", code("121033", "DCM", "Subject Age"), MeasuredValueSequence=measured)
    born = content("DATE", code("121031", "DCM", "Subject Birth Date"), Date=("DA", "19560312"))
    lung = content("CODE", FINDING, ConceptCodeSequence=code("39607008", "SCT", "Lung"))
    kinds = [one.ValueType for one in released(report(age, born, lung)).ContentSequence]
    assert kinds == ["NUM", "CODE"] if stays else kinds == ["CODE"]


def test_measurements_of_concepts_that_no_table_lists_stay_when_their_scheme_is_public() -> None:
    measured = ("SQ", [{0x004008EA: code("cm", "UCUM", "cm"), 0x0040A30A: ("DS", "4.1")}])
    echo = code("29438-9", "LN", "LV thickness for DaMing")
    made = released(report(content("NUM", echo, MeasuredValueSequence=measured)), "DaMing")
    assert made.ContentSequence[0].ConceptNameCodeSequence[0].CodeValue == "29438-9"
    assert made.ContentSequence[0].MeasuredValueSequence[0].NumericValue == 4.1


def test_a_report_of_local_concepts_is_held() -> None:
    data = report(content("TEXT", code("1", "99LOCAL", "x"), TextValue=("UT", "nodule")))
    assert reasons(data) == ("deid.report-emptied",)
    assert reasons(data, policy="tw-nhi") == ("deid.report-unread",)


def test_drawn_text_goes_and_references_are_mapped_in_a_presentation_state() -> None:
    image = {
        0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"),
        0x00081155: ("UI", "1.2.3.4.5.6.7.8.99999"),
    }
    text = {0x00700006: ("ST", "DaMing 王大明"), 0x00700010: ("FL", struct.pack("<4f", 1, 1, 9, 9))}
    line = {0x00700005: ("CS", "PIXEL"), 0x00700020: ("US", us(2)), 0x00700023: ("CS", "POLYLINE")}
    state = plain(
        "1.2.840.10008.5.1.4.1.1.11.1",
        "PR",
        ContentLabel=("CS", "DAMING"),
        ContentDescription=("LO", "lung for DaMing"),
        ContentCreatorName=("PN", "Kao^MeiLing"),
        ReferencedSeriesSequence=(
            "SQ",
            [{0x0020000E: ("UI", "1.2.826.0.1.3680043.10.99.1.1"), 0x00081140: ("SQ", [image])}],
        ),
        GraphicAnnotationSequence=(
            "SQ",
            [
                {
                    0x00081140: ("SQ", [image]),
                    0x00700002: ("CS", "LAYER1"),
                    0x00700008: ("SQ", [text]),
                    0x00700009: ("SQ", [line]),
                },
                {
                    0x00081140: ("SQ", [image]),
                    0x00700002: ("CS", "LAYER1"),
                    0x00700008: ("SQ", [text]),
                },
            ],
        ),
    )
    made = released(part10(state), "DaMing", "王大明", "MeiLing", "1.2.3.4.5.6.7.8.99999")  # type: ignore[arg-type]
    assert len(made.GraphicAnnotationSequence) == 1
    assert "TextObjectSequence" not in made.GraphicAnnotationSequence[0]
    assert made.ContentDescription == "lung for"
    reference = made.ReferencedSeriesSequence[0].ReferencedImageSequence[0]
    assert reference.ReferencedSOPInstanceUID == replace_uid(KEYS.uid, "1.2.3.4.5.6.7.8.99999")


def test_names_of_regions_become_known_words_or_numbers() -> None:
    rois = [
        {0x30060022: ("IS", str(number)), 0x30060026: ("LO", name), 0x30060028: ("ST", name)}
        for number, name in ((1, "Lung_L"), (2, "DaMing"), (3, "PTV DaMing"))
    ]
    contour = {0x30060042: ("CS", "CLOSED_PLANAR"), 0x30060050: ("DS", "1\\2\\3\\4\\5\\6")}
    structures = plain(
        "1.2.840.10008.5.1.4.1.1.481.3",
        "RTSTRUCT",
        StructureSetLabel=("SH", "DaMing"),
        StructureSetROISequence=("SQ", rois),
        ROIContourSequence=("SQ", [{0x30060040: ("SQ", [contour]), 0x30060084: ("IS", "1")}]),
        ApprovalStatus=("CS", "APPROVED"),
        ReviewerName=("PN", "Kao^MeiLing"),
    )
    made = released(part10(structures), "DaMing", "MeiLing")  # type: ignore[arg-type]
    assert [one.ROIName for one in made.StructureSetROISequence] == ["Lung_L", "ROI 2", "PTV"]
    assert made.ROIContourSequence[0].ContourSequence[0].ContourData == [1, 2, 3, 4, 5, 6]
    assert made.StructureSetLabel == "REMOVED"


def structures_with(points: str) -> bytes:
    contour = {0x30060042: ("CS", "CLOSED_PLANAR"), 0x30060050: ("DS", points)}
    structures = plain(
        "1.2.840.10008.5.1.4.1.1.481.3",
        "RTSTRUCT",
        StructureSetROISequence=(
            "SQ",
            [{0x30060022: ("IS", "1"), 0x30060026: ("LO", "Lung_L")}],
        ),
        ROIContourSequence=("SQ", [{0x30060040: ("SQ", [contour]), 0x30060084: ("IS", "1")}]),
    )
    return part10(structures, syntax=IMPLICIT)  # type: ignore[arg-type]


def test_contours_too_long_for_their_length_field_are_written_shorter() -> None:
    padded = "\\".join(f"{number}.2500000000" for number in range(6_000))
    made = released(structures_with(padded)).ROIContourSequence[0].ContourSequence[0]
    assert made["ContourData"].VR == "DS"
    assert list(made.ContourData) == [number + 0.25 for number in range(6_000)]


def test_contours_that_are_still_too_long_stay_as_unknown_with_a_long_length() -> None:
    points = "\\".join(f"{number}.25" for number in range(12_000))
    made = released(structures_with(points)).ROIContourSequence[0].ContourSequence[0]
    assert made["ContourData"].VR == "UN"
    assert made.ContourData.decode().rstrip() == points


def test_references_too_many_for_their_length_field_are_mapped_in_both_stages() -> None:
    uids = [f"1.2.826.0.1.3680043.10.99.7.{number}" for number in range(2000)]
    data = part10(ct(IrradiationEventUID=("UI", "\\".join(uids))), syntax=IMPLICIT)
    first = released(data, uids[5]).IrradiationEventUID.decode().strip("\0").split("\\")
    assert first == [replace_uid(KEYS.uid, uid) for uid in uids]
    out = reissue(output(data), uid_key=b"c" * 32, subject=SUBJECT, shift_days=7)
    second = read(bytes(out)).IrradiationEventUID.decode().strip("\0").split("\\")
    assert second == [replace_uid(b"c" * 32, uid) for uid in first]


def test_an_image_without_its_picture_is_held() -> None:
    assert reasons(part10(ct(PixelData=None))) == ("dicom.pixel-data-missing",)


def test_a_segmentation_points_to_the_series_it_was_made_on() -> None:
    source = ct()
    segment = {
        0x00620003: code("123037004", "SCT", "Anatomical Structure"),
        0x00620004: ("US", us(1)),
        0x00620005: ("LO", "DaMing's nodule"),
        0x00620008: ("CS", "MANUAL"),
        0x0062000F: code("39607008", "SCT", "Lung"),
    }
    reference = {0x00081150: source[0x00080016], 0x00081155: source[0x00080018]}
    made = released(
        part10(
            ct(
                SOPClassUID=("UI", "1.2.840.10008.5.1.4.1.1.66.4"),
                Modality=("CS", "SEG"),
                ImageType=("CS", "DERIVED\\PRIMARY"),
                NumberOfFrames=("IS", "1"),
                BitsAllocated=("US", us(1)),
                BitsStored=("US", us(1)),
                HighBit=("US", us(0)),
                PixelData=("OB", us(0xFFFF)),
                SegmentationType=("CS", "BINARY"),
                SegmentSequence=("SQ", [segment]),
                ReferencedSeriesSequence=(
                    "SQ",
                    [{0x0008114A: ("SQ", [reference]), 0x0020000E: source[0x0020000E]}],
                ),
            )
        ),
        "DaMing",
    )
    original = read(output(part10(source)))
    series = made.ReferencedSeriesSequence[0]
    assert series.SeriesInstanceUID == original.SeriesInstanceUID
    assert series.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == original.SOPInstanceUID
    assert made.SegmentSequence[0].SegmentLabel == "nodule"
    assert made.PixelData == us(0xFFFF)


def test_annotations_of_a_waveform_are_cleaned_and_samples_stay() -> None:
    samples = us(*range(40, 60))
    channel = {
        0x003A0203: ("SH", "DaMing"),
        0x003A0208: code("2:1", "MDC", "Lead I"),
        0x003A0210: ("DS", "1"),
        0x003A021A: ("US", us(16)),
    }
    group = {
        0x003A0004: ("CS", "ORIGINAL"),
        0x003A0005: ("US", us(1)),
        0x003A0010: ("UL", struct.pack("<L", 20)),
        0x003A001A: ("DS", "500"),
        0x003A0200: ("SQ", [channel]),
        0x54001004: ("US", us(16)),
        0x54001006: ("CS", "SS"),
        0x54001010: ("OW", samples),
    }
    notes = [
        {0x00700006: ("ST", "王大明 sinus rhythm"), 0x0040B020: ("US", us(1))},
        {0x0040A0B0: ("US", us(1, 0)), 0x00700006: ("ST", "DaMing"), 0x0040A180: ("US", us(1))},
    ]
    ecg = plain(
        "1.2.840.10008.5.1.4.1.1.9.1.1",
        "ECG",
        WaveformSequence=("SQ", [group]),
        WaveformAnnotationSequence=("SQ", [dict(sorted(notes[1].items()))]),
        AcquisitionContextSequence=("SQ", []),
        CurrentPatientLocation=("LO", "Ward DaMing"),
    )
    made = released(part10(ecg), "DaMing", "王大明")  # type: ignore[arg-type]
    assert made.WaveformSequence[0].WaveformData == samples
    assert made.WaveformAnnotationSequence[0].UnformattedTextValue == "REMOVED"


@pytest.mark.parametrize("row", list(classes().values()), ids=lambda row: row.name)
def test_every_class_is_released_or_held_with_a_reason_that_people_can_read(row: object) -> None:
    uid = row.uid  # type: ignore[attr-defined]
    for policy in policy_names():
        made = deidentify(
            part10(ct(SOPClassUID=("UI", uid))),
            policy=load_policy(policy),
            keys=KEYS,
            subject="A" * 16,
            offset_days=1,
            harvested=Harvest(),  # type: ignore[arg-type]
        )
        for reason in getattr(made, "reasons", ()):
            texts = codes()[reason]
            assert all((texts.en, texts.zh, texts.remedy_en, texts.remedy_zh))


@pytest.mark.parametrize(
    ("uid", "reason"),
    [
        ("1.2.840.10008.5.1.4.1.1.6.1", "deid.ultrasound-unread"),
        ("1.2.840.10008.5.1.4.1.1.7", "deid.capture-unread"),
        ("1.2.840.10008.5.1.4.1.1.77.1.1", "deid.photograph-unread"),
        ("1.2.840.10008.5.1.4.1.1.77.1.6", "deid.slide-unread"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "deid.document-unread"),
        ("1.2.840.10008.5.1.4.1.1.104.2", "deid.document-unread"),
        ("1.2.840.10008.5.1.4.1.1.104.3", "deid.document-unread"),
        ("1.2.840.10008.5.1.4.1.1.77.1.1.1", "deid.video-unread"),
        ("1.2.840.10008.5.1.4.1.1.66", "deid.raw-data"),
        ("1.2.840.10008.1.3.10", "deid.directory"),
        ("1.2.840.10008.5.1.4.1.1.1.1", "deid.projection-unread"),
        ("1.3.12.2.1107.5.9.1", "deid.class-private"),
    ],
)
def test_what_may_carry_text_in_pixels_is_held(uid: str, reason: str) -> None:
    assert reasons(part10(ct(SOPClassUID=("UI", uid)))) == (reason,)


def test_a_radiograph_goes_on_its_header_only_where_the_policy_trusts_it() -> None:
    clean = ct(
        SOPClassUID=("UI", "1.2.840.10008.5.1.4.1.1.1.1"),
        Modality=("CS", "DX"),
        ImageType=("CS", "ORIGINAL\\PRIMARY"),
        BurnedInAnnotation=("CS", "NO"),
    )
    released(part10(clean), policy="research-full")
    assert reasons(part10(clean)) == ("deid.projection-unread",)
    unsaid = {tag: one for tag, one in clean.items() if tag != 0x00280301}
    assert reasons(part10(unsaid), policy="research-full") == ("deid.projection-unread",)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ImageType": ("CS", "DERIVED\\SECONDARY\\MPR")}, "deid.derived-secondary"),
        ({"ImageType": ("CS", "ORIGINAL\\PRIMARY\\SCREEN SAVE")}, "deid.captured"),
        ({"ConversionType": ("CS", "WSD")}, "deid.captured"),
        ({"BurnedInAnnotation": ("CS", "YES")}, "deid.burned-in"),
        ({"BurnedInAnnotation": ("CS", "MAYBE")}, "deid.burned-in"),
        ({"RecognizableVisualFeatures": ("CS", "YES")}, "deid.face-visible"),
        ({"PhotometricInterpretation": ("CS", "RGB")}, "deid.colour-slice"),
        ({"StudyInstanceUID": None}, "deid.identity-missing"),
        ({"SOPInstanceUID": ("UI", "no-uid")}, "deid.identity-missing"),
    ],
)
def test_slices_that_are_not_the_scanners_own_are_held(
    changes: dict[str, object], reason: str
) -> None:
    assert reason in reasons(part10(ct(**changes)))  # type: ignore[arg-type]


def test_thin_head_slices_are_held_where_the_policy_asks_for_it() -> None:
    head = part10(ct(BodyPartExamined=("CS", "HEAD"), SliceThickness=("DS", "1")))
    assert reasons(head, policy="basic") == ("deid.face-visible",)
    assert reasons(head, policy="tw-hospital") == ("deid.face-visible",)
    thick = part10(ct(BodyPartExamined=("CS", "HEAD"), SliceThickness=("DS", "5")))
    claimed = [one.CodeValue for one in released(thick).DeidentificationMethodCodeSequence]
    assert "113102" not in claimed


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Patient: Wang DaMing, A123456789\n" * 10,
        part10(ct())[:900],
        part10(ct())[:-2],
        part10({}, syntax=DEFLATED, tail=zlib.compress(bytes(1 << 16), wbits=-15)),
        part10(ct(), syntax="1.2.3.4"),
    ],
    ids=["empty", "text", "cut in the header", "cut in the pixels", "deflated zeros", "no syntax"],
)
def test_broken_files_are_held_without_a_word_of_their_content(data: bytes) -> None:
    (reason,) = reasons(data)
    assert reason in codes()


def test_a_directory_of_a_medium_is_never_released() -> None:
    meta = {0x00020002: ("UI", "1.2.840.10008.1.3.10")}
    assert reasons(part10({0x00041220: ("SQ", [ct()])}, meta=meta)) == ("deid.directory",)


def test_a_deflated_object_is_inflated() -> None:
    body = part10(ct())
    start = body.index(b"\x08\0\x05\0CS")
    squeezed = zlib.compress(body[start:], wbits=-15)
    made = released(part10({}, syntax=DEFLATED, tail=squeezed), "DaMing", "王大明")
    assert made.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "A123456789"),
        ({"PatientID": ("LO", "ａ123-456-789")}, "A123456789"),
        ({"PatientID": ("LO", "A123456788")}, None),
        (
            {"PatientID": ("LO", "0012345"), "OtherPatientIDs": ("LO", "77\\A123456789")},
            "A123456789",
        ),
        ({"OtherPatientIDs": ("LO", "Z123456780")}, None),
        ({"PatientName": ("PN", "王大明之女")}, None),
        ({"PatientName": ("PN", "BABY^WANG")}, None),
        ({"PatientID": ("LO", "UNKNOWN")}, None),
        ({"OtherPatientIDsSequence": ("SQ", [{0x00100020: ("LO", "A123456789")}])}, "A123456789"),
        ({"PatientID": None}, None),
    ],
)
def test_two_people_never_share_a_national_number(
    changes: dict[str, object], expected: str | None
) -> None:
    assert national_identity(part10(ct(**changes))) == expected  # type: ignore[arg-type]


def measured(value: str, unit: str) -> tuple[str, list[dict[int, object]]]:
    return ("SQ", [{0x004008EA: code(unit, "UCUM", unit), 0x0040A30A: ("DS", value)}])


def test_a_dose_report_keeps_its_doses_events_and_devices() -> None:
    event = content(
        "CONTAINER",
        code("113819", "DCM", "CT Acquisition"),
        ContentSequence=(
            "SQ",
            [
                content(
                    "TEXT",
                    code("125203", "DCM", "Acquisition Protocol"),
                    TextValue=("UT", "Chest routine for DaMing"),
                ),
                content(
                    "UIDREF", code("113769", "DCM", "Irradiation Event UID"), UID=("UI", "1.2.3.44")
                ),
                content(
                    "NUM",
                    code("113830", "DCM", "Mean CTDIvol"),
                    MeasuredValueSequence=measured("7.42", "mGy"),
                ),
                content(
                    "CODE",
                    code("113820", "DCM", "CT Acquisition Type"),
                    ConceptCodeSequence=code("116152004", "SCT", "Spiral Acquisition"),
                ),
            ],
        ),
    )
    data = report(
        content("PNAME", code("113870", "DCM", "Person Name"), PersonName=("PN", "Kao^MeiLing")),
        content(
            "TEXT",
            code("121016", "DCM", "Device Observer Serial Number"),
            TextValue=("UT", "SN99887766"),
        ),
        content(
            "DATETIME",
            code("113809", "DCM", "Start of X-Ray Irradiation"),
            DateTime=("DT", "20190725120000"),
        ),
        content(
            "NUM",
            code("113813", "DCM", "CT Dose Length Product Total"),
            MeasuredValueSequence=measured("412.6", "mGy.cm"),
        ),
        event,
    )
    made = released(data, "DaMing", "MeiLing", "SN99887766", "1.2.3.44")
    kinds = [one.ValueType for one in made.ContentSequence]
    assert kinds == ["PNAME", "TEXT", "DATETIME", "NUM", "CONTAINER"]
    assert made.ContentSequence[1].TextValue == "REMOVED"
    assert made.ContentSequence[2].DateTime == "20180609120000"
    dose = made.ContentSequence[3].MeasuredValueSequence[0]
    assert (dose.NumericValue, dose.MeasurementUnitsCodeSequence[0].CodeValue) == (412.6, "mGy.cm")
    protocol, irradiation, ctdi, kind = made.ContentSequence[4].ContentSequence
    assert protocol.TextValue == "Chest routine for"
    assert replace_uid(KEYS.uid, "1.2.3.44") == irradiation.UID
    assert ctdi.MeasuredValueSequence[0].NumericValue == 7.42
    assert kind.ConceptCodeSequence[0].CodeMeaning == "Spiral Acquisition"
