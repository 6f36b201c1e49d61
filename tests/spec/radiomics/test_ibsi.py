"""Every reference value of the digital phantom of the IBSI reference manual (arXiv:1612.07003v11).

The phantom (CC BY 4.0, A. Zwanenburg for the IBSI) is 5 x 4 x 4 voxels of 2 mm; voxels marked 0 in
the mask are outside. A value agrees when it is within the manual's tolerance, or, where there is
none, within one of the last of the three digits that the manual prints.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from yushan.domain.radiomics import (
    FAMILIES,
    Region,
    codes,
    features,
    fixed_bin_number,
    fixed_bin_size,
)

TABLE = Path(__file__).parent / "ibsi_digital_phantom.csv"
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))
IMAGE = np.array(
    [
        [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [1, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 1, 1, 1], [1, 1, 9, 1, 1], [1, 1, 6, 1, 1]],
        [[1, 4, 4, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
    ],
    float,
)
OUTSIDE = [(1, 2, 0), (2, 0, 3), (2, 0, 4), (2, 2, 2), (3, 0, 3), (3, 0, 4)]
DIGITS = 3
WAY = re.compile(r"_(2d|25d|3d)(_avg|_mrg)?$")


def phantom():
    mask = np.ones(IMAGE.shape, bool)
    mask[tuple(np.array(OUTSIDE).T)] = False
    return Region(IMAGE, mask, (2.0, 2.0, 2.0))


@pytest.fixture(scope="module")
def found():
    region = phantom()
    return features(region, fixed_bin_size(region, 1.0))


def test_every_value_of_the_manual_is_there(found):
    assert len(ROWS) == len(found) == 482
    assert {row["feature"] for row in ROWS} == set(found)


@pytest.mark.parametrize("family", FAMILIES)
def test_features_agree_with_the_manual(found, family):
    rows = [row for row in ROWS if row["feature"].startswith(f"{family}_")]
    assert rows
    wrong = {
        row["feature"]: (row["value"], found[row["feature"]])
        for row in rows
        if not agrees(found[row["feature"]], row)
    }
    assert wrong == {}


def agrees(value, row):
    wanted = float(row["value"])
    if row["tolerance"]:
        return abs(value - wanted) <= float(row["tolerance"])
    digit = 10.0 ** (np.floor(np.log10(abs(wanted))) - DIGITS + 1) if wanted else 0.01
    return abs(value - wanted) <= digit


def test_six_bins_are_the_levels_themselves():
    region = phantom()
    assert np.array_equal(fixed_bin_number(region, 6)[region.mask], region.values.astype(int))


def test_every_feature_has_its_code(found):
    assert {WAY.sub("", name) for name in found} <= set(codes())
    assert all(len(code) == 4 for code in codes().values())
