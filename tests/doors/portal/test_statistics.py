"""The table of what is held: 18 rows in 15 classes, zeros drawn, 100 squares, live."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.portal.making import make_commons, sign_in

from yushan.domain.terms import ROWS
from yushan.doors.portal.statistics import Cell, apportion, squares, table

#: The figures published for images collected to 2020-09-30: row, studies, images.
PUBLISHED = {
    "CR": (17_484_898, 18_658_616), "DX": (15_417_666, 16_373_419), "PX": (231_288, 242_638),
    "ECG": (47_395, 47_946), "EKG": (114_162, 114_599), "US": (13_800_474, 211_257_864),
    "ES": (2_156_087, 65_239_967), "CT": (28_031_407, 1_275_871_517),
    "MR": (18_179_884, 610_486_891), "IO": (18_765, 29_136), "OP": (111_657, 398_726),
    "NM": (55_266, 113_197), "PT": (1_589, 287_504), "SR": (1_112_458, 1_149_943),
    "MG": (134_780, 263_802), "EC": (27_279, 789_478), "OCT": (193_758, 1_055_234),
    "other": (9_771_849, 191_635_061),
}  # fmt: skip
CELLS = [Cell(code, studies, images) for code, (studies, images) in PUBLISHED.items()]


def test_the_published_rows_add_up_to_the_published_totals():
    held = table(CELLS)
    assert (held.studies, held.images) == (106_890_662, 2_394_015_538)
    assert sum(len(group.lines) for group in held.groups) == 18
    assert len(held.groups) == 15


def test_the_published_figures_give_the_published_picture():
    shares = [(share.group.key if share.group else "other", share.squares)
              for share in squares(table(CELLS), "images")]  # fmt: skip
    assert shares == [("ct", 53), ("mr", 26), ("ultrasound", 9), ("endoscopy", 3), ("xray", 1),
                      ("other", 8)]  # fmt: skip


def test_an_empty_archive_draws_all_rows_with_zeros():
    held = table([])
    assert [line.images for group in held.groups for line in group.lines] == [0] * 18
    assert squares(held, "images") == ()


def test_the_largest_class_stands_first_and_other_last():
    order = [group.group.key for group in table(CELLS).sorted("studies")]
    assert order[0] == "xray"
    assert order[-1] == "other"


@given(st.lists(st.builds(
    Cell, st.sampled_from([row.code for row in ROWS] + ["??"]),
    st.integers(0, 10**6), st.integers(0, 10**9),
)))  # fmt: skip
def test_nothing_is_lost_and_squares_are_a_hundred_or_none(cells):
    held = table(cells)
    assert held.images == sum(cell.images for cell in cells)
    assert held.studies == sum(cell.studies for cell in cells)
    shares = squares(held, "images")
    assert sum(share.squares for share in shares) == (100 if held.images else 0)
    assert len(shares) <= 7
    assert len({share.colour for share in shares}) == len(shares)


@given(st.lists(st.integers(0, 10**9), min_size=1).filter(sum), st.integers(1, 200))
def test_seats_are_shared_exactly_and_fairly(values, seats):
    shared = apportion(values, seats)
    assert sum(shared) == seats
    for value, got in zip(values, shared, strict=True):
        assert abs(got - value * seats / sum(values)) < 1


def test_the_home_page_counts_the_catalogue_live(tmp_path):
    site = make_commons(tmp_path)
    text = site.client.get("/?lang=en").text
    assert "<dd>84</dd>" in text
    assert "<dd>4</dd>" in text
    assert text.count('<span class="mod">') == 17
    assert ">61.9%<" in text


def test_the_csv_holds_all_rows_in_the_published_order(tmp_path):
    site = make_commons(tmp_path)
    answer = site.client.get("/statistics.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["code"] for row in rows] == [row.code for row in ROWS]
    assert {row["code"]: row["images"] for row in rows if row["images"] != "0"} == {
        "CT": "52", "MR": "24", "DX": "1", "US": "6", "SR": "1",
    }  # fmt: skip


@pytest.mark.parametrize(("query", "images"), [
    ("", 84), ("?period=2026", 84), ("?period=2026-11", 84), ("?period=2025", 0),
    ("?period=nonsense", 84), ("?site=hospital-b", 31), ("?site=nowhere", 0),
])  # fmt: skip
def test_period_and_hospital_narrow_the_table(tmp_path, query, images):
    site = make_commons(tmp_path)
    sign_in(site, "ministry")
    assert site.client.get(f"/statistics.json{query}").json()["images"] == images


def test_the_public_may_not_ask_for_one_hospital(tmp_path):
    site = make_commons(tmp_path)
    assert site.client.get("/statistics.json?site=hospital-b").json()["images"] == 84
    assert "hospital-b" not in site.client.get("/statistics").text


def test_numbers_lead_to_what_they_count_for_those_who_may_see_it(tmp_path):
    site = make_commons(tmp_path)
    assert "/studies?modality=" not in site.client.get("/").text
    sign_in(site)
    assert '<a href="/studies?modality=CT">52</a>' in site.client.get("/").text
    assert site.client.get("/studies.json?modality=CT").json()["count"] == 1
