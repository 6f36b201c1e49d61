"""A01-A23: names and numbers in headers, and what may stay."""

from __future__ import annotations

import io
import struct

import pydicom
import pytest
from tests.spec.deid.cases.acts import held, methods, output, released, stage
from tests.spec.deid.cases.search import leaks
from tests.spec.deid.objects import IMPLICIT, SUBJECT, ct, element, item, part10, read, us

from yushan.domain.deid import Released

NAME = ("Wang", "DaMing", "王大明", "大明")
IDS = ("A123456789", "19560312", "ACC20190725X9", "MeiLing", "Yuanshan", "CTROOM07X", "ST20190725")
ALL = ("DaMing", "王大明", *IDS)


def new_errors(before: bytes, after: bytes, tmp_path: object) -> set[str]:
    """What an IOD checker of others says of the output that it did not say of the input."""
    from tests.spec.deid.test_real_files import DCIODVFY, errors

    if not DCIODVFY.exists():
        pytest.skip("dciodvfy is not installed")
    paths = []
    for number, data in enumerate((before, after)):
        paths.append(tmp_path / f"{number}.dcm")  # type: ignore[operator]
        paths[-1].write_bytes(data)
    return errors(paths[1]) - errors(paths[0])


def test_a01_all_patient_and_study_attributes_are_replaced(tmp_path: object) -> None:
    full = ct(
        AccessionNumber=("SH", "ACC20190725X9"),
        ReferringPhysicianName=("PN", "Kao^MeiLing"),
        PatientBirthTime=("TM", "081500"),
        OtherPatientIDs=("LO", "ZQ7750931X"),
        OtherPatientNames=("PN", "Wang^Old"),
        EthnicGroup=("SH", "Zqvxish"),
        PatientComments=("LT", "knows DaMing"),
        StudyDescription=("LO", "CT chest"),
        PhysiciansOfRecord=("PN", "Lin^Recordia"),
        NameOfPhysiciansReadingStudy=("PN", "Lin^Readia"),
        AdmittingDiagnosesDescription=("LO", "Zqvxitis"),
        PatientSize=("DS", "1.71"),
        PatientWeight=("DS", "70"),
        Occupation=("SH", "Zqvxsmith"),
        AdditionalPatientHistory=("LT", "Zqvxhistory"),
    )
    words = (*ALL, "ZQ7750931X", "Zqvxish", "Recordia", "Readia", "Zqvxitis", "Zqvxsmith",
             "Zqvxhistory", "081500")  # fmt: skip
    data = part10(full)
    out = output(data, *words)
    made = read(out)
    assert made.PatientID == made.PatientName == SUBJECT
    assert made.PatientIdentityRemoved == "YES"
    assert methods(made) == ["113100", "113105", "113107", "113108"]
    assert (made.PatientSize, made.PatientWeight) == (1.71, 70)
    assert new_errors(data, out, tmp_path) == set()


def test_a02_a_name_inside_a_study_description() -> None:
    made = released(part10(ct(StudyDescription=("LO", "CT 王大明 chest"))), *ALL)
    assert made.StudyDescription == "CT chest"


def test_a03_a_name_spelled_in_parts() -> None:
    object_ = ct(SeriesDescription=("LO", "DaMing thin"), ProtocolName=("LO", "WANG routine"))
    made = released(part10(object_), *NAME)
    assert made.get("ProtocolName", "routine") == "routine"


def test_a04_a_national_number_in_comment_accession_and_code_string() -> None:
    object_ = ct(
        ImageComments=("LT", "A123456789"),
        AccessionNumber=("SH", "A123456789"),
        BodyPartExamined=("CS", "A123456789"),
    )
    assert "BodyPartExamined" not in released(part10(object_), "A123456789")


@pytest.mark.parametrize("written", ["Ａ１２３４５６７８９", "A-123-456-789", "a123456789",
                                     "ａ１２３-４５６-７８９", "A 123 456 789"])  # fmt: skip
@pytest.mark.parametrize("keyword", ["ImageComments", "SeriesDescription", "StudyDescription"])
def test_a05_a_national_number_in_other_spellings(written: str, keyword: str) -> None:
    object_ = ct(PatientID=("LO", "77001"), **{keyword: ("LO", f"chest {written}")})
    released(part10(object_), "A123456789", written)


@pytest.mark.parametrize("number", ["A800000014", "AC01234567"])
def test_a06_numbers_of_residents_without_citizenship(number: str) -> None:
    object_ = ct(
        PatientComments=("LT", f"passport holder {number}"),
        SeriesDescription=("LO", f"chest {number}"),
        ImageComments=("LT", number),
    )
    made = released(part10(object_), number)
    assert made.SeriesDescription == "chest"


def test_a07_a_lot_number_that_only_looks_like_an_identity() -> None:
    made = stage(part10(ct(DetectorID=("SH", "A123456788"), PatientID=("LO", "1"))))
    assert isinstance(made, Released)


@pytest.mark.parametrize("written", ["45/03/12", "12-MAR-1956", "45.3.12", "民國45年3月12日",
                                     "1956-03-12", "Mar 12 1956"])  # fmt: skip
def test_a08_a_birth_date_in_text_and_in_a_number(written: str) -> None:
    object_ = ct(
        PatientComments=("LT", written),
        SeriesDescription=("LO", f"chest {written}"),
        AccessionNumber=("SH", "H19560312"),
        RequestedProcedureID=("SH", "19560312-7"),
    )
    released(part10(object_), written, "19560312")


def test_a09_the_oldest() -> None:
    object_ = ct(PatientAge=("AS", "095Y"), PatientBirthDate=("DA", "19240101"))
    made = released(part10(object_), "19240101", "095Y")
    assert (made.PatientAge, made.PatientBirthDate) == ("090Y", "")


def test_a10_an_attribute_newer_than_any_table() -> None:
    made = stage(part10(ct() | {0x00189ABC: ("LO", "Zqvxnew")}), "Zqvxnew")
    assert isinstance(made, Released)
    assert not leaks(b"".join(made.chunks), ["Zqvxnew"])
    assert "deid.unknown-attribute" in made.events


def test_a11_compound_actions_by_type(tmp_path: object) -> None:
    """X/Z/D: Operators' Name is Type 3 in CT, Referring Physician 2, Content Label 1 in SEG."""
    data = part10(ct(OperatorsName=("PN", "Tsai^Opera"), ContrastBolusAgent=("LO", "Zqvxagent")))
    out = output(data, "Opera", "MeiLing", "Zqvxagent")
    made = read(out)
    assert "OperatorsName" not in made
    assert made.ReferringPhysicianName == made.StudyID == ""
    assert new_errors(data, out, tmp_path) == set()


def test_a12_an_attribute_absent_from_the_iod() -> None:
    object_ = ct(
        TextString=("ST", "Zqvxout"),
        PerformedLocation=("SH", "Zqvxplace"),
        PlateID=("LO", "Zqvxbox"),
    )
    made = released(part10(object_), "Zqvxout", "Zqvxplace", "Zqvxbox")
    assert "PlateID" not in made


def test_a13_an_attribute_of_an_absent_module_leaves_the_object_valid(tmp_path: object) -> None:
    data = part10(ct(ContrastBolusAgent=("LO", "Zqvxagent"), PatientSpeciesDescription=None))
    assert new_errors(data, output(data, "Zqvxagent"), tmp_path) == set()


def test_a14_other_patient_ids_three_levels_deep() -> None:
    def other(number: int, depth: int) -> dict[int, tuple[str, object]]:
        inner: dict[int, tuple[str, object]] = {0x00100020: ("LO", f"ZQOTHER{number}{depth}77")}
        if depth:
            inner[0x00101002] = ("SQ", [other(number, depth - 1)])
        return inner

    words = [f"ZQOTHER{n}{d}77" for n in (1, 2) for d in range(3)]
    data = part10(ct(OtherPatientIDsSequence=("SQ", [other(1, 2), other(2, 2)])))  # type: ignore[list-item]
    released(data, *words)


def request(text: str) -> dict[int, tuple[str, object]]:
    """A request with a local code whose meaning is free."""
    code = {0x00080100: ("SH", "CT1"), 0x00080102: ("SH", "99ZQV"), 0x00080104: ("LO", text)}
    return {
        0x0008103E: ("LO", f"chest {text}"),
        0x00400007: ("LO", f"{text} chest"),
        0x00400008: ("SQ", [code]),
        0x00401001: ("SH", "ZQREQ8899"),
    }


def test_a15_a_name_in_an_item_of_a_kept_sequence() -> None:
    object_ = ct(
        RequestAttributesSequence=("SQ", [request("王大明")]),
        ProcedureCodeSequence=("SQ", [request("王大明")[0x00400008][1][0]]),  # type: ignore[index]
    )
    made = released(part10(object_), "王大明", "99ZQV", "ZQREQ8899")
    assert made.RequestAttributesSequence[0].ScheduledProcedureStepDescription == "chest"


def test_a16_empty_and_open_sequences_mixed() -> None:
    head = {tag: one for tag, one in ct().items() if tag < 0x00400275}
    rest = {tag: one for tag, one in ct().items() if tag > 0x00400275}
    open_items = item({0x00400007: ("LO", "chest DaMing")}, is_open=True) + item({}) + item(
        {0x00400007: ("LO", "abdomen")})  # fmt: skip
    mixed = struct.pack("<HH2sHI", 0x40, 0x275, b"SQ", 0, 0xFFFFFFFF) + open_items
    mixed += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    head[0x00081140] = ("SQ", [])
    tail = mixed + b"".join(element(tag, *one) for tag, one in rest.items())
    made = released(part10(head, tail=tail), "DaMing")
    assert [one.get("ScheduledProcedureStepDescription") for one in made.RequestAttributesSequence
            ] == ["chest", None, "abdomen"]  # fmt: skip


@pytest.mark.parametrize("depth", [200, 5000])
def test_a17_nesting_without_end(depth: int) -> None:
    level = struct.pack("<HH2sHI", 0x40, 0x275, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)  # fmt: skip
    close = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    bomb = level * depth + element(0x00400007, "LO", "DaMing") + close * depth
    head = {tag: one for tag, one in ct().items() if tag < 0x00400275}
    assert held(part10(head, tail=bomb), "DaMing") == ("dicom.too-deep",)


def unknown(*, is_open: bool) -> bytes:
    """A request sequence written as UN, its items in Implicit VR."""
    head = {tag: one for tag, one in ct().items() if tag < 0x00400275}
    rest = {tag: one for tag, one in ct().items() if tag > 0x00400275}
    inner = item({0x00400007: ("LO", "chest DaMing")}, is_implicit=True)
    if is_open:
        un = struct.pack("<HH2sHI", 0x40, 0x275, b"UN", 0, 0xFFFFFFFF) + inner
        un += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    else:
        un = element(0x00400275, "UN", inner)
    return part10(head, tail=un + b"".join(element(tag, *one) for tag, one in rest.items()))


def test_a18_un_that_holds_an_implicit_sequence() -> None:
    made = released(unknown(is_open=False), "DaMing")
    assert made.RequestAttributesSequence[0].ScheduledProcedureStepDescription == "chest"


def test_a19_un_of_undefined_length() -> None:
    made = released(unknown(is_open=True), "DaMing")
    assert made.RequestAttributesSequence[0].ScheduledProcedureStepDescription == "chest"


@pytest.mark.parametrize(
    ("keyword", "vr", "value"),
    [
        ("Manufacturer", "OB", b"Wang DaMing of Taipei "),
        ("SamplesPerPixel", "US", b"WANG DAMING A123456789 WANG DAMING A123456789 WANG DAMING 999"),
        ("SliceThickness", "DS", b"Wang"),
        ("PatientWeight", "FD", b"DaMing19"),
        ("SeriesNumber", "IS", b"DaMing"),
        ("KVP", "DS", b"A123456789"),
        ("RedPaletteColorLookupTableData", "OW", "王大明王大明王大明".encode("cp950")),
    ],
)
def test_a20_a_vr_that_lies(keyword: str, vr: str, value: bytes) -> None:
    released(part10(ct(**{keyword: (vr, value)})), "DaMing", "Wang", "王大明", "A123456789")


def test_a21_a_tag_twice() -> None:
    first = {tag: one for tag, one in ct(PatientName=("PN", "DUMMY")).items() if tag <= 0x00100010}
    rest = {tag: one for tag, one in ct().items() if tag >= 0x00100010}
    data = part10(first) + b"".join(element(tag, *one) for tag, one in rest.items())
    assert held(data, *ALL) == ("dicom.duplicate-tag",)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", IMPLICIT])
def test_a22_a_name_after_the_pixels(syntax: str) -> None:
    is_implicit = syntax == IMPLICIT
    tail = element(0x00100010, "PN", "Wang^DaMing", is_implicit=is_implicit)
    tail += element(0x00204000, "LT", "DaMing", is_implicit=is_implicit)
    made = released(part10(ct(PatientName=None), syntax=syntax, tail=tail), "DaMing", "Wang")
    assert made.PatientName == SUBJECT


def test_a23_group_lengths_and_length_to_end() -> None:
    object_ = ct() | {
        tag: ("UL", struct.pack("<L", 12)) for tag in (0x00080000, 0x00080001, 0x00100000)
    }
    made = released(part10(object_))
    assert not {0x00080000, 0x00080001, 0x00100000} & set(made.keys())
    assert made.Rows == struct.unpack("<H", us(4))[0]
    assert pydicom.dcmread(io.BytesIO(output(part10(object_)))).Rows == 4
