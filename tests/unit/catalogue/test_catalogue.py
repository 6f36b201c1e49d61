"""The catalogue on both databases: questions, scopes, counts that change with what they count."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.catalogue.making import dump, make_catalogue, make_sidecar, uid

from yushan.base import (
    EVERYTHING,
    NOTHING,
    Absent,
    Forgotten,
    Leaving,
    Pseudonym,
    Scope,
    SiteName,
    StudyUID,
)
from yushan.domain.terms import ROWS
from yushan.services.catalogue import Catalogue, Cell, Counts, Query
from yushan.services.catalogue.search import Search

NORTH, SOUTH = SiteName("north"), SiteName("south")
P, Q = Pseudonym("P" * 16), Pseudonym("Q" * 16)


def study(name):
    return StudyUID(uid("study", name))


def a_little_of_everything(database):
    return make_catalogue(
        database,
        make_sidecar("st1", "se1"),
        make_sidecar("st1", "se2", modality="SR", body_part="", description="Report", number=9),
        make_sidecar(
            "st2", "se1", site="south", subject="Q" * 16, modality="MR", body_part="HEAD",
            description="T1 腦部", study_description="MR brain", study_date="20260301",
            received="2027-01-05", manufacturer="Other_Maker 100%",
        ),
        make_sidecar(
            "st3", "se1", subject="Q" * 16, modality="CR", description="", study_description="",
            study_date="", study_time="", series_date="", body_part="", number="",
        ),
    )  # fmt: skip


def found(catalogue, scope=EVERYTHING, **query):
    names = {study(name): name for name in ("st1", "st2", "st3")}
    rows = catalogue.studies(scope, Query(**query))
    assert catalogue.count(scope, Query(**query)) == len(rows)
    return [names[row.study_instance_uid] for row in rows]


def found_series(catalogue, scope=EVERYTHING, **query):
    return [row.modality for row in catalogue.series(scope, Query(**query))]


def test_a_study_is_the_sum_of_its_series(database):
    catalogue = a_little_of_everything(database)
    row = catalogue.study(EVERYTHING, study("st1"))
    assert (row.subject, row.sites, row.modalities) == (P, ("north",), ("CT", "SR"))
    assert (row.study_date, row.study_time, row.description) == ("20260102", "101500", "CT chest")
    assert (row.series, row.instances, row.bytes, row.accession) == (2, 4, 400, "")
    assert (row.body_part, row.received_at) == ("CHEST", "2026-12-01T00:00:00.000+00:00")


def test_a_series_has_the_facts_of_its_first_instance(database):
    catalogue = a_little_of_everything(database)
    [row] = catalogue.series(EVERYTHING, Query(studies=(study("st1"),), modalities=("CT",)))
    assert (row.series_instance_uid, row.study_instance_uid) == (
        uid("series", "st1", "se1"),
        study("st1"),
    )
    assert (row.description, row.manufacturer, row.model) == ("Lung 1.0", "ACME", "Scan 9")
    assert (row.series_number, row.series_date, row.study_date) == (3, "20260103", "20260102")
    assert (row.instances, row.bytes, len(row.packs)) == (2, 200, 1)
    assert row.sop_class_uid.endswith(".1.2")
    [bare] = catalogue.series(EVERYTHING, Query(studies=(study("st3"),)))
    assert (bare.series_number, bare.description, bare.study_date) == (None, "", "")


def test_studies_come_newest_first_and_in_pages(database):
    catalogue = a_little_of_everything(database)
    assert found(catalogue) == ["st2", "st1", "st3"]
    pages = [catalogue.studies(EVERYTHING, Query(), 1, offset)[0] for offset in range(3)]
    assert pages == catalogue.studies(EVERYTHING)
    after, walked = None, []
    while rows := catalogue.studies(EVERYTHING, Query(), 1, after=after):
        walked += rows
        after = (rows[-1].study_date, rows[-1].study_instance_uid)
    assert walked == pages


@pytest.mark.parametrize(
    ("query", "studies"),
    [
        ({"studies": (study("st1"), study("st3"))}, ["st1", "st3"]),
        ({"subjects": (Q,)}, ["st2", "st3"]),
        ({"date_from": "20260103"}, ["st2"]),
        ({"date_to": "20260103"}, ["st1"]),
        ({"date_from": "20260102", "date_to": "20260301"}, ["st2", "st1"]),
        ({"time_from": "1015", "time_to": "102000"}, ["st2", "st1"]),
        ({"time_from": "1016"}, []),
        ({"series_date_from": "20260103", "series_date_to": "20260103"}, ["st2", "st1"]),
        ({"modalities": ("ct", "CR")}, ["st1", "st3"]),
        ({"modalities": ("?R",)}, ["st2", "st1", "st3"]),
        ({"body_parts": ("chest",)}, ["st1"]),
        ({"body_parts": ("he*",)}, ["st2"]),
        ({"modalities": ("SR",), "body_parts": ("CHEST",)}, []),
        ({"site": SOUTH}, ["st2"]),
        ({"site": NORTH, "modalities": ("MR",)}, []),
        ({"text": "BRAIN"}, ["st2"]),
        ({"text": "腦"}, ["st2"]),
        ({"text": "lung 1"}, ["st1"]),
        ({"text": "%"}, []),
        ({"text": "*"}, []),
        ({"study_description": "mr*"}, ["st2"]),
        ({"study_description": "brain"}, []),
        ({"series_description": "?ung 1.0"}, ["st1"]),
        ({"manufacturer": "other_maker 100%"}, ["st2"]),
        ({"manufacturer": "otherXmaker 100%"}, []),
        ({"model": "scan*"}, ["st2", "st1", "st3"]),
        ({"series_number": 9}, ["st1"]),
        ({"series": (uid("series", "st2", "se1"),)}, ["st2"]),
        ({"sop_classes": ("1.2.3",)}, []),
    ],
)
def test_each_question_is_answered_exactly(database, query, studies):
    assert found(a_little_of_everything(database), **query) == studies


def test_series_are_asked_the_same_way(database):
    catalogue = a_little_of_everything(database)
    assert found_series(catalogue, studies=(study("st1"),)) == ["CT", "SR"]
    assert sorted(found_series(catalogue, study_description="ct*")) == ["CT", "SR"]
    assert found_series(catalogue, text="report") == ["SR"]
    assert found_series(catalogue, subjects=(Q,), date_from="2026") == ["MR"]
    assert len(catalogue.series(EVERYTHING, Query(), limit=2, offset=1)) == 2


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_series_come_page_by_page_behind_the_last_one_seen(database, size):
    catalogue = a_little_of_everything(database)
    everything = catalogue.series(EVERYTHING)
    found, after = [], None
    while page := catalogue.series(EVERYTHING, limit=size, after=after):
        found += page
        after = (page[-1].study_instance_uid, page[-1].series_instance_uid)
    assert found == everything
    first = everything[0].study_instance_uid
    assert catalogue.series(EVERYTHING, after=(first, "2.25.0")) == everything


def test_no_scope_sees_nothing(database):
    catalogue = a_little_of_everything(database)
    assert catalogue.studies(NOTHING) == []
    assert catalogue.count(NOTHING) == 0
    assert catalogue.series(NOTHING) == []
    assert catalogue.subjects(NOTHING) == []
    with pytest.raises(Absent, match=r"catalogue\.study-unknown"):
        catalogue.study(NOTHING, study("st1"))


def test_a_scope_sees_its_sites_and_its_studies_and_no_more(database):
    catalogue = a_little_of_everything(database)
    south = Scope(sites=frozenset({SOUTH}))
    both = Scope(sites=frozenset({SOUTH}), studies=frozenset({study("st3")}))
    assert found(catalogue, south) == ["st2"]
    assert found(catalogue, both) == ["st2", "st3"]
    assert found(catalogue, south, studies=(study("st1"),)) == []
    assert found(catalogue, south, text="chest") == []
    assert found_series(catalogue, south) == ["MR"]
    assert sorted(found_series(catalogue, both)) == ["CR", "MR"]
    assert found_series(catalogue, south, studies=(study("st1"),)) == []
    [person] = catalogue.subjects(south)
    assert (person.subject, person.studies, person.series, person.instances) == (Q, 1, 1, 2)
    with pytest.raises(Absent):
        catalogue.study(south, study("st1"))


@pytest.mark.parametrize(
    "lead", [{"modalities": ("CR",)}, {"body_parts": ("head",)}, {"site": SOUTH}, {}]
)
def test_what_leads_a_search_does_not_change_its_answer(database, lead):
    catalogue = a_little_of_everything(database)
    late = make_sidecar("st3", "se2", modality="CR", subject="Q" * 16)
    with database.begin() as tx:
        catalogue.add(tx, [late])
    more = {**lead, "text": "", "date_to": "99999999"}
    slow = {name: (f"{value[0]}*",) for name, value in lead.items() if name != "site"}
    assert found(catalogue, **lead) == found(catalogue, **(lead | slow))
    assert set(found(catalogue, **more)) <= set(found(catalogue, **lead))
    south = Scope(sites=frozenset({SOUTH}))
    everything = catalogue.studies(EVERYTHING, Query(**lead))
    admitted = [r for r in everything if scope_admits(south, r)]
    assert catalogue.studies(south, Query(**lead)) == admitted


def scope_admits(scope, row):
    return scope.admits(row.study_instance_uid, frozenset(row.sites))


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    sites=st.frozensets(st.sampled_from(["north", "south", "east"])),
    studies=st.frozensets(st.sampled_from(["st1", "st2", "st3", "st9"])),
    query=st.sampled_from([{}, {"subjects": (Q,)}, {"text": "c"}, {"modalities": ("*R",)}]),
)
def test_what_a_scope_finds_is_what_it_admits(database, sites, studies, query):
    catalogue = Catalogue(database)
    if not catalogue.count(EVERYTHING):
        a_little_of_everything(database)
    scope = Scope(sites=frozenset(map(SiteName, sites)), studies=frozenset(map(study, studies)))
    everything = catalogue.studies(EVERYTHING, Query(**query))
    admitted = [r for r in everything if scope.admits(r.study_instance_uid, frozenset(r.sites))]
    assert catalogue.studies(scope, Query(**query)) == admitted
    series = catalogue.series(EVERYTHING, Query(**query))
    admitted = [r for r in series if scope.admits(r.study_instance_uid, frozenset({r.site}))]
    assert catalogue.series(scope, Query(**query)) == admitted


def test_late_instances_join_their_series(database):
    late = make_sidecar(received="2027-02-01", instances=3, description="Late", body_part="NECK")
    catalogue = make_catalogue(database, make_sidecar(), late)
    [row] = catalogue.series(EVERYTHING)
    assert (row.instances, row.bytes, row.description, row.body_part) == (
        5,
        500,
        "Lung 1.0",
        "CHEST",
    )
    assert late.pack in row.packs
    assert len(row.packs) == 2
    [cell] = catalogue.cube()
    assert cell.cell == Cell(NORTH, "CT", "2026-12", "CHEST")
    assert cell.counts == Counts(1, 1, 5, 500)


parts = st.lists(
    st.builds(
        make_sidecar,
        study=st.sampled_from(["st1", "st2"]),
        series=st.sampled_from(["se1", "se2", "se3"]),
        modality=st.sampled_from(["CT", "CR", "US", "IVUS", "ZZ", ""]),
        received=st.sampled_from(["2026-11-30", "2026-12-01", "2027-01-01"]),
        body_part=st.sampled_from(["", "CHEST", "HEAD"]),
        study_description=st.sampled_from(["", "a", "b"]),
        instances=st.integers(1, 3),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda sidecar: sidecar.pack,
)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(sidecars=parts, data=st.data())
def test_packs_in_any_order_give_the_same_rows(database, sidecars, data):
    catalogue = Catalogue(database)
    dumps = []
    for order in (sidecars, data.draw(st.permutations(sidecars))):
        with database.begin() as tx:
            catalogue.clear(tx)
            for sidecar in order:
                catalogue.add(tx, [sidecar])
        dumps.append(dump(database))
    with database.begin() as tx:
        catalogue.clear(tx)
        catalogue.add(tx, sidecars)
    assert dumps[0] == dumps[1] == dump(database)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(sidecars=parts)
def test_the_cube_counts_what_there_is(database, sidecars):
    catalogue = Catalogue(database)
    with database.begin() as tx:
        catalogue.clear(tx)
        for sidecar in sidecars:
            catalogue.add(tx, [sidecar])
    series = catalogue.series(EVERYTHING)
    lines = {line.row.code: line.counts for line in catalogue.table()}
    assert list(lines) == [row.code for row in ROWS]
    assert sum(counts.series for counts in lines.values()) == len(series)
    for row in ROWS:
        if row.modalities:
            mine = [one for one in series if one.modality in row.modalities]
            assert lines[row.code] == Counts(
                len({one.study_instance_uid for one in mine}),
                len(mine),
                sum(one.instances for one in mine),
                sum(one.bytes for one in mine),
            )
    totals = catalogue.totals()
    assert totals.instances == sum(len(sidecar.instances) for sidecar in sidecars)
    assert (totals.studies, totals.series) == (catalogue.count(EVERYTHING), len(series))
    assert all(cell.counts.series for cell in catalogue.cube())


def test_a_forgotten_person_leaves_no_row_and_no_count(database):
    catalogue = a_little_of_everything(database)
    with database.begin() as tx:
        assert catalogue.forget(tx, Leaving(subject=Q)).removed == 2
    assert found(catalogue) == ["st1"]
    only = make_catalogue_of_p(database)
    assert dump(database) == only
    with database.begin() as tx:
        assert catalogue.forget(tx, Leaving(subject=Q)) == Forgotten()
        assert catalogue.forget(tx, Leaving(subject=P)).removed >= 1
    assert all(not rows for rows in dump(database).values())


def make_catalogue_of_p(database):
    """The rows as if only P had ever been there."""
    catalogue = Catalogue(database)
    kept = dump(database)
    with database.begin() as tx:
        catalogue.clear(tx)
        catalogue.add(tx, [make_sidecar("st1", "se1")])
        catalogue.add(
            tx,
            [
                make_sidecar(
                    "st1", "se2", modality="SR", body_part="", description="Report", number=9
                )
            ],
        )
    made = dump(database)
    assert kept == made
    return made


def test_subjects_are_counted_by_what_they_have(database):
    catalogue = a_little_of_everything(database)
    people = {row.subject: row for row in catalogue.subjects(EVERYTHING)}
    assert (people[P].studies, people[P].series, people[P].instances) == (1, 2, 4)
    assert (people[Q].studies, people[Q].received_at[:7]) == (2, "2026-12")
    assert [row.subject for row in catalogue.subjects(EVERYTHING, Query(), 1, 1)] == [Q]
    totals = catalogue.totals()
    assert (totals.subjects, totals.studies, totals.series, totals.instances) == (2, 3, 4, 8)


@pytest.mark.parametrize("number", ["abc", "99999999999", 2**40, None])
def test_a_series_number_that_is_none_is_left_out(database, number):
    catalogue = make_catalogue(database, make_sidecar(number=number))
    assert catalogue.series(EVERYTHING)[0].series_number is None


def test_two_equal_indexes_are_written_alike(database):
    sidecars = [make_sidecar("st1", "se1"), make_sidecar("st2", "se2", modality="MR")]
    catalogue, written = make_catalogue(database, *sidecars), []
    for order in (sidecars, sidecars[::-1]):
        with database.begin() as tx:
            catalogue.clear(tx)
            catalogue.add(tx, order)
            written.append("\n".join(catalogue.lines(tx)))
    assert written[0] == written[1]
    assert '"body_part=CHEST"' in written[0]
    assert written[0].count("catalogue_profile") == 2


@pytest.mark.parametrize(("whole", "few"), [(True, 0), (False, 0), (False, 1000)])
@pytest.mark.parametrize(("query", "studies"), [
    (Query(study_description="*chest*"), {"st1"}), (Query(study_description="mr ?ead"), {"st2"}),
    (Query(modalities=("MR", "C?"), body_parts=("he*",)), {"st2"}), (Query(text="LUNG"), {"st1"}),
    (Query(site="south"), {"st2"}), (Query(series_description="t?"), {"st2"}),
    (Query(modalities=("CT",), body_parts=("HEAD",)), set()),
    (Query(study_description="*x*"), set()),
    (Query(date_from="20260101", date_to="20260105"), {"st1"}),
])  # fmt: skip
def test_the_index_narrows_a_question_and_changes_no_answer(
    database, monkeypatch, whole, few, query, studies
):
    monkeypatch.setattr("yushan.services.catalogue.catalogue.FEW", few)
    if not whole:  # as while studies of an older release are read anew
        monkeypatch.setattr(Search, "is_whole", lambda _: False)
    catalogue = make_catalogue(
        database,
        make_sidecar("st1", "a"),
        make_sidecar("st2", "b", modality="MR", body_part="HEAD", study_description="MR head",
                     description="T1", site="south", study_date="20260303"),
    )  # fmt: skip
    rows = {row.study_instance_uid for row in catalogue.studies(EVERYTHING, query)}
    assert rows == {uid("study", name) for name in studies}
    assert catalogue.count(EVERYTHING, query) == len(studies)
