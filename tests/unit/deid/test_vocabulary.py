"""The text rule: known words stay, everything else goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yushan.domain.deid.vocabulary import (
    cleaned_code_string,
    cleaned_text,
    is_no_evidence,
    vocabulary,
)


@pytest.mark.parametrize(
    "text",
    [
        "Chest 5.0 B30f",
        "AX T2 FLAIR FS",
        "t1_mprage_sag_p2_iso",
        "CTA_HEAD-NECK 0.75mm",
        "Abd+Pelvis W/O C",
        "DWI b1000",
        "胸部 無顯影劑",
        "腦部MRI",
        "L4-L5 lumbar spine",
        "3D TOF",
        "Organs contours",
        "headfirst",
        "MACULAR OCT",
        "ABDOMINAL ULTRASOUND still",
        "COLONOSCOPY picture",
        "CA SCORE 3.0",
        "大腸鏡 息肉照片",
        "ＣＴ　ｃｈｅｓｔ",
        "LungVol5mm",
    ],
)
def test_what_is_said_of_a_picture_stays(text: str) -> None:
    import unicodedata

    assert cleaned_text(text, "descriptor") == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("CT 王大明 chest", "CT chest"),
        ("Dr. Kao CT brain", "CT brain"),
        ("王大明", ""),
        ("頭部王大明", ""),
        ("chest 2019-07-25", "chest"),
        ("chest 20190725", "chest"),
        ("chest 108/07/25", "chest"),
        ("brain 0912 345 678", "brain"),
        ("brain 02-12345678", "brain"),
        ("head 1234567", "head"),
        ("head 123 456 789", "head"),
        ("12 5", "12 5"),
        ("1999 12", ""),
        ("x@y.tw chest", "chest"),
        ("LaMa", ""),
        ("", ""),
        ("...", ""),
        ("Müller head", "head"),
        ("h\u00e9ad 5\u03bcm", ""),
    ],
)
def test_what_is_said_of_a_person_goes(text: str, kept: str) -> None:
    assert cleaned_text(text, "descriptor") == kept


@pytest.mark.parametrize(
    "text", ["syngo CT VA48A", "05", "27.1.2", "B30f", "MAGNETOM Skyra", "HE1-4 NE1 2"]
)
def test_versions_and_coils_stay_where_devices_are_named(text: str) -> None:
    assert cleaned_text(text, "device")


@pytest.mark.parametrize("text", ["Wang", "2019.07.25", "123456", "王大明"])
def test_names_and_dates_do_not_pass_as_versions(text: str) -> None:
    assert cleaned_text(text, "device") == ""


@given(st.text(max_size=80))
def test_nothing_comes_out_that_is_not_known_and_twice_is_once(text: str) -> None:
    kept = cleaned_text(text, "descriptor")
    assert cleaned_text(kept, "descriptor") == kept
    assert not any(letter.isalpha() and not letter.isascii() for letter in kept) or all(
        letter in "".join(vocabulary().chinese)
        for letter in kept
        if letter.isalpha() and not letter.isascii()
    )


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("ORIGINAL", "ORIGINAL"),
        ("HELICAL MODE", "HELICAL MODE"),
        ("chest", "CHEST"),
        ("CHEST-ABD", "CHEST_ABD"),
        ("WANG", ""),
        ("A123456789", ""),
        ("20190725", ""),
        ("12", "12"),
        ("1234", ""),
        ("ZZTOP", ""),
        ("王", ""),
        ("A VERY LONG STRING INDEED", ""),
    ],
)
def test_coded_strings_are_known_or_go(value: str, kept: str) -> None:
    assert cleaned_code_string(value) == kept


def test_common_family_names_are_no_words_of_the_field() -> None:
    names = (
        "wang chen lin chang lee li huang wu liu tsai yang hsu cheng kuo chiu lai chou yeh su lu ho"
    )
    assert not set(names.split()) & vocabulary().words["descriptor"]


def test_words_of_the_field_are_no_evidence() -> None:
    assert is_no_evidence("chest", "descriptor")
    assert is_no_evidence("hospital", "device")
    assert not is_no_evidence("mira", "descriptor")
    assert is_no_evidence("mira", "device")
