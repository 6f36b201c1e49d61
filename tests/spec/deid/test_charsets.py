"""Character sets and names: whatever was declared, the name goes and known words stay readable."""

from __future__ import annotations

import pytest
from tests.spec.deid.objects import ct, leaks, output, part10, read, released, stage1

from yushan.domain.deid import Released, harvest

NAME = "許功蓋"


def test_all_groups_of_a_name_are_replaced() -> None:
    name = "Hsu^KungKai=許^功蓋=ㄒㄩˇ^ㄍㄨㄥㄍㄞˋ"
    object_ = ct(PatientName=("PN", name), SeriesDescription=("LO", "許功蓋 chest"))
    released(part10(object_), "KungKai", "許功蓋", "功蓋", "ㄒㄩˇ", "ㄍㄨㄥㄍㄞˋ")


@pytest.mark.parametrize("declared", [None, "ISO_IR 100", "", "ISO_IR 6"])
@pytest.mark.parametrize("encoding", ["cp950", "utf-8", "gb18030"])
def test_an_undeclared_name_goes_in_every_encoding(declared: str | None, encoding: str) -> None:
    object_ = ct(
        SpecificCharacterSet=None if declared is None else ("CS", declared),
        PatientName=("PN", NAME.encode(encoding)),
        SeriesDescription=("LO", f"胸部{NAME}".encode(encoding)),
        StudyDescription=("LO", f"chest {NAME}".encode(encoding)),
    )
    out = output(part10(object_))
    assert not leaks(out, NAME, "功蓋")
    assert read(out).SpecificCharacterSet == "ISO_IR 192"
    assert read(out).get("StudyDescription") in (None, "chest")


@pytest.mark.parametrize("declared", ["GB18030", "GBK"])
def test_values_split_only_at_real_backslashes(declared: str) -> None:
    two = "頭部".encode("gb18030") + b"\\" + "腹部".encode("gb18030")
    object_ = ct(
        SpecificCharacterSet=("CS", declared),
        PatientName=("PN", "Wang^DaMing"),
        SeriesDescription=("LO", two),
    )
    made = read(output(part10(object_)))
    assert list(made.SeriesDescription) == ["頭部", "腹部"]


def test_escapes_of_iso_2022_leave_nothing_behind() -> None:
    value = b"CT \x1b$)A" + "心".encode("gb2312") + "脏".encode("gb2312")
    object_ = ct(
        SpecificCharacterSet=("CS", "\\ISO 2022 IR 58"),
        PatientName=("PN", b"Wang^XiaoDong=\x1b$)A" + "王^小东".encode("gb2312")),
        SeriesDescription=("LO", value),
        StudyDescription=("LO", b"\x1b$)A" + "胸部 腹部".encode("gb2312")),
    )
    out = output(part10(object_))
    assert b"\x1b" not in out
    assert not leaks(out, "XiaoDong", "小东", "王小东")
    assert read(out).StudyDescription == "胸部 腹部"
    assert read(out).SeriesDescription == "CT"


def test_an_item_with_its_own_character_set_is_read_by_it() -> None:
    inner = {
        0x00080005: ("CS", "GB18030"),
        0x00400007: ("LO", "腹部 王大明".encode("gb18030")),
    }
    made = read(output(part10(ct(RequestAttributesSequence=("SQ", [inner])))))
    inside = made.RequestAttributesSequence[0]
    assert "SpecificCharacterSet" not in inside
    assert inside.ScheduledProcedureStepDescription == "腹部"


@pytest.mark.parametrize("declared", ["BIG5", "UTF-8", "rot13", "utf_16", "zip"])
def test_a_character_set_that_does_not_exist_is_counted_and_never_obeyed(declared: str) -> None:
    object_ = ct(
        SpecificCharacterSet=("CS", declared),
        PatientName=("PN", NAME.encode("cp950")),
        SeriesDescription=("LO", f"chest {NAME}".encode("cp950")),
    )
    made = stage1(part10(object_))
    assert isinstance(made, Released)
    assert "deid.charset-unknown" in made.events
    assert not leaks(b"".join(made.chunks), NAME, "功蓋")


def test_a_given_name_of_one_common_character_destroys_no_word() -> None:
    object_ = ct(
        PatientName=("PN", "王心"),
        SeriesDescription=("LO", "心臟"),
        StudyDescription=("LO", "王心 心臟"),
    )
    out = output(part10(object_))
    made = read(out)
    assert made.SeriesDescription == "心臟"
    assert not leaks(out, "王心")


def test_a_family_name_that_is_a_word_of_the_field_destroys_no_descriptor() -> None:
    object_ = ct(
        PatientName=("PN", "Chest^Bartholomew"),
        SeriesDescription=("LO", "Chest 5mm"),
        StudyDescription=("LO", "Chest Bartholomew abdomen"),
    )
    made = released(part10(object_), "Bartholomew")
    assert made.SeriesDescription == "Chest 5mm"
    assert made.StudyDescription == "Chest abdomen"


def test_a_whole_name_of_words_of_the_field_goes() -> None:
    object_ = ct(PatientName=("PN", "Long^Sharp"), SeriesDescription=("LO", "Chest Long Sharp"))
    assert "SeriesDescription" not in released(part10(object_), "Long Sharp", "LongSharp")


@pytest.mark.parametrize("encoding", ["cp950", "gb18030", "utf-8"])
def test_the_harvest_reads_a_name_whatever_was_declared(encoding: str) -> None:
    object_ = ct(SpecificCharacterSet=None, PatientName=("PN", NAME.encode(encoding)))
    assert NAME in harvest(part10(object_)).tokens
