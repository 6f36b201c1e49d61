"""Eyes, bowels and slides: masks agree with colours, numbers with masks, and all repeats itself."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage

from yushan.domain.scanners import (
    FundusWishes,
    Polyp,
    endoscopy,
    fundus,
    histology,
    oct_scan,
    pyramid,
    tiles,
)
from yushan.domain.scanners.fundus_vessels import BARE, FOVEA, vessels
from yushan.domain.scanners.lettering import line_of, write

ILL = FundusWishes(microaneurysms=12, haemorrhages=6, exudates=15, cotton_wool=2, drusen=4)
#: Every kind once, small; prints a hash.
SCRIPT = """
import hashlib
import numpy as np
from yushan.domain.scanners import *
from yushan.domain.volumes import Grid, Volume
values = np.linspace(0, 0.02, 24**3, dtype="f4").reshape(24, 24, 24)
volume = Volume(Grid.axial((24, 24, 24), (9, 9, 9)), values)
film = projection(volume, view_of("PA", (0, 0, 0), (60, 60), 5, 3))
how = Exposure(lines=("AP",), devices=("leads", "tube"))
found = [
    radiograph(film, "cr-a", 7, how, (120, 120)).pixels,
    angiogram(7, run=Injection(frames=2, start_s=0), size=64).pixels,
    ultrasound(neck(7), "linear-a", 7, Cine(2), Legend("H", "N", "1")).pixels,
    mammogram(7, "L", "MLO", (BreastLesion("mass", "L", (0.5, 0, 0), 15),), pixel_mm=1.0).pixels,
    ecg(7, "atrial_fibrillation").samples,
    fundus(7, "L", FundusWishes(exudates=3), 96).pixels,
    oct_scan(7, drusen=2, fluid_um=150, shape=(96, 128)).pixels,
    endoscopy(7, (Polyp(),), side=48).pixels,
    histology(7, 128).pixels,
]
print(hashlib.sha256(b"".join(np.ascontiguousarray(one).tobytes() for one in found)).hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_in_two_processes() -> None:
    run = [sys.executable, "-c", SCRIPT]
    told = {
        subprocess.run(
            run, env={"OMP_NUM_THREADS": threads}, check=True, capture_output=True
        ).stdout
        for threads in ("1", "2")
    }
    assert len(told) == 1


def test_a_fundus_has_dark_vessels_a_pale_disc_and_the_lesions_wished() -> None:
    eye = fundus(3, "R", ILL, 384)
    green = eye.pixels[..., 1].astype(float)
    field = eye.masks["field"]
    plain = field & ~eye.masks["vein"] & ~eye.masks["artery"] & ~eye.masks["disc"]
    assert green[eye.masks["vein"] & ~eye.masks["disc"]].mean() < 0.75 * green[plain].mean()
    assert green[eye.masks["disc"] & ~eye.masks["vein"]].mean() > 1.3 * green[plain].mean()
    assert green[eye.masks["exudates"]].mean() > 1.4 * green[plain].mean()
    assert green[eye.masks["haemorrhages"]].mean() < 0.6 * green[plain].mean()
    counts = {kind: sum(one.kind == kind for one in eye.marks) for kind in ("exudates", "drusen")}
    assert counts == {"exudates": 15, "drusen": 4}
    assert eye.facts["grade"] == "moderate non-proliferative"
    disc, fovea = np.argwhere(eye.masks["disc"]).mean(axis=0), eye.facts["fovea_column"]
    assert disc[1] > fovea
    left = fundus(3, "L", size=256)
    assert np.argwhere(left.masks["disc"])[:, 1].mean() < left.facts["fovea_column"]
    assert left.facts["grade"] == "no apparent retinopathy"
    assert fundus(3, "R", FundusWishes(microaneurysms=3), 128).facts["grade"].startswith("mild")


def test_cup_and_disc_have_the_ratio_wished_and_no_vessel_nears_the_fovea() -> None:
    for ratio in (0.3, 0.6):
        eye = fundus(5, "R", FundusWishes(cup_ratio=ratio), 512)
        assert eye.facts["cup_ratio"] == pytest.approx(ratio, abs=0.09)
        assert not (eye.masks["cup"] & ~eye.masks["disc"]).any()
    tree = vessels(np.random.default_rng(4))
    nearest = min(float(np.hypot(*(one.points - FOVEA).T).min()) for one in tree)
    assert nearest > 0.8 * BARE
    assert {one.kind for one in tree} == {"artery", "vein"}


def test_layers_of_a_retina_lie_in_order_and_are_as_thick_as_told() -> None:
    scan = oct_scan(4)
    names = [name for name in scan.masks if name != "sclera"]
    step = scan.pixel_mm[0] * 1000
    middles = [np.argwhere(scan.masks[name])[:, 0].mean() for name in names]
    assert middles == sorted(middles)
    for name in names[:-2]:
        thick = scan.masks[name].sum(axis=0).mean() * step
        assert thick == pytest.approx(scan.facts[f"mean_{name}_um"], abs=2)
    inner = sum(scan.masks[name] for name in names[: names.index("choroid")])
    centre = inner[:, inner.shape[1] // 2].sum() * step
    assert centre == pytest.approx(scan.facts["central_um"], abs=6)
    grey = scan.pixels.astype(float)
    assert (
        grey[scan.masks["pigment_epithelium"]].mean()
        > 1.5 * grey[scan.masks["outer_nuclear"]].mean()
    )


def test_fluid_and_drusen_are_marked_and_left_out_of_layers() -> None:
    scan = oct_scan(6, drusen=4, fluid_um=220, offset_mm=0.1)
    assert scan.facts["central_um"] > oct_scan(6, offset_mm=0.1).facts["central_um"] + 100
    for name in ("fluid", "drusen"):
        others = np.logical_or.reduce([m for other, m in scan.masks.items() if other != name])
        assert not (scan.masks[name] & others).any()
        assert any(one.kind == name for one in scan.marks)
    assert scan.pixels[scan.masks["fluid"]].mean() < 40


def test_a_polyp_is_red_and_where_its_mask_is_and_text_is_beside_the_picture() -> None:
    clip = endoscopy(3, (Polyp(34, 60, 10),), 2, ("WANG", "2024"), side=150)
    assert clip.pixels.shape == (2, 480, 640, 3)
    polyp, lumen = clip.masks["polyp"], clip.masks["lumen"]
    assert polyp[0].any()
    assert not (polyp & lumen).any()
    mark = clip.marks[0]
    assert polyp[0, round(mark.row), round(mark.column)]
    assert clip.pixels[lumen].mean() < 0.5 * clip.pixels[polyp].mean()
    red, green = clip.pixels[polyp][:, 0].mean(), clip.pixels[polyp][:, 1].mean()
    assert red > 1.4 * green
    assert clip.pixels[0, 24:50, 10:100].max() > 200
    two = endoscopy(21, (Polyp(26, 120, 8), Polyp(45, 300, 11)), side=90)
    assert [one.size_mm[0] for one in two.marks] == [8, 11]
    bare = endoscopy(3, side=90)
    assert set(bare.masks) == {"lumen"}
    assert bare.marks == ()


def test_nuclei_are_counted_marked_and_blue() -> None:
    slide = histology(3, 512)
    assert slide.facts["nuclei"] == len(slide.marks)
    kinds = ("epithelial", "stromal", "lymphocyte", "tumour")
    assert sum(slide.facts[kind] for kind in kinds) == len(slide.marks)
    assert all(slide.facts[kind] for kind in kinds)
    inside = [slide.masks["nuclei"][round(one.row), round(one.column)] for one in slide.marks]
    assert np.mean(inside) > 0.99
    nuclei = slide.pixels[slide.masks["nuclei"]].astype(float)
    other = slide.pixels[~slide.masks["nuclei"]].astype(float)
    assert nuclei[:, 0].mean() < 0.7 * other[:, 0].mean()
    assert nuclei[:, 2].mean() > nuclei[:, 0].mean()
    assert slide.facts["tumour_share"] == pytest.approx(0.3, abs=0.01)
    assert histology(3, 128, tumour=0).facts["tumour_share"] == 0


def test_a_piece_of_tissue_lies_on_bare_glass() -> None:
    slide = histology(5, 512, glass=0.4)
    tissue = slide.masks["tissue"]
    assert tissue.mean() == pytest.approx(0.6, abs=0.01)
    assert slide.facts["tumour_share"] == pytest.approx(0.3, abs=0.01)
    for name in ("nuclei", "crypt", "tumour"):
        assert not (slide.masks[name] & ~tissue).any()
    assert all(tissue[round(one.row), round(one.column)] for one in slide.marks)
    far = ndimage.binary_erosion(~tissue, iterations=12)
    assert slide.pixels[far].min() > 225


def test_a_pyramid_halves_and_its_tiles_cover_it() -> None:
    pixels = histology(2, 300).pixels
    levels = pyramid(pixels, 128)
    assert [one.shape[0] for one in levels] == [300, 150, 75]
    assert levels[1].mean() == pytest.approx(pixels.mean(), abs=0.6)
    parts = list(tiles(levels[0], 128))
    assert len(parts) == 9
    whole = np.full((384, 384, 3), 255, np.uint8)
    for row, column, part in parts:
        whole[row : row + 128, column : column + 128] = part
    assert np.array_equal(whole[:300, :300], pixels)
    assert (whole[300:] == 255).all()


def test_han_and_latin_are_written_at_any_height_and_cut_at_edges() -> None:
    bits = line_of("A陳大", 18)
    assert bits.shape[0] == 18
    assert line_of("陳").shape == (24, 24)
    frame = np.zeros((30, 40, 3), np.uint8)
    write(frame, "A陳A", (10, 20), 24)
    assert frame[10:, 20:].max() > 100
    assert frame[:, :20].max() == 0
    write(frame, "", (0, 0))
    write(frame, "X", (0, 40), 12, right=True)
    assert frame[:10, 25:].max() > 100
    assert line_of("龘")[12].tolist() == [0] * 3 + [255] * 2 + [0] * 14 + [255] * 2 + [0] * 3
