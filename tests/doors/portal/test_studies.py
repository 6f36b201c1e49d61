"""Studies: what the account may see, found by filters, taken along as files; nothing else."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.portal.making import (
    EXAMPLES,
    csrf_of,
    make_commons,
    make_sidecar,
    sign_in,
    uid,
)

from yushan.doors.portal.search import FACETS, Search, read_after, read_search

STUDY = f"/studies/{uid('chest')}"
HTML = {"accept": "text/html"}


@pytest.fixture
def site(tmp_path):
    return make_commons(tmp_path)


def found(site, query=""):
    return {row["uid"] for row in site.client.get(f"/studies.json{query}").json()["studies"]}


def test_nobody_signed_in_is_asked_to_sign_in(site):
    answer = site.client.get(STUDY, headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=/studies/")


@pytest.mark.parametrize("path", ["/studies.csv", "/studies.json", STUDY])
def test_a_program_without_token_gets_a_problem_and_no_data(site, path):
    answer = site.client.get(path, headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "portal.sign-in-first"
    assert uid("chest") not in answer.text.replace(STUDY, "")


@pytest.mark.parametrize(
    "path", ["/studies", "/studies.csv", "/studies.json", STUDY, f"{STUDY}/tags"]
)
@pytest.mark.parametrize("user", ["visitor", "citizen", "ministry", "engineer"])
def test_whoever_may_not_see_images_sees_none(site, path, user):
    sign_in(site, user)
    answer = site.client.get(path, headers=HTML)
    assert answer.status_code == 403
    assert "accounts.not-allowed" in answer.text
    for sidecar in EXAMPLES:
        assert sidecar.subject not in answer.text
        assert sidecar.study_instance_uid not in answer.text.replace(path, "")


def test_a_token_works_like_a_session(site):
    token = site.accounts.issue_token(site.accounts.by_user("steward"), "script", 1)
    answer = site.client.get("/studies.json", headers={"authorization": f"Bearer {token}"})
    assert answer.json()["count"] == 4


def test_a_scope_shows_its_hospital_and_hides_the_rest(site):
    sign_in(site, "north")
    assert found(site) == {uid("head"), uid("liver")}
    page = site.client.get("/studies?lang=en").text
    assert "Scope: images of Demo Hospital B" in page
    assert uid("chest") not in page
    assert "ACME" in site.client.get(f"/studies/{uid('head')}").text


def test_what_may_not_be_seen_looks_like_what_is_not_there(site):
    sign_in(site, "north")
    hidden = site.client.get(STUDY, headers=HTML)
    absent = site.client.get(f"/studies/{uid('never')}", headers=HTML)
    assert hidden.status_code == absent.status_code == 404
    same = hidden.text.replace(uid("chest"), "").replace(uid("never"), "")
    assert same == absent.text.replace(uid("never"), "")


@pytest.mark.parametrize(("query", "studies"), [
    ("", {"chest", "head", "film", "liver"}),
    ("?modality=CT", {"chest"}),
    ("?modality=ct", {"chest"}),
    ("?modality=SR", {"liver"}),
    ("?body=CHEST", {"chest", "film"}),
    ("?site=hospital-b", {"head", "liver"}),
    ("?site=hospital-b&modality=MR", {"head"}),
    ("?q=brain", {"head"}),
    ("?q=BRAIN", {"head"}),
    ("?q=%25", set()),
    (f"?q={'P' * 16}", {"chest", "liver"}),
    (f"?q={uid('film')}", {"film"}),
    ("?since=2024-07-01", {"chest", "head"}),
    ("?since=2024-06-01&until=2024-07-31", {"head", "film"}),
    ("?until=nonsense&modality=%3Cscript%3E", {"chest", "head", "film", "liver"}),
])  # fmt: skip
def test_filters_find_what_they_say(site, query, studies):
    sign_in(site)
    assert found(site, query) == {uid(study) for study in studies}


def test_each_filter_says_how_many_it_would_leave(site):
    sign_in(site)
    page = site.client.get("/studies?modality=CT&lang=en").text
    assert '<a href="/studies"' in page  # the one that is on is taken off by its link
    assert '<span>Chest</span><span class="n">1</span>' in page
    assert "Brain" not in page
    assert 'aria-label="Remove the condition: CT Computed tomography"' in page


def test_a_span_of_dates_can_be_taken_off_again(site):
    sign_in(site)
    page = site.client.get("/studies?since=2024-06-01&until=2024-07-31&lang=en").text
    assert 'aria-label="Remove the condition: from 2024-06-01"' in page
    assert 'href="/studies?since=2024-06-01"' in page
    assert 'value="2024-07-31"' in page


def test_a_body_part_without_a_word_shows_its_code(tmp_path):
    site = make_commons(tmp_path, sidecars=(make_sidecar("odd", "one", body_part="ZZ TOP"),))
    sign_in(site)
    assert "ZZ TOP" in site.client.get("/studies").text


def test_the_page_has_one_line_per_study_with_pictures_of_what_has_pictures(site):
    sign_in(site)
    page = site.client.get("/studies").text
    assert page.count('role="row"') == 5
    assert f"/dicom-web/studies/{uid('liver')}/series/{uid('liver', 'probe')}/thumbnail" in page
    assert uid("liver", "report") not in page


def test_a_long_list_comes_in_pages_without_gap_or_overlap(tmp_path):
    many = [
        make_sidecar(f"study-{number}", "series", study_date=f"2024{1 + number % 3:02d}01")
        for number in range(60)
    ]
    site = make_commons(tmp_path, sidecars=tuple(many))
    sign_in(site)
    address, seen = "/studies.json", []
    while address:
        page = site.client.get(address).json()
        seen += [row["uid"] for row in page["studies"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 60
    first = site.client.get("/studies?lang=en").text
    assert 'rel="next"' in first
    assert "First page" not in first


def test_the_csv_has_every_study_and_only_those_of_the_filters(site):
    sign_in(site)
    answer = site.client.get("/studies.csv?site=hospital-b")
    assert answer.headers["content-disposition"] == 'attachment; filename="studies.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert {row["study_instance_uid"] for row in rows} == {uid("head"), uid("liver")}
    assert rows[0]["study_date_shifted"] == "20240720"


def test_a_study_tells_where_it_came_from(site):
    sign_in(site)
    page = site.client.get(f"{STUDY}?lang=en").text
    assert "policy tw-hospital" in page
    assert "Demo Hospital A" in page
    assert "40 images" in page
    assert "52 images" in page
    assert f"/studies/{uid('chest')}/view" in page
    assert "Aug 2024 (shifted)" in page
    assert "2024-08-15" not in page
    assert 'data-theme="dark"' in page


def test_a_study_without_pictures_offers_no_viewer(tmp_path):
    report = make_sidecar("paper", "report", modality="SR", description="Report")
    site = make_commons(tmp_path, sidecars=(report,))
    sign_in(site)
    assert "/view" not in site.client.get(f"/studies/{uid('paper')}").text


def test_the_tags_of_each_series_are_shown_in_words(site):
    sign_in(site)
    page = site.client.get(f"{STUDY}/tags?series={uid('chest', 'coronal')}").text
    assert "BodyPartExamined" in page
    assert "Coronal 3.0" in page
    assert "ReferencedSOPInstanceUID" in page


def test_tags_of_a_series_of_another_study_are_not_shown(site):
    sign_in(site)
    answer = site.client.get(f"{STUDY}/tags?series={uid('head', 't1')}", headers=HTML)
    assert answer.status_code == 404


def test_what_images_say_of_themselves_cannot_run_on_the_page(tmp_path):
    evil = make_sidecar(
        "evil", "series", description="<script>alert(1)</script>", model="=cmd|' /C x'!A0",
        study_description='"><img src=x onerror=alert(1)>',
    )  # fmt: skip
    site = make_commons(tmp_path, sidecars=(evil,))
    sign_in(site)
    for path in ("/studies", f"/studies/{uid('evil')}", f"/studies/{uid('evil')}/tags"):
        page = site.client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@given(
    st.builds(
        Search,
        values=st.fixed_dictionaries({}, optional={
            "modality": st.sampled_from(["CT", "SR", "other"]), "body": st.just("HEAD NECK"),
            "site": st.just("hospital-a"), "maker": st.just("GE HealthCare"), "sex": st.just("F"),
            "age": st.sampled_from(["0-9", "90+"]), "slice": st.just("1-2"),
        }),
        since=st.none() | st.dates(date(1900, 1, 1)),
        until=st.none() | st.dates(date(1900, 1, 1)),
        text=st.text("ab 肺%\"", max_size=20).map(lambda text: " ".join(text.split())),
        counted=st.sampled_from(["", "CT~*~2026-11~CHEST"]),
        sort=st.sampled_from(["-date", "-images"]), thumbs=st.booleans(),
        columns=st.sampled_from([("subject",), ("month", "size")]),
    )
)  # fmt: skip
def test_a_search_survives_its_address(search):
    assert read_search(search.spelled()) == search


@given(st.dictionaries(
    st.sampled_from([*FACETS, "since", "until", "q", "counted", "sort", "view", "columns"]),
    st.text() | st.sampled_from(["CT~~~", "~", "a~b~c~d", "-images", "CT~*~*~*"]),
))  # fmt: skip
def test_no_address_breaks_the_search(query):
    read_search(query).wanted()


@pytest.mark.parametrize(("text", "after"), [
    ("20240101~3", (20240101, 3)), ("", None), ("2024~'; drop", None), ("20240101", None),
])  # fmt: skip
def test_the_key_of_a_page_is_read_or_left_out(text, after):
    assert read_after(text) == after


@pytest.mark.parametrize(("typed", "values", "text"), [
    ("body:chest low dose", {"body": "CHEST"}, "low dose"),
    ("low modality:ct year:2024 dose", {"modality": "CT", "year": "2024"}, "low dose"),
    ('maker:"GE HealthCare" 肺', {"maker": "GE HealthCare"}, "肺"),
    ("醫院:hospital-a", {"site": "hospital-a"}, ""),
    ("colour:red", {}, "colour:red"), ("sex:Q", {}, "sex:Q"),
])  # fmt: skip
def test_words_with_a_colon_become_conditions(typed, values, text):
    search = read_search({"q": typed})
    assert (dict(search.values), search.text) == (values, text)


def test_a_facet_offers_six_values_and_a_page_of_all(tmp_path):
    many = tuple(make_sidecar(f"s{n}", "a", model=f"Model {n % 9}") for n in range(20))
    site = make_commons(tmp_path, sidecars=many)
    sign_in(site)
    page = site.client.get("/studies?modality=CT&lang=en").text
    assert page.count("model=Model") == 6
    assert "3 more" in page
    every = site.client.get("/studies/values/model?modality=CT").text
    assert every.count("model=Model") == 9
    assert '<span>Model 0</span><span class="n">3</span>' in every
    assert site.client.get("/studies/values/nothing").status_code == 200


def test_thumbnails_columns_and_order_stand_in_the_address(site):
    sign_in(site)
    tiles = site.client.get("/studies?view=thumbs&lang=en").text
    assert tiles.count('<figure class="film">') == 4
    assert "<table" not in tiles
    page = site.client.get("/studies?columns=maker,size&sort=-images&lang=en").text
    assert page.count('role="columnheader"') == 3
    assert page.index(uid("chest")) < page.index(uid("head")) < page.index(uid("film"))


def test_whoever_may_not_see_exact_counts_sees_steps_or_none(tmp_path):
    many = tuple(make_sidecar(f"s{n}", "a", subject=f"{n:016d}", modality="CT" if n % 4 else "MR")
                 for n in range(13))  # fmt: skip
    site = make_commons(tmp_path, sidecars=many)
    sign_in(site, "researcher")
    told = site.client.get("/studies.json?modality=CT").json()
    assert told["count"] % 5 == 0
    assert told["images"] is None
    assert {one["count"] for one in told["facets"]["maker"]} == {None}
    assert all(one["count"] % 5 == 0 for one in told["facets"]["modality"])
    assert site.client.get("/studies.json?maker=ACME").json()["count"] is None
    assert "in steps of 5" in site.client.get("/studies?lang=en").text


def test_a_saved_search_is_listed_with_what_is_new(site):
    sign_in(site)
    page = site.client.get("/studies?modality=CT&lang=en")
    form = {"csrf": csrf_of(page), "query": "modality=CT", "name": ""}
    assert site.client.post("/searches", data=form).status_code == 303
    listed = site.client.get("/searches?lang=en").text
    assert "CT Computed tomography" in listed
    with site.database.begin() as tx:
        site.catalogue.add(tx, [make_sidecar("new", "a", subject="N" * 16)])
    assert 'href="/searches/1">1</a>' in site.client.get("/searches").text
    assert "CT Computed tomography" in site.client.get("/steward?lang=en").text
    answer = site.client.get("/searches/1")
    assert answer.headers["location"] == "/studies?modality=CT"
    assert 'href="/searches/1">1</a>' not in site.client.get("/searches").text
    sign_in(site, "researcher")
    assert site.client.get("/searches/1").status_code == 404
    sign_in(site)
    drop = {"csrf": csrf_of(site.client.get("/searches"))}
    assert site.client.post("/searches/1/delete", data=drop).status_code == 303
    assert "CT Computed tomography" not in site.client.get("/searches?lang=en").text


@pytest.mark.parametrize(
    ("query", "field"),
    [("since=2024-13-45", "since"), ("since=2025-01-02&until=2025-01-01", "until")],
)
def test_dates_that_cannot_be_are_said_at_their_field(site, query, field):
    sign_in(site, "steward")
    answer = site.client.get(f"/studies?{query}&lang=en")
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_the_same_search_is_kept_once(site):
    sign_in(site, "steward")
    form = {"csrf": csrf_of(site.client.get("/studies")), "query": "modality=CT", "name": "Mine"}
    for _ in range(2):
        site.client.post("/searches", data=form)
    assert site.client.get("/searches").text.count(">Mine<") == 1
