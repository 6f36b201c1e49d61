"""Real files of many makers: never an error, and what stays is what was there."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom.data import get_testdata_file, get_testdata_files
from tests.spec.deid.objects import stage1

from yushan.base import codes
from yushan.domain.deid import Quarantined, Released

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sorted(
    path
    for path in map(Path, get_testdata_files())
    if path.is_file() and path.stat().st_size < 2**21
)
NUMERIC = frozenset("US SS UL SL FL FD DS IS AT".split())  # noqa: SIM905 - reads better
DCIODVFY = Path(sys.executable).parent / "dciodvfy"


def numbers(dataset: pydicom.Dataset, path: str = "") -> Iterator[tuple[str, object]]:
    """Numeric values by their place; items are counted only where nothing was dropped before."""
    for one in dataset:
        place = f"{path}/{one.tag}"
        if one.VR == "SQ":
            for index, item in enumerate(one.value):
                yield from numbers(item, f"{place}[{index}]")
        elif one.VR in NUMERIC and not one.tag.is_private:
            yield place, one.value


def read(data: bytes) -> pydicom.Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        dataset.walk(lambda _, one: one.value)
        return dataset


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_is_released_or_held_and_its_numbers_stay(path: Path) -> None:
    data = path.read_bytes()
    made = stage1(data)
    if isinstance(made, Quarantined):
        assert set(made.reasons) <= set(codes())
        return
    out = b"".join(made.chunks)
    before, after = read(data), read(out)
    was = dict(numbers(before))
    for place, value in numbers(after):
        if "[" not in place:
            assert value == was.get(place, value), place
    assert stage1(data) == made or b"".join(stage1(data).chunks) == out  # type: ignore[union-attr]
    syntax = before.file_meta.TransferSyntaxUID
    if "PixelData" in after and syntax.is_little_endian and not syntax.is_encapsulated:
        assert before.PixelData.startswith(after.PixelData[:-1])


def errors(path: Path) -> set[str]:
    """The error lines of a checker of IODs that others wrote."""
    made = subprocess.run([DCIODVFY, path], capture_output=True, text=True, check=False)
    return {line for line in made.stderr.splitlines() if line.startswith("Error")}


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm"])
@pytest.mark.parametrize("policy", ["tw-hospital", "basic"])
def test_another_checker_finds_no_new_error(name: str, policy: str, tmp_path: Path) -> None:
    if not DCIODVFY.exists():
        pytest.skip("dciodvfy is not installed")
    source = pydicom.dcmread(get_testdata_file(name))
    source.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"] if "CT" in name else ["ORIGINAL", "PRIMARY"]
    before, after = tmp_path / "before.dcm", tmp_path / "after.dcm"
    source.BodyPartExamined = "CHEST" if "CT" in name else "KNEE"
    source.save_as(before)
    made = stage1(before.read_bytes(), policy=policy)
    assert isinstance(made, Released)
    after.write_bytes(b"".join(made.chunks))
    assert errors(after) <= errors(before)
