"""The span path and the readable path give equal data sets on all files of pydicom."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.data import get_testdata_files
from tests.spec.deid.both_paths import is_asked_for, released, unequal
from tests.spec.deid.objects import ct, part10

from yushan.domain.deid import load_policy

FILES = sorted(
    path
    for path in map(Path, get_testdata_files())
    if path.is_file() and path.stat().st_size < 2**20
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_both_paths_give_equal_data_sets(path: Path) -> None:
    data, policy = path.read_bytes(), load_policy("tw-hospital")
    out = released(data, policy)
    if out is not None:
        assert unequal(data, out, policy) == []


@pytest.mark.parametrize("name", ["tw-nhi", "basic"])
def test_both_paths_agree_under_other_policies(name: str) -> None:
    data, policy = part10(ct()), load_policy(name)
    out = released(data, policy)
    assert out is not None
    assert unequal(data, out, policy) == []
    is_coarser = unequal(data, out, load_policy("tw-hospital")) != []
    assert is_coarser == (name == "basic")


def test_only_what_annex_e_removes_may_be_missing() -> None:
    missing = "Error - Missing attribute Type 2C Conditional Element=<{}> Module=<Patient>"
    assert is_asked_for(missing.format("ResponsiblePerson"))
    assert not is_asked_for(missing.format("PatientSex"))
    assert not is_asked_for("Error - something else")
