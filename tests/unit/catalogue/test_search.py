"""Finding studies by values: the index in memory always says what the database says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.catalogue.making import make_catalogue, make_sidecar, uid

from yushan.base import EVERYTHING, NOTHING, Absent, Leaving, Rejected, Scope
from yushan.domain.terms import modality_row
from yushan.services.catalogue import Query, Wanted
from yushan.services.catalogue.index import Index
from yushan.services.catalogue.traits import age_band, maker, micrometres, slice_band, years

KINDS = ("row", "body_part", "manufacturer", "model", "year", "site", "sex", "age", "slice",
         "contrast")  # fmt: skip
NOON = "2026-12-01T04:00:00+00:00"


def some_studies():
    """Forty studies with one or two series, all different in something."""
    found = []
    for n in range(40):
        about = {
            "subject": "ABCDE"[n % 5] * 16, "site": "north" if n % 3 else "south",
            "modality": ("CT", "MR", "CR", "ZZ")[n % 4], "body_part": ("CHEST", "HEAD", "")[n % 3],
            "manufacturer": ("SIEMENS", "GE MEDICAL", "Acme")[n % 3], "sex": "MF"[n % 2],
            "age": f"{n * 2 + 10:03d}Y", "thickness": str(n % 7 + 0.5),
            "contrast": "Iohexol" if n % 4 == 0 else "", "instances": n % 5 + 1,
            "study_date": f"{2015 + n % 9}01{n % 28 + 1:02d}", "description": "Axial",
            "received": f"2026-{n % 9 + 1:02d}-02",
            "study_description": f"Study of {'lung' if n % 2 else '肺部'} {n % 4}",
        }  # fmt: skip
        found.append(make_sidecar(f"st{n}", "a", **about))
        if n % 5 == 0:
            found.append(make_sidecar(f"st{n}", "b", **about | {"modality": "SR", "body_part": ""}))
    return found


@pytest.fixture
def filled(database):
    return make_catalogue(database, *some_studies())


def facts_by_study(sidecars):
    """What each study has, read by other means."""
    found = {}
    for one in sidecars:
        values = {tag: entry["Value"][0] for tag, entry in one.instances[0].metadata.items()}
        has = found.setdefault(one.study_instance_uid, set())
        has |= {
            ("row", modality_row(one.modality).code), ("body_part", values.get("00180015", "")),
            ("site", one.site), ("year", values["00080020"][:4]), ("sex", values["00100040"]),
            ("contrast", "yes" if "00180010" in values else ""),
        }  # fmt: skip
    return found


choices = st.lists(st.sampled_from([
    ("row", ("CT",)), ("row", ("CT", "MR")), ("body_part", ("CHEST",)), ("sex", ("F",)),
    ("site", ("south",)), ("contrast", ("yes",)), ("year", ("2016", "2020")), ("row", ("other",)),
]), max_size=3, unique_by=lambda one: one[0])  # fmt: skip


def test_counts_beside_filters_are_those_of_the_other_filters(filled):
    facts = facts_by_study(some_studies())

    @settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=25)
    @given(choices)
    def holds(has):
        found = filled.search.find(EVERYTHING, Wanted(has=tuple(has)), 100, kinds=KINDS)
        fits = fitting(facts, has)
        assert {row.study_instance_uid for row in found.rows} == fits
        assert found.count == len(fits)
        for kind in ("row", "body_part", "site", "sex", "contrast", "year"):
            others = fitting(facts, [one for one in has if one[0] != kind])
            values = {value for study in others for name, value in facts[study] if name == kind}
            counted = {value: sum((kind, value) in facts[study] for study in others)
                       for value in values if value}  # fmt: skip
            assert dict(found.facets[kind]) == counted

    holds()


def fitting(facts, has):
    """Studies that have one value of each kind."""
    wanted = [{(kind, value) for value in values} for kind, values in has]
    return {study for study, mine in facts.items() if all(mine & one for one in wanted)}


def test_pages_follow_each_other_without_gap_in_every_order(filled):
    for sort in ("-date", "date", "-received", "received", "-images"):
        check_pages(filled, sort)


def check_pages(filled, sort):
    found = filled.search.find(EVERYTHING, Wanted(sort=sort), 100).rows
    whole = [row.study_instance_uid for row in found]
    assert len(whole) == 40
    seen, after = [], None
    for _ in range(20):
        page = filled.search.find(EVERYTHING, Wanted(sort=sort), 7, after)
        seen += [row.study_instance_uid for row in page.rows]
        after = page.later
        if after is None:
            break
    assert seen == whole, sort
    dates = [row.study_date for row in found]
    if sort.endswith("date"):
        assert dates == sorted(dates, reverse=sort == "-date")


def test_a_question_of_the_doors_is_paged_without_gap_for_all_and_for_some(filled):
    for scope in (EVERYTHING, Scope(sites=frozenset({"north"}))):
        check_question(filled, scope)


def check_question(filled, scope):
    query = Query(modalities=("CT", "MR"))
    whole = filled.studies(scope, query)
    dates = [row.study_date for row in whole]
    assert len(whole) == filled.count(scope, query) > 9
    assert dates == sorted(dates, reverse=True)
    assert filled.studies(scope, query, 4, 5) == whole[5:9]
    seen, after = [], None
    while page := filled.studies(scope, query, 4, after=after):
        seen += page
        after = page[-1].study_date, page[-1].study_instance_uid
    assert seen == whole


def test_a_page_goes_on_although_its_last_study_left(filled):
    query = Query(modalities=("CT", "MR"))
    whole = filled.studies(EVERYTHING, query)
    last = whole[4]
    with filled.db.begin() as tx:
        filled.forget(tx, Leaving(subject=last.subject))
    left = [row for row in whole if row.subject != last.subject]
    after = last.study_date, last.study_instance_uid
    rest = filled.studies(EVERYTHING, query, after=after)
    assert rest == [row for row in left if row.study_date <= last.study_date]


@pytest.mark.parametrize("sort", ["-date", "-images"])
def test_a_large_collection_is_walked_in_the_same_order(filled, monkeypatch, sort):
    """With an order of all made before and after a study came."""
    wanted = Wanted(sort=sort)
    few = filled.search.find(EVERYTHING, wanted, 100).rows
    monkeypatch.setattr("yushan.services.catalogue.finding.SORTED", 3)
    monkeypatch.setattr("yushan.services.catalogue.finding.STEP", 4)
    assert filled.search.find(EVERYTHING, wanted, 100).rows == few
    add(filled, make_sidecar("late", "a", study_date="20190707"))
    walked = filled.search.find(EVERYTHING, wanted, 100).rows
    assert [row for row in walked if row.study_instance_uid != uid("study", "late")] == list(few)
    value = (lambda row: row.instances) if sort == "-images" else (lambda row: row.study_date)
    assert list(map(value, walked)) == sorted(map(value, walked), reverse=True)
    first = filled.search.find(EVERYTHING, wanted, 5)
    assert filled.search.find(EVERYTHING, wanted, 5, first.later).rows == walked[5:10]


def add(catalogue, *sidecars):
    with catalogue.db.begin() as tx:
        catalogue.add(tx, sidecars)


def test_what_comes_changes_and_leaves_is_seen_at_once(filled):
    count = lambda **wanted: filled.search.count(EVERYTHING, Wanted(**wanted))  # noqa: E731
    assert count() == 40
    add(filled, make_sidecar("new", "a", modality="US", subject="Z" * 16, body_part="NECK"))
    assert count(has=(("row", ("US",)),)) == 1
    add(filled, make_sidecar("new", "b", modality="MG", subject="Z" * 16, body_part="BREAST"))
    assert count(has=(("row", ("US",)), ("row", ("MG",)))) == 1
    with filled.db.begin() as tx:
        filled.forget(tx, Leaving(subject="Z" * 16))
    assert count(has=(("row", ("US",)),)) == 0
    assert count() == 40
    with filled.db.begin() as tx:
        filled.clear(tx)
        filled.add(tx, some_studies()[:1])
    assert count() == 1


def test_a_new_process_reads_the_same_as_one_that_followed(filled):
    for n in range(4):
        add(filled, make_sidecar(f"st{n}", "more", modality="US", subject="ABCDE"[n % 5] * 16))
        filled.search.count(EVERYTHING, Wanted())
    with filled.db.begin() as tx:
        filled.forget(tx, Leaving(subject="B" * 16))
    followed = filled.search.find(EVERYTHING, Wanted(), 100, kinds=KINDS)
    filled.search.index = Index()
    assert filled.search.find(EVERYTHING, Wanted(), 100, kinds=KINDS) == followed


def test_what_is_outside_the_scope_is_not_counted(filled):
    south = Scope(sites=frozenset({"south"}))
    found = filled.search.find(south, Wanted(), 100, kinds=("site",))
    assert found.count == 14
    assert found.facets["site"] == (("south", 14),)
    single = Scope(studies=frozenset({uid("study", "st1")}))
    assert filled.search.count(single, Wanted()) == 1
    assert filled.search.count(NOTHING, Wanted()) == 0


def test_texts_persons_dates_and_counted_cells(filled):
    count = lambda **wanted: filled.search.count(EVERYTHING, Wanted(**wanted))  # noqa: E731
    assert count(texts=("LUNG",)) == 20
    assert count(texts=("lung", "of")) == 20
    assert count(texts=("肺",)) == 20
    assert count(subjects=("A" * 16,)) == 8
    assert count(studies=(uid("study", "st3"), uid("study", "none"))) == 1
    assert count(date_from="20200101", date_to="20201231") == 4
    for site, row, period, part in (
        ("*", "CT", "*", "*"),
        ("north", "CT", "2026", "CHEST"),
        ("*", "other", "2026-05", "*"),
        ("*", "MR", "*", ""),
    ):
        cells = [one for one in filled.cube() if row == one.cell.row]
        wanted = sum(one.counts.studies for one in cells
                     if site in ("*", one.cell.site) and part in ("*", one.cell.body_part)
                     and (period == "*" or one.cell.month.startswith(period)))  # fmt: skip
        assert count(counted=(site, row, period, part)) == wanted


def test_a_kept_search_knows_what_is_new_and_who_left(filled):
    kept = filled.saved.keep("eve", "Chest", "body=CHEST", NOON)
    person = filled.saved.keep("eve", "One person", f"q={'A' * 16}", NOON)
    (one, _) = filled.saved.all("eve")
    assert (one.id, one.name, one.query) == (kept, "Chest", "body=CHEST")
    chest = Wanted(has=(("body_part", ("CHEST",)),), beyond=one.seen)
    assert filled.search.count(EVERYTHING, chest) == 0
    add(filled, make_sidecar("new", "a", subject="Z" * 16))
    assert filled.search.count(EVERYTHING, chest) == 1
    assert filled.saved.look("eve", kept, NOON).seen == one.seen
    assert filled.saved.all("eve")[0].seen == one.seen + 1
    with pytest.raises(Absent, match=r"catalogue\.search-unknown"):
        filled.saved.look("mallory", kept, NOON)
    with filled.db.begin() as tx:
        filled.forget(tx, Leaving(subject="A" * 16))
    assert [each.id for each in filled.saved.all("eve")] == [kept]
    assert person != kept
    filled.saved.drop("mallory", kept)
    filled.saved.drop("eve", kept)
    assert filled.saved.all("eve") == []


def test_an_account_keeps_not_more_than_fifty(filled):
    for n in range(50):
        filled.saved.keep("eve", str(n), "", NOON)
    with pytest.raises(Rejected, match=r"catalogue\.too-many-searches"):
        filled.saved.keep("eve", "one more", "", NOON)


@pytest.mark.parametrize(("text", "band"), [
    ("034Y", "30-39"), ("090Y", "90+"), ("119Y", "90+"), ("011M", "0-9"), ("300D", "0-9"),
    ("", ""), ("34", ""), ("12 Y", ""),
])  # fmt: skip
def test_ages_are_found_by_tens(text, band):
    assert age_band(years(text)) == band


@pytest.mark.parametrize(("text", "band"), [
    ("0.625", "0-1"), ("1", "0-1"), ("1.0001", "0-1"), ("1.25", "1-2"), ("3.0", "2-3"),
    ("5", "3-5"), ("7.5", "5-10"), ("12", "10+"), ("0", ""), ("-1", ""), ("", ""), ("nan", ""),
    ("1e9", ""),
])  # fmt: skip
def test_thickness_is_found_by_bands(text, band):
    assert slice_band(micrometres(text)) == band


@pytest.mark.parametrize(("text", "name"), [
    ("SIEMENS", "Siemens Healthineers"), ("Siemens Healthineers", "Siemens Healthineers"),
    ("GE MEDICAL SYSTEMS", "GE HealthCare"), ("TOSHIBA_MEC", "Canon Medical (Toshiba)"),
    ("Acme", "Acme"), ("", ""),
])  # fmt: skip
def test_a_maker_is_found_by_one_name(text, name):
    assert maker(text) == name


def test_series_read_by_an_older_release_are_read_again(filled, database):
    from yushan.services.catalogue.tables import PROFILE, SERIES, STATE

    before = filled.search.find(EVERYTHING, Wanted(), 100, kinds=KINDS)
    with database.begin() as tx:
        tx.execute(PROFILE.delete())
        tx.execute(STATE.update().where(STATE.c.name == "epoch").values(value=STATE.c.value + 1))
        tx.execute(SERIES.update().values(facts=0, sex="", slice_um=None))
    by_series = {one.series_instance_uid: one for one in some_studies()}
    ct = Query(modalities=("CT",))
    assert filled.count(EVERYTHING, ct) == len(filled.studies(EVERYTHING, ct)) == 10
    while old := filled.outdated(limit=7):
        for _, series in old:
            with database.begin() as tx:
                filled.renew(tx, [by_series[uid] for uid in series])
    after = filled.search.find(EVERYTHING, Wanted(), 100, kinds=KINDS)
    assert (after.count, after.images, after.facets) == (before.count, before.images, before.facets)
