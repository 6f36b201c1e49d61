"""Lesions of the head are what their truth says: on masks, over visits, by the staging rules."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from yushan.domain.bodies import Body, HeadWishes, Lesion, head, label, mask
from yushan.domain.bodies.deformation import deformation
from yushan.domain.bodies.head_growth import LEAST_MM3, compartments, grow
from yushan.domain.bodies.head_ill import tumour_stage
from yushan.domain.bodies.head_lesions import Room, diameter, how_many, metastases
from yushan.domain.bodies.head_nodes import stage_of
from yushan.domain.bodies.head_parameters import CHANCES, chosen
from yushan.domain.bodies.surfaces import Ellipsoid
from yushan.domain.guidelines import evaluate
from yushan.domain.guidelines import rule_set as named
from yushan.domain.measures import diameters
from yushan.domain.volumes import Grid

RULES = named("npc-ajcc")
#: A head whose bleeding and infarct are on different sides.
OPPOSITE = 2
HEALTHY = HeadWishes(metastases=0, nasopharynx="none", haemorrhage=False, infarct=False)


#: Room for metastases without a head.
ROOM = Room(
    Ellipsoid((0, 18, 10), (72, 90, 80)), Ellipsoid((0, 14, 22), (64, 82, 60)),
    Ellipsoid((0, 60, -36), (60, 44, 34)), Ellipsoid((0, 10, 10), (14, 24, 8)),
    Ellipsoid((0, 14, 22), (64, 82, 60)), deformation(1),
)  # fmt: skip


@cache
def body(seed: int, count: int = 0, stage: str = "none", nodes: str = "N0") -> Body:
    """A head with lesions of choice."""
    wishes = HeadWishes(
        metastases=count, nasopharynx=stage, nodes=nodes,  # type: ignore[arg-type]
        haemorrhage=False, infarct=False,
    )  # fmt: skip
    return head(seed, wishes)


def around(lesion: Lesion, step_mm: float) -> Grid:
    """A grid about a lesion."""
    count = int(lesion.diameters_mm[0] * 1.2 / step_mm) + 6
    return Grid.axial((count, count, count), (step_mm,) * 3, lesion.centre_mm)


def test_metastases_fill_their_volume_and_diameters() -> None:
    lesions = [one for one in body(4, 5).lesions if one.diameters_mm[0] > 5]
    lesions = sorted(lesions, key=lambda one: -one.volume_mm3)[:2]
    for lesion in lesions:
        grid = around(lesion, lesion.diameters_mm[0] / 26)
        found = mask(body(4, 5), grid, lesion.structure)
        assert found.sum() * grid.voxel_mm3 == pytest.approx(lesion.volume_mm3, rel=0.03)
        told = diameters(found, grid.spacing)
        near = grid.spacing[1]
        assert told.long_mm == pytest.approx(lesion.diameters_mm[0], abs=near)
        assert told.short_mm == pytest.approx(lesion.diameters_mm[1], abs=near)


def test_as_many_metastases_as_wished_lie_apart_in_the_brain() -> None:
    for seed in range(4):
        lesions = metastases(seed, 6, 0, ROOM)[1]
        assert len(lesions) == 6
        for number, one in enumerate(lesions):
            for other in lesions[:number]:
                gap = np.linalg.norm(np.subtract(one.centre_mm, other.centre_mm))
                assert gap > (one.diameters_mm[0] + other.diameters_mm[0]) / 2


def test_sizes_follow_a_power_law_between_their_ends() -> None:
    drawn = np.array([diameter(np.random.default_rng(k)) for k in range(4000)])
    assert drawn.min() >= 3.5
    assert drawn.max() <= 38
    assert (drawn < 8).mean() > 0.5
    # a power law: shares above 4 and 8 mm against those above 8 and 16 mm
    assert (drawn > 16).mean() < (drawn > 8).mean() * 0.6


def test_visits_keep_identities_and_places_while_lesions_change() -> None:
    fates: set[str] = set()
    for seed in range(3):
        first = {one.properties["identity"]: one for one in metastases(seed, 7, 0, ROOM)[1]}
        later = {one.properties["identity"]: one for one in metastases(seed, 7, 2, ROOM)[1]}
        for identity in first.keys() & later.keys():
            assert first[identity].centre_mm == later[identity].centre_mm
            assert first[identity].structure == later[identity].structure
        fates |= {str(one.properties["fate"]) for one in later.values()}
        fates |= {"gone"} if first.keys() - later.keys() else set()
        assert all(later[i].properties["first_visit"] for i in later.keys() - first.keys())
    assert fates >= {"grown", "stable", "shrunk", "gone", "new"}


def test_a_grown_lesion_is_larger_by_its_factor_cubed() -> None:
    one, two = (
        {x.properties["identity"]: x for x in metastases(0, 7, visit, ROOM)[1]} for visit in (0, 1)
    )
    for identity in one.keys() & two.keys():
        factor = two[identity].diameters_mm[0] / one[identity].diameters_mm[0]
        assert two[identity].volume_mm3 == pytest.approx(one[identity].volume_mm3 * factor**3)


@pytest.mark.parametrize("seed", range(4))
def test_stage_by_construction_is_what_the_rules_find(seed: int) -> None:
    stage = ("T1", "T2", "T3", "T4")[seed % 4]
    nodes = ("N1", "N0", "N2", "N3")[seed % 4]
    lesions = body(seed, 0, stage, nodes).lesions
    tumour = next(one for one in lesions if one.kind == "tumour")
    ill = [one for one in lesions if one.kind == "node"]
    sides = {one.properties["side"] for one in ill}
    where = {one.properties["level"] for one in ill}
    kind = "bilateral" if len(sides) == 2 else "unilateral" if sides else "none"
    kind = "retropharyngeal" if where == {"retropharyngeal"} else kind
    given: dict[str, object] = {
        "sites": str(tumour.properties["sites"]).split(), "nodes": kind, "metastases": 0,
    }  # fmt: skip
    if ill:
        given["largest_node_cm"] = max(one.diameters_mm[0] for one in ill) / 10
        given["below_cricoid"] = any(one.properties["below_cricoid"] for one in ill)
        given["advanced_ene"] = False
    result = evaluate(RULES, given)  # type: ignore[arg-type]
    assert result.values["t"] == stage == tumour.properties["t"]
    assert result.values["n_8"] == nodes == tumour.properties["n"]


def test_a_tumour_lies_only_where_its_truth_says() -> None:
    made = body(2, 0, "T3")
    tumour = made.lesions[0]
    grid = around(tumour, 2.0)
    found = mask(made, grid, "nasopharyngeal_tumour")
    assert found.sum() * grid.voxel_mm3 == pytest.approx(tumour.volume_mm3, rel=0.03)
    parts = {k: v for k, v in tumour.properties.items() if k.startswith("in_")}
    assert min(float(v) for v in parts.values()) >= LEAST_MM3
    assert sum(float(v) for v in parts.values()) <= tumour.volume_mm3 * 1.05
    assert "in_nasopharynx_mm3" in parts


#: T stage that a structure under a tumour asks for, as drawn (AJCC), by its name without side.
ASKS = {
    "nasal_cavity": "T1", "parapharyngeal_space": "T2", "medial_pterygoid": "T2",
    "lateral_pterygoid": "T2", "longus": "T2", "clivus": "T3", "pterygoid_process": "T3",
    "maxillary_sinus": "T3", "ethmoid": "T3", "sphenoid_sinus": "T3", "orbit": "T4",
    "parotid_gland": "T4", "masseter": "T4", "temporalis": "T4", "brain": "T4",
    "subarachnoid_space": "T4",
}  # fmt: skip


def test_a_tumour_covers_structures_of_its_stage_and_of_none_above() -> None:
    ill = body(1, 0, "T2", "N0")
    grid = around(ill.lesions[0], 4.5)
    under = label(body(1), grid)
    tumour = mask(ill, grid, "nasopharyngeal_tumour")
    counts = np.bincount(under.values[tumour], minlength=len(under.names) + 1)[1:]
    sites = {
        ASKS[name.removesuffix("_left").removesuffix("_right")]
        for name, count in zip(under.names, counts * grid.voxel_mm3, strict=True)
        if count > 2 * LEAST_MM3 and name.removesuffix("_left").removesuffix("_right") in ASKS
    }
    assert max(sites) == "T2"


def test_rows_of_compartments_name_sites_of_the_rules() -> None:
    assert {row.site for row in compartments()} <= RULES.inputs["sites"].choices.keys()
    names = {row.name for row in compartments()}
    assert all(set(row.needs) <= names for row in compartments())


def test_bleeding_and_infarct_are_there_by_wish_as_large_as_told() -> None:
    ill = head(
        OPPOSITE, HeadWishes(metastases=0, nasopharynx="none", haemorrhage=True, infarct=True)
    )
    kinds = {one.kind: one for one in ill.lesions}
    assert kinds.keys() == {"haemorrhage", "infarct"}
    for one in kinds.values():
        grid = around(one, 2.0)
        found = mask(ill, grid, one.structure)
        assert found.sum() * grid.voxel_mm3 == pytest.approx(one.volume_mm3, rel=0.06)


def test_chance_gives_lesions_to_some_and_not_to_others() -> None:
    for name in CHANCES:
        given = [chosen(seed, name, wished=None) for seed in range(400)]
        assert np.mean(given) == pytest.approx(CHANCES[name], abs=0.06)
    stages = [tumour_stage(seed, HeadWishes()) for seed in range(200)]
    assert {"none", "T1", "T2", "T3"} <= set(stages)
    assert head(3, HEALTHY).lesions == ()


def test_numbers_of_metastases_and_stages_of_nodes_are_drawn_where_nothing_is_wished() -> None:
    counts = [how_many(seed) for seed in range(200)]
    assert min(counts) == 1
    assert 1.8 < np.mean(counts) < 3.5
    shares = [np.mean([n == k for n in counts]) for k in (1, 2)]
    assert shares == pytest.approx([0.49, 0.21], abs=0.08)  # Delattre 1988
    assert {stage_of(seed, None) for seed in range(60)} == {"N0", "N1", "N2", "N3"}


def test_where_there_is_no_room_there_is_no_metastasis() -> None:
    tiny = Ellipsoid((0, 0, 0), (1, 1, 1))
    assert metastases(1, 5, 0, Room(tiny, tiny, tiny, tiny, tiny, deformation(1))) == ((), ())


def test_a_stage_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from yushan.domain.bodies import head_growth

    monkeypatch.setattr(head_growth, "grown", lambda *_: None)
    monkeypatch.setattr(head_growth, "ground", lambda *_: None)
    with pytest.raises(ValueError, match="no tumour of stage T4"):
        grow(1, "T4", None, {})  # type: ignore[arg-type]
