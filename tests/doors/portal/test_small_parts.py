"""Files, sheets, tags, the record, the tour, homes, appearance, refusals."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.portal.making import (
    FakeAdmissions,
    FakeDemo,
    csrf_of,
    make_commons,
    make_site_account,
    metadata,
    sign_in,
    uid,
)

from yushan.doors.portal.addresses import with_changes
from yushan.doors.portal.assets import HTMX, Assets
from yushan.doors.portal.record import SENTENCES, line_of
from yushan.doors.portal.sheets import safe
from yushan.doors.portal.tags import tag_rows
from yushan.doors.portal.words import Words
from yushan.services.ledger import Entry

HTML = {"accept": "text/html"}


@pytest.fixture
def site(tmp_path):
    return make_commons(tmp_path)


def test_files_are_named_by_their_hash_and_kept_for_ever(site):
    for name in ("yushan.css", "htmx.js", "logo.svg"):
        address = Assets().address(name)
        assert re.fullmatch(r"/static/[a-z]+\.[0-9a-f]{16}\.[a-z]+", address)
        answer = site.client.get(address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        plain = site.client.get(address, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content


@pytest.mark.parametrize(
    "name", ["yushan.css", "..%2f..%2fetc%2fpasswd", "htmx.0000000000000000.js"]
)
def test_nothing_else_is_served(site, name):
    assert site.client.get(f"/static/{name}").status_code == 404


def test_the_script_is_the_one_that_was_looked_at():
    import hashlib
    from importlib.resources import files

    body = (files("yushan.doors.portal") / "static" / HTMX).read_bytes()
    assert hashlib.sha256(body).hexdigest() == (
        "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    )


@pytest.mark.parametrize(("cell", "written"), [
    ("=1+1", "'=1+1"), ("@x", "'@x"), ("-2", "-2"), ("+3", "'+3"), ("-cmd", "'-cmd"), (None, ""),
    (-1.5, "-1.5"), ("\tx", "'\tx"), ("CT chest", "CT chest"), ("−", "−"),
])  # fmt: skip
def test_a_cell_is_never_a_formula(cell, written):
    assert safe(cell) == written


@given(st.text())
def test_no_text_becomes_a_formula(text):
    assert not safe(text).startswith(("=", "+", "@"))


def test_tags_are_rows_with_their_sequences_below_them():
    rows = {row.tag: row for row in tag_rows(metadata(body_part="CHEST", number=2))}
    assert rows["(0018,0015)"].value == "CHEST"
    assert rows["(0010,0010)"].value == "P" * 16
    assert (rows["(0008,1140)"].value, rows["(0008,1155)"].depth) == ("[1]", 1)
    assert rows["(7fe0,0010)"].value == "…"


def test_a_huge_header_is_cut():
    item = {"00081155": {"vr": "UI", "Value": ["1.2"]}}
    deep = {"00081140": {"vr": "SQ", "Value": [item] * 5000}}
    long = {"00104000": {"vr": "LT", "Value": ["x" * 10_000]}}
    assert len(tag_rows(deep)) == 2000
    assert len(tag_rows(long)[0].value) < 300


def entry(**about):
    values = {"number": 7, "time": "2026-11-25T04:00:00.000+00:00", "kind": "archive.received",
              "facts": {"site": "hospital-a", "instances": 1200, "secret": "S3CRET"}}  # fmt: skip
    return Entry(**values | about)


def test_the_record_shows_what_its_sentence_names_and_nothing_else():
    line = line_of(entry(), Words("en"))
    assert line.text == "A pack of 1,200 images was taken over; the receipt is signed."
    assert line.site == "hospital-a"
    assert "S3CRET" not in repr(line)


def test_a_kind_that_has_no_sentence_is_shown_by_its_name():
    line = line_of(entry(kind="archive.something"), Words("en"))
    assert (line.word, line.text, line.badge) == ("archive.something", "", "calm")


def test_a_sentence_whose_facts_are_missing_is_left_out():
    assert line_of(entry(facts={}), Words("zh-Hant")).text == ""


def test_every_kind_that_is_entered_has_its_sentence():
    source = Path(__file__).parents[3] / "src" / "yushan"
    texts = (page.read_text("utf-8") for page in source.rglob("*.py"))
    entered = {
        kind for text in texts for kind in re.findall(r"append\(\s*tx,\s*\"([a-z.-]+)\"", text)
    }
    assert entered <= set(SENTENCES)
    assert "archive.admitted" in entered


def test_every_sentence_names_the_same_facts_in_both_languages():
    for kind, told in SENTENCES.items():
        named = [set(re.findall(r"\{(\w+)\}", text)) for text in (told.text_en, told.text_zh)]
        assert named[0] == named[1], kind
        assert not named[0] & {"subject", "study", "series", "token", "opted_out"}, kind


def test_the_record_pages_back_to_its_first_entry(tmp_path):
    site = make_commons(tmp_path, entries=60)
    address, numbers = "/record.json", []
    while True:
        page = site.client.get(address).json()
        numbers += [line["number"] for line in page["entries"]]
        if numbers[-1] == 0:
            break
        address = f"/record.json?before={numbers[-1]}"
    assert numbers == list(range(59, -1, -1))
    assert 'rel="next"' in site.client.get("/record").text
    assert 'rel="prev"' in site.client.get("/record?before=30").text
    assert site.client.get("/record.csv").text.count("\n") == 61


def test_the_signed_head_can_be_taken_along(site):
    note = site.client.get("/record/head").text
    assert note == site.ledger.public.heads()[-1].note
    assert site.ledger.public.heads()[-1].root.hex()[-6:] in site.client.get("/record/verify").text


def test_without_a_head_nothing_is_claimed(tmp_path):
    site = make_commons(tmp_path, entries=0)
    assert site.client.get("/record/head").status_code == 404
    assert "No head has been signed yet." in site.client.get("/record/verify?lang=en").text


def test_the_commons_sum_closes_over_all_hospitals(site):
    sign_in(site, "ministry")
    page = site.client.get("/accounting?lang=en").text
    assert "Acknowledged 91 = searchable 84 + other 7" in page
    assert "Duplicate 3, Quarantined 4" in page


def test_the_commons_sum_that_does_not_close_is_red(tmp_path):
    admissions = FakeAdmissions([make_site_account("hospital-a", 50, lost=1)])
    site = make_commons(tmp_path, admissions=admissions)
    sign_in(site)
    page = site.client.get("/accounting?lang=en").text
    assert "Acknowledged 50 ≠ searchable 49 + other 0" in page
    assert 'class="closing open" role="alert"' in page
    assert "does not close" in site.client.get("/steward?lang=en").text
    assert site.client.get("/accounting.json").json()[0]["closes"] is False


def test_the_tour_ticks_a_step_when_its_page_was_asked_for(site):
    assert "0 of" in site.client.get("/tour?lang=en").text
    answer = site.client.get("/tour/steward/1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/statistics")
    page = site.client.get("/tour").text
    assert page.count('class="seen"') == 1


def test_the_tour_leads_into_the_hospital_and_to_a_study(site):
    assert (
        site.client.get("/tour/engineer/1").headers["location"] == "http://127.0.0.1:1/accounting"
    )
    assert (
        site.client.get("/tour/engineer/4").headers["location"] == "http://127.0.0.1:2/accounting"
    )
    assert (
        site.client.get("/tour/steward/3").headers["location"]
        == f"/studies/{uid('chest')}/provenance"
    )


def test_steps_that_do_not_exist_are_not_shown(tmp_path):
    site = make_commons(tmp_path, sidecars=())
    page = site.client.get("/tour?lang=en").text
    assert "/tour/steward/3" not in page
    assert site.client.get("/tour/steward/3").status_code == 404
    for path in ("/tour/steward/99", "/tour/steward/0", "/tour/emperor/1"):
        assert site.client.get(path).status_code == 404


def test_the_tour_shows_pictures_only_to_those_who_may_see_them(site):
    assert "thumbnail" not in site.client.get("/tour").text
    sign_in(site, "visitor")
    assert "thumbnail" not in site.client.get("/tour").text
    sign_in(site)
    assert site.client.get("/tour").text.count("thumbnail") == 4


def test_the_tours_sum_closes_or_says_that_images_are_on_their_way(tmp_path, site):
    assert "Received 93 = searchable 84 + other 9" in site.client.get("/tour?lang=en").text
    (tmp_path / "b").mkdir()
    moving = make_commons(tmp_path / "b")
    moving.rooms.demo.gateways = FakeDemo(acknowledged=80, sent=12).gateways
    assert "Images are on their way" in moving.client.get("/tour?lang=en").text
    (tmp_path / "c").mkdir()
    lost = make_commons(tmp_path / "c")
    lost.rooms.demo.gateways = FakeDemo(acknowledged=95).gateways
    assert "closing open" in lost.client.get("/tour").text


@pytest.mark.parametrize(
    "role", ["researcher", "steward", "engineer", "citizen", "auditor", "visitor"]
)
def test_every_role_has_a_home_with_what_it_may_do(site, role):
    sign_in(site, role)
    page = site.client.get("/home?lang=en", follow_redirects=True).text
    assert ("/studies" in page) == (role in {"researcher", "steward"})
    assert ("/accounting" in page) == (role in {"steward", "engineer", "auditor"})


def test_home_is_for_those_who_have_signed_in(site):
    assert site.client.get("/home", headers=HTML).headers["location"] == "/sign-in?next=/home"


def test_the_theme_is_kept_and_one_goes_back_to_where_one_was(site):
    page = site.client.get("/appearance", headers={"referer": "http://127.0.0.1/record?before=9"})
    assert 'name="next" value="/record?before=9"' in page.text
    data = {"csrf": csrf_of(page), "theme": "dark", "dense": "1", "next": "/record?before=9"}
    answer = site.client.post("/appearance", data=data)
    assert answer.headers["location"] == "/record?before=9"
    text = site.client.get("/help").text
    assert 'data-theme="dark" class="dense"' in text
    page = site.client.get("/appearance", headers={"referer": "https://elsewhere.example/x"})
    assert 'name="next" value="/"' in page.text
    data = {"csrf": csrf_of(page), "theme": "device"}
    site.client.post("/appearance", data=data)
    assert "data-theme" not in site.client.get("/help").text


def test_reading_pages_are_dark_unless_one_chose_light(site):
    sign_in(site)
    site.client.cookies.set("yushan_theme", "light")
    assert 'data-theme="light"' in site.client.get(f"/studies/{uid('chest')}").text


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/studies/2.25.9", 404)])
def test_refusals_say_what_and_what_to_do_with_a_code(site, path, status):
    sign_in(site)
    page = site.client.get(path, headers={**HTML, "accept-language": "en"})
    assert page.status_code == status
    assert re.search(r'<code class="small">[a-z]+\.[a-z-]+</code>', page.text)
    told = site.client.get(path, headers={"accept": "application/json"})
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["remedy"]


@given(st.dictionaries(st.sampled_from("abc"), st.text()), st.sampled_from("abcd"), st.text())
def test_an_address_keeps_all_but_what_is_changed(query, name, value):
    from urllib.parse import parse_qsl

    address = with_changes("/x", query | {"lang": "en"}, {name: value})
    read = dict(parse_qsl(address.partition("?")[2], keep_blank_values=True))
    expected = {key: text for key, text in query.items() if key != name}
    assert read == (expected | {name: value} if value else expected)


def test_the_tour_of_a_demo_that_has_just_begun_promises_nothing(site):
    site.rooms.demo.gateways = ()
    page = site.client.get("/tour?lang=en").text
    assert "closing" not in page
    assert "/tour/engineer/1" not in page
    assert site.client.get("/tour/engineer/1").status_code == 404


def test_whoever_has_an_account_only_in_the_hospital_is_led_there(tmp_path):
    from dataclasses import replace

    from tests.doors.portal.making import make_client

    from yushan.doors.portal import commons_routes

    site = make_commons(tmp_path)
    others = tuple(one for one in site.rooms.demo_accounts if one.role != "engineer")
    routes = commons_routes(site.shell, replace(site.rooms, demo_accounts=others))
    client = make_client(routes, site.shell, site.accounts)
    page = client.get("/tour?lang=en").text
    assert 'href="http://127.0.0.1:1/sign-in">Sign in at the gateway' in page
    assert 'value="engineer"' not in page
