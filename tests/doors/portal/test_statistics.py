"""The table of what is held: 18 rows in 15 classes, zeros drawn, 100 squares, live."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.portal.making import NOON, make_commons, make_sidecar, sign_in, uid

from yushan.domain.terms import ROWS, modality_row
from yushan.doors.portal.statistics import Cell, apportion, squares, table
from yushan.services.catalogue import Cell as CubeCell
from yushan.services.catalogue import Counts, queries

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


def fill(site, published=PUBLISHED):
    """Counts of DICOM modalities over two hospitals and months, as admissions would add them."""
    changes = {}
    for row in ROWS:
        studies, images = published[row.code]
        modalities = row.modalities or ("ZZ",)
        for place, modality in enumerate(modalities):
            mine = [part(total, len(modalities), place) for total in (studies, images)]
            for quarter, (name, month) in enumerate(
                [("hospital-a", "2020-08"), ("hospital-a", "2020-09"),
                 ("hospital-b", "2020-08"), ("hospital-b", "2020-09")]
            ):  # fmt: skip
                s, i = (part(total, 4, quarter) for total in mine)
                cell = CubeCell(name, modality_row(modality).code, month, "CHEST")
                changes[cell] = changes.get(cell, Counts()) + Counts(s, s, i, i * 1000)
    with site.database.begin() as tx:
        queries.change_cube(tx, changes)


def part(total, parts, place):
    """One of the whole parts of a number."""
    return total // parts + (place < total % parts)


def test_the_founding_table_goes_through_the_mapping_and_comes_out_as_it_was(tmp_path):
    site = make_commons(tmp_path, sidecars=())
    fill(site)
    sign_in(site)
    told = site.client.get("/statistics.json").json()
    assert {row["code"]: (row["studies"], row["images"]) for row in told["rows"]} == PUBLISHED
    assert (told["studies"], told["images"], told["step"]) == (106_890_662, 2_394_015_538, 1)
    rows = list(
        csv.DictReader(io.StringIO(site.client.get("/statistics.csv").text.lstrip("\ufeff")))
    )
    assert {row["code"]: (int(row["studies"]), int(row["images"])) for row in rows} == PUBLISHED
    page = site.client.get("/statistics").text
    for studies, images in PUBLISHED.values():
        assert f">{studies:,}</a>" in page
        assert f">{images:,}</a>" in page


def test_everybody_sees_the_founding_table_within_a_step(tmp_path):
    site = make_commons(tmp_path, sidecars=())
    fill(site)
    told = site.client.get("/statistics.json").json()
    assert told["step"] == 5
    for row in told["rows"]:
        studies, images = PUBLISHED[row["code"]]
        assert abs(row["studies"] - studies) < 5
        assert abs(row["images"] - images) <= 10 + images // 1000
    assert 0 <= 106_890_662 - told["studies"] < 5


def test_every_number_leads_to_a_page_that_shows_it_again(tmp_path):
    site = make_commons(tmp_path, sidecars=())
    fill(site)
    for query in ("", "?period=2020-09", "?site=hospital-b", "?period=2020&site=hospital-a"):
        page = site.client.get(f"/statistics{query}").text
        links = re.findall(r'<td class="num"><a href="([^"]+)">([0-9,]+)</a>', page)
        assert len(links) >= 36
        for href, number in links[::5]:
            there = site.client.get(href.replace("&amp;", "&"))
            assert there.status_code == 200
            assert number in there.text, href


def test_the_last_link_leads_to_the_studies_that_were_counted(tmp_path):
    site = make_commons(tmp_path)
    sign_in(site)
    page = site.client.get("/statistics/CT?period=2026&site=hospital-a").text
    (href,) = set(re.findall(r'href="(/studies\?counted=[^"]+)">1</a>', page))
    listed = site.client.get(
        href.replace("/studies?", "/studies.json?").replace("&amp;", "&")
    ).json()
    assert listed["count"] == 1
    assert [row["uid"] for row in listed["studies"]] == [uid("chest")]


def test_the_home_page_counts_the_catalogue_live(tmp_path):
    site = make_commons(tmp_path)
    sign_in(site)
    text = site.client.get("/?lang=en").text
    assert "84</a></dd>" in text
    assert "4</a></dd>" in text
    assert text.count('<span class="mod">') == 17
    assert ">61.9%<" in text
    assert 'id="protection"' not in text


def test_the_csv_holds_all_rows_in_the_published_order(tmp_path):
    site = make_commons(tmp_path)
    sign_in(site)
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
    ("?body=CHEST", 53), ("?body=brain&site=hospital-b", 24), ("?site=*", 84),
    ("?body=%3Ceach%3E", 84),
])  # fmt: skip
def test_period_hospital_and_body_part_narrow_the_table(tmp_path, query, images):
    site = make_commons(tmp_path)
    sign_in(site)
    assert site.client.get(f"/statistics.json{query}").json()["images"] == images


def test_f10_a_group_of_three_is_seen_by_nobody_without_the_right(tmp_path):
    """Case F10: 3 persons in one hospital's row, and questions whose difference would be them."""
    several = [
        make_sidecar(f"m{n}", "a", modality="MR", body_part="BRAIN", subject=f"{n:X}" * 16)
        for n in range(9)
    ]
    few = [
        make_sidecar(f"c{n}", "a", site="hospital-b", subject="JKL"[n] * 16, received=NOON)
        for n in range(3)
    ]
    site = make_commons(tmp_path, sidecars=(*several, *few))
    ask = lambda query="": site.client.get(f"/statistics.json{query}").json()  # noqa: E731
    whole, without, alone = ask(), ask("?site=hospital-a"), ask("?site=hospital-b")
    assert all(one["studies"] % 5 == 0 for one in (whole, without, alone))
    assert whole["studies"] == without["studies"] + alone["studies"]
    again = [ask("?site=hospital-b"), ask("?site=hospital-b&period=2026-11"), ask("?body=CHEST")]
    assert {one["studies"] for one in again} == {alone["studies"]}
    for path in ("arrivals", "hospitals", "body-parts"):
        rows = site.client.get(f"/statistics/{path}.json").json()["rows"]
        assert all(row["studies"] % 5 == 0 for row in rows)
        assert sum(row["studies"] for row in rows) == whole["studies"]
        table = list(csv.DictReader(io.StringIO(
            site.client.get(f"/statistics/{path}.csv").text.lstrip("\ufeff"))))  # fmt: skip
        assert [int(row["studies"]) for row in table] == [row["studies"] for row in rows]
    site.catalogue.figures.every_s = 0
    with site.database.begin() as tx:
        site.catalogue.add(tx, [make_sidecar("c3", "a", site="hospital-b", subject="M" * 16)])
    assert ask()["studies"] == whole["studies"]
    sign_in(site, "researcher")
    assert ask("?site=hospital-b") == alone
    assert site.client.get("/studies.json?site=hospital-b&modality=CT").json()["count"] % 5 == 0
    sign_in(site)
    assert ask("?site=hospital-b")["studies"] == 4


def test_the_page_says_how_numbers_are_protected(tmp_path):
    site = make_commons(tmp_path)
    assert "公開的數字以5為單位" in site.client.get("/statistics?lang=zh-Hant").text
    assert "steps of 5" in site.client.get("/?lang=en").text
    sign_in(site)
    assert "公開的數字以5為單位" not in site.client.get("/statistics").text


@pytest.mark.parametrize("path", ["/statistics/CT", "/statistics/xray", "/statistics/other",
                                  "/statistics/arrivals?class=CT", "/statistics/hospitals",
                                  "/statistics/body-parts?lang=en"])  # fmt: skip
@pytest.mark.parametrize("user", [None, "steward"])
def test_pages_of_a_class_and_of_a_table_are_there(tmp_path, path, user):
    site = make_commons(tmp_path)
    if user:
        sign_in(site, user)
    assert site.client.get(path).status_code == 200
    assert site.client.get("/statistics/nothing").status_code == 404
