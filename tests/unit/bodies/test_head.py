"""A head is anatomically plausible for every seed, found by the defacer, and the same each time."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from yushan.domain.bodies import TISSUES, HeadWishes, code_of, head, label, paint
from yushan.domain.bodies.brain_folds import Folds, Furrows, Pial, Ribbon
from yushan.domain.bodies.brain_labyrinth import land, stripes
from yushan.domain.bodies.head_parameters import distributions, numbers
from yushan.domain.bodies.head_shapes import Carved, Flowing, Mirrored, Sampled, lattice
from yushan.domain.bodies.surfaces import Ellipsoid, Grown, Half
from yushan.domain.faces import coarse, find_head, regular_volume, remove_face
from yushan.domain.scanners import ct_look, mr_look, mr_profile, mr_scan
from yushan.domain.volumes import Grid, Labels, Shade

HEALTHY = HeadWishes(metastases=0, nasopharynx="none", haemorrhage=False, infarct=False)
YOUNG = HeadWishes(
    sex="male", age=40, metastases=0, nasopharynx="none", haemorrhage=False, infarct=False
)
AXES = ((0, 0, 1), (0, 1, 0), (1, 0, 0))
BRAIN = Grid.axial((45, 54, 46), (3.5, 3.5, 3.5), (0, 14, 0))
SCRIPT = """
import hashlib
from yushan.domain.bodies import HeadWishes, head, label
from yushan.domain.volumes import Grid
body = head(11, HeadWishes(metastases=3, nasopharynx="T1", nodes="N1"))
grid = Grid.sagittal((2, 40, 40), (12.0, 6.0, 5.0), (14, 10, -40))
told = repr([(l.structure, l.volume_mm3, l.centre_mm) for l in body.lesions])
print(hashlib.sha256(label(body, grid, threads=1).values.tobytes() + told.encode()).hexdigest())
"""


def litres(labels: Labels, *names: str) -> float:
    """Volume of structures together."""
    return sum(int(labels.mask(name).sum()) for name in names) * labels.grid.voxel_mm3 / 1e6


#: Structures of the brain without ventricles; nuclei are on both sides.
MIDDLE = ("brain", "cerebral_white_matter", "brain_stem", "cerebellum", "corpus_callosum")
NUCLEI = ("caudate", "putamen", "pallidum", "thalamus", "hippocampus")
SOLID = (*MIDDLE, *(f"{name}_{side}" for name in NUCLEI for side in ("left", "right")))


def test_parts_of_the_brain_have_volumes_as_in_the_literature() -> None:
    found = label(head(0, YOUNG), BRAIN)
    assert 1.0 < litres(found, *SOLID) < 1.6  # Allen et al. 2002: 1.27 l (SD 0.12)
    assert 0.09 < litres(found, "cerebellum") < 0.18
    assert 0.006 < litres(found, "ventricles") < 0.06
    assert 0.02 < litres(found, "brain_stem") < 0.05
    for side in ("left", "right"):
        assert 0.002 < litres(found, f"hippocampus_{side}") < 0.006
        assert 0.002 < litres(found, f"caudate_{side}") < 0.007
        assert 0.004 < litres(found, f"thalamus_{side}") < 0.011
    grey, white = litres(found, "brain"), litres(found, "cerebral_white_matter")
    assert 0.8 < grey / white < 2.2


def test_old_heads_have_wider_ventricles_and_furrows() -> None:
    for seed in range(8):
        old = HeadWishes(age=84, sex="female", nasopharynx="none")
        young, aged = numbers(seed, YOUNG), numbers(seed, old)
        assert aged["ventricle"] > young["ventricle"]
        assert aged["furrow_half_mm"] > young["furrow_half_mm"]


def test_parameters_stay_in_their_ranges_and_differ_between_people() -> None:
    drawn = [numbers(seed, HEALTHY) for seed in range(40)]
    for name, row in distributions().items():
        values = np.array([one[name] for one in drawn])
        assert values.min() >= row["low"]
        assert values.max() <= row["high"]
        assert values.std() > 0.2 * row["sd"]


def test_structures_have_known_tissues_and_landmarks_lie_where_they_should() -> None:
    body = head(4, HEALTHY)
    assert {s.tissue for s in body.structures} <= set(TISSUES)
    at = body.landmarks
    assert at["eye_left"][0] > 20 > -20 > at["eye_right"][0]
    assert at["vertex"][2] > at["pituitary"][2] > at["nasopharynx"][2] > at["vertebrae_C4"][2]
    heights = [at[f"vertebrae_C{k}"][2] for k in range(1, 8)]
    assert heights == sorted(heights, reverse=True)
    wanted = {"parapharyngeal_space_left", "nasopharynx", "clivus", "lymph_level_2_right", "tongue"}
    assert wanted <= set(body.names)
    assert set(SOLID) <= body.parts_of("brain")
    assert all(code_of(name) for name in (*SOLID, "ventricles", "eye_left", "mandible"))


def test_the_defacer_finds_the_face_on_ct_and_passes_its_own_test_on_mr() -> None:
    body = head(2, HEALTHY)
    grid = Grid.axial((44, 64, 50), (5.0, 3.9, 3.9), (0, 10, -14))
    noise = np.random.default_rng(1).normal(0, 9, grid.shape)
    hounsfield = np.rint(paint(body, grid, ct_look("native", 2)).values + noise).astype(np.int16)
    found = find_head(
        coarse(regular_volume(hounsfield, grid.spacing, axes=AXES, modality="CT")), "CT"
    )
    assert found is not None
    assert found.skull is not None
    brow = found.nasion * 2.0 + grid.origin[2] - 1.8
    assert brow == pytest.approx(body.landmarks["eye_left"][2] + 8, abs=18)
    profile = mr_profile("t1-mprage-30a")
    stored = mr_scan(paint(body, grid, mr_look(profile, 2)), profile, 2).values.astype(np.int16)
    done = remove_face(
        regular_volume(stored, grid.spacing, axes=AXES, modality="MR"), seed=bytes(32)
    )
    assert done is not None
    assert done.proof.is_passed


def test_the_same_seed_gives_the_same_head_in_another_process_and_with_other_threads() -> None:
    body = head(11, HeadWishes(metastases=3, nasopharynx="T1", nodes="N1"))
    grid = Grid.sagittal((2, 40, 40), (12.0, 6.0, 5.0), (14, 10, -40))
    told = repr([(one.structure, one.volume_mm3, one.centre_mm) for one in body.lesions])
    mine = hashlib.sha256(label(body, grid, threads=2).values.tobytes() + told.encode()).hexdigest()
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True)
    assert run.stdout.decode().strip() == mine


def test_grey_is_a_ribbon_of_its_thickness_and_furrows_are_as_deep_as_asked() -> None:
    ball = Ellipsoid((0, 0, 0), (50, 50, 50))
    folds = Folds(ball, (Furrows(14, 12, 0.5), Furrows(9, 3, 0.2)), 3, named=False)
    line = np.arange(-52, 52, 1.0, dtype=np.float32)
    x, y, z = line[None, None], line[None, :, None], line[40:64, None, None]
    pial = Pial(folds, Ellipsoid((30, 0, 0), (25, 12, 2)))
    outer, inner = pial.distance(x, y, z), Ribbon(pial, -2.5).distance(x, y, z)
    assert np.allclose(inner - outer, 2.5, atol=1e-4)
    radius = np.sqrt(x**2 + y**2 + z**2)
    is_furrow = (outer > 0) & (radius < 49) & (np.abs(y) > 14)
    assert radius[is_furrow].min() == pytest.approx(50 - 12 * 1.3, abs=4)
    assert 0.02 < is_furrow.sum() / (radius < 49).sum() < 0.15
    assert outer[11, 52, 80] > 0.9  # the fissure is cut exactly
    assert Ribbon(pial, -2.5).box[0][0] > pial.box[0][0]


def test_stripes_are_as_far_apart_as_asked_branch_and_follow_what_is_planted() -> None:
    lines = lattice(((0, 0, -30), (88, 88, 8)), 2.5)
    ground = land(Half((0, 0, 0), (0, 0, 1)).distance(*lines), 2.5)
    planted = np.exp(-((lines[1] - 45) ** 2) / 14) * np.ones_like(ground.outside)
    found = stripes(ground, 14.0, np.random.default_rng(2), planted.astype(np.float32))
    assert np.abs(found).max() <= 1.001
    floor = found[8]  # [y, x]
    assert floor[18].mean() < -0.3 < 0 < floor[[15, 21]].mean()
    turns = [(np.diff(np.sign(floor), axis=k) != 0).sum() for k in (0, 1)]
    # a line across stripes meets a border every 7 mm
    assert 0.35 < np.hypot(*turns) / (36 * 88 / 7) < 1.1


def test_shapes_keep_true_distances_far_away() -> None:
    one, other = Ellipsoid((-10, 0, 0), (8, 8, 8)), Ellipsoid((10, 0, 0), (8, 8, 8))
    both, cut = Flowing((one, other), 0.0), Carved(one, (other,), 0.0)
    at = tuple(np.full((1, 1, 1), v, dtype=np.float32) for v in (60, 0, 0))
    assert both.distance(*at)[0, 0, 0] == pytest.approx(42, abs=1)
    assert Grown(both, 45).distance(*at)[0, 0, 0] < 0
    assert cut.distance(*at)[0, 0, 0] > 50
    assert both.box[1][0] == pytest.approx(18)
    assert cut.box == one.box
    pair = Mirrored(other)
    assert pair.box == ((-18, -8, -8), (18, 8, 8))
    assert pair.distance(np.float32(-10), np.float32(0), np.float32(0)) < 0
    none = Sampled((1.0, 2.0, 3.0), 1.0, np.ones((3, 3, 3), dtype=np.float32))
    assert none.box == ((1.0, 2.0, 3.0), (1.0, 2.0, 3.0))


def test_unknown_tissue_is_told() -> None:
    with pytest.raises(ValueError, match="no shade"):
        paint(head(1, HEALTHY), Grid.axial((1, 4, 4), (1, 1, 1)), {"air": Shade(0.0)})
