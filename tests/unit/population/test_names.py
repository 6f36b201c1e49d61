"""Names in Latin letters, charts and days in the hospitals' manners."""

from __future__ import annotations

from datetime import date

import pytest

from yushan.domain.population import HOSPITALS, SITES, roc, roc_digits
from yushan.domain.population.charts import MODULUS, STEPS, running
from yushan.domain.population.names import ascii_of
from yushan.domain.population.romanise import Sounds, spellings
from yushan.domain.population.tables import rows

WRITTEN = [
    (("chen",), ("mei", "ling"), "Chen", "CHEN", "MEI-LING", "Ch'en", "Mei-ling", "Meiling"),
    (("zhang",), ("zhi", "ming"), "Chang", "CHANG", "CHIH-MING", "Chang", "Chih-ming", "Zhiming"),
    (("xu",), ("jun", "jie"), "Hsu", "HSU", "CHUN-CHIEH", "Hsü", "Chün-chieh", "Junjie"),
    (("cai",), ("yi", "jun"), "Tsai", "TSAI", "YI-CHUN", "Ts'ai", "I-chün", "Yijun"),
    (("lyu",), ("cheng", "en"), "Lu", "LU", "CHENG-EN", "Lü", "Ch'eng-en", "Cheng'en"),
    (("ou", "yang"), ("zi", "qing"), "Ou Yang", "OU YANG", "TZU-CHING", "Ou-yang", "Tzu-ch'ing",
     "Ziqing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("family", "given", "own", "pass_family", "pass_given", "wade_family", "wade_given", "hanyu"),
    WRITTEN,
)
def test_a_name_is_spelled_in_each_manner(
    family, given, own, pass_family, pass_given, wade_family, wade_given, hanyu
):
    found = spellings(Sounds(family, given, own))
    assert found["passport"] == (pass_family, pass_given)
    assert found["wade-giles"] == (wade_family, wade_given)
    assert found["hanyu"][1] == hanyu
    assert found["filed-apart"][1] == pass_given.replace("-", " ")


def test_tongyong_writes_its_own_letters():
    assert spellings(Sounds(("xu",), ("zhi", "xiong"), "Hsu"))["tongyong"] == ("Syu", "Jhih-syong")


def test_every_syllable_of_the_names_has_its_spellings():
    known = {row["hanyu"] for row in rows("syllables")}
    used = {
        syllable
        for table in ("surnames", "given", "given_parts")
        for row in rows(table)
        for syllable in row["hanyu"].split()
    }
    assert used == known


def test_marks_fall_off_latin_names():
    assert ascii_of("Nguyễn Thị Hồng Đức") == "Nguyen Thi Hong Duc"


def test_days_in_the_years_of_the_republic():
    assert roc(date(1986, 3, 12)) == "075/03/12"
    assert roc_digits(date(2011, 1, 5)) == "1000105"
    assert roc(date(1911, 10, 10)) == "民前1/10/10"
    assert roc_digits(date(1909, 2, 3)) == "-030203"


def test_running_numbers_of_charts_never_meet_and_hospitals_differ():
    assert set(STEPS) == set(SITES) == set(HOSPITALS)
    for site in SITES:
        assert len({running(site, number) for number in range(3000)}) == 3000
        assert all(1 <= running(site, number) <= MODULUS for number in (0, 7, 365_000))
    assert len({running(site, 5) for site in SITES}) == len(SITES)
