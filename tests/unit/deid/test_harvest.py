"""The harvest: enough spellings to find a person again, no word that everybody uses."""

from __future__ import annotations

import pytest
from tests.spec.deid.objects import ct, part10

from yushan.base import Rejected
from yushan.domain.deid import Harvest, harvest
from yushan.domain.deid.harvest import matcher


def test_names_come_in_parts_and_together() -> None:
    tokens = harvest(part10(ct())).tokens
    assert {"Wang", "DaMing", "WangDaMing", "DaMingWang", "Wang DaMing", "王大明", "大明"} <= tokens


def test_a_chinese_name_in_one_piece_gives_its_given_name() -> None:
    tokens = harvest(part10(ct(PatientName=("PN", "王大明")))).tokens
    assert {"王大明", "大明"} <= tokens
    assert "王" not in tokens


def test_numbers_dates_and_places_are_harvested() -> None:
    tokens = harvest(part10(ct(PatientTelephoneNumbers=("SH", "0912-345-678")))).tokens
    assert {"A123456789", "ACC20190725X9", "19560312", "45/03/12", "0450312", "12MAR1956"} <= tokens
    assert {"0912345678", "Yuanshan", "Riverside", "CTROOM07X", "Kao"} <= tokens
    assert not {"Hospital", "hospital"} & tokens


def test_a_place_named_like_a_scanner_is_no_evidence() -> None:
    tokens = harvest(part10(ct(StationName=("SH", "AVANTO"), InstitutionName=None))).tokens
    assert "AVANTO" not in tokens


def test_two_harvests_make_one_and_show_nothing() -> None:
    both = Harvest(frozenset({"a"})) | Harvest(frozenset({"b"}))
    assert both.tokens == {"a", "b"}
    assert repr(both) == "Harvest(2 tokens)"


def test_an_unreadable_file_is_refused() -> None:
    with pytest.raises(Rejected):
        harvest(b"Wang DaMing" * 20)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("chest DaMing2", True),
        ("chestdaming", True),
        ("ＤａＭｉｎｇ", True),
        ("WANG", True),
        ("wangler", False),
        ("kao", True),
        ("kaolin", False),
        ("王大明", True),
        ("心大明白", True),
        ("chest", False),
        ("", False),
    ],
)
def test_long_tokens_count_inside_words_and_short_ones_as_words(text: str, is_found: bool) -> None:
    assert matcher(harvest(part10(ct())).tokens).in_text(text) == is_found


@pytest.mark.parametrize("encoding", ["utf-8", "cp950", "gb18030", "utf-16-le"])
def test_opaque_bytes_are_searched_in_every_encoding(encoding: str) -> None:
    found = matcher(harvest(part10(ct())).tokens)
    assert found.in_bytes(b"\1\2" + "王大明".encode(encoding) + b"\3")
    assert not found.in_bytes(bytes(range(256)))
