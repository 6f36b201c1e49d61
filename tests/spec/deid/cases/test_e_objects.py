"""E01-E08: reports, documents, states, structures, slides, waveforms."""

from __future__ import annotations

import struct

import pytest
from tests.spec.deid.cases.acts import held, methods, released
from tests.spec.deid.objects import ct, part10, us
from tests.spec.deid.test_objects import FINDING, code, content, plain, report

SERIES = "1.2.826.0.1.3680043.10.99.1.1"


def test_e01_a_report_is_rebuilt() -> None:
    lung = code("39607008", "SCT", "Lung of DaMing")
    data = report(
        content("TEXT", FINDING, TextValue=("UT", "王大明 has a lung nodule")),
        content("TEXT", code("9", "99ZQV", "DaMing"), TextValue=("UT", "nodule")),
        content("PNAME", code("121008", "DCM", "Observer"), PersonName=("PN", "Kao^MeiLing")),
        content("UIDREF", code("112040", "DCM", "Tracking"), UID=("UI", "1.2.9.9.9.7731")),
        content("DATETIME", code("126201", "DCM", "Date"), DateTime=("DT", "20190725120000")),
        content("CODE", FINDING, ConceptCodeSequence=lung),
        content("TEXT", code("121030", "DCM", "Subject ID"), TextValue=("UT", "A123456789")),
    )
    made = released(
        data, "DaMing", "王大明", "MeiLing", "99ZQV", "1.2.9.9.9.7731", "A123456789", "20190725"
    )
    kinds = [one.ValueType for one in made.ContentSequence]
    assert kinds[0] == "TEXT"
    assert "CODE" in kinds
    assert made.ContentSequence[0].TextValue == "lung nodule"
    assert made.ConceptNameCodeSequence[0].CodeMeaning == "Imaging Measurement Report"
    assert "113104" in methods(made)


def document(uid: str, mime: str, value: bytes) -> bytes:
    """An encapsulated document."""
    return part10(
        plain(  # type: ignore[arg-type]
            uid, "DOC", MIMETypeOfEncapsulatedDocument=("LO", mime), DocumentTitle=("ST", "DaMing"),
            EncapsulatedDocument=("OB", value),
        )
    )  # fmt: skip


@pytest.mark.parametrize("policy", ["tw-hospital", "tw-nhi", "basic", "research-full"])
def test_e02_an_encapsulated_pdf_stays(policy: str) -> None:
    pdf = b"%PDF-1.4 (Wang DaMing A123456789)"
    data = document("1.2.840.10008.5.1.4.1.1.104.1", "application/pdf", pdf)
    assert "deid.document-unread" in held(data, "DaMing", "A123456789", policy=policy)


@pytest.mark.parametrize(
    ("uid", "value"),
    [
        ("1.2.840.10008.5.1.4.1.1.104.2", b"<ClinicalDocument><name>Wang DaMing</name>"),
        ("1.2.840.10008.5.1.4.1.1.104.3", b"Wang DaMing".ljust(84, b"\0")),
        ("1.2.840.10008.5.1.4.1.1.104.4", b"# Wang DaMing\nv 0 0 0\n"),
    ],
)
def test_e03_other_documents_stay(uid: str, value: bytes) -> None:
    assert "deid.document-unread" in held(document(uid, "text/xml", value), "DaMing")


def test_e04_a_presentation_state_loses_its_text() -> None:
    target = SERIES + ".77"
    image = {0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"), 0x00081155: ("UI", target)}
    text = {0x00700006: ("ST", "DaMing 王大明"), 0x00700010: ("FL", struct.pack("<4f", 1, 1, 9, 9))}
    line = {0x00700005: ("CS", "PIXEL"), 0x00700020: ("US", us(2)), 0x00700023: ("CS", "POLYLINE")}
    note = {
        0x00081140: ("SQ", [image]),
        0x00700002: ("CS", "LAYER1"),
        0x00700008: ("SQ", [text]),
        0x00700009: ("SQ", [line]),
    }
    referenced = {0x0020000E: ("UI", SERIES), 0x00081140: ("SQ", [image])}
    state = plain(
        "1.2.840.10008.5.1.4.1.1.11.1", "PR", ContentLabel=("CS", "DAMING"),
        ContentCreatorName=("PN", "Kao^MeiLing"), ReferencedSeriesSequence=("SQ", [referenced]),
        GraphicAnnotationSequence=("SQ", [note]),
    )  # fmt: skip
    made = released(part10(state), "DaMing", "王大明", "MeiLing", target)  # type: ignore[arg-type]
    slice_ = released(part10(ct(SOPInstanceUID=("UI", target))), target)
    (drawn,) = made.GraphicAnnotationSequence
    assert "TextObjectSequence" not in drawn
    assert drawn.ReferencedImageSequence[0].ReferencedSOPInstanceUID == slice_.SOPInstanceUID


def structure(name: str, kind: str) -> bytes:
    """A structure set with one contour."""
    contour = {
        0x30060042: ("CS", "CLOSED_PLANAR"),
        0x30060046: ("IS", "3"),
        0x30060050: ("DS", "1\\2\\3\\4\\5\\3\\6\\7\\3"),
    }
    return part10(
        plain(  # type: ignore[arg-type]
            "1.2.840.10008.5.1.4.1.1.481.3", "RTSTRUCT", StructureSetLabel=("SH", "DaMing"),
            StructureSetDate=("DA", "20190725"), StructureSetTime=("TM", "140322"),
            StructureSetROISequence=("SQ", [{
                0x30060022: ("IS", "1"), 0x30060024: ("UI", "1.2.3.4.5.7731"),
                0x30060026: ("LO", name), 0x30060036: ("CS", "MANUAL")}]),
            ROIContourSequence=("SQ", [{0x30060040: ("SQ", [contour]), 0x30060084: ("IS", "1")}]),
            RTROIObservationsSequence=("SQ", [{
                0x30060082: ("IS", "1"), 0x30060084: ("IS", "1"), 0x300600A4: ("CS", kind),
                0x300600A6: ("PN", "Kao^MeiLing")}]),
        )
    )  # fmt: skip


def test_e05_a_structure_named_after_the_patient() -> None:
    made = released(structure("王大明 GTV", "GTV"), "王大明", "DaMing", "MeiLing", "1.2.3.4.5.7731")
    assert made.StructureSetROISequence[0].ROIName == "GTV"
    assert made.ROIContourSequence[0].ContourSequence[0].NumberOfContourPoints == 3


def test_e06_a_segmentation_finds_its_series() -> None:
    source = ct()
    reference = {
        0x00081150: ("UI", "1.2.840.10008.5.1.4.1.1.2"),
        0x00081155: source[0x00080018],
    }
    code_ = code("39607008", "SCT", "Lung")
    segment = {
        0x00620003: code("123037004", "SCT", "Anatomical Structure"),
        0x00620004: ("US", us(1)),
        0x00620005: ("LO", "lung of DaMing"),
        0x00620008: ("CS", "MANUAL"),
        0x0062000F: code_,
    }
    made = released(
        part10(
            ct(
                SOPClassUID=("UI", "1.2.840.10008.5.1.4.1.1.66.4"),
                Modality=("CS", "SEG"),
                ImageType=("CS", "DERIVED\\PRIMARY"),
                SOPInstanceUID=("UI", SERIES + ".9.1"),
                BitsAllocated=("US", us(1)),
                BitsStored=("US", us(1)),
                HighBit=("US", us(0)),
                PixelData=("OB", us(0xFFFF)),
                SegmentationType=("CS", "BINARY"),
                SegmentSequence=("SQ", [segment]),
                ReferencedSeriesSequence=(
                    "SQ",
                    [{0x0008114A: ("SQ", [reference]), 0x0020000E: ("UI", SERIES)}],
                ),
            )
        ),
        "DaMing",
    )
    first = released(part10(source))
    (series,) = made.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == first.SeriesInstanceUID
    (instance,) = series.ReferencedInstanceSequence
    assert instance.ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert made.PixelData == us(0xFFFF)


@pytest.mark.parametrize("kind", ["LABEL\\NONE", "OVERVIEW\\NONE", "VOLUME\\NONE"])
def test_e07_label_and_overview_of_a_slide_stay(kind: str) -> None:
    slide = ct(
        SOPClassUID=("UI", "1.2.840.10008.5.1.4.1.1.77.1.6"),
        Modality=("CS", "SM"),
        ImageType=("CS", f"ORIGINAL\\PRIMARY\\{kind}"),
        LabelText=("UT", "Wang DaMing"),
        BarcodeValue=("LO", "ZQ7750931X"),
    )
    assert held(part10(slide), "DaMing", "ZQ7750931X")


def test_e08_a_waveform_keeps_its_samples() -> None:
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
        0x003A0020: ("SH", "DaMing"),
        0x003A0200: ("SQ", [channel]),
        0x54001004: ("US", us(16)),
        0x54001006: ("CS", "SS"),
        0x54001010: ("OW", samples),
    }
    note = {
        0x0040A0B0: ("US", us(1, 0)),
        0x0040A180: ("US", us(1)),
        0x00700006: ("ST", "王大明 DaMing"),
    }
    ecg = plain(
        "1.2.840.10008.5.1.4.1.1.9.1.1", "ECG", WaveformSequence=("SQ", [group]),
        WaveformAnnotationSequence=("SQ", [dict(sorted(note.items()))]),
        AcquisitionContextSequence=("SQ", []), CurrentPatientLocation=("LO", "Ward DaMing"),
    )  # fmt: skip
    made = released(part10(ecg), "DaMing", "王大明")  # type: ignore[arg-type]
    assert made.WaveformSequence[0].WaveformData == samples
    assert made.WaveformSequence[0].SamplingFrequency == 500
