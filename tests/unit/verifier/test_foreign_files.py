"""Real files of many makers, none of them de-identified by us: none may pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.data import get_testdata_files

from yushan.domain.verifier import verify

FILES = sorted(
    path
    for path in map(Path, get_testdata_files())
    if path.is_file() and path.stat().st_size < 2**21
)


def test_there_are_many_files() -> None:
    assert len(FILES) > 200


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_foreign_file_does_not_pass(path: Path) -> None:
    assert verify(path.read_bytes())
