"""Trunks are plausible for every seed, and their lesions are what they say."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from yushan.domain.bodies import (
    KINDS,
    TISSUES,
    Body,
    Lesion,
    LesionWish,
    Structure,
    TrunkWishes,
    code_of,
    label,
    mask,
    paint,
    trunk,
)
from yushan.domain.bodies.abdomen import kidneys, liver_surface, spleen
from yushan.domain.bodies.calcium import FULL_HU, MG_MM3_HU
from yushan.domain.bodies.coronaries import OFF_MM, lengths
from yushan.domain.bodies.deformation import deformation
from yushan.domain.bodies.draws import drawn, rows
from yushan.domain.bodies.heart import Heart
from yushan.domain.bodies.lesions import by_chance
from yushan.domain.bodies.lines import course
from yushan.domain.bodies.lungs import lung
from yushan.domain.bodies.pancreas import pancreas_surface
from yushan.domain.bodies.shapes import volume_of
from yushan.domain.bodies.trunk import coronaries, planned
from yushan.domain.measures import calcium_score, diameters
from yushan.domain.scanners import CtOptions, ct_look, ct_profile, ct_scan
from yushan.domain.volumes import Grid

if TYPE_CHECKING:
    from yushan.domain.bodies.plan import Plan

#: Organs in mL: lowest and highest of adults at full breath, rounded outwards (plausible).
RANGES = {
    "lungs": (2400, 7500), "liver": (600, 2300), "spleen": (50, 420), "kidney": (65, 270),
    "pancreas": (22, 130), "heart": (400, 1200),
}  # fmt: skip
WISHED = (
    LesionWish("nodule", "solid", size_mm=14), LesionWish("nodule", "part-solid", "left", 18),
    LesionWish("nodule", "ground-glass", size_mm=11), LesionWish("nodule", "solid", "right", 8),
    LesionWish("nodule", "solid", "left", 10), LesionWish("nodule", "solid", "right", 9),
    LesionWish("nodule", "solid", "left", 7), LesionWish("opacity", "ground-glass", "left-upper"),
    LesionWish("opacity", "consolidation", "right-lower", 45, 0.9),
    LesionWish("effusion", place="left", severity=0.5), LesionWish("node", place="7", size_mm=14),
    LesionWish("mass", place="head", size_mm=28), LesionWish("metastasis", size_mm=24),
    LesionWish("metastasis", size_mm=12), LesionWish("stenosis", "soft", "LAD", severity=70),
    LesionWish("plaque", place="LAD", size_mm=4), LesionWish("plaque", place="aorta", size_mm=6),
)  # fmt: skip


@cache
def ill() -> Body:
    """A trunk with one of everything."""
    return trunk(11, TrunkWishes(lesions=WISHED))


@cache
def plans() -> tuple[Plan, ...]:
    """Twenty people."""
    return tuple(planned(seed, TrunkWishes()) for seed in range(20))


def test_organs_of_twenty_people_have_volumes_as_in_the_literature() -> None:
    found: dict[str, list[float]] = {name: [] for name in RANGES}
    for plan in plans():
        both = sum(volume_of(lung(plan, side), step_mm=8)[0] for side in (1, -1))
        found["lungs"].append(both)
        found["liver"].append(volume_of(liver_surface(plan), step_mm=7)[0])
        found["spleen"].append(volume_of(spleen(plan), step_mm=5)[0])
        found["kidney"].append(volume_of(kidneys(plan)[0].surface, step_mm=5)[0])
        found["pancreas"].append(volume_of(pancreas_surface(plan), step_mm=4)[0])
        found["heart"].append(volume_of(Heart(plan).sac, step_mm=6)[0])
    for name, (low, high) in RANGES.items():
        volumes = np.array(found[name]) / 1000
        assert volumes.min() > low, (name, volumes.round())
        assert volumes.max() < high, (name, volumes.round())
        assert volumes.std() / volumes.mean() > 0.06, name


def test_people_follow_their_table_and_wishes_stand() -> None:
    limits = {row["name"]: (float(row["low"]), float(row["high"])) for row in rows("trunk")}
    for plan in plans():
        assert all(low <= plan[name] <= high for name, (low, high) in limits.items())
    assert {plan.sex for plan in plans()} == {"male", "female"}
    wish = TrunkWishes(sex="female", age_years=71, height_mm=1500, bmi=31, arms="down", lesions=())
    body = trunk(2, wish)
    assert body.parameters["sex"] == "female"
    assert [body.parameters[n] for n in ("age_years", "height_mm", "bmi")] == [71, 1500, 31]
    assert body.lesions == ()
    assert drawn("trunk", 3, "male", {}) == drawn("trunk", 3, "male", {})


@pytest.mark.parametrize(("age", "height", "ratio"), [(0.0, 500, 1.1), (5.0, 1090, 1.0)])
def test_a_child_is_small_with_a_large_heart_and_a_thymus(
    age: float, height: float, ratio: float
) -> None:
    child, adult = (trunk(4, TrunkWishes("male", a, lesions=())) for a in (age, 40.0))
    assert child.parameters["height_mm"] == pytest.approx(height)
    high = [np.ptp(np.array(b.structures[0].surface.box)[:, 2]) for b in (child, adult)]
    assert 0.3 < high[0] / high[1] < 0.7
    share = [across(b, "pericardium") / across(b, "torso_fat") for b in (child, adult)]
    assert share[0] > ratio * share[1]
    assert "thymus" in child.names
    assert "thymus" not in adult.names
    lm = [next(v for v in b.vessels if v.name == "LM").radii[0] for b in (child, adult)]
    assert lm[0] < 0.75 * lm[1]


def across(body: Body, name: str) -> float:
    """Width of the box of a structure."""
    return float(
        np.ptp(np.array(next(s for s in body.structures if s.name == name).surface.box)[:, 0])
    )


def test_the_pelvis_has_its_organs_and_its_heads_lie_in_their_sockets() -> None:
    for sex, organ in (("male", "prostate"), ("female", "uterus")):
        body = trunk(4, TrunkWishes(sex=sex, age_years=50, lesions=()))
        grid = Grid.axial((14, 40, 44), (10.0, 7.0, 8.0), (0.0, 10.0, -480.0))
        labels = label(body, grid)
        names = {"urinary_bladder", organ, "hip_left", "femur_right", "colon"}
        assert names <= set(labels.present())
        x = grid.points(np.argwhere(labels.mask("femur_left")))[:, 0]
        assert x.min() > 40


def test_structures_are_where_they_belong() -> None:
    body = ill()
    low, high = np.array(body.structures[0].surface.box)
    assert ((high - low)[:2] > 200).all()
    assert {s.tissue for s in body.structures} <= set(TISSUES)
    grid = Grid.axial((26, 40, 44), (11.0, 9.0, 9.0), (0.0, 5.0, -70.0))
    labels = label(body, grid)
    skin = distance(body, "skin", grid)
    assert (skin[labels.values > 0] < 8).all()
    cage = distance(body, "torso_fat", grid)
    for side in ("left", "right"):
        inside = np.isin(labels.values, [labels.names.index(n) + 1 for n in lobes(side)])
        assert inside.sum() * grid.voxel_mm3 > 5e5
        assert (cage[inside] < 2).all(), side
        x = grid.points(np.argwhere(inside))[:, 0]
        assert np.median(x) * (1 if side == "left" else -1) > 40
    order = [body.landmarks[f"vertebra_{v}"][2] for v in ("T1", "T5", "T12", "L3", "S1")]
    assert all(above > below for above, below in pairwise(order))
    assert abs(body.landmarks["carina"][2]) < 15


def lobes(side: str) -> list[str]:
    """Names of the lobes of one lung."""
    middle = ["lung_middle_lobe_right"] if side == "right" else []
    return [f"lung_upper_lobe_{side}", f"lung_lower_lobe_{side}", *middle]


def distance(body: Body, name: str, grid: Grid) -> np.ndarray:
    """Distances from the first surface of a name on a grid."""
    surface = next(s.surface for s in body.structures if s.name == name)
    index = np.stack(np.indices(grid.shape), axis=-1).reshape(-1, 3)
    x, y, z = grid.points(index).astype(np.float32).T
    return surface.distance(x, y, z).reshape(grid.shape)


@pytest.mark.parametrize("seed", range(4))
def test_coronary_arteries_lie_on_the_muscle_and_obey_murray(seed: int) -> None:
    bend = deformation(seed, 0.0, 0.0)
    plan = planned(seed, TrunkWishes())
    tree = coronaries(plan, bend)
    assert {"LM", "LAD", "LCX", "RCA", "PDA", "D1", "OM1"} <= set(tree)
    outside = Heart(plan).outside
    for name in ("LAD", "PDA", "D1", "OM1"):
        x, y, z = tree[name].points[4:].astype(np.float32).T
        away = outside.distance(x, y, z)
        assert away.min() > -1.5, name
        assert np.median(away) < 2.5 * OFF_MM, name
    lm, lad, lcx = (tree[n] for n in ("LM", "LAD", "LCX"))
    assert lm.healthy[-1] ** 3 == pytest.approx(lad.healthy[0] ** 3 + lcx.healthy[0] ** 3)
    for branch in tree.values():
        assert (np.diff(branch.healthy) <= 1e-9).all()
        assert np.array_equal(branch.radii, branch.healthy)
        if branch.parent:
            gaps = np.linalg.norm(tree[branch.parent].points - branch.points[0], axis=1)
            assert gaps.min() < 0.1


def around(lesion: Lesion) -> Grid:
    """A fine, anisotropic grid about a lesion."""
    reach = np.array(lesion.diameters_mm)[[2, 1, 0]].clip(3, 60) * 1.5 + 3
    reach[1:] = reach.max()
    step = max(float(reach.max()) / 70, 0.1)
    spacing = (1.4 * step, step, step)
    shape = tuple(int(r / s) for r, s in zip(reach, spacing, strict=True))
    return Grid.axial(shape, spacing, lesion.centre_mm)  # type: ignore[arg-type]


def test_every_lesion_of_a_wish_is_there_and_its_mask_has_its_volume_and_diameters() -> None:
    body = ill()
    assert sorted(x.kind for x in body.lesions) == sorted(w.kind for w in WISHED)
    for lesion in body.lesions:
        if lesion.kind in {"stenosis", "opacity", "effusion"}:
            continue
        grid = around(lesion)
        few = close(body, grid, lesion.structure)
        found = mask(few, grid, lesion.structure)
        volume = float(found.sum()) * grid.voxel_mm3
        assert volume == pytest.approx(lesion.volume_mm3, rel=0.03), lesion.structure
        if lesion.kind == "nodule":
            assert str(lesion.properties["lobe"]).endswith(str(lesion.properties["side"]))
        if lesion.kind in {"nodule", "metastasis"}:
            sizes = diameters(found, grid.spacing)
            assert abs(sizes.long_mm - lesion.diameters_mm[0]) < 1.2 * grid.spacing[1] + 0.3
            assert abs(sizes.short_mm - lesion.diameters_mm[1]) < 1.2 * grid.spacing[1] + 0.5


def close(body: Body, grid: Grid, name: str) -> Body:
    """The body without what cannot touch a grid, and with the parents of what is asked."""
    low, high = grid.points([[0, 0, 0], np.array(grid.shape) - 1])

    def touches(structure: Structure) -> bool:
        first, last = np.array(structure.surface.box)
        return bool((first < high).all() and (last > low).all())

    wanted = {s.inside for s in body.structures if s.name == name} | {name}
    later = next(k for k, s in enumerate(body.structures) if s.name == name)
    kept = [
        s
        for k, s in enumerate(body.structures)
        if s.name in wanted or (k > later and touches(s) and s.inside in {None, *wanted})
    ]
    return Body("part", body.seed, 1, tuple(kept))


def test_large_opacities_and_effusions_have_about_the_volume_told() -> None:
    body = ill()
    for lesion in body.lesions:
        if lesion.kind in {"opacity", "effusion"}:
            grid = Grid.axial((36, 56, 50), (6.0, 4.0, 4.0), lesion.centre_mm)
            side = str(lesion.properties["side"])
            names = {lesion.structure, f"lung_{side}"}
            part = Body("part", 1, 1, tuple(s for s in body.structures if s.name in names))
            volume = float(label(part, grid).mask(lesion.structure).sum()) * grid.voxel_mm3
            assert volume == pytest.approx(lesion.volume_mm3, rel=0.08), lesion.kind
            assert volume > 20_000


def test_a_stenosis_narrows_its_artery_by_its_percent() -> None:
    body = ill()
    (lesion,) = (x for x in body.lesions if x.kind == "stenosis")
    branch = next(b for b in body.vessels if b.name == "LAD")
    share = branch.radii / branch.healthy
    assert share.min() == pytest.approx(0.3, abs=0.02)
    along = lengths(branch.points)
    wide = along[share < 0.999]
    assert wide[-1] - wide[0] < float(lesion.properties["length_mm"]) + 0.1
    assert lesion.properties["minimal_mm"] == pytest.approx(
        0.3 * float(lesion.properties["reference_mm"])
    )
    assert float(lesion.properties["lumen_lost_mm3"]) > 5
    plaque = tuple(s for s in body.structures if s.name in {lesion.structure, "coronary_arteries"})
    grid = around(lesion)
    found = label(Body("part", 1, 1, plaque), grid).mask(lesion.structure)
    assert float(found.sum()) * grid.voxel_mm3 == pytest.approx(lesion.volume_mm3, rel=0.06)
    assert {s.tissue for s in plaque if s.name == lesion.structure} == {"plaque_soft"}


def test_calcium_scores_as_its_truth_says_with_and_without_noise() -> None:
    wishes = tuple(LesionWish("plaque", place=name, size_mm=4.0) for name in ("LAD", "RCA"))
    body = trunk(1, TrunkWishes(lesions=(*wishes, LesionWish("stenosis", "mixed", "LCX"))))
    plaques = [one for one in body.lesions if one.kind == "plaque"]
    assert len(plaques) == 3
    wished = [one for one in plaques if one.properties["artery"] != "LCX"]
    hu = {tissue: shade.mean for tissue, shade in ct_look("native").items()}
    assert hu["calcium"] == FULL_HU
    for shown, tolerance in ((False, 0.12), (True, 0.2)):
        for one in wished:
            share = np.mean([scored(body, one, at, noise=shown) for at in (0.0, 1.0, 2.0)], axis=0)
            assert share == pytest.approx((1, 1, 1), abs=tolerance), one.structure
    total = body.parameters["coronary_agatston"]
    assert total == pytest.approx(sum(float(one.properties["agatston"]) for one in plaques))


def scored(body: Body, one: Lesion, shift_mm: float, *, noise: bool) -> tuple[float, ...]:
    """Agatston, volume and mass score of slices of 3 mm about a plaque, as shares of its truth."""
    x, y, z = one.centre_mm
    grid = Grid.axial((24, 44, 44), (1.0, 0.43, 0.43), (x, y, z + shift_mm))
    options = CtOptions(kernel="calcium", every=3, noise=noise, couch=False)
    scan = ct_scan(paint(body, grid, ct_look("native")), ct_profile("ct-siemens-force"), 1, options)
    middle = np.zeros(scan.values.shape, dtype=np.bool_)
    middle[:, 8:-8, 8:-8] = True
    found = calcium_score(scan.values, scan.grid.spacing, mask=middle, mg_per_mm3_hu=MG_MM3_HU)
    keys = ("agatston", "volume_score_mm3", "mass_score_mg")
    truth = [float(one.properties[key]) for key in keys]
    return (found.agatston / truth[0], found.volume_mm3 / truth[1], found.mass_mg / truth[2])


def test_a_mass_blocks_the_duct_and_touches_vessels_by_known_angles() -> None:
    body = ill()
    (lesion,) = (x for x in body.lesions if x.kind == "mass")
    assert float(lesion.properties["duct_mm"]) > 3
    for key in ("contact_sma_degrees", "contact_smv_degrees", "contact_portal_degrees"):
        assert 0 <= float(lesion.properties[key]) <= 360
    assert lesion.volume_mm3 <= float(lesion.properties["sphere_volume_mm3"]) * 1.01


def test_chance_brings_every_kind_and_old_people_more_calcium() -> None:
    young = [trunk_plaques(seed, 42) for seed in range(6)]
    old = [trunk_plaques(seed, 84) for seed in range(6)]
    assert sum(old) > sum(young)


def trunk_plaques(seed: int, age: float) -> int:
    """Plaques by chance of a person of an age."""
    plan = planned(seed, TrunkWishes(age_years=age))
    return sum(w.kind == "plaque" for w in by_chance(plan))


def test_unknown_wishes_and_courses_are_refused() -> None:
    with pytest.raises(ValueError, match="no lesions of kind"):
        trunk(1, TrunkWishes(lesions=("fracture",)))
    with pytest.raises(ValueError, match="no course"):
        course("gut", "gizzard")
    assert set(KINDS) == {row["kind"] for row in rows("trunk_lesions")}


@pytest.mark.parametrize(
    ("name", "value", "side"),
    [
        ("liver", "10200004", ""), ("kidney_left", "64033007", "Left"),
        ("lung_nodule_2", "27925004", ""),
        ("vertebrae_T12", "23215003", ""), ("rib_right_7", None, "Right"),
    ],
)  # fmt: skip
def test_structures_have_codes(name: str, value: str | None, side: str) -> None:
    code = code_of(name)
    assert code is not None
    assert code.scheme == "SCT"
    assert value is None or code.value == value
    assert code.laterality[1] == side
    assert code_of("gizzard") is None


def test_at_a_later_visit_lesions_have_grown_by_their_doubling_times() -> None:
    wished = (LesionWish("nodule", "solid", size_mm=8),) * 4 + (LesionWish("metastasis"),) * 2
    first, later = (
        {x.structure: x for x in trunk(5, TrunkWishes(lesions=wished, visit=v)).lesions}
        for v in (0, 1)
    )
    assert list(first) == list(later)
    grown = 0
    for name, lesion in first.items():
        then = later[name]
        assert then.centre_mm == lesion.centre_mm
        days = float(then.properties["doubling_days"])
        ratio = then.volume_mm3 / lesion.volume_mm3
        assert ratio == pytest.approx(min(2 ** (180 / days), 1.35**3) if days else 1.0, rel=1e-6)
        grown += ratio > 1
    assert grown > 0
