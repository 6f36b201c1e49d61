"""C01-C09: whatever was declared, the name goes and known words stay readable."""

from __future__ import annotations

import pytest
from tests.spec.deid.cases.acts import output, released, stage
from tests.spec.deid.cases.search import leaks
from tests.spec.deid.objects import SUBJECT, ct, part10, read

from yushan.domain.deid import Released

#: 許功蓋: in Big5 all three end with the byte of the backslash.
NAME = "許功蓋"


def test_c01_all_groups_of_a_name() -> None:
    name = "Hsu^KungKai=許^功蓋=ㄒㄩˇ^ㄍㄨㄥㄍㄞˋ"
    object_ = ct(
        PatientName=("PN", name),
        SeriesDescription=("LO", "許功蓋 chest KungKai ㄍㄨㄥㄍㄞˋ"),
        PatientComments=("LT", name),
    )
    made = released(part10(object_), "KungKai", NAME, "功蓋", "ㄒㄩˇ", "ㄍㄨㄥㄍㄞˋ")
    assert made.PatientName == SUBJECT


def undeclared(encoding: str, declared: str | None, name: str = NAME) -> bytes:
    """A name in bytes that the character set does not tell."""
    return part10(
        ct(
            SpecificCharacterSet=None if declared is None else ("CS", declared),
            PatientName=("PN", name.encode(encoding)),
            SeriesDescription=("LO", f"胸部{name}".encode(encoding)),
            StudyDescription=("LO", f"chest {name}".encode(encoding)),
            PatientComments=("LT", f"{name}病歷".encode(encoding)),
        )
    )


@pytest.mark.parametrize("name", [NAME, "王大明", "俞暝枯"])
def test_c02_undeclared_big5(name: str) -> None:
    out = output(undeclared("cp950", None, name), name, name[1:])
    assert "\N{REPLACEMENT CHARACTER}" not in str(read(out))
    assert read(out).get("StudyDescription") in (None, "chest")


@pytest.mark.parametrize("declared", ["ISO_IR 100", "ISO_IR 6", ""])
@pytest.mark.parametrize("encoding", ["cp950", "utf-8", "gb18030"])
def test_c03_another_encoding_than_declared(declared: str, encoding: str) -> None:
    out = output(undeclared(encoding, declared), NAME, "功蓋")
    assert read(out).SpecificCharacterSet == "ISO_IR 192"


@pytest.mark.parametrize("declared", ["GB18030", "GBK"])
def test_c04_values_split_only_at_real_backslashes(declared: str) -> None:
    two = "頭部".encode("gb18030") + b"\\" + "腹部".encode("gb18030")
    object_ = ct(
        SpecificCharacterSet=("CS", declared),
        PatientName=("PN", "許^功蓋".encode("gb18030")),
        SeriesDescription=("LO", two),
        OtherPatientNames=("PN", "功蓋".encode("gb18030") + b"\\" + NAME.encode("gb18030")),
    )
    made = released(part10(object_), NAME, "功蓋")
    assert list(made.SeriesDescription) == ["頭部", "腹部"]


def test_c05_escapes_leave_nothing_behind() -> None:
    object_ = ct(
        SpecificCharacterSet=("CS", "\\ISO 2022 IR 58"),
        PatientName=("PN", b"Wang^XiaoDong=\x1b$)A" + "王^小东".encode("gb2312")),
        StudyDescription=("LO", b"\x1b$)A" + "胸部".encode("gb2312") + b" XiaoDong"),
        SeriesDescription=("LO", b"CT \x1b$)A" + "小东".encode("gb2312")),
    )
    out = output(part10(object_), "XiaoDong", "小东", "王小东")
    assert b"\x1b" not in out
    assert read(out).StudyDescription == "胸部"


def test_c06_an_item_with_its_own_character_set() -> None:
    inner = {
        0x00080005: ("CS", "GB18030"),
        0x00400007: ("LO", "腹部 王大明".encode("gb18030")),
    }
    made = released(part10(ct(RequestAttributesSequence=("SQ", [inner]))), "王大明")
    inside = made.RequestAttributesSequence[0]
    assert "SpecificCharacterSet" not in inside
    assert inside.ScheduledProcedureStepDescription == "腹部"


@pytest.mark.parametrize("declared", ["BIG5", "ISO IR 192", "UTF-8", "rot13", "\\\\\\", "?" * 16])
def test_c07_a_character_set_that_does_not_exist(declared: str) -> None:
    data = part10(
        ct(
            SpecificCharacterSet=("CS", declared),
            PatientName=("PN", NAME.encode("cp950")),
            SeriesDescription=("LO", f"chest {NAME}".encode("cp950")),
        )
    )
    made = stage(data, NAME, "功蓋")
    assert isinstance(made, Released)
    assert not leaks(b"".join(made.chunks), [NAME, "功蓋"])
    if declared.strip("\\"):
        assert "deid.charset-unknown" in made.events


def test_c08_a_given_name_of_one_common_character() -> None:
    object_ = ct(
        PatientName=("PN", "王心"),
        SeriesDescription=("LO", "心臟"),
        StudyDescription=("LO", "王心 心臟"),
    )
    made = released(part10(object_), "王心")
    assert made.SeriesDescription == "心臟"


@pytest.mark.parametrize(
    ("name", "text", "kept", "word"),
    [
        ("Chest^Bartholomew", "Chest Bartholomew abdomen", "Chest abdomen", "Bartholomew"),
        ("高^曉君=高^曉君", "胸部 高曉君", "胸部", "高曉君"),
    ],
)
def test_c09_a_family_name_that_is_a_word(name: str, text: str, kept: str, word: str) -> None:
    object_ = ct(PatientName=("PN", name), StudyDescription=("LO", text))
    assert released(part10(object_), word).StudyDescription == kept
