"""Recipes: one seed, one patient; masks, contours, report and facts agree with the images."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from msgspec.structs import replace
from tests.unit.phantoms.making import faults, own_reading

from yushan.base import Rejected
from yushan.domain.phantoms import (
    RECIPES,
    Options,
    SampleFile,
    index_rows,
    index_uid,
    load_series,
    make,
)
from yushan.domain.phantoms.cases.case import Case, Counter
from yushan.domain.phantoms.cases.making import KINDS
from yushan.domain.phantoms.cases.volumes import regions
from yushan.domain.results import SourceSeries, read_segmentation, read_structure_set
from yushan.domain.volumes import read_nifti

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Options("small")
#: Recipes without a body, which are made at once.
FLAT = ("mammography", "ecg-12", "waveforms", "fundus", "oct", "endoscopy", "slide", "angiogram")


@cache
def case(recipe: str) -> tuple[SampleFile, ...]:
    return tuple(make(recipe, 5, SMALL))


def objects(recipe: str, modality: str) -> list[pydicom.Dataset]:
    found = [pydicom.dcmread(BytesIO(one.data)) for one in case(recipe) if one.name.endswith("dcm")]
    return [one for one in found if one.Modality == modality]


def test_every_recipe_can_be_followed() -> None:
    for recipe in RECIPES.values():
        assert recipe.visits
        for step in (step for visit in recipe.visits for step in visit.steps):
            assert step.kind in KINDS, recipe.name
            assert step.region in regions(), recipe.name


@pytest.mark.parametrize("recipe", FLAT)
def test_pictures_come_with_their_truth(recipe: str) -> None:
    files = case(recipe)
    assert any(one.name.endswith("truth.json") for one in files)
    for one in files:
        if one.name.endswith(".dcm"):
            count, wrong = own_reading(one.data)
            assert (count > 20, wrong) == (True, [])
    told = [json.loads(one.data) for one in files if one.name.endswith(".json")]
    assert {one["seed"] for one in told} == {5}


def test_masks_contours_report_and_facts_are_of_one_patient() -> None:
    slices, segs = objects("chest-ct-nodules", "CT"), objects("chest-ct-nodules", "SEG")
    source = SourceSeries.from_headers(slices)
    files = {one.name.split("/", 1)[1]: one.data for one in case("chest-ct-nodules")}
    told = json.loads(files["truth/01-truth.json"])
    labels = read_nifti(files["truth/01-labels.nii.gz"])
    assert source.grid is not None
    assert np.allclose(labels.grid.affine, source.grid.affine, atol=1e-3)
    assert len(told["lesions"]) == len(told["findings"]) == 2
    organs = read_segmentation(saved(segs[0]), source)
    for segment, mask in zip(organs.segments, organs.masks, strict=True):
        number = {v.replace("_", " "): k for k, v in told["labels"].items()}[segment.name]
        own = labels.values == int(number)
        assert own.any()
        assert np.array_equal(mask & own, own)
    contours = read_structure_set(saved(objects("chest-ct-nodules", "RTSTRUCT")[0]), source)
    for segment, mask in zip(organs.segments, organs.masks, strict=True):
        assert np.array_equal(contours[segment.name], mask)
    report = objects("chest-ct-nodules", "SR")[0]
    assert str(report.PatientID) == str(slices[0].PatientID)
    texts = str(report)
    assert all(one["tracking_uid"] in texts for one in told["findings"])


def saved(dataset: pydicom.Dataset) -> bytes:
    """The bytes of an object that was read."""
    name = next(
        one for one in case("chest-ct-nodules")
        if one.name.endswith("dcm") and dataset.SOPInstanceUID.encode() in one.data[:1200]
    )  # fmt: skip
    return name.data


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    """Whole patients, one with a body, whatever the hashes and the number of threads."""
    names = ("fundus", "ecg-12", "chest-ct-nodules")
    told = (
        "from hashlib import sha256\n"
        "from yushan.domain.phantoms import make, Options\n"
        f"for name in {names}:\n"
        "    made = make(name, 5, Options('small'))\n"
        "    print(*[f.name + sha256(f.data).hexdigest() for f in made])"
    )
    around = {**os.environ, "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "3"}
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, env=around)
    here = [" ".join(f.name + sha256(f.data).hexdigest() for f in case(n)) for n in names]
    assert run.stdout.decode().split("\n")[:3] == here
    other = next(make("ecg-12", 6, SMALL))
    assert other.data != case("ecg-12")[0].data


def test_masks_of_a_slide_lie_on_its_tiles() -> None:
    finest, (seg,) = objects("slide", "SM")[0], objects("slide", "SEG")
    whole = read_nifti(next(one.data for one in case("slide") if one.name.endswith(".nii.gz")))
    seen = np.zeros((finest.TotalPixelMatrixRows, finest.TotalPixelMatrixColumns), np.uint8)
    for groups, bits in zip(seg.PerFrameFunctionalGroupsSequence, seg.pixel_array, strict=True):
        place = groups.PlanePositionSlideSequence[0]
        row = place.RowPositionInTotalImagePixelMatrix - 1
        column = place.ColumnPositionInTotalImagePixelMatrix - 1
        part = seen[row : row + seg.Rows, column : column + seg.Columns]
        number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        part[bits[: part.shape[0], : part.shape[1]] > 0] = number
        along = float(place.XOffsetInSlideCoordinateSystem), row * -0.0005 + 20
        assert np.isclose(*along, atol=1e-6)
    assert np.array_equal(seen, whole.values[0])
    assert seg.FrameOfReferenceUID == finest.FrameOfReferenceUID
    (named,) = seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    assert named.ReferencedSOPInstanceUID == finest.SOPInstanceUID


@pytest.mark.peer
@pytest.mark.parametrize("recipe", ["slide", "fundus", "chest-ct-nodules"])
def test_a_validator_finds_nothing_in_what_is_drawn_on_images(recipe: str, tmp_path: Path) -> None:
    for one in case(recipe):
        if "-SEG/" in one.name or "-RTSTRUCT/" in one.name or "-SR/" in one.name:
            assert faults(one.data, tmp_path) == [], one.name


@pytest.mark.parametrize(
    ("recipe", "slices", "thick_mm", "apart_mm"),
    [("neck-mr-npc", 3, 175 / 3 * 4.0 / 4.8, 175 / 3), ("calcium-score", 3, 48.0, 48.0)],
)
def test_thick_slices_say_how_thick_they_are_and_how_far_apart(
    recipe: str, slices: int, thick_mm: float, apart_mm: float
) -> None:
    step = RECIPES[recipe].visits[0].steps[0]
    few = replace(step, small=(slices * step.every, 24, 24))
    case = Case(RECIPES[recipe], 5, Options("small", truths=()))
    counter = Counter(case.study(1, case.recipe.visits[0]))
    found = [pydicom.dcmread(BytesIO(one.data)) for one in KINDS[few.kind](case, counter, few)]
    heights = sorted(float(one.ImagePositionPatient[2]) for one in found)
    assert np.allclose(np.diff(heights), [apart_mm] * (slices - 1), atol=1e-2)
    assert np.allclose([float(one.SliceThickness) for one in found], thick_mm, atol=1e-3)


def test_only_the_truth_that_is_wished_is_written() -> None:
    names = [one.name for one in make("endoscopy", 5, Options("small", truths=("json",)))]
    assert sum("SEG" in name or "SR" in name for name in names) == 0
    assert sum("truth.json" in name for name in names) == 2
    assert all("truth" not in one.name for one in make("ecg-12", 5, Options("small", truths=())))


def test_wishes_that_cannot_be_met_are_refused() -> None:
    for wish, code in (
        (lambda: next(make("no-such-thing")), "phantoms.no-recipe"),
        (lambda: Options(charset="klingon"), "phantoms.no-charset"),
        (lambda: Options(syntax="gif"), "phantoms.no-syntax"),
        (lambda: Options(truths=("oracle",)), "phantoms.no-truth"),
    ):
        with pytest.raises(Rejected) as refused:
            wish()
        assert refused.value.code == code


def test_rows_of_an_index_do_not_depend_on_their_batch() -> None:
    whole = next(iter(index_rows(1000, 3)))
    parts = list(index_rows(1000, 3, batch=301))
    assert [part.first for part in parts] == [0, 301, 602, 903]
    for name, column in {**whole.numbers, **whole.codes}.items():
        joined = np.concatenate([{**p.numbers, **p.codes}[name] for p in parts])
        assert np.array_equal(joined, column), name
        assert len(column) == 1000
    assert len(np.unique(whole.numbers["study"])) == 250
    assert len({index_uid("series", int(n), 3) for n in whole.numbers["series"]}) == 1000
    assert all(codes.max() < len(whole.words[name]) for name, codes in whole.codes.items())
    assert not np.array_equal(next(iter(index_rows(1000, 4))).codes["site"], whole.codes["site"])


def test_a_load_keeps_its_studies_apart() -> None:
    found = [pydicom.dcmread(BytesIO(one.data)) for one in load_series(180, seed=2)]
    for name, count in (("StudyInstanceUID", 9), ("SeriesInstanceUID", 9), ("PatientID", 3),
                        ("AccessionNumber", 9), ("FrameOfReferenceUID", 9)):  # fmt: skip
        assert len({str(one[name].value) for one in found}) == count, name
    assert all(one.StudyDate == one.SeriesDate == one.ContentDate for one in found)
    assert len({one.StudyDate for one in found}) == 9
