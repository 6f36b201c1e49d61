"""Recipes: one seed, one patient; masks, contours, report and facts agree with the images."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from hashlib import sha256
from io import BytesIO

import numpy as np
import pydicom
import pytest
from tests.unit.phantoms.making import own_reading

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
from yushan.domain.phantoms.cases.making import KINDS
from yushan.domain.phantoms.cases.volumes import regions
from yushan.domain.results import SourceSeries, read_segmentation, read_structure_set
from yushan.domain.volumes import read_nifti

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
    told = (
        "from hashlib import sha256\n"
        "from yushan.domain.phantoms import make, Options\n"
        "for name in ('fundus', 'ecg-12'):\n"
        "    print(*[sha256(f.data).hexdigest() for f in make(name, 5, Options('small'))])"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True)
    here = [" ".join(sha256(f.data).hexdigest() for f in case(n)) for n in ("fundus", "ecg-12")]
    assert run.stdout.decode().split("\n")[:2] == here
    other = next(make("ecg-12", 6, SMALL))
    assert other.data != case("ecg-12")[0].data


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
