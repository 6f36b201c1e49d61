"""What children do with files: small and large give the same; order and limits hold."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from tests.flows.admitting import make_file
from tests.flows.intaking import ANNA, KEYS, POLICY, Inline
from tests.unit.gateway.making import make_object

from yushan.domain.deid import site_pseudonym
from yushan.domain.verifier import Finding
from yushan.flows.cleaning import How, Source, clean, look, output_path
from yushan.flows.intake import Workshop
from yushan.services.gateway import Member

if TYPE_CHECKING:
    from pathlib import Path


def source(folder: Path, number: int, data: bytes) -> Source:
    path = folder / f"{number}.original"
    path.write_bytes(data)
    return Source(number, str(path), hashlib.sha256(data).hexdigest())


def how(folder: Path) -> How:
    return How(str(folder), POLICY, KEYS, site_pseudonym(KEYS, ANNA), 30, frozenset())


def test_a_mapped_file_gives_the_same_as_a_read_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = source(tmp_path, 1, make_file(patient=ANNA))
    results, known = clean((one,), how(tmp_path)), look((one,))
    read = output_path(tmp_path, 1).read_bytes()
    monkeypatch.setattr("yushan.flows.cleaning.files.MAPPED_FROM", 0)
    assert clean((one,), how(tmp_path)) == results
    assert look((one,)) == known
    assert known.identities == {ANNA}
    assert output_path(tmp_path, 1).read_bytes() == read


def test_a_slice_tells_its_number_and_its_place_along_the_normal(tmp_path: Path) -> None:
    one = source(tmp_path, 1, make_file(patient=ANNA, number=7, InstanceNumber=7,
                                        ImagePositionPatient=[1, 2, -30.5],
                                        ImageOrientationPatient=[1, 0, 0, 0, 1, 0]))  # fmt: skip
    (result,) = clean((one,), how(tmp_path))
    assert (result.reasons, result.number, result.position) == ((), 7.0, -30.5)


@pytest.mark.parametrize(
    ("position", "orientation"),
    [([1, 2], [1, 0, 0, 0, 1, 0]), ([1, 2, 3], None), (None, [1, 0, 0, 0, 1, 0])],
)
def test_without_geometry_a_slice_has_no_place(
    tmp_path: Path, position: list[float] | None, orientation: list[float] | None
) -> None:
    changes = {"ImagePositionPatient": position, "ImageOrientationPatient": orientation}
    one = source(tmp_path, 1, make_file(patient=ANNA, **changes))
    (result,) = clean((one,), how(tmp_path))
    assert result.position is None


def test_what_the_verifier_finds_is_not_left_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(*_: object, **__: object) -> tuple[Finding, ...]:
        return (Finding("(0010,0010)", "verifier.b"), Finding("bytes@1", "verifier.a"))

    monkeypatch.setattr("yushan.flows.cleaning.files.verify", find)
    (result,) = clean((source(tmp_path, 1, make_object()),), how(tmp_path))
    assert result.reasons == ("verifier.a", "verifier.b")
    assert not output_path(tmp_path, 1).exists()


def test_a_broken_or_missing_original_is_said_and_cannot_be_looked_at(tmp_path: Path) -> None:
    broken = source(tmp_path, 1, make_object()[:-50])
    gone = Source(2, str(tmp_path / "gone"), "")
    reasons = [one.reasons for one in clean((broken, gone), how(tmp_path))]
    assert reasons == [("dicom.truncated",), ("gateway.file-missing",)]
    assert look((gone,)).blind == ((2, "gateway.file-missing"),)


def test_chunks_are_bound_by_files_and_by_bytes(tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "work", Inline(), chunk_files=3)
    sizes = [1, 1, 1, 1, 40 << 20, 30 << 20, 100 << 20, 1]
    members = [Member(n, tmp_path / str(n), size, "") for n, size in enumerate(sizes)]
    chunks = [[one.object for one in chunk] for chunk in shop.chunks(members)]
    assert chunks == [[0, 1, 2], [3, 4], [5], [6], [7]]
    assert shop.chunks([]) == []
