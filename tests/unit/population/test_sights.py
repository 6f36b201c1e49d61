"""Lesions with known truth, as statements."""

from __future__ import annotations

from datetime import date

import pytest

from yushan.domain.population import Statement, Wish, compared, completed, report, sight, wishes
from yushan.domain.population.comparing import changed
from yushan.domain.population.pages import NORMAL
from yushan.domain.population.sentences import CONCEPTS, WORDS
from yushan.domain.population.sights import LESIONS

SEEN = [
    ("nodule", (11.02, 8.96, 7.0),
     {"density": "ground-glass", "side": "right", "lobe": "lung_upper_lobe_right",
      "spiculation": 0.1},
     [Statement("nodule", "present", "right", "upper lobe", (11.0, 9.0), kind="non-solid"),
      Statement("spiculation")]),
    ("opacity", (90.0, 70.0, 50.0),
     {"zone": "left-middle", "side": "left", "pattern": "consolidation"},
     [Statement("opacity", "present", "left", "middle zone", grade="3")]),
    ("mass", (28.0, 28.0, 28.0), {"site": "head", "duct_mm": 5.26, "contact_sma_degrees": 143.0},
     [Statement("pancreatic-mass", "present", "", "pancreatic head", (28.0, 28.0)),
      Statement("duct-dilatation", sizes_mm=(5.3,)), Statement("sma-contact", grade="140")]),
    ("mass", (20.0, 20.0, 20.0), {"site": "tail", "duct_mm": 1.9, "contact_sma_degrees": 0.0},
     [Statement("pancreatic-mass", "present", "", "pancreatic tail", (20.0, 20.0)),
      Statement("duct-dilatation", "absent"), Statement("sma-contact", "absent")]),
    ("metastasis", (12.2, 11.0, 9.0), {"region": "cerebellum", "side": "left", "oedema_mm": 4.0},
     [Statement("metastasis", "present", "left", "cerebellar hemisphere", (12.2,)),
      Statement("oedema")]),
    ("metastasis", (19.0, 19.0, 19.0), {"variant": "metastasis"},
     [Statement("liver-metastasis", sizes_mm=(19.0,))]),
    ("node", (15.8, 9.6, 12.4), {"level": "lymph_level_2", "side": "right"},
     [Statement("neck-node", "present", "right", "neck", (15.8,))]),
    ("node", (15.8, 9.6, 12.4), {"station": "4R"},
     [Statement("mediastinal-node", sizes_mm=(15.8,))]),
    ("stenosis", (16.0, 2.2, 2.2), {"artery": "OM1", "percent": 81.3},
     [Statement("coronary-stenosis", place="LCX", grade="80")]),
    ("plaque", (2.0, 2.0, 2.0), {"artery": "LAD"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "diameters", "properties", "expected"), SEEN)
def test_a_lesion_becomes_statements(kind, diameters, properties, expected):
    assert list(sight(kind, diameters, properties)) == expected


@pytest.mark.parametrize(("kind", "diameters", "properties", "expected"), SEEN)
def test_statements_wish_for_the_lesion_they_speak_of(kind, diameters, properties, expected):
    wanted = wishes(expected)
    spoken = kind != "plaque" and "region" not in properties and "level" not in properties
    assert [one.kind for one in wanted][:1] == ([kind] if spoken else [])
    if kind == "nodule":
        assert wanted == (Wish("nodule", "ground-glass", "right", 10.0),)
    if kind == "opacity":
        assert wanted == (Wish("opacity", "consolidation", "left-middle", None, 1.0),)
    if kind == "stenosis":
        assert wanted == (Wish("stenosis", "", "LCX", None, 80.0),)


def test_a_tumour_tells_its_stage_and_what_it_reaches():
    told = sight(
        "tumour", (45.0, 43.5, 40.5),
        {"t": "T2", "n": "N2", "side": "left", "in_parapharyngeal_space_mm3": 2207.0}, "tumour",
    )  # fmt: skip
    by = {one.concept: one for one in told}
    assert by["npc-tumour"].lesion == "tumour"
    assert by["parapharyngeal-extension"].status == "present"
    assert by["skull-base-extension"].status == "absent"
    assert (by["t-stage"].grade, by["n-stage"].grade) == ("T2", "N2")


def test_what_is_not_there_is_denied_once_and_never_against_what_is():
    node = Statement("mediastinal-node", "present", sizes_mm=(14.0,))
    twice = Statement("spiculation", "absent")
    told = completed([node, twice, twice], "IM-CT-CHEST")
    denied = [one.concept for one in told if one.status == "absent"]
    assert denied == ["spiculation", "nodule", "effusion"]
    assert report(told, "IM-CT-CHEST", "en").text.count("mediastinal") >= 0


def test_two_examinations_of_the_same_lesions_are_compared():
    day = date(2025, 3, 2)
    kept = Statement("metastasis", "present", "left", "frontal lobe", (10.0,), lesion="a")
    gone = Statement("metastasis", "present", "right", "frontal lobe", (5.0,), lesion="b")
    grown = kept._replace(sizes_mm=(12.0,))
    fresh = Statement("metastasis", "present", "right", "parietal lobe", (4.0,), lesion="c")
    oedema = Statement("oedema", "absent")
    told = compared([grown, fresh, oedema], [kept, gone], day)
    assert told == (
        grown._replace(change="larger", prior_mm=(10.0,), prior_day=day),
        fresh._replace(change="new", prior_day=day),
        oedema,
        Statement(
            "metastasis", "absent", "right", "frontal lobe", change="resolved", prior_day=day
        ),
    )
    said = completed(told, "IM-MR-BRAIN")
    assert told[-1] in said
    text = report(said, "IM-MR-BRAIN", "zh", "structured", 2)
    assert [one.of for one in text.truth if one.section == "findings"] == list(range(len(said)))


@pytest.mark.parametrize(
    ("concept", "now", "before", "change"),
    [
        ("nodule", (8.0, 7.0), (6.5, 5.6), "stable"),
        ("nodule", (8.2, 7.2), (6.5, 5.6), "larger"),
        ("nodule", (5.0, 4.0), (6.5, 5.7), "smaller"),
        ("metastasis", (12.0,), (10.0,), "larger"),
        ("metastasis", (11.9,), (10.0,), "stable"),
        ("metastasis", (7.0,), (10.0,), "smaller"),
    ],
)
def test_what_counts_as_a_change_depends_on_the_lesion(concept, now, before, change):
    assert changed(concept, now, before) == change


def test_every_row_names_known_concepts_and_places():
    for row in LESIONS:
        assert row["concept"] in CONCEPTS
        assert all(one["concept"] in CONCEPTS for one in row.get("also", ()))
        places = [row["place"]] if "place" in row else [*row.get("places", {}).values()]
        assert all(place in WORDS["place"] for place in places)
    assert all(name in CONCEPTS for names in NORMAL.values() for name in names)
