"""D13: a thin head leaves the hospital without its face, or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pydicom
import pytest
from tests.flows.intaking import KEYS
from tests.unit.faces.heads import made_head
from tests.unit.faces.objects import slices

from yushan.domain.deid import load_policy, site_pseudonym, with_options
from yushan.domain.faces import coarse, find_head, series_volume
from yushan.flows.cleaning import How, PixelWork, Result, Source, clean, clean_series, output_path

if TYPE_CHECKING:
    from pathlib import Path

    from yushan.domain.deid import Policy

ANNA = "A123456789"


@cache
def head_ct() -> list[bytes]:
    """A head CT with thin slices."""
    made = made_head(spacing_mm=(2.5, 2.5, 2.5))
    return slices(made.volume, SliceThickness="1.0")


def removing() -> Policy:
    return with_options(load_policy("tw-hospital"), ("+clean_recognizable_visual_features",))


def sources(folder: Path, objects: list[bytes]) -> tuple[Source, ...]:
    found = []
    for number, data in enumerate(objects):
        path = folder / f"{number}.original"
        path.write_bytes(data)
        found.append(Source(number, str(path), hashlib.sha256(data).hexdigest()))
    return tuple(found)


def how(folder: Path, policy: Policy, *, read: bool = True) -> How:
    work = PixelWork(read=read, seed=b"s" * 32)
    return How(str(folder), policy, KEYS, site_pseudonym(KEYS, ANNA), 30, frozenset(), work)


def methods(data: bytes) -> set[str]:
    found = pydicom.dcmread(BytesIO(data))
    return {item.CodeValue for item in found.DeidentificationMethodCodeSequence}


def reasons(results: tuple[Result, ...]) -> set[str]:
    return {reason for result in results for reason in result.reasons}


def test_d13_a_thin_head_is_held_where_the_policy_holds_faces(tmp_path: Path) -> None:
    policy = msgspec.structs.replace(load_policy("tw-hospital"), faces="quarantine")
    results = clean(sources(tmp_path, head_ct()[:3]), how(tmp_path, policy))
    assert reasons(results) == {"deid.face-visible"}
    assert not list(tmp_path.glob("*.dcm"))


def test_d13_a_slice_alone_waits_for_its_series(tmp_path: Path) -> None:
    results = clean(sources(tmp_path, head_ct()[:2]), how(tmp_path, removing(), read=False))
    assert [result.waits for result in results] == ["face", "face"]
    assert not list(tmp_path.glob("*.dcm"))


def test_d13_a_thin_head_leaves_without_its_face_and_says_so(tmp_path: Path) -> None:
    objects = head_ct()
    results = clean_series(sources(tmp_path, objects), how(tmp_path, removing()))
    assert reasons(results) == set()
    released = [output_path(tmp_path, result.object).read_bytes() for result in results]
    assert all("113102" in methods(data) for data in released)
    assert all(pydicom.dcmread(BytesIO(d)).RecognizableVisualFeatures == "NO" for d in released)
    old, new = series_volume(objects), series_volume(released)
    assert old.values.shape == new.values.shape
    head = find_head(coarse(replace(old, modality="CT")), "CT")
    assert head is not None
    assert 0.02 < np.mean(old.values != new.values) < 0.6


def test_d13_a_head_with_a_missing_part_is_held_whole(tmp_path: Path) -> None:
    objects = head_ct()[:30] + head_ct()[40:]
    results = clean_series(sources(tmp_path, objects), how(tmp_path, removing()))
    assert [result.reasons for result in results] == [("faces.gap",)] * len(objects)
    assert not list(tmp_path.glob("*.dcm"))


def test_d13_nothing_claims_a_face_removed_where_nobody_looked(tmp_path: Path) -> None:
    policy = msgspec.structs.replace(load_policy("tw-hospital"), faces="release")
    (result,) = clean(sources(tmp_path, head_ct()[:1]), how(tmp_path, policy))
    assert result.reasons == ()
    data = output_path(tmp_path, 0).read_bytes()
    assert "113102" not in methods(data)
    assert "RecognizableVisualFeatures" not in pydicom.dcmread(BytesIO(data))


@pytest.mark.parametrize("thickness", ["5.0"])
def test_d13_thick_slices_leave_as_they_are(tmp_path: Path, thickness: str) -> None:
    made = made_head(spacing_mm=(5.0, 3.0, 3.0))
    objects = slices(made.volume, SliceThickness=thickness)[:2]
    results = clean(sources(tmp_path, objects), how(tmp_path, removing()))
    assert reasons(results) == set()
    first = pydicom.dcmread(BytesIO(output_path(tmp_path, 0).read_bytes()))
    assert first.PixelData == pydicom.dcmread(BytesIO(objects[0])).PixelData
